//! `mingshu serve`: starts the processes that a role asks for, and stops them together.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::health::{self, Health, Pulse};
use super::listeners::Listeners;
use super::outside;
use super::parts::{OPERATORS_LANGUAGE, Parts};
use crate::bot::{self, AffiliateTerms, Arrival, Bot, BotParts, BotSettings, Kept};
use crate::callback::{self, CallbackState};
use crate::config::{self, Config, TelegramMode};
use crate::flows::tools::{Affiliation, Charts, Drawing, Operators, Retention, Tools, Writing};
use crate::kernel::ids::UserId;
use crate::notifications::adapters::telegram::{BotApi, TelegramMessenger};
use crate::notifications::sender::{Pace, Sender};
use crate::platform::lifecycle::Lifecycle;
use crate::reader::{self, ReaderState};
use crate::reports::gate::{Gate, Mode};
use crate::reports::ports::Renderer;
use crate::reports::templates::Templates;
use crate::worker::{self, Worker, WorkerSettings};

/// Which of the three processes run here (spec.md §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    All,
    Bot,
    Callback,
    Worker,
}

impl Role {
    fn runs_bot(self) -> bool {
        matches!(self, Self::All | Self::Bot)
    }

    fn runs_callback(self) -> bool {
        matches!(self, Self::All | Self::Callback)
    }

    fn runs_worker(self) -> bool {
        matches!(self, Self::All | Self::Worker)
    }
}

/// What a caller may add to the plain server: the demo brings the played world along.
#[derive(Default)]
pub struct Extras {
    /// More routes on the main address, without our limits.
    pub routes: Router,
    /// The main address, when it is open already.
    pub listener: Option<TcpListener>,
    /// How fast we speak; the configuration's pace when missing.
    pub pace: Option<Pace>,
    /// Serves `/metrics`.
    pub metrics: Option<PrometheusHandle>,
}

/// Builds the processes of `role` and starts them under `lifecycle`.
pub async fn start(
    parts: &Parts,
    role: Role,
    extras: Extras,
    lifecycle: &Lifecycle,
) -> anyhow::Result<()> {
    let server = &parts.config.server;
    let mut listeners = Listeners::new(server.bind);
    let worker_pulse = role.runs_worker().then(Pulse::default);
    let telegram_pulse = role.runs_bot().then(Pulse::default);
    listeners.add_unlimited(extras.routes);
    listeners.add(
        None,
        health::router(Health {
            db: parts.base.db.clone(),
            clock: Arc::clone(&parts.base.clock),
            worker: worker_pulse.clone(),
            telegram: telegram_pulse.clone(),
        }),
    );
    if let Some(handle) = extras.metrics.filter(|_handle| parts.config.metrics.enabled) {
        listeners.add(server.metrics_bind, metrics_route(handle));
    }
    let telegram = &parts.config.telegram;
    let api = BotApi::try_new(telegram.api_url.as_str(), telegram.token.clone())
        .context("the Telegram client")?;
    let api = Arc::new(api);
    let chat_url = Arc::new(OnceLock::new());
    if role.runs_callback() {
        // Browsers come to both at the public address.
        let routes = callback_routes(parts, &chat_url).merge(reader_routes(parts, &chat_url));
        listeners.add(server.callback_bind, routes);
    }
    let speaks = role.runs_bot() || role.runs_worker();
    let sender = speaks.then(|| sender(parts, &api, extras.pace));
    let mut bot = None;
    if let (Some(pulse), Some(sender)) = (&telegram_pulse, &sender) {
        let made = build_bot(parts, &api, sender, pulse);
        listeners.add(server.telegram_bind, bot::router(made.clone()));
        bot = Some(made);
    }
    listeners.start(lifecycle, extras.listener).await?;
    if role.runs_callback() || role.runs_worker() {
        let (api, chat_url) = (Arc::clone(&api), Arc::clone(&chat_url));
        lifecycle.start("way back", |phases| find_chat(api, chat_url, phases.draining));
    }
    if let Some(bot) = bot {
        lifecycle.start("bot", |phases| bot::run(bot, phases.draining));
    }
    if let (Some(pulse), Some(sender)) = (&worker_pulse, sender) {
        let worker = build_worker(parts, sender, pulse, chat_url)?;
        lifecycle.start("worker", |phases| worker.run_within(phases));
    }
    Ok(())
}

