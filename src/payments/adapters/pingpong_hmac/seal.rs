//! The signature of the `hmac` dialect: lower-case hexadecimal HMAC-SHA256 of the raw bytes, with an
//! optional `sha256=` before it on what we receive (spec.md §9.1).

use http::HeaderMap;
use ring::hmac;

use super::SIGNATURE;
use crate::payments::adapters::reading::{hex, unhex};

const PREFIX: &str = "sha256=";

pub(super) struct Key(hmac::Key);

impl Key {
    pub(super) fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    pub(super) fn sign(&self, message: &[u8]) -> String {
        hex(hmac::sign(&self.0, message).as_ref())
    }

    /// Whether the one signature in `headers` is that of `message`; the reason if not. The bytes are
    /// compared in constant time.
    pub(super) fn prove(&self, headers: &HeaderMap, message: &[u8]) -> Result<(), &'static str> {
        let mut signatures = headers.get_all(SIGNATURE).iter();
        let signature = signatures.next().ok_or("the signature is missing")?;
        if signatures.next().is_some() {
            return Err("there is more than one signature");
        }
        let text = signature.to_str().map_err(|_bytes| "the signature is not text")?;
        let digits = match text.split_at_checked(PREFIX.len()) {
            Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) => rest,
            Some(_) | None => text,
        };
        let given = unhex(digits).ok_or("the signature is not hexadecimal")?;
        hmac::verify(&self.0, message, &given).map_err(|_mismatch| "the signature is wrong")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;
    use proptest::prelude::*;

    const BODY: &[u8] =
        br#"{"order_id":"ORD-20261121-0001","status":"paid","amount":"19.90","currency":"USD"}"#;
    const T11: &str = "ad1e469ad478cccf1dedc2c17b84f1485cd46b15db413a9e72705cd4d9efe4af";

    fn key() -> Key {
        Key::new(b"test-webhook-secret")
    }

    fn headers(signatures: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for signature in signatures {
            headers.append(SIGNATURE, HeaderValue::from_str(signature).unwrap());
        }
        headers
    }

    #[test]
    fn t11_the_published_vector_is_reproduced() {
        assert_eq!(key().sign(BODY), T11);
    }

    #[test]
    fn a_signature_is_read_with_or_without_prefix_in_either_case() {
        let upper = T11.to_uppercase();
        for good in [T11, &upper, &format!("sha256={T11}"), &format!("SHA256={upper}")] {
            assert_eq!(key().prove(&headers(&[good]), BODY), Ok(()), "{good}");
        }
    }

    #[test]
    fn every_other_signature_is_refused() {
        let flipped = format!("{}e", &T11[..63]);
        for wrong in [
            "",
            "sha256=",
            "sha512=",
            &T11[..62],
            &flipped,
            &format!("{T11}00"),
            &format!("sha256=sha256={T11}"),
            &format!("{T11} "),
            "zz",
        ] {
            assert!(key().prove(&headers(&[wrong]), BODY).is_err(), "{wrong}");
        }
        assert_eq!(key().prove(&HeaderMap::new(), BODY), Err("the signature is missing"));
        let twice = key().prove(&headers(&[T11, T11]), BODY);
        assert_eq!(twice, Err("there is more than one signature"));
        assert!(Key::new(b"other").prove(&headers(&[T11]), BODY).is_err());
    }

    #[test]
    fn a_body_written_anew_is_another_body() {
        let json: serde_json::Value = serde_json::from_slice(BODY).unwrap();
        assert!(key().prove(&headers(&[T11]), json.to_string().as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn what_is_signed_verifies_and_a_flipped_byte_does_not(
            mut message in prop::collection::vec(any::<u8>(), 1..200), at in any::<usize>(), bit in 0_u8..8
        ) {
            let signature = key().sign(&message);
            prop_assert!(key().prove(&headers(&[&signature]), &message).is_ok());
            let at = at % message.len();
            message[at] ^= 1 << bit;
            prop_assert!(key().prove(&headers(&[&signature]), &message).is_err());
        }

        #[test]
        fn proving_never_panics(signature in prop::collection::vec(32_u8..=255, 0..80)) {
            if let Ok(value) = HeaderValue::from_bytes(&signature) {
                let headers = HeaderMap::from_iter([(http::HeaderName::from_static(SIGNATURE), value)]);
                prop_assert!(key().prove(&headers, BODY).is_err());
            }
        }
    }
}
