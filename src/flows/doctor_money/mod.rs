//! Are the books sound? Every rule of spec.md §4 rule 16 is asked of the database, one statement
//! each; what breaks a rule is told with a code that never changes (docs/money.md lists them).
//!
//! Only reads. Each check sees the database at one moment, so that a shop may go on selling.

mod checks;
mod nightly;

use sea_orm::DbErr;

use self::checks::{Ask, CHECKS, Check};
use super::base::Base;
use crate::catalog::stock;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::{Currency, Money};
use crate::platform::db::query_all;
use crate::promotions;

pub use self::nightly::{run as run_nightly, sweep};

/// At most so many findings of one check are listed; all are counted.
const LISTED: u32 = 100;

/// What a check found wrong with one thing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Finding {
    /// The number, code or word of the thing.
    pub subject: String,
    pub order_no: Option<String>,
    /// What it should be; minor units where there is a currency.
    pub expected: Option<i64>,
    pub actual: Option<i64>,
    pub currency: Option<String>,
    pub note: Option<String>,
}

impl Finding {
    /// `expected` and `actual` as people read them.
    pub fn numbers(&self) -> String {
        let show = |value: i64| match self.currency.as_deref().map(str::parse::<Currency>) {
            Some(Ok(currency)) => Money::new(value, currency).to_string(),
            Some(Err(_)) | None => value.to_string(),
        };
        match (self.expected, self.actual) {
            (Some(expected), Some(actual)) => {
                format!("expected {}, found {}", show(expected), show(actual))
            }
            (Some(only), None) | (None, Some(only)) => show(only),
            (None, None) => String::new(),
        }
    }
}

/// One rule and what breaks it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checked {
    /// `M01`, `M02`, …: never changes its meaning.
    pub code: &'static str,
    /// The rule in words.
    pub rule: &'static str,
    /// How many things break it; the first hundred are listed.
    pub count: i64,
    pub findings: Vec<Finding>,
}

/// All rules, asked at one time.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnosis {
    pub checked_at: Timestamp,
    pub checks: Vec<Checked>,
}

impl Diagnosis {
    pub fn is_clean(&self) -> bool {
        self.broken().next().is_none()
    }

    /// The rules that are broken.
    pub fn broken(&self) -> impl Iterator<Item = &Checked> {
        self.checks.iter().filter(|checked| checked.count > 0)
    }

    /// `M04 ×2, M13 ×1`.
    pub fn summary(&self) -> String {
        let told = self.broken().map(|broken| format!("{} ×{}", broken.code, broken.count));
        told.collect::<Vec<_>>().join(", ")
    }
}

/// Asks every rule.
pub async fn run(base: &Base) -> Result<Diagnosis, DbErr> {
    let checked_at = base.now();
    let mut checks = Vec::with_capacity(CHECKS.len());
    for check in &CHECKS {
        checks.push(ask(base, check, checked_at).await?);
    }
    Ok(Diagnosis { checked_at, checks })
}

async fn ask(base: &Base, check: &Check, now: Timestamp) -> Result<Checked, DbErr> {
    let db = base.db.read();
    let (count, findings) = match check.ask {
        Ask::Sql(sql) => ask_database(base, sql, now).await?,
        Ask::Stock => counted(stock::audit(db).await?.iter().map(stock_finding)),
        Ask::Coupons => counted(promotions::repo::audit(db).await?.iter().map(coupon_finding)),
    };
    Ok(Checked { code: check.code, rule: check.rule, count, findings })
}

async fn ask_database(
    base: &Base,
    sql: &str,
    now: Timestamp,
) -> Result<(i64, Vec<Finding>), DbErr> {
    let found = sql.replace("{{NOW}}", &now.millis().to_string());
    let sql = format!(
        "SELECT subject, order_no, expected, actual, currency, note, COUNT(*) OVER () AS total \
         FROM ({found}) found ORDER BY subject, note LIMIT {LISTED}"
    );
    let mut count = 0;
    let mut findings = Vec::new();
    for row in query_all(base.db.read(), &sql, vec![]).await? {
        count = row.try_get("", "total")?;
        findings.push(Finding {
            subject: row.try_get("", "subject")?,
            order_no: row.try_get("", "order_no")?,
            expected: row.try_get("", "expected")?,
            actual: row.try_get("", "actual")?,
            currency: row.try_get("", "currency")?,
            note: row.try_get("", "note")?,
        });
    }
    Ok((count, findings))
}

/// All are counted, the first ones listed.
fn counted(findings: impl Iterator<Item = Finding>) -> (i64, Vec<Finding>) {
    let mut findings: Vec<Finding> = findings.collect();
    let count = i64::try_from(findings.len()).unwrap_or(i64::MAX);
    findings.truncate(usize::try_from(LISTED).unwrap_or(usize::MAX));
    (count, findings)
}

fn stock_finding(wrong: &stock::Mismatch) -> Finding {
    let day = wrong.day.as_deref().map_or_else(String::new, |day| format!("on {day}: "));
    Finding {
        subject: wrong.sku.0.clone(),
        order_no: None,
        expected: Some(wrong.moved),
        actual: Some(wrong.counted),
        currency: None,
        note: Some(format!("{day}{} taken; by movements {}", wrong.counted, wrong.moved)),
    }
}

fn coupon_finding(wrong: &promotions::Mismatch) -> Finding {
    Finding {
        subject: wrong.code.clone(),
        order_no: None,
        expected: Some(wrong.redeemed),
        actual: Some(wrong.used),
        currency: None,
        note: None,
    }
}
