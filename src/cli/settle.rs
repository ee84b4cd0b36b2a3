//! `mingshu orders confirm` and `orders refund`: an operator's word about money, written down with
//! who said it and why.

use std::io::Write;

use anyhow::{Context as _, bail};
use clap::Args;

use super::orders::SHELL;
use crate::flows::base::Base;
use crate::flows::confirm_payment::{self, Confirmable, Confirmed, Statement};
use crate::flows::refund_order::{self, Refunded, Wish};
use crate::flows::settle_payment::MoneyRules;
use crate::kernel::ids::OrderNo;
use crate::kernel::money::Money;
use crate::orders::{self, Actor};

#[derive(Debug, Args)]
pub(super) struct RefundArgs {
    order_no: String,
    /// Kept with the refund, and told to the provider
    #[arg(long)]
    reason: String,
    /// A part only, such as 5.00
    #[arg(long)]
    amount: Option<String>,
    /// You gave the money back by other means: only write it down, with this reference
    #[arg(long, value_name = "REFERENCE")]
    by_hand: Option<String>,
    /// Even after the product's `refund_days`
    #[arg(long)]
    beyond_window: bool,
}

#[derive(Debug, Args)]
pub(super) struct ConfirmArgs {
    /// Of the order, or of the payment that is meant
    order_no: String,
    /// The provider's number of the charge, or a bank's reference
    #[arg(long)]
    reference: String,
    /// Why a person had to decide
    #[arg(long)]
    note: String,
    /// The second confirmation: without it, only says what would be confirmed
    #[arg(long)]
    yes: bool,
}

pub(super) async fn refund(
    base: &Base,
    args: &RefundArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let number = OrderNo(args.order_no.clone());
    let order = orders::repo::find(base.db.read(), &number).await?;
    let order = order.with_context(|| format!("there is no order {number}"))?;
    let part = args.amount.as_deref();
    let amount = part.map(|text| Money::parse_typed(text, order.total.currency)).transpose()?;
    let wish = Wish {
        amount,
        reason: filled("--reason", &args.reason)?,
        beyond_window: args.beyond_window,
        by_hand: args.by_hand.as_deref().map(|text| filled("--by-hand", text)).transpose()?,
        once: None,
    };
    match refund_order::start(base, &number, &Actor::Operator(SHELL), &wish).await? {
        Refunded::Started(refund, amount) => {
            Ok(writeln!(out, "{number}: {amount} goes back as {refund}; the worker sends it")?)
        }
        Refunded::WrittenDown(refund, amount) => Ok(writeln!(
            out,
            "{number}: {amount} was given back by hand, written down as {refund}"
        )?),
        Refunded::NothingToRefund => bail!("{number}: nothing is left to refund"),
        Refunded::TooMuch(left) => bail!("{number}: between nothing and {left} can go back"),
        Refunded::OnlyWhole(all) => {
            bail!("{number}: Stars go back as a whole, {all} or nothing")
        }
        Refunded::WindowOver(end) => {
            bail!("{number}: refunds of this product ended {end}; --beyond-window does it anyway")
        }
        Refunded::ReferenceUsed => bail!("this reference stands for another refund already"),
        Refunded::NotNow(status) => bail!("{number} is {status}: it cannot be refunded now"),
    }
}

pub(super) async fn confirm(
    base: &Base,
    money: &MoneyRules,
    args: &ConfirmArgs,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let number = OrderNo(args.order_no.clone());
    let statement = Statement {
        reference: filled("--reference", &args.reference)?,
        note: filled("--note", &args.note)?,
    };
    let found = confirm_payment::look(base, number.as_str()).await?;
    let Some(found) = found else { bail!("{number}: there is no payment to confirm") };
    if !args.yes {
        explain(&found, out)?;
        bail!("nothing was changed: say --yes to confirm");
    }
    let whose = (number.as_str(), &Actor::Operator(SHELL));
    match confirm_payment::run(base, money, whose, &statement).await? {
        Confirmed::Now(payment, status) => {
            Ok(writeln!(out, "{number}: payment {payment} is confirmed, the order is {status}")?)
        }
        Confirmed::Before(payment) => {
            Ok(writeln!(out, "{number}: payment {payment} had succeeded before")?)
        }
        Confirmed::NothingToConfirm => bail!("{number}: there is no payment to confirm"),
        Confirmed::ReferenceUsed => bail!("this reference proves another payment already"),
        Confirmed::NotApplied => bail!("{number}: kept, but not applied; see the alert"),
    }
}

/// What the second confirmation would do.
fn explain(found: &Confirmable, out: &mut impl Write) -> std::io::Result<()> {
    let (order, payment) = (&found.order, &found.payment);
    writeln!(out, "{}  {}  {}", order.order_no, order.status, order.total)?;
    writeln!(out, "payment {}  {}  {}", payment.payment_no, payment.status, payment.amount)?;
    if let Some(stated) = found.stated {
        writeln!(out, "arrived: {stated} instead of {}", payment.amount)?;
    }
    writeln!(out, "Confirmed, it counts as paid in full, and what was bought is delivered.")
}

pub(super) fn filled<'a>(name: &str, text: &'a str) -> anyhow::Result<&'a str> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 {
        bail!("{name} needs 1 to 200 characters");
    }
    Ok(text)
}
