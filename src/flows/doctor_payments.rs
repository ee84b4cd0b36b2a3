//! "The buyer paid and nothing happened": for each payment one chain from the link to the books, and
//! the next step. Reads only; the looks from outside are at our own public address and at the
//! provider's front door.

use std::collections::BTreeMap;

use serde::Serialize;

use super::base::Base;
use super::settle_payment::SettleError;
use super::{check_out, check_payment};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::orders::{self, OrderStatus};
use crate::payments::diagnosis::{self, Known, NextStep, SelfCall};
use crate::payments::inbox::{self, Seen};
use crate::payments::ports::{Glance, Outlook};
use crate::payments::refusals::{self, Refusals};
use crate::payments::repo as payments;
use crate::payments::{LogRow, Payment, PaymentStatus, STARS};

/// Payments that are looked at when no order is named.
const AT_ONCE: u64 = 20;

/// Where to look from outside.
pub struct Doors<'a> {
    pub outlook: &'a dyn Outlook,
    /// The provider's front door, whose clock is compared with ours.
    pub provider_url: &'a str,
    /// What new payments would be told to call.
    pub notify_url: &'a str,
}

/// How one link of the chain looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Looks {
    Good,
    Doubtful,
    Bad,
    /// Nothing is known yet, or it was not tried.
    Open,
}

#[derive(Debug, Clone, Serialize)]
pub struct Link {
    pub name: &'static str,
    pub looks: Looks,
    pub detail: String,
}

/// One payment from its link to the books.
#[derive(Debug, Clone, Serialize)]
pub struct Chain {
    pub payment_no: PaymentNo,
    pub order_no: OrderNo,
    pub status: PaymentStatus,
    pub order_status: OrderStatus,
    pub amount: String,
    pub currency: String,
    pub links: Vec<Link>,
    pub next: &'static str,
}

/// The chains of one order's payments, or of the newest payments that are not paid.
pub async fn run(
    base: &Base,
    order_no: Option<&OrderNo>,
    doors: &Doors<'_>,
) -> Result<Vec<Chain>, SettleError> {
    let db = base.db.read();
    let wanted = match order_no {
        Some(no) => payments::list_of_order(db, no).await?,
        None => payments::list_unpaid(db, AT_ONCE).await?,
    };
    let now = base.now();
    let asked_at = doors.outlook.look(doors.provider_url).await;
    let mut glances = BTreeMap::new();
    let mut chains = Vec::new();
    for payment in wanted {
        if payment.provider == STARS {
            chains.push(stars_chain(base, &payment).await?);
            continue;
        }
        let address = payment.notify_url.as_deref().unwrap_or(doors.notify_url).to_owned();
        if !glances.contains_key(&address) {
            let glance = doors.outlook.post_unsigned(&address).await;
            glances.insert(address.clone(), glance);
        }
        let outside = Outside {
            address: &address,
            self_call: glances.get(&address),
            provider: &asked_at,
            now,
        };
        chains.push(chain(base, &payment, &outside).await?);
    }
    Ok(chains)
}

/// Stars have no callback address: Telegram tells the bot, as it tells it everything else.
async fn stars_chain(base: &Base, payment: &Payment) -> Result<Chain, SettleError> {
    let db = base.db.read();
    let order = orders::repo::get(db, &payment.order_no).await?;
    let log = payments::log(db, &payment.payment_no).await?;
    let message = inbox::latest(db, payment.payment_no.as_str(), "callback").await?;
    let asked = log.iter().rfind(|row| row.note == check_out::ALLOWED);
    let known = Known {
        status: payment.status,
        has_link: payment.pay_url.is_some(),
        address_is_good: true,
        // Whoever pressed the button came as far as the bot.
        self_call: SelfCall::Open,
        skewed: false,
        refused_since: false,
        called_back: message.is_some(),
        last_query: payment.last_query.as_ref().map(|(_at, word)| word.as_str()),
    };
    let links = vec![
        link_created(payment, &log),
        link("notify address", Looks::Good, "none is needed: Telegram tells the bot"),
        let_through(asked),
        last_callback(message.as_ref(), None),
        last_query(payment),
    ];
    Ok(of(payment, order.status, (links, diagnosis::next_step(&known))))
}

fn let_through(asked: Option<&LogRow>) -> Link {
    const NAME: &str = "asked first";
    match asked {
        Some(row) => link(NAME, Looks::Good, format!("{}: {}", row.at, row.note)),
        None => link(NAME, Looks::Open, "Telegram has not asked whether it may be charged"),
    }
}

fn of(payment: &Payment, order_status: OrderStatus, (links, next): (Vec<Link>, NextStep)) -> Chain {
    Chain {
        payment_no: payment.payment_no.clone(),
        order_no: payment.order_no.clone(),
        status: payment.status,
        order_status,
        amount: payment.amount.to_major(),
        currency: payment.amount.currency.to_string(),
        links,
        next: next.phrase(),
    }
}

/// What was seen from outside, for one payment.
struct Outside<'a> {
    address: &'a str,
    self_call: Option<&'a Glance>,
    provider: &'a Glance,
    now: Timestamp,
}

