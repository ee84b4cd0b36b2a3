//! From a prompt to messages: our client against the sandbox's model, over a real socket.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use mingshu::bazi::facts::{Asked, Facts, chart_facts};
use mingshu::bazi::{self, BirthInput, BirthTime, CalendarDate, Sect, Sex, SummerTime};
use mingshu::catalog::answers::{Answer, FormAnswers};
use mingshu::catalog::{Catalog, ChapterPlan, Product};
use mingshu::kernel::locale::Locale;
use mingshu::notifications::format::{SEGMENT_LIMIT, segments};
use mingshu::platform::assets::Assets;
use mingshu::reports::adapters::openai::{Account, ModelConfig, OpenAiModel};
use mingshu::reports::draft::Draft;
use mingshu::reports::ports::{
    Completion, LanguageModel, ModelError, ModelRequest, NoProgress, TokenUsage,
};
use mingshu::reports::prompt::{ChapterBrief, PlannedChapter, PromptTemplate, PromptValues};
use mingshu::sandbox::faults::{Fault, Faults};
use mingshu::sandbox::model::{ModelLog, Outcome, Pace, router};
use serde_json::json;

const PROMPT: &str = "你是命理师，写《{{ product.name }}》。\n--- user ---\n今天是 {{ today }}。\n\n\
                      ```json\n{{ facts | tojson(indent=2) }}\n```\n";

struct World {
    faults: Arc<Faults>,
    log: Arc<ModelLog>,
    model: OpenAiModel,
}

impl World {
    async fn new() -> Self {
        let (faults, log) = (Arc::<Faults>::default(), Arc::<ModelLog>::default());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let routes = router(Arc::clone(&faults), Arc::clone(&log), Pace::instant());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let config = ModelConfig {
            base_url,
            idle_timeout: Duration::from_secs(1),
            ..ModelConfig::deepseek("sk-sandbox".into())
        };
        Self { faults, log, model: OpenAiModel::try_new(config).unwrap() }
    }

    async fn write(&self) -> Result<Completion, ModelError> {
        let values = PromptValues {
            facts: json!({"pillars": ["庚午", "辛巳", "乙酉", "庚辰"]}),
            form: json!({}),
            product: json!({"name": "八字详批"}),
            locale: Locale::ZhHans,
            today: "2026-11-21".to_owned(),
            chapter: None,
        };
        let prompt = PromptTemplate::parse("prompt.md", PROMPT).unwrap().render(&values).unwrap();
        let request = ModelRequest {
            system: prompt.system,
            user: prompt.user,
            user_mark: "mark-1".to_owned(),
            max_tokens: None,
            temperature: None,
        };
        self.model.write(&request, &NoProgress).await
    }
}

#[tokio::test]
async fn a_prompt_becomes_messages() {
    let world = World::new().await;
    let completion = world.write().await.unwrap();
    assert!(completion.text.contains("庚午　辛巳　乙酉　庚辰"), "{}", completion.text);
    assert_ne!(completion.usage, TokenUsage::default());
    assert_eq!(completion.model, "deepseek-flash");
    assert_eq!(world.log.finished("mark-1"), 1);
    let messages = segments(&completion.text, SEGMENT_LIMIT);
    assert!(messages[0].html.starts_with("<b>一、命盘总览</b>\n"), "{}", messages[0].html);
    assert!(messages.iter().all(|message| !message.plain.contains("**")));
}

fn product(sku: &str) -> Arc<Product> {
    let catalog = Catalog::load(&Assets::embedded()).unwrap();
    Arc::clone(catalog.all().find(|product| product.sku.as_str() == sku).unwrap())
}

/// Facts of a woman of 1990, of the years from 2026 or of 2028 with its months.
fn facts(product: &Product, day: u32) -> serde_json::Value {
    let input = BirthInput {
        sex: Sex::Female,
        sect: Sect::default(),
        date: CalendarDate::Solar { year: 1990, month: 5, day },
        time: BirthTime::Exact { hour: 8, minute: 15 },
        place: None,
        summer_time: SummerTime::NotIncluded,
    };
    let chart = bazi::chart(&input.normalise().unwrap(), 2026).unwrap();
    let months = product.chart_year.is_some();
    let (first, last) = if months { (2028, 2028) } else { (2026, 2029) };
    let facts = chart_facts(&chart, Asked { this_year: 2026, first, last, months });
    serde_json::to_value(Facts::Chart(Box::new(facts))).unwrap()
}

fn brief(product: &Product, index: usize, locale: Locale) -> ChapterBrief {
    let chapter = product.chapters.get(index).unwrap();
    let planned = |(it, number): (&ChapterPlan, usize)| PlannedChapter {
        number,
        title: it.title.get(locale).to_owned(),
        covers: it.covers.clone(),
    };
    ChapterBrief {
        number: index + 1,
        total: product.chapters.len(),
        title: chapter.title.get(locale).to_owned(),
        covers: chapter.covers.clone(),
        length: chapter.length(locale),
        plan: product.chapters.iter().zip(1..).map(planned).collect(),
        earlier: Vec::new(),
        findings: Vec::new(),
    }
}

