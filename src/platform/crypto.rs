//! Encryption at rest: AES-256-GCM with keys that can be rotated (spec.md §12).
//!
//! A sealed text is `v1.<key id>.<base64url(nonce ‖ ciphertext ‖ tag)>`. The caller's context, such
//! as `orders.form:M20261121-7F3K9QX2`, is authenticated with it, so that nobody who can write to
//! the database can move a sealed text to another row or column.
//!
//! Nonces are random. With 96 bits that is safe for 2³² texts under one key (NIST SP 800-38D
//! §8.3), far beyond what a shop writes before it rotates.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use crate::kernel::ids::random_bytes;

const VERSION: &str = "v1";
const KEY_LENGTH: usize = 32;
/// 22 characters of base64 are 132 bits.
const MARK_LENGTH: usize = 22;
/// Keeps the key of marks apart from the key that encrypts.
const MARKER_LABEL: &[u8] = b"mingshu link marks";

/// Why the configured keys cannot be used. Never says anything of a key but its position.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyringError {
    #[error("there is no key")]
    Empty,
    #[error("key {0} is not written id:base64")]
    Form(usize),
    #[error("key {0} has an id that is not 1 to 32 letters, digits, _ or -")]
    Id(usize),
    #[error("key {0} is not 32 bytes of base64")]
    Length(usize),
    #[error("key {0} has the id of an earlier key")]
    Repeated(usize),
}

/// Why a sealed text stays closed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("the text is not sealed by us")]
    Malformed,
    #[error("the text is sealed with the key `{0}`, which is not configured")]
    UnknownKey(String),
    /// Another key under the same id, another context, or damage: they cannot be told apart.
    #[error("the seal is broken or belongs elsewhere")]
    Broken,
    #[error("the sealed text does not hold what was expected")]
    Content(#[source] serde_json::Error),
}

/// What is kept of a secret of many random bits to know it again: SHA-256, in hex. Not for words that
/// people choose.
pub fn fingerprint(secret: &str) -> String {
    let digest = digest::digest(&digest::SHA256, secret.as_bytes());
    digest.as_ref().iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Keys in order: the first encrypts, all decrypt.
pub struct Keyring {
    first: NamedKey,
    older: Vec<NamedKey>,
}

struct NamedKey {
    id: String,
    key: LessSafeKey,
    marker: hmac::Key,
}

impl Keyring {
    /// Reads keys written `id:base64(32 bytes)`, such as `mingshu init` makes.
    pub fn parse(entries: &[SecretString]) -> Result<Self, KeyringError> {
        let mut keys: Vec<NamedKey> = Vec::with_capacity(entries.len());
        for (position, entry) in (1..).zip(entries) {
            let key = NamedKey::parse(entry.expose_secret(), position)?;
            if keys.iter().any(|earlier| earlier.id == key.id) {
                return Err(KeyringError::Repeated(position));
            }
            keys.push(key);
        }
        let mut keys = keys.into_iter();
        let first = keys.next().ok_or(KeyringError::Empty)?;
        Ok(Self { first, older: keys.collect() })
    }

    /// A new key in the form that [`Self::parse`] reads.
    pub fn generate(id: &str) -> SecretString {
        format!("{id}:{}", STANDARD.encode(random_bytes(KEY_LENGTH))).into()
    }

    /// Encrypts `plain` so that only the same `context` opens it.
    ///
    /// # Panics
    /// Beyond the cipher's limit of 64 GiB, and when the system gives no random bytes.
    pub fn seal(&self, context: &str, plain: &[u8]) -> String {
        let mut sealed = random_bytes(NONCE_LEN);
        let mut ciphertext = plain.to_vec();
        let outcome = Nonce::try_assume_unique_for_key(&sealed).and_then(|nonce| {
            let context = Aad::from(context.as_bytes());
            self.first.key.seal_in_place_append_tag(nonce, context, &mut ciphertext)
        });
        // Were this ignored, the text would be stored in the clear.
        assert!(outcome.is_ok(), "a text of {} bytes cannot be encrypted", plain.len());
        sealed.append(&mut ciphertext);
        format!("{VERSION}.{}.{}", self.first.id, URL_SAFE_NO_PAD.encode(sealed))
    }

    /// Decrypts what was sealed with the same `context` and a key of this ring.
    pub fn open(&self, context: &str, sealed: &str) -> Result<Vec<u8>, SealError> {
        let sealed = Sealed::parse(sealed)?;
        let key = self.key(sealed.key_id)?;
        let mut bytes =
            URL_SAFE_NO_PAD.decode(sealed.payload).map_err(|_not_base64| SealError::Malformed)?;
        let (nonce, ciphertext) =
            bytes.split_at_mut_checked(NONCE_LEN).ok_or(SealError::Malformed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce)
            .map_err(|_wrong_length| SealError::Malformed)?;
        let plain = key
            .open_in_place(nonce, Aad::from(context.as_bytes()), ciphertext)
            .map_err(|_not_authentic| SealError::Broken)?;
        Ok(plain.to_vec())
    }

    /// [`Self::seal`] for a value, as JSON.
    pub fn seal_json<T: Serialize>(&self, context: &str, value: &T) -> Result<String, SealError> {
        let plain = serde_json::to_vec(value).map_err(SealError::Content)?;
        Ok(self.seal(context, &plain))
    }

    /// [`Self::open`] for a value sealed by [`Self::seal_json`].
    pub fn open_json<T: DeserializeOwned>(
        &self,
        context: &str,
        sealed: &str,
    ) -> Result<T, SealError> {
        let plain = self.open(context, sealed)?;
        serde_json::from_slice(&plain).map_err(SealError::Content)
    }

    /// A short unguessable mark of `text` for links: 22 characters that only this ring's first key
    /// can make. Another `purpose` gives another mark.
    pub fn mark(&self, purpose: &str, text: &str) -> String {
        self.first.mark(purpose, text)
    }

    /// Whether `given` is the mark of `text` by any key of this ring: marks that are out there outlive
    /// a change of keys. In constant time for each key.
    pub fn knows_mark(&self, purpose: &str, text: &str, given: &str) -> bool {
        std::iter::once(&self.first).chain(&self.older).fold(false, |known, key| {
            let same: bool = key.mark(purpose, text).as_bytes().ct_eq(given.as_bytes()).into();
            known | same
        })
    }

    /// The id of the key that seals.
    pub fn first_id(&self) -> &str {
        &self.first.id
    }

    /// What everything sealed with the first key begins with.
    pub fn first_prefix(&self) -> String {
        format!("{VERSION}.{}.", self.first.id)
    }

    /// Whether the text should be sealed anew because its key is no longer the first.
    pub fn needs_rotation(&self, sealed: &str) -> bool {
        Sealed::parse(sealed).map_or(true, |sealed| sealed.key_id != self.first.id)
    }

    fn key(&self, id: &str) -> Result<&LessSafeKey, SealError> {
        std::iter::once(&self.first)
            .chain(&self.older)
            .find(|named| named.id == id)
            .map(|named| &named.key)
            .ok_or_else(|| SealError::UnknownKey(id.to_owned()))
    }
}

impl fmt::Debug for Keyring {
    /// The ids alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = std::iter::once(&self.first).chain(&self.older).map(|key| &key.id);
        f.debug_tuple("Keyring").field(&ids.collect::<Vec<_>>()).finish()
    }
}

