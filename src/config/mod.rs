//! Settings: built-in defaults, then `Config.toml`, then the environment (spec.md §9).
//!
//! One struct per section; `Config.toml` at the top level shows every key with its default. Only
//! `app`, `cli` and `main` know this module: every other part is handed what it needs.
//!
//! [`Config::load`] reports every mistake at once, each in one line that names the key, where its
//! value came from and what was expected. Values of secrets never appear in such a line.

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

pub use self::business::{
    Affiliate, LatePayment, Orders, Payments, Proof, ProofByProvider, Security,
};
pub use self::outside::{
    Ai, Bazi, BaziProvider, Continuation, Dialect, PingPong, Prices, SignType, Telegram,
    TelegramMode, Thinking, Yuanfenju,
};
pub use self::problems::{ConfigProblems, Problem};
pub use self::process::{
    Alerts, Database, Events, Log, LogFormat, Metrics, Server, Templates, Worker,
};
pub use self::show::{Shown, show};
pub use self::sinks::{Sink, SinkKind};
pub use self::sources::{SettingsFile, Sources};
pub use self::values::BaseUrl;

/// The commented file that the repository ships and `mingshu init` fills with secrets.
pub const EXAMPLE: &str = include_str!("../../Config.toml");

/// The sections of [`Config`]; a mistake that names none of them is about a source as a whole.
const SECTIONS: [&str; 17] = [
    "server",
    "database",
    "telegram",
    "pingpong",
    "payments",
    "orders",
    "bazi",
    "yuanfenju",
    "ai",
    "worker",
    "affiliate",
    "security",
    "alerts",
    "events",
    "metrics",
    "log",
    "templates",
];

/// Every setting of the program.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    pub database: Database,
    pub telegram: Telegram,
    pub pingpong: PingPong,
    pub payments: Payments,
    pub orders: Orders,
    pub bazi: Bazi,
    pub yuanfenju: Yuanfenju,
    pub ai: Ai,
    pub worker: Worker,
    pub affiliate: Affiliate,
    pub security: Security,
    pub alerts: Alerts,
    pub events: Events,
    pub metrics: Metrics,
    pub log: Log,
    pub templates: Templates,
}

impl Config {
    /// Reads and checks all settings.
    ///
    /// # Errors
    /// All mistakes together; a program with any of them must not start.
    pub fn load(sources: &Sources) -> Result<Self, ConfigProblems> {
        let (layers, mut problems) = sources.layers();
        let (config, merged, unreadable) = reading::read(layers);
        problems.extend(unreadable);
        let mut wrong = checks::check(&config, &merged);
        // A value that could not be read has its default: nothing more can be said about it.
        wrong.retain(|wrong| !problems.iter().any(|problem| problem.covers(&wrong.key)));
        problems.append(&mut wrong);
        if problems.is_empty() { Ok(config) } else { Err(ConfigProblems(problems)) }
    }

    /// Reads all settings for a command that needs these `sections` only, such as `database`:
    /// mistakes elsewhere are not its business.
    ///
    /// # Errors
    /// All mistakes in the sections, and whatever keeps a source from being read at all.
    pub fn load_sections(sources: &Sources, sections: &[&str]) -> Result<Self, ConfigProblems> {
        let (layers, mut problems) = sources.layers();
        let (config, merged, unreadable) = reading::read(layers);
        problems.extend(unreadable);
        let wrong = checks::check(&config, &merged).into_iter();
        let told = |wrong: &Problem| problems.iter().any(|problem| problem.covers(&wrong.key));
        let wrong: Vec<Problem> = wrong.filter(|wrong| !told(wrong)).collect();
        problems.extend(wrong);
        problems.retain(|problem| match problem.key.split_once('.') {
            Some((section, _)) => sections.contains(&section) || !SECTIONS.contains(&section),
            None => {
                !SECTIONS.contains(&problem.key.as_str())
                    || sections.contains(&problem.key.as_str())
            }
        });
        if problems.is_empty() { Ok(config) } else { Err(ConfigProblems(problems)) }
    }

    /// What proves a payment of PingPong: configured, or by the dialect (spec.md §4 rule 8).
    pub fn pingpong_proof(&self) -> Proof {
        self.payments.proof.pingpong.unwrap_or(match self.pingpong.dialect {
            Dialect::V4 => Proof::Query,
            Dialect::Hmac => Proof::Callback,
        })
    }
}
