//! `mingshu doctor payments [ORDER]`: one chain per payment, coloured where a person looks.

use std::io::{IsTerminal as _, Write};

use super::{Context, Exit, complain};
use crate::app::parts;
use crate::config::Config;
use crate::flows::doctor_payments::{self, Chain, Doors, Link, Looks};
use crate::kernel::clock::SystemClock;
use crate::kernel::ids::OrderNo;
use crate::payments::adapters::outlook::HttpOutlook;

/// The settings that are needed: the books, our public address, the provider's.
pub(super) const NEEDED: [&str; 4] = ["database", "security", "server", "pingpong"];

pub(super) fn run(
    context: &Context,
    config: &Config,
    order_no: Option<&str>,
) -> anyhow::Result<Exit> {
    let order_no = order_no.map(|text| OrderNo(text.trim().to_ascii_uppercase()));
    let chains = match super::runtime()?.block_on(look(config, order_no.as_ref())) {
        Ok(chains) => chains,
        Err(fault) => {
            complain(&format!("the payments could not be checked: {fault:#}"));
            return Ok(Exit::Usage);
        }
    };
    let mut out = std::io::stdout();
    if context.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&chains)?)?;
    } else {
        print(&chains, order_no.as_ref(), &mut out)?;
    }
    let healthy =
        chains.iter().all(|chain| chain.links.iter().all(|link| link.looks != Looks::Bad));
    Ok(if healthy { Exit::Done } else { Exit::Failed })
}

async fn look(config: &Config, order_no: Option<&OrderNo>) -> anyhow::Result<Vec<Chain>> {
    let base = parts::existing(config, std::sync::Arc::new(SystemClock)).await?;
    let outlook = HttpOutlook::try_new()?;
    let notify_url = format!("{}/webhook/pingpong", config.server.public_url.as_str());
    let doors = Doors {
        outlook: &outlook,
        provider_url: config.pingpong.base_url.as_str(),
        notify_url: &notify_url,
    };
    let chains = doctor_payments::run(&base, order_no, &doors).await?;
    base.db.close().await?;
    Ok(chains)
}

fn print(chains: &[Chain], order_no: Option<&OrderNo>, out: &mut impl Write) -> anyhow::Result<()> {
    if chains.is_empty() {
        match order_no {
            Some(no) => writeln!(out, "{no}: no such order, or nothing to pay")?,
            None => writeln!(out, "every payment is in the books")?,
        }
    }
    let coloured = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    for chain in chains {
        writeln!(
            out,
            "{}  {}  {} {}   order {}  {}",
            chain.payment_no,
            chain.status,
            chain.amount,
            chain.currency,
            chain.order_no,
            chain.order_status
        )?;
        for link in &chain.links {
            writeln!(out, "  {}", line(link, coloured))?;
        }
        writeln!(out, "  → {}\n", chain.next)?;
    }
    Ok(())
}

fn line(link: &Link, coloured: bool) -> String {
    let (sign, colour) = match link.looks {
        Looks::Good => ("✔", "32"),
        Looks::Doubtful => ("!", "33"),
        Looks::Bad => ("✘", "31"),
        Looks::Open => ("·", "90"),
    };
    let sign = if coloured { format!("\u{1b}[{colour}m{sign}\u{1b}[0m") } else { sign.to_owned() };
    format!("{sign} {:<15} {}", link.name, link.detail)
}
