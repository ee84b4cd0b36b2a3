//! `mingshu affiliates …`: promoters, their rates, and what they are paid.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::config::refuse;
use super::{Context, Exit};
use crate::affiliates::payouts::{self, Payout};
use crate::affiliates::{self, Affiliate};
use crate::app::parts;
use crate::config::Config;
use crate::flows::base::Base;
use crate::flows::manage_affiliates::{self, Attached};
use crate::flows::pay_affiliate::{self, Decided, Decision};
use crate::kernel::clock::SystemClock;
use crate::kernel::ids::{AffiliateCode, PayoutNo, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::orders::Actor;
use crate::platform::texts;

/// The person at the shell: no Telegram user has this number.
const SHELL: Actor = Actor::Operator(0);
/// More than a small team has.
const ALL: u64 = 1_000;

#[derive(Debug, Subcommand)]
pub(super) enum AffiliatesCommand {
    /// Every promoter with clicks and sums, newest first
    List,
    /// Give a promoter a rate of their own, for commissions to come
    Rate {
        code: String,
        /// Percent of what was paid; left out: the configured rate again
        #[arg(value_parser = clap::value_parser!(u32).range(0..=100))]
        percent: Option<u32>,
    },
    /// Give a person to the promoter who brought them, where the link was lost
    Attach {
        /// The person's Telegram number
        person: i64,
        code: String,
        /// Why: kept in the audit trail
        #[arg(long)]
        note: String,
    },
    /// The payouts that wait, with where the money is to go
    Payouts,
    /// Note that a payout was sent
    Pay {
        payout: String,
        /// What proves it, such as the number of the transfer
        #[arg(long)]
        reference: String,
    },
    /// Refuse a payout; its amount is available again
    Reject {
        payout: String,
        /// Told to the promoter
        #[arg(long)]
        reason: String,
    },
}

pub(super) fn run(context: &Context, command: AffiliatesCommand) -> anyhow::Result<Exit> {
    let sections = ["database", "orders", "security", "affiliate"];
    let config = match Config::load_sections(&context.sources, &sections) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let base = parts::existing(&config, Arc::new(SystemClock)).await?;
        let desk = Desk { config: &config, base: &base, json: context.json };
        let outcome = desk.answer(command, &mut std::io::stdout()).await;
        base.db.close().await?;
        outcome.map(|()| Exit::Done)
    })
}

/// Said when a table is missing, too.
const NOT_READY: &str =
    "the promoters cannot be read (is the database up to date? `mingshu migrate`)";

struct Desk<'a> {
    config: &'a Config,
    base: &'a Base,
    json: bool,
}

