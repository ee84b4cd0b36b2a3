//! From a prompt to messages: our client against the sandbox's model, over a real socket.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;
use std::time::Duration;

use mingshu::catalog::Catalog;
use mingshu::catalog::answers::{Answer, FormAnswers};
use mingshu::kernel::locale::Locale;
use mingshu::notifications::format::{SEGMENT_LIMIT, segments};
use mingshu::platform::assets::Assets;
use mingshu::reports::adapters::openai::{Account, ModelConfig, OpenAiModel};
use mingshu::reports::ports::{
    Completion, LanguageModel, ModelError, ModelRequest, NoProgress, TokenUsage,
};
use mingshu::reports::prompt::{PromptTemplate, PromptValues};
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

#[tokio::test]
async fn every_shipped_prompt_gets_the_text_it_asks_for() {
    let world = World::new().await;
    let mut answers = FormAnswers::default();
    answers.set("year", Answer::Number(2028));
    answers.set("question", Answer::Text("该不该换行业？".to_owned()));
    let cases = [
        ("bazi-full", Locale::ZhHans, "## 一、命盘总览", "关于你最想弄明白的那件事"),
        ("bazi-full", Locale::En, "## 1. The chart at a glance", "the matter that is on your mind"),
        ("year-luck", Locale::ZhHans, "## 一、这一年的主题", "2028 年岁次**戊申**"),
        ("year-luck", Locale::En, "## 1. The theme of the year", "2028 is the year **戊申**"),
        ("daily-sign", Locale::ZhHans, "**", "**今日可做：**"),
        ("daily-sign", Locale::En, "**", "**Today:**"),
    ];
    let catalog = Catalog::load(&Assets::embedded()).unwrap();
    for (sku, locale, start, phrase) in cases {
        let product = catalog.all().find(|product| product.sku.as_str() == sku).unwrap();
        let values = PromptValues {
            facts: json!({"pillars": ["庚午", "辛巳", "乙酉", "庚辰"]}),
            form: product.form_for_prompt(&answers, locale),
            product: product.snapshot().for_prompt(locale),
            locale,
            today: "2026-11-21".to_owned(),
        };
        let template = PromptTemplate::parse(sku, &product.prompt.text).unwrap();
        let prompt = template.render(&values).unwrap();
        let request = ModelRequest {
            system: prompt.system,
            user: prompt.user,
            user_mark: "mark-1".to_owned(),
            max_tokens: product.snapshot().report.max_tokens,
            temperature: None,
        };
        let text = world.model.write(&request, &NoProgress).await.unwrap().text;
        assert!(text.starts_with(start), "{sku} {locale}: {text}");
        assert!(text.contains(phrase), "{sku} {locale}: {text}");
    }
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
