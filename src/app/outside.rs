//! The adapters to the outside, built from the configuration.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use secrecy::ExposeSecret;

use crate::alerts::adapters::smtp::{Security, Smtp, SmtpConfig};
use crate::alerts::ports::Mailer;
use crate::bazi::adapters::yuanfenju::{Yuanfenju, YuanfenjuConfig};
use crate::bazi::ports::ChartService;
use crate::config::{self, BaziProvider, Config, Dialect, SinkKind};
use crate::events::adapters::nats::{Nats, NatsConfig};
use crate::events::adapters::webhook::Webhook;
use crate::events::ports::Carrier;
use crate::events::rules::Pattern;
use crate::events::{self, Sink};
use crate::flows::till::{Counter, Proof};
use crate::flows::writers::{Purse, Writer};
use crate::payments::STARS;
use crate::payments::adapters::pingpong_hmac::{HmacConfig, PingPongHmac};
use crate::payments::adapters::pingpong_v4::{PingPongV4, SignType, V4Config};
use crate::payments::adapters::telegram_stars::{StarsConfig, TelegramStars};
use crate::payments::ports::PaymentGateway;
use crate::reports::adapters::openai::{Continuation, ModelConfig, OpenAiModel};
use crate::reports::adapters::typesetter::Typesetter;
use crate::reports::adapters::workshop::{Tools, Workshop};
use crate::reports::budget::Budget;
use crate::reports::cost::{self, Prices};

/// The payment providers by the word in their callback route.
pub(super) fn counters(config: &Config) -> anyhow::Result<BTreeMap<String, Counter>> {
    let mut counters = BTreeMap::new();
    if config.pingpong.enabled {
        let counter = pingpong_counter(config)?;
        counters.insert(counter.gateway.provider().to_owned(), counter);
    }
    if config.stars.enabled {
        counters.insert(STARS.to_owned(), stars_counter(config)?);
    }
    Ok(counters)
}

/// Telegram's own word is the proof: it comes to the bot's door, and nobody else has the key.
fn stars_counter(config: &Config) -> anyhow::Result<Counter> {
    let telegram = &config.telegram;
    let settings = StarsConfig::new(telegram.api_url.as_str(), telegram.token.clone());
    let gateway = TelegramStars::try_new(&settings).context("the client for Telegram Stars")?;
    Ok(Counter {
        gateway: Arc::new(gateway),
        proof: Proof::Callback,
        default_method: STARS.to_owned(),
        methods: vec![STARS.to_owned()],
    })
}

fn pingpong_counter(config: &Config) -> anyhow::Result<Counter> {
    let gateway = pingpong(config)?;
    let proof = match config.pingpong_proof() {
        config::Proof::Callback => Proof::Callback,
        config::Proof::Query => Proof::Query,
    };
    let default_method = config.pingpong.method.clone();
    let others = config.pingpong.method_names.keys().filter(|name| **name != default_method);
    let methods = [default_method.clone()].into_iter().chain(others.cloned()).collect();
    Ok(Counter { gateway, proof, default_method, methods })
}

fn pingpong(config: &Config) -> anyhow::Result<Arc<dyn PaymentGateway>> {
    let settings = &config.pingpong;
    let base_url = settings.base_url.as_str();
    match settings.dialect {
        Dialect::Hmac => {
            let hmac = HmacConfig::new(base_url, settings.webhook_secret.clone());
            Ok(Arc::new(PingPongHmac::try_new(&hmac).context("the PingPong client")?))
        }
        Dialect::V4 => {
            let (store, merchant) = (&settings.acc_id, &settings.client_id);
            let mut v4 = V4Config::new(base_url, store, merchant, settings.salt.clone());
            v4.sign_type = match settings.sign_type {
                config::SignType::Sha256 => SignType::Sha256,
                config::SignType::Md5 => SignType::Md5,
            };
            v4.method_names.extend(settings.method_names.clone());
            v4.shopper_ip = settings.shopper_ip.to_string();
            v4.statement_url = statement_url(settings);
            Ok(Arc::new(PingPongV4::try_new(v4).context("the PingPong client")?))
        }
    }
}

/// Where events go. A type that no event has is a mistake: its owner would wait in vain.
pub(super) fn sinks(config: &Config) -> anyhow::Result<Vec<Sink>> {
    config.events.sinks.iter().map(sink).collect()
}

