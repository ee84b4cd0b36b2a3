//! Lays the sources over each other and reads the result, collecting every mistake on the way.
//!
//! A reader stops at its first mistake. So the offending value is noted, taken out and the reading
//! repeated until it succeeds; what was taken out has its default meanwhile.

use figment::error::{Actual, Kind, OneOf};
use figment::value::{Dict, Map, Value};
use figment::{Error, Figment, Metadata, Profile, Provider};

use super::Config;
use super::problems::Problem;
use super::process::DEFAULT_DATABASE;
use super::sources::{SECRETS, environment_names};
use super::{sinks, writing};

/// The origin of what nobody set.
pub(super) const BUILT_IN: &str = "built-in default";

/// Values of one origin.
#[derive(Debug, Clone)]
pub(super) struct Layer {
    pub(super) origin: String,
    pub(super) values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.origin.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.values.clone())]))
    }
}

/// What was read, knowing where each value came from.
pub(super) struct Merged(Figment);

impl Merged {
    /// Later layers win.
    pub(super) fn new(layers: &[Layer]) -> Self {
        let defaults = Figment::from(Layer { origin: BUILT_IN.to_owned(), values: defaults() });
        Self(layers.iter().fold(defaults, |below, layer| below.merge(layer)))
    }

    /// Who set `key`; `None` when it has its default.
    pub(super) fn origin(&self, key: &str) -> Option<String> {
        let origin = self.0.find_metadata(key)?.name.to_string();
        (origin != BUILT_IN).then_some(origin)
    }

    pub(super) fn values(&self) -> Dict {
        let mut profiles = self.0.data().unwrap_or_default();
        profiles.remove(&Profile::Default).unwrap_or_default()
    }

    pub(super) fn origin_of(&self, value: &Value) -> String {
        let metadata = self.0.get_metadata(value.tag());
        metadata.map_or_else(|| BUILT_IN.to_owned(), |metadata| metadata.name.to_string())
    }
}

/// Reads what can be read; the rest are problems.
pub(super) fn read(mut layers: Vec<Layer>) -> (Config, Merged, Vec<Problem>) {
    let mut problems = Vec::new();
    loop {
        let merged = Merged::new(&layers);
        let error = match merged.0.extract_lossy::<Config>() {
            Ok(config) => return (config, merged, problems),
            Err(error) => error,
        };
        problems.push(problem(&error, &merged));
        if !take_out(&mut layers, &error.path) {
            return (Config::default(), merged, problems);
        }
    }
}

/// The names of all sections.
pub(super) fn sections() -> Vec<String> {
    defaults().into_keys().collect()
}

/// The defaults as values, so that they can be shown.
fn defaults() -> Dict {
    let mut defaults = match Value::serialize(Config::default()) {
        Ok(Value::Dict(_, values)) => values,
        Ok(_) | Err(_) => Dict::new(),
    };
    if let Some(Value::Dict(_, database)) = defaults.get_mut("database") {
        database.insert("url".to_owned(), Value::from(DEFAULT_DATABASE));
    }
    defaults
}

/// Removes what stands at `path`, or the list or value above it, from every layer.
fn take_out(layers: &mut [Layer], path: &[String]) -> bool {
    fn remove(values: &mut Dict, path: &[String]) -> bool {
        let Some((first, rest)) = path.split_first() else { return false };
        match values.get_mut(first) {
            Some(Value::Dict(_, inner)) if !rest.is_empty() => remove(inner, rest),
            Some(_) => values.remove(first).is_some(),
            None => false,
        }
    }
    let mut found = false;
    for layer in layers {
        found |= remove(&mut layer.values, path);
    }
    found
}

fn problem(error: &Error, merged: &Merged) -> Problem {
    let key = key_of(&error.path);
    let origin = merged
        .origin(&key)
        .or_else(|| error.metadata.as_ref().map(|metadata| metadata.name.to_string()));
    let (found, expected) = describe(&error.kind, &key, &error.path);
    let secret =
        SECRETS.iter().any(|secret| key == *secret || key.starts_with(&format!("{secret}.")));
    let found = if secret { "a value of the wrong kind".to_owned() } else { found };
    Problem { key, origin, found, expected }
}

