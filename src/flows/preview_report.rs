//! A report for nobody: what a product's files make of a birth, before anybody buys it. Nothing is
//! stored and nothing is sent; the chapters are written one after the other, so that recorded answers
//! fit them.

use chrono::NaiveDate;
use serde_json::Value;

use super::chapter_brief;
use crate::bazi::facts::{self, Asked, Facts, chart_facts, day_facts};
use crate::bazi::{BirthError, Chart};
use crate::catalog::answers::FormAnswers;
use crate::catalog::{ChapterPlan, Product};
use crate::kernel::locale::Locale;
use crate::reports::cost::{self, Prices};
use crate::reports::draft::{self, Draft};
use crate::reports::ports::{LanguageModel, ModelError, ModelRequest, NoProgress, TokenUsage};
use crate::reports::prompt::{ChapterBrief, PromptError, PromptTemplate, PromptValues};

/// What is to be made.
pub struct Wanted<'a> {
    pub product: &'a Product,
    pub locale: Locale,
    /// Without gender and birth.
    pub answers: &'a FormAnswers,
    /// `None`: a product without a chart.
    pub chart: Option<&'a Chart>,
    pub today: NaiveDate,
    pub attempts: u32,
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
    /// What was wrong with the text; empty when it was kept.
    pub findings: Vec<String>,
}

/// What came of it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Preview {
    pub facts: Value,
    pub text: String,
    pub calls: Vec<PreviewCall>,
    pub tokens: TokenUsage,
    pub cost_micros: i64,
    pub cost_currency: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error("the product needs a birth")]
    NoBirth,
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
    let mut studio = Studio { wanted, writer, template, facts, calls: Vec::new() };
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
    Ok(Preview { facts: studio.facts, text, calls, tokens, cost_micros, cost_currency })
}

fn facts_of(wanted: &Wanted<'_>) -> Result<Facts, PreviewError> {
    use chrono::Datelike as _;
    let Some(chart) = wanted.chart else {
        if wanted.product.needs_chart {
            return Err(PreviewError::NoBirth);
        }
        return Ok(Facts::Day(day_facts(wanted.today)?));
    };
    let this_year = wanted.today.year();
    let field = wanted.product.chart_year.as_deref();
    let year = field.and_then(|field| wanted.answers.number(field));
    let year = year.and_then(|year| i32::try_from(year).ok());
    let ahead = i32::try_from(wanted.product.years_ahead).unwrap_or_default();
    let first = year.unwrap_or(this_year);
    let last = year.unwrap_or(this_year.saturating_add(ahead));
    let asked = Asked { this_year, first, last, months: year.is_some() };
    Ok(Facts::Chart(Box::new(chart_facts(chart, asked))))
}

struct Studio<'a> {
    wanted: &'a Wanted<'a>,
    writer: &'a Writer<'a>,
    template: PromptTemplate,
    facts: Value,
    calls: Vec<PreviewCall>,
}

impl Studio<'_> {
    async fn chapters(&mut self, plan: &[ChapterPlan]) -> Result<String, PreviewError> {
        let locale = self.wanted.locale;
        let mut drafts: Vec<Draft> = Vec::new();
        for (index, chapter) in plan.iter().enumerate() {
            let summary = |place: usize| drafts.get(place).map(|draft| draft.summary.as_str());
            let brief = chapter_brief::of(plan, (index, chapter), locale, summary);
            let short = |text: &str| {
                let written = chapter.falls_short(&Draft::read(text).markdown, locale)?;
                let length = chapter.length(locale);
                Some(format!("上一稿只有 {written} 个字符，太短；本章要求 {length}"))
            };
            let text = self.write(Some((chapter, brief)), short).await?;
            drafts.push(Draft::read(&text));
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
        let mut why = String::new();
        for _attempt in 0..self.wanted.attempts.max(1) {
            let request = self.request(brief.clone(), blocks)?;
            let completion = self.writer.model.write(&request, &NoProgress).await?;
            let finding = wrong(&completion.text);
            let prices = self.writer.prices.as_ref();
            self.calls.push(PreviewCall {
                chapter: key.clone(),
                model: completion.model,
                tokens: completion.usage,
                cost_micros: prices
                    .map(|prices| cost::cost_micros(&completion.usage, prices))
                    .unwrap_or_default(),
                characters: completion.text.chars().count(),
                findings: finding.iter().cloned().collect(),
            });
            let Some(finding) = finding else { return Ok(completion.text) };
            if let Some(brief) = &mut brief {
                brief.findings = vec![finding.clone()];
            }
            why = finding;
        }
        Err(PreviewError::NotGoodEnough { chapter: key, attempts: self.wanted.attempts, why })
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
