//! The main job, step by step (spec.md §2), in both modes and both dialects.

use std::time::Instant;

use serde_json::Value;

use super::errands::{Birth, Ordered};
use super::on_every_database;
use super::shop::{Plan, Shop, UPDATE_SECRET};
use super::world::model::{Play, marks};
use super::world::pingpong::{Dialect, Receipt};
use super::world::stage::browser;
use super::world::telegram::{Kind as Shown, TOKEN};
use super::world::yuanfenju::PILLARS;

const BUYER: i64 = 520_000_001;
const STRANGER: i64 = 520_000_002;
const QUESTION: &str = "该不该从制造业换到设计行业？";

#[tokio::test]
async fn a_report_is_bought_by_polling_and_hmac() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::Hmac)).await;
        let mut buyer = shop.buyer(BUYER);
        let check = buyer.fills_in_whole_chart(Birth::Typed, QUESTION).await;
        for pillar in PILLARS {
            assert!(check.text.contains(pillar), "the check card shows {pillar}:\n{}", check.text);
        }
        buyer.taps("btn-check-ok").await;
        let ordered = buyer.reads_payment_card().await;
        the_bill_is_right(&shop, &ordered);
        let picture = shop.buyer(BUYER).sees("pay-qr-caption").await;
        assert_eq!(picture.kind, Shown::Photo, "a code to scan comes as a picture");
        let receipt = shop.world.pingpong.pay(&ordered.payment_no).await;
        let ok: Value = serde_json::from_str(&receipt.body).unwrap();
        assert_eq!((receipt.status, ok), (200, serde_json::json!({ "status": "ok" })));
        the_report_arrives(&shop, &ordered).await;
        shop.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_report_is_bought_by_webhook_and_v4() {
    on_every_database(async |kind| {
        let plan = Plan::new(kind, Dialect::V4).by_webhook();
        let shop = Shop::open(&plan.with("MINGSHU_RENDER__ENABLED", "true")).await;
        updates_need_the_secret(&shop).await;
        let mut buyer = shop.buyer(BUYER);
        let ordered = buyer.orders_whole_chart(Birth::Tapped, QUESTION).await;
        the_bill_is_right(&shop, &ordered);
        let paid_at = Instant::now();
        let receipt = shop.world.pingpong.pay(&ordered.payment_no).await;
        let told = buyer.sees("pay-received").await.at;
        println!("{kind:?}: told of the payment after {:?}", told - paid_at);
        println!("{kind:?}: slowest button {:?}", shop.world.telegram.slowest_answer());
        assert!(shop.world.telegram.calls("setMyCommands") >= 1, "the menu of commands is set");
        assert_eq!(receipt, Receipt { status: 200, body: "OK".to_owned() });
        the_report_arrives(&shop, &ordered).await;
        for file in ["report-album", "report-book", "report-card"] {
            let shown = shop.buyer(BUYER).sees(file).await;
            assert_eq!(shown.kind, Shown::Photo, "{file} comes as a file");
        }
        assert!(shop.world.pingpong.calls("query") >= 1, "a v4 callback is proved by a query");
        shop.close().await;
    })
    .await;
}

fn the_bill_is_right(shop: &Shop, ordered: &Ordered) {
    let bill = shop.world.pingpong.bill(&ordered.payment_no);
    assert_eq!((bill.amount.as_str(), bill.currency.as_str()), ("39.90", "CNY"));
    assert_eq!(bill.notify_url, format!("{}/webhook/pingpong", shop.url()));
    assert!(bill.return_url.contains(&ordered.order_no), "{}", bill.return_url);
    assert!(["[\"WeChat Pay\"]", "wechat"].contains(&bill.method.as_str()), "{}", bill.method);
    assert!(bill.subject.contains("八字详批"), "{}", bill.subject);
    assert!(ordered.card.text.contains("39.90"), "{}", ordered.card.text);
    let order = shop.order(&ordered.order_no);
    assert_eq!(order["status"], "pending_payment");
    assert_eq!(order["payments"][0]["status"], "processing");
    assert_eq!(order["payments"][0]["payment_no"], ordered.payment_no.as_str());
}

