//! Telegram says no (reference/telegram.md §A.4): too fast, blocked, markup it cannot read.

use super::errands::Birth;
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::model::marks;
use super::world::pingpong::Dialect;
use super::world::telegram::{Fault, Refusal};

const BUYER: i64 = 570_000_001;

/// Buys and pays after `trouble` was arranged; the order's number.
async fn buys(shop: &Shop, chat: i64, trouble: impl FnOnce()) -> String {
    let ordered = shop.buyer(chat).orders_whole_chart(Birth::Typed, "风浪里的问题").await;
    trouble();
    shop.world.pingpong.pay(&ordered.payment_no).await;
    ordered.order_no
}

fn fault(chat: i64, containing: &str, refusal: Refusal) -> Fault {
    Fault { method: "sendMessage", chat, containing: containing.to_owned(), refusal, times: 1 }
}

#[tokio::test]
async fn a_flood_limit_is_waited_out() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::Hmac)).await;
        let telegram = &shop.world.telegram;
        let trouble = || telegram.fail(fault(BUYER, "〔1·1〕", Refusal::too_fast(3)));
        let order_no = buys(&shop, BUYER, trouble).await;
        let mut buyer = shop.buyer(BUYER);
        buyer.sees("report-closing").await;
        shop.order_is(&order_no, "completed").await;
        assert_eq!(telegram.broken_silences(BUYER), 0, "the wait that was told is kept");
        every_mark_once(&buyer.transcript_whole());
        shop.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_report_is_kept_for_a_buyer_who_blocked_the_bot() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::V4)).await;
        let telegram = &shop.world.telegram;
        let order_no = buys(&shop, BUYER, || telegram.block(BUYER)).await;
        shop.order_is(&order_no, "completed").await;
        let status = format!("SELECT status FROM users WHERE id = {BUYER}");
        assert_eq!(shop.database.texts(&status).await, ["unreachable"]);
        let order = shop.order(&order_no);
        assert_eq!(order["refunds"].as_array().unwrap().len(), 0, "the report is there: no refund");
        telegram.unblock(BUYER);
        let mut buyer = shop.buyer(BUYER);
        buyer.read = buyer.record().len();
        buyer.types("/start");
        buyer.sees("start-undelivered").await;
        buyer.taps("btn-send-now").await;
        buyer.sees("report-closing").await;
        every_mark_once(&buyer.transcript_whole());
        assert_eq!(shop.database.texts(&status).await, ["active"]);
        assert_eq!(shop.world.model.asked("风浪里的问题").len(), 1, "not bought again");
        shop.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_segment_that_cannot_be_read_goes_out_plain() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::Hmac)).await;
        let telegram = &shop.world.telegram;
        let refusal = Refusal::bad("can't parse entities: as the scenario says");
        let trouble = || telegram.fail(fault(BUYER, "〔1·1〕", refusal));
        let order_no = buys(&shop, BUYER, trouble).await;
        let mut buyer = shop.buyer(BUYER);
        buyer.sees("report-closing").await;
        shop.order_is(&order_no, "completed").await;
        let said = buyer.transcript_whole();
        every_mark_once(&said);
        assert!(!said.contains("<b>") && !said.contains("&lt;"), "plain, not raw:\n{said}");
        shop.close().await;
    })
    .await;
}

fn every_mark_once(said: &str) {
    for mark in marks() {
        assert_eq!(said.matches(&mark).count(), 1, "{mark}");
    }
}
