//! DeepSeek misbehaves (spec.md §5, reference/deepseek.md §4, §5): what passes is tried again, what
//! does not ends the order, and the money goes back.

use futures_util::future::join_all;

use super::buyer::Buyer;
use super::database::Kind;
use super::errands::{Birth, Ordered};
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::model::{Play, marks};
use super::world::pingpong::Dialect;

const FIRST_BUYER: i64 = 550_000_001;

fn plan(kind: Kind) -> Plan {
    let dialect = if kind == Kind::Sqlite { Dialect::V4 } else { Dialect::Hmac };
    Plan::new(kind, dialect)
        .with("MINGSHU_AI__IDLE_TIMEOUT_SECONDS", "1")
        .with("MINGSHU_AI__HEADER_TIMEOUT_SECONDS", "2")
}

/// Buys 八字详批 while the model does as `plays` say.
async fn buys<'a>(shop: &'a Shop, chat: i64, plays: &[Play]) -> (Buyer<'a>, Ordered, String) {
    let question = format!("第{chat}号问题");
    shop.world.model.script(&question, plays);
    let mut buyer = shop.buyer(chat);
    let ordered = buyer.orders_whole_chart(Birth::Typed, &question).await;
    shop.world.pingpong.pay(&ordered.payment_no).await;
    (buyer, ordered, question)
}

/// Troubles after which the report comes all the same.
const PASSING: [&[Play]; 6] = [
    &[Play::Busy],
    &[Play::Status(500), Play::Status(503)],
    &[Play::Truncated],
    &[Play::Empty],
    &[Play::Silent],
    &[Play::Length],
];
const BROKEN: &[Play] = &[Play::Status(500), Play::Empty, Play::Truncated];
/// Troubles after which no report comes, and what the buyer is told.
const LASTING: [(&[Play], &str); 4] = [
    (BROKEN, "failure-model"),
    (&[Play::Refused], "failure-model-refused"),
    (&[Play::Status(402)], "failure-model"),
    (&[Play::Status(422)], "failure-model"),
];

#[tokio::test]
async fn what_passes_is_tried_again_and_what_does_not_gives_the_money_back() {
    on_every_database(async |kind| {
        let shop = Shop::open(&plan(kind)).await;
        // Refunds find the provider broken at first; that is one refund all the same.
        shop.world.pingpong.break_down("refund", 2);
        let tried = PASSING.into_iter().zip(FIRST_BUYER..);
        let given_up = LASTING.into_iter().zip(FIRST_BUYER + 10..);
        tokio::join!(
            join_all(tried.map(|(plays, chat)| a_report_comes_after(&shop, chat, plays))),
            join_all(given_up.map(|(why, chat)| the_money_comes_back(&shop, chat, why))),
            a_free_report_fails_without_a_refund(&shop, FIRST_BUYER + 20),
            a_free_report_needs_no_payment(&shop, FIRST_BUYER + 21),
        );
        assert_eq!(shop.world.pingpong.bills().len(), PASSING.len() + LASTING.len());
        shop.close().await;
    })
    .await;
}

async fn a_report_comes_after(shop: &Shop, chat: i64, plays: &[Play]) {
    let (mut buyer, ordered, question) = buys(shop, chat, plays).await;
    buyer.sees("report-closing").await;
    shop.order_is(&ordered.order_no, "completed").await;
    let asked = shop.world.model.asked(&question);
    assert_eq!(asked.len(), plays.len() + 1, "{plays:?}, then good");
    let said = buyer.transcript_whole();
    for mark in marks() {
        assert_eq!(said.matches(&mark).count(), 1, "{mark} after {plays:?}");
    }
    assert!(shop.world.pingpong.refunds_of(&ordered.payment_no).is_empty());
}

async fn the_money_comes_back(shop: &Shop, chat: i64, (plays, reason): (&[Play], &str)) {
    let (mut buyer, ordered, question) = buys(shop, chat, plays).await;
    buyer.sees("report-failed").await;
    // Once as news, and where the progress stood.
    assert!((1..=2).contains(&buyer.times_seen(reason)), "{}", buyer.transcript());
    buyer.sees("refund-succeeded").await;
    assert_eq!(shop.world.model.asked(&question).len(), plays.len());
    shop.order_is(&ordered.order_no, "failed").await;
    let refunds = shop.world.pingpong.refunds_of(&ordered.payment_no);
    assert_eq!(refunds.len(), 1, "one number, whatever happened: {refunds:?}");
    let refund = &refunds[0];
    assert_eq!((refund.amount.as_str(), refund.currency.as_str()), ("39.90", "CNY"));
    assert_eq!(refund.asked, 1, "given once");
    let order = shop.order(&ordered.order_no);
    assert_eq!(order["refunds"][0]["status"], "succeeded");
    assert_eq!(order["refunds"][0]["refund_no"], refund.number.as_str());
    shop.operator().sees("alert-title-order_failed").await;
}

async fn a_free_report_fails_without_a_refund(shop: &Shop, chat: i64) {
    let question = "免费的问题";
    shop.world.model.script(question, BROKEN);
    let mut buyer = shop.buyer(chat);
    let order_no = buyer.orders_free_sign(question).await;
    buyer.sees("report-failed-free").await;
    shop.order_is(&order_no, "failed").await;
    let order = shop.order(&order_no);
    assert_eq!(order["refunds"].as_array().unwrap().len(), 0, "nothing was paid");
    assert_eq!(shop.world.model.asked(question).len(), 3);
}

async fn a_free_report_needs_no_payment(shop: &Shop, chat: i64) {
    let mut buyer = shop.buyer(chat);
    let order_no = buyer.orders_free_sign("今天会下雨吗").await;
    buyer.sees("report-closing-short").await;
    shop.order_is(&order_no, "completed").await;
    let order = shop.order(&order_no);
    assert_eq!(order["payments"].as_array().unwrap().len(), 0);
    let history = order["history"].as_array().unwrap();
    let states: Vec<&str> = history.iter().map(|row| row["to"].as_str().unwrap()).collect();
    assert_eq!(states, ["pending_payment", "paid", "generating", "completed"]);
}
