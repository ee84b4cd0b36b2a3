//! Everything the books say about one order, for operators: numbers, states and amounts, no
//! personal data.

use serde::Serialize;

use super::base::Base;
use super::jobs::FulfilOrder;
use crate::catalog::ProductSnapshot;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo, Sku, UserId};
use crate::kernel::money::Money;
use crate::orders::packs;
use crate::orders::{self, DiscountLine, HistoryRow, Order, OrderError, OrderStatus, Step};
use crate::payments::{self, LogRow, Payment, PaymentError, PaymentStatus, Refund, RefundStatus};
use crate::platform::jobs::Job;
use crate::platform::jobs::store::{self as jobs, JobRow};
use crate::reports::calls::{Call, CallOutcome};
use crate::reports::questions::{self, Tally};
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
    /// What the buyer asked about the report; `None`: nothing, and nothing was bought for it.
    pub questions: Option<QuestionsView>,
    /// The order whose report more questions are bought for.
    pub questions_about: Option<OrderNo>,
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

/// Questions about a report, without their words.
#[derive(Debug, Serialize)]
pub struct QuestionsView {
    #[serde(flatten)]
    pub tally: Tally,
    /// Included and bought.
    pub given: i64,
    pub left: i64,
    /// The orders that bought more.
    pub bought_by: Vec<OrderNo>,
    /// What the requests for the answers cost, in millionths; part of the order's cost.
    pub cost_micros: i64,
    pub cost_currency: String,
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
    let questions = questions_view(base, &order, &calls).await?;
    let fulfil = FulfilOrder { order_no: order_no.clone() };
    Ok(Some(OrderView {
        history: orders::repo::history(db, order_no).await?,
        checks: reports::checks::list(db, order_no).await?,
        report: reports::repo::find_provenance(db, order_no).await?.map(report_view),
        questions,
        questions_about: packs::find_about(db, order_no).await?,
        calls: calls.into_iter().map(call_view).collect(),
        delivered: reports::deliveries::count(db, (order_no, round)).await?,
        segments: reports::deliveries::count_segments(db, (order_no, round)).await?,
        job: jobs::find(db, &fulfil.dedupe_key()).await?,
        payments,
        refunds: refunds.into_iter().map(refund_view).collect(),
        ..head(order)
    }))
}

async fn questions_view(
    base: &Base,
    order: &Order,
    calls: &[Call],
) -> Result<Option<QuestionsView>, InspectError> {
    let (db, no) = (base.db.read(), &order.order_no);
    let tally = questions::tally(db, no).await?;
    let bought_by = packs::list_about(db, no).await?;
    let product = order.product::<ProductSnapshot>(&base.keyring).ok();
    let plan = product.and_then(|product| product.questions);
    if plan.is_none() && tally == Tally::default() {
        return Ok(None);
    }
    let included = plan.map_or(0, |plan| i64::from(plan.included));
    let given = included.saturating_add(packs::granted(db, no).await?.questions);
    let made = calls.iter().filter(|call| questions::is_chapter(&call.chapter));
    let cost = made.clone().map(|call| call.made.cost_micros).fold(0, i64::saturating_add);
    let currency = made.map(|call| call.made.cost_currency.clone()).next_back();
    Ok(Some(QuestionsView {
        left: tally.left(given),
        tally,
        given,
        bought_by,
        cost_micros: cost,
        cost_currency: currency.unwrap_or_default(),
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
        questions: None,
        questions_about: None,
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

/// The latest text of a part that is held back.
#[derive(Debug)]
pub struct HeldText {
    /// 0 for a report of one piece, else the chapter from 1.
    pub part: i64,
    pub attempt: i64,
    pub provider: String,
    pub findings: Vec<reports::gate::Finding>,
}

/// What the quality gate holds back of an order that waits for a person's word; nothing when it
/// waits for none.
pub async fn held(base: &Base, order_no: &OrderNo) -> Result<Vec<HeldText>, InspectError> {
    let db = base.db.read();
    let order = orders::repo::find(db, order_no).await?;
    let waits =
        |order: &Order| order.status == OrderStatus::Generating && order.step == Step::Report;
    if !order.as_ref().is_some_and(waits) {
        return Ok(Vec::new());
    }
    let parts = reports::checks::held(db, order_no).await?;
    let rows = reports::checks::list(db, order_no).await?;
    let mut held = Vec::new();
    for part in parts {
        let Some(row) = rows.iter().rfind(|row| row.part == part) else { continue };
        let findings = reports::checks::last_findings(db, &base.keyring, order_no, part).await?;
        let (attempt, provider) = (row.attempt, row.provider.clone());
        held.push(HeldText { part, attempt, provider, findings });
    }
    Ok(held)
}
