//! How a provider's loosely typed JSON is read, and how a fact gets its key.

use ring::digest::{SHA256, digest};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::payments::ports::{Source, StatedAmount};

/// Room that an evidence key may take in a unique index, in bytes.
const MAX_KEY_BYTES: usize = 190;

/// The longest value that is read, in bytes: twice an address with everything in it.
const MAX_TEXT: usize = 4096;
/// The longest number of a payment, refund or charge. PingPong allows 64, we make 18.
const MAX_NUMBER: usize = 128;

/// A value that some senders write as a JSON string and others as a number. A number keeps the
/// digits that were sent: it is never made a floating point number. Text without end is not
/// what we know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Text(String);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        match raw.get().as_bytes().first() {
            Some(b'"') => {
                let text: String = serde_json::from_str(raw.get()).map_err(D::Error::custom)?;
                if text.len() > MAX_TEXT {
                    return Err(D::Error::custom("a text that is too long"));
                }
                Ok(Self(text))
            }
            Some(b'-' | b'0'..=b'9') if raw.get().len() <= MAX_NUMBER => {
                Ok(Self(raw.get().to_owned()))
            }
            Some(_) | None => Err(D::Error::custom("neither text nor number")),
        }
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// The text, if there is more in it than blanks.
pub(super) fn filled(text: Option<Text>) -> Option<String> {
    text.map(|Text(text)| text).filter(|text| !text.trim().is_empty())
}

/// The number of a payment, refund or charge, if it could be one: ours or a stranger's.
pub(super) fn number(text: Option<Text>) -> Result<Option<String>, &'static str> {
    let number = filled(text);
    match &number {
        Some(number) if number.len() > MAX_NUMBER => Err("a number is too long"),
        Some(number) if number.chars().any(char::is_control) => {
            Err("a number has characters that no number has")
        }
        Some(_) | None => Ok(number),
    }
}

/// Reads exactly one JSON object. (A derived reader alone would take an array for it, too.)
pub(super) fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    let first = json.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'{') { serde_json::from_slice(json).ok() } else { None }
}

/// An amount as the provider wrote it; without an amount a currency says nothing. What cannot be
/// kept in a row is made visible, never left out: `1\09` must not become `19`.
pub(super) fn stated(amount: Option<Text>, currency: Option<Text>) -> Option<StatedAmount> {
    let visible = |text: String| text.replace(char::is_control, "\u{FFFD}");
    let currency = filled(currency).map(visible);
    filled(amount).map(visible).map(|amount| StatedAmount { amount, currency })
}

/// The key under which the same fact is always found (spec.md §4 rule 3).
///
/// The source belongs to it: that a callback and a query agree is a second proof, not a repeat.
/// So does the amount: a corrected amount is news.
pub(super) fn evidence_key(
    source: Source,
    facts: &[&str],
    stated: Option<&StatedAmount>,
) -> String {
    let mut parts = vec![source.as_str().to_owned()];
    parts.extend(facts.iter().map(|fact| escaped(fact)));
    if let Some(stated) = stated {
        parts.push(escaped(without_trailing_zeros(&stated.amount)));
        parts.extend(stated.currency.as_deref().map(escaped));
    }
    let key = parts.join("/");
    if key.len() <= MAX_KEY_BYTES {
        return key;
    }
    format!("{}/sha256:{}", source.as_str(), hex(digest(&SHA256, key.as_bytes()).as_ref()))
}

/// Also without NUL, which a database may refuse.
fn escaped(fact: &str) -> String {
    fact.replace('%', "%25").replace('/', "%2F").replace('\0', "%00")
}

/// `19.900000` and `19.9` are one amount.
fn without_trailing_zeros(amount: &str) -> &str {
    if amount.contains('.') { amount.trim_end_matches('0').trim_end_matches('.') } else { amount }
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len().saturating_mul(2)), |mut text, byte| {
        write!(text, "{byte:02x}").ok();
        text
    })
}

/// Bytes from hexadecimal digits of either case.
pub(super) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect()
}

/// A provider's explanation, short enough for a log line or a column, without control characters.
pub(super) fn brief(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(json: &str) -> Option<Text> {
        serde_json::from_str(json).ok()
    }

    #[test]
    fn text_and_numbers_keep_what_was_sent() {
        assert_eq!(text("\"19.90\""), Some(Text("19.90".into())));
        assert_eq!(text("19.90"), Some(Text("19.90".into())));
        assert_eq!(text("-1e400"), Some(Text("-1e400".into())));
        for wrong in ["true", "{}", "[1]", ""] {
            assert_eq!(text(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_number_is_short_and_plain() {
        assert_eq!(number(text("\"P20261121-7F3K9QX2\"")), Ok(Some("P20261121-7F3K9QX2".into())));
        assert_eq!(number(text("\" \"")), Ok(None));
        assert_eq!(number(None), Ok(None));
        for wrong in
            [format!("\"{}\"", "9".repeat(129)), r#""P1\u0000""#.into(), r#""P\n1""#.into()]
        {
            assert!(number(text(&wrong)).is_err(), "{wrong}");
        }
        assert_eq!(text(&format!("\"{}\"", "9".repeat(4097))), None);
        assert_eq!(text(&"9".repeat(129)), None);
    }

    #[test]
    fn nothing_with_a_nul_reaches_a_key_or_an_amount() {
        let key = evidence_key(Source::Callback, &["P1", "PA\0ID"], None);
        assert_eq!(key, "callback/P1/PA%00ID");
        let stated = stated(text(r#""1\u00009""#), None).unwrap();
        assert_eq!(stated.amount, "1\u{FFFD}9");
    }

    #[test]
    fn only_one_whole_object_is_an_object() {
        #[derive(Deserialize)]
        struct One {
            a: Option<Text>,
        }
        assert!(object::<One>(br#" {"a":1,"b":2} "#).is_some_and(|one| one.a.is_some()));
        for wrong in [r#"["1"]"#, r#"{"a":1}{"a":2}"#, r#"{"a":1,"a":2}"#, "", "null", "{"] {
            assert!(object::<One>(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_key_tells_facts_apart_and_not_their_spelling() {
        let stated = |amount: &str| StatedAmount { amount: amount.into(), currency: None };
        let key =
            |facts: &[&str], amount| evidence_key(Source::Callback, facts, Some(&stated(amount)));
        assert_eq!(key(&["P1", "SUCCESS"], "19.900000"), "callback/P1/SUCCESS/19.9");
        assert_eq!(key(&["P1", "SUCCESS"], "19.90"), key(&["P1", "SUCCESS"], "19.9"));
        assert_eq!(key(&["P1"], "100"), "callback/P1/100");
        assert_ne!(key(&["P1", "SUCCESS"], "0.01"), key(&["P1", "SUCCESS"], "19.9"));
        assert_ne!(key(&["a/b", "c"], "1"), key(&["a", "b/c"], "1"));
        let long = evidence_key(Source::Query, &[&"9".repeat(9_000)], None);
        assert!(long.starts_with("query/sha256:") && long.len() < MAX_KEY_BYTES, "{long}");
    }

    proptest! {
        #[test]
        fn bytes_survive_hexadecimal(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            prop_assert_eq!(unhex(&hex(&bytes)), Some(bytes.clone()));
            prop_assert_eq!(unhex(&hex(&bytes).to_uppercase()), Some(bytes));
        }

        #[test]
        fn reading_hexadecimal_never_panics(text in "\\PC{0,20}") {
            unhex(&text);
        }
    }
}
