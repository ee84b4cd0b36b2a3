//! Telegram Stars as Telegram plays them (reference/telegram.md §A.8): invoice links, the question
//! before each payment, the service messages, refunds, and the list of what moved.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::timeout;

use super::SandboxTelegram;
use super::message::Person;
use super::params::Params;
use super::refusal::Refusal;
use super::rich::Rich;
use super::wire::{self, with};
use super::world::{Draft, World};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;
use crate::sandbox::faults::Fault;

const LINK: &str = "https://t.me/$";
/// How long Telegram waits for the bot's answer before a payment.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_AT_ONCE: i64 = 100;

/// What somebody is asked to pay.
#[derive(Debug, Clone)]
pub(super) struct Invoice {
    title: String,
    payload: String,
    stars: i64,
}

/// Everything about Stars.
#[derive(Debug, Default)]
pub(super) struct Stars {
    /// By the end of their link.
    invoices: BTreeMap<String, Invoice>,
    /// What the bot answered before a payment; `None` as long as it has not.
    questions: BTreeMap<String, Option<Result<(), String>>>,
    /// As the Bot API tells them, oldest first.
    transactions: Vec<Value>,
    /// Who paid each charge, and for what.
    charges: BTreeMap<String, (i64, Invoice)>,
    refunded: BTreeSet<String>,
}

/// Why nothing was paid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPaid {
    #[error("there is nobody with the number {0}")]
    Nobody(i64),
    #[error("there is no invoice behind this link")]
    NoInvoice,
    #[error("the shop refuses: {0}")]
    Refused(String),
    #[error("the shop did not answer in time")]
    TimedOut,
}

impl Stars {
    fn balance(&self) -> i64 {
        let moved = self.transactions.iter().map(|row| {
            let stars = row["amount"].as_i64().unwrap_or(0);
            if row.get("source").is_some() { stars } else { stars.saturating_neg() }
        });
        moved.fold(0, i64::saturating_add)
    }
}

impl SandboxTelegram {
    /// The person opens an invoice's `link` and pays it. Gives the number of the charge.
    ///
    /// # Errors
    /// When nothing was taken, and why.
    pub async fn pays(&self, user: i64, link: &str) -> Result<String, NotPaid> {
        let (person, invoice, question) = self.change(|world| {
            let person = world.person(user).cloned().ok_or(NotPaid::Nobody(user))?;
            let slug = link.strip_prefix(LINK).unwrap_or(link);
            let invoice = world.stars.invoices.get(slug).cloned().ok_or(NotPaid::NoInvoice)?;
            let question = world.ask_before_paying(&person, &invoice);
            Ok((person, invoice, question))
        })?;
        self.answer_to(&question).await?.map_err(NotPaid::Refused)?;
        let now = self.0.clock.now();
        let silent = self.0.faults.take(Fault::NoCallback);
        let twice = self.0.faults.take(Fault::DoubleCallback);
        Ok(self.change(|world| {
            let (charge, news) = world.charge(&person, &invoice, now);
            for _ in 0..(if silent { 0 } else { 1 + u8::from(twice) }) {
                world.updates.push(person.id, "message", news.clone());
            }
            charge
        }))
    }

