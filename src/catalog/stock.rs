//! Every statement on `products`, `stock_days` and `stock_movements`: reserve → confirm → release
//! (spec.md §4 rule 13). Movements are an append-only record with a unique key, so each happens at
//! most once per order; the counters change by conditional updates, in the same transaction.
//!
//! `products` counts the pieces that are taken, reserved or sold; a per-day supply counts on the row of
//! its day besides. Money that comes makes a reserved piece a sold one, which is still taken: whoever
//! pays waits for no row that all buyers share. A piece belongs to the day on which it was reserved, also
//! when its order is paid or closed after midnight: no day sells more than it has, and none loses a piece.
//!
//! Lock order: the order first, then its day, then its product, then the coupon.

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde_json::Value as Json;

use super::movements::{Movement, Reason, Taking, holds, next_reservation, taken_by};
use super::product::{Stock, Supply};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku};
use crate::platform::db::rows::{self, Columns, Kind};
use crate::platform::db::{WriteTx, execute, query_all, query_one};

/// The piece of an order: of which product, for which order.
pub type Piece<'a> = (&'a Sku, &'a OrderNo);

/// Floored: wrong counters are the audit's business and never stop money.
const CHANGE: &str = "taken = CASE WHEN taken + $2 > 0 THEN taken + $2 ELSE 0 END, updated_at = $3";

/// What became of the wish for a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is reserved; `low` when the rest has just fallen to the number that is told.
    Now {
        low: Option<Low>,
    },
    /// The order has it already.
    Before,
    SoldOut,
}

/// Few are left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Low {
    pub rest: i64,
    /// The number at or below which it is told.
    pub limit: i64,
    /// How many there are in all, or on this day.
    pub supply: i64,
}

/// A counter that does not agree with the record.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    pub sku: Sku,
    /// The day of a per-day supply; `None` for the product as a whole.
    pub day: Option<String>,
    /// How many pieces are taken, as counted.
    pub counted: i64,
    /// As many as the movements come to.
    pub moved: i64,
}

/// Takes one piece for an order; a second time only after the first one was released.
///
/// `day` is today in the shop's time zone, as `2026-11-21`.
pub async fn reserve(
    tx: &WriteTx,
    piece: Piece<'_>,
    (supply, day): (Supply, &str),
    now: Timestamp,
) -> Result<Taken, DbErr> {
    let made = made(tx, piece).await?;
    let Some(reason) = next_reservation(&reasons(&made)) else {
        let held =
            holds(&reasons(&made), Reason::Reserve) || holds(&reasons(&made), Reason::Confirm);
        return Ok(if held { Taken::Before } else { Taken::SoldOut });
    };
    open_product(tx, piece.0, now).await?;
    let (limit, day) = match supply.stock {
        Stock::Unlimited => (i64::MAX, None),
        Stock::Counted(limit) => (i64::from(limit), None),
        Stock::Daily(limit) => (i64::from(limit), Some(day)),
    };
    let row = match day {
        None => take_of_product(tx, piece.0, limit, now).await?,
        Some(day) => take_of_day(tx, (piece.0, day), limit, now).await?,
    };
    let Some(row) = row else { return Ok(Taken::SoldOut) };
    record(tx, piece, (reason, day), now).await?;
    let low = match supply.low_stock {
        Some(low) => look_at_rest(tx, (piece.0, day), (&row, limit, i64::from(low)), now).await?,
        None => None,
    };
    Ok(Taken::Now { low })
}

/// The reserved piece is sold.
pub async fn confirm(tx: &WriteTx, piece: Piece<'_>, now: Timestamp) -> Result<(), DbErr> {
    let moved = follow(tx, piece, Reason::Confirm, now).await?;
    if !moved {
        tracing::debug!(order.id = %piece.1, "no reserved piece to confirm");
    }
    Ok(())
}

/// The order was given up or failed before anything was delivered: its piece is free again, be it
/// reserved or sold. An order without a piece stays as it is.
pub async fn release(tx: &WriteTx, piece: Piece<'_>, now: Timestamp) -> Result<(), DbErr> {
    if !follow(tx, piece, Reason::Release, now).await? {
        follow(tx, piece, Reason::Return, now).await?;
    }
    Ok(())
}

/// A line of the record as it stands.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    pub sku: String,
    pub day: Option<String>,
    pub reason: String,
    pub quantity: i64,
    pub at: Timestamp,
}

/// Everything that pieces did for an order.
pub async fn of_order(db: &impl ConnectionTrait, order: &OrderNo) -> Result<Vec<Line>, DbErr> {
    let sql = "SELECT sku, day, reason, quantity, at FROM stock_movements WHERE order_no = $1 \
               ORDER BY at";
    let rows = query_all(db, sql, vec![order.as_str().into()]).await?;
    let line = |row: &QueryResult| {
        Ok(Line {
            sku: row.try_get_by_index(0)?,
            day: row.try_get_by_index(1)?,
            reason: row.try_get_by_index(2)?,
            quantity: row.try_get_by_index(3)?,
            at: Timestamp(row.try_get_by_index(4)?),
        })
    };
    let mut lines = rows.iter().map(line).collect::<Result<Vec<_>, DbErr>>()?;
    lines.sort_by_key(|line| (line.at, Reason::parse(&line.reason).map(Reason::sequence)));
    Ok(lines)
}

