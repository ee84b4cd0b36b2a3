//! Every statement on `refunds`: money on its way back (spec.md §3.3, §4 rule 12).

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect};

use super::entity::{payment, refund};
use super::{Payment, PaymentError, PaymentStatus, Refund, RefundStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::kernel::money::{Currency, Money};
use crate::platform::db::{Page, WriteTx};

type Column = refund::Column;

#[derive(Debug, Clone)]
pub struct NewRefund {
    pub refund_no: RefundNo,
    /// The same cause never gives two refunds: `failed:<order>`, `surplus:<payment>`, …
    pub cause: String,
    pub amount: Money,
    pub reason: String,
    pub actor: String,
    pub order_status_before: Option<String>,
}

/// Reserves money that a payment brought for a refund. The caller holds the lock on the order, so
/// that requested and done together never exceed what was paid.
///
/// `false`: this cause has its refund already.
pub async fn reserve(
    tx: &WriteTx,
    payment: &Payment,
    new: &NewRefund,
    now: Timestamp,
) -> Result<bool, PaymentError> {
    let known = refund::Entity::find().filter(Column::Cause.eq(new.cause.as_str()));
    if known.count(tx.conn()).await? > 0 {
        return Ok(false);
    }
    let left = refundable(tx.conn(), payment).await?;
    let fits = new.amount.currency == left.currency && new.amount.minor <= left.minor;
    if !fits || new.amount.minor <= 0 {
        return Err(PaymentError::NotThatMuch { left });
    }
    let row = refund::ActiveModel {
        refund_no: Set(new.refund_no.0.clone()),
        cause: Set(new.cause.clone()),
        order_no: Set(payment.order_no.0.clone()),
        payment_no: Set(payment.payment_no.0.clone()),
        amount_minor: Set(new.amount.minor),
        currency: Set(new.amount.currency.as_str().to_owned()),
        status: Set(RefundStatus::Requested.as_str().to_owned()),
        reason: Set(new.reason.clone()),
        actor: Set(new.actor.clone()),
        order_status_before: Set(new.order_status_before.clone()),
        provider_refund_ref: Set(None),
        last_error: Set(None),
        manual_reference: Set(None),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
        version: Set(1),
    };
    let written = refund::Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Cause).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(written == 1)
}

/// What of a payment is neither refunded nor reserved for a refund.
pub async fn refundable(
    db: &impl ConnectionTrait,
    payment: &Payment,
) -> Result<Money, PaymentError> {
    let rows = refund::Entity::find()
        .filter(Column::PaymentNo.eq(payment.payment_no.as_str()))
        .filter(Column::Status.ne(RefundStatus::Failed.as_str()))
        .all(db)
        .await?;
    let taken = rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount_minor));
    let received = payment.received();
    Ok(Money::new(received.minor.saturating_sub(taken), received.currency))
}

/// Whether all money in doubt is given back or on its way: it pays for nothing any more.
pub async fn all_goes_back(
    db: &impl ConnectionTrait,
    payment: &Payment,
) -> Result<bool, PaymentError> {
    if payment.status != PaymentStatus::Conflicted || payment.stated.is_none() {
        return Ok(false);
    }
    Ok(refundable(db, payment).await?.minor <= 0)
}

/// Whether a refund of the payment was ever asked for, whatever became of it.
pub async fn any(db: &impl ConnectionTrait, payment: &Payment) -> Result<bool, PaymentError> {
    let of_payment = Column::PaymentNo.eq(payment.payment_no.as_str());
    Ok(refund::Entity::find().filter(of_payment).count(db).await? > 0)
}

pub async fn get(db: &impl ConnectionTrait, no: &RefundNo) -> Result<Refund, PaymentError> {
    let row = refund::Entity::find_by_id(no.0.clone()).one(db).await?;
    row.map(Refund::try_from).transpose()?.ok_or_else(|| PaymentError::RefundNotFound(no.clone()))
}

pub async fn find(
    db: &impl ConnectionTrait,
    no: &RefundNo,
) -> Result<Option<Refund>, PaymentError> {
    let row = refund::Entity::find_by_id(no.0.clone()).one(db).await?;
    row.map(Refund::try_from).transpose()
}

