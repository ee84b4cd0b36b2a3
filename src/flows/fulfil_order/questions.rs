//! An order of more questions has nothing to be written: its step `report` gives them, its step
//! `render` plans the one message that says so.

use super::{Case, Failure, Trouble};
use crate::catalog::ProductSnapshot;
use crate::kernel::ids::OrderNo;
use crate::orders::{self, OrderStatus, packs};
use crate::platform::texts::Args;
use crate::reports::questions::tally;
use crate::reports::repo as reports;

impl Case<'_> {
    /// Once: the questions are given with the mark of the step. About a report whose money went back,
    /// or that was erased before this order was paid, nothing can be asked: the buyer gets the money.
    pub(super) async fn give_questions(&mut self) -> Result<(), Trouble> {
        let now = self.tools.now();
        let about = self.report_of_pack().await?;
        let tx = self.begin().await?;
        let report = orders::repo::lock(&tx, &about).await?;
        let keyring = &self.tools.till.base.keyring;
        let text = reports::find_text(tx.conn(), keyring, &about).await?;
        if report.status != OrderStatus::Completed || text.is_none() {
            let why = anyhow::anyhow!("the report that the questions are about is gone");
            return Err(Trouble::Lasting(Failure::Internal, why));
        }
        packs::grant(&tx, &self.order.order_no, now).await?;
        self.checkpoint(tx).await?;
        metrics::counter!("mingshu_questions_total", "outcome" => "bought").increment(1);
        Ok(())
    }

    /// What the buyer reads when the questions are there.
    pub(super) async fn questions_given(
        &self,
        product: &ProductSnapshot,
    ) -> Result<String, Trouble> {
        let db = self.tools.till.base.db.read();
        let about = self.report_of_pack().await?;
        let report = orders::repo::get(db, &about).await?;
        let plan = self.tools.product(&report)?;
        let included = plan.questions.as_ref().map_or(0, |plan| i64::from(plan.included));
        let given = included.saturating_add(packs::granted(db, &about).await?.questions);
        let args = Args::new()
            .number("questions", product.pack.unwrap_or_default().into())
            .number("left", tally(db, &about).await?.left(given))
            .escaped("product", plan.name.get(self.locale()));
        Ok(self.tools.format(self.locale(), "questions-given", &args))
    }

    async fn report_of_pack(&self) -> Result<OrderNo, Trouble> {
        let db = self.tools.till.base.db.read();
        let about = packs::find_about(db, &self.order.order_no).await?;
        let lost = || anyhow::anyhow!("nobody knows what the questions are about");
        about.ok_or_else(|| Trouble::Lasting(Failure::Internal, lost()))
    }
}
