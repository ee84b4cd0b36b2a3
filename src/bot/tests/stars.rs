//! A buyer chooses between money and Telegram Stars on the check card.

use super::coupons::{give_out, off, terms};
use super::shop::Shop;
use super::{BUYER, fill_in};
use crate::kernel::money::{Currency, Money};
use crate::payments::{STARS, repo as payments};
use crate::promotions::Worth;

fn stars(count: i64) -> Money {
    Money::new(count, Currency::XTR)
}

#[tokio::test]
async fn the_check_card_has_both_prices_and_the_button_decides() {
    let shop = Shop::open().await.with_stars();
    fill_in(&shop).await;
    insta::assert_snapshot!(shop.room(BUYER).last());
    shop.taps(BUYER, "⭐ 没错，用 400 ⭐ 付款").await;
    let order = shop.only_order(BUYER).await;
    assert_eq!((order.price, order.total), (stars(400), stars(400)));
    let db = shop.base().db.read();
    let attempts = payments::list_of_order(db, &order.order_no).await.unwrap();
    assert_eq!((attempts[0].provider.as_str(), attempts[0].amount), (STARS, stars(400)));
    // A double tap finds what the first one made.
    shop.presses(BUYER, "f:x:k:=*").await;
    assert_eq!(shop.only_order(BUYER).await.order_no, order.order_no);
}

#[tokio::test]
async fn the_other_button_still_takes_money() {
    let shop = Shop::open().await.with_stars();
    fill_in(&shop).await;
    shop.taps(BUYER, "✅ 没错，去付款").await;
    assert_eq!(shop.only_order(BUYER).await.total, Money::new(3990, Currency::CNY));
}

#[tokio::test]
async fn a_coupon_counts_in_stars_when_it_is_a_share() {
    let shop = Shop::open().await.with_stars();
    let mut share = terms("SPRING", Worth::Percent(15));
    share.currency = None;
    give_out(&shop, &share).await;
    give_out(&shop, &terms("TENOFF", off(1000))).await;
    fill_in(&shop).await;
    shop.taps(BUYER, "🎟 优惠码").await;
    shop.says(BUYER, "TENOFF").await;
    let card = shop.room(BUYER).last();
    assert!(card.contains("<b>400 ⭐</b>（优惠码不适用）"), "{card}");
    shop.taps(BUYER, "🎟 不用 TENOFF").await;
    shop.taps(BUYER, "🎟 优惠码").await;
    shop.says(BUYER, "SPRING").await;
    insta::assert_snapshot!(shop.room(BUYER).last());
    shop.taps(BUYER, "⭐ 没错").await;
    assert_eq!(shop.only_order(BUYER).await.total, stars(340));
}

#[tokio::test]
async fn paysupport_says_how_stars_go_back() {
    let shop = Shop::open().await.with_stars();
    shop.says(BUYER, "/paysupport").await;
    assert!(shop.room(BUYER).last().contains("整笔退回你的 Stars 余额"));
    let shop = Shop::open().await;
    shop.says(BUYER, "/paysupport").await;
    assert!(!shop.room(BUYER).last().contains("Stars"));
}
