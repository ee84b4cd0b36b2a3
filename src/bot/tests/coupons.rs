//! A buyer has a code: typed, refused with the exact reason, taken, taken away, and reckoned anew.

use super::shop::{OPERATOR, Shop};
use super::{BUYER, fill_in, pay};
use crate::flows::manage_coupons::{self, Created, Disabled};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::kernel::money::{Currency, Money};
use crate::orders::{Actor, OrderStatus};
use crate::promotions::{CouponCode, NewCoupon, Worth};

/// 2026-11-01 00:00 in Shanghai.
const NOVEMBER: Timestamp = Timestamp(1_793_462_400_000);
const DAY: i64 = 24 * 3600 * 1000;

pub(super) fn terms(code: &str, worth: Worth) -> NewCoupon {
    NewCoupon {
        code: CouponCode::parse(code).unwrap(),
        worth,
        currency: Some(Currency::CNY),
        minimum_minor: 0,
        cap_minor: None,
        skus: Vec::new(),
        starts_at: None,
        ends_at: None,
        total_limit: None,
        per_user_limit: None,
    }
}

pub(super) fn off(minor: i64) -> Worth {
    Worth::Amount(Money::new(minor, Currency::CNY))
}

pub(super) async fn give_out(shop: &Shop, new: &NewCoupon) {
    let base = shop.base();
    let created = manage_coupons::create(&base.db, new, &Actor::Operator(OPERATOR), base.now());
    assert_eq!(created.await.unwrap(), Created::Now);
}

async fn switch_off(shop: &Shop, code: &str) {
    let (base, code) = (shop.base(), CouponCode::parse(code).unwrap());
    let done = manage_coupons::disable(&base.db, &code, &Actor::Operator(OPERATOR), base.now());
    assert_eq!(done.await.unwrap(), Disabled::Now);
}

#[tokio::test]
async fn a_code_makes_the_check_card_cheaper_line_by_line() {
    let shop = Shop::open().await;
    give_out(&shop, &terms("SPRING", Worth::Percent(20))).await;
    fill_in(&shop).await;
    shop.taps(BUYER, "🎟 优惠码").await;
    assert!(shop.room(BUYER).last().contains("请把优惠码发给我"), "{}", shop.room(BUYER).last());
    shop.says(BUYER, "spring").await;
    insta::assert_snapshot!(shop.room(BUYER).last());
    shop.taps(BUYER, "🎟 不用 SPRING").await;
    let card = shop.room(BUYER).last();
    assert!(card.contains("价格：<b>¥39.90</b>") && !card.contains("SPRING"), "{card}");
    shop.taps(BUYER, "🎟 优惠码").await;
    shop.says(BUYER, "SPRING").await;
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    assert_eq!((order.total.minor, order.discount.minor), (3192, 798));
    assert_eq!(shop.room(BUYER).count(), 1, "one anchor, edited in place");
}

#[tokio::test]
async fn a_code_that_does_not_count_is_refused_with_the_exact_reason() {
    let shop = Shop::open().await;
    let past = Timestamp(NOVEMBER.0 + 11 * DAY);
    let future = Timestamp(NOVEMBER.0 + 29 * DAY);
    give_out(&shop, &NewCoupon { ends_at: Some(past), ..terms("OLD", off(500)) }).await;
    give_out(&shop, &NewCoupon { starts_at: Some(future), ..terms("SOON", off(500)) }).await;
    give_out(&shop, &NewCoupon { minimum_minor: 5000, ..terms("BIG", off(500)) }).await;
    let other = vec![Sku::from("year-luck")];
    give_out(&shop, &NewCoupon { skus: other, ..terms("YEAR", off(500)) }).await;
    give_out(&shop, &terms("GONE", off(500))).await;
    switch_off(&shop, "GONE").await;
    fill_in(&shop).await;
    shop.taps(BUYER, "🎟 优惠码").await;
    for (typed, reason) in [
        ("春节快乐", "没有「春节快乐」这张优惠码"),
        ("nothing", "没有「nothing」这张优惠码"),
        ("old", "这张优惠码 11 月 11 日已过期"),
        ("soon", "这张优惠码 11 月 30 日起才能用"),
        ("big", "满 ¥50.00 可用"),
        ("year", "不能用在这个产品上"),
        ("gone", "优惠码 gone 已停用"),
    ] {
        shop.says(BUYER, typed).await;
        let shown = shop.room(BUYER).last();
        assert!(shown.contains(reason) && shown.contains("请把优惠码发给我"), "{typed}: {shown}");
    }
    shop.taps(BUYER, "返回").await;
    assert!(shop.room(BUYER).last().contains("¥39.90"));
}