pub async fn find_by_cause(
    db: &impl ConnectionTrait,
    cause: &str,
) -> Result<Option<Refund>, PaymentError> {
    let row = refund::Entity::find().filter(Column::Cause.eq(cause)).one(db).await?;
    row.map(Refund::try_from).transpose()
}

/// Reads and, on Postgres, locks a refund. Lock its order first.
pub async fn lock(tx: &WriteTx, no: &RefundNo) -> Result<Refund, PaymentError> {
    let row = refund::Entity::find_by_id(no.0.clone()).lock_exclusive().one(tx.conn()).await?;
    row.map(Refund::try_from).transpose()?.ok_or_else(|| PaymentError::RefundNotFound(no.clone()))
}

/// Our refunds of these charges of the provider, by charge: of several the latest that did not fail,
/// else the latest.
pub async fn of_charges(
    db: &impl ConnectionTrait,
    (provider, charges): (&str, &BTreeSet<String>),
) -> Result<BTreeMap<String, RefundNo>, PaymentError> {
    let of_provider = payment::Column::Provider.eq(provider);
    let paid: Vec<(String, String)> = payment::Entity::find()
        .select_only()
        .columns([payment::Column::PaymentNo, payment::Column::ProviderRef])
        .filter(of_provider.and(payment::Column::ProviderRef.is_in(charges.iter().cloned())))
        .into_tuple()
        .all(db)
        .await?;
    let charge_of: BTreeMap<String, String> = paid.into_iter().collect();
    if charge_of.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows: Vec<(String, String, String)> = refund::Entity::find()
        .select_only()
        .columns([Column::PaymentNo, Column::RefundNo, Column::Status])
        .filter(Column::PaymentNo.is_in(charge_of.keys().cloned()))
        .order_by_asc(Column::CreatedAt)
        .into_tuple()
        .all(db)
        .await?;
    let failed = |row: &&(String, String, String)| row.2 == RefundStatus::Failed.as_str();
    let (lost, good): (Vec<_>, Vec<_>) = rows.iter().partition(failed);
    let by_charge = lost.into_iter().chain(good).filter_map(|(payment_no, refund_no, _)| {
        Some((charge_of.get(payment_no)?.clone(), RefundNo(refund_no.clone())))
    });
    Ok(by_charge.collect())
}

