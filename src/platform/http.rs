//! The only maker of outgoing HTTP clients: time-outs always, redirects never, TLS by rustls and
//! ring.

use std::time::Duration;

pub use reqwest::Client;

/// Time limits of one outside system.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connect: Duration,
    /// From the first byte of the request to the last byte of the answer; `None` only for streams
    /// that guard themselves against silence.
    pub total: Option<Duration>,
}

impl Limits {
    pub fn seconds(connect: u64, total: u64) -> Self {
        Self { connect: Duration::from_secs(connect), total: Some(Duration::from_secs(total)) }
    }
}

/// A client for one outside system.
///
/// # Errors
/// Only when the TLS library cannot be set up.
#[expect(clippy::disallowed_methods, reason = "this is the one place that builds clients")]
pub fn client(limits: Limits) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .user_agent(concat!("mingshu/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(limits.connect)
        .pool_idle_timeout(Duration::from_secs(60))
        .tcp_keepalive(Duration::from_secs(30))
        .redirect(reqwest::redirect::Policy::none());
    match limits.total {
        Some(total) => builder.timeout(total).build(),
        None => builder.build(),
    }
}
