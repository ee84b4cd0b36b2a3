//! `mingshu orders audit`: the document of one order, as JSON or as one timeline for people.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Args;

use super::orders::SHELL;
use crate::flows::audit_order::{self, Bodies, Body, OrderAudit};
use crate::flows::base::Base;
use crate::flows::retry_order;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::kernel::money::{Currency, Money};
use crate::orders::Actor;

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// Of the order, or of one of its payments or refunds
    order_no: String,
    /// Open the raw messages of the provider; that you did is written down
    #[arg(long)]
    evidence: bool,
    /// Write to a new file that only you can read
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) async fn run(
    base: &Base,
    args: &AuditArgs,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let found = retry_order::order_of(base, &args.order_no).await?;
    let number = found.unwrap_or_else(|| OrderNo(args.order_no.clone()));
    let bodies = if args.evidence { Bodies::Opened } else { Bodies::Sealed };
    let audit = audit_order::run(base, &number, bodies, &Actor::Operator(SHELL)).await?;
    let Some(audit) = audit else { bail!("there is no order {number}") };
    let text = if json { serde_json::to_string_pretty(&audit)? } else { timeline(&audit) };
    match &args.out {
        None => writeln!(out, "{}", text.trim_end())?,
        Some(path) => {
            write_new(path, &text)?;
            writeln!(out, "{} is written", path.display())?;
        }
    }
    Ok(())
}

/// Never over a file that is there: an audit is kept.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = match options.open(path) {
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
            bail!("{} is there already", path.display())
        }
        other => other,
    };
    let mut file = file.with_context(|| format!("cannot write {}", path.display()))?;
    writeln!(file, "{}", text.trim_end())
        .with_context(|| format!("cannot write {}", path.display()))
}

/// One line of the timeline. Where instants are equal, the place of the room in this list decides:
/// first what was done or came in, then what it moved, then what followed.
type Entry = (Timestamp, Room, String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Room {
    Operator,
    Evidence,
    Order,
    Stock,
    Coupon,
    Payment,
    Refund,
    Money,
    Event,
    Difference,
    Job,
}

impl Room {
    fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Evidence => "evidence",
            Self::Order => "order",
            Self::Stock => "stock",
            Self::Coupon => "coupon",
            Self::Payment => "payment",
            Self::Refund => "refund",
            Self::Money => "money",
            Self::Event => "event",
            Self::Difference => "differs",
            Self::Job => "job",
        }
    }
}

fn timeline(audit: &OrderAudit) -> String {
    let order = &audit.order;
    let mark = if order.test { "  (test)" } else { "" };
    let mut text = format!(
        "{}  {}{mark}\n{}  {} {}  user {}\naudited {}\n",
        order.order_no,
        order.status,
        order.sku,
        order.total,
        order.currency,
        order.user_id,
        audit.audited_at
    );
    let mut entries = entries(audit);
    entries.sort_by_key(|(at, room, _)| (*at, *room));
    let mut last = None;
    for (at, room, what) in entries {
        // An instant stands once; lines below it without one happened with it.
        let shown = at.to_string();
        let time = if last.as_ref() == Some(&shown) { "" } else { &shown };
        let line = format!("{time:<20}  {:<8}  {what}", room.as_str());
        text.push_str(if time.is_empty() { "" } else { "\n" });
        text.push_str(line.trim_end());
        text.push('\n');
        last = Some(shown);
    }
    text
}

fn entries(audit: &OrderAudit) -> Vec<Entry> {
    let mut entries = states(audit);
    entries.extend(money(audit));
    entries.extend(evidence(audit));
    entries.extend(work(audit));
    entries
}

fn states(audit: &OrderAudit) -> Vec<Entry> {
    let mut entries = Vec::new();
    for line in &audit.order.history {
        let step = arrow(line.from.as_deref(), &line.to);
        entries.push((line.at, Room::Order, words(&[&step, &line.actor, &line.reason])));
    }
    for payment in &audit.order.payments {
        for line in &payment.log {
            let step = arrow(line.from.as_deref(), &line.to);
            let key = line.evidence_key.as_deref().unwrap_or_default();
            let parts = [payment.payment_no.as_str(), &step, &line.source, &line.note, key];
            entries.push((line.at, Room::Payment, words(&parts)));
        }
    }
    for line in &audit.stock {
        let day = line.day.as_deref().unwrap_or_default();
        let what = words(&[&line.reason, &line.sku, &format!("× {}", line.quantity), day]);
        entries.push((line.at, Room::Stock, what));
    }
    if let Some(coupon) = &audit.coupon {
        let what = words(&[&coupon.code, "redeemed", &format!("- {}", coupon.discount)]);
        entries.push((coupon.at, Room::Coupon, what));
        if coupon.updated_at != coupon.at {
            let what = words(&[&coupon.code, coupon.status.as_str()]);
            entries.push((coupon.updated_at, Room::Coupon, what));
        }
    }
    entries
}

