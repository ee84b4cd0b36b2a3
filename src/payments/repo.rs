//! Every statement on `payments` and `payment_log`.

use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect};

use super::entity::{log, payment};
use super::log::write as write_log;
use super::ports::CreatedPayment;
use super::rules::{self, Step};
use super::{Fact, LogRow, NewPayment, Payment, PaymentError, PaymentStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::kernel::money::{Currency, Money};

use crate::platform::db::{Page, WriteTx, query_one};

type Column = payment::Column;

/// Where a fact came from, for the log.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// `callback`, `query`, `statement`, `operator:<id>`, `buyer`, `worker`, `system`.
    pub source: &'a str,
    pub evidence_key: Option<&'a str>,
    pub note: &'a str,
}

/// Writes a new payment in `init`: the intent, before the provider is asked.
pub async fn insert(tx: &WriteTx, new: &NewPayment, now: Timestamp) -> Result<(), PaymentError> {
    let row = payment::ActiveModel {
        payment_no: Set(new.payment_no.0.clone()),
        order_no: Set(new.order_no.0.clone()),
        provider: Set(new.provider.clone()),
        dialect: Set(new.dialect.clone()),
        method: Set(new.method.clone()),
        status: Set(PaymentStatus::Init.as_str().to_owned()),
        amount_minor: Set(new.amount.minor),
        currency: Set(new.amount.currency.as_str().to_owned()),
        provider_ref: Set(None),
        pay_url: Set(None),
        qr_code: Set(None),
        proven_at: Set(None),
        notify_url: Set(None),
        queries: Set(0),
        next_query_at: Set(None),
        last_query_at: Set(None),
        last_query_word: Set(None),
        reminded_at: Set(None),
        stated_minor: Set(None),
        stated_currency: Set(None),
        expires_at: Set(new.expires_at.millis()),
        paid_at: Set(None),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
        version: Set(1),
    };
    payment::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    let evidence = Evidence { source: "buyer", evidence_key: None, note: "ordered" };
    write_log(tx, &new.payment_no, (None, PaymentStatus::Init), &evidence, now).await
}

pub async fn find(
    db: &impl ConnectionTrait,
    no: &PaymentNo,
) -> Result<Option<Payment>, PaymentError> {
    let row = payment::Entity::find_by_id(no.0.clone()).one(db).await?;
    row.map(Payment::try_from).transpose()
}

pub async fn get(db: &impl ConnectionTrait, no: &PaymentNo) -> Result<Payment, PaymentError> {
    find(db, no).await?.ok_or_else(|| PaymentError::NotFound(no.clone()))
}

/// Reads and, on Postgres, locks a payment. Lock its order first.
pub async fn lock(tx: &WriteTx, no: &PaymentNo) -> Result<Payment, PaymentError> {
    let row = payment::Entity::find_by_id(no.0.clone()).lock_exclusive().one(tx.conn()).await?;
    row.map(Payment::try_from).transpose()?.ok_or_else(|| PaymentError::NotFound(no.clone()))
}

