//! One job from data to bytes.

use std::collections::HashMap;

use serde_json::Value;
use typst::diag::{SourceDiagnostic, SourceResult};
use typst::foundations::{Bytes, Smart};
use typst::syntax::{FileId, Source};
use typst::text::{Font, FontBook};
use typst::utils::{LazyHash, Scalar};
use typst::{Library, LibraryExt};
use typst_layout::{Page, PagedDocument};
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::text::Coverage;
use crate::world::{DATA, Ground, Job, file_id};
use crate::{FontFile, RenderError};

/// About three times the longest report (reference/typst.md §6).
const MAX_DATA: usize = 1024 * 1024;
const MAX_PAGES: usize = 400;
/// A picture is at most so many times taller than wide; the memory for it is taken at once.
const MAX_TALLER: f64 = 6.0;
/// How many jobs memoised work outlives: the templates' share of it is used by the next job, and
/// what it knows of buyers is gone after two more.
const KEPT_JOBS: usize = 2;

/// What is made of the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// The first page as PNG, so many pixels wide.
    Png { width: u16 },
    /// All pages, with outline and tags for readers of screens.
    Pdf,
}

/// A finished picture or document.
#[derive(Debug, Clone)]
pub struct Rendered {
    pub bytes: Vec<u8>,
    pub pages: usize,
    /// Characters that no font has and that were left out.
    pub dropped: usize,
    /// What Typst warns of, as `file:line: message`: an unknown font, a layout that never settled.
    pub warnings: Vec<String>,
}

/// Templates and fonts, read once. Shared by all jobs; [`Engine::render`] blocks.
pub struct Engine {
    ground: Ground,
    coverage: Coverage,
}

