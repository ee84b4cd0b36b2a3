//! Everything that was ever written down about one order, as one document: for a dispute, an
//! accountant, a provider's support. Numbers, states, amounts and times; no name, no birth data, no
//! report. What a provider sent is opened on demand only, and that it was is itself written down.
//!
//! Read without a transaction: rows of the past do not change, and what happens meanwhile is later.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde_json::json;

use super::base::Base;
use super::inspect_order::{self, InspectError, OrderView};
use crate::audit::{self, AuditError, Filter, NewAction, OperatorAction};
use crate::catalog::stock;
use crate::events::repo::DeliveryRow;
use crate::events::{self, EventError};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::orders::Actor;
use crate::payments::inbox::{self, Kept};
use crate::payments::ledger::repo as ledger;
use crate::payments::reconciliation::{Difference, repo as reconciliation};
use crate::payments::{PaymentError, Refund, refunds};
use crate::platform::jobs::store::{self as jobs, JobTrace};
use crate::promotions::{self, PromotionError, Redemption};

/// The version of the document's shape: it grows, and a member never changes its meaning.
pub const FORMAT: &str = "mingshu.order-audit/1";
/// More deeds than anybody does to one order.
const ALL: u64 = 100_000;

/// Instants are milliseconds since 1970 UTC; members named `…_minor` are minor units.
#[derive(Debug, Serialize)]
pub struct OrderAudit {
    pub format: &'static str,
    pub audited_at: Timestamp,
    /// With its history, its payments and their logs, and where its report came from.
    pub order: OrderView,
    pub refunds: Vec<RefundTrace>,
    /// What providers said, and what we made of it.
    pub evidence: Vec<Evidence>,
    /// The lines of the money book.
    pub transfers: Vec<ledger::Line>,
    pub stock: Vec<stock::Line>,
    pub coupon: Option<Redemption>,
    /// Domain events, and how far they went. Forgotten after ninety days.
    pub events: Vec<EventTrace>,
    /// Where a reconciliation disagreed.
    pub differences: Vec<Difference>,
    pub operator_actions: Vec<OperatorAction>,
    /// Background work. Forgotten a week after its end.
    pub jobs: Vec<JobTrace>,
}

/// What the order's own view leaves out of a refund.
#[derive(Debug, Serialize)]
pub struct RefundTrace {
    pub refund_no: String,
    pub payment_no: String,
    pub status: String,
    pub amount_minor: i64,
    pub currency: String,
    pub reason: String,
    pub actor: String,
    pub provider_refund_ref: Option<String>,
    /// Of money that was given back by other means.
    pub manual_reference: Option<String>,
    pub last_error: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

#[derive(Debug, Serialize)]
pub struct Evidence {
    pub provider: String,
    pub evidence_key: String,
    /// `callback`, `query`, `statement`, `operator`.
    pub source: String,
    pub reference: Option<String>,
    pub verdict: String,
    pub received_at: Timestamp,
    /// The raw message: absent unless asked for, `null` where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<Option<Body>>,
}

/// A message as it came.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Text(String),
    /// What is no UTF-8.
    Base64(String),
    /// The key is gone, or the row was tampered with.
    Unreadable,
}

#[derive(Debug, Serialize)]
pub struct EventTrace {
    pub id: String,
    pub kind: String,
    pub version: i32,
    pub occurred_at: Timestamp,
    pub data: serde_json::Value,
    pub deliveries: Vec<DeliveryRow>,
}

/// Whether raw messages are opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bodies {
    Sealed,
    Opened,
}

