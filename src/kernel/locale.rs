//! The languages we speak.

use std::fmt;

/// A language pack. Words in the database and in file names: `zh-Hans`, `zh-Hant`, `en`.
#[derive(
    Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize,
)]
pub enum Locale {
    #[serde(rename = "zh-Hans")]
    ZhHans,
    #[serde(rename = "zh-Hant")]
    ZhHant,
    #[serde(rename = "en")]
    En,
}

impl Locale {
    pub const ALL: &'static [Self] = &[Self::ZhHans, Self::ZhHant, Self::En];

    /// The languages in which to look for a text, this one first.
    pub fn fallbacks(self) -> &'static [Self] {
        match self {
            Self::ZhHans => &[Self::ZhHans, Self::ZhHant, Self::En],
            Self::ZhHant => &[Self::ZhHant, Self::ZhHans, Self::En],
            Self::En => &[Self::En, Self::ZhHans, Self::ZhHant],
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ZhHans => "zh-Hans",
            Self::ZhHant => "zh-Hant",
            Self::En => "en",
        }
    }

    /// Reads our own word; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "zh-Hans" => Some(Self::ZhHans),
            "zh-Hant" => Some(Self::ZhHant),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// The pack that fits a Telegram client's IETF tag best. Simplified Chinese is the default.
    pub fn from_ietf(tag: Option<&str>) -> Self {
        let Some(tag) = tag else { return Self::ZhHans };
        let tag = tag.to_ascii_lowercase();
        let traditional = ["hant", "-tw", "-hk", "-mo"].iter().any(|part| tag.contains(part));
        match tag.split('-').next() {
            Some("zh") if traditional => Self::ZhHant,
            Some("zh") => Self::ZhHans,
            _ => Self::En,
        }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_languages_find_their_pack() {
        let pack = |tag| Locale::from_ietf(Some(tag));
        assert_eq!(pack("zh-hans"), Locale::ZhHans);
        assert_eq!(pack("zh-CN"), Locale::ZhHans);
        assert_eq!(pack("zh-TW"), Locale::ZhHant);
        assert_eq!(pack("zh-Hant-HK"), Locale::ZhHant);
        assert_eq!(pack("en-GB"), Locale::En);
        assert_eq!(pack("fr"), Locale::En);
        assert_eq!(Locale::from_ietf(None), Locale::ZhHans);
    }
}