    async fn answer_to(&self, question: &str) -> Result<Result<(), String>, NotPaid> {
        let mut changes = self.changes();
        let answered = async {
            loop {
                changes.mark_unchanged();
                let answer = self.lock().stars.questions.get(question).cloned().flatten();
                if let Some(answer) = answer {
                    return answer;
                }
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        timeout(PATIENCE, answered).await.map_err(|_late| NotPaid::TimedOut)
    }

    /// What the bot has of Stars now.
    pub fn star_balance(&self) -> i64 {
        self.lock().stars.balance()
    }

    pub(super) fn create_invoice_link(&self, params: &Params) -> Result<Value, Refusal> {
        let invoice = read_invoice(params)?;
        let slug = ids::crockford(16);
        self.change(|world| world.stars.invoices.insert(slug.clone(), invoice));
        Ok(Value::String(format!("{LINK}{slug}")))
    }

    pub(super) fn answer_pre_checkout(&self, params: &Params) -> Result<Value, Refusal> {
        let question = params.text("pre_checkout_query_id").unwrap_or_default();
        let answer = if params.flag("ok") {
            Ok(())
        } else {
            let words = params.text("error_message").filter(|words| !words.is_empty());
            Err(words.ok_or(Refusal::bad("ERROR_TEXT_EMPTY"))?)
        };
        self.change(|world| {
            let late = "query is too old and response timeout expired or query ID is invalid";
            let open = world.stars.questions.get_mut(&question).filter(|given| given.is_none());
            *open.ok_or(Refusal::bad(late))? = Some(answer);
            world.touch_all();
            Ok(Value::Bool(true))
        })
    }

    pub(super) fn refund_star_payment(&self, params: &Params) -> Result<Value, Refusal> {
        let charge = params.text("telegram_payment_charge_id").unwrap_or_default();
        let user = params.integer("user_id").unwrap_or_default();
        let now = self.0.clock.now();
        self.change(|world| world.give_back(user, &charge, now))
    }

    pub(super) fn star_transactions(&self, params: &Params) -> Result<Value, Refusal> {
        let limit = params.integer("limit").unwrap_or(MOST_AT_ONCE);
        if !(1..=MOST_AT_ONCE).contains(&limit) {
            return Err(Refusal::bad("LIMIT_INVALID"));
        }
        let number = |count: i64| usize::try_from(count).unwrap_or(0);
        let offset = number(params.integer("offset").unwrap_or(0));
        let world = self.lock();
        let rows: Vec<&Value> =
            world.stars.transactions.iter().skip(offset).take(number(limit)).collect();
        Ok(json!({ "transactions": rows }))
    }

    pub(super) fn my_star_balance(&self) -> Value {
        json!({ "amount": self.star_balance() })
    }
}

fn read_invoice(params: &Params) -> Result<Invoice, Refusal> {
    let text = |name: &str| params.text(name).unwrap_or_default();
    let refuse = |why: &str| Err(Refusal::bad(why));
    let (title, payload) = (text("title"), text("payload"));
    if !(1..=32).contains(&title.chars().count()) {
        return refuse("INVOICE_TITLE_INVALID");
    }
    if !(1..=255).contains(&text("description").chars().count()) {
        return refuse("INVOICE_DESCRIPTION_INVALID");
    }
    if !(1..=128).contains(&payload.len()) {
        return refuse("INVOICE_PAYLOAD_INVALID");
    }
    if text("currency") != "XTR" || !text("provider_token").is_empty() {
        return refuse("CURRENCY_INVALID");
    }
    let prices = params.json("prices")?.unwrap_or_default();
    let stars = match prices.as_array().map(Vec::as_slice) {
        Some([one]) => one["amount"].as_i64().filter(|stars| *stars >= 1),
        _ => None,
    };
    let Some(stars) = stars else { return refuse("STARS_INVOICE_INVALID") };
    Ok(Invoice { title, payload, stars })
}

impl World {
    /// Asks the bot, apart from everything else that waits for it in this chat.
    fn ask_before_paying(&mut self, person: &Person, invoice: &Invoice) -> String {
        let question = ids::crockford(18);
        self.stars.questions.insert(question.clone(), None);
        let content = json!({
            "id": question,
            "from": wire::person(person),
            "currency": "XTR",
            "total_amount": invoice.stars,
            "invoice_payload": invoice.payload,
        });
        self.updates.push(person.id.saturating_neg(), "pre_checkout_query", content);
        question
    }

    /// The Stars change hands. Gives the charge and the service message.
    fn charge(&mut self, person: &Person, invoice: &Invoice, now: Timestamp) -> (String, Value) {
        let charge = format!("stx{}", ids::crockford(24));
        self.stars.charges.insert(charge.clone(), (person.id, invoice.clone()));
        let row = json!({ "source": partner(person, invoice) });
        self.moved(row, (&charge, invoice), now);
        let shown = format!("⭐ {} · {}", invoice.stars, invoice.title);
        let news = self.service(person, &shown, now);
        (charge.clone(), with(news, [("successful_payment", payment(invoice, &charge))]))
    }

    fn give_back(&mut self, user: i64, charge: &str, now: Timestamp) -> Result<Value, Refusal> {
        let paid = self.stars.charges.get(charge).filter(|(payer, _)| *payer == user).cloned();
        let (_, invoice) = paid.ok_or(Refusal::bad("CHARGE_ID_INVALID"))?;
        let person = self.person(user).cloned().ok_or(Refusal::bad("USER_ID_INVALID"))?;
        if !self.stars.refunded.insert(charge.to_owned()) {
            return Err(Refusal::bad("CHARGE_ALREADY_REFUNDED"));
        }
        let row = json!({ "receiver": partner(&person, &invoice) });
        self.moved(row, (charge, &invoice), now);
        let shown = format!("⭐ {} ← {}", invoice.stars, invoice.title);
        let news = self.service(&person, &shown, now);
        let news = with(news, [("refunded_payment", payment(&invoice, charge))]);
        self.updates.push(user, "message", news);
        Ok(Value::Bool(true))
    }

    fn moved(&mut self, row: Value, (charge, invoice): (&str, &Invoice), now: Timestamp) {
        let facts = [
            ("id", json!(charge)),
            ("amount", json!(invoice.stars)),
            ("date", json!(now.seconds())),
        ];
        self.stars.transactions.push(with(row, facts));
    }

    /// A line in the chat that nobody wrote, as the bot gets it.
    fn service(&mut self, person: &Person, shown: &str, now: Timestamp) -> Value {
        let rich = Rich::plain(shown);
        let draft = Draft { rich, keyboard: Vec::new(), photo: None, document: None };
        let mut news = self.note(person, draft, now);
        if let Some(fields) = news.as_object_mut() {
            fields.remove("text");
        }
        news
    }
}

fn partner(person: &Person, invoice: &Invoice) -> Value {
    json!({
        "type": "user",
        "transaction_type": "invoice_payment",
        "user": wire::person(person),
        "invoice_payload": invoice.payload,
    })
}

fn payment(invoice: &Invoice, charge: &str) -> Value {
    json!({
        "currency": "XTR",
        "total_amount": invoice.stars,
        "invoice_payload": invoice.payload,
        "telegram_payment_charge_id": charge,
        "provider_payment_charge_id": "",
    })
}