#[derive(Debug, thiserror::Error)]
pub enum AuditOrderError {
    #[error("the order cannot be read")]
    Inspect(#[from] InspectError),
    #[error("the payments cannot be read")]
    Payment(#[from] PaymentError),
    #[error("the coupon cannot be read")]
    Promotion(#[from] PromotionError),
    #[error("the events cannot be read")]
    Event(#[from] EventError),
    #[error("the deeds of operators cannot be read")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] sea_orm::DbErr),
}

/// `None`: there is no such order. Messages are opened in the name of `actor`.
pub async fn run(
    base: &Base,
    number: &OrderNo,
    bodies: Bodies,
    actor: &Actor,
) -> Result<Option<OrderAudit>, AuditOrderError> {
    let Some(order) = inspect_order::run(base, number).await? else { return Ok(None) };
    if bodies == Bodies::Opened {
        write_down(base, number, actor).await?;
    }
    let db = base.db.read();
    let refunds = refunds::list_of_order(db, number).await?;
    let numbers = numbers(&order, &refunds);
    let about = Filter { order_no: Some(number), ..Filter::default() };
    let mut operator_actions = audit::repo::list(db, &about, ALL).await?;
    operator_actions.reverse();
    Ok(Some(OrderAudit {
        format: FORMAT,
        audited_at: base.now(),
        evidence: evidence(base, &numbers, bodies).await?,
        transfers: ledger::of_order(db, number).await?,
        stock: stock::of_order(db, number).await?,
        coupon: promotions::repo::find_redemption(db, number).await?,
        events: events_about(base, number).await?,
        differences: reconciliation::of_order(db, number.as_str()).await?,
        jobs: jobs_about(base, &numbers).await?,
        refunds: refunds.into_iter().map(refund).collect(),
        operator_actions,
        order,
    }))
}

/// Before anything is shown: who looks cannot hide it.
async fn write_down(base: &Base, number: &OrderNo, actor: &Actor) -> Result<(), AuditOrderError> {
    let tx = base.db.begin_write().await?;
    let deed = NewAction {
        operator: &actor.to_string(),
        action: "order.open_evidence",
        subject: number.as_str(),
        order_no: Some(number),
        details: json!({}),
    };
    audit::repo::record(&tx, &deed, base.now()).await?;
    Ok(tx.commit().await?)
}

/// Of the order, its payments and refunds: what rows about it may carry.
fn numbers(order: &OrderView, refunds: &[Refund]) -> Vec<String> {
    let payments = order.payments.iter().map(|payment| payment.payment_no.0.clone());
    let refunds = refunds.iter().map(|refund| refund.refund_no.0.clone());
    [order.order_no.0.clone()].into_iter().chain(payments).chain(refunds).collect()
}

async fn evidence(
    base: &Base,
    numbers: &[String],
    bodies: Bodies,
) -> Result<Vec<Evidence>, AuditOrderError> {
    let mut all = Vec::new();
    for number in numbers {
        for kept in inbox::of_reference(base.db.read(), number).await? {
            let body = (bodies == Bodies::Opened).then(|| body(base, &kept));
            all.push(Evidence {
                provider: kept.provider,
                evidence_key: kept.evidence_key,
                source: kept.source,
                reference: kept.reference,
                verdict: kept.verdict,
                received_at: kept.received_at,
                body,
            });
        }
    }
    all.sort_by_key(|evidence| evidence.received_at);
    Ok(all)
}

fn body(base: &Base, kept: &Kept) -> Option<Body> {
    let opened = kept.open(&base.keyring);
    let Ok(bytes) = opened else { return Some(Body::Unreadable) };
    let text = String::from_utf8(bytes?);
    Some(match text {
        Ok(text) => Body::Text(text),
        Err(other) => Body::Base64(STANDARD.encode(other.as_bytes())),
    })
}

async fn events_about(base: &Base, number: &OrderNo) -> Result<Vec<EventTrace>, AuditOrderError> {
    let db = base.db.read();
    let mut traces = Vec::new();
    for event in events::repo::of_subject(db, number.as_str()).await? {
        let deliveries = events::repo::deliveries(db, &event.id).await?;
        traces.push(EventTrace {
            data: serde_json::from_str(&event.data).unwrap_or_default(),
            id: event.id,
            kind: event.kind,
            version: event.version,
            occurred_at: event.occurred_at,
            deliveries,
        });
    }
    Ok(traces)
}

async fn jobs_about(base: &Base, numbers: &[String]) -> Result<Vec<JobTrace>, AuditOrderError> {
    let mut traces: Vec<JobTrace> = Vec::new();
    for number in numbers {
        traces.extend(jobs::naming(base.db.read(), number).await?);
    }
    traces.sort_by_key(|trace| trace.job.id);
    traces.dedup_by_key(|trace| trace.job.id);
    Ok(traces)
}

fn refund(refund: Refund) -> RefundTrace {
    RefundTrace {
        refund_no: refund.refund_no.0,
        payment_no: refund.payment_no.0,
        status: refund.status.as_str().to_owned(),
        amount_minor: refund.amount.minor,
        currency: refund.amount.currency.to_string(),
        reason: refund.reason,
        actor: refund.actor,
        provider_refund_ref: refund.provider_refund_ref,
        manual_reference: refund.manual_reference,
        last_error: refund.last_error,
        created_at: refund.created_at,
        updated_at: refund.updated_at,
    }
}
