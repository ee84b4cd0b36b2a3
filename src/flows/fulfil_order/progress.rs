//! What the buyer sees while the report is made: one message, edited in place. A courtesy: nothing
//! here stops the work.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::Case;
use super::live::Live;
use crate::catalog::ProductSnapshot;
use crate::catalog::product::ReportKind;
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::MessageId;
use crate::notifications::sender::Priority;
use crate::orders::pace::Pace;
use crate::platform::texts::Args;
use crate::reports::ports::{Progress, TokenUsage};

/// Between two edits (spec.md §6; Telegram's pace for one chat).
const EVERY: Duration = Duration::from_secs(3);

/// What is going on, in the buyer's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Chart,
    Luck,
    Write,
    Proofread,
    Send,
}

impl Stage {
    const ALL: [Self; 5] = [Self::Chart, Self::Luck, Self::Write, Self::Proofread, Self::Send];

    fn text_key(self) -> &'static str {
        match self {
            Self::Chart => "stage-chart",
            Self::Luck => "stage-luck",
            Self::Write => "stage-write",
            Self::Proofread => "stage-proofread",
            Self::Send => "stage-send",
        }
    }

    /// A report without a chart has no such stages.
    fn needs_chart(self) -> bool {
        matches!(self, Self::Chart | Self::Luck)
    }
}

/// How far the text has grown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Growth {
    /// Characters of each part; a report that is one text has one.
    lengths: BTreeMap<usize, usize>,
    /// Chapters that are finished, and all of them.
    chapters: Option<(usize, usize)>,
}

impl Growth {
    pub(super) fn of_chapters(lengths: BTreeMap<usize, usize>, chapters: (usize, usize)) -> Self {
        Self { lengths, chapters: Some(chapters) }
    }

    fn characters(&self) -> usize {
        self.lengths.values().fold(0, |sum, length| sum.saturating_add(*length))
    }
}

/// Carries what is written from the model to those who show it, and keeps what the model was paid
/// for one request.
pub(super) struct Told<'a> {
    growth: &'a watch::Sender<Growth>,
    part: usize,
    spent: Mutex<TokenUsage>,
    /// `None`: nobody watches this text.
    live: Option<&'a Live>,
}

impl<'a> Told<'a> {
    pub(super) fn new(growth: &'a watch::Sender<Growth>, part: usize) -> Self {
        Self { growth, part, spent: Mutex::default(), live: None }
    }

    pub(super) fn watched_by(self, live: &'a Live) -> Self {
        Self { live: Some(live), ..self }
    }

    /// An attempt begins, and nothing is left of the one before.
    pub(super) fn begin(&self) {
        if let Some(live) = self.live {
            live.begin(self.part);
        }
    }

    /// The tokens since the last time somebody asked.
    pub(super) fn spent(&self) -> TokenUsage {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *spent)
    }
}

impl Progress for Told<'_> {
    fn written(&self, characters: usize, text: &str) {
        self.growth.send_modify(|growth| {
            growth.lengths.insert(self.part, characters);
        });
        if let Some(live) = self.live {
            live.grow(self.part, text);
        }
    }

    fn paid(&self, usage: TokenUsage) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        *spent = spent.plus(usage);
    }
}