impl Desk<'_> {
    async fn answer(&self, command: AffiliatesCommand, out: &mut impl Write) -> anyhow::Result<()> {
        match command {
            AffiliatesCommand::List => self.list(out).await,
            AffiliatesCommand::Rate { code, percent } => self.rate(&code, percent, out).await,
            AffiliatesCommand::Attach { person, code, note } => {
                self.attach((person, &code), &note, out).await
            }
            AffiliatesCommand::Payouts => self.payouts(out).await,
            AffiliatesCommand::Pay { payout, reference } => {
                let reference = told(&reference)?;
                self.decide(&payout, Decision::Paid { reference }, out).await
            }
            AffiliatesCommand::Reject { payout, reason } => {
                let why = told(&reason)?;
                self.decide(&payout, Decision::Rejected { why }, out).await
            }
        }
    }

    async fn list(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let db = self.base.db.read();
        let promoters = affiliates::repo::list(db, (0, ALL)).await.context(NOT_READY)?;
        let mut rows = Vec::new();
        for own in &promoters {
            rows.push(self.row(own).await?);
        }
        if self.json {
            return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?);
        }
        if rows.is_empty() {
            return Ok(writeln!(out, "nobody has asked for an invitation link yet")?);
        }
        writeln!(
            out,
            "{:<10} {:>14} {:>5} {:>7} {:>7}  {:<18} {:<18} available",
            "code", "person", "rate", "clicks", "orders", "pending", "confirmed"
        )?;
        for row in &rows {
            writeln!(
                out,
                "{:<10} {:>14} {:>4}% {:>7} {:>7}  {:<18} {:<18} {}",
                row.code,
                row.person,
                row.rate_percent,
                row.clicks,
                row.orders,
                joined(&row.pending),
                joined(&row.confirmed),
                joined(&row.available)
            )?;
        }
        Ok(())
    }

    async fn row(&self, own: &Affiliate) -> anyhow::Result<Row> {
        let db = self.base.db.read();
        let balances = affiliates::repo::balances(db, &own.code, self.base.now()).await?;
        let all = |pick: fn(&affiliates::Balance) -> Money| -> Vec<String> {
            balances.iter().map(|one| pick(one).to_string()).collect()
        };
        Ok(Row {
            code: own.code.clone(),
            person: own.user,
            rate_percent: own.rate_percent.unwrap_or(self.config.affiliate.rate_percent),
            clicks: own.clicks,
            orders: balances.iter().map(|one| one.earned.orders).sum(),
            pending: all(|one| one.earned.pending),
            confirmed: all(|one| one.earned.confirmed),
            taken: all(|one| one.taken),
            available: all(|one| one.available),
        })
    }

    async fn rate(
        &self,
        code: &str,
        percent: Option<u32>,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let code = AffiliateCode::from(code);
        if !manage_affiliates::set_rate(self.base, &code, percent, &SHELL)
            .await
            .context(NOT_READY)?
        {
            bail!("there is no promoter {code}");
        }
        match percent {
            Some(percent) => writeln!(out, "{code}: {percent} % of orders from now on")?,
            None => writeln!(out, "{code}: the configured rate from now on")?,
        }
        Ok(())
    }

    async fn attach(
        &self,
        (person, code): (i64, &str),
        note: &str,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let (person, code) = (UserId(person), AffiliateCode::from(code));
        let done = manage_affiliates::attach(self.base, (person, &code), (told(note)?, &SHELL));
        match done.await.context(NOT_READY)? {
            Attached::Now => Ok(writeln!(out, "{person}: counts for {code} from now on")?),
            Attached::Before => Ok(writeln!(out, "{person}: counted for {code} before")?),
            Attached::Oneself => bail!("{person} is the promoter {code}"),
            Attached::NoSuchPerson => bail!("nobody with the number {person} was ever here"),
            Attached::NoSuchPromoter => bail!("there is no promoter {code}"),
        }
    }

    async fn payouts(&self, out: &mut impl Write) -> anyhow::Result<()> {
        let waiting = payouts::waiting(self.base.db.read(), ALL).await.context(NOT_READY)?;
        if self.json {
            let rows: anyhow::Result<Vec<_>> =
                waiting.iter().map(|payout| self.payout_row(payout)).collect();
            return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&rows?)?)?);
        }
        if waiting.is_empty() {
            return Ok(writeln!(out, "no payout waits")?);
        }
        for payout in &waiting {
            let zone = self.config.orders.time_zone;
            let since = texts::date_time(Locale::En, payout.requested_at, zone);
            writeln!(
                out,
                "{}  {}  promoter {}  since {since}",
                payout.payout_no, payout.amount, payout.code
            )?;
            let destination = payout.destination(&self.base.keyring)?;
            for line in destination.as_deref().unwrap_or("(erased)").lines() {
                writeln!(out, "    {line}")?;
            }
        }
        Ok(())
    }

    fn payout_row(&self, payout: &Payout) -> anyhow::Result<serde_json::Value> {
        Ok(serde_json::json!({
            "payout_no": payout.payout_no,
            "affiliate": payout.code,
            "amount": payout.amount.to_major(),
            "currency": payout.amount.currency,
            "to": payout.destination(&self.base.keyring)?,
            "requested_at": payout.requested_at,
        }))
    }

    async fn decide(
        &self,
        payout: &str,
        decision: Decision<'_>,
        out: &mut impl Write,
    ) -> anyhow::Result<()> {
        let no = PayoutNo::from(payout.trim().to_ascii_uppercase());
        let done = pay_affiliate::decide(self.base, &no, decision, &SHELL).await;
        match done.context(NOT_READY)? {
            Decided::Now(payout) => {
                let status = payout.status.as_str();
                Ok(writeln!(out, "{no}: {status}, {} to promoter {}", payout.amount, payout.code)?)
            }
            Decided::Before(payout) => {
                Ok(writeln!(out, "{no}: was {} before", payout.status.as_str())?)
            }
            Decided::Unknown => bail!("there is no payout {no}"),
        }
    }
}

#[derive(serde::Serialize)]
struct Row {
    code: AffiliateCode,
    person: UserId,
    rate_percent: u32,
    clicks: i64,
    orders: i64,
    pending: Vec<String>,
    confirmed: Vec<String>,
    taken: Vec<String>,
    available: Vec<String>,
}

fn joined(sums: &[String]) -> String {
    if sums.is_empty() { "–".to_owned() } else { sums.join(" + ") }
}

/// Words that will be read later may not be empty.
fn told(words: &str) -> anyhow::Result<&str> {
    let words = words.trim();
    if words.is_empty() || words.chars().count() > 200 {
        bail!("say it in 1 to 200 characters");
    }
    Ok(words)
}