impl NamedKey {
    fn mark(&self, purpose: &str, text: &str) -> String {
        let tag = hmac::sign(&self.marker, format!("{purpose}\n{text}").as_bytes());
        let mut mark = URL_SAFE_NO_PAD.encode(tag.as_ref());
        mark.truncate(MARK_LENGTH);
        mark
    }

    fn parse(entry: &str, position: usize) -> Result<Self, KeyringError> {
        let (id, encoded) = entry.split_once(':').ok_or(KeyringError::Form(position))?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if id.is_empty() || id.len() > 32 || !id.bytes().all(plain) {
            return Err(KeyringError::Id(position));
        }
        let bytes =
            STANDARD.decode(encoded).map_err(|_not_base64| KeyringError::Length(position))?;
        let key = UnboundKey::new(&AES_256_GCM, &bytes)
            .map_err(|_wrong_length| KeyringError::Length(position))?;
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &bytes), MARKER_LABEL);
        let marker = hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref());
        Ok(Self { id: id.to_owned(), key: LessSafeKey::new(key), marker })
    }
}

/// The parts of a sealed text.
struct Sealed<'a> {
    key_id: &'a str,
    payload: &'a str,
}

impl<'a> Sealed<'a> {
    fn parse(text: &'a str) -> Result<Self, SealError> {
        match text.split('.').collect::<Vec<_>>().as_slice() {
            [VERSION, key_id, payload] => Ok(Self { key_id, payload }),
            _ => Err(SealError::Malformed),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CONTEXT: &str = "orders.form:M20261121-7F3K9QX2";

    fn ring(keys: &[&SecretString]) -> Keyring {
        Keyring::parse(&keys.iter().map(|&key| key.clone()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_new_first_key_still_opens_what_the_old_one_sealed() {
        let (old, new) = (Keyring::generate("2025"), Keyring::generate("2026"));
        let sealed = ring(&[&old]).seal(CONTEXT, b"1990-05-20");
        let rotated = ring(&[&new, &old]);
        assert_eq!(rotated.open(CONTEXT, &sealed).unwrap(), b"1990-05-20");
        assert!(rotated.needs_rotation(&sealed));
        let again = rotated.seal(CONTEXT, b"1990-05-20");
        assert!(again.starts_with("v1.2026."));
        assert!(!rotated.needs_rotation(&again));
    }

    #[test]
    fn marks_are_short_and_belong_to_their_purpose_text_and_key() {
        let (first, second) = (Keyring::generate("a"), Keyring::generate("b"));
        let keys = ring(&[&first, &second]);
        let mark = keys.mark("pay.return", "M1");
        assert_eq!(mark.len(), MARK_LENGTH);
        assert_eq!(mark, ring(&[&first]).mark("pay.return", "M1"));
        assert_ne!(mark, keys.mark("pay.return", "M2"));
        assert_ne!(mark, keys.mark("other", "M1"));
        assert_ne!(mark, ring(&[&second]).mark("pay.return", "M1"));
        assert!(ring(&[&second, &first]).knows_mark("pay.return", "M1", &mark));
        assert!(!ring(&[&second, &first]).knows_mark("pay.return", "M2", &mark));
        assert!(!ring(&[&second]).knows_mark("pay.return", "M1", &mark));
        assert!(!keys.knows_mark("pay.return", "M1", ""));
    }

    #[test]
    fn a_key_that_is_gone_is_named() {
        let sealed = ring(&[&Keyring::generate("2025")]).seal(CONTEXT, b"x");
        let fault = ring(&[&Keyring::generate("2026")]).open(CONTEXT, &sealed).unwrap_err();
        assert!(matches!(fault, SealError::UnknownKey(id) if id == "2025"));
    }

    #[test]
    fn another_key_under_the_same_id_opens_nothing() {
        let sealed = ring(&[&Keyring::generate("a")]).seal(CONTEXT, b"x");
        let fault = ring(&[&Keyring::generate("a")]).open(CONTEXT, &sealed).unwrap_err();
        assert!(matches!(fault, SealError::Broken));
    }

    #[test]
    fn a_sealed_text_opens_only_where_it_belongs() {
        let ring = ring(&[&Keyring::generate("a")]);
        let sealed = ring.seal(CONTEXT, b"x");
        let elsewhere = ring.open("orders.form:M20261121-00000000", &sealed);
        assert!(matches!(elsewhere, Err(SealError::Broken)));
    }

    #[test]
    fn the_same_text_is_never_sealed_the_same_way() {
        let ring = ring(&[&Keyring::generate("a")]);
        assert_ne!(ring.seal(CONTEXT, b"x"), ring.seal(CONTEXT, b"x"));
    }

    #[test]
    fn what_we_did_not_seal_is_malformed() {
        let ring = ring(&[&Keyring::generate("a")]);
        for text in ["", "hello", "v1.a", "v2.a.AAAA", "v1.a.!!!!", "v1.a.AAAA", "v1.a.b.c"] {
            assert!(matches!(ring.open(CONTEXT, text), Err(SealError::Malformed)), "{text}");
        }
    }

    #[test]
    fn keys_that_cannot_be_used_are_told_by_position() {
        let good = Keyring::generate("a");
        let wrong = |entry: &str| {
            Keyring::parse(&[good.clone(), entry.into()]).map(|_ring| ()).unwrap_err()
        };
        assert_eq!(Keyring::parse(&[]).map(|_ring| ()), Err(KeyringError::Empty));
        assert_eq!(wrong("no colon"), KeyringError::Form(2));
        assert_eq!(wrong("b.c:AAAA"), KeyringError::Id(2));
        assert_eq!(wrong("b:AAAA"), KeyringError::Length(2));
        assert_eq!(wrong("b:***"), KeyringError::Length(2));
        assert_eq!(wrong(Keyring::generate("a").expose_secret()), KeyringError::Repeated(2));
    }

    #[test]
    fn debug_output_shows_ids_and_no_key() {
        let key = Keyring::generate("a");
        let shown = format!("{:?}", ring(&[&key]));
        assert_eq!(shown, r#"Keyring(["a"])"#);
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(
            plain in proptest::collection::vec(any::<u8>(), 0..300),
            context in ".{0,40}",
        ) {
            let ring = ring(&[&Keyring::generate("a")]);
            let sealed = ring.seal(&context, &plain);
            prop_assert_eq!(ring.open(&context, &sealed).unwrap(), plain);
        }

        #[test]
        fn one_changed_character_breaks_the_seal(position in 0_usize..40, plain in "[a-z]{20}") {
            let ring = ring(&[&Keyring::generate("a")]);
            let sealed = ring.seal_json(CONTEXT, &plain).unwrap();
            let mut bytes = sealed.into_bytes();
            let place = "v1.a.".len() + position;
            bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            prop_assert!(ring.open_json::<String>(CONTEXT, &changed).is_err());
        }
    }
}
