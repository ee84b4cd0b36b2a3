//! What must be true when everything has come to rest (spec.md §4 rule 16). Read from the rows with
//! statements of the test's own, and from the bank's books; nothing here asks the shop's rules.

use std::collections::BTreeSet;

use mingshu::kernel::clock::Timestamp;
use mingshu::kernel::ids::{PaymentNo, RefundNo};
use mingshu::payments::ports::RefundOutcome;
use mingshu::platform::db::query_all;
use sea_orm::QueryResult;

use super::rows::{OrderRow, PaymentRow, RefundRow, Rows, text};
use super::schedule::{Schedule, key};
use crate::support::street::Street;

pub(super) struct Judge<'a, 'b> {
    pub(super) street: &'a Street,
    pub(super) schedule: &'a Schedule<'b>,
}

impl Judge<'_, '_> {
    pub(super) async fn faults(&self) -> Vec<String> {
        let rows = self.rows().await;
        let mut faults = Vec::new();
        for payment in &rows.payments {
            self.payment(&rows, payment, &mut faults);
        }
        for refund in &rows.refunds {
            self.refund(&rows, refund, &mut faults);
        }
        for order in &rows.orders {
            self.order(&rows, order, &mut faults);
        }
        self.closings(&mut faults).await;
        self.inbox(&mut faults).await;
        self.stock(&mut faults).await;
        self.held(&mut faults).await;
        self.codes(&mut faults).await;
        self.jobs(&mut faults).await;
        self.book(&rows, &mut faults).await;
        self.doctor(&rows, &mut faults).await;
        faults
    }

    /// Every charge is known, and the bank's money is ours.
    fn payment(&self, rows: &Rows, payment: &PaymentRow, faults: &mut Vec<String>) {
        let number = PaymentNo(payment.number.clone());
        let books = self.street.bank.books();
        let charges = books.charges_of(&number).count();
        let elsewhere = self.schedule.paid_elsewhere.contains(&number);
        let doubted = rows.alerted("PaymentConflict", &payment.number);
        let twice = rows.alerted("SecondCharge", &payment.number);
        let mut fault = |what: String| faults.push(format!("{}: {what}", payment.number));
        match (charges, elsewhere) {
            (0, false) if payment.received > 0 && !doubted => {
                fault(format!("{} of ours was never charged", payment.received));
            }
            (1, false) if payment.received != books.taken(&number) => {
                let lied = self.schedule.lied_about.contains(&number) && doubted;
                if !lied {
                    let taken = books.taken(&number);
                    fault(format!("the bank took {taken}, we know of {}", payment.received));
                }
            }
            (2.., false) | (1.., true) if !twice && !doubted => {
                fault("charged more than once, and nobody was told".to_owned());
            }
            _ => {}
        }
        let ours: i64 = rows
            .refunds
            .iter()
            .filter(|refund| refund.payment_no == payment.number && !refund.by_hand)
            .filter(|refund| refund.status == "succeeded")
            .map(|refund| refund.amount)
            .sum();
        if ours != books.returned(&number) {
            let theirs = books.returned(&number);
            fault(format!("the bank gave {theirs} back, we know of {ours}"));
        }
        let gone = rows.gone(&payment.number);
        let told = || {
            let of = |refund: &&RefundRow| refund.payment_no == payment.number;
            rows.refunds.iter().filter(of).any(|one| rows.alerted("RefundedTwice", &one.number))
        };
        if gone > payment.received && !told() && !doubted {
            fault(format!("{gone} went back of {}", payment.received));
        }
        if matches!(payment.status.as_str(), "init" | "processing") {
            fault(format!("is still {}", payment.status));
        }
        if payment.status == "conflicted" && !doubted {
            fault("is in doubt, and nobody was told".to_owned());
        }
    }

    /// A refund has the end that it has at the bank, with the same amount.
    fn refund(&self, rows: &Rows, refund: &RefundRow, faults: &mut Vec<String>) {
        let mut fault = |what: String| faults.push(format!("{}: {what}", refund.number));
        let is_final = matches!(refund.status.as_str(), "succeeded" | "failed");
        if !is_final && !rows.parked.contains(&format!("refund:{}", refund.number)) {
            fault(format!("is still {}", refund.status));
        }
        if refund.by_hand {
            return;
        }
        let books = self.street.bank.books();
        let Some(theirs) = books.refund(&RefundNo(refund.number.clone())) else {
            if refund.status == "succeeded" {
                fault("the bank does not know it".to_owned());
            }
            return;
        };
        if theirs.amount.minor != refund.amount {
            fault(format!("{} here, {} at the bank", refund.amount, theirs.amount.minor));
        }
        let done = theirs.outcome == RefundOutcome::Succeeded;
        if is_final && done != (refund.status == "succeeded") {
            fault(format!("{} here, {:?} at the bank", refund.status, theirs.outcome));
        }
    }

