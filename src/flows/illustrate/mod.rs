//! What is drawn of a report: the stored chart and text become sheets, in the buyer's language.
//!
//! A sheet follows from what is stored and from the day the report was made, so a picture that is
//! drawn again is the same picture. Nothing that was drawn is stored (see
//! `deliver_report`).

mod chart_sheet;
mod words;

use chrono::{DateTime, Datelike};
use chrono_tz::Tz;
use serde_json::Value;

pub use chart_sheet::chart_sheet;
pub use words::Words;

use crate::bazi::Chart;
use crate::flows::base::Base;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::qr;
use crate::reports::drawing::{BookSheet, Drawing, MadeOn, Piece, ShareSheet, Sheet, Theme};
use crate::reports::{ReportError, manuscript, repo as reports};

/// The chart of an order about one person. A report about two has none: there is no sheet for two
/// charts yet.
pub async fn chart_of_one(base: &Base, order: &OrderNo) -> Result<Option<Chart>, ReportError> {
    let kept: Option<Value> = reports::find_chart(base.db.read(), &base.keyring, order).await?;
    Ok(kept.and_then(|kept| serde_json::from_value(kept).ok()))
}

/// What all sheets of one report are made from.
pub struct Illustration<'a> {
    pub words: Words<'a>,
    pub theme: Theme,
    pub chart: &'a Chart,
    /// The day of the report, in the shop's zone.
    pub made: DateTime<Tz>,
    /// The product's name in the buyer's language.
    pub title: &'a str,
    pub order_no: &'a str,
    /// Markdown.
    pub text: &'a str,
    /// Where the card's QR code leads.
    pub invitation: Option<&'a str>,
}

impl Illustration<'_> {
    pub fn draw(&self, piece: Piece) -> Drawing {
        let now = self.made.year();
        let chart = || chart_sheet(self.words, self.chart, now);
        let (theme, sheet) = match piece {
            Piece::Chart => (self.theme, Sheet::Chart(Box::new(chart()))),
            Piece::Luck => (self.theme, Sheet::Luck(Box::new(chart()))),
            Piece::Share => (self.theme, Sheet::Share(Box::new(self.card()))),
            // Meant for paper.
            Piece::Book => (Theme::Light, Sheet::Book(Box::new(self.book()))),
        };
        Drawing { lang: self.words.locale, theme, labels: self.words.labels(), sheet }
    }

    fn card(&self) -> ShareSheet {
        let stem = self.chart.day_master.stem;
        let words = self.words;
        let sign = words.stem(stem);
        let args = crate::platform::texts::Args::new()
            .text("stem", sign.name.clone())
            .text("element", words.element(stem.element()));
        ShareSheet {
            title: words.format("share-title", &args),
            image: words.several("image", stem.index()).concat(),
            tags: words.several("tags", stem.index()),
            verse: words.several("verse", stem.index()),
            elements: chart_sheet::shares(self.chart),
            // A card without a code is still a card.
            qr: self.invitation.and_then(|link| qr::rows(link).ok()),
            handle: self.invitation.and_then(handle),
            sign,
        }
    }

    fn book(&self) -> BookSheet {
        let (year, month, day) = (self.made.year(), self.made.month(), self.made.day());
        let text = self.words.date(year, month, day);
        BookSheet {
            title: self.title.to_owned(),
            order_no: self.order_no.to_owned(),
            date: MadeOn { year, month, day, text },
            chart: chart_sheet(self.words, self.chart, year),
            chapters: manuscript::chapters(self.text, &self.words.opening()),
        }
    }
}

/// `@name` of `https://t.me/name?start=…`.
fn handle(link: &str) -> Option<String> {
    let name = link.strip_prefix("https://t.me/")?.split(['?', '/']).next()?;
    Some(format!("@{name}"))
}

/// The day of an instant in the shop's zone.
pub fn day_in(zone: Tz, at: Timestamp) -> DateTime<Tz> {
    at.to_utc().with_timezone(&zone)
}
