//! `mingshu coupons …`: codes that make orders cheaper. Needs only the settings of the database.

use std::io::Write;

use anyhow::{Context as _, bail};
use chrono::NaiveDate;
use chrono_tz::Tz;
use clap::{Args, Subcommand};

use super::config::refuse;
use super::{Context, Exit};
use crate::app::parts;
use crate::catalog::Catalog;
use crate::config::Config;
use crate::flows::manage_coupons::{self, Created, Disabled};
use crate::kernel::clock::{Clock as _, SystemClock, Timestamp};
use crate::kernel::ids::Sku;
use crate::kernel::money::{Currency, Money};
use crate::orders::Actor;
use crate::platform::db::Db;
use crate::promotions::{self, Coupon, CouponCode, NewCoupon, Worth, rules};

/// The person at the shell: no Telegram user has this number.
const SHELL: Actor = Actor::Operator(0);

#[derive(Debug, Subcommand)]
pub(super) enum CouponsCommand {
    /// Give out a new code
    Create(Box<CreateOptions>),
    /// Every coupon with its figures, newest first
    List,
    /// Switch a code off; orders that have used it keep their price
    Disable { code: String },
}

#[derive(Debug, Args)]
pub(super) struct CreateOptions {
    /// 3 to 32 of A-Z, 0-9, - and _; buyers may type it in any case
    code: String,
    /// Percent off, rounded down to the minor unit
    #[arg(long, value_parser = clap::value_parser!(u32).range(1..=100))]
    #[arg(required_unless_present = "amount", conflicts_with = "amount")]
    percent: Option<u32>,
    /// Amount off, such as 5.00
    #[arg(long)]
    amount: Option<String>,
    /// Of the amounts given here
    #[arg(long, default_value = "CNY")]
    currency: String,
    /// Good for prices (after sales) of at least this amount
    #[arg(long)]
    minimum: Option<String>,
    /// Takes off this amount at most
    #[arg(long)]
    cap: Option<String>,
    /// First day, such as 2026-11-01, in the shop's time zone
    #[arg(long)]
    from: Option<NaiveDate>,
    /// Last day, included
    #[arg(long)]
    until: Option<NaiveDate>,
    /// Good for this product only; may be given several times
    #[arg(long = "product", value_name = "SKU")]
    products: Vec<String>,
    /// Good for so many orders in all
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    total: Option<i64>,
    /// Good for so many orders of one buyer
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..))]
    per_user: Option<i64>,
}

pub(super) fn run(context: &Context, command: CouponsCommand) -> anyhow::Result<Exit> {
    let sections = ["database", "orders", "templates"];
    let config = match Config::load_sections(&context.sources, &sections) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let db = parts::existing_database(&config).await?;
        let outcome = answer((&config, &db), command, context.json, &mut std::io::stdout()).await;
        db.close().await?;
        outcome.map(|()| Exit::Done)
    })
}

async fn answer(
    (config, db): (&Config, &Db),
    command: CouponsCommand,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    match command {
        CouponsCommand::Create(options) => {
            let new = read(&options, config.orders.time_zone)?;
            refuse_unknown_products(config, &new.skus)?;
            create(db, &new, out).await
        }
        CouponsCommand::List => list(db, config.orders.time_zone, json, out).await,
        CouponsCommand::Disable { code } => {
            let code = CouponCode::parse(&code).with_context(|| not_a_code(&code))?;
            let done = manage_coupons::disable(db, &code, &SHELL, SystemClock.now()).await;
            match done.context(NOT_READY)? {
                Disabled::Now => Ok(writeln!(out, "{code}: switched off")?),
                Disabled::Before => Ok(writeln!(out, "{code}: was off before")?),
                Disabled::Unknown => bail!("there is no coupon {code}"),
            }
        }
    }
}

/// Said when a table is missing, too.
const NOT_READY: &str =
    "the coupons cannot be used (is the database up to date? `mingshu migrate`)";

fn not_a_code(typed: &str) -> String {
    format!("`{typed}` is no code: 3 to 32 of A-Z, 0-9, - and _")
}

