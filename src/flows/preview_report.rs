//! A report for nobody: what a product's files make of a birth, before anybody buys it. Nothing is
//! stored and nothing is sent; the chapters are written one after the other, so that recorded answers
//! fit them.

use chrono::Datelike as _;
use chrono::NaiveDate;
use serde_json::Value;

use super::fulfil_order::facts::of_people;
use super::fulfil_order::known;
use super::{asked_years, chapter_brief};
use crate::bazi::facts::{self, Asked, Facts, chart_facts, day_facts};
use crate::bazi::{BirthError, Chart};
use crate::catalog::answers::FormAnswers;
use crate::catalog::{ChapterPlan, Product, form};
use crate::kernel::locale::Locale;
use crate::reports::cost::{self, Prices};
use crate::reports::draft::{self, Draft};
use crate::reports::gate::{Expected, Finding, Gate, Known, Mode, Verdict};
use crate::reports::ports::{
    Completion, LanguageModel, ModelError, ModelRequest, NoProgress, TokenUsage,
};
use crate::reports::prompt::{ChapterBrief, PromptError, PromptTemplate, PromptValues};

/// What is to be made.
pub struct Wanted<'a> {
    pub product: &'a Product,
    pub locale: Locale,
    /// Without gender and birth.
    pub answers: &'a FormAnswers,
    /// `None`: a product without a chart.
    /// By the key of the form's birth; none for a report about nobody.
    pub charts: &'a [(String, Chart)],
    pub today: NaiveDate,
    pub attempts: u32,
    /// Reads every text as it reads those of orders; `None`: the gate is switched off.
    pub gate: Option<&'a Gate>,
}

/// Who writes, and for how much.
pub struct Writer<'a> {
    pub model: &'a dyn LanguageModel,
    pub prices: Option<Prices>,
}

/// One request.
#[derive(Debug, Clone, serde::Serialize)]
pub struct PreviewCall {
    /// Empty for a report that is one text.
    pub chapter: String,
    pub model: String,
    pub tokens: TokenUsage,
    /// Millionths of the prices' currency.
    pub cost_micros: i64,
    pub characters: usize,
    /// What became of the text: kept without a finding, kept in spite of them, written again, or
    /// what no buyer would get and an operator would have to decide about.
    pub verdict: PreviewVerdict,
    /// What was wrong with the text.
    pub findings: Vec<String>,
}

/// What became of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PreviewVerdict {
    Passed,
    Flawed,
    WrittenAgain,
    Held,
}

