//! Step `complete`: the order's last state, the promoter's commission and the event, in one
//! transaction.

use std::time::Duration;

use super::{Case, Trouble};
use crate::affiliates;
use crate::affiliates::repo::NewCommission;
use crate::flows::keep_books;
use crate::flows::settle_payment::order_event;
use crate::kernel::clock::Timestamp;
use crate::orders::{self, Actor, Change};
use crate::payments::{Payment, refunds};
use crate::platform::db::WriteTx;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Case<'_> {
    pub(super) async fn complete(&mut self) -> Result<(), Trouble> {
        let now = self.tools.now();
        let tx = self.begin().await?;
        let (change, actor) = (Change::Delivered, Actor::Worker);
        orders::repo::change(&tx, &mut self.order, change, &actor, "delivered", now).await?;
        let payment = keep_books::order_completed(&tx, &self.order, now).await?;
        if let Some(payment) = payment {
            self.book_commission(&tx, &payment, now).await?;
        }
        order_event(&tx, "order.completed", &self.order, now).await?;
        self.checkpoint(tx).await?;
        metrics::counter!("mingshu_orders_completed_total").increment(1);
        if let Some(paid_at) = self.order.paid_at {
            metrics::histogram!("mingshu_order_fulfilment_seconds")
                .record(now.since(paid_at).as_secs_f64());
        }
        if let Ok(product) = self.tools.product(&self.order) {
            self.show_finished(&product).await;
        }
        Ok(())
    }

    /// The promoter of a free order earns nothing; of what had gone back before, neither.
    async fn book_commission(
        &self,
        tx: &WriteTx,
        payment: &Payment,
        now: Timestamp,
    ) -> Result<(), Trouble> {
        let affiliation = self.tools.affiliation;
        let Some(code) = self.order.affiliate.as_ref().filter(|_| affiliation.enabled) else {
            return Ok(());
        };
        let promoter = affiliates::repo::find(tx.conn(), code.as_str()).await?;
        let own_rate = promoter.and_then(|promoter| promoter.rate_percent);
        let rate = own_rate.unwrap_or(affiliation.rate_percent);
        let base = keep_books::paid_for(&self.order, payment);
        let commission = NewCommission {
            order_no: self.order.order_no.clone(),
            code: code.clone(),
            base,
            rate_percent: rate,
            amount: affiliates::rules::commission(base, rate)?,
            hold_until: now.plus(DAY.saturating_mul(affiliation.hold_days)),
        };
        affiliates::repo::book(tx, &commission, now).await?;
        keep_books::commission_booked(tx, &commission, now).await?;
        let back = refunds::succeeded_total(tx.conn(), &payment.payment_no).await?;
        let order_no = &self.order.order_no;
        if let Some(less) = affiliates::repo::reverse(tx, order_no, back, now).await? {
            keep_books::commission_reduced(tx, &commission, less, now).await?;
        }
        Ok(())
    }
}