/// How many are left; `None` when there is no limit.
pub async fn rest(
    db: &impl ConnectionTrait,
    sku: &Sku,
    (stock, day): (Stock, &str),
) -> Result<Option<i64>, DbErr> {
    let (limit, sql, values) = match stock {
        Stock::Unlimited => return Ok(None),
        Stock::Counted(limit) => {
            (limit, "SELECT taken FROM products WHERE sku = $1", vec![sku.as_str().into()])
        }
        Stock::Daily(limit) => (
            limit,
            "SELECT taken FROM stock_days WHERE sku = $1 AND day = $2",
            vec![sku.as_str().into(), day.into()],
        ),
    };
    let taken = match query_one(db, sql, values).await? {
        Some(row) => row.try_get::<i64>("", "taken")?,
        None => 0,
    };
    Ok(Some(i64::from(limit).saturating_sub(taken).max(0)))
}

/// Compares all counters with the record, as one statement and so at one moment. Empty: they agree.
pub async fn audit(db: &impl ConnectionTrait) -> Result<Vec<Mismatch>, DbErr> {
    let rows = query_all(
        db,
        "SELECT 'counter' AS kind, sku, NULL AS day, taken AS pieces FROM products \
         UNION ALL SELECT 'counter', sku, day, taken FROM stock_days \
         UNION ALL SELECT reason, sku, day, CAST(SUM(quantity) AS BIGINT) \
         FROM stock_movements GROUP BY reason, sku, day",
        vec![],
    )
    .await?;
    let (mut kept, mut movements) = (Taking::new(), Vec::new());
    for row in &rows {
        let (kind, pieces): (String, i64) = (row.try_get("", "kind")?, row.try_get("", "pieces")?);
        let (sku, day) = (Sku(row.try_get("", "sku")?), row.try_get("", "day")?);
        if kind == "counter" {
            kept.insert((sku, day), pieces);
        } else {
            movements.push(Movement { sku, day, reason: reason(&kind)?, quantity: pieces });
        }
    }
    Ok(mismatches(&kept, &taken_by(&movements)))
}

fn mismatches(kept: &Taking, due: &Taking) -> Vec<Mismatch> {
    let mut places: Vec<_> = kept.keys().chain(due.keys()).collect();
    places.sort();
    places.dedup();
    let compare = |place: &(Sku, Option<String>)| {
        let of = |all: &Taking| all.get(place).copied().unwrap_or_default();
        let (counted, moved) = (of(kept), of(due));
        let (sku, day) = place.clone();
        (counted != moved).then_some(Mismatch { sku, day, counted, moved })
    };
    places.into_iter().filter_map(compare).collect()
}

/// `confirm`, `release` and `return` follow a reservation, on its day. `false`: there is none.
async fn follow(
    tx: &WriteTx,
    piece: Piece<'_>,
    reason: Reason,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let made = made(tx, piece).await?;
    if !can_follow(&made, reason) {
        return Ok(false);
    }
    let day = day_of(&made);
    record(tx, piece, (reason, day), now).await?;
    count(tx, (piece.0.as_str(), day), reason, now).await?;
    Ok(true)
}

/// Whether `reason` has something to follow, and has not done so yet.
pub(super) fn can_follow(made: &[(Reason, Option<String>)], reason: Reason) -> bool {
    let before = if reason == Reason::Return { Reason::Confirm } else { Reason::Reserve };
    holds(&reasons(made), before) && !reasons(made).contains(&reason)
}

/// The day of the order's latest reservation.
pub(super) fn day_of(made: &[(Reason, Option<String>)]) -> Option<&str> {
    made.last().and_then(|(_, day)| day.as_deref())
}

/// Moves the counters by one piece where that makes one more or less taken: the day's first, then the
/// product's.
async fn count(
    tx: &WriteTx,
    (sku, day): (&str, Option<&str>),
    reason: Reason,
    now: Timestamp,
) -> Result<(), DbErr> {
    let taken = reason.takes();
    if taken == 0 {
        return Ok(());
    }
    let values = || vec![sku.into(), taken.into(), now.millis().into()];
    if let Some(day) = day {
        let sql = format!("UPDATE stock_days SET {CHANGE} WHERE sku = $1 AND day = $4");
        execute(tx.conn(), &sql, [values(), vec![day.into()]].concat()).await?;
    }
    let sql = format!("UPDATE products SET {CHANGE} WHERE sku = $1");
    execute(tx.conn(), &sql, values()).await?;
    Ok(())
}

/// What the order did with its piece so far, in the order of happening.
async fn made(
    tx: &WriteTx,
    (sku, order): Piece<'_>,
) -> Result<Vec<(Reason, Option<String>)>, DbErr> {
    let rows = query_all(
        tx.conn(),
        "SELECT reason, day FROM stock_movements WHERE order_no = $1 AND sku = $2",
        vec![order.as_str().into(), sku.as_str().into()],
    )
    .await?;
    let mut made = rows.iter().map(movement_of).collect::<Result<Vec<_>, DbErr>>()?;
    made.sort_by_key(|(reason, _)| reason.sequence());
    Ok(made)
}