/// The dotted path without positions inside a list, which no source can set alone.
fn key_of(path: &[String]) -> String {
    let named = path.iter().take_while(|part| part.parse::<usize>().is_err());
    named.map(String::as_str).collect::<Vec<_>>().join(".")
}

fn describe(kind: &Kind, key: &str, path: &[String]) -> (String, String) {
    match kind {
        Kind::UnknownField(_, known) => {
            let expected = match similar_key(key) {
                Some(similar) => {
                    format!("{similar} ({})", environment_names(&similar).join(" or "))
                }
                None if path.len() > 1 => format!("a key of this section: {}", known.join(", ")),
                None => format!("a section: {}", known.join(", ")),
            };
            ("unknown key".to_owned(), expected)
        }
        Kind::UnknownVariant(found, known) => (format!("`{found}`"), OneOf(known).to_string()),
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            (in_words(found), meaning(expected).to_owned())
        }
        Kind::Message(_) if key == "ai.fallbacks" => {
            (kind.to_string(), writing::EXPECTED.to_owned())
        }
        Kind::Message(_) if key == "events.sinks" => (kind.to_string(), sinks::EXPECTED.to_owned()),
        Kind::Message(_)
        | Kind::InvalidLength(..)
        | Kind::MissingField(_)
        | Kind::DuplicateField(_)
        | Kind::ISizeOutOfRange(_)
        | Kind::USizeOutOfRange(_)
        | Kind::Unsupported(_)
        | Kind::UnsupportedKey(..) => (kind.to_string(), "a value of the right kind".to_owned()),
    }
}

fn in_words(found: &Actual) -> String {
    match found {
        Actual::Str(text) if text.is_empty() => "nothing".to_owned(),
        Actual::Str(text) => format!("`{text}`"),
        Actual::Bool(value) => format!("`{value}`"),
        Actual::Unsigned(number) => format!("`{number}`"),
        Actual::Signed(number) => format!("`{number}`"),
        Actual::Float(number) => format!("`{number}`"),
        Actual::Seq => "a list".to_owned(),
        Actual::Map => "a table".to_owned(),
        Actual::Char(_)
        | Actual::Bytes(_)
        | Actual::Unit
        | Actual::Option
        | Actual::NewtypeStruct
        | Actual::Enum
        | Actual::UnitVariant
        | Actual::NewtypeVariant
        | Actual::TupleVariant
        | Actual::StructVariant
        | Actual::Other(_) => found.to_string(),
    }
}

/// Rust's names for kinds of values, in an operator's words.
fn meaning(expected: &str) -> &str {
    match expected {
        "u8" | "u16" | "u32" | "u64" => "a whole number, not negative",
        "i64" => "a whole number",
        "f32" => "a number",
        "a boolean" => "true or false",
        "a string" => "text in quotes",
        other if other.starts_with("struct ") => "a section with keys of its own",
        other => other,
    }
}

/// The key that differs from `key` only in separators, as after a single instead of a double
/// underscore.
fn similar_key(key: &str) -> Option<String> {
    let bare = |key: &str| key.replace(['.', '_'], "");
    known_keys().into_iter().find(|known| bare(known) == bare(key))
}

fn known_keys() -> Vec<String> {
    let mut keys = SECRETS.iter().map(|&key| key.to_owned()).collect::<Vec<_>>();
    for (section, values) in defaults() {
        if let Value::Dict(_, values) = values {
            keys.extend(values.keys().map(|key| format!("{section}.{key}")));
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::super::sources::nested;
    use super::*;

    #[test]
    fn the_defaults_can_be_read_back() {
        let (_, _, problems) = read(Vec::new());
        assert_eq!(problems, []);
    }

    #[test]
    fn a_mistake_inside_a_list_is_taken_out_with_its_list() {
        let mut layers =
            vec![Layer { origin: "x".to_owned(), values: nested("telegram.admin_ids", "1,x") }];
        let path = ["telegram", "admin_ids", "1"].map(str::to_owned);
        assert!(take_out(&mut layers, &path));
        assert!(!take_out(&mut layers, &path));
    }
}
