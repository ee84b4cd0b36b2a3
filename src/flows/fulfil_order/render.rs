//! Step `render`: the text becomes messages, planned as the first round of deliveries: title, album
//! of pictures, numbered segments, book, card to share, closing (seed 000).

use super::{Case, Failure, Trouble};
use crate::catalog::ProductSnapshot;
use crate::catalog::product::{PictureTheme, ReportKind};
use crate::flows::illustrate::{self, Sitters};
use crate::notifications::format::{self, SEGMENT_LIMIT, Segment};
use crate::notifications::message::OutgoingMessage;
use crate::platform::texts::{self, Args};
use crate::reports::deliveries::{self, Body, FilePiece, Files, PartKind};
use crate::reports::drawing::{Piece, Theme};
use crate::reports::repo as reports;

type Planned = (PartKind, Body);

/// Messages with files, around the chapters.
#[derive(Default)]
struct PlannedFiles {
    before: Vec<Planned>,
    after: Vec<Planned>,
}

/// UTF-16 units of one message of a long report. Telegram takes 4,096; a message of three phone
/// screens is read, one of ten is scrolled past.
const READABLE_LIMIT: usize = 1_600;

impl Case<'_> {
    pub(super) async fn render(&mut self) -> Result<(), Trouble> {
        let base = &self.tools.till.base;
        let number = &self.order.order_no;
        let product = self.tools.product(&self.order)?;
        let parts = if product.pack.is_some() {
            vec![(PartKind::Closing, body(self.questions_given(&product).await?))]
        } else {
            let text = reports::find_text(base.db.read(), &base.keyring, number).await?;
            let text = text.ok_or_else(|| lasting("the text of the report is gone"))?;
            self.parts(&product, &text).await?
        };
        let tx = self.begin().await?;
        let now = self.tools.now();
        deliveries::plan(&tx, &base.keyring, (number, 0), &parts, now).await?;
        self.checkpoint(tx).await
    }

    /// The messages that a text becomes.
    pub(super) async fn parts(
        &self,
        product: &ProductSnapshot,
        text: &str,
    ) -> Result<Vec<Planned>, Trouble> {
        let limit = match product.report.kind {
            ReportKind::Full => READABLE_LIMIT,
            ReportKind::Short => SEGMENT_LIMIT,
        };
        let segments = format::segments(text, limit);
        if segments.is_empty() {
            return Err(lasting("the report has no visible text"));
        }
        match product.report.kind {
            ReportKind::Full => {
                let files = self.files(product).await?;
                self.full(product, &segments, files).await
            }
            ReportKind::Short => {
                // The chart stands above the words about it.
                let picture = self.files(product).await?.before;
                Ok(picture.into_iter().chain(self.short(&segments)).collect())
            }
        }
    }

    async fn full(
        &self,
        product: &ProductSnapshot,
        segments: &[Segment],
        files: PlannedFiles,
    ) -> Result<Vec<Planned>, Trouble> {
        let mut parts = vec![(PartKind::Title, body(self.title(product).await?))];
        parts.extend(files.before);
        parts.extend(self.numbered(segments));
        parts.extend(files.after);
        let args = Args::new()
            .escaped("product", product.name.get(self.locale()))
            .number("total", count(segments.len()));
        let closing = self.tools.format(self.locale(), "report-closing", &args);
        parts.push((PartKind::Closing, body(closing)));
        Ok(parts)
    }

    /// Pictures before the text, the book and the card to share after it. None of them is drawn
    /// here: a picture that fails must not stop the plan.
    async fn files(&self, product: &ProductSnapshot) -> Result<PlannedFiles, Trouble> {
        let plan = product.report;
        let wanted = (plan.pictures || plan.pdf) && self.tools.drawing.renderer.is_some();
        if !wanted {
            return Ok(PlannedFiles::default());
        }
        let base = &self.tools.till.base;
        let Some(sitters) = illustrate::sitters(base, &self.order.order_no).await? else {
            return Ok(PlannedFiles::default());
        };
        let theme = match plan.theme {
            PictureTheme::Light => Theme::Light,
            PictureTheme::Dark => Theme::Dark,
        };
        let part = |kind, caption: &str, pieces: &[Piece]| {
            let pieces = pieces.iter().map(|piece| FilePiece { piece: *piece, known_as: None });
            let files = Files { made_at: self.tools.now(), theme, pieces: pieces.collect() };
            let words = body(self.tools.text(self.locale(), caption));
            (kind, Body { files: Some(files), ..words })
        };
        let mut planned = PlannedFiles::default();
        let (kind, caption, pieces) = match (plan.kind, &sitters) {
            (ReportKind::Short, Sitters::One(_)) => {
                (PartKind::Photo, "report-chart", [Piece::Chart].as_slice())
            }
            (ReportKind::Full, Sitters::One(_)) => {
                (PartKind::Album, "report-album", sitters.album())
            }
            (ReportKind::Full | ReportKind::Short, Sitters::Two(_)) => {
                (PartKind::Photo, "report-pair", sitters.album())
            }
        };
        if plan.pictures {
            planned.before.push(part(kind, caption, pieces));
        }
        if plan.pdf {
            planned.after.push(part(PartKind::Document, "report-book", &[Piece::Book]));
        }
        if plan.pictures {
            planned.after.push(part(PartKind::Photo, "report-card", &[Piece::Share]));
        }
        Ok(planned)
    }

    /// A short text is one message, with the closing line below it.
    fn short(&self, segments: &[Segment]) -> Vec<Planned> {
        let closing = body(self.tools.text(self.locale(), "report-closing-short"));
        let mut parts = self.numbered(segments);
        if let Some((_, last)) = parts.last_mut() {
            last.html = format!("{}\n\n{}", last.html, closing.html);
            last.plain = format!("{}\n\n{}", last.plain, closing.plain);
        }
        parts
    }

    fn numbered(&self, segments: &[Segment]) -> Vec<Planned> {
        let total = segments.len();
        let numbered = segments.iter().zip(1..).map(|(segment, index)| {
            if total == 1 {
                let (html, plain) = (segment.html.clone(), segment.plain.clone());
                return Body { html, plain, files: None };
            }
            let args = Args::new().number("index", count(index)).number("total", count(total));
            let number = body(self.tools.format(self.locale(), "report-segment", &args));
            Body {
                html: format!("{}\n\n{}", segment.html, number.html),
                plain: format!("{}\n\n{}", segment.plain, number.plain),
                files: None,
            }
        });
        numbered.map(|body| (PartKind::Segment, body)).collect()
    }

    async fn title(&self, product: &ProductSnapshot) -> Result<String, Trouble> {
        let zone = self.tools.till.money.time_zone;
        let args = Args::new()
            .escaped("product", product.name.get(self.locale()))
            .text("order_no", self.order.order_no.as_str())
            .text("date", texts::date(self.tools.now(), zone));
        let mut title = self.tools.format(self.locale(), "report-title", &args);
        for line in self.chart_lines().await? {
            title.push_str("\n\n");
            title.push_str(&line);
        }
        Ok(title)
    }
}

fn lasting(why: &'static str) -> Trouble {
    Trouble::Lasting(Failure::Internal, anyhow::anyhow!(why))
}

fn body(html: String) -> Body {
    let plain = OutgoingMessage::html(html.as_str()).without_markup().text;
    Body { html, plain, files: None }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
