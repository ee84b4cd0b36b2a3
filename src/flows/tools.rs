//! What the worker's flows work with. Built once by `app`.

use std::sync::{Arc, OnceLock};

use super::post::Post;
use super::till::Till;
use super::writers::Writer;
use crate::alerts::ports::Mailer;
use crate::bazi::ports::ChartService;
use crate::catalog::{Catalog, ProductSnapshot};
use crate::events::Sink;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::notifications::sender::Sender;
use crate::orders::{Order, OrderError};
use crate::platform::texts::{self, Args, Texts};
use crate::reports::budget::Budget;
use crate::reports::gate::{Gate, Mode};
use crate::reports::ports::Renderer;
use crate::reports::templates::Templates;

#[derive(Clone)]
pub struct Tools {
    pub till: Till,
    pub sender: Sender,
    pub texts: Arc<Texts>,
    pub catalog: Arc<Catalog>,
    pub charts: Charts,
    pub writing: Writing,
    pub affiliation: Affiliation,
    pub retention: Retention,
    pub operators: Operators,
    /// `None`: alerts are not mailed.
    pub mailer: Option<Arc<dyn Mailer>>,
    /// Who hears of events.
    pub sinks: Arc<[Sink]>,
    pub drawing: Drawing,
    /// Where buyers find a person, such as `@my_support`.
    pub contact: Option<String>,
}

/// Where charts come from.
#[derive(Clone)]
pub struct Charts {
    /// `None`: our own engine alone.
    pub service: Option<Arc<dyn ChartService>>,
    /// Whether our own engine's chart is used when the service fails or disagrees; otherwise the
    /// order fails.
    pub fallback: bool,
}

#[derive(Clone)]
pub struct Writing {
    /// The first choice and those that stand in for it, in their order; never empty.
    pub writers: Arc<[Writer]>,
    pub templates: Templates,
    /// How often each writer is asked before the next one is, and at last the order fails.
    pub attempts: i32,
    pub gate: Arc<Gate>,
    pub gate_mode: Mode,
    /// How many texts the gate may refuse before a person decides.
    pub gate_attempts: i64,
    /// How many chapters of one order are written at the same time.
    pub chapters_at_once: usize,
    /// What one order may cost, unless its product says otherwise.
    pub budget: Budget,
    /// Whether buyers may watch a text while it is being written.
    pub live_drafts: bool,
}

/// Pictures, books and pages of reports.
#[derive(Clone, Default)]
pub struct Drawing {
    /// `None`: reports are text alone.
    pub renderer: Option<Arc<dyn Renderer>>,
    /// `https://t.me/<bot>`, known once Telegram has told it.
    pub chat_url: Arc<OnceLock<String>>,
    /// Whether buyers get a link to a page with their report.
    pub pages: bool,
}

/// How many days personal data is kept; 0: until its owner asks to be forgotten.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Answers of orders that were never paid.
    pub unpaid_days: u32,
    /// Answers, charts and reports of paid orders.
    pub reports_days: u32,
    /// Raw callbacks of providers.
    pub callbacks_days: u32,
    /// Births kept for the next form, counted from their last use.
    pub profiles_days: u32,
}

impl Retention {
    pub fn keeps_all(&self) -> bool {
        *self == Self::default()
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Affiliation {
    pub enabled: bool,
    pub rate_percent: u32,
    pub hold_days: u32,
}

#[derive(Debug, Clone, Copy)]
pub struct Operators {
    /// `None`: alerts do not go to a chat.
    pub alert_chat: Option<UserId>,
    pub locale: Locale,
}

impl Tools {
    pub fn now(&self) -> Timestamp {
        self.till.base.now()
    }

    /// The way events go.
    pub fn post(&self) -> Post {
        let base = &self.till.base;
        let (db, clock) = (base.db.clone(), Arc::clone(&base.clock));
        Post { db, clock, sinks: Arc::clone(&self.sinks) }
    }

    /// The product as it was when it was ordered.
    pub fn product(&self, order: &Order) -> Result<ProductSnapshot, OrderError> {
        order.product(&self.till.base.keyring)
    }

    /// What the payer reads on the provider's page.
    pub fn subject(&self, order: &Order) -> String {
        let product = self.product(order).map(|product| product.name.get(order.locale).to_owned());
        product.unwrap_or_else(|_damaged| order.order_no.to_string())
    }

    pub(super) fn text(&self, locale: Locale, key: &str) -> String {
        self.texts.get(locale, key)
    }

    pub(super) fn format(&self, locale: Locale, key: &str, args: &Args) -> String {
        self.texts.format(locale, key, args)
    }

    /// An amount as buyers read it: `免费` when there is nothing to pay.
    pub(super) fn price(&self, locale: Locale, price: Money) -> String {
        if price.is_zero() {
            self.text(locale, "products-free")
        } else {
            texts::money(locale, price)
        }
    }

    /// Where a person can be found; nothing when nobody is named.
    pub(super) fn contact_line(&self, locale: Locale) -> Option<String> {
        let contact = self.contact.as_deref()?;
        Some(self.format(locale, "paysupport-contact", &Args::new().escaped("contact", contact)))
    }

    /// An instant of today as clock time, another one with its date, in the shop's zone.
    pub(super) fn deadline(&self, locale: Locale, at: Timestamp) -> String {
        texts::deadline(locale, at, self.now(), self.till.money.time_zone)
    }

    pub(super) fn date_time(&self, locale: Locale, at: Timestamp) -> String {
        texts::date_time(locale, at, self.till.money.time_zone)
    }
}
