//! `healthcheck`: asks the server of this configuration whether it is ready. For containers, whose
//! image has no other HTTP client.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;

use super::{Context, Exit, complain, say};
use crate::config::Config;
use crate::platform::http::{Limits, client};

const LIMIT: Duration = Duration::from_secs(3);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// Ask the server at this address instead of `server.bind`, such as `http://127.0.0.1:8080`
    #[arg(long)]
    url: Option<String>,
}

pub(super) fn run(context: &Context, options: &Options) -> anyhow::Result<Exit> {
    let url = match &options.url {
        Some(url) => readiness(url),
        None => match Config::load_sections(&context.sources, &["server.bind"]) {
            Ok(config) => format!("http://{}/health/ready", reachable(config.server.bind)),
            Err(problems) => return Ok(super::config::refuse(context, &problems)),
        },
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(ask(&url));
    let (ready, detail) = match answer {
        Ok(status) => ((200..300).contains(&status), status.to_string()),
        Err(fault) => (false, format!("{fault:#}")),
    };
    if context.json {
        say(&serde_json::json!({ "ready": ready, "url": url, "detail": detail }).to_string());
    } else if ready {
        say("ready");
    } else {
        complain(&format!("not ready: {url}: {detail}"));
    }
    Ok(if ready { Exit::Done } else { Exit::Failed })
}

async fn ask(url: &str) -> anyhow::Result<u16> {
    let client = client(Limits { connect: LIMIT, total: Some(LIMIT) })?;
    let answer = client.get(url).send().await.context("no answer")?;
    Ok(answer.status().as_u16())
}

/// A base address gets the path that answers; an address with a path is asked as it is.
fn readiness(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = if path.is_empty() { "health/ready" } else { path };
    format!("{scheme}://{host}/{path}")
}

/// Where a server that listens on `bind` can be asked from the same machine.
fn reachable(bind: SocketAddr) -> SocketAddr {
    let loopback: IpAddr =
        if bind.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() };
    let ip = if bind.ip().is_unspecified() { loopback } else { bind.ip() };
    SocketAddr::new(ip, bind.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_all_addresses_is_asked_on_loopback() {
        for (bind, asked) in [
            ("0.0.0.0:8080", "127.0.0.1:8080"),
            ("[::]:8080", "[::1]:8080"),
            ("10.0.0.7:80", "10.0.0.7:80"),
        ] {
            assert_eq!(reachable(bind.parse().unwrap()).to_string(), asked);
        }
    }

    #[test]
    fn a_base_address_is_enough() {
        for (given, asked) in [
            ("http://shop:8080", "http://shop:8080/health/ready"),
            ("http://shop:8080/", "http://shop:8080/health/ready"),
            ("shop:8080", "http://shop:8080/health/ready"),
            ("https://shop/health/live", "https://shop/health/live"),
        ] {
            assert_eq!(readiness(given), asked);
        }
    }

    #[tokio::test]
    async fn the_answers_status_decides() {
        let server = wiremock::MockServer::start().await;
        wiremock::Mock::given(wiremock::matchers::path("/health/ready"))
            .respond_with(wiremock::ResponseTemplate::new(503))
            .mount(&server)
            .await;
        assert_eq!(ask(&format!("{}/health/ready", server.uri())).await.unwrap(), 503);
        assert!(ask("http://127.0.0.1:1/").await.is_err());
    }
}
