//! Both signatures of PingPong: the salted digest of `v4` (reference/pingpong.md §2.3) and the
//! HMAC header of the plain dialect (spec.md §9.1).

use ring::{digest, hmac};
use serde_json::{Map, Value};

pub(crate) const SALT: &str = "played-salt-0123456789ABCDEF";
pub(crate) const ACC_ID: &str = "9100000000000000007001";
pub(crate) const CLIENT_ID: &str = "9100000000000000007";
pub(crate) const WEBHOOK_SECRET: &str = "played-webhook-secret-5f1c";

/// Upper-case hex SHA-256 over salt and the sorted fields; blank fields are outside.
pub(crate) fn sign_v4(fields: &Map<String, Value>, salt: &str) -> String {
    let mut pairs: Vec<(&String, &str)> = fields
        .iter()
        .filter(|(name, _)| *name != "sign")
        .filter_map(|(name, value)| value.as_str().map(|text| (name, text)))
        .filter(|(_, text)| !text.trim().is_empty())
        .collect();
    pairs.sort();
    let joined: Vec<String> = pairs.iter().map(|(name, text)| format!("{name}={text}")).collect();
    let signed = format!("{salt}{}", joined.join("&"));
    hex(digest::digest(&digest::SHA256, signed.as_bytes()).as_ref()).to_uppercase()
}

/// Lower-case hex HMAC-SHA256.
pub(crate) fn sign_hmac(bytes: &[u8], secret: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    hex(hmac::sign(&key, bytes).as_ref())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_published_vectors_come_out() {
        let t7 = json!({
            "accId": "9000000000000000001001", "clientId": "9000000000000000001",
            "code": "000000", "description": "Transaction succeeded", "signType": "SHA256",
            "bizContent": "{\"amount\":\"19.900000\",\"currency\":\"USD\",\
                \"merchantTransactionId\":\"ORD-20261121-0001\",\"notifyType\":\"RECHARGE\",\
                \"status\":\"SUCCESS\",\"threeDSecure\":\"N\",\
                \"transactionEndTime\":\"1795219205000\",\
                \"transactionId\":\"2026112150000001\",\"transactionTime\":\"1795219200000\"}",
        });
        let signed = sign_v4(t7.as_object().unwrap(), "0123456789ABCDEF01234567");
        assert_eq!(signed, "5C986D4773F934C8C5F049E43C1B5960995DA78AF9CBAEE6A7F6B6B2A98EF750");
        let t11 =
            r#"{"order_id":"ORD-20261121-0001","status":"paid","amount":"19.90","currency":"USD"}"#;
        let signed = sign_hmac(t11.as_bytes(), "test-webhook-secret");
        assert_eq!(signed, "ad1e469ad478cccf1dedc2c17b84f1485cd46b15db413a9e72705cd4d9efe4af");
    }
}
