//! Live drafts: while a text is being written, its buyer sees the paragraphs of it that are finished
//! and good (`reports/live.rs`). A courtesy that an operator switches on: it holds nothing back, stands
//! for no delivery, and whatever becomes of it is no failure.
//!
//! Of chapters that are written at the same time the first one in the plan is shown. A text that is
//! written again is shown again from its start: what was refused is gone from the next draft on.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::Case;
use super::writing::Desk;
use crate::kernel::ids::OrderNo;
use crate::notifications::format::{self, SEGMENT_LIMIT};
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::DraftId;
use crate::reports::draft::{self, Draft};
use crate::reports::gate::{Expected, Gate, Known};
use crate::reports::live::{self, Leading};
use crate::reports::reply::Reply;

/// A draft vanishes after 30 s (reference/telegram.md §A.5); it is shown again before that.
const RENEW: Duration = Duration::from_secs(20);
/// Numbers of drafts stay below this prime, and so within 31 bits.
const MOST_DRAFTS: i64 = 2_147_483_629;

/// What is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Chapters, each under its place in the plan.
    Chapters,
    /// A report of one piece.
    Whole,
    /// An answer to a question.
    Answer,
}

/// A text that is being written, as far as its paragraphs are finished.
#[derive(Debug, Clone, Default)]
struct Page {
    attempt: u32,
    /// As the model wrote it.
    text: Arc<str>,
}

/// The texts that are being written, by their parts; nobody has read them yet.
pub(super) struct Live {
    pages: watch::Sender<BTreeMap<usize, Page>>,
    is_on: bool,
}

impl Live {
    /// An attempt at a part begins.
    pub(super) fn begin(&self, part: usize) {
        if self.is_on {
            self.pages.send_modify(|pages| {
                let page = pages.entry(part).or_default();
                *page = Page { attempt: page.attempt.saturating_add(1), ..Page::default() };
            });
        }
    }

    /// Takes over the paragraphs that `written` has more than before.
    pub(super) fn grow(&self, part: usize, written: &str) {
        if !self.is_on {
            return;
        }
        let finished = live::finished(written);
        self.pages.send_if_modified(|pages| {
            let page = pages.entry(part).or_default();
            let grown = page.text.len() != finished.len();
            if grown {
                page.text = finished.into();
            }
            grown
        });
    }

    /// A part is written, or given up.
    pub(super) fn end(&self, part: usize) {
        if self.is_on {
            self.pages.send_modify(|pages| {
                pages.remove(&part);
            });
        }
    }
}

/// Reads the pages as the gate does, and remembers how far they were good.
struct Reader<'a> {
    desk: &'a Desk<'a>,
    kind: Kind,
    gate: &'a Gate,
    known: Known,
    expected: Expected,
    /// Which text is read: part and attempt.
    at: Option<(usize, u32)>,
    leading: Leading,
}

impl Reader<'_> {
    /// The Markdown to be shown now; empty while there is none.
    fn look(&mut self, pages: &BTreeMap<usize, Page>) -> String {
        let Some((part, page)) = pages.first_key_value() else { return String::new() };
        let at = Some((*part, page.attempt));
        if self.at != at {
            (self.at, self.leading) = (at, Leading::default());
        }
        let text = match self.kind {
            Kind::Chapters => Draft::read(&page.text).markdown,
            Kind::Whole => page.text.trim().to_owned(),
            Kind::Answer => Reply::read(&page.text).text,
        };
        let check = |beginning: &str| self.gate.check(&self.known, &self.expected, beginning);
        let good = self.leading.read(&text, check);
        match self.desk.plan().get(*part).filter(|_| self.kind == Kind::Chapters) {
            Some(chapter) if !good.is_empty() => {
                let (locale, number) = (self.desk.locale, part.saturating_add(1));
                let heading = draft::heading(locale, number, chapter.title.get(locale));
                format!("{heading}\n\n{good}")
            }
            Some(_) | None => good.to_owned(),
        }
    }
}

impl Case<'_> {
    pub(super) fn live(&self) -> Live {
        Live { pages: watch::Sender::default(), is_on: self.tools.writing.live_drafts }
    }

    /// Shows what may be shown of the texts under way; never ends by itself.
    pub(super) async fn show_live(
        &self,
        desk: &Desk<'_>,
        (live, kind): (&Live, Kind),
    ) -> Infallible {
        if live.is_on {
            match self.known(&desk.snapshot).await {
                Ok(known) => {
                    let (gate, expected) = (&*self.tools.writing.gate, self.of_chapter());
                    let (at, leading) = (None, Leading::default());
                    let reader = Reader { desk, kind, gate, known, expected, at, leading };
                    self.keep_showing(reader, live.pages.subscribe()).await;
                }
                Err(_unknown) => tracing::debug!("no live draft without the facts"),
            }
        }
        std::future::pending().await
    }

    /// Ends when the chat does not know live drafts.
    async fn keep_showing(
        &self,
        mut reader: Reader<'_>,
        mut pages: watch::Receiver<BTreeMap<usize, Page>>,
    ) {
        let which = number_of(&self.order.order_no);
        while self.tools.sender.draft_turn(self.order.user).await {
            let shown = reader.look(&pages.borrow_and_update().clone());
            self.show_draft(which, &shown).await;
            let renewal = Instant::now() + RENEW;
            while reader.look(&pages.borrow_and_update().clone()) == shown {
                if !matches!(timeout_at(renewal, pages.changed()).await, Ok(Ok(()))) {
                    break;
                }
            }
        }
    }

    async fn show_draft(&self, which: DraftId, markdown: &str) {
        // Of a long text the newest page.
        let page = format::segments(markdown, SEGMENT_LIMIT).pop();
        let page = page.map_or_else(String::new, |page| page.html);
        let message = OutgoingMessage::html(page);
        if let Err(error) = self.tools.sender.draft(self.order.user, which, &message).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "no live draft");
        }
    }
}

/// Every draft about an order takes the place of the one before, also after a restart.
fn number_of(order: &OrderNo) -> DraftId {
    let mixed = order.as_str().bytes().fold(0_i64, |sum, byte| {
        sum.wrapping_mul(257).wrapping_add(i64::from(byte)).rem_euclid(MOST_DRAFTS)
    });
    DraftId(mixed.saturating_add(1))
}
