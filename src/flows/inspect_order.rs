//! Everything the books say about one order, for operators: numbers, states and amounts, no
//! personal data.

use serde::Serialize;

use super::base::Base;
use super::jobs::FulfilOrder;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo, Sku, UserId};
use crate::kernel::money::Money;
use crate::orders::{self, DiscountLine, HistoryRow, Order, OrderError, OrderStatus, Step};
use crate::payments::{self, LogRow, Payment, PaymentError, PaymentStatus, Refund, RefundStatus};
use crate::platform::jobs::Job;
use crate::platform::jobs::store::{self as jobs, JobRow};
use crate::reports::calls::{Call, CallOutcome};
use crate::reports::{self, ReportError};

#[derive(Debug, thiserror::Error)]
pub enum InspectError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("its payments cannot be read")]
    Payment(#[from] PaymentError),
    #[error("its report cannot be read")]
    Report(#[from] ReportError),
    #[error("the database failed")]
    Db(#[from] sea_orm::DbErr),
}

/// An order with everything that hangs on it, in the words of the tables.
#[derive(Debug, Serialize)]
pub struct OrderView {
    pub order_no: OrderNo,
    pub user_id: UserId,
    pub sku: Sku,
    pub status: OrderStatus,
    pub step: Step,
    /// Without any discount.
    pub price: String,
    pub discounts: Vec<DiscountLine>,
    pub total: String,
    pub currency: String,
    /// The same for people.
    #[serde(skip)]
    pub money: Money,
    #[serde(skip)]
    pub list_price: Money,
    pub test: bool,
    pub failure: Option<String>,
    pub cancel_reason: Option<String>,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub payments: Vec<PaymentView>,
    pub refunds: Vec<RefundView>,
    pub history: Vec<HistoryRow>,
    pub report: Option<ReportView>,
    /// Every request to the model, those for nothing included.
    pub calls: Vec<CallView>,
    /// What the quality gate said about each text, the first first.
    pub checks: Vec<reports::checks::CheckRow>,
    /// Messages of the latest delivery: sent, and in all.
    pub delivered: (i64, i64),
    /// The same of the numbered segments, which is what the buyer was told.
    pub segments: (i64, i64),
    /// The job that makes and delivers the report.
    pub job: Option<JobRow>,
}

#[derive(Debug, Serialize)]
pub struct PaymentView {
    pub payment_no: PaymentNo,
    pub provider: String,
    pub dialect: String,
    pub method: String,
    pub status: PaymentStatus,
    pub amount: String,
    pub currency: String,
    #[serde(skip)]
    pub money: Money,
    pub provider_ref: Option<String>,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub proven_at: Option<Timestamp>,
    pub log: Vec<LogRow>,
}

#[derive(Debug, Serialize)]
pub struct RefundView {
    pub refund_no: RefundNo,
    pub payment_no: PaymentNo,
    pub status: RefundStatus,
    pub amount: String,
    pub currency: String,
    #[serde(skip)]
    pub money: Money,
    pub reason: String,
    pub actor: String,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Serialize)]
pub struct ReportView {
    pub model: String,
    pub provider: String,
    pub prompt_version: String,
    pub tokens: reports::ports::TokenUsage,
    /// Millionths of `cost_currency`.
    pub cost_micros: i64,
    pub cost_currency: String,
}

/// One request to the model.
#[derive(Debug, Serialize)]
pub struct CallView {
    /// Empty for a report that is one text.
    pub chapter: String,
    pub outcome: CallOutcome,
    /// The codes of what was wrong with the text.
    pub findings: Vec<String>,
    #[serde(flatten)]
    pub made: ReportView,
}

pub async fn run(base: &Base, order_no: &OrderNo) -> Result<Option<OrderView>, InspectError> {
    let db = base.db.read();
    let Some(order) = orders::repo::find(db, order_no).await? else { return Ok(None) };
    let mut payments = Vec::new();
    for payment in payments::repo::list_of_order(db, order_no).await? {
        let log = payments::repo::log(db, &payment.payment_no).await?;
        payments.push(payment_view(payment, log));
    }
    let refunds = payments::refunds::list_of_order(db, order_no).await?;
    let round = reports::deliveries::last_round(db, order_no).await?.unwrap_or(0);
    let calls = reports::calls::list(db, &base.keyring, order_no).await?;
    let fulfil = FulfilOrder { order_no: order_no.clone() };
    Ok(Some(OrderView {
        history: orders::repo::history(db, order_no).await?,
        checks: reports::checks::list(db, order_no).await?,
        report: reports::repo::find_provenance(db, order_no).await?.map(report_view),
        calls: calls.into_iter().map(call_view).collect(),
        delivered: reports::deliveries::count(db, (order_no, round)).await?,
        segments: reports::deliveries::count_segments(db, (order_no, round)).await?,
        job: jobs::find(db, &fulfil.dedupe_key()).await?,
        payments,
        refunds: refunds.into_iter().map(refund_view).collect(),
        ..head(order)
    }))
}

fn head(order: Order) -> OrderView {
    let (total, currency) = amount(order.total);
    OrderView {
        money: order.total,
        order_no: order.order_no,
        user_id: order.user,
        sku: order.sku,
        status: order.status,
        step: order.step,
        price: order.price.to_major(),
        list_price: order.price,
        discounts: order.discounts,
        total,
        currency,
        test: order.test,
        failure: order.failure,
        cancel_reason: order.cancel_reason,
        created_at: order.created_at,
        expires_at: order.expires_at,
        paid_at: order.paid_at,
        completed_at: order.completed_at,
        payments: Vec::new(),
        refunds: Vec::new(),
        history: Vec::new(),
        report: None,
        calls: Vec::new(),
        checks: Vec::new(),
        delivered: (0, 0),
        segments: (0, 0),
        job: None,
    }
}

fn payment_view(payment: Payment, log: Vec<LogRow>) -> PaymentView {
    let (amount, currency) = amount(payment.amount);
    PaymentView {
        money: payment.amount,
        payment_no: payment.payment_no,
        provider: payment.provider,
        dialect: payment.dialect,
        method: payment.method,
        status: payment.status,
        amount,
        currency,
        provider_ref: payment.provider_ref,
        expires_at: payment.expires_at,
        paid_at: payment.paid_at,
        proven_at: payment.proven_at,
        log,
    }
}

fn refund_view(refund: Refund) -> RefundView {
    let (amount, currency) = amount(refund.amount);
    RefundView {
        money: refund.amount,
        refund_no: refund.refund_no,
        payment_no: refund.payment_no,
        status: refund.status,
        amount,
        currency,
        reason: refund.reason,
        actor: refund.actor,
        last_error: refund.last_error,
        created_at: refund.created_at,
        updated_at: refund.updated_at,
    }
}

fn call_view(call: Call) -> CallView {
    CallView {
        chapter: call.chapter,
        outcome: call.outcome,
        findings: call.findings.into_iter().map(|finding| finding.code).collect(),
        made: report_view(call.made),
    }
}

fn report_view(made: reports::repo::Provenance) -> ReportView {
    ReportView {
        model: made.model,
        provider: made.provider,
        prompt_version: made.prompt_version,
        tokens: made.usage,
        cost_micros: made.cost_micros,
        cost_currency: made.cost_currency,
    }
}

fn amount(money: Money) -> (String, String) {
    (money.to_major(), money.currency.to_string())
}

/// What the quality gate found in each text of an order: part, attempt and findings, which quote
/// the report.
pub async fn findings(
    base: &Base,
    order_no: &OrderNo,
) -> Result<Vec<(i64, i64, Vec<reports::gate::Finding>)>, InspectError> {
    Ok(reports::checks::findings(base.db.read(), &base.keyring, order_no).await?)
}
