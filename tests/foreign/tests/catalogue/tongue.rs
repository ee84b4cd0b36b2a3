//! A language: what its buyers' Telegram says it is, and what the shop says in it.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use super::words::Words;

pub(crate) struct Tongue {
    /// The folder of its texts, here and in the transcripts.
    pub(crate) code: &'static str,
    /// What Telegram tells as the client's language.
    pub(crate) client: &'static str,
    place: usize,
    words: OnceLock<Words>,
}

pub(crate) static SIMPLIFIED: Tongue = Tongue::new("zh-Hans", "zh-hans", 0);
pub(crate) static TRADITIONAL: Tongue = Tongue::new("zh-Hant", "zh-hant", 1);
pub(crate) static ENGLISH: Tongue = Tongue::new("en", "en", 2);

/// The same thing in all languages: simplified, traditional, English.
pub(crate) type Three = [&'static str; 3];

impl Tongue {
    const fn new(code: &'static str, client: &'static str, place: usize) -> Self {
        Self { code, client, place, words: OnceLock::new() }
    }

    /// So that the same seed kills at other moments in each language.
    pub(crate) fn number(&self) -> u64 {
        u64::try_from(self.place).unwrap()
    }

    pub(crate) fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::of(self.code))
    }

    pub(crate) fn of(&self, three: Three) -> &'static str {
        three[self.place]
    }

    /// Whether a text is what `sign` says: a key of the language files, or words as they stand there.
    pub(crate) fn shows(&self, sign: &str, text: &str) -> bool {
        let is_key = sign.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if is_key { self.words().are_in(sign, text) } else { text.contains(sign) }
    }

    /// What a product is called, from its own file.
    pub(crate) fn product(&self, sku: &str) -> String {
        let mut above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors();
        let file = |folder: &Path| folder.join("templates/products").join(sku).join("product.toml");
        let text = above.find_map(|folder| fs::read_to_string(file(folder)).ok()).unwrap();
        let names = text.split_once("[name]").unwrap().1;
        let line = names.lines().find(|line| line.starts_with(self.code)).unwrap();
        line.split('"').nth(1).unwrap().to_owned()
    }
}