fn money(audit: &OrderAudit) -> Vec<Entry> {
    let mut entries = Vec::new();
    for refund in &audit.refunds {
        let amount = amount(refund.amount_minor, &refund.currency);
        let asked = [&refund.refund_no, "requested", &amount, &refund.actor, &refund.reason];
        entries.push((refund.created_at, Room::Refund, words(&asked)));
        let reference = refund.provider_refund_ref.as_ref().or(refund.manual_reference.as_ref());
        let reference = reference.map(String::as_str).unwrap_or_default();
        let error = refund.last_error.as_deref().unwrap_or_default();
        if refund.updated_at != refund.created_at || refund.status != "requested" {
            let now = [refund.refund_no.as_str(), &refund.status, reference, error];
            entries.push((refund.updated_at, Room::Refund, words(&now)));
        }
    }
    for line in &audit.transfers {
        let way = format!("debit {}  credit {}", line.debit, line.credit);
        let amount = amount(line.amount_minor, &line.currency);
        entries.push((line.at, Room::Money, words(&[&line.kind, &amount, &way, &line.note])));
    }
    entries
}

fn evidence(audit: &OrderAudit) -> Vec<Entry> {
    let mut entries = Vec::new();
    for evidence in &audit.evidence {
        let source = format!("{} from {}", evidence.source, evidence.provider);
        let mut what = words(&[&source, &evidence.verdict, &evidence.evidence_key]);
        let body = evidence.body.as_ref().and_then(Option::as_ref);
        for line in body.map(body_lines).unwrap_or_default() {
            // Below the words of its head.
            what.push('\n');
            what.push_str(&" ".repeat(34));
            what.push_str(&line);
        }
        entries.push((evidence.received_at, Room::Evidence, what));
    }
    for found in &audit.differences {
        let what = words(&[&found.kind, &found.reference, &found.ours, "/", &found.theirs]);
        entries.push((found.found_at, Room::Difference, what));
        if let Some(at) = found.resolved_at {
            let by = found.resolved_by.as_deref().unwrap_or_default();
            let note = found.note.as_deref().unwrap_or_default();
            entries.push((at, Room::Difference, words(&[&found.kind, "resolved", by, note])));
        }
    }
    entries
}

fn work(audit: &OrderAudit) -> Vec<Entry> {
    let mut entries = Vec::new();
    for deed in &audit.operator_actions {
        let details = deed.details.to_string();
        let details = if details == "{}" { "" } else { details.as_str() };
        let parts = [deed.operator.as_str(), &deed.action, &deed.subject, details];
        entries.push((deed.at, Room::Operator, words(&parts)));
    }
    for event in &audit.events {
        let far = event.deliveries.iter().map(|it| format!("{} {}", it.sink, it.status.as_str()));
        let far = far.collect::<Vec<_>>().join(", ");
        entries.push((event.occurred_at, Room::Event, words(&[&event.kind, &far])));
    }
    for trace in &audit.jobs {
        let job = &trace.job;
        let error = job.last_error.as_deref().unwrap_or_default();
        entries.push((trace.created_at, Room::Job, words(&[&job.dedupe_key, "enqueued"])));
        let runs = format!("runs: {}", job.attempts);
        let parts = [job.dedupe_key.as_str(), &job.status, &runs, error];
        let at = trace.ended_at.unwrap_or(trace.run_at);
        entries.push((at, Room::Job, words(&parts)));
    }
    entries
}

fn arrow(from: Option<&str>, to: &str) -> String {
    format!("{} → {to}", from.unwrap_or("-"))
}

/// What there is of the parts, on one line.
fn words(parts: &[&str]) -> String {
    let parts: Vec<_> = parts.iter().filter(|part| !part.is_empty()).copied().collect();
    parts.join("  ").replace(['\r', '\n'], " ")
}

fn amount(minor: i64, currency: &str) -> String {
    let known = currency.parse::<Currency>();
    known.map_or_else(
        |_other| format!("{minor} {currency}"),
        |currency| Money::new(minor, currency).to_string(),
    )
}

fn body_lines(body: &Body) -> Vec<String> {
    match body {
        Body::Text(text) => text.lines().map(str::to_owned).collect(),
        Body::Base64(code) => vec![format!("base64 {code}")],
        Body::Unreadable => vec!["(cannot be opened)".to_owned()],
    }
}
