//! The command line (spec.md §8): what the operator types, and what the shell reads back.
//!
//! One file per command. Results go to standard output, everything else to standard error.

mod affiliates;
mod alerts;
mod bazi;
mod config;
mod coupons;
mod demo;
mod doctor;
mod doctor_payments;
mod draw;
mod events;
mod healthcheck;
mod held;
mod init;
mod keys;
mod maintenance;
mod order_audit;
mod orders;
mod reconcile;
mod render;
mod report;
mod return_charge;
mod sandbox;
mod serve;
mod settle;
mod settle_doubt;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::Sources;

/// What the shell gets to know. The numbers are documented in docs/configuration.md and never
/// change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything was done.
    Done = 0,
    /// It could not be done, or was found wanting.
    Failed = 1,
    /// The command line or the settings are wrong, or there is nothing to look into: nothing was
    /// tried.
    Usage = 2,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[derive(Debug, Parser)]
#[command(name = "mingshu", version, about)]
#[command(after_help = "Exit codes: 0 done, 1 failed, 2 wrong command line or settings")]
struct Cli {
    /// Settings file; without it ./Config.toml, if there is one.
    #[arg(long, global = true, env = "MINGSHU_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Answer in JSON.
    #[arg(long, global = true)]
    json: bool,
    /// `serve` when none is given.
    #[command(subcommand)]
    command: Option<Command>,
}

// One variant per file of this folder.
#[derive(Debug, Subcommand)]
enum Command {
    /// Run the shop.
    Serve(serve::Options),
    /// Try the whole shop on this computer, with a played world around it.
    Demo(demo::Options),
    /// Play the world outside on loopback, for a shop of your own settings.
    Sandbox(sandbox::Options),
    /// Bring the database up to date.
    Migrate,
    /// Look at orders and act on them.
    #[command(subcommand)]
    Orders(orders::OrdersCommand),
    /// Look for what is wrong: exit code 1 when something is found, 2 when it cannot be checked.
    #[command(subcommand)]
    Doctor(doctor::DoctorCommand),
    /// Compare a day with what the payment provider has; exit code 1 while differences are open.
    Reconcile(reconcile::ReconcileArgs),
    /// Try a product's files without an order.
    #[command(subcommand)]
    Report(report::ReportCommand),
    /// What went to the outside, and to whom.
    #[command(subcommand)]
    Events(events::EventsCommand),
    /// Look at promoters, set their rates, note what they were paid.
    #[command(subcommand)]
    Affiliates(affiliates::AffiliatesCommand),
    /// Give out coupons, look at them, switch them off.
    #[command(subcommand)]
    Coupons(coupons::CouponsCommand),
    /// Try whether alerts would arrive.
    #[command(subcommand)]
    Alerts(alerts::AlertsCommand),
    /// Write a commented settings file with fresh secrets.
    Init,
    /// Check or show the settings.
    #[command(subcommand)]
    Config(config::Command),
    /// The chart of one birth, or the pillars of many.
    Bazi(bazi::BaziArgs),
    /// Try the templates of pictures, books and cards.
    #[command(subcommand)]
    Render(render::Command),
    /// Look after the keys that the database is sealed with.
    #[command(subcommand)]
    Keys(keys::Command),
    /// Close the shop for new orders, or open it again.
    Maintenance { wish: maintenance::Wish },
    /// Draw what the server says on standard input.
    #[command(hide = true)]
    Draw(draw::Options),
    /// Ask the running server whether it is ready (for containers).
    Healthcheck(healthcheck::Options),
}

/// What every command is told.
struct Context {
    sources: Sources,
    json: bool,
}

/// Runs one command line, `arguments` beginning with the program's own name.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    run_with(arguments, Sources::of_this_process)
}

/// [`run`] with settings from `sources`, given the file that the line names.
fn run_with(
    arguments: impl IntoIterator<Item = OsString>,
    sources: impl FnOnce(Option<PathBuf>) -> Sources,
) -> Exit {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(refused) => {
            refused.print().ok();
            return if refused.exit_code() == 0 { Exit::Done } else { Exit::Usage };
        }
    };
    let context = Context { sources: sources(cli.config), json: cli.json };
    let command = cli.command.unwrap_or_else(|| Command::Serve(serve::Options::default()));
    let outcome = match command {
        Command::Serve(options) => serve::run(&context, &options),
        Command::Demo(options) => demo::run(&context, &options),
        Command::Sandbox(options) => sandbox::run(&context, &options),
        Command::Migrate => serve::migrate(&context),
        Command::Orders(command) => orders::run(&context, command),
        Command::Doctor(command) => doctor::run(&context, &command),
        Command::Reconcile(args) => reconcile::run(&context, &args),
        Command::Report(command) => report::run(&context, command),
        Command::Events(command) => events::run(&context, command),
        Command::Affiliates(command) => affiliates::run(&context, command),
        Command::Coupons(command) => coupons::run(&context, command),
        Command::Alerts(command) => alerts::run(&context, &command),
        Command::Init => init::run(&context),
        Command::Config(command) => config::run(&context, &command),
        Command::Bazi(args) => bazi::run(&context, &args),
        Command::Render(command) => render::run(&context, &command),
        Command::Keys(command) => keys::run(&context, &command),
        Command::Draw(options) => draw::run(&options),
        Command::Maintenance { wish } => maintenance::run(&context, wish),
        Command::Healthcheck(options) => healthcheck::run(&context, &options),
    };
    outcome.unwrap_or_else(|fault| {
        complain(&format!("{fault:#}"));
        Exit::Failed
    })
}

/// The runtime for commands that wait.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()
}

/// Writes a result. A reader that has gone away is not our failure.
fn say(text: &str) {
    writeln!(io::stdout(), "{text}").ok();
}

/// Writes what the result is not.
fn complain(text: &str) {
    writeln!(io::stderr(), "{text}").ok();
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_unknown_command_is_a_usage_error() {
        let words = |line: &str| line.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(run(words("mingshu fly")), Exit::Usage);
        assert_eq!(run(words("mingshu config")), Exit::Usage);
        assert_eq!(run(words("mingshu --version")), Exit::Done);
    }
}
