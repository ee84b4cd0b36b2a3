//! The sandbox's reports, written from the shipped prompts: nobody wrote them for the gate. They
//! pass, and its faults do not.

use std::sync::Arc;

use mingshu::bazi::facts::{
    Asked, FACTS_VERSION, Facts, PairFacts, PersonOfPair, chart_facts, day_facts, select,
};
use mingshu::bazi::{Between, Chart, Sex};
use mingshu::catalog::answers::{Answer, FormAnswers};
use mingshu::catalog::{Catalog, ChapterPlan, Product, form};
use mingshu::flows::asked_years;
use mingshu::flows::fulfil_order::known;
use mingshu::kernel::locale::Locale;
use mingshu::platform::assets::Assets;
use mingshu::reports::adapters::openai::{ModelConfig, OpenAiModel};
use mingshu::reports::draft::Draft;
use mingshu::reports::gate::{Expected, Finding, Gate, Known};
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
        (product, chapter): (&Product, Option<&ChapterPlan>),
        chart: &Chart,
        locale: Locale,
    ) -> (String, Vec<Finding>) {
        let mut answers = FormAnswers::default();
        answers.set("year", Answer::Number(2027));
        let decade = if chart.birth.sex == Sex::Female { "current" } else { "after_next" };
        answers.set("decade", Answer::Choice(decade.to_owned()));
        let asked =
            |chart: &Chart| asked_years::of((&product.snapshot(), &answers), chart, THIS_YEAR);
        let charts = people(product, chart);
        let facts = facts_of(&charts, asked);
        let template = PromptTemplate::parse(&product.prompt.file, &product.prompt.text).unwrap();
        let prompt = template
            .render(&PromptValues {
                facts: chapter.map_or_else(|| facts.clone(), |it| select(&facts, &it.facts)),
                form: product.form_for_prompt(&answers, locale),
                product: product.snapshot().for_prompt(locale),
                locale,
                today: "2026-11-21".to_owned(),
                chapter: chapter.map(|it| brief(product, it, locale)),
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
        let mut known = Known { this_year: Some(THIS_YEAR), ..Known::default() };
        for chart in &charts {
            let more = known::of_asked(chart, asked(chart));
            known.persons.extend(more.persons);
            known.years.extend(more.years);
            known.other_pillars.extend(more.other_pillars);
            known.about_year = more.about_year;
        }
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

/// The charts that a form of this product asks for: a second one where it is about two people.
fn people(product: &Product, chart: &Chart) -> Vec<Chart> {
    let births = form::people(&product.form).count();
    let partner = charts().into_iter().find(|other| other != chart);
    std::iter::once(chart.clone()).chain(partner).take(births).collect()
}

fn facts_of(charts: &[Chart], asked: impl Fn(&Chart) -> Asked) -> serde_json::Value {
    let of = |chart: &Chart| chart_facts(chart, asked(chart));
    let facts = match charts {
        [] => Facts::Day(day_facts("2026-11-21".parse().unwrap()).unwrap()),
        [chart] => Facts::Chart(Box::new(of(chart))),
        [first, second, ..] => Facts::Pair(Box::new(PairFacts {
            version: FACTS_VERSION,
            this_year: THIS_YEAR,
            people: [first, second]
                .map(|chart| PersonOfPair { field: "birth".to_owned(), chart: of(chart) })
                .to_vec(),
            between: Some(Between::of(first, second)),
        })),
    };
    serde_json::to_value(facts).unwrap()
}

/// Every chapter of every shipped plan, and the products that have none.
fn chapters(catalog: &Catalog) -> impl Iterator<Item = (&Product, Option<&ChapterPlan>)> {
    catalog.all().filter(|product| product.pack.is_none()).flat_map(|product| {
        let whole = product.chapters.is_empty().then_some((&**product, None));
        product.chapters.iter().map(move |chapter| (&**product, Some(chapter))).chain(whole)
    })
}

#[tokio::test]
async fn the_sandbox_writes_what_the_gate_lets_through() {
    let world = World::start().await;
    let mut held = 0;
    for (product, chapter) in chapters(&world.catalog) {
        for chart in charts() {
            for locale in Locale::ALL {
                let (text, findings) = world.read((product, chapter), &chart, *locale).await;
                let key = chapter.map_or("whole", |chapter| &chapter.key);
                for finding in &findings {
                    held += 1;
                    println!(
                        "{} {key} {locale:?} {}: {}",
                        product.sku,
                        chart.pillars_zh(),
                        finding.for_operator()
                    );
                }
                let short = match chapter {
                    Some(chapter) => chapter.falls_short(&text, *locale),
                    None => product.report.falls_short(&text),
                };
                if let Some(written) = short {
                    held += 1;
                    println!("{} {key} {locale:?}: only {written} characters", product.sku);
                }
            }
        }
    }
    assert_eq!(held, 0);
}

#[tokio::test]
async fn its_chapters_do_not_repeat_each_other() {
    let world = World::start().await;
    let mut held = 0;
    for product in world.catalog.all().filter(|product| !product.chapters.is_empty()) {
        for chart in charts() {
            for locale in Locale::ALL {
                let mut texts = Vec::new();
                for chapter in &product.chapters {
                    texts.push(world.read((product, Some(chapter)), &chart, *locale).await.0);
                }
                let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                for finding in world.gate.check_together(&texts) {
                    held += 1;
                    println!("{} {locale:?}: {}", product.sku, finding.for_operator());
                }
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
    // Of one person and of a year: the faults are planted into the text, whatever the product.
    let planned = chapters(&world.catalog)
        .filter(|(product, _)| ["bazi-full", "year-luck"].contains(&product.sku.as_str()))
        .filter(|(_, chapter)| chapter.is_some());
    for (product, chapter) in planned {
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