/// Asks Telegram for the bot's name until it answers, so that payers find their way back.
async fn find_chat(
    api: Arc<BotApi>,
    chat_url: Arc<OnceLock<String>>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    const AGAIN: Duration = Duration::from_secs(15);
    loop {
        if let Ok(name) = bot::username(&api).await {
            chat_url.get_or_init(|| format!("https://t.me/{name}"));
            stop.cancelled().await;
            return Ok(());
        }
        tokio::select! {
            () = tokio::time::sleep(AGAIN) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}

/// How long a stopping program may take.
pub fn shutdown_limit(parts: &Parts) -> Duration {
    Duration::from_secs(parts.config.worker.shutdown_seconds)
}

fn metrics_route(handle: PrometheusHandle) -> Router {
    Router::new().route(
        "/metrics",
        get(move || {
            let text = handle.render();
            async move { ([("content-type", "text/plain; version=0.0.4")], text) }
        }),
    )
}

fn callback_routes(parts: &Parts, chat_url: &Arc<OnceLock<String>>) -> Router {
    let gateways: BTreeMap<_, _> = parts
        .till
        .counters
        .iter()
        .map(|(provider, counter)| (provider.clone(), Arc::clone(&counter.gateway)))
        .collect();
    let words = (Arc::clone(&parts.texts), Arc::clone(&parts.pages));
    let money = parts.till.money.clone();
    callback::router(CallbackState::new(
        parts.base.clone(),
        money,
        gateways,
        words,
        Arc::clone(chat_url),
    ))
}

fn reader_routes(parts: &Parts, chat_url: &Arc<OnceLock<String>>) -> Router {
    let words = (Arc::clone(&parts.texts), Arc::clone(&parts.pages));
    let (base, zone) = (parts.base.clone(), parts.config.orders.time_zone);
    reader::router(ReaderState::new(base, words, zone, Arc::clone(chat_url)))
}

fn build_bot(parts: &Parts, api: &Arc<BotApi>, sender: &Sender, pulse: &Pulse) -> Bot {
    let config = &parts.config;
    let arrival = match config.telegram.mode {
        TelegramMode::Polling => Arrival::Polling,
        TelegramMode::Webhook => Arrival::Webhook {
            url: format!("{}/webhook/telegram", config.server.public_url.as_str()),
            secret: config.telegram.webhook_secret.clone(),
        },
    };
    let affiliate = config.affiliate.enabled.then_some(AffiliateTerms {
        rate_percent: config.affiliate.rate_percent,
        hold_days: config.affiliate.hold_days,
        payout_minimum: config.affiliate.payout_minimum,
    });
    Bot::new(BotParts {
        till: parts.till.clone(),
        catalog: Arc::clone(&parts.catalog),
        texts: Arc::clone(&parts.texts),
        sender: sender.clone(),
        api: Arc::clone(api),
        settings: BotSettings {
            arrival,
            admin_ids: config.telegram.admin_ids.clone(),
            affiliate,
            contact: config.shop.contact(),
            kept: Kept {
                unpaid_days: config.retention.unpaid_days,
                reports_days: config.retention.reports_days,
                drafts_days: config.retention.drafts_days,
                profiles_days: config.retention.profiles_days,
            },
            concurrency: bot::CHATS_AT_ONCE,
        },
        pulse: pulse.cell(),
    })
}

fn sender(parts: &Parts, api: &Arc<BotApi>, pace: Option<Pace>) -> Sender {
    let pace = pace.unwrap_or_else(|| Pace {
        messages_per_second: parts.config.telegram.messages_per_second,
        ..Pace::default()
    });
    Sender::start(Arc::new(TelegramMessenger::new(Arc::clone(api))), pace)
}

fn build_worker(
    parts: &Parts,
    sender: Sender,
    pulse: &Pulse,
    chat_url: Arc<OnceLock<String>>,
) -> anyhow::Result<Worker> {
    let settings = &parts.config.worker;
    let tools = tools(parts, sender, chat_url)?;
    let registry = worker::jobs_of_the_shop(tools);
    let settings = WorkerSettings {
        concurrency: settings.concurrency,
        sweep: Duration::from_secs(settings.sweep_seconds),
        lease: Duration::from_secs(settings.lease_seconds),
        grace: worker::grace(Duration::from_secs(settings.shutdown_seconds)),
    };
    Ok(Worker::new(parts.base.clone(), registry, settings, pulse.cell()))
}

fn tools(parts: &Parts, sender: Sender, chat_url: Arc<OnceLock<String>>) -> anyhow::Result<Tools> {
    let config = &parts.config;
    let alert_chat = config.telegram.alert_chat_id.filter(|_chat| config.alerts.telegram);
    Ok(Tools {
        till: parts.till.clone(),
        sender,
        texts: Arc::clone(&parts.texts),
        catalog: Arc::clone(&parts.catalog),
        charts: Charts { service: outside::charts(config)?, fallback: config.bazi.fallback },
        writing: Writing {
            writers: outside::writers(config)?,
            templates: Templates::default(),
            attempts: i32::try_from(config.ai.attempts).unwrap_or(i32::MAX),
            chapters_at_once: usize::try_from(config.ai.chapters_at_once).unwrap_or(1),
            budget: outside::budget(config)?,
            live_drafts: config.telegram.live_drafts,
            gate: Arc::new(Gate::try_new()?),
            gate_mode: match config.report.gate {
                config::GateMode::Enforce => Mode::Enforce,
                config::GateMode::Warn => Mode::Warn,
                config::GateMode::Off => Mode::Off,
            },
            gate_attempts: config.report.attempts.into(),
        },
        affiliation: Affiliation {
            enabled: config.affiliate.enabled,
            rate_percent: config.affiliate.rate_percent,
            hold_days: config.affiliate.hold_days,
        },
        retention: Retention {
            unpaid_days: config.retention.unpaid_days,
            reports_days: config.retention.reports_days,
            callbacks_days: config.retention.callbacks_days,
            profiles_days: config.retention.profiles_days,
        },
        operators: Operators { alert_chat: alert_chat.map(UserId), locale: OPERATORS_LANGUAGE },
        mailer: outside::mailer(config)?,
        sinks: outside::sinks(config)?.into(),
        drawing: Drawing { renderer: renderer(config)?, chat_url, pages: config.render.pages },
        contact: config.shop.contact(),
    })
}

fn renderer(config: &Config) -> anyhow::Result<Option<Arc<dyn Renderer>>> {
    if !config.render.enabled {
        return Ok(None);
    }
    // A mistake in a template is told now, and not by a process of its own when a report is sold.
    outside::typesetter(config)?;
    Ok(Some(Arc::new(outside::workshop(config)?)))
}
