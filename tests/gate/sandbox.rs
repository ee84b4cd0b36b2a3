//! The sandbox's reports, written from the shipped prompts: nobody wrote them for the gate. They
//! pass, and its faults do not.

use std::sync::Arc;

use mingshu::catalog::answers::{Answer, FormAnswers};
use mingshu::catalog::{Catalog, Product};
use mingshu::flows::fulfil_order::known;
use mingshu::kernel::locale::Locale;
use mingshu::platform::assets::Assets;
use mingshu::reports::adapters::openai::{ModelConfig, OpenAiModel};
use mingshu::reports::gate::{Expected, Finding, Gate};
use mingshu::reports::ports::{LanguageModel, ModelRequest, NoProgress};
use mingshu::reports::prompt::{PromptTemplate, PromptValues};
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

    /// What the gate finds in the sandbox's report on a chart.
    async fn read(
        &self,
        product: &Product,
        chart: &mingshu::bazi::Chart,
        locale: Locale,
    ) -> (String, Vec<Finding>) {
        let mut answers = FormAnswers::default();
        answers.set("year", Answer::Number(2027));
        let template = PromptTemplate::parse(&product.prompt.file, &product.prompt.text).unwrap();
        let prompt = template
            .render(&PromptValues {
                facts: serde_json::to_value(chart).unwrap(),
                form: product.form_for_prompt(&answers, locale),
                product: product.snapshot().for_prompt(locale),
                locale,
                today: "2026-11-21".to_owned(),
            })
            .unwrap();
        let request = ModelRequest {
            system: prompt.system,
            user: prompt.user,
            user_mark: "u".to_owned(),
            max_tokens: product.report.max_tokens,
            temperature: None,
        };
        let text = self.model.write(&request, &NoProgress).await.unwrap().text;
        let months: Vec<_> = known::months_of(2027);
        let known = known::of_chart(chart, THIS_YEAR..=2030, (THIS_YEAR, &months));
        let expected = Expected { locale, length: None, headings: Vec::new() };
        let findings = self.gate.check(&known, &expected, &text);
        (text, findings)
    }
}

#[tokio::test]
async fn the_sandbox_writes_what_the_gate_lets_through() {
    let world = World::start().await;
    let mut held = 0;
    for product in world.catalog.all().filter(|product| product.needs_chart) {
        for chart in charts() {
            for locale in Locale::ALL {
                let (text, findings) = world.read(product, &chart, *locale).await;
                for finding in &findings {
                    held += 1;
                    println!(
                        "{} {locale:?} {}: {}",
                        product.sku,
                        chart.pillars_zh(),
                        finding.for_operator()
                    );
                }
                assert!(text.len() > 1000);
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
    for product in world.catalog.all().filter(|product| product.needs_chart) {
        for chart in charts() {
            for locale in Locale::ALL {
                for fault in wrongs {
                    world.faults.set(fault, 1);
                    let (_, findings) = world.read(product, &chart, *locale).await;
                    assert!(findings.iter().any(Finding::is_grave), "{fault:?} {locale:?}");
                }
            }
        }
    }
}