async fn chain(
    base: &Base,
    payment: &Payment,
    outside: &Outside<'_>,
) -> Result<Chain, SettleError> {
    let db = base.db.read();
    let order = orders::repo::get(db, &payment.order_no).await?;
    let log = payments::log(db, &payment.payment_no).await?;
    let callback = inbox::latest(db, payment.payment_no.as_str(), "callback").await?;
    let refused = refusals::list(db, &payment.provider).await?;
    let refused = refused.into_iter().find(|one| one.last_at >= payment.created_at);
    let faults = diagnosis::address_faults(outside.address, &payment.provider);
    let seen =
        outside.self_call.map_or(SelfCall::NotTried, |glance| diagnosis::self_call(glance.status));
    let skew = outside.provider.clock_ms.map(|theirs| theirs.saturating_sub(outside.now.millis()));
    let known = Known {
        status: payment.status,
        has_link: payment.pay_url.is_some(),
        address_is_good: faults.is_empty(),
        self_call: seen,
        skewed: skew.is_some_and(diagnosis::is_skewed),
        refused_since: refused.is_some(),
        called_back: callback.is_some(),
        last_query: payment.last_query.as_ref().map(|(_at, word)| word.as_str()),
    };
    let links = vec![
        link_created(payment, &log),
        notify_address(outside.address, &faults),
        self_call(seen, outside.self_call),
        clock(skew, outside.provider),
        last_callback(callback.as_ref(), refused.as_ref()),
        last_query(payment),
    ];
    Ok(of(payment, order.status, (links, diagnosis::next_step(&known))))
}

fn link(name: &'static str, looks: Looks, detail: impl Into<String>) -> Link {
    Link { name, looks, detail: detail.into() }
}

fn link_created(payment: &Payment, log: &[LogRow]) -> Link {
    const NAME: &str = "link created";
    let opened = log.iter().find(|row| row.to == PaymentStatus::Processing.as_str());
    match (opened, payment.status) {
        (Some(row), _) => link(NAME, Looks::Good, format!("{} by {}", row.at, payment.method)),
        (None, PaymentStatus::Init) => link(NAME, Looks::Open, "the provider was not reached yet"),
        (None, _) => {
            let last = log.last().map_or("no word in the log", |row| row.note.as_str());
            link(NAME, Looks::Bad, format!("never: {last}"))
        }
    }
}

fn notify_address(address: &str, faults: &[diagnosis::AddressFault]) -> Link {
    const NAME: &str = "notify address";
    if faults.is_empty() {
        return link(NAME, Looks::Good, address);
    }
    let phrases: Vec<&str> = faults.iter().map(|fault| fault.phrase()).collect();
    link(NAME, Looks::Bad, format!("{address} {}", phrases.join(", ")))
}

fn self_call(seen: SelfCall, glance: Option<&Glance>) -> Link {
    const NAME: &str = "self-call";
    let fault = glance.and_then(|glance| glance.fault.as_deref()).unwrap_or("no answer");
    match seen {
        SelfCall::Open => link(NAME, Looks::Good, "reaches this program's callback route"),
        SelfCall::Elsewhere(status) => {
            link(NAME, Looks::Bad, format!("something else answers, with status {status}"))
        }
        SelfCall::Unreachable => link(NAME, Looks::Bad, fault),
        SelfCall::NotTried => link(NAME, Looks::Open, "not tried"),
    }
}

fn clock(skew: Option<i64>, provider: &Glance) -> Link {
    const NAME: &str = "clock";
    let Some(skew) = skew else {
        let fault = provider.fault.as_deref().unwrap_or("the provider tells no time");
        return link(NAME, Looks::Open, fault);
    };
    let seconds = skew.saturating_abs().checked_div(1000).unwrap_or_default();
    let side = if skew > 0 { "behind" } else { "ahead of" };
    let looks = if diagnosis::is_skewed(skew) { Looks::Bad } else { Looks::Good };
    link(NAME, looks, format!("{seconds} s {side} the provider"))
}

fn last_callback(callback: Option<&Seen>, refused: Option<&Refusals>) -> Link {
    const NAME: &str = "last callback";
    match (callback, refused) {
        (Some(seen), _) => {
            let fits = matches!(seen.verdict.as_str(), "applied" | "old_news");
            let looks = if fits { Looks::Good } else { Looks::Doubtful };
            link(NAME, looks, format!("{}: {}", seen.at, seen.verdict))
        }
        (None, Some(refused)) => {
            let detail = format!(
                "none believed; {} refused, the last {}: {}",
                refused.total, refused.last_at, refused.reason
            );
            link(NAME, Looks::Bad, detail)
        }
        (None, None) => link(NAME, Looks::Open, "none yet"),
    }
}

fn last_query(payment: &Payment) -> Link {
    const NAME: &str = "last query";
    let next = payment.next_query_at.map_or_else(String::new, |at| format!(", next {at}"));
    match &payment.last_query {
        Some((at, word)) => {
            let looks = if check_payment::is_answer(word) { Looks::Good } else { Looks::Bad };
            link(NAME, looks, format!("{at}: {word}{next}"))
        }
        None => link(NAME, Looks::Open, format!("not asked yet{next}")),
    }
}
