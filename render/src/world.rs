//! What a template can see: the other templates, the fonts, and the data of its job.

use std::collections::HashMap;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World, WorldExt};

/// What lasts from job to job.
pub(crate) struct Ground {
    pub(crate) library: LazyHash<Library>,
    pub(crate) book: LazyHash<FontBook>,
    pub(crate) fonts: Vec<Font>,
    pub(crate) templates: HashMap<FileId, Source>,
}

/// The name under which a template finds its data.
pub(crate) const DATA: &str = "data.json";

/// Names are kept for the life of the process: only names of templates come here.
pub(crate) fn file_id(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// The world of one job.
pub(crate) struct Job<'a> {
    pub(crate) ground: &'a Ground,
    pub(crate) main: FileId,
    pub(crate) data: (FileId, Bytes),
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.ground.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.ground.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.ground.templates.get(&id).cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.data.0 {
            return Ok(self.data.1.clone());
        }
        let template = self.ground.templates.get(&id).ok_or(FileError::AccessDenied)?;
        Ok(Bytes::from_string(template.text().to_owned()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.ground.fonts.get(index).cloned()
    }

    /// No clock: dates come with the data, so that a picture drawn again is the same.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

impl Job<'_> {
    /// `file:line: message; hint`, one line each.
    pub(crate) fn told<'d>(
        &self,
        faults: impl IntoIterator<Item = &'d SourceDiagnostic>,
    ) -> Vec<String> {
        faults.into_iter().map(|fault| self.line(fault)).collect()
    }

    fn line(&self, fault: &SourceDiagnostic) -> String {
        let place = fault.span.id().map(|id| {
            let file = id.get().vpath().get_without_slash();
            let source = self.source(id).ok();
            let at = source.zip(self.range(fault.span));
            let line = at.and_then(|(source, range)| source.lines().byte_to_line(range.start));
            line.map_or_else(|| format!("{file}: "), |line| format!("{file}:{}: ", line + 1))
        });
        let said = std::iter::once(fault.message.as_str());
        let said = said.chain(fault.hints.iter().map(|hint| hint.v.as_str()));
        format!("{}{}", place.unwrap_or_default(), said.collect::<Vec<_>>().join("; "))
    }
}