    /// Delivered at most once; exactly once for money that was kept and is not in doubt.
    fn order(&self, rows: &Rows, order: &OrderRow, faults: &mut Vec<String>) {
        let mut fault = |what: String| faults.push(format!("{}: {what}", order.number));
        let of_order = || rows.payments_of(&order.number);
        let paid: Vec<_> = of_order().filter(|one| one.status == "succeeded").collect();
        let doubted = of_order().any(|one| one.status == "conflicted");
        let kept: i64 = paid.iter().map(|one| one.received - rows.gone(&one.number)).sum();
        let parked = |key: String| rows.parked.contains(&key);
        let fulfilment_parked = parked(format!("fulfil:{}", order.number));
        let refund_told = rows
            .refunds_of(&order.number)
            .any(|one| rows.alerted("RefundProblem", &one.number))
            || rows.refunds_of(&order.number).any(|one| parked(format!("refund:{}", one.number)));
        if order.completions > 1 {
            fault(format!("delivered {} times", order.completions));
        }
        if order.completions == 1 && paid.is_empty() && !order.free {
            fault("delivered without money".to_owned());
        }
        if order.paid == paid.is_empty() && !order.free {
            fault(format!("paid: {}, payments that succeeded: {}", order.paid, paid.len()));
        }
        match order.status.as_str() {
            "completed" if order.completions == 1 => {}
            "refunded" | "failed" if order.paid => {
                if kept > 0 && !refund_told {
                    fault(format!("{} with {kept} kept", order.status));
                }
            }
            "closed" | "cancelled" | "failed" if !order.paid => {}
            "pending_payment" if doubted => {}
            "paid" | "generating" if fulfilment_parked => {}
            "refunding" if refund_told => {}
            other => fault(format!("ended as {other}, delivered {}", order.completions)),
        }
        let standing = |one: &&&PaymentRow| rows.gone(&one.number) < one.received;
        let untouched = paid.iter().filter(standing).count();
        if untouched > 1 && !refund_told {
            fault(format!("{untouched} payments were kept"));
        }
        for payment in &paid {
            if payment.received != payment.amount
                && !rows.alerted("PaymentConflict", &payment.number)
            {
                fault(format!("{} accepted with {}", payment.number, payment.received));
            }
        }
    }

    /// An order is closed at its deadline only after the bank was asked about each of its payments.
    async fn closings(&self, faults: &mut Vec<String>) {
        let sql = "SELECT o.order_no, o.expires_at, h.at, p.payment_no FROM order_history h \
            JOIN orders o ON o.order_no = h.order_no JOIN payments p ON p.order_no = o.order_no \
            WHERE h.to_status = 'closed' AND h.actor = 'system' AND p.pay_url IS NOT NULL";
        for row in self.all(sql).await {
            let (order, number) = (text(&row, 0), PaymentNo(text(&row, 3)));
            let [deadline, closed] = [1, 2].map(|at| Timestamp(row.try_get_by_index(at).unwrap()));
            if !self.street.bank.books().told_about(&number, (deadline, closed)) {
                faults.push(format!("{order} was closed, and {number} was not asked about"));
            }
        }
    }

    /// What was acknowledged is kept.
    async fn inbox(&self, faults: &mut Vec<String>) {
        let rows = self.all("SELECT evidence_key FROM callback_inbox").await;
        let kept: BTreeSet<String> = rows.iter().map(|row| text(row, 0)).collect();
        let lost = self.schedule.heard.iter().map(key).filter(|key| !kept.contains(*key));
        faults.extend(lost.map(|key| format!("{key} was acknowledged and is not kept")));
    }

    async fn jobs(&self, faults: &mut Vec<String>) {
        for row in self
            .all("SELECT dedupe_key, status FROM jobs WHERE status IN ('ready', 'running')")
            .await
        {
            faults.push(format!("the job {} is still {}", text(&row, 0), text(&row, 1)));
        }
        let parked = "SELECT dedupe_key FROM jobs WHERE status = 'parked' AND kind <> 'send_alert' \
             AND NOT EXISTS (SELECT 1 FROM jobs a WHERE a.kind = 'send_alert')";
        for row in self.all(parked).await {
            faults.push(format!("{} is parked, and nobody was told", text(&row, 0)));
        }
    }

    /// The money book balances with the bank, as far as all of its money was told truly.
    async fn book(&self, rows: &Rows, faults: &mut Vec<String>) {
        let sql = "SELECT payment_no, \
            CAST(SUM(CASE WHEN debit LIKE 'provider:%' THEN amount_minor ELSE 0 END) AS BIGINT), \
            CAST(SUM(CASE WHEN credit LIKE 'provider:%' THEN amount_minor ELSE 0 END) AS BIGINT) \
            FROM ledger_transfers WHERE payment_no IS NOT NULL GROUP BY payment_no";
        for row in self.all(sql).await {
            let number = text(&row, 0);
            let (came, went): (i64, i64) =
                (row.try_get_by_index(1).unwrap(), row.try_get_by_index(2).unwrap());
            let by_hand = rows.refunds.iter().any(|one| one.payment_no == number && one.by_hand);
            let payment = PaymentNo(number.clone());
            let told_falsely = self.schedule.lied_about.contains(&payment)
                || self.schedule.paid_elsewhere.contains(&payment);
            let books = self.street.bank.books();
            let kept = books.taken(&payment) - books.returned(&payment);
            if came - went != kept && !by_hand && !told_falsely {
                faults.push(format!("{number}: {kept} at the bank, {} in the book", came - went));
            }
        }
    }

    /// Everything that a repeated message must not change.
    pub(super) async fn snapshot(&self) -> Vec<String> {
        let rows = self
            .all(
                "SELECT order_no || status || version AS line FROM orders \
                 UNION ALL SELECT payment_no || status || version FROM payments \
                 UNION ALL SELECT refund_no || status || version FROM refunds \
                 UNION ALL SELECT 'jobs ' || COUNT(*) FROM jobs \
                 UNION ALL SELECT 'events ' || COUNT(*) FROM outbox \
                 UNION ALL SELECT 'book ' || COUNT(*) FROM ledger_transfers \
                 UNION ALL SELECT 'log ' || COUNT(*) FROM payment_log \
                 UNION ALL SELECT 'inbox ' || COUNT(*) FROM callback_inbox ORDER BY line",
            )
            .await;
        rows.iter().map(|row| text(row, 0)).collect()
    }

    pub(super) async fn all(&self, sql: &str) -> Vec<QueryResult> {
        query_all(self.street.base.db.read(), sql, vec![]).await.unwrap()
    }
}
