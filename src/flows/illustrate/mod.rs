//! What is drawn of a report: the stored chart and text become sheets, in the buyer's language.
//!
//! A sheet follows from what is stored and from the day the report was made, so a picture that is
//! drawn again is the same picture. Nothing that was drawn is stored (see
//! `deliver_report`).

mod chart_sheet;
mod pair_sheet;
mod words;

use chrono::{DateTime, Datelike};
use chrono_tz::Tz;
use serde::Deserialize;
use serde_json::Value;

pub use chart_sheet::chart_sheet;
pub use pair_sheet::pair_sheet;
pub use words::Words;

use crate::bazi::Chart;
use crate::flows::base::Base;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::qr;
use crate::reports::drawing::{
    BookCharts, BookSheet, Drawing, MadeOn, Piece, ShareSheet, Sheet, Theme,
};
use crate::reports::{ReportError, manuscript, repo as reports};

/// Whose charts a report is about.
pub enum Sitters {
    One(Box<Chart>),
    Two(Box<(Chart, Chart)>),
}

/// The charts of an order as they are kept (`fulfil_order::chart`).
#[derive(Deserialize)]
#[serde(untagged)]
enum Kept {
    One(Box<Chart>),
    Several(Vec<KeptOf>),
}

#[derive(Deserialize)]
struct KeptOf {
    chart: Chart,
}

/// Whom an order is about; `None` for one without a chart.
pub async fn sitters(base: &Base, order: &OrderNo) -> Result<Option<Sitters>, ReportError> {
    let kept: Option<Value> = reports::find_chart(base.db.read(), &base.keyring, order).await?;
    let kept = kept.and_then(|kept| serde_json::from_value(kept).ok());
    Ok(kept.and_then(|kept| match kept {
        Kept::One(chart) => Some(Sitters::One(chart)),
        Kept::Several(charts) => {
            let mut charts = charts.into_iter().map(|kept| kept.chart);
            Some(Sitters::Two(Box::new((charts.next()?, charts.next()?))))
        }
    }))
}

impl Sitters {
    /// The pictures of the album, in their order.
    pub fn album(&self) -> &'static [Piece] {
        match self {
            Self::One(_) => &[Piece::Chart, Piece::Luck],
            Self::Two(_) => &[Piece::Pair],
        }
    }

    /// The charts of two people.
    pub fn pair(&self) -> Option<(&Chart, &Chart)> {
        match self {
            Self::One(_) => None,
            Self::Two(charts) => Some((&charts.0, &charts.1)),
        }
    }

    /// The chart of one person alone.
    pub fn only(&self) -> Option<&Chart> {
        match self {
            Self::One(chart) => Some(chart),
            Self::Two(_) => None,
        }
    }
}

/// What all sheets of one report are made from.
pub struct Illustration<'a> {
    pub words: Words<'a>,
    pub theme: Theme,
    pub sitters: &'a Sitters,
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
    /// `None`: such a piece is not made of as many people.
    pub fn draw(&self, piece: Piece) -> Option<Drawing> {
        let now = self.made.year();
        let chart = |chart| Box::new(chart_sheet(self.words, chart, now));
        let only = || self.sitters.only();
        let (theme, sheet) = match piece {
            Piece::Chart => (self.theme, Sheet::Chart(chart(only()?))),
            Piece::Luck => (self.theme, Sheet::Luck(chart(only()?))),
            Piece::Pair => {
                let pair = pair_sheet(self.words, self.sitters.pair()?, now);
                (self.theme, Sheet::Pair(Box::new(pair)))
            }
            Piece::Share => (self.theme, Sheet::Share(Box::new(self.card()))),
            // Meant for paper.
            Piece::Book => (Theme::Light, Sheet::Book(Box::new(self.book()))),
        };
        Some(Drawing { lang: self.words.locale, theme, labels: self.words.labels(), sheet })
    }

    fn card(&self) -> ShareSheet {
        let card = match self.sitters {
            Sitters::One(chart) => card_of_one(self.words, chart),
            Sitters::Two(charts) => pair_sheet::card(self.words, (&charts.0, &charts.1)),
        };
        ShareSheet {
            // A card without a code is still a card.
            qr: self.invitation.and_then(|link| qr::rows(link).ok()),
            handle: self.invitation.and_then(handle),
            ..card
        }
    }

    fn book(&self) -> BookSheet {
        let (year, month, day) = (self.made.year(), self.made.month(), self.made.day());
        let text = self.words.date(year, month, day);
        BookSheet {
            title: self.title.to_owned(),
            order_no: self.order_no.to_owned(),
            date: MadeOn { year, month, day, text },
            about: match self.sitters {
                Sitters::One(chart) => {
                    BookCharts::One(Box::new(chart_sheet(self.words, chart, year)))
                }
                Sitters::Two(charts) => {
                    let charts = (&charts.0, &charts.1);
                    BookCharts::Two(Box::new(pair_sheet(self.words, charts, year)))
                }
            },
            chapters: manuscript::chapters(self.text, &self.words.opening()),
        }
    }
}

fn card_of_one(words: Words<'_>, chart: &Chart) -> ShareSheet {
    let stem = chart.day_master.stem;
    let sign = words.stem(stem);
    let args = crate::platform::texts::Args::new()
        .text("stem", sign.name.clone())
        .text("element", words.element(stem.element()));
    ShareSheet {
        title: words.format("share-title", &args),
        image: words.several("image", stem.index()).concat(),
        tags: words.several("tags", stem.index()),
        verse: words.several("verse", stem.index()),
        elements: chart_sheet::shares(chart),
        qr: None,
        handle: None,
        sign,
        partner: None,
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
