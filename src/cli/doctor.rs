//! `mingshu doctor …`: looks for what is wrong, changes nothing.

use clap::Subcommand;

use super::{Context, Exit, doctor_payments};

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// "The buyer paid and nothing happened": the chain of each payment and the next step
    Payments {
        /// One order's payments; without it the newest that are not paid
        order_no: Option<String>,
    },
}

pub(super) fn run(context: &Context, command: Command) -> anyhow::Result<Exit> {
    match command {
        Command::Payments { order_no } => doctor_payments::run(context, order_no),
    }
}
