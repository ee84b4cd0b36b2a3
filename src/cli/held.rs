//! Reports that the quality gate holds back: what it found, and what a person decides.

use std::io::Write;

use anyhow::bail;

use super::orders::SHELL;
use crate::flows::base::Base;
use crate::flows::decide_report::{self, Decided, Decision};
use crate::flows::inspect_order;
use crate::kernel::ids::OrderNo;

/// Prints the findings of every reading. They quote the report: for eyes that may read it.
pub(super) async fn findings(
    base: &Base,
    order_no: &str,
    json: bool,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let checks = inspect_order::findings(base, &OrderNo(order_no.to_owned())).await?;
    if json {
        let rows: Vec<_> = checks
            .iter()
            .map(|(part, attempt, findings)| {
                serde_json::json!({ "part": part, "attempt": attempt, "findings": findings })
            })
            .collect();
        return Ok(writeln!(out, "{}", serde_json::to_string_pretty(&rows)?)?);
    }
    if checks.iter().all(|(_, _, findings)| findings.is_empty()) {
        return Ok(writeln!(out, "{order_no}: nothing was found")?);
    }
    for (part, attempt, findings) in checks.iter().filter(|(_, _, found)| !found.is_empty()) {
        writeln!(out, "part {part} attempt {attempt}")?;
        for finding in findings {
            writeln!(out, "  {}", finding.for_operator())?;
        }
    }
    Ok(())
}

pub(super) async fn decide(
    base: &Base,
    order_no: &str,
    decision: Decision,
    out: &mut impl Write,
) -> anyhow::Result<()> {
    let number = OrderNo(order_no.to_owned());
    match decide_report::run(base, &number, (decision, SHELL)).await? {
        Decided::Done => match decision {
            Decision::Release => Ok(writeln!(out, "{order_no}: the report is delivered as it is")?),
            Decision::GiveUp => Ok(writeln!(out, "{order_no}: failed, its money goes back")?),
        },
        Decided::Running => bail!("{order_no} is being worked on; try again in a moment"),
        Decided::NothingHeld(status) => {
            bail!("{order_no} is {status}: the quality gate holds nothing back")
        }
    }
}
