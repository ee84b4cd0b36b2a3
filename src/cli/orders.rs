//! `mingshu orders …`: what operators do with orders from a shell. Human output by default, the
//! words of the tables with `--json`.

use std::io::Write;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use clap::Subcommand;

use super::config::refuse;
use super::held;
use super::order_audit::{self, AuditArgs};
use super::return_charge::{self, ReturnChargeArgs};
use super::settle::{self, ConfirmArgs, RefundArgs};
use super::settle_doubt::{self, AdjustArgs};
use super::{Context, Exit};
use crate::app::parts;
use crate::config::Config;
use crate::flows::base::Base;
use crate::flows::decide_report::Decision;
use crate::flows::inspect_order::{self, OrderView};
use crate::flows::resend_report::{self, Resent};
use crate::flows::retry_order::{self, Retried};
use crate::kernel::clock::SystemClock;
use crate::kernel::ids::OrderNo;
use crate::orders::{self, Actor, Order, OrderStatus};

/// What these commands use.
const SETTINGS: [&str; 4] = ["database", "security", "orders", "templates"];

/// Stands for the person at the shell in the audit trail: no Telegram user has this number.
pub(super) const SHELL: i64 = 0;

#[derive(Debug, Subcommand)]
pub(super) enum OrdersCommand {
    /// The newest orders
    List {
        /// Only this status, such as `pending_payment`
        #[arg(long)]
        status: Option<String>,
        #[arg(long, default_value_t = 20)]
        limit: u64,
    },
    /// One order with payments, refunds and history; found by the number of a payment or refund, too
    Show { order_no: String },
    /// Everything that was ever written down about an order, as one timeline
    Audit(AuditArgs),
    /// Run the step again that an order is stuck at, and whatever of it is parked
    Retry {
        /// Of the order, or of anything that an alert named
        order_no: String,
    },
    /// Read what the quality gate found in an order's texts
    Findings { order_no: String },
    /// Deliver the text that the quality gate holds back
    Release { order_no: String },
    /// Let an order fail whose text the quality gate holds back; its money goes back
    GiveUp { order_no: String },
    /// Send a finished report to its buyer once more
    Resend { order_no: String },
    /// Give money of an order back: all that is left of it, or a part
    Refund(RefundArgs),
    /// Say that an order's money is there, or accept money that did not match
    Confirm(ConfirmArgs),
    /// Say for good what became of money that stands in doubt
    Adjust(AdjustArgs),
    /// Give a charge of Telegram Stars back that paid for nothing
    ReturnCharge(ReturnChargeArgs),
}

pub(super) fn run(context: &Context, command: OrdersCommand) -> anyhow::Result<Exit> {
    // It speaks with Telegram, so it needs all of the settings.
    if let OrdersCommand::ReturnCharge(args) = &command {
        return return_charge::run(context, args);
    }
    let config = match Config::load_sections(&context.sources, &SETTINGS) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let base = parts::existing(&config, Arc::new(SystemClock)).await?;
        let outcome = answer((&base, &config), command, context.json, &mut std::io::stdout()).await;
        base.db.close().await?;
        outcome.map(|()| Exit::Done)
    })
}

async fn answer(
    (base, config): (&Base, &Config),
    command: OrdersCommand,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    match command {
        OrdersCommand::List { status, limit } => {
            list(base, (status.as_deref(), limit), json, out).await
        }
        OrdersCommand::Show { order_no } => show(base, &OrderNo(order_no), json, out).await,
        OrdersCommand::Audit(args) => order_audit::run(base, &args, json, out).await,
        OrdersCommand::Retry { order_no } => {
            let found = retry_order::order_of(base, &order_no).await?;
            let order_no = found.map_or(order_no, |found| found.0);
            match retry_order::run(base, &OrderNo(order_no.clone()), SHELL).await? {
                Retried::Started(step) | Retried::Running(step) => {
                    Ok(writeln!(out, "{order_no}: goes on at `{}`", step.as_str())?)
                }
                Retried::Woken(jobs) => {
                    Ok(writeln!(out, "{order_no}: {jobs} parked jobs run again")?)
                }
                Retried::Nothing(status) => bail!("{order_no} is {status}: nothing to retry"),
            }
        }
        OrdersCommand::Findings { order_no } => held::findings(base, &order_no, json, out).await,
        OrdersCommand::Release { order_no } => {
            held::decide(base, &order_no, Decision::Release, out).await
        }
        OrdersCommand::GiveUp { order_no } => {
            held::decide(base, &order_no, Decision::GiveUp, out).await
        }
        OrdersCommand::Resend { order_no } => {
            let actor = Actor::Operator(SHELL);
            match resend_report::start(base, &OrderNo(order_no.clone()), &actor).await? {
                Resent::Started | Resent::UnderWay => {
                    Ok(writeln!(out, "{order_no}: the report is sent again")?)
                }
                Resent::Enough => {
                    bail!("{order_no}: sent again three times within a day, which is enough")
                }
                Resent::NothingToSend(status) => bail!("{order_no} is {status}: nothing to send"),
            }
        }
        OrdersCommand::Refund(args) => settle::refund(base, &args, out).await,
        OrdersCommand::Adjust(args) => settle_doubt::run(base, &args, out).await,
        OrdersCommand::ReturnCharge(_) => Ok(()), // Answered before.
        OrdersCommand::Confirm(args) => {
            let money = parts::money_rules(config)?;
            settle::confirm(base, &money, &args, out).await
        }
    }
}

