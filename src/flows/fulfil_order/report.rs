//! Step `report`: the model writes, in one text or chapter by chapter as the product plans it. What
//! was received is stored before anything else is asked for, so nothing finished is bought twice.

use tokio::sync::watch;

use super::progress::{Growth, Told};
use super::writing::{Desk, expected};
use super::{Case, Failure, Trouble};
use crate::reports::calls::{self, Call, CallOutcome};
use crate::reports::draft::Finding;
use crate::reports::repo::{self as reports, Provenance};

impl Case<'_> {
    pub(super) async fn report(&mut self) -> Result<(), Trouble> {
        let desk = self.desk().await?;
        if desk.plan().is_empty() {
            self.write_whole(&desk).await
        } else {
            self.write_chapters(&desk).await
        }
    }

    /// One request for the whole report.
    async fn write_whole(&mut self, desk: &Desk<'_>) -> Result<(), Trouble> {
        let request = desk.request(None, None)?;
        let load = expected(&request, desk.snapshot.report.max_characters, self.tools);
        desk.afford(load, self.tools)?;
        let (growth, watched) = watch::channel(Growth::default());
        let told = Told::new(&growth, 0);
        let asked = tokio::select! {
            biased;
            outcome = self.ask_model(desk, "", (&request, &told)) => outcome,
            never = self.show_writing(&desk.snapshot, watched) => match never {},
        };
        let (completion, made) = asked?;
        let mut call =
            Call { chapter: String::new(), outcome: CallOutcome::Kept, made, findings: Vec::new() };
        if let Some(written) = desk.snapshot.report.falls_short(&completion.text) {
            let least = desk.snapshot.report.min_characters;
            let why = format!("a text of {written} characters, {least} were asked for");
            call.outcome = CallOutcome::Rejected;
            call.findings = vec![Finding { code: "too-short".to_owned(), text: why.clone() }];
            self.record(&call).await?;
            return Err(Trouble::Passing(Failure::Model, anyhow::anyhow!(why), None));
        }
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let tx = self.begin().await?;
        calls::record(&tx, keyring, (&self.order.order_no, &call), now).await?;
        let total = calls::total(tx.conn(), &self.order.order_no).await?;
        let made = Provenance { usage: total.usage, cost_micros: total.cost_micros, ..call.made };
        let what = (completion.text.as_str(), &made);
        reports::save_text(&tx, keyring, &self.order.order_no, what, now).await?;
        self.checkpoint(tx).await
    }
}