fn read(options: &CreateOptions, zone: Tz) -> anyhow::Result<NewCoupon> {
    let currency: Currency = options.currency.parse()?;
    let amount = |text: &Option<String>| -> anyhow::Result<Option<Money>> {
        let read = text.as_deref().map(|text| Money::parse_typed(text, currency));
        Ok(read.transpose()?)
    };
    let (fixed, minimum, cap) =
        (amount(&options.amount)?, amount(&options.minimum)?, amount(&options.cap)?);
    let worth = match (options.percent, fixed) {
        (Some(percent), _) => Worth::Percent(percent),
        (None, Some(amount)) => Worth::Amount(amount),
        (None, None) => bail!("give --percent or --amount"),
    };
    // A bare percentage is good for every currency.
    let bound = fixed.is_some() || minimum.is_some() || cap.is_some();
    Ok(NewCoupon {
        code: CouponCode::parse(&options.code).with_context(|| not_a_code(&options.code))?,
        worth,
        currency: bound.then_some(currency),
        minimum_minor: minimum.map_or(0, |minimum| minimum.minor),
        cap_minor: cap.map(|cap| cap.minor),
        skus: options.products.iter().map(|sku| Sku::from(sku.as_str())).collect(),
        starts_at: options.from.map(|day| rules::beginning_of(day, zone)),
        ends_at: options
            .until
            .and_then(|day| day.succ_opt())
            .map(|day| rules::beginning_of(day, zone)),
        total_limit: options.total,
        per_user_limit: options.per_user,
    })
}

/// A coupon for a product that nobody sells would only puzzle buyers.
fn refuse_unknown_products(config: &Config, skus: &[Sku]) -> anyhow::Result<()> {
    // Mistakes in the products are the business of `config check`.
    let Ok(catalog) = Catalog::load(&parts::assets(config)) else { return Ok(()) };
    let known: Vec<&str> = catalog.all().map(|product| product.sku.as_str()).collect();
    match skus.iter().find(|sku| !known.contains(&sku.as_str())) {
        Some(sku) => bail!("there is no product `{sku}`; there are {}", known.join(", ")),
        None => Ok(()),
    }
}

async fn create(db: &Db, new: &NewCoupon, out: &mut impl Write) -> anyhow::Result<()> {
    let created = manage_coupons::create(db, new, &SHELL, SystemClock.now()).await;
    match created.context(NOT_READY)? {
        Created::Now => Ok(writeln!(out, "{}: given out, {}", new.code, worth(new))?),
        Created::Exists => bail!("the code {} is in use", new.code),
        Created::Senseless(mistake) => bail!("{}: {mistake}", new.code),
    }
}

async fn list(db: &Db, zone: Tz, json: bool, out: &mut impl Write) -> anyhow::Result<()> {
    let coupons = promotions::repo::list(db.read()).await.context(NOT_READY)?;
    if json {
        let rows: Vec<serde_json::Value> = coupons.iter().map(row_json).collect();
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?);
    }
    for coupon in &coupons {
        let terms = &coupon.terms;
        let limit = terms.total_limit.map_or("∞".to_owned(), |limit| limit.to_string());
        let state = if coupon.active { "active" } else { "off" };
        writeln!(
            out,
            "{:<20}  {:<6}  {:>14}  used {}/{limit}  {}  {}",
            terms.code.as_str(),
            state,
            worth(terms),
            coupon.used,
            days(terms, zone),
            products(terms)
        )?;
    }
    Ok(())
}

fn worth(terms: &NewCoupon) -> String {
    match terms.worth {
        Worth::Percent(percent) => format!("{percent}% off"),
        Worth::Amount(amount) => format!("{amount} off"),
    }
}

fn days(terms: &NewCoupon, zone: Tz) -> String {
    let day = |at: Timestamp| at.to_utc().with_timezone(&zone).date_naive().to_string();
    let from = terms.starts_at.map(day).unwrap_or_default();
    let last = terms.ends_at.map(|ends| Timestamp(ends.millis().saturating_sub(1)));
    format!("{from}..{}", last.map(day).unwrap_or_default())
}

fn products(terms: &NewCoupon) -> String {
    let skus: Vec<&str> = terms.skus.iter().map(Sku::as_str).collect();
    if skus.is_empty() { "all products".to_owned() } else { skus.join(",") }
}

/// The words of the table.
fn row_json(coupon: &Coupon) -> serde_json::Value {
    let terms = &coupon.terms;
    let (kind, percent, amount) = match terms.worth {
        Worth::Percent(percent) => ("percent", Some(percent), None),
        Worth::Amount(amount) => ("amount", None, Some(amount.minor)),
    };
    serde_json::json!({
        "code": terms.code, "kind": kind, "percent": percent, "amount_minor": amount,
        "currency": terms.currency, "minimum_minor": terms.minimum_minor,
        "cap_minor": terms.cap_minor, "skus": terms.skus, "starts_at": terms.starts_at,
        "ends_at": terms.ends_at, "total_limit": terms.total_limit,
        "per_user_limit": terms.per_user_limit, "used": coupon.used, "active": coupon.active,
        "created_by": coupon.created_by, "created_at": coupon.created_at,
    })
}