/// How many refunds have not ended, by status.
pub async fn count_open(
    db: &impl ConnectionTrait,
) -> Result<Vec<(RefundStatus, i64)>, PaymentError> {
    // The states of the index `refunds_open`.
    let open = [RefundStatus::Requested, RefundStatus::Processing, RefundStatus::Unknown];
    let rows: Vec<(String, i64)> = refund::Entity::find()
        .select_only()
        .column(Column::Status)
        .column_as(Column::RefundNo.count(), "count")
        .filter(Column::Status.is_in(open.map(RefundStatus::as_str)))
        .group_by(Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    let count = |status: RefundStatus| {
        let known = rows.iter().find(|(word, _)| word == status.as_str());
        (status, known.map_or(0, |(_, count)| *count))
    };
    Ok(open.map(count).to_vec())
}

pub async fn list_of_order(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Vec<Refund>, PaymentError> {
    let rows = refund::Entity::find()
        .filter(Column::OrderNo.eq(order.as_str()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::RefundNo)
        .all(db)
        .await?;
    rows.into_iter().map(Refund::try_from).collect()
}

/// Refunds of a payment that succeeded, in minor units.
pub async fn succeeded_total(
    db: &impl ConnectionTrait,
    payment: &PaymentNo,
) -> Result<i64, PaymentError> {
    let rows = refund::Entity::find()
        .filter(Column::PaymentNo.eq(payment.as_str()))
        .filter(Column::Status.eq(RefundStatus::Succeeded.as_str()))
        .all(db)
        .await?;
    Ok(rows.iter().fold(0_i64, |sum, row| sum.saturating_add(row.amount_minor)))
}

/// Money given back since `since`, one sum for each currency.
pub async fn refunded_since(
    db: &impl ConnectionTrait,
    since: Timestamp,
) -> Result<Vec<Money>, PaymentError> {
    let rows: Vec<(String, i64)> = refund::Entity::find()
        .select_only()
        .column(Column::Currency)
        .expr_as(Expr::col(Column::AmountMinor).sum().cast_as("BIGINT"), "total")
        .filter(Column::Status.eq(RefundStatus::Succeeded.as_str()))
        .filter(Column::UpdatedAt.gte(since.millis()))
        .group_by(Column::Currency)
        .order_by_asc(Column::Currency)
        .into_tuple()
        .all(db)
        .await?;
    let money = |(code, minor): (String, i64)| {
        let currency: Currency = code.parse().ok()?;
        Some(Money::new(minor, currency))
    };
    Ok(rows.into_iter().filter_map(money).collect())
}

/// Refunds that are not final and were not touched since `before`, with that time: the net below the
/// jobs.
pub async fn unfinished(
    db: &impl ConnectionTrait,
    before: Timestamp,
    page: &Page,
) -> Result<Vec<(String, i64)>, PaymentError> {
    let query = page.of::<refund::Entity>(Column::UpdatedAt, Column::RefundNo);
    // Word for word the condition of the index `refunds_open`; a bound value would not meet it.
    let query = query.filter(Expr::cust("status IN ('requested', 'processing', 'unknown')"));
    Ok(query.filter(Column::UpdatedAt.lt(before.millis())).into_tuple().all(db).await?)
}

/// Writes a new status, with the provider's number and the last error where known.
pub async fn save_status(
    tx: &WriteTx,
    refund: &mut Refund,
    to: RefundStatus,
    details: (Option<&str>, Option<&str>),
    now: Timestamp,
) -> Result<(), PaymentError> {
    let (provider_refund_ref, last_error) = details;
    let provider_refund_ref =
        provider_refund_ref.map(str::to_owned).or_else(|| refund.provider_refund_ref.clone());
    let written = refund::Entity::update_many()
        .col_expr(Column::Status, Expr::value(to.as_str()))
        .col_expr(Column::ProviderRefundRef, Expr::value(provider_refund_ref.clone()))
        .col_expr(Column::LastError, Expr::value(last_error.map(str::to_owned)))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::RefundNo.eq(refund.refund_no.as_str()))
        .filter(Column::Version.eq(refund.version))
        .exec(tx.conn())
        .await?;
    if written.rows_affected != 1 {
        return Err(PaymentError::Stale(refund.refund_no.0.clone()));
    }
    refund.status = to;
    refund.provider_refund_ref = provider_refund_ref;
    refund.last_error = last_error.map(str::to_owned);
    refund.version = refund.version.saturating_add(1);
    Ok(())
}

/// Notes that an operator gave the money back by other means, under `reference`.
pub async fn save_by_hand(
    tx: &WriteTx,
    refund: &mut Refund,
    reference: &str,
    now: Timestamp,
) -> Result<(), PaymentError> {
    save_status(tx, refund, RefundStatus::Succeeded, (None, None), now).await?;
    refund::Entity::update_many()
        .col_expr(Column::ManualReference, Expr::value(reference))
        .filter(Column::RefundNo.eq(refund.refund_no.as_str()))
        .exec(tx.conn())
        .await?;
    refund.manual_reference = Some(reference.to_owned());
    Ok(())
}

impl TryFrom<refund::Model> for Refund {
    type Error = PaymentError;

    fn try_from(row: refund::Model) -> Result<Self, PaymentError> {
        let damaged = |what| PaymentError::Damaged { number: row.refund_no.clone(), what };
        let currency: Currency = row.currency.parse().map_err(|_word| damaged("currency"))?;
        Ok(Self {
            status: RefundStatus::parse(&row.status).ok_or_else(|| damaged("status"))?,
            refund_no: RefundNo(row.refund_no),
            order_no: OrderNo(row.order_no),
            payment_no: PaymentNo(row.payment_no),
            amount: Money::new(row.amount_minor, currency),
            reason: row.reason,
            actor: row.actor,
            order_status_before: row.order_status_before,
            provider_refund_ref: row.provider_refund_ref,
            last_error: row.last_error,
            manual_reference: row.manual_reference,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
            version: row.version,
        })
    }
}
