//! What must be true when everything has come to rest (spec.md §4 rule 16). Read from the rows with
//! statements of the test's own, and from the bank's books; nothing here asks the shop's rules.

use std::collections::BTreeSet;

use mingshu::kernel::ids::{PaymentNo, RefundNo};
use mingshu::payments::ports::RefundOutcome;
use mingshu::platform::db::query_all;
use sea_orm::QueryResult;

use super::schedule::Schedule;
use crate::support::street::Street;

/// Pieces of the product `pair`.
const PAIR: i64 = 2;

pub(super) struct Judge<'a, 'b> {
    pub(super) street: &'a Street,
    pub(super) schedule: &'a Schedule<'b>,
}

#[derive(Debug)]
struct OrderRow {
    number: String,
    status: String,
    free: bool,
    paid: bool,
    completions: i64,
}

#[derive(Debug)]
struct PaymentRow {
    number: String,
    order_no: String,
    status: String,
    /// What arrived, in minor units.
    received: i64,
    amount: i64,
}

#[derive(Debug)]
struct RefundRow {
    number: String,
    order_no: String,
    payment_no: String,
    status: String,
    amount: i64,
    by_hand: bool,
}

/// The shop's rows, as they are.
struct Rows {
    orders: Vec<OrderRow>,
    payments: Vec<PaymentRow>,
    refunds: Vec<RefundRow>,
    /// `Kind:subject` of every alert.
    alerts: BTreeSet<String>,
    /// Keys of parked jobs.
    parked: BTreeSet<String>,
}

impl Rows {
    fn alerted(&self, kind: &str, subject: &str) -> bool {
        self.alerts.contains(&format!("{kind}:{subject}"))
    }

    fn payments_of<'a>(&'a self, order: &'a str) -> impl Iterator<Item = &'a PaymentRow> {
        self.payments.iter().filter(move |payment| payment.order_no == order)
    }

    fn refunds_of<'a>(&'a self, order: &'a str) -> impl Iterator<Item = &'a RefundRow> {
        self.refunds.iter().filter(move |refund| refund.order_no == order)
    }

    /// What of a payment went back, by whatever way.
    fn gone(&self, payment: &str) -> i64 {
        let of = |refund: &&RefundRow| refund.payment_no == payment && refund.status == "succeeded";
        self.refunds.iter().filter(of).map(|refund| refund.amount).sum()
    }
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
        self.stock(&mut faults).await;
        self.jobs(&mut faults).await;
        self.book(&rows, &mut faults).await;
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

    async fn stock(&self, faults: &mut Vec<String>) {
        let sql = "SELECT p.sku, p.reserved, p.sold, \
            CAST(COALESCE((SELECT SUM(CASE m.reason WHEN 'reserve' THEN quantity \
              WHEN 'reserve_late' THEN quantity WHEN 'confirm' THEN -quantity \
              WHEN 'release' THEN -quantity ELSE 0 END) \
              FROM stock_movements m WHERE m.sku = p.sku), 0) AS BIGINT), \
            CAST(COALESCE((SELECT SUM(CASE m.reason WHEN 'confirm' THEN quantity \
              WHEN 'return' THEN -quantity ELSE 0 END) \
              FROM stock_movements m WHERE m.sku = p.sku), 0) AS BIGINT), \
            (SELECT COUNT(*) FROM orders o WHERE o.sku = p.sku AND o.status = 'pending_payment') \
            FROM products p";
        for row in self.all(sql).await {
            let sku: String = text(&row, 0);
            let counts: Vec<i64> = (1..6).map(|at| row.try_get_by_index(at).unwrap()).collect();
            let [reserved, sold, moved_in, moved_out, waiting] = counts[..] else { panic!() };
            let limit = if sku == "pair" { PAIR } else { i64::MAX };
            let sound = reserved >= 0 && sold >= 0 && reserved + sold <= limit;
            if !sound || (reserved, sold) != (moved_in, moved_out) || reserved != waiting {
                faults.push(format!(
                    "stock of {sku}: reserved, sold, both by movements, waiting: {counts:?}"
                ));
            }
        }
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

    async fn rows(&self) -> Rows {
        let orders = self
            .all(
                "SELECT order_no, status, total_minor, paid_at, (SELECT COUNT(*) FROM \
                 order_history h WHERE h.order_no = o.order_no AND h.to_status = 'completed' \
                 AND h.from_status = 'generating') FROM orders o",
            )
            .await;
        let payments = self
            .all("SELECT payment_no, order_no, status, amount_minor, stated_minor FROM payments")
            .await;
        let refunds = self
            .all(
                "SELECT refund_no, order_no, payment_no, status, amount_minor, manual_reference \
                 FROM refunds",
            )
            .await;
        let alerts = self.all("SELECT dedupe_key FROM jobs WHERE kind = 'send_alert'").await;
        let parked = self.all("SELECT dedupe_key FROM jobs WHERE status = 'parked'").await;
        let subject = |key: String| {
            let key = key.strip_prefix("alert:").unwrap_or(&key).to_owned();
            key.rsplit_once(':').map_or(key.clone(), |(about, _bucket)| about.to_owned())
        };
        Rows {
            orders: orders.iter().map(order_row).collect(),
            payments: payments.iter().map(payment_row).collect(),
            refunds: refunds.iter().map(refund_row).collect(),
            alerts: alerts.iter().map(|row| subject(text(row, 0))).collect(),
            parked: parked.iter().map(|row| text(row, 0)).collect(),
        }
    }

    async fn all(&self, sql: &str) -> Vec<QueryResult> {
        query_all(self.street.base.db.read(), sql, vec![]).await.unwrap()
    }
}

fn text(row: &QueryResult, at: usize) -> String {
    row.try_get_by_index(at).unwrap()
}

fn order_row(row: &QueryResult) -> OrderRow {
    let total: i64 = row.try_get_by_index(2).unwrap();
    let paid_at: Option<i64> = row.try_get_by_index(3).unwrap();
    OrderRow {
        number: text(row, 0),
        status: text(row, 1),
        free: total == 0,
        paid: paid_at.is_some(),
        completions: row.try_get_by_index(4).unwrap(),
    }
}

fn payment_row(row: &QueryResult) -> PaymentRow {
    let status = text(row, 2);
    let amount: i64 = row.try_get_by_index(3).unwrap();
    let stated: Option<i64> = row.try_get_by_index(4).unwrap();
    let received = match status.as_str() {
        "succeeded" => stated.unwrap_or(amount),
        "conflicted" => stated.unwrap_or(0),
        _ => 0,
    };
    PaymentRow { number: text(row, 0), order_no: text(row, 1), status, received, amount }
}

fn refund_row(row: &QueryResult) -> RefundRow {
    let reference: Option<String> = row.try_get_by_index(5).unwrap();
    RefundRow {
        number: text(row, 0),
        order_no: text(row, 1),
        payment_no: text(row, 2),
        status: text(row, 3),
        amount: row.try_get_by_index(4).unwrap(),
        by_hand: reference.is_some(),
    }
}