impl Engine {
    /// `templates` are names and sources; a template imports another by its name.
    ///
    /// # Errors
    /// [`RenderError::NoFont`] for a file that is no font.
    pub fn try_new(
        fonts: Vec<FontFile>,
        templates: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, RenderError> {
        let fonts = read_fonts(fonts)?;
        let mut sources = HashMap::new();
        for (name, text) in templates {
            let id = file_id(&name).ok_or(RenderError::NoTemplate(name))?;
            sources.insert(id, Source::new(id, text));
        }
        let ground = Ground {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            templates: sources,
            fonts,
        };
        Ok(Self { coverage: Coverage::of(&ground.fonts), ground })
    }

    /// What is wrong with the form of the templates, as `file:line: message`. What they do with
    /// their data only shows when they are rendered.
    pub fn faults(&self) -> Vec<String> {
        let Some(data) = file_id(DATA) else { return Vec::new() };
        let data = (data, Bytes::new(Vec::new()));
        let told = |(main, source): (&FileId, &Source)| {
            let (errors, _warnings) = source.root().errors_and_warnings();
            let errors: Vec<SourceDiagnostic> = errors.into_iter().map(Into::into).collect();
            Job { ground: &self.ground, main: *main, data: data.clone() }.told(&errors)
        };
        let mut faults: Vec<String> = self.ground.templates.iter().flat_map(told).collect();
        faults.sort();
        faults
    }

    /// Whether some font has the character.
    pub fn draws(&self, c: char) -> bool {
        self.coverage.has(c)
    }

    /// Renders `template` with `data`. Takes from a tenth of a second to a second of one core.
    ///
    /// # Errors
    /// When the template is missing or wrong, or what goes in or comes out is too large.
    pub fn render(
        &self,
        template: &str,
        mut data: Value,
        form: Form,
    ) -> Result<Rendered, RenderError> {
        let missing = || RenderError::NoTemplate(template.to_owned());
        let main = file_id(template).ok_or_else(missing)?;
        if !self.ground.templates.contains_key(&main) {
            return Err(missing());
        }
        let dropped = self.coverage.clean(&mut data);
        let json = serde_json::to_vec(&data)?;
        if json.len() > MAX_DATA {
            return Err(RenderError::TooMuch("data"));
        }
        let data = (file_id(DATA).ok_or_else(missing)?, Bytes::new(json));
        let job = Job { ground: &self.ground, main, data };
        let outcome = work(&job, form);
        typst::comemo::evict(KEPT_JOBS);
        outcome.map(|rendered| Rendered { dropped, ..rendered })
    }
}

fn read_fonts(mut files: Vec<FontFile>) -> Result<Vec<Font>, RenderError> {
    files.sort_by(|one, other| one.name.cmp(&other.name));
    let mut fonts = Vec::new();
    for file in files {
        let before = fonts.len();
        fonts.extend(Font::iter(Bytes::new(file.bytes)));
        if fonts.len() == before {
            return Err(RenderError::NoFont(file.name));
        }
    }
    Ok(fonts)
}

fn work(job: &Job<'_>, form: Form) -> Result<Rendered, RenderError> {
    let compiled = typst::compile::<PagedDocument>(job);
    let wrong = |faults| RenderError::Template(job.told(&faults).join("\n"));
    let document = compiled.output.map_err(wrong)?;
    let pages = document.pages().len();
    if pages > MAX_PAGES {
        return Err(RenderError::TooMuch("pages"));
    }
    let mut warnings = job.told(&compiled.warnings);
    let bytes = match form {
        Form::Pdf => pdf(&document, |faults| warnings.extend(job.told(faults))).map_err(wrong)?,
        Form::Png { width } => {
            let page = document.pages().first().ok_or(RenderError::TooMuch("nothing"))?;
            png(page, width)?
        }
    };
    Ok(Rendered { bytes, pages, dropped: 0, warnings })
}

/// For those who listen to a report (PDF/UA-1) and those who keep it for long (PDF/A-2a): what either
/// forbids is checked while it is written (docs/templates.md). A template that cannot keep to them makes a
/// book all the same, which says that it is neither; `told` hears why.
fn pdf(document: &PagedDocument, told: impl FnOnce(&[SourceDiagnostic])) -> SourceResult<Vec<u8>> {
    let standards = PdfStandards::new(&[PdfStandard::Ua_1, PdfStandard::A_2a]).unwrap_or_default();
    typst_pdf::pdf(document, &pdf_options(standards)).or_else(|faults| {
        told(&faults);
        typst_pdf::pdf(document, &pdf_options(PdfStandards::default()))
    })
}

/// Without a time stamp, so that the same data gives the same bytes.
fn pdf_options(standards: PdfStandards) -> PdfOptions {
    PdfOptions {
        creator: Smart::Custom(Some("mingshu".to_owned())),
        standards,
        tagged: true,
        ..PdfOptions::default()
    }
}

fn png(page: &Page, width: u16) -> Result<Vec<u8>, RenderError> {
    let size = page.frame.size();
    if size.y.to_pt() > size.x.to_pt() * MAX_TALLER {
        return Err(RenderError::TooMuch("height"));
    }
    let pixel_per_pt = Scalar::new(f64::from(width) / size.x.to_pt());
    let options = typst_render::RenderOptions { pixel_per_pt, render_bleed: false };
    let pixels = typst_render::render(page, &options);
    pixels.encode_png().map_err(|error| RenderError::Encoding(error.to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::embedded_fonts;

    fn engine(templates: &[(&str, &str)]) -> Engine {
        let templates = templates.iter().map(|(name, text)| ((*name).into(), (*text).into()));
        Engine::try_new(embedded_fonts(), templates.collect::<Vec<_>>()).unwrap()
    }

    const SMALL: &str = "#set page(width: 100pt, height: 50pt, margin: 0pt)\n";

    fn told(source: &str) -> String {
        let engine = engine(&[("a.typ", &format!("{SMALL}{source}"))]);
        let outcome = engine.render("a.typ", json!({}), Form::Png { width: 100 });
        outcome.unwrap_err().to_string()
    }

    #[test]
    fn a_picture_has_the_asked_width_and_the_pages_proportions() {
        let engine = engine(&[("a.typ", &format!("{SMALL}#json(\"data.json\").word"))]);
        let png = engine.render("a.typ", json!({ "word": "命" }), Form::Png { width: 300 });
        let bytes = png.unwrap().bytes;
        assert_eq!(bytes.get(..8), Some(b"\x89PNG\r\n\x1a\n".as_slice()));
        assert_eq!(bytes.get(16..24), Some([0, 0, 1, 44, 0, 0, 0, 150].as_slice()));
    }

    #[test]
    fn a_template_reaches_nothing_but_templates_and_its_data() {
        for source in [
            "#read(\"/etc/passwd\")",
            "#read(\"../../etc/passwd\")",
            "#import \"@preview/cetz:0.3.0\"",
            "#include \"b.typ\"",
            "#datetime.today()",
        ] {
            let told = told(source);
            assert!(told.contains("a.typ:2"), "{source}: {told}");
        }
    }

    #[test]
    fn data_is_text_and_never_source() {
        let template = format!("{SMALL}#json(\"data.json\").word");
        let engine = engine(&[("a.typ", &template)]);
        let evil = "#panic(\"x\") $ x $ = h *b* @l <l> \\ // /* #read(\"/etc/passwd\")";
        let rendered = engine.render("a.typ", json!({ "word": evil }), Form::Png { width: 50 });
        assert!(rendered.unwrap().warnings.is_empty());
    }

    #[test]
    fn what_is_too_large_is_refused_before_it_is_drawn() {
        let tall = engine(&[("a.typ", "#set page(width: 10pt, height: 900000pt)\nx")]);
        let outcome = tall.render("a.typ", json!({}), Form::Png { width: 1080 });
        assert!(matches!(outcome, Err(RenderError::TooMuch("height"))), "{outcome:?}");
        let long = json!({ "x": "木".repeat(MAX_DATA) });
        let outcome = tall.render("a.typ", long, Form::Pdf);
        assert!(matches!(outcome, Err(RenderError::TooMuch("data"))), "{outcome:?}");
    }

    #[test]
    fn a_fault_tells_its_file_and_line_and_the_engine_goes_on() {
        assert_eq!(told("#nothing"), "the template is wrong: a.typ:2: unknown variable: nothing");
        let engine = engine(&[("a.typ", SMALL)]);
        assert!(matches!(
            engine.render("b.typ", json!({}), Form::Pdf),
            Err(RenderError::NoTemplate(_))
        ));
        assert!(engine.render("a.typ", json!({}), Form::Png { width: 10 }).is_ok());
    }

    #[test]
    fn templates_that_do_not_parse_are_told_before_anything_is_rendered() {
        assert!(engine(&[("a.typ", SMALL)]).faults().is_empty());
        let broken = engine(&[("a.typ", SMALL), ("b.typ", "ok\n#let x = (1, \nend")]);
        assert_eq!(broken.faults(), ["b.typ:2: unclosed delimiter"]);
    }

    #[test]
    fn an_unknown_font_is_warned_of() {
        let source = format!("{SMALL}#set text(font: \"Nowhere\")\nx");
        let rendered = engine(&[("a.typ", &source)]).render("a.typ", json!({}), Form::Pdf).unwrap();
        assert!(
            rendered.warnings.iter().any(|warning| warning.starts_with("a.typ:2: unknown font"))
        );
        let broken = FontFile { name: "x.ttf".to_owned(), bytes: b"no font".as_slice().into() };
        assert!(matches!(Engine::try_new(vec![broken], []), Err(RenderError::NoFont(_))));
    }

    #[test]
    fn a_book_keeps_to_its_standards_or_says_why_it_does_not() {
        let book = |source: &str| {
            let head =
                "#set document(title: \"命书\", date: datetime(year: 2026, month: 11, day: 21))";
            let engine = engine(&[("a.typ", &format!("{SMALL}{head}\n{source}"))]);
            engine.render("a.typ", json!({}), Form::Pdf).unwrap()
        };
        let claims = |rendered: &Rendered| {
            let text = String::from_utf8_lossy(&rendered.bytes).into_owned();
            text.contains("<pdfuaid:part>1<") && text.contains("<pdfaid:part>2<")
        };
        let kept = book("= 命");
        assert!(claims(&kept) && kept.warnings.is_empty(), "{:?}", kept.warnings);
        let broken = book("= 命\n=== 书");
        assert!(!claims(&broken));
        assert!(broken.warnings.iter().any(|told| told.contains("a.typ:4: PDF/UA-1 error")));
    }

    #[test]
    fn the_same_data_gives_the_same_bytes() {
        let engine = engine(&[("a.typ", &format!("{SMALL}= 命书\n#json(\"data.json\").a"))]);
        let once = |form| engine.render("a.typ", json!({ "a": "甲" }), form).unwrap().bytes;
        for form in [Form::Pdf, Form::Png { width: 100 }] {
            assert_eq!(once(form), once(form));
        }
    }
}
