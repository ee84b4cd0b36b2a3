//! The V4 envelope, which carries the business content as text (reference/pingpong.md §2.1, §2.2).
//!
//! The signature is inside the message, so something must be read before it is proved: this room
//! reads as little as possible, and strictly. What §2.5 of the reference finds open in a salted
//! digest is closed here: no control character anywhere (the padding of a lengthened message always
//! has some), names of plain letters only, no name twice, the digest by configuration.
//!
//! `bizContent` is never written anew between wire and signature.

use std::collections::BTreeMap;
use std::fmt;

use secrecy::SecretString;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::sign::{self, SignType};

/// The only version of the envelope; the version of the interface is in the path.
const VERSION: &str = "1.0";

/// Who we are to PingPong, and the secret both sides sign with.
#[derive(Debug, Clone)]
pub(super) struct Store {
    pub(super) acc_id: String,
    pub(super) client_id: String,
    pub(super) salt: SecretString,
    pub(super) sign_type: SignType,
}

/// The top-level fields of a message, without blanks. Nothing in it is proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Envelope(BTreeMap<String, String>);

impl Envelope {
    /// Reads the outermost object of `raw`.
    pub(super) fn parse(raw: &[u8]) -> Result<Self, &'static str> {
        let Pairs(pairs) =
            serde_json::from_slice(raw).map_err(|_syntax| "the body is not one JSON object")?;
        let mut seen = BTreeMap::new();
        for (name, value) in pairs {
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
                return Err("a field has a strange name");
            }
            let value = text_of(&name, &value)?;
            if value.chars().any(char::is_control) {
                return Err("a field has a control character");
            }
            if seen.insert(name, value).is_some() {
                return Err("a field appears twice");
            }
        }
        seen.retain(|_, value| !sign::is_blank(value));
        Ok(Self(seen))
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The content, if all is there that the signature alone does not guarantee (§2.5: the signed
    /// text can be cut into fields in more than one way). Asked of proved messages.
    pub(super) fn content(&self) -> Result<&str, &'static str> {
        if self.get("accId").is_none() || self.get("clientId").is_none() {
            return Err("the merchant is missing");
        }
        if self.get("version").is_some_and(|version| version != VERSION) {
            return Err("the version is unknown");
        }
        self.get("bizContent").ok_or("the content is missing")
    }
}

/// What is signed for one field. `null` counts as left out. Only `bizContent` may be an object
/// (trap 8.6 of the reference): then its raw text is what counts.
fn text_of(name: &str, value: &RawValue) -> Result<String, &'static str> {
    let raw = value.get();
    match raw.as_bytes().first() {
        Some(b'"') => serde_json::from_str(raw).map_err(|_syntax| "a field is broken text"),
        Some(b'n') => Ok(String::new()),
        Some(b'{') if name == "bizContent" => Ok(raw.to_owned()),
        Some(_) | None => Err("a field is not text"),
    }
}

/// The fields of an object in their order, repeated names included.
struct Pairs(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}

impl Store {
    /// The whole body of a request that carries `biz_content`.
    pub(super) fn seal(&self, biz_content: String) -> Result<String, serde_json::Error> {
        let mut fields = BTreeMap::from([
            ("accId".to_owned(), self.acc_id.clone()),
            ("clientId".to_owned(), self.client_id.clone()),
            ("signType".to_owned(), self.sign_type.as_str().to_owned()),
            ("version".to_owned(), VERSION.to_owned()),
            ("bizContent".to_owned(), biz_content),
        ]);
        let signature = sign::sign(&fields, &self.salt, self.sign_type);
        fields.insert("sign".to_owned(), signature);
        serde_json::to_string(&fields)
    }

