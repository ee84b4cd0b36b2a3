//! `mingshu reconcile …`: a day of our books against the provider's own, and what to do about
//! differences. Exit code 1 when differences are open.

use std::io::{IsTerminal as _, Write};
use std::sync::Arc;

use anyhow::bail;
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::config::refuse;
use super::{Context, Exit, complain};
use crate::app::parts;
use crate::config::Config;
use crate::flows::base::Base;
use crate::flows::reconcile::{self, Compared, Manner, PAUSE, WithoutList};
use crate::flows::resolve_difference::{self, Resolved};
use crate::kernel::clock::SystemClock;
use crate::payments::reconciliation::{Difference, repo as rows};

/// Stands for the person at the shell in the audit trail.
const SHELL: &str = "operator:0";
/// At most so many differences are listed.
const LISTED: u32 = 500;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct ReconcileArgs {
    #[command(subcommand)]
    command: Option<ReconcileCommand>,
    /// The day in China, such as 2026-11-20; yesterday without it.
    #[arg(long)]
    day: Option<NaiveDate>,
    /// The provider; the one that new orders are paid with without it.
    #[arg(long)]
    provider: Option<String>,
}

#[derive(Debug, Subcommand)]
enum ReconcileCommand {
    /// List differences, the newest first
    Differences {
        /// Only those that nobody has resolved
        #[arg(long)]
        open: bool,
    },
    /// Say what became of a difference; moves no money
    Resolve {
        id: i64,
        /// What was found and done; kept in the audit trail
        #[arg(long)]
        note: String,
    },
}

pub(super) fn run(context: &Context, args: &ReconcileArgs) -> anyhow::Result<Exit> {
    let config = match Config::load(&context.sources) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let out = &mut std::io::stdout();
        match &args.command {
            None => compare(context, &config, args, out).await,
            Some(command) => {
                let base = parts::existing(&config, Arc::new(SystemClock)).await?;
                let outcome = answer(&base, command, context.json, out).await;
                base.db.close().await?;
                outcome
            }
        }
    })
}

async fn compare(
    context: &Context,
    config: &Config,
    args: &ReconcileArgs,
    out: &mut impl Write,
) -> anyhow::Result<Exit> {
    let till = parts::till_alone(config, Arc::new(SystemClock)).await?;
    let provider = args.provider.clone().unwrap_or_else(|| till.provider.clone());
    let day = args.day.unwrap_or_else(|| reconcile::yesterday(till.base.now()));
    let progress = progress();
    let without_list = WithoutList::AskAboutEach;
    let manner = Manner { pause: PAUSE, without_list, progress: &*progress };
    let compared = reconcile::run(&till, (&provider, day), &manner).await;
    let db = till.base.db.clone();
    let listed = rows::list(db.read(), Some("open"), LISTED).await;
    drop(till);
    db.close().await?;
    let compared = compared?;
    if let Some(why) = &compared.no_list {
        complain(&format!("the list cannot be had, each payment was asked about: {why}"));
    }
    let of_the_day = |one: &Difference| one.provider == provider && one.day == compared.run.day;
    let open: Vec<Difference> = listed?.into_iter().filter(of_the_day).collect();
    if context.json {
        let answer = serde_json::json!({ "run": compared.run, "no_list": compared.no_list,
            "open": open });
        writeln!(out, "{}", serde_json::to_string_pretty(&answer)?)?;
    } else {
        print_run(&compared, &open, out)?;
    }
    Ok(if compared.run.differences == 0 { Exit::Done } else { Exit::Failed })
}

/// A line that counts, for a person who waits.
fn progress() -> Box<dyn Fn(usize, usize) + Send + Sync> {
    if !std::io::stderr().is_terminal() {
        return Box::new(|_asked, _all| {});
    }
    Box::new(|asked, all| {
        let end = if asked == all { "\n" } else { "" };
        write!(std::io::stderr(), "\rasked about {asked} of {all}{end}").ok();
    })
}

async fn answer(
    base: &Base,
    command: &ReconcileCommand,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<Exit> {
    match command {
        ReconcileCommand::Differences { open } => {
            let status = open.then_some("open");
            let differences = rows::list(base.db.read(), status, LISTED).await?;
            if json {
                writeln!(out, "{}", serde_json::to_string_pretty(&differences)?)?;
            } else {
                print_differences(&differences, out)?;
            }
            let waiting = differences.iter().any(|difference| difference.status == "open");
            Ok(if waiting { Exit::Failed } else { Exit::Done })
        }
        ReconcileCommand::Resolve { id, note } => {
            if note.trim().is_empty() {
                bail!("the note is empty: say what was found and done");
            }
            match resolve_difference::run(base, (*id, SHELL), note.trim()).await? {
                Resolved::Now => writeln!(out, "difference {id} is resolved")?,
                Resolved::Before => bail!("difference {id} was resolved before"),
                Resolved::NoSuchDifference => bail!("there is no difference {id}"),
            }
            Ok(Exit::Done)
        }
    }
}

fn print_run(compared: &Compared, open: &[Difference], out: &mut impl Write) -> anyhow::Result<()> {
    let run = &compared.run;
    writeln!(out, "{}  {}  by {}  {} checked", run.day, run.provider, run.source, run.checked)?;
    for total in &run.totals.0 {
        writeln!(
            out,
            "  received {} × {}, refunded {} × {}",
            total.charges,
            total.charged(),
            total.refunds,
            total.refunded()
        )?;
    }
    if run.booked > 0 {
        writeln!(out, "  {} booked by this day's comparison", run.booked)?;
    }
    writeln!(out, "  differences open: {}", run.differences)?;
    print_differences(open, out)
}

fn print_differences(differences: &[Difference], out: &mut impl Write) -> anyhow::Result<()> {
    for one in differences {
        let order = one.order_no.as_deref().unwrap_or("-");
        let side = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        writeln!(
            out,
            "{:>5}  {}  {:<20}  {}  order {order}\n       ours: {}\n       theirs: {}",
            one.id,
            one.day,
            one.kind,
            one.reference,
            side(&one.ours),
            side(&one.theirs)
        )?;
        if one.status != "open" {
            let by = one.resolved_by.as_deref().unwrap_or_default();
            let note = one.note.as_deref().unwrap_or_default();
            writeln!(out, "       {} by {by}: {note}", one.status)?;
        }
    }
    Ok(())
}