/// What came of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Preview {
    pub facts: Value,
    pub text: String,
    pub calls: Vec<PreviewCall>,
    /// What is wrong only when the chapters are read together, with the chapters' keys.
    pub together: Vec<String>,
    pub tokens: TokenUsage,
    pub cost_micros: i64,
    pub cost_currency: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error("the product needs a birth")]
    NoBirth,
    #[error("the product is about two people and needs a second birth")]
    NoSecondBirth,
    #[error("the day cannot be reckoned")]
    Day(#[from] BirthError),
    #[error("the facts cannot be written down")]
    Facts(#[from] serde_json::Error),
    #[error("the prompt has a mistake")]
    Prompt(#[from] PromptError),
    #[error("no text came")]
    Model(#[from] ModelError),
    #[error("`{chapter}` is not good enough after {attempts} tries: {why}")]
    NotGoodEnough { chapter: String, attempts: u32, why: String },
}

/// Makes the report.
///
/// # Errors
/// The first thing that stands in the way.
pub async fn run(wanted: &Wanted<'_>, writer: &Writer<'_>) -> Result<Preview, PreviewError> {
    let product = wanted.product;
    let template = PromptTemplate::parse(&product.prompt.file, &product.prompt.text)?;
    let facts = serde_json::to_value(facts_of(wanted)?)?;
    let known = known_of(wanted);
    let (calls, together) = (Vec::new(), Vec::new());
    let mut studio = Studio { wanted, writer, template, facts, known, calls, together };
    let text = if product.chapters.is_empty() {
        let plan = product.report;
        let short = |text: &str| {
            plan.falls_short(text).map(|written| format!("{written} characters are too few"))
        };
        studio.write(None, short).await?
    } else {
        studio.chapters(&product.chapters).await?
    };
    let calls = studio.calls;
    let tokens = calls.iter().fold(TokenUsage::default(), |sum, call| sum.plus(call.tokens));
    let cost_micros = calls.iter().fold(0, |sum: i64, call| sum.saturating_add(call.cost_micros));
    let cost_currency = writer.prices.map(|prices| prices.currency.to_string());
    let (facts, together) = (studio.facts, studio.together);
    Ok(Preview { facts, text, calls, together, tokens, cost_micros, cost_currency })
}

fn facts_of(wanted: &Wanted<'_>) -> Result<Facts, PreviewError> {
    let product = wanted.product;
    let wants = if product.needs_chart { form::people(&product.form).count() } else { 0 };
    match wanted.charts {
        [] if wants > 0 => Err(PreviewError::NoBirth),
        [_only] if wants > 1 => Err(PreviewError::NoSecondBirth),
        [] => Ok(Facts::Day(day_facts(wanted.today)?)),
        [(_field, chart)] => Ok(Facts::Chart(Box::new(chart_facts(chart, asked(wanted, chart))))),
        several => {
            let asked = (wanted.today.year(), |chart: &Chart| asked(wanted, chart));
            Ok(Facts::Pair(Box::new(of_people(several.to_vec(), asked))))
        }
    }
}

fn asked(wanted: &Wanted<'_>, chart: &Chart) -> Asked {
    asked_years::of((&wanted.product.snapshot(), wanted.answers), chart, wanted.today.year())
}

/// What the gate holds the texts against.
fn known_of(wanted: &Wanted<'_>) -> Known {
    let charts = wanted.charts.iter().map(|(_field, chart)| chart);
    known::of_people(charts, (wanted.today.year(), |chart: &Chart| asked(wanted, chart)))
}

struct Studio<'a> {
    wanted: &'a Wanted<'a>,
    writer: &'a Writer<'a>,
    template: PromptTemplate,
    facts: Value,
    known: Known,
    calls: Vec<PreviewCall>,
    together: Vec<String>,
}

impl Studio<'_> {
    async fn chapters(&mut self, plan: &[ChapterPlan]) -> Result<String, PreviewError> {
        let locale = self.wanted.locale;
        let mut drafts: Vec<Draft> = Vec::new();
        let planned = chapter_brief::planned(plan, locale);
        for (index, chapter) in plan.iter().enumerate() {
            let summary = |place: usize| drafts.get(place).map(|draft| draft.summary.as_str());
            let brief = chapter_brief::of((plan, &planned), (index, chapter), locale, summary);
            let short = |text: &str| {
                let written = chapter.falls_short(&Draft::read(text).markdown, locale)?;
                let length = chapter.length(locale);
                Some(format!("上一稿只有 {written} 个字符，太短；本章要求 {length}"))
            };
            let text = self.write(Some((chapter, brief)), short).await?;
            drafts.push(Draft::read(&text));
        }
        if let Some(gate) = self.wanted.gate {
            let texts: Vec<&str> = drafts.iter().map(|draft| draft.markdown.as_str()).collect();
            for (place, findings) in gate.repeating(&texts) {
                let key = plan.get(place).map_or("", |chapter| chapter.key.as_str());
                let said = findings.iter().map(|it| format!("{key}: {}", it.for_operator()));
                self.together.extend(said);
            }
        }
        let titles = plan.iter().map(|chapter| chapter.title.get(locale));
        Ok(draft::join(locale, titles.zip(drafts.iter().map(|it| it.markdown.as_str()))))
    }

    /// Asks until the text is good enough.
    async fn write(
        &mut self,
        chapter: Option<(&ChapterPlan, ChapterBrief)>,
        wrong: impl Fn(&str) -> Option<String>,
    ) -> Result<String, PreviewError> {
        let key = chapter.as_ref().map(|(plan, _)| plan.key.clone()).unwrap_or_default();
        let blocks = chapter.as_ref().map(|(plan, _)| plan.facts.as_slice());
        let mut brief = chapter.as_ref().map(|(_, brief)| brief.clone());
        let most = self.wanted.attempts.max(1);
        let mut why = String::new();
        for attempt in 1..=most {
            let request = self.request(brief.clone(), blocks)?;
            let completion = self.writer.model.write(&request, &NoProgress).await?;
            let short = wrong(&completion.text);
            let read = match &chapter {
                Some(_) => self.read(&Draft::read(&completion.text).markdown),
                None => self.read(&completion.text),
            };
            let read_before = i64::from(attempt.saturating_sub(1));
            let verdict = match Verdict::of(Mode::Enforce, &read, read_before) {
                Verdict::Passed | Verdict::Flawed | Verdict::Refused if short.is_some() => {
                    PreviewVerdict::WrittenAgain
                }
                Verdict::Passed => PreviewVerdict::Passed,
                Verdict::Flawed => PreviewVerdict::Flawed,
                Verdict::Refused if attempt < most => PreviewVerdict::WrittenAgain,
                Verdict::Refused => PreviewVerdict::Held,
            };
            let told = read.iter().map(Finding::for_operator);
            let findings = short.iter().cloned().chain(told).collect();
            let text = completion.text.clone();
            self.calls.push(self.call(&key, completion, (verdict, findings)));
            if verdict != PreviewVerdict::WrittenAgain {
                return Ok(text);
            }
            let again = read.iter().map(|finding| finding.for_prompt(self.wanted.locale));
            let again: Vec<String> = short.iter().cloned().chain(again).collect();
            why = again.join("; ");
            if let Some(brief) = &mut brief {
                brief.findings = again;
            }
        }
        Err(PreviewError::NotGoodEnough { chapter: key, attempts: self.wanted.attempts, why })
    }

    /// What the gate says of a text.
    fn read(&self, text: &str) -> Vec<Finding> {
        let Some(gate) = self.wanted.gate else { return Vec::new() };
        let expected = Expected { locale: self.wanted.locale, length: None, headings: Vec::new() };
        gate.check(&self.known, &expected, text)
    }

    fn call(
        &self,
        key: &str,
        completion: Completion,
        (verdict, findings): (PreviewVerdict, Vec<String>),
    ) -> PreviewCall {
        let prices = self.writer.prices.as_ref();
        PreviewCall {
            chapter: key.to_owned(),
            model: completion.model,
            tokens: completion.usage,
            cost_micros: prices
                .map(|prices| cost::cost_micros(&completion.usage, prices))
                .unwrap_or_default(),
            characters: completion.text.chars().count(),
            verdict,
            findings,
        }
    }

    fn request(
        &self,
        chapter: Option<ChapterBrief>,
        blocks: Option<&[String]>,
    ) -> Result<ModelRequest, PreviewError> {
        let Wanted { product, locale, answers, today, .. } = *self.wanted;
        let whole = || self.facts.clone();
        let snapshot = product.snapshot();
        let values = PromptValues {
            facts: blocks.map_or_else(whole, |blocks| facts::select(&self.facts, blocks)),
            form: product.form_for_prompt(answers, locale),
            product: snapshot.for_prompt(locale),
            locale,
            today: today.to_string(),
            chapter,
        };
        let prompt = self.template.render(&values)?;
        Ok(ModelRequest {
            system: prompt.system,
            user: prompt.user,
            user_mark: "preview".to_owned(),
            max_tokens: snapshot.report.max_tokens,
            temperature: snapshot.report.temperature,
        })
    }
}