    /// Whether PingPong wrote `envelope`; the reason if not.
    pub(super) fn prove(&self, envelope: &Envelope) -> Result<(), &'static str> {
        let signature = envelope.get("sign").ok_or("the signature is missing")?;
        if envelope.get("signType") != Some(self.sign_type.as_str()) {
            return Err("the sign type is not the configured one");
        }
        if sign::verify(&envelope.0, &self.salt, self.sign_type, signature) {
            Ok(())
        } else {
            Err("the signature is wrong")
        }
    }

    pub(super) fn is_named_in(&self, envelope: &Envelope) -> bool {
        envelope.get("accId") == Some(&self.acc_id)
            && envelope.get("clientId") == Some(&self.client_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn store(sign_type: SignType) -> Store {
        Store {
            acc_id: "9000000000000000001001".into(),
            client_id: "9000000000000000001".into(),
            salt: "0123456789ABCDEF01234567".into(),
            sign_type,
        }
    }

    fn proved(body: &str) -> bool {
        let store = store(SignType::Sha256);
        Envelope::parse(body.as_bytes()).is_ok_and(|envelope| store.prove(&envelope).is_ok())
    }

    #[test]
    fn a_sealed_request_is_the_published_one() {
        let content = r#"{"captureDelayHours":0,"amount":"19.90","currency":"USD","merchantTransactionId":"ORD-20261121-0001","payResultUrl":"https://shop.example/pay/return","payCancelUrl":"https://shop.example/pay/cancel","notificationUrl":"https://shop.example/webhook/pingpong","shopperIP":"203.0.113.7"}"#;
        let body = store(SignType::Sha256).seal(content.to_owned()).unwrap();
        assert!(
            body.contains("DCD562B7803498DC925C3A041A32A223BF025EF780911082BD6D908473B078A0"),
            "{body}"
        );
        assert!(proved(&body));
        assert_eq!(
            Envelope::parse(body.as_bytes()).unwrap().get("bizContent"),
            Some(content),
            "the content comes back byte for byte"
        );
    }

    #[test]
    fn only_an_object_of_text_fields_is_an_envelope() {
        let cases = [
            ("", "the body is not one JSON object"),
            ("null", "the body is not one JSON object"),
            (r#"["a","b"]"#, "the body is not one JSON object"),
            (r#"{"a":"1"}{"a":"1"}"#, "the body is not one JSON object"),
            ("{\"a\":\"\u{0}\"}", "the body is not one JSON object"),
            (r#"{"a":"\ud800"}"#, "a field is broken text"),
            (r#"{"a":"1","a":"1"}"#, "a field appears twice"),
            (r#"{"a":"1","\u0061":""}"#, "a field appears twice"),
            (r#"{"a":null,"a":"1"}"#, "a field appears twice"),
            (r#"{"a":1}"#, "a field is not text"),
            (r#"{"a":true}"#, "a field is not text"),
            (r#"{"a":{"b":"c"}}"#, "a field is not text"),
            (r#"{"bizContent":["a"]}"#, "a field is not text"),
            (r#"{"a":"1\u0000"}"#, "a field has a control character"),
            (r#"{"a":"1\n"}"#, "a field has a control character"),
            (r#"{"a":"1\u0085"}"#, "a field has a control character"),
            (r#"{"a=1&b":"2"}"#, "a field has a strange name"),
            (r#"{"":"2"}"#, "a field has a strange name"),
        ];
        for (body, reason) in cases {
            assert_eq!(Envelope::parse(body.as_bytes()), Err(reason), "{body}");
        }
        assert_eq!(
            Envelope::parse(b"{\"a\":\"\xff\"}"),
            Err("the body is not one JSON object"),
            "bytes that are not UTF-8"
        );
    }

    #[test]
    fn content_sent_as_an_object_counts_by_its_raw_text() {
        let envelope = Envelope::parse(br#"{"bizContent":{"b" :1, "a":"\u547d"}}"#).unwrap();
        assert_eq!(envelope.get("bizContent"), Some(r#"{"b" :1, "a":"\u547d"}"#));
    }

    #[test]
    fn what_was_added_after_signing_breaks_the_proof_unless_it_is_blank() {
        let body = store(SignType::Sha256).seal(r#"{"a":1}"#.to_owned()).unwrap();
        let with = |field: &str| body.replacen('{', &format!("{{{field},"), 1);
        assert!(!proved(&with(r#""zAdded":"1""#)));
        assert!(proved(&with(r#""zAdded":"  ""#)));
        assert!(proved(&with(r#""zAdded":null"#)));
        let blank = Envelope::parse(with(r#""zAdded":"  ""#).as_bytes()).unwrap();
        assert_eq!(blank.get("zAdded"), None, "nobody can act on what is not signed");
    }

    #[test]
    fn a_message_cannot_choose_its_digest() {
        let md5 = store(SignType::Md5).seal("{}".to_owned()).unwrap();
        let envelope = Envelope::parse(md5.as_bytes()).unwrap();
        assert!(store(SignType::Md5).prove(&envelope).is_ok());
        assert_eq!(
            store(SignType::Sha256).prove(&envelope),
            Err("the sign type is not the configured one")
        );
    }

    #[test]
    fn a_signed_message_without_its_parts_is_incomplete() {
        let incomplete =
            |fields: &str| Envelope::parse(fields.as_bytes()).unwrap().content().is_err();
        assert!(incomplete(r#"{"clientId":"1","bizContent":"{}"}"#));
        assert!(incomplete(r#"{"accId":"1","bizContent":"{}"}"#));
        assert!(incomplete(r#"{"accId":"1","clientId":"1"}"#));
        assert!(incomplete(r#"{"accId":"1","clientId":"1","bizContent":"{}","version":"2.0"}"#));
        assert!(!incomplete(r#"{"accId":"1","clientId":"1","bizContent":"{}","version":"1.0"}"#));
    }

    proptest! {
        #[test]
        fn reading_and_proving_never_panic(body in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(envelope) = Envelope::parse(&body) {
                prop_assert!(store(SignType::Sha256).prove(&envelope).is_err());
            }
        }

        #[test]
        fn any_text_survives_sealing(content in "[^\\p{Cc}]{1,60}") {
            prop_assume!(!sign::is_blank(&content));
            let body = store(SignType::Sha256).seal(content.clone()).unwrap();
            let envelope = Envelope::parse(body.as_bytes()).unwrap();
            prop_assert!(store(SignType::Sha256).prove(&envelope).is_ok());
            prop_assert_eq!(envelope.get("bizContent"), Some(content.as_str()));
        }

        #[test]
        fn any_flipped_byte_breaks_the_message(at in 0_usize..1000, bit in 0_u8..8) {
            let mut body = store(SignType::Sha256)
                .seal(r#"{"amount":"19.90","remark":"命盘"}"#.to_owned())
                .unwrap()
                .into_bytes();
            let at = at % body.len();
            let signature = body.windows(8).position(|part| part == b"\"sign\":\"").unwrap() + 8;
            let before = body[at];
            body[at] ^= 1 << bit;
            // The one flip that changes nothing: the case of a hexadecimal letter.
            let same = (signature..signature + 64).contains(&at)
                && body[at].eq_ignore_ascii_case(&before);
            let store = store(SignType::Sha256);
            let accepted = Envelope::parse(&body).is_ok_and(|envelope| {
                store.prove(&envelope).is_ok() && envelope.content().is_ok()
            });
            prop_assert_eq!(accepted, same, "byte {}, bit {}", at, bit);
        }
    }
}
