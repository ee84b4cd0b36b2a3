//! Who belongs to a segment. Pure.

use crate::kernel::locale::Locale;

/// To whom a broadcast goes. The words stand in rows and never change.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Segment {
    All,
    Buyers,
    NonBuyers,
    /// Whoever is spoken to in this language.
    Language(Locale),
}

/// What is known of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    pub locale: Locale,
    /// Has paid for something.
    pub bought: bool,
}

impl Segment {
    pub const ALL: [Self; 6] = [
        Self::All,
        Self::Buyers,
        Self::NonBuyers,
        Self::Language(Locale::ZhHans),
        Self::Language(Locale::ZhHant),
        Self::Language(Locale::En),
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Buyers => "buyers",
            Self::NonBuyers => "non_buyers",
            Self::Language(locale) => locale.as_str(),
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|segment| segment.as_str() == word)
    }

    pub fn has(self, reader: Reader) -> bool {
        match self {
            Self::All => true,
            Self::Buyers => reader.bought,
            Self::NonBuyers => !reader.bought,
            Self::Language(locale) => reader.locale == locale,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_belongs_where_they_should() {
        let reader = |locale, bought| Reader { locale, bought };
        for (reader, segments) in [
            (reader(Locale::ZhHans, true), "all buyers zh-Hans"),
            (reader(Locale::ZhHant, false), "all non_buyers zh-Hant"),
            (reader(Locale::En, true), "all buyers en"),
        ] {
            let of: Vec<_> = Segment::ALL.into_iter().filter(|one| one.has(reader)).collect();
            let words: Vec<_> = of.iter().map(|segment| segment.as_str()).collect();
            assert_eq!(words.join(" "), segments);
        }
    }

    #[test]
    fn the_words_read_back() {
        for segment in Segment::ALL {
            assert_eq!(Segment::parse(segment.as_str()), Some(segment));
        }
        assert_eq!(Segment::parse("everybody"), None);
    }
}
