//! `config check` and `config show`.

use std::fmt::Write as _;

use clap::Subcommand;

use super::{Context, Exit, complain, say};
use crate::app::parts;
use crate::config::{Config, ConfigProblems, Shown, show};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Find every mistake in the settings; exit code 2 if there is one.
    Check,
    /// List every setting; secrets are left out.
    Show {
        /// Say where each value comes from.
        #[arg(long)]
        origin: bool,
    },
}

pub(super) fn run(context: &Context, command: &Command) -> anyhow::Result<Exit> {
    match command {
        Command::Check => Ok(check(context)),
        Command::Show { origin } => list(context, *origin),
    }
}

fn check(context: &Context) -> Exit {
    let config = match Config::load(&context.sources) {
        Ok(config) => config,
        Err(problems) => return refuse(context, &problems),
    };
    // The goods and the words are settings, too (spec.md §9).
    let mistakes = parts::mistakes(&config);
    if context.json {
        let ok = mistakes.is_empty();
        say(&serde_json::json!({ "ok": ok, "problems": mistakes }).to_string());
    } else if mistakes.is_empty() {
        say("configuration is good");
    } else {
        complain(&mistakes.join("\n"));
    }
    if mistakes.is_empty() { Exit::Done } else { Exit::Usage }
}

fn list(context: &Context, origin: bool) -> anyhow::Result<Exit> {
    let shown = match show(&context.sources) {
        Ok(shown) => shown,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    if context.json {
        say(&serde_json::to_string_pretty(&shown)?);
    } else {
        say(table(&shown, origin).trim_end());
    }
    Ok(Exit::Done)
}

/// Tells the problems and ends as a wrong configuration.
pub(super) fn refuse(context: &Context, problems: &ConfigProblems) -> Exit {
    if context.json {
        let lines = problems.0.iter().map(ToString::to_string).collect::<Vec<_>>();
        say(&serde_json::json!({ "ok": false, "problems": lines }).to_string());
    } else {
        complain(&problems.to_string());
    }
    Exit::Usage
}

fn table(settings: &[Shown], origin: bool) -> String {
    settings.iter().fold(String::new(), |mut table, setting| {
        write!(table, "{} = {}", setting.key, setting.value).ok();
        if origin {
            write!(table, "  # {}", setting.origin).ok();
        }
        table.push('\n');
        table
    })
}
