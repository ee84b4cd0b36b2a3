//! The shop's rows, read with statements of the test's own.

use std::collections::BTreeSet;

use sea_orm::QueryResult;

use super::invariants::Judge;

#[derive(Debug)]
pub(super) struct OrderRow {
    pub(super) number: String,
    pub(super) status: String,
    pub(super) free: bool,
    pub(super) paid: bool,
    pub(super) completions: i64,
}

#[derive(Debug)]
pub(super) struct PaymentRow {
    pub(super) number: String,
    pub(super) order_no: String,
    pub(super) status: String,
    /// What arrived, in minor units.
    pub(super) received: i64,
    pub(super) amount: i64,
}

#[derive(Debug)]
pub(super) struct RefundRow {
    pub(super) number: String,
    pub(super) order_no: String,
    pub(super) payment_no: String,
    pub(super) status: String,
    pub(super) amount: i64,
    pub(super) by_hand: bool,
}

/// The shop's rows, as they are.
pub(super) struct Rows {
    pub(super) orders: Vec<OrderRow>,
    pub(super) payments: Vec<PaymentRow>,
    pub(super) refunds: Vec<RefundRow>,
    /// `Kind:subject` of every alert.
    pub(super) alerts: BTreeSet<String>,
    /// Keys of parked jobs.
    pub(super) parked: BTreeSet<String>,
}

impl Rows {
    pub(super) fn alerted(&self, kind: &str, subject: &str) -> bool {
        self.alerts.contains(&format!("{kind}:{subject}"))
    }

    pub(super) fn payments_of<'a>(
        &'a self,
        order: &'a str,
    ) -> impl Iterator<Item = &'a PaymentRow> {
        self.payments.iter().filter(move |payment| payment.order_no == order)
    }

    pub(super) fn refunds_of<'a>(&'a self, order: &'a str) -> impl Iterator<Item = &'a RefundRow> {
        self.refunds.iter().filter(move |refund| refund.order_no == order)
    }

    /// What of a payment went back, by whatever way.
    pub(super) fn gone(&self, payment: &str) -> i64 {
        let of = |refund: &&RefundRow| refund.payment_no == payment && refund.status == "succeeded";
        self.refunds.iter().filter(of).map(|refund| refund.amount).sum()
    }
}

impl Judge<'_, '_> {
    pub(super) async fn rows(&self) -> Rows {
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
}

pub(super) fn text(row: &QueryResult, at: usize) -> String {
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
