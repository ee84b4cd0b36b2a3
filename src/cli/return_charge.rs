//! `mingshu orders return-charge`: a charge of Stars that paid for nothing goes back to its payer.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Args;

use super::config::refuse;
use super::orders::SHELL;
use super::settle::filled;
use super::{Context, Exit};
use crate::app::parts;
use crate::config::Config;
use crate::flows::retry_order;
use crate::flows::return_charge::{self, Outcome, Refused, Returnable, Wish};
use crate::flows::till::Till;
use crate::kernel::clock::SystemClock;
use crate::kernel::ids::OrderNo;
use crate::orders::Actor;
use crate::payments::ledger::Doubt;

#[derive(Debug, Args)]
pub(super) struct ReturnChargeArgs {
    /// Of the order, or of the payment that the alert names
    order_no: String,
    /// Telegram's number of the charge
    #[arg(long)]
    charge: String,
    /// Why it goes back
    #[arg(long)]
    note: String,
    /// The second confirmation: without it, only says what would go back
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(context: &Context, args: &ReturnChargeArgs) -> anyhow::Result<Exit> {
    let config = match Config::load(&context.sources) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let till = parts::till_alone(&config, Arc::new(SystemClock)).await?;
        let outcome = answer(&till, args, &mut std::io::stdout()).await;
        till.base.db.close().await?;
        outcome.map(|()| Exit::Done)
    })
}

async fn answer(till: &Till, args: &ReturnChargeArgs, out: &mut impl Write) -> anyhow::Result<()> {
    let named = retry_order::order_of(&till.base, &args.order_no).await?;
    let number = named.unwrap_or_else(|| OrderNo(args.order_no.clone()));
    let charge = filled("--charge", &args.charge)?;
    let wish = Wish { charge, note: filled("--note", &args.note)? };
    if !args.yes {
        let found = return_charge::look(&till.base, &number, charge).await;
        let found = found.with_context(|| format!("{number} cannot be looked at"))?;
        return match found {
            Ok(Returnable { payment, amount }) => {
                let payment = payment.payment_no;
                writeln!(out, "{number}: {amount} of {payment} would go back to the payer")?;
                bail!("nothing was changed: say --yes to give the charge {charge} back")
            }
            Err(refused) => explain((&number, charge), &refused, out),
        };
    }
    match return_charge::run(till, &number, &Actor::Operator(SHELL), &wish).await? {
        Outcome::Returned(amount) => {
            Ok(writeln!(out, "{number}: {amount} went back, and the books know it")?)
        }
        Outcome::ReturnedBesideTheBooks(why) => bail!(
            "{number}: the charge went back, but the books did not take it ({why:?}): look at \
             `mingshu orders audit {number}`"
        ),
        Outcome::Refused(refused) => explain((&number, charge), &refused, out),
        Outcome::NotDone(why) => bail!(
            "{number}: the charge did not go back, or nobody knows ({why}); to say it again does no harm"
        ),
    }
}

fn explain(
    (number, charge): (&OrderNo, &str),
    refused: &Refused,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    match refused {
        Refused::Before => Ok(writeln!(out, "{number}: this charge went back before")?),
        Refused::IsThePayment(payment) => bail!(
            "{charge} is the money of {payment}: `mingshu orders refund {number}` gives it back"
        ),
        Refused::NotInDoubt(standing) => {
            for Doubt { charge_ref, amount } in standing {
                let charge = charge_ref.as_deref().unwrap_or("not named by Telegram");
                writeln!(out, "in doubt: {amount}  charge {charge}")?;
            }
            bail!("{number}: nothing of the charge {charge} stands in doubt")
        }
        Refused::RefundUnderWay => {
            bail!("{number}: a refund of this payment is on its way: wait for its end")
        }
    }
}