async fn asked(
    world: &World,
    (product, day): (&Product, u32),
    locale: Locale,
    index: Option<usize>,
) -> String {
    let mut answers = FormAnswers::default();
    answers.set("year", Answer::Number(2028));
    answers.set("question", Answer::Text("该不该换行业？".to_owned()));
    let values = PromptValues {
        facts: if product.needs_chart { facts(product, day) } else { json!({"kind": "day"}) },
        form: product.form_for_prompt(&answers, locale),
        product: product.snapshot().for_prompt(locale),
        locale,
        today: "2026-11-21".to_owned(),
        chapter: index.map(|index| brief(product, index, locale)),
    };
    let template = PromptTemplate::parse(&product.prompt.file, &product.prompt.text).unwrap();
    let prompt = template.render(&values).unwrap();
    let request = ModelRequest {
        system: prompt.system,
        user: prompt.user,
        user_mark: "mark-1".to_owned(),
        max_tokens: product.snapshot().report.max_tokens,
        temperature: None,
    };
    world.model.write(&request, &NoProgress).await.unwrap().text
}

#[tokio::test]
async fn every_shipped_prompt_gets_the_text_it_asks_for() {
    let world = World::new().await;
    for (locale, phrase) in [(Locale::ZhHans, "**今日可做：**"), (Locale::En, "**Today:**")] {
        let text = asked(&world, (&product("daily-sign"), 20), locale, None).await;
        assert!(text.starts_with("**") && text.contains(phrase), "{text}");
    }
}

#[tokio::test]
async fn every_chapter_of_every_shipped_plan_gets_a_text_of_its_length() {
    let world = World::new().await;
    let mut faults = Vec::new();
    // Ten days have ten day masters.
    for (sku, day) in ["bazi-full", "year-luck"]
        .into_iter()
        .flat_map(|sku| (11_u32..=20).map(move |day| (sku, day)))
    {
        let locale = *Locale::ALL.iter().cycle().nth(usize::try_from(day).unwrap()).unwrap();
        let product = product(sku);
        let mut whole = String::new();
        for (index, chapter) in product.chapters.iter().enumerate() {
            let draft = Draft::read(&asked(&world, (&product, day), locale, Some(index)).await);
            let text = draft.markdown;
            let written = text.chars().filter(|it| !it.is_whitespace()).count();
            let (least, most) = chapter.bounds(locale);
            let long = written > usize::try_from(most).unwrap() * 11 / 10;
            if long || chapter.falls_short(&text, locale).is_some() {
                faults.push(format!("{sku} {locale} {}: {written} of {least}–{most}", chapter.key));
            }
            if draft.summary.is_empty() || text.contains("summary") || whole.contains(&text) {
                faults.push(format!("{sku} {locale} {}: {text}", chapter.key));
            }
            whole.push_str(&text);
        }
        let phrase = match (sku, locale) {
            ("year-luck", _) => "戊申",
            (_, Locale::ZhHans) => "关于你最想弄明白的那件事",
            (_, Locale::ZhHant) => "關於你最想弄明白的那件事",
            (_, Locale::En) => "the matter that is on your mind",
        };
        if !whole.contains(phrase) {
            faults.push(format!("{sku} {locale}: no {phrase}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn a_text_cut_at_the_limit_arrives_whole() {
    let world = World::new().await;
    let whole = world.write().await.unwrap().text;
    world.faults.set(Fault::AiLength, 2);
    let completion = world.write().await.unwrap();
    assert_eq!(completion.text, whole);
    assert_eq!(completion.continuations, 2);
    assert_eq!(world.log.finished_in_all(), 2);
}

#[tokio::test]
async fn every_misfortune_has_its_class_and_passes() {
    let cases = [
        (Fault::AiTimeout, "retry None"),
        (Fault::AiRateLimit, "retry Some(1s)"),
        (Fault::AiServerError, "retry None"),
        (Fault::AiTruncated, "retry None"),
        (Fault::AiEmpty, "retry None"),
        (Fault::AiRefused, "refused"),
        (Fault::AiBadKey, "stop 401"),
    ];
    for (fault, expected) in cases {
        let world = World::new().await;
        world.faults.set(fault, 1);
        let error = world.write().await.unwrap_err();
        let class = match &error {
            ModelError::Retry { retry_after, .. } => format!("retry {retry_after:?}"),
            ModelError::Stop { status, .. } => format!("stop {status}"),
            ModelError::Refused => "refused".to_owned(),
        };
        assert_eq!(class, expected, "{fault:?}: {error}");
        assert_eq!(world.log.answers()[0].outcome, Outcome::Fault(fault));
        world.write().await.unwrap();
        assert_eq!(world.log.finished("mark-1"), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn the_account_is_in_order() {
    let account = World::new().await.model.account().await.unwrap();
    assert_eq!(account, Account { offers_model: Some(true), has_balance: Some(true) });
}