/// Steps 4 to 8 of the main job, as the buyer and the books see them.
async fn the_report_arrives(shop: &Shop, ordered: &Ordered) {
    let mut buyer = shop.buyer(BUYER);
    for message in ["pay-card", "pay-received", "report-title", "report-closing"] {
        buyer.sees(message).await;
    }
    shop.order_is(&ordered.order_no, "completed").await;
    let record = buyer.record();
    let told = record.iter().filter(|shown| shown.kind == Shown::Sent);
    let texts: Vec<&str> = told.map(|shown| shown.text.as_str()).collect();
    let whole = texts.concat();
    let mut rest = whole.as_str();
    for mark in marks() {
        assert_eq!(whole.matches(&mark).count(), 1, "{mark} arrives once");
        rest = rest.split_once(&mark).unwrap_or_else(|| panic!("{mark} is not in order")).1;
    }
    assert!(whole.contains("财 < 官 & 印 > 食"), "marks of mathematics survive");
    assert!(!whole.contains("**"), "no Markdown is left:\n{whole}");
    let segments = texts.iter().filter(|text| text.contains("〔"));
    assert!(segments.count() >= 2, "a long report comes in segments");
    assert_eq!(buyer.times_seen("pay-received"), 1);
    the_books_are_right(shop, ordered).await;
    the_prompt_is_right(shop);
}

async fn the_books_are_right(shop: &Shop, ordered: &Ordered) {
    let order = shop.order(&ordered.order_no);
    let history = order["history"].as_array().unwrap();
    let states: Vec<&str> = history.iter().map(|row| row["to"].as_str().unwrap()).collect();
    assert_eq!(states, ["pending_payment", "paid", "generating", "completed"]);
    let actors: Vec<&str> = history.iter().map(|row| row["actor"].as_str().unwrap()).collect();
    assert_eq!(actors, ["buyer", "provider", "worker", "worker"]);
    assert_eq!(order["payments"].as_array().unwrap().len(), 1);
    assert_eq!(order["payments"][0]["status"], "succeeded");
    assert_eq!(order["refunds"].as_array().unwrap().len(), 0);
    assert_eq!(order["test"], false);
    let about = &ordered.order_no;
    let jobs = format!(
        "SELECT COUNT(*) FROM jobs WHERE dedupe_key LIKE '%{about}%' AND kind LIKE '%fulfil%'"
    );
    assert_eq!(shop.database.number(&jobs).await, 1, "one fulfilment job");
    let events = format!("SELECT kind FROM outbox WHERE subject = '{about}' ORDER BY id");
    let events = shop.database.texts(&events).await;
    for event in ["order.created", "order.paid", "order.completed"] {
        assert_eq!(events.iter().filter(|kind| *kind == event).count(), 1, "{event} in {events:?}");
    }
    let leaks = format!("SELECT COUNT(*) FROM orders WHERE form_sealed LIKE '%{QUESTION}%'");
    assert_eq!(shop.database.number(&leaks).await, 0, "the form is sealed");
}

fn the_prompt_is_right(shop: &Shop) {
    let asked = shop.world.model.asked(QUESTION);
    assert_eq!(asked.len(), 1, "the model is asked once");
    assert_eq!((asked[0].play, asked[0].finished.is_some()), (Play::Good, true));
    let prompt = asked[0].body["messages"].to_string();
    for fact in PILLARS.iter().chain(&["大运"]) {
        assert!(prompt.contains(fact), "the prompt states {fact}");
    }
    assert!(!prompt.contains(&BUYER.to_string()), "the prompt does not name the buyer");
}

/// Telegram's secret opens the door; without it nothing is stored (spec.md §7).
async fn updates_need_the_secret(shop: &Shop) {
    let stage = &shop.world.stage;
    let hook = stage.until(std::time::Duration::from_secs(20), || shop.world.telegram.hook()).await;
    let url = format!("{}/webhook/telegram", shop.url());
    assert_eq!(hook, Some((url.clone(), Some(UPDATE_SECRET.to_owned()))));
    assert!(!url.contains(TOKEN));
    let update = shop.world.telegram.new_text(STRANGER, "/help");
    let client = browser();
    let door = || client.post(&url).json(&update);
    let header = "X-Telegram-Bot-Api-Secret-Token";
    assert_eq!(door().send().await.unwrap().status(), 401, "without the secret");
    for wrong in ["", "played-update-secret_43", "played-update-secret_42x"] {
        let answer = door().header(header, wrong).send().await.unwrap();
        assert_eq!(answer.status(), 401, "with `{wrong}`");
    }
    let stored = "SELECT COUNT(*) FROM telegram_updates";
    assert_eq!(shop.database.number(stored).await, 0);
    for _ in 0..20 {
        let answer = door().header(header, UPDATE_SECRET).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        assert_eq!(shop.database.number(stored).await, 1, "stored before the answer, once");
    }
    let mut buyer = shop.buyer(STRANGER);
    buyer.sees("help").await;
    let broken = client.post(&url).header(header, UPDATE_SECRET).body("{").send().await.unwrap();
    assert_eq!(broken.status(), 200, "what cannot be read is not sent again for a day");
    // Whatever comes after the first answer is in the chat before what is asked next.
    buyer.types("/terms");
    buyer.sees("terms").await;
    assert_eq!(buyer.times_seen("help"), 1, "twenty copies of one update are one command");
}
