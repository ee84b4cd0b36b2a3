//! Settings: built-in defaults, then `Config.toml`, then the environment (spec.md §9).
//!
//! One struct per section; `Config.toml` at the top level shows every key with its default. Only
//! `app`, `cli` and `main` know this module: every other part is handed what it needs.
//!
//! [`Config::load`] reports every mistake at once, each in one line that names the key, where its
//! value came from and what was expected. Values of secrets never appear in such a line.

mod alerts;
mod business;
mod checks;
mod outside;
mod problems;
mod process;
mod reading;
mod show;
mod sinks;
mod sources;
mod values;
mod writing;

pub use self::alerts::{Alerts, SmtpSecurity};
pub use self::business::{
    Affiliate, LatePayment, Orders, Payments, Proof, ProofByProvider, Retention, Security, Shop,
};
pub use self::outside::{
    Ai, Bazi, BaziProvider, Continuation, Dialect, PingPong, Prices, SignType, Stars, Telegram,
    TelegramMode, Thinking, Yuanfenju,
};
pub use self::problems::{ConfigProblems, Problem};
pub use self::process::{
    Database, Events, Log, LogFormat, Metrics, Render, Server, Templates, Worker,
};
pub use self::show::{Shown, show};
pub use self::sinks::{Sink, SinkKind};
pub use self::sources::{SettingsFile, Sources};
pub use self::values::BaseUrl;
pub use self::writing::{FIRST, Fallback, GateMode, Report};

/// The commented file that the repository ships and `mingshu init` fills with secrets.
pub const EXAMPLE: &str = include_str!("../../Config.toml");

/// Every setting of the program.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub telegram: Telegram,
    pub pingpong: PingPong,
    pub stars: Stars,
    pub payments: Payments,
    pub orders: Orders,
    pub bazi: Bazi,
    pub yuanfenju: Yuanfenju,
    pub ai: Ai,
    pub report: Report,
    pub worker: Worker,
    pub shop: Shop,
    pub affiliate: Affiliate,
    pub retention: Retention,
    pub security: Security,
    pub alerts: Alerts,
    pub events: Events,
    pub metrics: Metrics,
    pub log: Log,
    pub templates: Templates,
    pub render: Render,
}

impl Config {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// All mistakes together; a program with any of them must not start.
    pub fn load(sources: &Sources) -> Result<Self, ConfigProblems> {
        let (config, problems) = Self::read(sources);
        if problems.is_empty() { Ok(config) } else { Err(ConfigProblems(problems)) }
    }

    /// Reads all settings and minds the mistakes in some sections or keys only: for commands that
    /// need no more. The values of others must not be used.
    ///
    /// # Errors
    /// All mistakes in `sections`, and those that belong to no section.
    pub fn load_sections(sources: &Sources, sections: &[&str]) -> Result<Self, ConfigProblems> {
        let (config, mut problems) = Self::read(sources);
        let all = reading::sections();
        problems.retain(|problem| {
            let section = problem.key.split('.').next().unwrap_or_default();
            problem.is_about(sections) || !all.iter().any(|known| known == section)
        });
        if problems.is_empty() { Ok(config) } else { Err(ConfigProblems(problems)) }
    }

    fn read(sources: &Sources) -> (Self, Vec<Problem>) {
        let (layers, mut problems) = sources.layers();
        let (config, merged, unreadable) = reading::read(layers);
        problems.extend(unreadable);
        let mut wrong = checks::check(&config, &merged);
        // A value that could not be read has its default: nothing more can be said about it.
        wrong.retain(|wrong| !problems.iter().any(|problem| problem.covers(&wrong.key)));
        problems.append(&mut wrong);
        (config, problems)
    }

    /// What proves a payment of PingPong: configured, or by the dialect (spec.md §4 rule 8).
    pub fn pingpong_proof(&self) -> Proof {
        self.payments.proof.pingpong.unwrap_or(match self.pingpong.dialect {
            Dialect::V4 => Proof::Query,
            Dialect::Hmac => Proof::Callback,
        })
    }
}
