//! Step `report`: the model writes, in one text or chapter by chapter as the product plans it. What
//! was received is stored before anything else is asked for, so nothing finished is bought twice.

use tokio::sync::watch;

use super::judge::{Text, WHOLE, codes};
use super::live::Kind;
use super::progress::{Growth, Told};
use super::writing::{Desk, expected};
use super::{Case, Failure, Trouble};
use crate::kernel::locale::Locale;
use crate::reports::calls::{self, Call, CallOutcome};
use crate::reports::checks::{self, Check};
use crate::reports::draft::Finding;
use crate::reports::gate::{self, Verdict};
use crate::reports::ports::{Completion, ModelRequest};
use crate::reports::repo::{self as reports, Provenance};

impl Case<'_> {
    pub(super) async fn report(&mut self) -> Result<(), Trouble> {
        if self.tools.product(&self.order)?.pack.is_some() {
            return self.give_questions().await;
        }
        let (base, number) = (&self.tools.till.base, &self.order.order_no);
        if reports::find_text(base.db.read(), &base.keyring, number).await?.is_some() {
            // An operator released it.
            let tx = self.begin().await?;
            return self.checkpoint(tx).await;
        }
        let desk = self.desk().await?;
        if desk.plan().is_empty() {
            self.write_whole(&desk).await
        } else {
            self.write_chapters(&desk).await
        }
    }

    /// One text, asked for until it is good enough or a person has to decide.
    async fn write_whole(&mut self, desk: &Desk<'_>) -> Result<(), Trouble> {
        let plain = desk.request(None, None)?;
        let expected_of = self.expected(&desk.snapshot, &plain);
        loop {
            let request = self.with_findings(&plain, WHOLE).await?;
            let load = expected(&request, desk.snapshot.report.max_characters, self.tools);
            desk.afford(load, self.tools)?;
            let (completion, made) = self.ask_for_whole(desk, &request).await?;
            let outcome = CallOutcome::Kept;
            let mut call = Call { chapter: String::new(), outcome, made, findings: Vec::new() };
            if let Some(written) = desk.snapshot.report.falls_short(&completion.text) {
                let least = desk.snapshot.report.min_characters;
                let why = format!("a text of {written} characters, {least} were asked for");
                call.outcome = CallOutcome::Rejected;
                call.findings = vec![Finding { code: "too-short".to_owned(), text: why.clone() }];
                self.record(&call).await?;
                return Err(Trouble::Passing(Failure::Model, anyhow::anyhow!(why), None));
            }
            let text = Text { part: WHOLE, body: &completion.text, made: &call.made };
            let check = self.read_text(desk, (&text, &expected_of), Vec::new()).await?;
            if check.verdict != Verdict::Refused {
                return self.keep(&completion.text, (call, &check)).await;
            }
            call.outcome = CallOutcome::Rejected;
            call.findings = for_prompt(&check.findings, self.locale());
            self.refuse(&call, (&check, &completion.text)).await?;
            if self.refusals(WHOLE).await? >= self.tools.writing.gate_attempts {
                return Err(self.hold(WHOLE, &codes(&check.findings)).await?);
            }
        }
    }

    async fn ask_for_whole(
        &self,
        desk: &Desk<'_>,
        request: &ModelRequest,
    ) -> Result<(Completion, Provenance), Trouble> {
        let (growth, watched) = watch::channel(Growth::default());
        let live = self.live();
        let told = Told::new(&growth, 0).watched_by(&live);
        tokio::select! {
            biased;
            outcome = self.ask_model(desk, "", (request, &told)) => outcome,
            never = self.show_writing(&desk.snapshot, watched) => match never {},
            never = self.show_live(desk, (&live, Kind::Whole)) => match never {},
        }
    }

    async fn keep(&mut self, text: &str, (call, check): (Call, &Check)) -> Result<(), Trouble> {
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let number = &self.order.order_no;
        let tx = self.begin().await?;
        calls::record(&tx, keyring, (number, &call), now).await?;
        checks::save(&tx, keyring, number, (check, None)).await?;
        let total = calls::total(tx.conn(), number).await?;
        let made = Provenance { usage: total.usage, cost_micros: total.cost_micros, ..call.made };
        reports::save_text(&tx, keyring, number, (text, &made), now).await?;
        self.checkpoint(tx).await
    }
}

/// What the next prompt is told.
pub(super) fn for_prompt(findings: &[gate::Finding], locale: Locale) -> Vec<Finding> {
    let one = |finding: &gate::Finding| Finding {
        code: finding.code.as_str().to_owned(),
        text: finding.for_prompt(locale),
    };
    findings.iter().map(one).collect()
}
