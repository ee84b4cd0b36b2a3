//! Every word that people read: Project Fluent files in `locales/<locale>/*.ftl`.
//!
//! A file on disk need hold only the messages it replaces. What it holds must fit: an unknown key
//! or value there is an error at start, not a broken message in front of a buyer. A key that a
//! pack lacks comes from the next language of [`Locale::fallbacks`].

mod format;
mod outline;

use std::collections::BTreeMap;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use unic_langid::LanguageIdentifier;

pub use self::format::{clock_time, date, date_time, deadline, escape_html, money};
use self::outline::{Entry, outline, values_of};
use super::assets::{AssetError, Assets};
use crate::kernel::locale::Locale;

/// Why the texts cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TextsError {
    #[error(transparent)]
    Asset(#[from] AssetError),
    /// Not Fluent, or the same message twice.
    #[error("{file}:{line}: {problem}")]
    Syntax { file: String, line: usize, problem: String },
    /// A file on disk replaces a message that nobody asks for.
    #[error("{file}: there is no message `{key}` to replace")]
    UnknownMessage { file: String, key: String },
    /// A file on disk uses a value that the program does not give.
    #[error("{file}: message `{key}` has no value `${value}`")]
    UnknownValue { file: String, key: String, value: String },
}

/// The values put into a message.
#[derive(Debug, Default)]
pub struct Args(FluentArgs<'static>);

impl Args {
    pub fn new() -> Self {
        Self::default()
    }

    /// Text as it stands: our own words, numbers of orders, formatted money, button labels.
    #[must_use]
    pub fn text(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.0.set(name, value.into());
        self
    }

    /// Text from outside, for a message that is sent as HTML.
    #[must_use]
    pub fn escaped(self, name: &'static str, value: &str) -> Self {
        self.text(name, escape_html(value))
    }

    /// A number, which may choose the plural.
    #[must_use]
    pub fn number(mut self, name: &'static str, value: i64) -> Self {
        self.0.set(name, value);
        self
    }
}

/// All language packs.
pub struct Texts {
    packs: BTreeMap<Locale, FluentBundle<FluentResource>>,
}

impl Texts {
    /// Reads every pack. A language without a folder is covered by its fallbacks.
    pub fn load(assets: &Assets) -> Result<Self, TextsError> {
        let mut packs = BTreeMap::new();
        for locale in Locale::ALL {
            if let Some(pack) = load_pack(assets, *locale)? {
                packs.insert(*locale, pack);
            }
        }
        Ok(Self { packs })
    }

    pub fn get(&self, locale: Locale, key: &str) -> String {
        self.format(locale, key, &Args::new())
    }

    /// The message with its values. A missing key or value is logged and stays visible as such:
    /// a flawed message is better than none.
    pub fn format(&self, locale: Locale, key: &str, args: &Args) -> String {
        for candidate in locale.fallbacks() {
            let Some(pack) = self.packs.get(candidate) else { continue };
            let mut errors = Vec::new();
            let Some(text) = render(pack, key, args, &mut errors) else { continue };
            if !errors.is_empty() {
                tracing::warn!(text.key = key, text.locale = %candidate, ?errors, "a text lacks a value");
            }
            return text;
        }
        tracing::warn!(text.key = key, text.locale = %locale, "a text is missing");
        key.to_owned()
    }

    /// Whether some language has the key.
    pub fn has(&self, locale: Locale, key: &str) -> bool {
        let packs = locale.fallbacks().iter().filter_map(|candidate| self.packs.get(candidate));
        packs.into_iter().any(|pack| pack.has_message(key))
    }
}

fn render(
    pack: &FluentBundle<FluentResource>,
    key: &str,
    args: &Args,
    errors: &mut Vec<FluentError>,
) -> Option<String> {
    let pattern = pack.get_message(key)?.value()?;
    Some(pack.format_pattern(pattern, Some(&args.0), errors).into_owned())
}

fn load_pack(
    assets: &Assets,
    locale: Locale,
) -> Result<Option<FluentBundle<FluentResource>>, TextsError> {
    let folder = format!("locales/{locale}");
    let files = assets.list(&folder)?;
    let fluent_files: Vec<_> = files
        .iter()
        .filter(|name| std::path::Path::new(name).extension().is_some_and(|end| end == "ftl"))
        .map(|name| format!("{folder}/{name}"))
        .collect();
    if fluent_files.is_empty() {
        return Ok(None);
    }
    // Without isolating marks: they break copied order numbers, and no pack runs right to left.
    let mut pack = FluentBundle::new_concurrent(vec![language(locale)]);
    pack.set_use_isolating(false);
    let known = known_messages(locale)?;
    for file in &fluent_files {
        add_file(&mut pack, assets, file, &known)?;
    }
    Ok(Some(pack))
}

/// Adds what the binary has of `file`, then what the disk replaces.
fn add_file(
    pack: &mut FluentBundle<FluentResource>,
    assets: &Assets,
    file: &str,
    known: &BTreeMap<String, Entry>,
) -> Result<(), TextsError> {
    let embedded = Assets::embedded().read(file)?;
    if let Some(source) = &embedded {
        pack.add_resource(parse(file, source)?).map_err(|errors| twice(file, &errors))?;
    }
    let layers = assets.layers(file)?;
    for source in layers.iter().skip(usize::from(embedded.is_some())) {
        let resource = parse(file, source)?;
        check_replacement(file, source, known)?;
        pack.add_resource_overriding(resource);
    }
    Ok(())
}

/// Every message of the binary that `locale` can show, its own before its fallbacks'.
fn known_messages(locale: Locale) -> Result<BTreeMap<String, Entry>, TextsError> {
    let embedded = Assets::embedded();
    let mut known = BTreeMap::new();
    for candidate in locale.fallbacks() {
        let folder = format!("locales/{candidate}");
        for name in embedded.list(&folder)? {
            if let Some(source) = embedded.read(&format!("{folder}/{name}"))? {
                for (key, entry) in outline(&source) {
                    known.entry(key).or_insert(entry);
                }
            }
        }
    }
    Ok(known)
}

fn check_replacement(
    file: &str,
    source: &str,
    known: &BTreeMap<String, Entry>,
) -> Result<(), TextsError> {
    let ours = outline(source);
    for key in ours.keys().filter(|key| !key.starts_with('-')) {
        if !known.contains_key(key) {
            return Err(TextsError::UnknownMessage { file: file.to_owned(), key: key.clone() });
        }
        let given = values_of(known, key);
        let wanted = values_of(&ours, key);
        if let Some(value) = wanted.difference(&given).next() {
            let (file, key, value) = (file.to_owned(), key.clone(), value.clone());
            return Err(TextsError::UnknownValue { file, key, value });
        }
    }
    Ok(())
}

fn parse(file: &str, source: &str) -> Result<FluentResource, TextsError> {
    FluentResource::try_new(source.to_owned()).map_err(|(_partly, errors)| {
        let (at, problem) = errors
            .first()
            .map_or((0, String::new()), |error| (error.pos.start, error.kind.to_string()));
        let before = source.get(..at).unwrap_or_default();
        let line = before.matches('\n').count().saturating_add(1);
        TextsError::Syntax { file: file.to_owned(), line, problem }
    })
}

fn twice(file: &str, errors: &[FluentError]) -> TextsError {
    let problem = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    TextsError::Syntax { file: file.to_owned(), line: 1, problem }
}

fn language(locale: Locale) -> LanguageIdentifier {
    locale.as_str().parse().unwrap_or_default()
}

#[cfg(test)]
mod tests;
