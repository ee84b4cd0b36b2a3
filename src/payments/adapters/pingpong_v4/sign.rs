//! The V4 signature: a salted digest over the sorted fields (reference/pingpong.md §2.3).
//!
//! `UPPERHEX(H(salt ‖ "k1=v1&k2=v2…"))` over all top-level fields but `sign`, blanks left out, in
//! byte order of their names. It is a plain digest and no HMAC; §2.5 of the reference says what
//! that leaves open, and `wire` closes it.

use std::collections::BTreeMap;

use md5::{Digest as _, Md5};
use ring::digest;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use super::super::reading::{hex, unhex};

/// The digest that the store is configured for; a message cannot choose another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignType {
    Sha256,
    /// Only for stores that cannot be switched: it gives no margin any more.
    Md5,
}

impl SignType {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA256",
            Self::Md5 => "MD5",
        }
    }

    /// Reads the word on the wire.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "SHA256" => Some(Self::Sha256),
            "MD5" => Some(Self::Md5),
            _ => None,
        }
    }

    fn digest(self, salt: &SecretString, message: &str) -> Vec<u8> {
        match self {
            Self::Sha256 => {
                let mut context = digest::Context::new(&digest::SHA256);
                context.update(salt.expose_secret().as_bytes());
                context.update(message.as_bytes());
                context.finish().as_ref().to_vec()
            }
            Self::Md5 => {
                let mut context = Md5::new();
                context.update(salt.expose_secret().as_bytes());
                context.update(message.as_bytes());
                context.finalize().to_vec()
            }
        }
    }
}

/// The text that is signed, without the salt before it.
pub(super) fn canonical(fields: &BTreeMap<String, String>) -> String {
    let signed = fields.iter().filter(|(name, value)| *name != "sign" && !is_blank(value));
    signed.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// PingPong's notion of blank, which is Java's: the three spaces that do not break are not blank.
pub(super) fn is_blank(value: &str) -> bool {
    value.chars().all(|c| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{2007}' | '\u{202f}'))
}

/// The signature of `fields` in upper-case hexadecimal digits.
pub(super) fn sign(
    fields: &BTreeMap<String, String>,
    salt: &SecretString,
    sign_type: SignType,
) -> String {
    hex(&sign_type.digest(salt, &canonical(fields))).to_uppercase()
}

/// Whether `signature`, in digits of either case, is that of `fields`. Takes the same time wherever
/// they differ.
pub(super) fn verify(
    fields: &BTreeMap<String, String>,
    salt: &SecretString,
    sign_type: SignType,
    signature: &str,
) -> bool {
    let expected = sign_type.digest(salt, &canonical(fields));
    unhex(signature).is_some_and(|given| given.ct_eq(&expected).into())
}
