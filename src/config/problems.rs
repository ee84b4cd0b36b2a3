//! What is wrong with the settings, in words for the operator.

use std::fmt;

use super::sources::environment_names;

/// One mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Dotted path, such as `telegram.mode`; the file's name when no key can be named.
    pub key: String,
    /// `file …` or `environment variable …`; `None` when nobody set the key.
    pub origin: Option<String>,
    pub found: String,
    pub expected: String,
}

impl Problem {
    /// A required key that nobody set.
    pub(super) fn missing(key: &str, expected: &str) -> Self {
        let names = environment_names(key).join(" or ");
        Self {
            key: key.to_owned(),
            origin: None,
            found: "missing".to_owned(),
            expected: format!("{expected} (set it in Config.toml or as {names})"),
        }
    }

    /// Whether the problem is about one of these keys or sections.
    pub(super) fn is_about(&self, wanted: &[&str]) -> bool {
        let within = |name: &str| {
            self.key.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        wanted.iter().any(|name| within(name) || self.covers(name))
    }

    /// Whether the problem is about `key` or the section around it.
    pub(super) fn covers(&self, key: &str) -> bool {
        key.strip_prefix(&self.key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for Problem {
    /// Always one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = match &self.origin {
            Some(origin) => format!(" (from {origin})"),
            None => String::new(),
        };
        let line = format!("{}{origin}: {}; expected {}", self.key, self.found, self.expected);
        f.write_str(&line.replace(['\r', '\n'], " "))
    }
}

/// Why the program does not start. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.0))]
pub struct ConfigProblems(pub Vec<Problem>);

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n")
}