fn movement_of(row: &QueryResult) -> Result<(Reason, Option<String>), DbErr> {
    let word: String = row.try_get("", "reason")?;
    Ok((reason(&word)?, row.try_get("", "day")?))
}

fn reasons(made: &[(Reason, Option<String>)]) -> Vec<Reason> {
    made.iter().map(|(reason, _)| *reason).collect()
}

pub(super) fn reason(word: &str) -> Result<Reason, DbErr> {
    Reason::parse(word)
        .ok_or_else(|| DbErr::Custom(format!("`{word}` is no reason of a stock movement")))
}

/// Writes one movement; a second one with the same key fails and takes everything back.
async fn record(
    tx: &WriteTx,
    (sku, order): Piece<'_>,
    (reason, day): (Reason, Option<&str>),
    now: Timestamp,
) -> Result<(), DbErr> {
    let rows = [movement((sku, order), (reason, day), now)].into_iter().collect();
    rows::insert(tx, "stock_movements", MOVEMENT, rows).await?;
    Ok(())
}

pub(super) const MOVEMENT: &Columns = &[
    ("order_no", Kind::Text),
    ("sku", Kind::Text),
    ("reason", Kind::Text),
    ("quantity", Kind::Integer),
    ("at", Kind::Integer),
    ("day", Kind::Text),
];

pub(super) fn movement(
    (sku, order): Piece<'_>,
    (reason, day): (Reason, Option<&str>),
    now: Timestamp,
) -> [Json; 6] {
    let (order, sku, reason) = (order.as_str(), sku.as_str(), reason.as_str());
    [order.into(), sku.into(), reason.into(), 1.into(), now.millis().into(), day.into()]
}

async fn open_product(tx: &WriteTx, sku: &Sku, now: Timestamp) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "INSERT INTO products (sku, updated_at) VALUES ($1, $2) ON CONFLICT (sku) DO NOTHING",
        vec![sku.as_str().into(), now.millis().into()],
    )
    .await?;
    Ok(())
}

/// One more if the limit allows: how many are taken now, and when it was told that few
/// are left.
async fn take_of_product(
    tx: &WriteTx,
    sku: &Sku,
    limit: i64,
    now: Timestamp,
) -> Result<Option<QueryResult>, DbErr> {
    query_one(
        tx.conn(),
        "UPDATE products SET taken = taken + 1, updated_at = $2 WHERE sku = $1 AND taken < $3 \
         RETURNING taken, low_stock_told_at AS told",
        vec![sku.as_str().into(), now.millis().into(), limit.into()],
    )
    .await
}

async fn take_of_day(
    tx: &WriteTx,
    (sku, day): (&Sku, &str),
    limit: i64,
    now: Timestamp,
) -> Result<Option<QueryResult>, DbErr> {
    let place = || vec![sku.as_str().into(), day.into(), now.millis().into()];
    execute(
        tx.conn(),
        "INSERT INTO stock_days (sku, day, updated_at) VALUES ($1, $2, $3) \
         ON CONFLICT (sku, day) DO NOTHING",
        place(),
    )
    .await?;
    let taken = query_one(
        tx.conn(),
        "UPDATE stock_days SET taken = taken + 1, updated_at = $3 \
         WHERE sku = $1 AND day = $2 AND taken < $4 \
         RETURNING taken, low_stock_told_at AS told",
        [place(), vec![limit.into()]].concat(),
    )
    .await?;
    if taken.is_some() {
        // The product's row counts all days and has no limit of its own.
        take_of_product(tx, sku, i64::MAX, now).await?;
    }
    Ok(taken)
}

/// Tells once when the rest falls to `limit`, and again only after it was above it.
async fn look_at_rest(
    tx: &WriteTx,
    (sku, day): (&Sku, Option<&str>),
    (row, supply, limit): (&QueryResult, i64, i64),
    now: Timestamp,
) -> Result<Option<Low>, DbErr> {
    let (taken, told): (i64, Option<i64>) = (row.try_get("", "taken")?, row.try_get("", "told")?);
    let rest = supply.saturating_sub(taken);
    let tell = rest <= limit && (told.is_none() || rest == limit);
    if tell || (rest > limit && told.is_some()) {
        let (sql, day) = match day {
            None => ("UPDATE products SET low_stock_told_at = $2 WHERE sku = $1", None),
            Some(day) => (
                "UPDATE stock_days SET low_stock_told_at = $2 WHERE sku = $1 AND day = $3",
                Some(day.into()),
            ),
        };
        let told = tell.then_some(now.millis());
        let values = [Some(sku.as_str().into()), Some(told.into()), day];
        execute(tx.conn(), sql, values.into_iter().flatten().collect()).await?;
    }
    Ok(tell.then_some(Low { rest, limit, supply }))
}