/// The payment that paid the order: the first one that succeeded, by the log, which also tells two of
/// the same instant apart. Money of the others is a surplus.
pub async fn find_that_paid(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Option<Payment>, PaymentError> {
    let sql = "SELECT p.payment_no FROM payments p JOIN payment_log l \
         ON l.payment_no = p.payment_no AND l.to_status = 'succeeded' \
         WHERE p.order_no = $1 AND p.status = 'succeeded' ORDER BY l.id LIMIT 1";
    let Some(row) = query_one(db, sql, vec![order.as_str().into()]).await? else { return Ok(None) };
    let number: String = row.try_get_by_index(0)?;
    Ok(Some(get(db, &PaymentNo(number)).await?))
}

/// All attempts to pay an order, oldest first.
pub async fn list_of_order(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Vec<Payment>, PaymentError> {
    let rows = payment::Entity::find()
        .filter(Column::OrderNo.eq(order.as_str()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::PaymentNo)
        .all(db)
        .await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Open payments whose deadline has passed, with the deadline.
pub async fn overdue(
    db: &impl ConnectionTrait,
    now: Timestamp,
    page: &Page,
) -> Result<Vec<(String, i64)>, PaymentError> {
    let query = page.of::<payment::Entity>(Column::ExpiresAt, Column::PaymentNo);
    // Word for word the condition of the index `payments_open`; a bound value would not meet it.
    let query = query.filter(Expr::cust("status IN ('init', 'processing')"));
    Ok(query.filter(Column::ExpiresAt.lt(now.millis())).into_tuple().all(db).await?)
}

/// Applies a fact to the payment as it was read: asks the rule, writes status and log, and brings
/// `payment` up to date. [`Step::AlreadyThere`] only logs.
pub async fn apply(
    tx: &WriteTx,
    payment: &mut Payment,
    fact: Fact,
    evidence: &Evidence<'_>,
    now: Timestamp,
) -> Result<Step, PaymentError> {
    let step = rules::step(payment.status, fact).inspect_err(|refused| {
        metrics::counter!("mingshu_payment_transition_failures_total").increment(1);
        tracing::warn!(payment.id = %payment.payment_no, error = %refused, "payment step refused");
    })?;
    let from = payment.status;
    let Step::To(to) = step else {
        write_log(tx, &payment.payment_no, (Some(from), from), evidence, now).await?;
        return Ok(step);
    };
    let paid_at = (to == PaymentStatus::Succeeded).then_some(now);
    let mut update = payment::Entity::update_many()
        .col_expr(Column::Status, Expr::value(to.as_str()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()));
    if let Some(at) = paid_at {
        update = update
            .col_expr(Column::PaidAt, Expr::value(at.millis()))
            .col_expr(Column::NextQueryAt, Expr::value(None::<i64>));
    }
    let written = update
        .filter(Column::PaymentNo.eq(payment.payment_no.as_str()))
        .filter(Column::Version.eq(payment.version))
        .exec(tx.conn())
        .await?;
    if written.rows_affected != 1 {
        metrics::counter!("mingshu_version_conflicts_total", "table" => "payments").increment(1);
        return Err(PaymentError::Stale(payment.payment_no.0.clone()));
    }
    write_log(tx, &payment.payment_no, (Some(from), to), evidence, now).await?;
    if !to.is_open() {
        metrics::counter!("mingshu_payments_total", "outcome" => to.as_str()).increment(1);
    }
    payment.status = to;
    payment.paid_at = paid_at.or(payment.paid_at);
    payment.version = payment.version.saturating_add(1);
    Ok(step)
}

/// Appends a remark to the payment's log without changing it.
pub async fn remark(
    tx: &WriteTx,
    payment: &Payment,
    evidence: &Evidence<'_>,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let status = payment.status;
    write_log(tx, &payment.payment_no, (Some(status), status), evidence, now).await
}

/// Keeps what the provider gave us to show the payer, where it was told to call back, and when the
/// ladder asks first.
pub async fn save_link(
    tx: &WriteTx,
    no: &PaymentNo,
    created: &CreatedPayment,
    (notify_url, ask_at): (&str, Option<Timestamp>),
) -> Result<(), PaymentError> {
    payment::Entity::update_many()
        .col_expr(Column::PayUrl, Expr::value(created.pay_url.clone()))
        .col_expr(Column::QrCode, Expr::value(created.qr_code.clone()))
        .col_expr(Column::NotifyUrl, Expr::value(notify_url))
        .col_expr(Column::NextQueryAt, Expr::value(ask_at.map(Timestamp::millis)))
        .filter(Column::PaymentNo.eq(no.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Keeps the provider's answer to a question of ours: a word of [`super::ports::Outcome`], or that
/// there was none.
pub async fn save_query(
    tx: &WriteTx,
    no: &PaymentNo,
    word: &str,
    now: Timestamp,
) -> Result<(), PaymentError> {
    payment::Entity::update_many()
        .col_expr(Column::LastQueryAt, Expr::value(now.millis()))
        .col_expr(Column::LastQueryWord, Expr::value(word))
        .filter(Column::PaymentNo.eq(no.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Steps one rung up the ladder.
pub async fn save_rung(
    tx: &WriteTx,
    payment: &Payment,
    next: Option<Timestamp>,
) -> Result<(), PaymentError> {
    payment::Entity::update_many()
        .col_expr(Column::Queries, Expr::value(payment.queries.saturating_add(1)))
        .col_expr(Column::NextQueryAt, Expr::value(next.map(Timestamp::millis)))
        .filter(Column::PaymentNo.eq(payment.payment_no.as_str()))
        .filter(Column::Queries.eq(payment.queries))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Payments that the ladder has to ask about now, whatever their status: the provider may know of
/// money that we gave up waiting for.
pub async fn due_queries(
    db: &impl ConnectionTrait,
    now: Timestamp,
    limit: u64,
) -> Result<Vec<Payment>, PaymentError> {
    let rows = payment::Entity::find()
        .filter(Column::NextQueryAt.lte(now.millis()))
        .order_by_asc(Column::NextQueryAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// The newest payments that are not in the books as paid: what a doctor looks at.
pub async fn list_unpaid(
    db: &impl ConnectionTrait,
    limit: u64,
) -> Result<Vec<Payment>, PaymentError> {
    let rows = payment::Entity::find()
        .filter(Column::Status.ne(PaymentStatus::Succeeded.as_str()))
        .order_by_desc(Column::CreatedAt)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Keeps the money that arrived instead of the agreed amount; `None` when it was the agreed one
/// after all.
pub async fn save_stated(
    tx: &WriteTx,
    payment: &mut Payment,
    stated: Option<Money>,
) -> Result<(), PaymentError> {
    payment::Entity::update_many()
        .col_expr(Column::StatedMinor, Expr::value(stated.map(|money| money.minor)))
        .col_expr(
            Column::StatedCurrency,
            Expr::value(stated.map(|money| money.currency.as_str().to_owned())),
        )
        .filter(Column::PaymentNo.eq(payment.payment_no.as_str()))
        .exec(tx.conn())
        .await?;
    payment.stated = stated;
    Ok(())
}

/// Whether a payment of ours was paid by this charge of the provider.
pub async fn knows_provider_ref(
    db: &impl ConnectionTrait,
    provider: &str,
    provider_ref: &str,
) -> Result<bool, PaymentError> {
    let found = payment::Entity::find()
        .filter(Column::Provider.eq(provider))
        .filter(Column::ProviderRef.eq(provider_ref))
        .count(db)
        .await?;
    Ok(found > 0)
}

/// Keeps the provider's number of the charge that paid.
pub async fn save_provider_ref(
    tx: &WriteTx,
    payment: &mut Payment,
    provider_ref: &str,
) -> Result<(), PaymentError> {
    payment::Entity::update_many()
        .col_expr(Column::ProviderRef, Expr::value(provider_ref))
        .filter(Column::PaymentNo.eq(payment.payment_no.as_str()))
        .exec(tx.conn())
        .await?;
    payment.provider_ref = Some(provider_ref.to_owned());
    Ok(())
}

/// Notes that the second proof was had (spec.md §4 rule 8).
pub async fn save_proof(tx: &WriteTx, no: &PaymentNo, now: Timestamp) -> Result<(), PaymentError> {
    payment::Entity::update_many()
        .col_expr(Column::ProvenAt, Expr::value(now.millis()))
        .filter(Column::PaymentNo.eq(no.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub async fn log(db: &impl ConnectionTrait, no: &PaymentNo) -> Result<Vec<LogRow>, PaymentError> {
    let rows = log::Entity::find()
        .filter(log::Column::PaymentNo.eq(no.as_str()))
        .order_by_asc(log::Column::Id)
        .all(db)
        .await?;
    let row = |row: log::Model| LogRow {
        from: row.from_status,
        to: row.to_status,
        source: row.source,
        evidence_key: row.evidence_key,
        note: row.note,
        at: Timestamp(row.at),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Money received since `since`, in minor units by currency, test orders left out by the caller's
/// choice of database.
pub async fn received_since(
    db: &impl ConnectionTrait,
    since: Timestamp,
) -> Result<Vec<Money>, PaymentError> {
    let rows: Vec<(String, i64)> = payment::Entity::find()
        .select_only()
        .column(Column::Currency)
        .expr_as(Expr::col(Column::AmountMinor).sum().cast_as("BIGINT"), "total")
        .filter(Column::Status.eq("succeeded"))
        .filter(Column::PaidAt.gte(since.millis()))
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

impl TryFrom<payment::Model> for Payment {
    type Error = PaymentError;

    fn try_from(row: payment::Model) -> Result<Self, PaymentError> {
        let damaged = |what| PaymentError::Damaged { number: row.payment_no.clone(), what };
        let currency: Currency = row.currency.parse().map_err(|_word| damaged("currency"))?;
        let stated = row.stated_minor.zip(row.stated_currency.as_deref());
        let stated = stated.and_then(|(minor, code)| Some(Money::new(minor, code.parse().ok()?)));
        Ok(Self {
            status: PaymentStatus::parse(&row.status).ok_or_else(|| damaged("status"))?,
            payment_no: PaymentNo(row.payment_no),
            order_no: OrderNo(row.order_no),
            provider: row.provider,
            dialect: row.dialect,
            method: row.method,
            amount: Money::new(row.amount_minor, currency),
            provider_ref: row.provider_ref,
            pay_url: row.pay_url,
            qr_code: row.qr_code,
            proven_at: row.proven_at.map(Timestamp),
            notify_url: row.notify_url,
            last_query: row.last_query_at.map(Timestamp).zip(row.last_query_word),
            next_query_at: row.next_query_at.map(Timestamp),
            queries: row.queries,
            stated,
            expires_at: Timestamp(row.expires_at),
            paid_at: row.paid_at.map(Timestamp),
            created_at: Timestamp(row.created_at),
            version: row.version,
        })
    }
}
