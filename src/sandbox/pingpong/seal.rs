//! How PingPong signs, written a second time on purpose: what plays the outside world must not share
//! the code it tests (reference/pingpong.md §2.3; spec.md §9.1 for the `hmac` dialect).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use md5::{Digest as _, Md5};
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};

/// The two digests of V4, by their words on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SignType {
    Sha256,
    Md5,
}

impl SignType {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA256",
            Self::Md5 => "MD5",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        [Self::Sha256, Self::Md5].into_iter().find(|sign_type| sign_type.word() == word)
    }
}

/// The V4 signature over all `fields` but `sign`.
pub(super) fn v4(
    salt: &SecretString,
    sign_type: SignType,
    fields: &BTreeMap<String, String>,
) -> String {
    let mut message = salt.expose_secret().to_owned();
    let signed = fields.iter().filter(|(name, value)| *name != "sign" && !value.trim().is_empty());
    for (place, (name, value)) in signed.enumerate() {
        if place > 0 {
            message.push('&');
        }
        message.push_str(name);
        message.push('=');
        message.push_str(value);
    }
    let bytes = match sign_type {
        SignType::Sha256 => digest::digest(&digest::SHA256, message.as_bytes()).as_ref().to_vec(),
        SignType::Md5 => Md5::digest(message.as_bytes()).to_vec(),
    };
    digits(&bytes).to_uppercase()
}

/// The signature of the `hmac` dialect.
pub(super) fn hmac(secret: &SecretString, message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
    digits(hmac::sign(&key, message).as_ref())
}

fn digits(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_vectors_are_reproduced() {
        let fields = [
            ("accId", "2018092714313010016289"),
            ("clientId", "2018092714313010016"),
            ("version", "1.0"),
            (
                "bizContent",
                r#"{"merchantTransactionId":"10019","trackingNumber":"423431241","logisticsCompany":"sf","logisticsCompanyUrl":"https://www.baidu.com"}"#,
            ),
        ];
        let signed = |sign_type: SignType| {
            let sign_type_field = [("signType", sign_type.word()), ("sign", "ignored")];
            let fields = fields.iter().chain(&sign_type_field);
            let fields = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            v4(&"BCE27A281029F5EAF3CC0E82".into(), sign_type, &fields.collect())
        };
        assert_eq!(signed(SignType::Md5), "055AD0B08E3A92A91475E24E1F0C005F");
        assert_eq!(
            signed(SignType::Sha256),
            "CF54E3E89BE3255D8B05E3E5671CF0378011BD55ED8E020426BFB6A02947DD6A"
        );
        let body =
            br#"{"order_id":"ORD-20261121-0001","status":"paid","amount":"19.90","currency":"USD"}"#;
        assert_eq!(
            hmac(&"test-webhook-secret".into(), body),
            "ad1e469ad478cccf1dedc2c17b84f1485cd46b15db413a9e72705cd4d9efe4af"
        );
    }
}
