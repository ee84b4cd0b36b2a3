//! `mingshu alerts …`: would the operators hear?

use std::io::Write;

use clap::Subcommand;

use super::config::refuse;
use super::{Context, Exit, complain};
use crate::app::parts;
use crate::config::Config;
use crate::flows::try_alerts::{self, Tried};
use crate::kernel::clock::{Clock as _, SystemClock};

/// What this command uses.
const SETTINGS: [&str; 6] = [
    "alerts",
    "telegram.token",
    "telegram.api_url",
    "telegram.alert_chat_id",
    "templates",
    "orders.time_zone",
];

#[derive(Debug, Subcommand)]
pub(super) enum AlertsCommand {
    /// Send a test alert on every way now; exit code 1 when one fails, 2 when there is none
    Test,
}

pub(super) fn run(context: &Context, command: &AlertsCommand) -> anyhow::Result<Exit> {
    let AlertsCommand::Test = command;
    let config = match Config::load_sections(&context.sources, &SETTINGS) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    let ways = parts::alert_ways(&config)?;
    let tried = super::runtime()?.block_on(try_alerts::run(&ways, SystemClock.now()));
    report(&tried, context.json, &mut std::io::stdout())
}

fn report(tried: &[Tried], json: bool, out: &mut impl Write) -> anyhow::Result<Exit> {
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(tried)?)?;
    } else {
        for way in tried {
            let word = if way.ok { "sent" } else { "failed" };
            let why = way.error.as_deref().map(|error| format!(": {error}")).unwrap_or_default();
            writeln!(out, "{:<8}  {word:<6}  {}{why}", way.channel, way.to)?;
        }
    }
    if tried.is_empty() {
        complain("no way is set: telegram.alert_chat_id or alerts.smtp_host");
        return Ok(Exit::Usage);
    }
    Ok(if tried.iter().all(|way| way.ok) { Exit::Done } else { Exit::Failed })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(channel: &'static str, error: Option<&str>) -> Tried {
        let error = error.map(str::to_owned);
        Tried { channel, to: "somewhere".to_owned(), ok: error.is_none(), error }
    }

    #[test]
    fn one_line_for_each_way_and_the_exit_code_of_the_worst() {
        let told = |tried: &[Tried]| {
            let mut out = Vec::new();
            let exit = report(tried, false, &mut out).unwrap();
            (exit, String::from_utf8(out).unwrap())
        };
        let good = tried("telegram", None);
        let bad = tried("mail", Some("connection refused"));
        let (exit, lines) = told(&[good.clone(), bad]);
        assert_eq!(exit, Exit::Failed);
        assert_eq!(
            lines,
            "telegram  sent    somewhere\nmail      failed  somewhere: connection refused\n"
        );
        assert_eq!(told(&[good]).0, Exit::Done);
        assert_eq!(told(&[]), (Exit::Usage, String::new()));
    }
}
