//! What people do, and how the bot hears of it: by polls or by a webhook.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::routing::post;
use tokio::sync::mpsc;

use super::*;

fn texts(updates: &Value) -> Vec<&str> {
    updates
        .as_array()
        .unwrap()
        .iter()
        .map(|update| update["message"]["text"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn a_poll_gives_updates_until_they_are_confirmed() {
    let sandbox = Sandbox::open().await;
    for text in ["/start ref_1", "二", "三"] {
        sandbox.telegram.says(BUYER, text);
    }
    let first = sandbox.done("getUpdates", json!({ "limit": 2 })).await;
    assert_eq!(texts(&first), ["/start ref_1", "二"]);
    assert_eq!(sandbox.done("getUpdates", json!({ "limit": 2 })).await, first);
    let command = json!([{ "type": "bot_command", "offset": 0, "length": 6 }]);
    assert_eq!(first[0]["message"]["entities"], command);
    assert_eq!(first[0]["message"]["from"]["language_code"], "zh-hans");
    let offset = first[1]["update_id"].as_i64().unwrap() + 1;
    let rest = sandbox.done("getUpdates", json!({ "offset": offset })).await;
    assert_eq!(texts(&rest), ["三"]);
}

#[tokio::test]
async fn a_foreign_library_can_read_the_updates() {
    #[derive(serde::Deserialize)]
    struct Polled {
        result: [teloxide::types::Update; 2],
    }
    let sandbox = Sandbox::open().await;
    sandbox.telegram.says(BUYER, "/start");
    let params = json!({ "chat_id": BUYER, "text": "x", "reply_markup": one_button("b:1") });
    sandbox.done("sendMessage", params).await;
    sandbox.telegram.taps(BUYER, 2, "b:1").unwrap();
    let url = format!("{}/bot{TOKEN}/getUpdates", sandbox.address);
    let answer = sandbox.client.post(url).send().await.unwrap();
    // From the text: the order of the fields counts.
    let Polled { result } = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    let kinds = result.map(|update| update.kind);
    let expected = matches!(
        kinds,
        [teloxide::types::UpdateKind::Message(_), teloxide::types::UpdateKind::CallbackQuery(_)]
    );
    assert!(expected, "{kinds:?}");
}

#[tokio::test]
async fn a_long_poll_ends_as_soon_as_somebody_speaks() {
    let sandbox = Sandbox::open().await;
    let mut arrivals = sandbox.telegram.0.arrivals.subscribe();
    let poll = sandbox.done("getUpdates", json!({ "timeout": 15 }));
    let speak = async {
        // The poll has begun: beginning is what it tells first.
        arrivals.changed().await.unwrap();
        sandbox.telegram.says(1002, "hello");
    };
    let (updates, ()) = tokio::join!(poll, speak);
    assert_eq!(texts(&updates), ["hello"]);
}

#[tokio::test]
async fn a_second_poll_ends_the_first() {
    let sandbox = Sandbox::open().await;
    let mut arrivals = sandbox.telegram.0.arrivals.subscribe();
    let first = sandbox.refused(409, "getUpdates", json!({ "timeout": 15 }));
    let second = async {
        arrivals.changed().await.unwrap();
        sandbox.done("getUpdates", json!({ "timeout": 0 })).await
    };
    let (words, updates) = tokio::join!(first, second);
    assert!(words.starts_with("Conflict: terminated by other getUpdates request"), "{words}");
    assert_eq!(updates, json!([]));
}

#[tokio::test]
async fn a_tap_needs_a_button_that_is_there_now() {
    let sandbox = Sandbox::open().await;
    let url = json!({ "text": "去支付 ↗", "url": "http://127.0.0.1:1/pay" });
    let keyboard =
        json!({ "inline_keyboard": [[{ "text": "🛒 买一份", "callback_data": "b:1" }, url]] });
    sandbox
        .done("sendMessage", json!({ "chat_id": BUYER, "text": "x", "reply_markup": keyboard }))
        .await;
    assert_eq!(sandbox.telegram.taps_label(BUYER, "买一份"), Ok(1));
    let link = sandbox.telegram.presses_url(BUYER, "去支付");
    assert_eq!(link.as_deref(), Some("http://127.0.0.1:1/pay"));
    let error = sandbox.telegram.taps_label(BUYER, "卖").unwrap_err();
    assert!(error.to_string().contains("🛒 买一份 | 去支付 ↗"), "{error}");
    assert!(matches!(sandbox.telegram.taps(BUYER, 1, "b:2"), Err(TapError::NoButton { .. })));
    assert_eq!(sandbox.telegram.taps(BUYER, 9, "b:1"), Err(TapError::NoMessage(9)));
    assert_eq!(sandbox.telegram.taps(5, 1, "b:1"), Err(TapError::Nobody(5)));

    let updates = sandbox.done("getUpdates", json!({})).await;
    assert_eq!(updates.as_array().unwrap().len(), 1);
    let query = &updates[0]["callback_query"];
    assert_eq!((&query["data"], &query["message"]["message_id"]), (&json!("b:1"), &json!(1)));

    let answer = json!({ "callback_query_id": query["id"], "text": "好" });
    sandbox.done("answerCallbackQuery", answer).await;
    let toast = Toast { id: 1, text: "好".to_owned(), alert: false };
    assert_eq!(sandbox.telegram.toasts(BUYER), [toast]);
    let unknown = json!({ "callback_query_id": "1" });
    let said = sandbox.refused(400, "answerCallbackQuery", unknown).await;
    assert!(said.starts_with("Bad Request: query is too old"), "{said}");
}

#[tokio::test]
async fn kinds_that_the_bot_does_not_want_do_not_come() {
    let sandbox = Sandbox::open().await;
    let only_taps = json!({ "allowed_updates": ["callback_query"] });
    sandbox.done("getUpdates", only_taps).await;
    sandbox.telegram.says(BUYER, "nobody listens");
    assert_eq!(sandbox.done("getUpdates", json!({})).await, json!([]));
}

#[tokio::test]
async fn waiting_ends_with_what_was_looked_for_or_with_the_chat_as_it_is() {
    let sandbox = Sandbox::open().await;
    let listens = sandbox.telegram.wait_for(BUYER, PATIENCE, |chat| {
        chat.iter().find(|message| message.text == "二").map(|message| message.id)
    });
    let speaks = async {
        sandbox.says("一").await;
        sandbox.says("二").await;
    };
    let (heard, ()) = tokio::join!(listens, speaks);
    assert_eq!(heard, Ok(2));
    let never = sandbox.telegram.wait_for(BUYER, Duration::ZERO, |_| None::<()>).await;
    assert!(never.unwrap_err().to_string().ends_with("bot: 一 []\nbot: 二 []"));
}

type Delivery = (Option<String>, Value);

/// A shop that refuses the first `refusals` posts and tells of every one.
async fn shop(refusals: usize) -> (String, mpsc::UnboundedReceiver<Delivery>) {
    let (told, deliveries) = mpsc::unbounded_channel();
    let left = Arc::new(Mutex::new(refusals));
    let take = async move |State(told): State<mpsc::UnboundedSender<Delivery>>,
                           headers: HeaderMap,
                           axum::Json(update): axum::Json<Value>| {
        let secret = headers.get("x-telegram-bot-api-secret-token");
        told.send((secret.map(|secret| secret.to_str().unwrap().to_owned()), update)).unwrap();
        let mut left = left.lock().unwrap();
        if *left == 0 {
            return StatusCode::OK;
        }
        *left -= 1;
        StatusCode::SERVICE_UNAVAILABLE
    };
    let address = serve(Router::new().route("/hook", post(take)).with_state(told)).await;
    (format!("{address}/hook"), deliveries)
}

#[tokio::test]
async fn a_webhook_gets_each_update_in_order_until_it_takes_it() {
    let sandbox = Sandbox::open().await;
    sandbox.telegram.says(BUYER, "一");
    let (url, mut deliveries) = shop(1).await;
    sandbox.done("setWebhook", json!({ "url": url, "secret_token": "s_1" })).await;
    sandbox.telegram.says(BUYER, "二");
    let mut heard = Vec::new();
    for _ in 0..3 {
        let (secret, update) = deliveries.recv().await.unwrap();
        assert_eq!(secret.as_deref(), Some("s_1"));
        heard.push(update["message"]["text"].as_str().unwrap().to_owned());
    }
    assert_eq!(heard, ["一", "一", "二"]);
    let words = sandbox.refused(409, "getUpdates", json!({})).await;
    assert!(words.starts_with("Conflict: can't use getUpdates method while webhook is active"));
    assert_eq!(sandbox.done("getWebhookInfo", json!({})).await["url"], url);
    sandbox.done("deleteWebhook", json!({ "drop_pending_updates": true })).await;
    sandbox.telegram.says(BUYER, "三");
    assert_eq!(texts(&sandbox.done("getUpdates", json!({})).await), ["三"]);
}

#[tokio::test]
async fn an_impossible_webhook_is_refused() {
    let sandbox = Sandbox::open().await;
    let said = sandbox.refused(400, "setWebhook", json!({ "url": "ftp://x" })).await;
    assert!(said.starts_with("Bad Request: bad webhook"), "{said}");
    let secret = json!({ "url": "https://x.example/", "secret_token": "no spaces" });
    let said = sandbox.refused(400, "setWebhook", secret).await;
    assert_eq!(said, "Bad Request: secret token contains unallowed characters");
}
