//! Telegram says no (reference/telegram.md §A.4): too fast, blocked, markup it cannot read.

use super::errands::Birth;
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::model::marks;
use super::world::pingpong::Dialect;
use super::world::telegram::{Fault, Refusal};

const FIRST_BUYER: i64 = 570_000_001;

/// Buys and pays after `trouble` was arranged; the order's number.
async fn buys(shop: &Shop, chat: i64, trouble: impl FnOnce()) -> String {
    let ordered = shop.buyer(chat).orders_whole_chart(Birth::Typed, &question(chat)).await;
    trouble();
    shop.world.pingpong.pay(&ordered.payment_no).await;
    ordered.order_no
}

fn question(chat: i64) -> String {
    format!("第{chat}号问题")
}

/// Once, at the first segment.
fn fault(chat: i64, refusal: Refusal) -> Fault {
    Fault { method: "sendMessage", chat, containing: "〔1·1〕".to_owned(), refusal, times: 1 }
}

#[tokio::test]
async fn what_telegram_refuses_is_not_lost() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::Hmac)).await;
        tokio::join!(
            a_flood_limit_is_waited_out(&shop, FIRST_BUYER),
            a_segment_that_cannot_be_read_goes_out_plain(&shop, FIRST_BUYER + 1),
            a_report_is_kept_for_a_buyer_who_blocked_the_bot(&shop, FIRST_BUYER + 2),
        );
        shop.close().await;
    })
    .await;
}

async fn a_flood_limit_is_waited_out(shop: &Shop, chat: i64) {
    let telegram = &shop.world.telegram;
    let trouble = || telegram.fail(fault(chat, Refusal::too_fast(3)));
    let order_no = buys(shop, chat, trouble).await;
    let mut buyer = shop.buyer(chat);
    buyer.sees("report-closing").await;
    shop.order_is(&order_no, "completed").await;
    assert_eq!(telegram.broken_silences(chat), 0, "the wait that was told is kept");
    every_mark_once(&buyer.transcript_whole());
}

async fn a_segment_that_cannot_be_read_goes_out_plain(shop: &Shop, chat: i64) {
    let refusal = Refusal::bad("can't parse entities: as the scenario says");
    let trouble = || shop.world.telegram.fail(fault(chat, refusal));
    let order_no = buys(shop, chat, trouble).await;
    let mut buyer = shop.buyer(chat);
    buyer.sees("report-closing").await;
    shop.order_is(&order_no, "completed").await;
    let said = buyer.transcript_whole();
    every_mark_once(&said);
    assert!(!said.contains("<b>") && !said.contains("&lt;"), "plain, not raw:\n{said}");
}

async fn a_report_is_kept_for_a_buyer_who_blocked_the_bot(shop: &Shop, chat: i64) {
    let telegram = &shop.world.telegram;
    let order_no = buys(shop, chat, || telegram.block(chat)).await;
    shop.order_is(&order_no, "completed").await;
    let status = format!("SELECT status FROM users WHERE id = {chat}");
    assert_eq!(shop.database.texts(&status).await, ["unreachable"]);
    let order = shop.order(&order_no);
    assert_eq!(order["refunds"].as_array().unwrap().len(), 0, "the report is there: no refund");
    telegram.unblock(chat);
    let mut buyer = shop.buyer(chat);
    buyer.read = buyer.record().len();
    buyer.types("/start");
    buyer.sees("start-undelivered").await;
    buyer.taps("btn-send-now").await;
    buyer.sees("report-closing").await;
    every_mark_once(&buyer.transcript_whole());
    assert_eq!(shop.database.texts(&status).await, ["active"]);
    assert_eq!(shop.world.model.asked(&question(chat)).len(), 1, "not bought again");
}

fn every_mark_once(said: &str) {
    for mark in marks() {
        assert_eq!(said.matches(&mark).count(), 1, "{mark}");
    }
}
