//! The quality gate inside the pipeline: a text is read before it is stored. What is refused is
//! written again with the findings in the prompt, later by another writer, and in the end a person
//! decides: the order's job is parked. Every reading is a row, so a crash loses no count.

use super::writing::Desk;
use super::{Case, Failure, Trouble, known};
use crate::bazi::Chart;
use crate::catalog::answers::FormAnswers;
use crate::catalog::{ChapterPlan, ProductSnapshot};
use crate::flows::jobs::AlertKind;
use crate::flows::{asked_years, raise_alert};
use crate::kernel::locale::Locale;
use crate::reports::calls::{self, Call};
use crate::reports::checks::{self, Check};
use crate::reports::gate::{Expected, Finding, Known, Mode, Verdict};
use crate::reports::ports::ModelRequest;
use crate::reports::repo::Provenance;

/// The part number of a report that is written in one piece.
pub(super) const WHOLE: i64 = 0;
/// Findings that fit into a prompt.
const TOLD: usize = 12;

/// A text that has just been written.
pub(super) struct Text<'a> {
    pub(super) part: i64,
    pub(super) body: &'a str,
    pub(super) made: &'a Provenance,
}

/// The part number of a chapter: its place in the plan, from 1; [`WHOLE`] for one that is none.
pub(super) fn part_of(plan: &[ChapterPlan], chapter: &str) -> i64 {
    let place = plan.iter().position(|planned| planned.key == chapter);
    place.and_then(|place| i64::try_from(place).ok()).map_or(WHOLE, |place| place + 1)
}

impl Case<'_> {
    /// Reads a text. `wrong` is what is known to be wrong with it already.
    pub(super) async fn read_text(
        &self,
        desk: &Desk<'_>,
        (text, expected): (&Text<'_>, &Expected),
        wrong: Vec<Finding>,
    ) -> Result<Check, Trouble> {
        let writing = &self.tools.writing;
        let mut findings = match writing.gate_mode {
            Mode::Off => Vec::new(),
            Mode::Enforce | Mode::Warn => {
                let known = self.known(&desk.snapshot).await?;
                writing.gate.check(&known, expected, text.body)
            }
        };
        let (base, number) = (&self.tools.till.base, &self.order.order_no);
        let (refused, readings) = checks::count(base.db.read(), number, text.part).await?;
        let mut verdict = Verdict::of(writing.gate_mode, &findings, refused);
        if !wrong.is_empty() {
            verdict = Verdict::Refused;
        }
        findings.splice(0..0, wrong);
        count(verdict, &findings);
        Ok(Check {
            part: text.part,
            attempt: readings.saturating_add(1),
            verdict,
            findings,
            provenance: text.made.clone(),
            checked_at: self.tools.now(),
        })
    }

    /// Writes down that a text was refused, with the text: an operator may still let it go.
    pub(super) async fn refuse(
        &self,
        call: &Call,
        (check, text): (&Check, &str),
    ) -> Result<(), Trouble> {
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let number = &self.order.order_no;
        let tx = self.begin_noting().await?;
        calls::record(&tx, keyring, (number, call), now).await?;
        checks::save(&tx, keyring, number, (check, Some(text))).await?;
        tx.commit().await?;
        Ok(())
    }

    /// How often a part was refused since an operator last looked.
    pub(super) async fn refusals(&self, part: i64) -> Result<i64, Trouble> {
        let db = self.tools.till.base.db.read();
        Ok(checks::count(db, &self.order.order_no, part).await?.0)
    }

    /// Every attempt at a part was refused: a person decides.
    pub(super) async fn hold(&self, part: i64, codes: &str) -> Result<Trouble, Trouble> {
        let (number, now) = (&self.order.order_no, self.tools.now());
        let tx = self.begin_noting().await?;
        checks::settle(&tx, number, part).await?;
        raise_alert::run(&tx, AlertKind::ReportHeld, (number.as_str(), codes), now).await?;
        tx.commit().await?;
        let cause = anyhow::anyhow!("the quality gate refuses part {part} of the report: {codes}");
        Ok(Trouble::NeedsPerson(cause))
    }

    /// Whether a text may take the place of one that its buyer has: for rewriting, where the old
    /// text stays when the new one is not good enough.
    pub(super) async fn fit(
        &self,
        desk: &Desk<'_>,
        (text, expected): (&str, &Expected),
    ) -> Result<(), Trouble> {
        let findings = self.grave_findings(desk, (text, expected)).await?;
        if findings.is_empty() {
            return Ok(());
        }
        let cause = anyhow::anyhow!("the quality gate refuses the new text: {}", codes(&findings));
        Err(Trouble::Passing(Failure::Model, cause, None))
    }

    /// Everything that was found when something of it keeps the text from being sent; else nothing.
    pub(super) async fn grave_findings(
        &self,
        desk: &Desk<'_>,
        (text, expected): (&str, &Expected),
    ) -> Result<Vec<Finding>, Trouble> {
        let writing = &self.tools.writing;
        if writing.gate_mode != Mode::Enforce {
            return Ok(Vec::new());
        }
        let known = self.known(&desk.snapshot).await?;
        let findings = writing.gate.check(&known, expected, text);
        let is_fit = !findings.iter().any(Finding::is_grave);
        count(if is_fit { Verdict::Passed } else { Verdict::Refused }, &findings);
        Ok(if is_fit { Vec::new() } else { findings })
    }

    /// The request, with what was wrong with the text before.
    pub(super) async fn with_findings(
        &self,
        request: &ModelRequest,
        part: i64,
    ) -> Result<ModelRequest, Trouble> {
        let (base, number) = (&self.tools.till.base, &self.order.order_no);
        let findings = checks::last_findings(base.db.read(), &base.keyring, number, part).await?;
        let mut request = request.clone();
        if !findings.is_empty() {
            request.user = format!("{}\n\n{}", request.user, again(&findings, self.locale()));
        }
        Ok(request)
    }

    /// What is asked of one chapter: its heading and its length are looked after elsewhere.
    pub(super) fn of_chapter(&self) -> Expected {
        Expected { locale: self.locale(), length: None, headings: Vec::new() }
    }

    /// What the product promises of a text: its length and the headings that the prompt asks for.
    pub(super) fn expected(&self, snapshot: &ProductSnapshot, request: &ModelRequest) -> Expected {
        let size = |characters: u32| usize::try_from(characters).unwrap_or(usize::MAX);
        let plan = &snapshot.report;
        let length = match self.locale() {
            Locale::ZhHans | Locale::ZhHant => {
                Some(size(plan.min_characters)..=size(plan.max_characters))
            }
            // The plan counts Chinese characters.
            Locale::En => None,
        };
        Expected { locale: self.locale(), length, headings: headings(&request.system) }
    }

    /// What texts about the buyer are held against.
    pub(super) async fn known(&self, snapshot: &ProductSnapshot) -> Result<Known, Trouble> {
        let this_year = self.this_year();
        let Some(charts) = self.saved_charts().await? else {
            return Ok(Known { this_year: Some(this_year), ..Known::default() });
        };
        let answers: FormAnswers = self.order.form(&self.tools.till.base.keyring)?;
        let asked = |chart: &Chart| asked_years::of((snapshot, &answers), chart, this_year);
        let charts = charts.each().into_iter().map(|(_field, chart)| chart);
        Ok(known::of_people(charts, (this_year, asked)))
    }
}

