//! The process at the buyers' end: the conversation in Telegram, from `/start` to the order, and
//! what operators ask in the same chat.
//!
//! An update is kept before it is acknowledged (`webhook`, `polling`, `inbox`), handled in order
//! within its chat (`intake`, `attend`), and answered in one message that is edited in place. How
//! the talk goes is pure (`dialogue`), how it looks is in `screens`, what it changes in the books
//! is a flow (`deeds`).
//!
//! What is deliberately not here: payments, reports, and everything else that a buyer hears without
//! having asked; the worker says that. The library's listener, dispatcher and throttle are not used
//! (reference/telegram.md §B.3, §B.4, §B.6: they lose updates).

mod attend;
mod checkout;
mod command;
mod coupon_line;
mod deeds;
mod dialogue;
mod error;
mod inbox;
mod intake;
mod polling;
mod pricing;
mod register;
mod repo;
mod screens;
mod speech;
mod suggestions;
mod update;
mod webhook;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::routing::post;
use secrecy::SecretString;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use self::inbox::Inbox;
pub use self::register::username;
pub use self::repo::SEALED;
use crate::affiliates;
use crate::catalog::Catalog;
use crate::flows::till::Till;
use crate::kernel::ids::{AffiliateCode, UserId};
use crate::notifications::adapters::telegram::BotApi;
use crate::notifications::ports::SendError;
use crate::notifications::sender::Sender;
use crate::platform::texts::Texts;

/// Chats that are served at once. Most of them wait for their turn to speak: when a crowd of newcomers
/// does, those who are in the middle of a form must not wait with them (docs/performance.md).
pub const CHATS_AT_ONCE: usize = 256;

/// How updates reach us.
#[derive(Debug, Clone)]
pub enum Arrival {
    Polling,
    Webhook {
        /// `{server.public_url}/webhook/telegram`.
        url: String,
        /// What Telegram sends with every update; never empty.
        secret: SecretString,
    },
}

/// What promoters are promised.
#[derive(Debug, Clone, Copy)]
pub struct AffiliateTerms {
    pub rate_percent: u32,
    pub hold_days: u32,
    /// The least that is paid out at once, in major units.
    pub payout_minimum: u32,
}

/// How many days what people told us is kept; 0: until they ask to be forgotten.
#[derive(Debug, Clone, Copy)]
pub struct Kept {
    /// Answers of orders that were never paid.
    pub unpaid_days: u32,
    /// Answers, charts and reports of paid orders.
    pub reports_days: u32,
    /// Talks and forms that nobody goes on with.
    pub drafts_days: u32,
    /// Births kept for the next form, counted from their last use.
    pub profiles_days: u32,
}

/// The bot's part of the configuration.
#[derive(Debug, Clone)]
pub struct BotSettings {
    pub arrival: Arrival,
    /// Operators, by their Telegram numbers.
    pub admin_ids: Vec<i64>,
    /// `None`: no invitations.
    pub affiliate: Option<AffiliateTerms>,
    /// Where buyers turn with questions about money, such as `@shop_support`.
    pub contact: Option<String>,
    pub kept: Kept,
    /// Chats that are served at once.
    pub concurrency: usize,
}

impl BotSettings {
    fn webhook_secret(&self) -> Option<&SecretString> {
        match &self.arrival {
            Arrival::Polling => None,
            Arrival::Webhook { secret, .. } => Some(secret),
        }
    }
}

/// What the bot is made of.
pub struct BotParts {
    pub till: Till,
    pub catalog: Arc<Catalog>,
    pub texts: Arc<Texts>,
    pub sender: Sender,
    pub api: Arc<BotApi>,
    pub settings: BotSettings,
    /// Set to the time, in milliseconds, whenever Telegram was heard of.
    pub pulse: Arc<AtomicI64>,
}

/// The process. Cheap to clone; clones are the same bot.
#[derive(Clone)]
pub struct Bot {
    till: Till,
    catalog: Arc<Catalog>,
    texts: Arc<Texts>,
    sender: Sender,
    api: Arc<BotApi>,
    settings: Arc<BotSettings>,
    inbox: Inbox,
    username: Arc<OnceCell<String>>,
    pulse: Arc<AtomicI64>,
    /// Payments that are being asked about.
    checkouts: TaskTracker,
}

impl Bot {
    pub fn new(parts: BotParts) -> Self {
        let BotParts { till, catalog, texts, sender, api, settings, pulse } = parts;
        let inbox = Inbox::new(till.base.clone());
        Self {
            till,
            catalog,
            texts,
            sender,
            api,
            settings: Arc::new(settings),
            inbox,
            username: Arc::default(),
            pulse,
            checkouts: TaskTracker::new(),
        }
    }

    /// What an operator's line about a coupon is read with.
    fn coupon_shop(&self) -> Option<coupon_line::Shop> {
        let skus = self.catalog.all().map(|product| product.sku.clone()).collect();
        let currency = self.catalog.all().next()?.price.currency;
        Some(coupon_line::Shop { currency, zone: self.till.money.time_zone, skus })
    }

    fn is_operator(&self, user: UserId) -> bool {
        self.settings.admin_ids.contains(&user.0)
    }

    /// Notes that Telegram was heard of.
    fn beat(&self) {
        self.pulse.store(self.till.base.now().millis(), Ordering::Relaxed);
    }

    /// The link by which a promoter brings people.
    async fn invitation_link(&self, code: &AffiliateCode) -> Result<String, SendError> {
        let payload = affiliates::rules::start_payload(code.as_str());
        Ok(format!("https://t.me/{}?start={payload}", self.username().await?))
    }

    /// The bot's name without `@`; Telegram is asked once.
    async fn username(&self) -> Result<&str, SendError> {
        let name = self.username.get_or_try_init(|| username(&self.api)).await?;
        Ok(name)
    }
}

/// `POST /webhook/telegram`; without a webhook secret every call is refused.
pub fn router(bot: Bot) -> Router {
    Router::new().route("/webhook/telegram", post(webhook::receive)).with_state(bot)
}

/// Receives and handles updates until told to stop; what is in hand is finished.
///
/// # Errors
/// None by now; the return type is what every process has.
pub async fn run(bot: Bot, stop: CancellationToken) -> anyhow::Result<()> {
    let arrival = async {
        match bot.settings.arrival {
            Arrival::Polling => polling::run(&bot, &stop).await,
            Arrival::Webhook { .. } => register::webhook(&bot, &stop).await,
        }
    };
    let menu = async {
        tokio::select! {
            () = register::commands(&bot) => {}
            () = stop.cancelled() => {}
        }
    };
    tokio::join!(arrival, menu, intake::run(&bot, &stop));
    bot.checkouts.close();
    bot.checkouts.wait().await;
    Ok(())
}

#[cfg(test)]
mod tests;
