//! Where settings come from: one file, and the environment with its names and aliases.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use figment::value::{Dict, Value};

use super::problems::Problem;
use super::reading::Layer;

/// The file that is read when no other is named; it may be missing.
const DEFAULT_FILE: &str = "Config.toml";

const PREFIX: &str = "MINGSHU_";
/// Names the file, and is therefore no setting.
const FILE_VARIABLE: &str = "MINGSHU_CONFIG";

/// Names of the seeds and the keys they mean (spec.md §9).
const ALIASES: &[(&str, &str)] = &[
    ("TELEGRAM_BOT_TOKEN", "telegram.token"),
    ("DATABASE_URL", "database.url"),
    ("WEBHOOK_URL", "server.public_url"),
    ("PINGPONG_WEBHOOK_SECRET", "pingpong.webhook_secret"),
    ("DEEPSEEK_API_KEY", "ai.api_key"),
    ("YUANFENJU_API_KEY", "yuanfenju.api_key"),
];

/// Keys whose values are never shown, and which may be given as a file.
pub(super) const SECRETS: &[&str] = &[
    "database.url",
    "telegram.token",
    "telegram.webhook_secret",
    "pingpong.salt",
    "pingpong.webhook_secret",
    "yuanfenju.api_key",
    "ai.api_key",
    "security.encryption_keys",
    "alerts.smtp_password",
];

/// The file that settings are read from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum SettingsFile {
    /// None, even if one is there: for programs that bring their own settings, such as the demo.
    #[default]
    None,
    /// `Config.toml` where the program runs, if it is there.
    IfThere,
    Named(PathBuf),
}

/// All that settings are read from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    pub file: SettingsFile,
    pub environment: BTreeMap<String, String>,
}

impl Sources {
    /// The file and the environment of this process.
    pub fn of_this_process(named: Option<PathBuf>) -> Self {
        let file = named.map_or(SettingsFile::IfThere, SettingsFile::Named);
        let text = |word: std::ffi::OsString| word.to_string_lossy().into_owned();
        let environment =
            std::env::vars_os().map(|(name, value)| (text(name), text(value))).collect();
        Self { file, environment }
    }

    /// Everything that was set, weakest first, and what could not even be read.
    pub(super) fn layers(&self) -> (Vec<Layer>, Vec<Problem>) {
        let mut layers = Vec::new();
        let mut problems = Vec::new();
        match self.read_file() {
            Ok(layer) => layers.extend(layer),
            Err(problem) => problems.push(problem),
        }
        // Aliases are weaker than our own names.
        for own_names in [false, true] {
            for (name, value) in &self.environment {
                match self.variable(name, value, own_names) {
                    Ok(layer) => layers.extend(layer),
                    Err(problem) => problems.push(problem),
                }
            }
        }
        (layers, problems)
    }

    /// Where the file is, or would be.
    pub fn path(&self) -> &Path {
        match &self.file {
            SettingsFile::Named(path) => path,
            SettingsFile::None | SettingsFile::IfThere => Path::new(DEFAULT_FILE),
        }
    }

    fn read_file(&self) -> Result<Option<Layer>, Problem> {
        if self.file == SettingsFile::None {
            return Ok(None);
        }
        let may_be_missing = self.file == SettingsFile::IfThere;
        let path = self.path();
        let problem = |found: String, expected: &str| Problem {
            key: path.display().to_string(),
            origin: None,
            found,
            expected: expected.to_owned(),
        };
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(fault) if may_be_missing && fault.kind() == ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(fault) => {
                return Err(problem(format!("cannot be read: {fault}"), "a readable file"));
            }
        };
        let values: Dict = toml::from_str(&text).map_err(|fault| {
            let line = line_of(&text, fault.span());
            problem(format!("line {line}: {}", fault.message()), "TOML")
        })?;
        Ok(Some(Layer { origin: format!("file {}", path.display()), values }))
    }

    /// What one environment variable sets; `None` when it is not ours, or not of this kind.
    fn variable(&self, name: &str, value: &str, own: bool) -> Result<Option<Layer>, Problem> {
        if name == FILE_VARIABLE || name.starts_with(PREFIX) != own {
            return Ok(None);
        }
        if let Some(key) = key_of(name) {
            return Ok(Some(Layer {
                origin: format!("environment variable {name}"),
                values: nested(&key, value),
            }));
        }
        let Some((direct, key)) = secret_file(name) else { return Ok(None) };
        let origin = format!("environment variable {name}");
        let problem = |found: String, expected: &str| Problem {
            key: key.clone(),
            origin: Some(origin.clone()),
            found,
            expected: expected.to_owned(),
        };
        if self.environment.contains_key(direct) {
            return Err(problem(format!("{direct} is set too"), "one of the two"));
        }
        let secret = fs::read_to_string(value).map_err(|fault| {
            problem(format!("cannot read {value}: {fault}"), "the path of a readable file")
        })?;
        let secret = secret.strip_suffix('\n').unwrap_or(&secret);
        let secret = secret.strip_suffix('\r').unwrap_or(secret);
        Ok(Some(Layer { values: nested(&key, secret), origin }))
    }
}

/// The names under which the environment may set `key`, the seeds' name first.
pub(super) fn environment_names(key: &str) -> Vec<String> {
    let alias = ALIASES.iter().filter(|(_, meant)| *meant == key).map(|(name, _)| *name);
    let own = format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"));
    alias.map(str::to_owned).chain([own]).collect()
}

/// The key that `name` sets directly. Every name of ours means some key, known or not.
fn key_of(name: &str) -> Option<String> {
    if let Some((_, key)) = ALIASES.iter().find(|(alias, _)| *alias == name) {
        return Some((*key).to_owned());
    }
    let rest = name.strip_prefix(PREFIX)?;
    if secret_file(name).is_some() {
        return None;
    }
    Some(rest.to_lowercase().replace("__", "."))
}

/// For `X_FILE` of a secret: `X` and the key.
fn secret_file(name: &str) -> Option<(&str, String)> {
    let direct = name.strip_suffix("_FILE")?;
    let key = match ALIASES.iter().find(|(alias, _)| *alias == direct) {
        Some((_, key)) => (*key).to_owned(),
        None => direct.strip_prefix(PREFIX)?.to_lowercase().replace("__", "."),
    };
    SECRETS.contains(&key.as_str()).then_some((direct, key))
}

/// `a.b.c` and a text as nested tables.
pub(super) fn nested(key: &str, text: &str) -> Dict {
    let (first, rest) =
        key.split_once('.').map_or((key, None), |(first, rest)| (first, Some(rest)));
    let value = match rest {
        Some(rest) => Value::from(nested(rest, text)),
        None => Value::from(text),
    };
    Dict::from([(first.to_owned(), value)])
}

fn line_of(text: &str, span: Option<std::ops::Range<usize>>) -> usize {
    let start = span.map_or(0, |span| span.start);
    text.bytes().take(start).filter(|byte| *byte == b'\n').count().saturating_add(1)
}