/// The numbered headings that a prompt prescribes, such as `## 一、命盘总览` and `## 1. Money`.
fn headings(system: &str) -> Vec<String> {
    let title = |line: &str| {
        let title = line.trim().strip_prefix("## ")?;
        let rest = title.trim_start_matches(|one: char| {
            one.is_ascii_digit() || "一二三四五六七八九十".contains(one)
        });
        (rest.len() < title.len() && rest.starts_with(['、', '.'])).then(|| title.to_owned())
    };
    system.lines().filter_map(title).collect()
}

/// What is added to a prompt after a refusal.
pub(super) fn again(findings: &[Finding], locale: Locale) -> String {
    let lines: Vec<String> = findings
        .iter()
        .take(TOLD)
        .map(|finding| format!("- {}", finding.for_prompt(locale)))
        .collect();
    let lines = lines.join("\n");
    match locale {
        Locale::En => format!(
            "Your last draft had the mistakes below. Write the whole text again without them; \
             everything else that was asked for still holds. Do not mention this list.\n\n{lines}"
        ),
        Locale::ZhHans | Locale::ZhHant => format!(
            "你上一稿有下列问题。请重写全文，逐条改正，其余要求不变，也不要提到这份清单。\n\n{lines}"
        ),
    }
}

/// The kinds of findings, without the words of the text.
pub(super) fn codes(findings: &[Finding]) -> String {
    let mut codes: Vec<&str> = findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.dedup();
    codes.join(", ")
}

pub(super) fn count(verdict: Verdict, findings: &[Finding]) {
    metrics::counter!("mingshu_report_checks_total", "verdict" => verdict.as_str()).increment(1);
    for finding in findings {
        metrics::counter!("mingshu_report_findings_total", "code" => finding.code.as_str())
            .increment(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prescribed_headings_are_told_from_the_prompts_own() {
        let system = "## 怎样解读\n标题照用：\n\n## 一、命盘总览\n## 十二、尾声\n## 3. End\n## 1 x";
        assert_eq!(headings(system), ["一、命盘总览", "十二、尾声", "3. End"]);
    }
}