impl Case<'_> {
    /// Shows how the text grows; never ends by itself.
    pub(super) async fn show_writing(
        &self,
        product: &ProductSnapshot,
        growth: watch::Receiver<Growth>,
    ) -> Infallible {
        loop {
            let grown = growth.borrow().clone();
            self.show(product, (Stage::Write, &grown)).await;
            self.show_typing().await;
            tokio::time::sleep(EVERY).await;
        }
    }

    /// "… is typing", as long as it is asked for; never ends by itself.
    pub(super) async fn keep_typing(&self) -> Infallible {
        loop {
            self.show_typing().await;
            tokio::time::sleep(EVERY).await;
        }
    }

    async fn show_typing(&self) {
        if let Err(error) = self.tools.sender.typing(self.order.user).await {
            tracing::debug!(error = &error as &dyn std::error::Error, "no sign of typing");
        }
    }

    pub(super) async fn show(&self, product: &ProductSnapshot, now: (Stage, &Growth)) {
        if product.pack.is_some() {
            return; // Nothing is made for it.
        }
        let pace = self.pace(product).await;
        self.edit_anchor(Priority::Progress, self.progress_text(product, (now, pace))).await;
    }

    /// Nothing is edited after this, so it is not left out for something newer.
    pub(super) async fn show_finished(&self, product: &ProductSnapshot) {
        let args = Args::new().escaped("product", product.name.get(self.locale()));
        let key = if product.pack.is_some() { "questions-added" } else { "progress-finished" };
        let finished = self.tools.format(self.locale(), key, &args);
        self.edit_anchor(Priority::Normal, finished).await;
    }

    /// Edits what stands below the words of the payment.
    async fn edit_anchor(&self, priority: Priority, below: String) {
        let Some(anchor) = self.order.anchor_message.map(MessageId) else { return };
        let head = match self.head().await {
            Ok(head) => head,
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "progress without words");
                return;
            }
        };
        let (user, message) =
            (self.order.user, OutgoingMessage::html(format!("{head}\n\n{below}")));
        let edited = self.tools.sender.edit(priority, user, anchor, &message).await;
        if let Err(error) = edited {
            let error = &error as &dyn std::error::Error;
            tracing::debug!(error, "progress could not be shown");
        }
    }

    fn progress_text(
        &self,
        product: &ProductSnapshot,
        ((now, grown), pace): ((Stage, &Growth), Pace),
    ) -> String {
        let locale = self.locale();
        let title = Args::new().escaped("product", product.name.get(locale));
        let mut lines = vec![self.tools.format(locale, "progress-title", &title), String::new()];
        for stage in Stage::ALL {
            if product.needs_chart || !stage.needs_chart() {
                lines.push(self.stage_line(stage, (now, grown)));
            }
        }
        lines.push(String::new());
        lines.push(self.outlook(product, pace));
        lines.join("\n")
    }

    fn stage_line(&self, stage: Stage, (now, grown): (Stage, &Growth)) -> String {
        let key = match stage.cmp(&now) {
            std::cmp::Ordering::Less => "progress-done",
            std::cmp::Ordering::Equal if grown.chapters.is_some() => "progress-now-chapters",
            std::cmp::Ordering::Equal if grown.characters() > 0 => "progress-now-written",
            std::cmp::Ordering::Equal => "progress-now",
            std::cmp::Ordering::Greater => "progress-waiting",
        };
        let (done, total) = grown.chapters.unwrap_or_default();
        let args = Args::new()
            .text("stage", self.tools.text(self.locale(), stage.text_key()))
            .number("characters", count(grown.characters()))
            .number("done", count(done))
            .number("total", count(total));
        self.tools.format(self.locale(), key, &args)
    }

    /// Whether twice the time has passed in which most orders are delivered.
    fn takes_long(&self, pace: Pace) -> bool {
        let minutes = u64::try_from(pace.most_minutes).unwrap_or(1);
        let expected = Duration::from_secs(minutes.saturating_mul(60));
        let since = self.order.paid_at.unwrap_or(self.order.created_at);
        self.tools.now().since(since) > expected.saturating_mul(2)
    }

    /// How long it takes, or that it takes longer.
    fn outlook(&self, product: &ProductSnapshot, pace: Pace) -> String {
        let locale = self.locale();
        if self.failures > 0 {
            let args = Args::new()
                .number("attempt", i64::from(self.failures.saturating_add(1)))
                .number("max", i64::from(self.tools.writing.attempts));
            return self.tools.format(locale, "progress-retrying", &args);
        }
        if self.takes_long(pace) {
            return self.tools.text(locale, "progress-delayed");
        }
        match product.report.kind {
            ReportKind::Short => self.tools.text(locale, "progress-expected-short"),
            ReportKind::Full => {
                let args = Args::new().number("minutes", pace.most_minutes);
                self.tools.format(locale, "progress-expected", &args)
            }
        }
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