/// The mail server of the alerts, when there is one.
pub(super) fn mailer(config: &Config) -> anyhow::Result<Option<Arc<dyn Mailer>>> {
    let alerts = &config.alerts;
    if !alerts.has_mail() {
        return Ok(None);
    }
    let authority = alerts.smtp_ca_file.as_ref().map(std::fs::read).transpose();
    let named = !alerts.smtp_user.is_empty();
    let mailer = Smtp::try_new(SmtpConfig {
        host: alerts.smtp_host.clone(),
        port: alerts.port(),
        security: match alerts.smtp_security {
            config::SmtpSecurity::Tls => Security::Tls,
            config::SmtpSecurity::Starttls => Security::StartTls,
            config::SmtpSecurity::None => Security::Plain,
        },
        login: named.then(|| (alerts.smtp_user.clone(), alerts.smtp_password.clone())),
        from: alerts.smtp_from.clone(),
        to: alerts.smtp_to.clone(),
        authority: authority.context("alerts.smtp_ca_file cannot be read")?,
    });
    Ok(Some(Arc::new(mailer.context("alerts.smtp_…")?)))
}

fn sink(settings: &config::Sink) -> anyhow::Result<Sink> {
    let about = || format!("events.sinks: sink `{}`", settings.name);
    let types = settings.types.iter().map(|text| {
        let pattern = Pattern::parse(text);
        let pattern = pattern.filter(|found| events::TYPES.iter().any(|kind| found.matches(kind)));
        pattern.with_context(|| format!("there is no event `{text}`")).with_context(about)
    });
    let secrets = settings.all_secrets().map_err(anyhow::Error::msg).with_context(about)?;
    let url = settings.url.expose_secret();
    let carrier: Arc<dyn Carrier> = match settings.kind {
        SinkKind::Webhook => Arc::new(Webhook::try_new(url, &secrets).with_context(about)?),
        SinkKind::Nats => {
            let nats = NatsConfig {
                url: url.to_owned(),
                user: settings.user.clone(),
                secret: secrets.into_iter().next(),
                subject_prefix: settings.prefix().to_owned(),
                stream: settings.stream().to_owned(),
                create_stream: settings.create_stream,
            };
            Arc::new(Nats::try_new(nats).with_context(about)?)
        }
    };
    Ok(Sink { name: settings.name.clone(), types: types.collect::<Result<_, _>>()?, carrier })
}

/// PingPong's own sites have a back office each (reference/pingpong.md §1.2); of another server
/// none is known.
fn statement_url(settings: &config::PingPong) -> Option<String> {
    if settings.statement_url.is_set() {
        return Some(settings.statement_url.as_str().to_owned());
    }
    let host = settings.base_url.host();
    let back_office = match (host.starts_with("sandbox-"), host.ends_with(".pingpongx.com")) {
        (true, true) => "https://sandbox-acquirer-merchant.pingpongx.com",
        (false, true) => "https://acquirer-merchant.pingpongx.com",
        (true | false, false) => return None,
    };
    Some(back_office.to_owned())
}

/// The typesetter with the operator's templates and fonts.
pub(super) fn typesetter(config: &Config) -> anyhow::Result<Typesetter> {
    let fonts = config.render.fonts_dir.as_deref();
    Typesetter::load(&super::parts::assets(config), fonts).context("the templates of pictures")
}

/// Where pictures and books are drawn, with the same.
pub(super) fn workshop(config: &Config) -> anyhow::Result<Workshop> {
    let folders = (super::parts::templates_dir(config), config.render.fonts_dir.clone());
    let tools = Tools::of_this_program(folders, config.render.memory_mib)
        .context("the program does not know where it lies")?;
    Ok(Workshop::new(tools))
}

/// The chart service, when the configuration prefers one to our own engine.
pub(super) fn charts(config: &Config) -> anyhow::Result<Option<Arc<dyn ChartService>>> {
    match config.bazi.provider {
        BaziProvider::Local => Ok(None),
        BaziProvider::Yuanfenju => {
            let settings = &config.yuanfenju;
            let client = YuanfenjuConfig::new(settings.base_url.as_str(), settings.api_key.clone());
            Ok(Some(Arc::new(Yuanfenju::try_new(client).context("the Yuanfenju client")?)))
        }
    }
}

/// What one order may cost; a limit of nothing is none.
pub(super) fn budget(config: &Config) -> anyhow::Result<Budget> {
    let most = cost::micros(&config.ai.cost_per_order).context("ai.cost_per_order")?;
    let cost_micros = (most > 0).then_some(most);
    Ok(Budget { tokens: config.ai.tokens_per_order.into(), cost_micros })
}

