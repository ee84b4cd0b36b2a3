//! `keys rotate`: everything sealed is sealed anew with the first of `security.encryption_keys`.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::Arc;

use clap::Subcommand;

use super::config::refuse;
use super::{Context, Exit, complain, say};
use crate::app::parts;
use crate::config::Config;
use crate::flows::rotate_keys::{self, Done, Rotated};
use crate::kernel::clock::SystemClock;

/// The only settings that are needed: a machine that rotates keys need not hold the others.
const SECTIONS: [&str; 2] = ["database", "security"];

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Seal everything anew with the first key, so that older keys can be dropped; exit code 1 when
    /// something is still sealed with another key
    Rotate,
}

pub(super) fn run(context: &Context, command: &Command) -> anyhow::Result<Exit> {
    let Command::Rotate = command;
    let config = match Config::load_sections(&context.sources, &SECTIONS) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let base = parts::existing(&config, Arc::new(SystemClock)).await?;
        let mut told = |done: &Done| progress(done);
        let rotated = rotate_keys::run(&base, &parts::sealed_columns(), &mut told).await;
        let first = base.keyring.first_id().to_owned();
        base.db.close().await?;
        report(context, &first, &rotated?)
    })
}

/// One line that counts, on a terminal only.
fn progress(done: &Done) {
    let mut out = std::io::stderr();
    if out.is_terminal() {
        write!(out, "\r{}.{}: {} ", done.table, done.column, done.resealed).ok();
        out.flush().ok();
    }
}

fn report(context: &Context, first: &str, rotated: &Rotated) -> anyhow::Result<Exit> {
    let clean = rotated.left.is_empty();
    if context.json {
        let answer = serde_json::json!({ "key": first, "rotated": rotated });
        say(&serde_json::to_string_pretty(&answer)?);
    } else {
        if std::io::stderr().is_terminal() {
            complain("");
        }
        for done in &rotated.columns {
            say(&line(done));
        }
        if clean {
            say(&format!("everything is sealed with the key `{first}`; older keys can be dropped"));
        }
        for (id, rows) in &rotated.left {
            complain(&format!("{rows} rows are still sealed with the key `{id}`: keep it"));
        }
    }
    Ok(if clean { Exit::Done } else { Exit::Failed })
}

fn line(done: &Done) -> String {
    let mut line = format!("{}.{}: {} sealed anew", done.table, done.column, done.resealed);
    if done.changed_meanwhile > 0 {
        write!(line, ", {} changed meanwhile", done.changed_meanwhile).ok();
    }
    if done.unreadable > 0 {
        write!(line, ", {} cannot be opened", done.unreadable).ok();
    }
    line
}
