//! Everything that we keep about a person, as one JSON document (spec.md §12): for the person alone,
//! sent into their own chat. Read without a transaction: nothing in it needs to fit the rest to the
//! second.

use serde_json::{Value, json};

use super::base::Base;
use super::keep_profile::{self, ProfileError, Saved};
use crate::affiliates::{self, AffiliateError, payouts};
use crate::kernel::ids::UserId;
use crate::orders::{self, Order, OrderError};
use crate::payments::{self, Payment, PaymentError, Refund};
use crate::reports::questions::Question;
use crate::reports::{self, ReportError};
use crate::users::{self, UserError};

/// More orders than anybody has.
const ALL: u64 = 100_000;

#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    #[error("the user cannot be read")]
    User(#[from] UserError),
    #[error("the kept births cannot be read")]
    Profile(#[from] ProfileError),
    #[error("the invitations cannot be read")]
    Affiliate(#[from] AffiliateError),
    #[error("the orders cannot be read")]
    Order(#[from] OrderError),
    #[error("the payments cannot be read")]
    Payment(#[from] PaymentError),
    #[error("the reports cannot be read")]
    Report(#[from] ReportError),
}

pub async fn run(base: &Base, id: UserId) -> Result<Value, ExportError> {
    let db = base.db.read();
    let mut orders = Vec::new();
    for order in orders::repo::list_of_user(db, id, ALL).await? {
        orders.push(order_of(base, &order).await?);
    }
    let user = users::repo::find(db, id).await?;
    let user = user.map(|user| {
        json!({
            "telegram_id": user.id,
            "language": user.locale,
            "status": user.status.as_str(),
            "privacy_accepted_at": user.consented_at,
            "invited_by": user.referred_by,
            "no_news_since": user.news_off_at,
            "turned_away_since": user.blocked_at,
            "mark_of_name": user.name_mark,
            "known_since": user.created_at,
        })
    });
    Ok(json!({
        "exported_at": base.now(),
        "user": user,
        "invitations": invitations(base, id).await?,
        "kept_births": keep_profile::list(base, id).await?.iter().map(born).collect::<Vec<_>>(),
        "orders": orders,
    }))
}

fn born(kept: &Saved) -> Value {
    json!({
        "for": kept.kind,
        "name": kept.body.name,
        "gender": kept.body.gender,
        "birth": kept.body.birth,
        "kept_since": kept.created_at,
    })
}

async fn invitations(base: &Base, id: UserId) -> Result<Value, ExportError> {
    let db = base.db.read();
    let Some(own) = affiliates::repo::find_by_user(db, id).await? else { return Ok(Value::Null) };
    let earned = affiliates::repo::earnings(db, &own.code, base.now()).await?;
    let earned: Vec<Value> = earned
        .iter()
        .map(|sum| {
            json!({
                "currency": sum.pending.currency,
                "orders": sum.orders,
                "pending": sum.pending.to_major(),
                "confirmed": sum.confirmed.to_major(),
            })
        })
        .collect();
    let mut payouts = Vec::new();
    for payout in payouts::list_of(db, &own.code, ALL).await? {
        payouts.push(json!({
            "payout_no": payout.payout_no,
            "status": payout.status,
            "amount": payout.amount.to_major(),
            "currency": payout.amount.currency,
            "to": payout.destination(&base.keyring).ok().flatten(),
            "requested_at": payout.requested_at,
            "decided_at": payout.decided_at,
        }));
    }
    Ok(json!({
        "code": own.code,
        "clicks": own.clicks,
        "commissions": earned,
        "payouts": payouts,
    }))
}

/// What was erased or cannot be opened any more is `null`.
async fn order_of(base: &Base, order: &Order) -> Result<Value, ExportError> {
    let (db, keyring, number) = (base.db.read(), &base.keyring, &order.order_no);
    let chart: Option<Value> = reports::repo::find_chart(db, keyring, number).await?;
    let facts: Option<Value> = reports::repo::find_facts(db, keyring, number).await?;
    let text = reports::repo::find_text(db, keyring, number).await?;
    let chapters = match text {
        // It holds them all.
        Some(_) => Vec::new(),
        None => reports::chapters::list(db, keyring, number).await?,
    };
    let payments = payments::repo::list_of_order(db, number).await?;
    let refunds = payments::refunds::list_of_order(db, number).await?;
    let rating = reports::ratings::find(db, keyring, number).await?;
    let asked = payments::requests::find_latest(db, keyring, number).await?;
    let questions = reports::questions::list(db, keyring, number).await?;
    Ok(json!({
        "order_no": number,
        "product": order.sku,
        "status": order.status,
        "price": order.price.to_major(),
        "discount": order.discount.to_major(),
        "total": order.total.to_major(),
        "currency": order.total.currency,
        "language": order.locale,
        "invited_by": order.affiliate,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
        "completed_at": order.completed_at,
        "cancel_reason": order.cancel_reason,
        "answers": order.form::<Value>(keyring).ok(),
        "chart": chart,
        "facts": facts,
        "report": text,
        "chapters": chapters.into_iter().map(|chapter| chapter.body).collect::<Vec<_>>(),
        "rating": rating.map(|rating| json!({ "stars": rating.stars, "words": rating.words })),
        "refund_request": asked.map(|asked| json!({
            "status": asked.status,
            "reason": asked.reason,
            "answer": asked.answer,
            "requested_at": asked.requested_at,
            "decided_at": asked.decided_at,
        })),
        "questions": questions.iter().map(question).collect::<Vec<_>>(),
        "payments": payments.iter().map(payment).collect::<Vec<_>>(),
        "refunds": refunds.iter().map(refund).collect::<Vec<_>>(),
    }))
}

fn question(question: &Question) -> Value {
    json!({
        "number": question.number,
        "status": question.status,
        "question": question.words,
        "answer": question.answer,
        "asked_at": question.asked_at,
        "done_at": question.done_at,
    })
}

fn payment(payment: &Payment) -> Value {
    json!({
        "payment_no": payment.payment_no,
        "provider": payment.provider,
        "method": payment.method,
        "status": payment.status,
        "amount": payment.amount.to_major(),
        "currency": payment.amount.currency,
        "provider_ref": payment.provider_ref,
        "paid_at": payment.paid_at,
    })
}

fn refund(refund: &Refund) -> Value {
    json!({
        "refund_no": refund.refund_no,
        "status": refund.status,
        "amount": refund.amount.to_major(),
        "currency": refund.amount.currency,
        "created_at": refund.created_at,
    })
}