/// The providers of texts, the first choice first.
pub(super) fn writers(config: &Config) -> anyhow::Result<Arc<[Writer]>> {
    let ai = &config.ai;
    let client = Arc::new(model(config)?);
    let first = Writer::new(config::FIRST, Arc::clone(&client) as _)
        .priced(prices(&ai.prices)?, daily(&ai.daily_budget)?)
        .with_purse(purse(&client, &ai.low_balance)?);
    let mut all = vec![first];
    for fallback in &ai.fallbacks {
        let client = stand_in(config, fallback)
            .with_context(|| format!("the client of the fallback `{}`", fallback.name))?;
        let client = Arc::new(client);
        let writer = Writer::new(&fallback.name, Arc::clone(&client) as _)
            .with_purse(purse(&client, &fallback.low_balance)?);
        all.push(match &fallback.prices {
            Some(own) => writer.priced(prices(own)?, daily(&fallback.daily_budget)?),
            None => writer,
        });
    }
    Ok(all.into())
}

/// Whom to ask for our balance, where that is wished.
fn purse(client: &Arc<OpenAiModel>, low: &str) -> anyhow::Result<Option<Purse>> {
    let low = daily(low)?;
    Ok(low.map(|low_micros| Purse { account: Arc::clone(client) as _, low_micros }))
}

fn prices(prices: &config::Prices) -> anyhow::Result<Prices> {
    Ok(Prices {
        currency: prices.currency,
        cache_hit: prices.input_hit.parse()?,
        cache_miss: prices.input_miss.parse()?,
        completion: prices.output.parse()?,
    })
}

/// Millionths of the currency that a day may cost; `None` for no limit.
fn daily(decimal: &str) -> anyhow::Result<Option<i64>> {
    if decimal.is_empty() {
        return Ok(None);
    }
    Ok(Some(cost::micros(decimal)?))
}

/// A client with the settings of a fallback, and for the rest those of the first provider.
fn stand_in(config: &Config, fallback: &config::Fallback) -> anyhow::Result<OpenAiModel> {
    let own = fallback.prices.as_ref().map(prices).transpose()?;
    OpenAiModel::try_new(ModelConfig {
        base_url: fallback.base_url.as_str().to_owned(),
        api_key: fallback.api_key.clone(),
        model: fallback.model.clone(),
        thinking: fallback.thinking.sent(),
        continuation: continuation(fallback.continuation),
        send_user_id: false,
        extra_body: serde_json::Map::new(),
        prices: own,
        ..settings(config)?
    })
}

/// The first provider.
pub fn model(config: &Config) -> anyhow::Result<OpenAiModel> {
    OpenAiModel::try_new(settings(config)?).context("the model's client")
}

fn settings(config: &Config) -> anyhow::Result<ModelConfig> {
    let ai = &config.ai;
    let seconds = Duration::from_secs;
    Ok(ModelConfig {
        base_url: ai.base_url.as_str().to_owned(),
        api_key: ai.api_key.clone(),
        model: ai.model.clone(),
        thinking: ai.thinking.sent(),
        max_tokens: ai.max_tokens,
        temperature: Some(ai.temperature),
        extra_body: ai.extra_body.clone(),
        header_timeout: seconds(ai.header_timeout_seconds),
        idle_timeout: seconds(ai.idle_timeout_seconds),
        deadline: seconds(ai.deadline_seconds),
        max_continuations: ai.max_continuations,
        continuation: continuation(ai.continuation),
        // Only DeepSeek knows the field (reference/deepseek.md §2).
        send_user_id: ai.model.starts_with("deepseek"),
        prices: Some(prices(&ai.prices)?),
    })
}

fn continuation(word: config::Continuation) -> Continuation {
    match word {
        config::Continuation::DeepseekPrefix => Continuation::DeepseekPrefix,
        config::Continuation::TrailingAssistant => Continuation::TrailingAssistant,
        config::Continuation::Ask => Continuation::Ask,
        config::Continuation::Off => Continuation::Off,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_back_office_is_known_for_pingpongs_own_sites_alone() {
        let of = |base_url: &str, statement_url: &str| {
            let base_url = base_url.parse().unwrap();
            let statement_url = statement_url.parse().unwrap_or_default();
            statement_url_of(base_url, statement_url)
        };
        let statement_url_known = "https://acquirer-merchant.pingpongx.com";
        assert_eq!(
            of("https://acquirer-payment-checkout-sg.pingpongx.com", "").as_deref(),
            Some(statement_url_known)
        );
        assert_eq!(
            of("https://sandbox-acquirer-payment.pingpongx.com", "").as_deref(),
            Some("https://sandbox-acquirer-merchant.pingpongx.com")
        );
        assert_eq!(of("https://gateway.example", ""), None);
        assert_eq!(of("https://pingpongx.com.example", ""), None);
        assert_eq!(
            of("https://gateway.example", "https://lists.example").as_deref(),
            Some("https://lists.example")
        );
    }

    fn statement_url_of(base_url: config::BaseUrl, lists: config::BaseUrl) -> Option<String> {
        let settings =
            config::PingPong { base_url, statement_url: lists, ..config::PingPong::default() };
        statement_url(&settings)
    }
}
