//! What a product asks its buyer (spec.md §6), and how its file says so.

use std::collections::BTreeSet;

use super::local_text::LocalText;
use super::node::{Section, Value};

const LONGEST_LABEL: usize = 24;
const LONGEST_QUESTION: usize = 400;
const LONGEST_ANSWER: u32 = 2_000;
const MOST_FIELDS: usize = 12;
const MOST_OPTIONS: usize = 24;
/// Kept small: it travels in button data and in stored answers.
const LONGEST_KEY: usize = 24;

/// One question of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name under which the answer is kept and the prompt finds it.
    pub key: String,
    /// Two or three words for the check card and the edit button.
    pub label: LocalText,
    /// The question itself; `gender` and `birth` have the bot's own words when it is missing.
    pub question: Option<LocalText>,
    /// A question that is not required may be skipped.
    pub required: bool,
    pub kind: FieldKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldKind {
    /// Free text of at most so many characters.
    Text {
        max_length: u32,
    },
    Choice {
        options: Vec<ChoiceOption>,
    },
    Gender,
    /// Calendar, date, hour and, unless the product does not care, place.
    Birth {
        ask_place: bool,
    },
    /// A whole number; both ends are allowed.
    Number {
        min: i64,
        max: i64,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoiceOption {
    pub value: String,
    pub label: LocalText,
}

impl Field {
    /// The label of a choice's `value`.
    pub fn option(&self, value: &str) -> Option<&ChoiceOption> {
        match &self.kind {
            FieldKind::Choice { options } => options.iter().find(|option| option.value == value),
            FieldKind::Text { .. }
            | FieldKind::Gender
            | FieldKind::Birth { .. }
            | FieldKind::Number { .. } => None,
        }
    }
}

/// A birth that is asked for, and the gender that belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person<'a> {
    pub gender: Option<&'a Field>,
    pub birth: &'a Field,
}

/// Whom the form asks about: its first birth with its first gender, the second with the second.
pub fn people(form: &[Field]) -> impl Iterator<Item = Person<'_>> {
    let births = form.iter().filter(|field| matches!(field.kind, FieldKind::Birth { .. }));
    let mut genders = form.iter().filter(|field| field.kind == FieldKind::Gender);
    births.map(move |birth| Person { gender: genders.next(), birth })
}

/// Reads the `[[form]]` entries; a product without any asks nothing.
pub(super) fn read_form(value: Option<&Value<'_>>) -> Vec<Field> {
    let Some(value) = value else { return Vec::new() };
    let entries = value.list().unwrap_or_default();
    if entries.len() > MOST_FIELDS {
        value.wrong(format!("asks {} questions, at most {MOST_FIELDS} fit", entries.len()));
    }
    let mut keys = BTreeSet::new();
    let mut fields = Vec::new();
    for entry in &entries {
        let Some(field) = entry.table().map(read_field) else { continue };
        if !field.key.is_empty() && !keys.insert(field.key.clone()) {
            entry.wrong(format!("the key `{}` is used twice", field.key));
        }
        fields.push(field);
    }
    fields
}

fn read_field(table: Section<'_>) -> Field {
    let key = table.get("key", "a short name such as birth").map(|value| read_key(&value));
    let label = table.get("label", "a table of languages");
    let question = table.find("question");
    let required = table.find("required").and_then(|value| value.flag()).unwrap_or(true);
    let kind = read_kind(&table);
    let needs_question = !matches!(kind, FieldKind::Gender | FieldKind::Birth { .. });
    if needs_question && question.is_none() {
        table.get("question", "a table of languages");
    }
    let field = Field {
        key: key.unwrap_or_default(),
        label: LocalText::read(label.as_ref(), LONGEST_LABEL),
        question: question.map(|text| LocalText::read(Some(&text), LONGEST_QUESTION)),
        required,
        kind,
    };
    table.finish();
    field
}

fn read_kind(table: &Section<'_>) -> FieldKind {
    const KINDS: &str = "text, choice, gender, birth or number";
    let value = table.get("kind", KINDS);
    match value.as_ref().and_then(Value::text) {
        Some("text") => {
            let limit = table.get("max_length", "the most characters that may be typed");
            let limit = limit.and_then(|value| value.count(1..=LONGEST_ANSWER));
            FieldKind::Text { max_length: limit.unwrap_or(LONGEST_ANSWER) }
        }
        Some("choice") => FieldKind::Choice { options: read_options(table) },
        Some("birth") => {
            let ask_place = table.find("ask_place").and_then(|value| value.flag());
            FieldKind::Birth { ask_place: ask_place.unwrap_or(true) }
        }
        Some("number") => read_range(table),
        Some("gender") | None => FieldKind::Gender,
        Some(other) => {
            if let Some(value) = &value {
                value.wrong(format!("\"{other}\" is not a kind, expected {KINDS}"));
            }
            FieldKind::Gender
        }
    }
}

fn read_range(table: &Section<'_>) -> FieldKind {
    let whole = -1_000_000_000..=1_000_000_000;
    let read =
        |key| table.get(key, "a whole number").and_then(|value| value.integer(whole.clone()));
    let (min, max) = (read("min"), read("max"));
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        table.whole().wrong(format!("min {min} is greater than max {max}"));
    }
    FieldKind::Number { min: min.unwrap_or_default(), max: max.unwrap_or_default() }
}

fn read_options(table: &Section<'_>) -> Vec<ChoiceOption> {
    let Some(value) = table.get("options", "a list of { value, label }") else { return Vec::new() };
    let Some(items) = value.list() else { return Vec::new() };
    if items.is_empty() || items.len() > MOST_OPTIONS {
        value.wrong(format!("has {} options, expected 1 to {MOST_OPTIONS}", items.len()));
    }
    let mut seen = BTreeSet::new();
    let mut options = Vec::new();
    for item in &items {
        let Some(option) = item.table() else { continue };
        let word = option.get("value", "a short name").map(|value| read_key(&value));
        let label = option.get("label", "a table of languages");
        let label = LocalText::read(label.as_ref(), LONGEST_LABEL);
        option.finish();
        let word = word.unwrap_or_default();
        if !word.is_empty() && !seen.insert(word.clone()) {
            item.wrong(format!("the value `{word}` is used twice"));
        }
        options.push(ChoiceOption { value: word, label });
    }
    options
}

/// A name of lower-case letters, digits and `_` that begins with a letter.
fn read_key(value: &Value<'_>) -> String {
    let Some(text) = value.text() else { return String::new() };
    let good = text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.len() <= LONGEST_KEY
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !good {
        value.wrong(format!(
            "\"{text}\" is not a name, expected at most {LONGEST_KEY} of a-z, 0-9 and _, a letter first"
        ));
    }
    text.to_owned()
}
