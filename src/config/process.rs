//! Sections about the program itself: where it listens, stores, works and reports.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use secrecy::SecretString;

use super::sinks::{self, Sink};
use super::values::{self, BaseUrl};
pub use crate::platform::telemetry::LogFormat;

/// `[server]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// Address for everything that has none of its own.
    #[serde(deserialize_with = "values::address")]
    pub bind: SocketAddr,
    /// Base of the addresses that providers, payers' browsers and Telegram are told.
    pub public_url: BaseUrl,
    #[serde(deserialize_with = "values::address_if_set")]
    pub telegram_bind: Option<SocketAddr>,
    #[serde(deserialize_with = "values::address_if_set")]
    pub callback_bind: Option<SocketAddr>,
    #[serde(deserialize_with = "values::address_if_set")]
    pub admin_bind: Option<SocketAddr>,
    #[serde(deserialize_with = "values::address_if_set")]
    pub metrics_bind: Option<SocketAddr>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: BaseUrl::default(),
            telegram_bind: None,
            callback_bind: None,
            admin_bind: None,
            metrics_bind: None,
        }
    }
}

pub(super) const DEFAULT_DATABASE: &str = "sqlite://data/mingshu.db";

/// `[database]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite://…` or `postgres://…`. Secret, because it may hold a password.
    #[serde(skip_serializing)]
    pub url: SecretString,
    pub max_connections: u32,
}

impl Default for Database {
    fn default() -> Self {
        Self { url: DEFAULT_DATABASE.into(), max_connections: 10 }
    }
}

/// `[worker]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Worker {
    /// Jobs at once.
    pub concurrency: u32,
    /// How often the safety net looks for work that nobody announced.
    pub sweep_seconds: u64,
    /// How long a claimed job belongs to a worker that gives no sign of life.
    pub lease_seconds: u64,
    /// Runs of one job before it is parked for a person.
    pub max_attempts: u32,
    /// How long a stopping program waits for work in hand.
    pub shutdown_seconds: u64,
}

impl Default for Worker {
    fn default() -> Self {
        Self {
            concurrency: 32,
            sweep_seconds: 30,
            lease_seconds: 60,
            max_attempts: 8,
            shutdown_seconds: 30,
        }
    }
}

/// `[events]`
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Events {
    /// Where domain events are delivered besides our own log of them.
    #[serde(deserialize_with = "sinks::list")]
    pub sinks: Vec<Sink>,
}

/// `[metrics]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Whether `/metrics` is served, on `server.metrics_bind` or else on `server.bind`.
    pub enabled: bool,
}

impl Default for Metrics {
    fn default() -> Self {
        Self { enabled: true }
    }
}

/// `[log]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    /// A level, or directives such as `info,mingshu::worker=debug`.
    pub level: String,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Pretty, level: "info".to_owned() }
    }
}

/// `[templates]`
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Templates {
    /// Products and texts. Not set: the folder `templates` where the program runs, or the copy
    /// inside the program when there is no such folder.
    pub dir: Option<PathBuf>,
}

/// `[render]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Render {
    /// Whether reports come with pictures and a book, as their products say.
    pub enabled: bool,
    /// Whether buyers get a private link to a page with their report.
    pub pages: bool,
    /// Fonts besides ours, or in their place.
    pub fonts_dir: Option<PathBuf>,
    /// Memory that one process may take that draws, in MiB; two draw at the same time.
    pub memory_mib: u32,
}

impl Default for Render {
    fn default() -> Self {
        Self { enabled: true, pages: true, fonts_dir: None, memory_mib: 512 }
    }
}