async fn list(
    base: &Base,
    (status, limit): (Option<&str>, u64),
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let status = match status {
        None => None,
        Some(word) => {
            let known = OrderStatus::ALL.map(OrderStatus::as_str).join(", ");
            let parsed = OrderStatus::parse(word);
            Some(parsed.with_context(|| format!("`{word}` is no status; there are {known}"))?)
        }
    };
    let orders = orders::repo::list(base.db.read(), status, (0, limit)).await?;
    if json {
        let rows: Vec<serde_json::Value> = orders.iter().map(row_json).collect();
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?);
    }
    if orders.is_empty() {
        return Ok(writeln!(out, "there are no orders")?);
    }
    for order in &orders {
        writeln!(
            out,
            "{}  {:<15}  {:>12}  {:<16}  {}",
            order.order_no,
            order.status.as_str(),
            order.total.to_string(),
            order.sku,
            order.created_at
        )?;
    }
    Ok(())
}

fn row_json(order: &Order) -> serde_json::Value {
    serde_json::json!({
        "order_no": order.order_no,
        "status": order.status,
        "step": order.step,
        "sku": order.sku,
        "total": order.total.to_major(),
        "currency": order.total.currency,
        "test": order.test,
        "created_at": order.created_at,
        "paid_at": order.paid_at,
    })
}

async fn show(
    base: &Base,
    order_no: &OrderNo,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let named = retry_order::order_of(base, order_no.as_str()).await?;
    let Some(view) = inspect_order::run(base, named.as_ref().unwrap_or(order_no)).await? else {
        bail!("there is no order {order_no}");
    };
    if json {
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&view)?)?);
    }
    print_card(&view, out)
}

fn print_report(view: &OrderView, out: &mut impl Write) -> anyhow::Result<()> {
    if !view.checks.is_empty() {
        writeln!(out, "\nquality")?;
    }
    for check in &view.checks {
        let (part, attempt) = (check.part, check.attempt);
        let line = format!(
            "  {}  part {part} attempt {attempt}  {}  {}  {}",
            check.checked_at, check.verdict, check.provider, check.codes
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    if let Some(report) = &view.report {
        writeln!(out, "\nreport  {}  {}", report.provider, report.model)?;
    }
    Ok(())
}

fn print_questions(view: &OrderView, out: &mut impl Write) -> anyhow::Result<()> {
    if let Some(about) = &view.questions_about {
        writeln!(out, "\nquestions about {about}")?;
    }
    let Some(questions) = &view.questions else { return Ok(()) };
    let (tally, given, left) = (questions.tally, questions.given, questions.left);
    writeln!(
        out,
        "\nquestions  given {given}  left {left}  answered {}  refused {}  failed {}  waiting {}",
        tally.answered, tally.refused, tally.failed, tally.asked
    )?;
    if !questions.cost_currency.is_empty() {
        let (micros, currency) = (questions.cost_micros, &questions.cost_currency);
        writeln!(out, "  cost {micros} millionths of {currency}")?;
    }
    for order in &questions.bought_by {
        writeln!(out, "  bought by {order}")?;
    }
    Ok(())
}

fn print_card(view: &OrderView, out: &mut impl Write) -> anyhow::Result<()> {
    let test = if view.test { "  (test)" } else { "" };
    writeln!(out, "{}  {}{test}", view.order_no, view.status)?;
    writeln!(out, "  {}  {} {}  step {}", view.sku, view.total, view.currency, view.step.as_str())?;
    if !view.discounts.is_empty() {
        writeln!(out, "  list price {} {}", view.price, view.currency)?;
    }
    for line in &view.discounts {
        let code = line.code.as_deref().unwrap_or_default();
        let discount = format!("  {} -{} {code}", line.kind.as_str(), line.amount);
        writeln!(out, "{}", discount.trim_end())?;
    }
    writeln!(out, "  user {}", view.user_id)?;
    if let Some(failure) = &view.failure {
        writeln!(out, "  failed: {failure}")?;
    }
    for payment in &view.payments {
        writeln!(
            out,
            "\npayment {}  {}  {} {}  {}/{} {}",
            payment.payment_no,
            payment.status,
            payment.amount,
            payment.currency,
            payment.provider,
            payment.dialect,
            payment.method
        )?;
        for line in &payment.log {
            let from = line.from.as_deref().unwrap_or("-");
            writeln!(out, "  {}  {from} → {}  {}  {}", line.at, line.to, line.source, line.note)?;
        }
    }
    for refund in &view.refunds {
        writeln!(
            out,
            "\nrefund {}  {}  {} {}  {}",
            refund.refund_no, refund.status, refund.amount, refund.currency, refund.reason
        )?;
    }
    writeln!(out, "\nhistory")?;
    for line in &view.history {
        let from = line.from.as_deref().unwrap_or("-");
        writeln!(out, "  {}  {from} → {}  {}  {}", line.at, line.to, line.actor, line.reason)?;
    }
    print_report(view, out)?;
    print_questions(view, out)?;
    let (sent, all) = view.delivered;
    writeln!(out, "\nmessages {sent}/{all}")?;
    if let Some(job) = &view.job {
        let error = job.last_error.as_deref().unwrap_or("");
        writeln!(out, "job {}  {}  attempt {}  {error}", job.id, job.status, job.attempts)?;
    }
    Ok(())
}
