//! A text in several languages, as products and their forms carry it.

use std::collections::BTreeMap;

use super::node::Value;
use crate::kernel::locale::Locale;

/// Plain text per language; holds at least one. Escaped by whoever puts it into a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct LocalText(BTreeMap<Locale, String>);

impl LocalText {
    pub fn new(texts: impl IntoIterator<Item = (Locale, String)>) -> Self {
        Self(texts.into_iter().collect())
    }

    /// The text in `locale`, or in the nearest language that there is.
    pub fn get(&self, locale: Locale) -> &str {
        let nearest = locale.fallbacks().iter().find_map(|candidate| self.0.get(candidate));
        nearest.map_or("", String::as_str)
    }

    /// Every language's text, for rows that outlive the product's file.
    pub fn all(&self) -> &BTreeMap<Locale, String> {
        &self.0
    }

    /// Whether some language says exactly this, whatever the case.
    pub fn says(&self, typed: &str) -> bool {
        self.0.values().any(|text| text.to_lowercase() == typed.to_lowercase())
    }

    /// Reads a table of languages whose texts have at most `max` characters each.
    pub(super) fn read(value: Option<&Value<'_>>, max: usize) -> Self {
        let Some(table) = value.and_then(Value::table) else { return Self::default() };
        let mut texts = BTreeMap::new();
        for (key, value) in table.entries() {
            match (Locale::parse(key), value.text().map(str::trim)) {
                (None, _) => value.wrong("is not a language, expected zh-Hans, zh-Hant or en"),
                (Some(_), None) => {}
                (Some(_), Some("")) => value.wrong("is empty"),
                (Some(_), Some(text)) if text.chars().count() > max => {
                    value.wrong(format!("is longer than {max} characters"));
                }
                (Some(locale), Some(text)) => {
                    texts.insert(locale, text.to_owned());
                }
            }
        }
        if table.entries().next().is_none() {
            table.whole().wrong("has no language, expected at least zh-Hans");
        }
        Self(texts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_language_answers() {
        let both =
            LocalText::new([(Locale::ZhHans, "八字".to_owned()), (Locale::En, "Chart".to_owned())]);
        assert_eq!(both.get(Locale::En), "Chart");
        assert_eq!(both.get(Locale::ZhHant), "八字");
        let chinese = LocalText::new([(Locale::ZhHans, "八字".to_owned())]);
        assert_eq!(chinese.get(Locale::En), "八字");
        assert_eq!(LocalText::default().get(Locale::En), "");
        assert!(both.says("chart") && !both.says("cha"));
    }
}