#[tokio::test]
async fn a_code_that_runs_out_before_the_confirmation_leads_to_a_new_card() {
    let shop = Shop::open().await;
    give_out(&shop, &NewCoupon { total_limit: Some(1), ..terms("SPRING", off(500)) }).await;
    let other = 43;
    for user in [BUYER, other] {
        shop.says(user, "/start cp_SPRING").await;
        assert!(shop.room(user).last().contains("优惠码 SPRING 已记下"));
        shop.taps(user, "八字详批").await;
        shop.taps(user, "开始填写").await;
        shop.taps(user, "同意并继续").await;
        shop.taps(user, "女").await;
        shop.says(user, "1990-05-20 07:15").await;
        shop.taps(user, "跳过").await;
        shop.taps(user, "当时钟表上的时间").await;
        shop.says(user, "要不要换一份工作？").await;
        let card = shop.room(user).last();
        assert!(card.contains("应付：<b>¥34.90</b>"), "{card}");
    }
    shop.taps(other, "没错，去付款").await;
    shop.only_order(other).await;
    shop.taps(BUYER, "没错，去付款").await;
    let card = shop.room(BUYER).last();
    assert!(card.contains("优惠码 SPRING 已被领完"), "{card}");
    assert!(card.contains("价格：<b>¥39.90</b>"), "{card}");
    shop.taps(BUYER, "没错，去付款").await;
    assert_eq!(shop.only_order(BUYER).await.total.minor, 3990);
}

#[tokio::test]
async fn a_code_for_the_whole_price_needs_no_payment() {
    let shop = Shop::open().await;
    give_out(&shop, &terms("GIFT", Worth::Percent(100))).await;
    fill_in(&shop).await;
    shop.taps(BUYER, "🎟 优惠码").await;
    shop.says(BUYER, "gift").await;
    assert!(shop.room(BUYER).last().contains("应付：<b>¥0"), "{}", shop.room(BUYER).last());
    shop.taps(BUYER, "没错，开始").await;
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid);
}

#[tokio::test]
async fn operators_look_a_code_up() {
    let shop = Shop::open().await;
    let until = Some(Timestamp(NOVEMBER.0 + 30 * DAY));
    let new = NewCoupon { total_limit: Some(50), ends_at: until, ..terms("SPRING", off(500)) };
    give_out(&shop, &new).await;
    shop.says(OPERATOR, "/coupon spring").await;
    insta::assert_snapshot!(shop.room(OPERATOR).last());
    shop.says(OPERATOR, "/coupon").await;
    assert!(shop.room(OPERATOR).last().contains("用法"));
    shop.says(OPERATOR, "/coupon none").await;
    assert!(shop.room(OPERATOR).last().contains("没有「none」"));
    shop.says(BUYER, "/coupon spring").await;
    assert!(!shop.room(BUYER).last().contains("SPRING"), "not for buyers");
}

#[tokio::test]
async fn every_card_of_an_order_shows_what_was_taken_off() {
    let shop = Shop::open().await;
    give_out(&shop, &terms("SPRING", off(1000))).await;
    fill_in(&shop).await;
    shop.taps(BUYER, "🎟 优惠码").await;
    shop.says(BUYER, "spring").await;
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    let says_so = |card: &str| {
        for words in ["SPRING", "¥39.90", "¥10.00", "¥29.90"] {
            assert!(card.contains(words), "{words}: {card}");
        }
    };
    pay(&shop, &order).await;
    shop.presses(BUYER, &format!("order:open:{}", order.order_no)).await;
    says_so(&shop.room(BUYER).last());
    shop.presses(BUYER, &format!("order:receipt:{}", order.order_no)).await;
    says_so(&shop.room(BUYER).last());
    shop.says(OPERATOR, &format!("/order {}", order.order_no)).await;
    says_so(&shop.room(OPERATOR).last());
}
