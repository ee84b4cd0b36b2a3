//! What made the price of an order smaller, line by line, as the buyer is shown it. Pure.
//!
//! Stored as JSON with the order. Words and names must not change; new members need a serde
//! default.

use std::collections::BTreeMap;

use crate::kernel::locale::Locale;
use crate::kernel::money::Money;

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountKind {
    /// The product's own sale.
    Sale,
    Coupon,
}

/// One line: more than nothing, taken off what the lines before it left.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct DiscountLine {
    pub kind: DiscountKind,
    pub amount: Money,
    /// What the sale was called, per language.
    #[serde(default)]
    pub label: BTreeMap<Locale, String>,
    /// Of the coupon.
    #[serde(default)]
    pub code: Option<String>,
}

impl DiscountKind {
    /// The word in the row and in the shell.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sale => "sale",
            Self::Coupon => "coupon",
        }
    }
}

impl DiscountLine {
    /// The sale's name in `locale`, or in the nearest language that there is.
    pub fn label(&self, locale: Locale) -> Option<&str> {
        locale.fallbacks().iter().find_map(|near| self.label.get(near)).map(String::as_str)
    }

    pub(super) fn read(json: &str) -> Option<Vec<Self>> {
        serde_json::from_str(json).ok()
    }

    pub(super) fn write(lines: &[Self]) -> String {
        serde_json::json!(lines).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Currency;

    #[test]
    fn lines_read_back_and_their_words_stay() {
        let label = BTreeMap::from([(Locale::ZhHans, "双十一".to_owned())]);
        let amount = Money::new(490, Currency::CNY);
        let code = Some("SPRING".to_owned());
        let lines = vec![
            DiscountLine { kind: DiscountKind::Sale, amount, label, code: None },
            DiscountLine { kind: DiscountKind::Coupon, amount, label: BTreeMap::new(), code },
        ];
        let json = DiscountLine::write(&lines);
        assert_eq!(DiscountLine::read(&json), Some(lines.clone()));
        assert!(json.contains(r#""kind":"sale""#) && json.contains(r#""kind":"coupon""#), "{json}");
        assert_eq!(lines[0].label(Locale::ZhHant), Some("双十一"));
        assert_eq!(lines[1].label(Locale::En), None);
        assert_eq!(DiscountLine::read("[]"), Some(Vec::new()));
    }
}
