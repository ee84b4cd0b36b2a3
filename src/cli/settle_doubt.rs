//! `mingshu orders adjust`: an operator's last word on money that stands in doubt.

use std::io::Write;

use anyhow::{Context as _, bail};
use clap::Args;

use super::orders::SHELL;
use super::settle::filled;
use crate::flows::base::Base;
use crate::flows::settle_doubt::{self, Outcome, Statement};
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::kernel::money::Money;
use crate::orders::Actor;
use crate::payments::ledger::{Doubt, Settled};

#[derive(Debug, Args)]
pub(super) struct AdjustArgs {
    order_no: String,
    /// The payment whose money stands in doubt
    #[arg(long)]
    payment: String,
    /// How much of it, such as 5.00
    #[arg(long)]
    amount: String,
    /// What became of it: `returned-outside` (it went back in the provider's backend), `kept` (it
    /// stays with the shop) or `written-off` (the provider does not have it)
    #[arg(long, value_parser = kind)]
    kind: Settled,
    /// The provider's number of the charge, where several stand in doubt
    #[arg(long)]
    charge: Option<String>,
    /// What proves it: the number of the refund in the backend, a letter
    #[arg(long)]
    reference: String,
    /// Why it was decided so
    #[arg(long)]
    note: String,
    /// The second confirmation: without it, only says what stands in doubt
    #[arg(long)]
    yes: bool,
}

fn kind(word: &str) -> Result<Settled, String> {
    let known = Settled::ALL.map(Settled::as_str).join(", ");
    Settled::parse(word).ok_or_else(|| format!("there are {known}"))
}

pub(super) async fn run(
    base: &Base,
    args: &AdjustArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let number = OrderNo(args.order_no.clone());
    let payment_no = PaymentNo(args.payment.clone());
    let about = (&number, &payment_no);
    let found = settle_doubt::look(base, about).await?;
    let (payment, doubts) =
        found.with_context(|| format!("{number} has no payment {payment_no}"))?;
    let statement = Statement {
        settled: args.kind,
        amount: amount(&args.amount, &doubts, payment.amount)?,
        charge: args.charge.as_deref(),
        reference: filled("--reference", &args.reference)?,
        note: filled("--note", &args.note)?,
    };
    if !args.yes {
        list(&doubts, out)?;
        bail!(
            "nothing was changed: say --yes to book {} as {}",
            statement.amount,
            args.kind_word()
        );
    }
    match settle_doubt::run(base, about, &Actor::Operator(SHELL), &statement).await? {
        Outcome::Now(left) => {
            let (amount, word) = (statement.amount, args.kind_word());
            writeln!(out, "{number}: {amount} of {payment_no} is booked as {word}")?;
            list(&left, out)
        }
        Outcome::Before => Ok(writeln!(out, "{number}: this reference was booked before")?),
        Outcome::NoSuchPayment => bail!("{number} has no payment {payment_no}"),
        Outcome::Which(doubts) => {
            list(&doubts, out)?;
            bail!(
                "{} is in doubt of no charge, or of several: name one with --charge",
                statement.amount
            )
        }
        Outcome::RefundUnderWay => {
            bail!("a refund of this payment is on its way: wait for its end")
        }
    }
}

impl AdjustArgs {
    fn kind_word(&self) -> &'static str {
        self.kind.as_str()
    }
}

/// Read in the currency of what stands in doubt, which may not be the order's.
fn amount(typed: &str, doubts: &[Doubt], agreed: Money) -> anyhow::Result<Money> {
    let currencies = doubts.iter().map(|doubt| doubt.amount.currency);
    let mut read = currencies.filter_map(|currency| Money::parse_typed(typed, currency).ok());
    match read.next() {
        Some(amount) => Ok(amount),
        None => Ok(Money::parse_typed(typed, agreed.currency)?),
    }
}

fn list(doubts: &[Doubt], out: &mut impl Write) -> anyhow::Result<()> {
    if doubts.is_empty() {
        return Ok(writeln!(out, "nothing of this payment stands in doubt")?);
    }
    for doubt in doubts {
        let charge = doubt.charge_ref.as_deref().unwrap_or("not named by the provider");
        writeln!(out, "in doubt: {}  charge {charge}", doubt.amount)?;
    }
    Ok(())
}
