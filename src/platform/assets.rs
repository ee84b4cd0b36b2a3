//! The files of `templates/`: part of the binary, and replaceable by a directory on disk.
//!
//! A file on disk wins over the embedded one of the same path; a new file on disk is simply added.
//! Nothing is cached: whoever loads assets keeps what it made of them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// A file that is there but cannot be used. Falling back to the embedded one would silently undo
/// what the operator wrote.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be read", .path.display())]
pub struct AssetError {
    pub path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// Where templates come from. Paths are relative to `templates/` and use `/`.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    overlay: Option<PathBuf>,
}

impl Assets {
    /// Only what is in the binary.
    pub fn embedded() -> Self {
        Self::default()
    }

    /// What is in the binary, below the files of `dir` (setting `templates.dir`).
    pub fn with_dir(dir: impl Into<PathBuf>) -> Self {
        Self { overlay: Some(dir.into()) }
    }

    /// The text of a file; `None` when neither place has it.
    pub fn read(&self, path: &str) -> Result<Option<Cow<'static, str>>, AssetError> {
        Ok(self.layers(path)?.pop())
    }

    /// The embedded text, then the one on disk, as far as they exist: for files whose parts can be
    /// replaced one by one.
    pub fn layers(&self, path: &str) -> Result<Vec<Cow<'static, str>>, AssetError> {
        let embedded = EMBEDDED.get_file(path).and_then(include_dir::File::contents_utf8);
        let mut layers: Vec<_> = embedded.map(Cow::Borrowed).into_iter().collect();
        if let Some(dir) = &self.overlay {
            layers.extend(read_text(&dir.join(path))?.map(Cow::Owned));
        }
        Ok(layers)
    }

    /// The names of files and folders directly inside `dir`, sorted, hidden ones left out. A
    /// folder that does not exist is empty.
    pub fn list(&self, dir: &str) -> Result<Vec<String>, AssetError> {
        let mut names = BTreeSet::new();
        if let Some(embedded) = EMBEDDED.get_dir(dir) {
            names.extend(embedded.entries().iter().filter_map(|entry| file_name(entry.path())));
        }
        if let Some(overlay) = &self.overlay {
            names.extend(read_names(&overlay.join(dir))?);
        }
        names.retain(|name| !name.starts_with('.'));
        Ok(names.into_iter().collect())
    }
}

fn read_text(path: &Path) -> Result<Option<String>, AssetError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(AssetError { path: path.to_owned(), source }),
    }
}

fn read_names(dir: &Path) -> Result<Vec<String>, AssetError> {
    let failed = |source| AssetError { path: dir.to_owned(), source };
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(file_name(&entry.map_err(failed)?.path()));
    }
    Ok(names)
}

fn file_name(path: &Path) -> Option<String> {
    path.file_name().and_then(|name| name.to_str()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_on_disk_wins_over_the_embedded_one() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("locales/en")).unwrap();
        std::fs::write(dir.path().join("locales/en/bot.ftl"), "btn-start = Go").unwrap();
        let assets = Assets::with_dir(dir.path());
        assert_eq!(assets.read("locales/en/bot.ftl").unwrap().unwrap(), "btn-start = Go");
        let untouched = assets.read("locales/en/pay.ftl").unwrap();
        assert_eq!(untouched, Assets::embedded().read("locales/en/pay.ftl").unwrap());
        assert!(untouched.is_some());
    }

    #[test]
    fn both_places_are_listed_as_one() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("products/mine")).unwrap();
        std::fs::create_dir_all(dir.path().join("products/.hidden")).unwrap();
        let names = Assets::with_dir(dir.path()).list("products").unwrap();
        assert!(names.contains(&"mine".to_owned()), "{names:?}");
        assert!(names.contains(&"bazi-full".to_owned()), "{names:?}");
        assert!(!names.contains(&".hidden".to_owned()), "{names:?}");
    }

    #[test]
    fn what_is_nowhere_is_none_and_what_is_no_text_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("broken.md"), [0xff, 0xfe]).unwrap();
        let assets = Assets::with_dir(dir.path());
        assert!(assets.read("nowhere.md").unwrap().is_none());
        assert!(assets.list("nowhere").unwrap().is_empty());
        let error = assets.read("broken.md").unwrap_err();
        assert!(error.to_string().ends_with("broken.md cannot be read"), "{error}");
    }
}
