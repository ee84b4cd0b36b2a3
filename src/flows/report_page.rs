//! The page of a report: a link is opened in the closing message, read by whoever has it, and
//! closed by the buyer's button or with the report itself.

use chrono::Datelike;
use chrono_tz::Tz;
use sea_orm::DbErr;
use serde::Serialize;

use super::base::Base;
use super::illustrate::{self, Words, chart_sheet, day_in, pair_sheet};
use super::tools::Tools;
use crate::catalog::ProductSnapshot;
use crate::kernel::ids::{OrderNo, UserId};
use crate::kernel::locale::Locale;
use crate::orders::{self, Order, OrderError};
use crate::platform::crypto::Keyring;
use crate::platform::texts::Texts;
use crate::reports::drawing::{ChartSheet, PairSheet};
use crate::reports::links::{self, LinkToken};
use crate::reports::{self, ReportError, manuscript};

/// Where the page is: `/r/{token}`.
pub const PATH: &str = "/r";

#[derive(Debug, thiserror::Error)]
pub enum PageError {
    #[error("the report cannot be read")]
    Report(#[from] ReportError),
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// What the page shows.
#[derive(Debug, Serialize)]
pub struct ReportPage {
    pub lang: Locale,
    pub title: String,
    pub order_no: String,
    pub date: String,
    /// `None` when the product needs none, and of two people.
    pub chart: Option<ChartSheet>,
    /// Of two people.
    pub pair: Option<PairSheet>,
    pub chapters: Vec<PageChapter>,
}

#[derive(Debug, Serialize)]
pub struct PageChapter {
    pub title: String,
    /// Our own markup around escaped words.
    pub html: String,
}

/// A new link to the order's page, kept before anybody sees it; `None` when pages are switched off.
/// Of an earlier link only the fingerprint is left, so each message with a link has one of its own.
pub(super) async fn open(tools: &Tools, order: &Order) -> Result<Option<String>, ReportError> {
    let till = &tools.till;
    if !tools.drawing.pages || till.public_url.is_empty() {
        return Ok(None);
    }
    let token = LinkToken::generate();
    let tx = till.base.db.begin_write().await?;
    links::insert(&tx, &order.order_no, &token, till.base.now()).await?;
    tx.commit().await?;
    Ok(Some(format!("{}{PATH}/{}", till.public_url, token.as_str())))
}

/// Closes every link to the page of one's own order; `None` when the order is somebody else's.
pub async fn revoke(
    base: &Base,
    user: UserId,
    order_no: &OrderNo,
) -> Result<Option<u64>, PageError> {
    let order = orders::repo::find(base.db.read(), order_no).await?;
    if order.is_none_or(|order| order.user != user) {
        return Ok(None);
    }
    let tx = base.db.begin_write().await?;
    let closed = links::revoke(&tx, order_no, base.now()).await?;
    tx.commit().await?;
    tracing::info!(order.id = %order_no, links.count = closed, "the links to a report are closed");
    Ok(Some(closed))
}

/// The page that `token` opens; `None` for an unknown or revoked one, and for a report that is gone.
pub async fn read(
    (base, texts, zone): (&Base, &Texts, Tz),
    token: &LinkToken,
) -> Result<Option<ReportPage>, PageError> {
    let (db, keyring) = (base.db.read(), &base.keyring);
    let Some(number) = links::find(db, token).await? else { return Ok(None) };
    let Some(order) = orders::repo::find(db, &number).await? else { return Ok(None) };
    let Some(text) = reports::repo::find_text(db, keyring, &number).await? else {
        return Ok(None);
    };
    let sitters = illustrate::sitters(base, &number).await?;
    let words = Words { texts, locale: order.locale };
    let made = day_in(zone, order.completed_at.unwrap_or_else(|| base.now()));
    Ok(Some(ReportPage {
        lang: order.locale,
        title: title(keyring, &order)?,
        order_no: number.0,
        date: words.date(made.year(), made.month(), made.day()),
        chart: sitters
            .as_ref()
            .and_then(illustrate::Sitters::only)
            .map(|chart| chart_sheet(words, chart, made.year())),
        pair: sitters
            .as_ref()
            .and_then(illustrate::Sitters::pair)
            .map(|charts| pair_sheet(words, charts, made.year())),
        chapters: chapters(words, &text),
    }))
}

fn title(keyring: &Keyring, order: &Order) -> Result<String, OrderError> {
    let product: ProductSnapshot = order.product(keyring)?;
    Ok(product.name.get(order.locale).to_owned())
}

fn chapters(words: Words<'_>, text: &str) -> Vec<PageChapter> {
    let chapters = manuscript::chapters(text, &words.opening());
    let page = |chapter: manuscript::Chapter| PageChapter {
        html: manuscript::html(&chapter.blocks),
        title: chapter.title,
    };
    chapters.into_iter().map(page).collect()
}
