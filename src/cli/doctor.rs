//! `mingshu doctor …`: is the shop sound? Reads only. Exit code 0: sound; 1: something was found;
//! 2: it could not be checked.

use std::io::Write;
use std::sync::Arc;

use clap::Subcommand;

use super::config::refuse;
use super::{Context, Exit, complain, doctor_payments};
use crate::app::parts;
use crate::config::Config;
use crate::flows::doctor_money::{self, Diagnosis};
use crate::kernel::clock::SystemClock;

/// The settings that are needed to look into the database.
const NEEDED: [&str; 2] = ["database", "security"];

#[derive(Debug, Subcommand)]
pub(super) enum DoctorCommand {
    /// Whether the books balance, and nothing is overdue; exit code 1 when something is found, 2
    /// when it could not be checked
    Money,
    /// "The buyer paid and nothing happened": the chain of each payment and the next step
    Payments {
        /// One order's payments; without it the newest that are not paid
        order_no: Option<String>,
    },
}

pub(super) fn run(context: &Context, command: &DoctorCommand) -> anyhow::Result<Exit> {
    let needed = match command {
        DoctorCommand::Money => &NEEDED[..],
        DoctorCommand::Payments { .. } => &doctor_payments::NEEDED,
    };
    let config = match Config::load_sections(&context.sources, needed) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    match command {
        DoctorCommand::Money => super::runtime()?.block_on(money(context, &config)),
        DoctorCommand::Payments { order_no } => {
            doctor_payments::run(context, &config, order_no.as_deref())
        }
    }
}

async fn money(context: &Context, config: &Config) -> anyhow::Result<Exit> {
    let diagnosis = match diagnose(config).await {
        Ok(diagnosis) => diagnosis,
        Err(fault) => {
            complain(&format!("the books could not be checked: {fault:#}"));
            return Ok(Exit::Usage);
        }
    };
    let out = &mut std::io::stdout();
    if context.json {
        writeln!(out, "{}", json(&diagnosis)?)?;
    } else {
        print(&diagnosis, out)?;
    }
    Ok(if diagnosis.is_clean() { Exit::Done } else { Exit::Failed })
}

async fn diagnose(config: &Config) -> anyhow::Result<Diagnosis> {
    let base = parts::existing(config, Arc::new(SystemClock)).await?;
    let diagnosis = doctor_money::run(&base).await;
    base.db.close().await?;
    Ok(diagnosis?)
}

fn json(diagnosis: &Diagnosis) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&serde_json::json!({
        "clean": diagnosis.is_clean(),
        "checked_at": diagnosis.checked_at.to_string(),
        "checks": diagnosis.checks,
    }))
}

fn print(diagnosis: &Diagnosis, out: &mut impl Write) -> std::io::Result<()> {
    for checked in &diagnosis.checks {
        let mark = if checked.count == 0 { "ok" } else { "!!" };
        writeln!(out, "{mark}  {}  {}", checked.code, checked.rule)?;
        for finding in &checked.findings {
            let mut words = vec![finding.numbers()];
            words.extend(finding.note.clone());
            words.retain(|word| !word.is_empty());
            let order = finding.order_no.as_deref().filter(|no| *no != finding.subject);
            let order = order.map_or_else(String::new, |no| format!(" of {no}"));
            writeln!(out, "         {}{order}: {}", finding.subject, words.join("; "))?;
        }
        let listed = i64::try_from(checked.findings.len()).unwrap_or(i64::MAX);
        if checked.count > listed {
            writeln!(out, "         … and {} more", checked.count.saturating_sub(listed))?;
        }
    }
    if diagnosis.is_clean() {
        writeln!(out, "the books are sound")
    } else {
        writeln!(out, "found: {}; docs/money.md says what to do", diagnosis.summary())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flows::doctor_money::{Checked, Finding};
    use crate::kernel::clock::Timestamp;

    #[test]
    fn the_table_reads_well() {
        let finding = |subject: &str, currency: Option<&str>| Finding {
            subject: subject.into(),
            order_no: Some("M20261121-7F3K9QX2".into()),
            expected: Some(2990),
            actual: Some(0),
            currency: currency.map(Into::into),
            note: Some("pingpong".into()),
        };
        let findings =
            vec![finding("P20261121-0C5M2ZT8", Some("CNY")), finding("M20261121-7F3K9QX2", None)];
        let checks = vec![
            Checked { code: "M01", rule: "money balances", count: 0, findings: Vec::new() },
            Checked { code: "M04", rule: "every payment is booked", count: 102, findings },
        ];
        let diagnosis = Diagnosis { checked_at: Timestamp(1_795_234_380_000), checks };
        let mut out = Vec::new();
        print(&diagnosis, &mut out).unwrap();
        insta::assert_snapshot!(String::from_utf8(out).unwrap());
        insta::assert_snapshot!(json(&diagnosis).unwrap());
    }
}
