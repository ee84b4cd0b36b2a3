//! The sandbox's reports, written from the shipped prompts: nobody wrote them for the gate. They
//! pass, and its faults do not.

use std::sync::Arc;

use mingshu::bazi::facts::{Asked, Facts, chart_facts};
use mingshu::catalog::answers::{Answer, FormAnswers};
use mingshu::catalog::{Catalog, ChapterPlan, Product};
use mingshu::flows::fulfil_order::known;
use mingshu::kernel::locale::Locale;
use mingshu::platform::assets::Assets;
use mingshu::reports::adapters::openai::{ModelConfig, OpenAiModel};
use mingshu::reports::draft::Draft;
use mingshu::reports::gate::{Expected, Finding, Gate};
use mingshu::reports::ports::{LanguageModel, ModelRequest, NoProgress};
use mingshu::reports::prompt::{ChapterBrief, PlannedChapter, PromptTemplate, PromptValues};
use mingshu::sandbox::faults::{Fault, Faults};
use mingshu::sandbox::model::{self, ModelLog, Pace};

use crate::corpus::{THIS_YEAR, charts};

struct World {
    gate: Gate,
    catalog: Catalog,
    faults: Arc<Faults>,
    model: OpenAiModel,
}

impl World {
    async fn start() -> Self {
        let faults = Arc::new(Faults::default());
        let log = Arc::new(ModelLog::default());
        let router = model::router(Arc::clone(&faults), log, Pace::instant());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let config = ModelConfig {
            base_url: format!("http://{address}"),
            ..ModelConfig::deepseek("k".into())
        };
        Self {
            gate: Gate::try_new().unwrap(),
            catalog: Catalog::load(&Assets::embedded()).unwrap(),
            faults,
            model: OpenAiModel::try_new(config).unwrap(),
        }
    }

    /// What the gate finds in the sandbox's chapter on a chart.
    async fn read(
        &self,
        (product, chapter): (&Product, &ChapterPlan),
        chart: &mingshu::bazi::Chart,
        locale: Locale,
    ) -> (String, Vec<Finding>) {
        let months = product.chart_year.is_some();
        let (first, last) = if months { (2027, 2027) } else { (THIS_YEAR, 2030) };
        let asked = Asked { this_year: THIS_YEAR, first, last, months };
        let facts = Facts::Chart(Box::new(chart_facts(chart, asked)));
        let mut answers = FormAnswers::default();
        answers.set("year", Answer::Number(2027));
        let template = PromptTemplate::parse(&product.prompt.file, &product.prompt.text).unwrap();
        let prompt = template
            .render(&PromptValues {
                facts: serde_json::to_value(facts).unwrap(),
                form: product.form_for_prompt(&answers, locale),
                product: product.snapshot().for_prompt(locale),
                locale,
                today: "2026-11-21".to_owned(),
                chapter: Some(brief(product, chapter, locale)),
            })
            .unwrap();
        let request = ModelRequest {
            system: prompt.system,
            user: prompt.user,
            user_mark: "u".to_owned(),
            max_tokens: product.report.max_tokens,
            temperature: None,
        };
        let answer = self.model.write(&request, &NoProgress).await.unwrap().text;
        // As the pipeline reads it: without the summary for later chapters.
        let text = Draft::read(&answer).markdown;
        let months: Vec<_> = known::months_of(2027);
        let known = known::of_chart(chart, THIS_YEAR..=2030, (THIS_YEAR, &months));
        let expected = Expected { locale, length: None, headings: Vec::new() };
        let findings = self.gate.check(&known, &expected, &text);
        (text, findings)
    }
}

fn brief(product: &Product, chapter: &ChapterPlan, locale: Locale) -> ChapterBrief {
    let planned = |(it, number): (&ChapterPlan, usize)| PlannedChapter {
        number,
        title: it.title.get(locale).to_owned(),
        covers: it.covers.clone(),
    };
    let place = product.chapters.iter().position(|it| it.key == chapter.key).unwrap();
    ChapterBrief {
        number: place + 1,
        total: product.chapters.len(),
        title: chapter.title.get(locale).to_owned(),
        covers: chapter.covers.clone(),
        length: chapter.length(locale),
        plan: product.chapters.iter().zip(1..).map(planned).collect(),
        earlier: Vec::new(),
        findings: Vec::new(),
    }
}

/// Every chapter of every shipped plan.
fn chapters(catalog: &Catalog) -> impl Iterator<Item = (&Product, &ChapterPlan)> {
    catalog
        .all()
        .flat_map(|product| product.chapters.iter().map(move |chapter| (&**product, chapter)))
}

#[tokio::test]
async fn the_sandbox_writes_what_the_gate_lets_through() {
    let world = World::start().await;
    let mut held = 0;
    for (product, chapter) in chapters(&world.catalog) {
        for chart in charts() {
            for locale in Locale::ALL {
                let (text, findings) = world.read((product, chapter), &chart, *locale).await;
                for finding in &findings {
                    held += 1;
                    println!(
                        "{} {} {locale:?} {}: {}",
                        product.sku,
                        chapter.key,
                        chart.pillars_zh(),
                        finding.for_operator()
                    );
                }
                assert!(text.len() > 300, "{text}");
            }
        }
    }
    assert_eq!(held, 0);
}

#[tokio::test]
async fn the_sandboxes_faults_are_found() {
    let world = World::start().await;
    let wrongs =
        [Fault::AiWrongPillars, Fault::AiWrongYears, Fault::AiBannedClaim, Fault::AiUnfinished];
    for (product, chapter) in chapters(&world.catalog) {
        for chart in charts() {
            for locale in Locale::ALL {
                for fault in wrongs {
                    world.faults.set(fault, 1);
                    let (_, findings) = world.read((product, chapter), &chart, *locale).await;
                    assert!(findings.iter().any(Finding::is_grave), "{fault:?} {locale:?}");
                }
            }
        }
    }
}
