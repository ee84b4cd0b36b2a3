//! Sale prices and coupons: exactly so much off, exactly so often, and given back with the order.

use std::time::Duration;

use mingshu::audit::{self, Filter};
use mingshu::flows::manage_coupons::{self, Created, Disabled};
use mingshu::flows::order_again::{self, Again};
use mingshu::flows::place_order::{PlaceOrder, Placed};
use mingshu::flows::{close_order, settle_payment};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::ids::{OrderNo, UserId};
use mingshu::kernel::locale::Locale;
use mingshu::kernel::money::{Currency, Money};
use mingshu::orders::{Actor, DiscountKind, Order, OrderStatus};
use mingshu::payments::ports::{Observation, StatedAmount};
use mingshu::payments::repo as payments;
use mingshu::promotions::{self, CouponCode, NewCoupon, RedemptionStatus, Refusal, Worth};
use mingshu::reports::ports::ModelError;

use crate::support::builders::BUYER;
use crate::support::fakes::observation;
use crate::support::{TestApp, everywhere};

const ANOTHER: UserId = UserId(7010);

fn code() -> CouponCode {
    CouponCode::parse("SPRING").unwrap()
}

fn terms(percent: u32) -> NewCoupon {
    NewCoupon {
        code: code(),
        worth: Worth::Percent(percent),
        currency: None,
        minimum_minor: 0,
        cap_minor: None,
        skus: Vec::new(),
        starts_at: None,
        ends_at: None,
        total_limit: None,
        per_user_limit: None,
    }
}

async fn give_out(app: &TestApp, new: &NewCoupon) {
    let created =
        manage_coupons::create(&app.base.db, new, &Actor::Operator(0), app.clock.now()).await;
    assert_eq!(created.unwrap(), Created::Now);
}

async fn order_with(app: &TestApp, user: UserId, sku: &str) -> Order {
    let placed = app.try_to_place(TestApp::wish(user, sku, Some("spring"))).await;
    let Placed::Ordered(order) = placed else { panic!("{placed:?}") };
    *order
}

async fn used(app: &TestApp) -> i64 {
    promotions::repo::find(app.base.db.read(), &code()).await.unwrap().unwrap().used
}

async fn status(app: &TestApp, no: &OrderNo) -> RedemptionStatus {
    let found = promotions::repo::find_redemption(app.base.db.read(), no).await.unwrap();
    found.unwrap().status
}

async fn assert_in_balance(app: &TestApp) {
    assert_eq!(promotions::repo::audit(app.base.db.read()).await.unwrap(), []);
}

/// The provider says that the order's amount was paid.
async fn pay(app: &TestApp, order: &Order) {
    let payment = app.payment(&order.order_no).await;
    let amount = order.total.to_major();
    app.gateway.state(&amount);
    let stated = Some(StatedAmount { amount, currency: Some("CNY".to_owned()) });
    let fact = Observation { stated, ..observation(&payment.payment_no, "paid") };
    settle_payment::run(&app.base, &app.tools.till.money, &fact, b"{}").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_buyers_have_a_code_with_twenty_uses() {
    everywhere(async |app: TestApp| {
        give_out(&app, &NewCoupon { total_limit: Some(20), ..terms(20) }).await;
        let wishes = (1..=200).map(|user| TestApp::wish(UserId(user), "letter", Some("SPRING")));
        let placed = app.all_at_once(wishes.collect()).await;
        let mut orders = Vec::new();
        for placed in placed {
            match placed {
                Placed::Ordered(order) => orders.push(order),
                Placed::CouponRefused(refusal) => assert_eq!(refusal, Refusal::UsedUp),
                other @ (Placed::SoldOut
                | Placed::AlreadyPlaced(_)
                | Placed::NotOnSale
                | Placed::Closed(_)
                | Placed::FreeLimitReached
                | Placed::PriceChanged(_)) => panic!("{other:?}"),
            }
        }
        assert_eq!((orders.len(), used(&app).await), (20, 20));
        assert!(orders.iter().all(|order| order.total.minor == 2392));
        assert_in_balance(&app).await;
        let all = mingshu::orders::repo::list(app.base.db.read(), None, (0, 500)).await.unwrap();
        assert_eq!(all.len(), 20, "a refused order leaves nothing behind");
        // All of them are closed at the same moment, and the code is free again.
        let mut deeds = tokio::task::JoinSet::new();
        for order in orders {
            let base = app.base.clone();
            deeds.spawn(async move { close_order::close(&base, &order.order_no).await.unwrap() });
        }
        deeds.join_all().await;
        assert_eq!(used(&app).await, 0);
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_buyer_confirms_twenty_times_at_once() {
    everywhere(async |app: TestApp| {
        give_out(&app, &NewCoupon { per_user_limit: Some(1), ..terms(20) }).await;
        let wishes: Vec<PlaceOrder> =
            (0..20).map(|_| TestApp::wish(BUYER, "letter", Some("SPRING"))).collect();
        let placed = app.all_at_once(wishes).await;
        let ordered = placed.iter().filter(|placed| matches!(placed, Placed::Ordered(_))).count();
        let refused = placed
            .iter()
            .filter(|placed| matches!(placed, Placed::CouponRefused(Refusal::UsedByYou)))
            .count();
        assert_eq!((ordered, refused, used(&app).await), (1, 19, 1));
        assert_in_balance(&app).await;
        order_with(&app, ANOTHER, "letter").await;
        assert_eq!(used(&app).await, 2);
    })
    .await;
}

#[tokio::test]
async fn a_code_comes_back_when_its_order_is_given_up() {
    everywhere(async |app: TestApp| {
        give_out(&app, &NewCoupon { per_user_limit: Some(1), ..terms(20) }).await;
        let first = order_with(&app, BUYER, "letter").await;
        close_order::cancel(&app.base, (BUYER, &first.order_no), "later").await.unwrap();
        close_order::cancel(&app.base, (BUYER, &first.order_no), "later").await.unwrap();
        assert_eq!(status(&app, &first.order_no).await, RedemptionStatus::Returned);
        assert_eq!(used(&app).await, 0);
        let second = order_with(&app, BUYER, "letter").await;
        close_order::close(&app.base, &second.order_no).await.unwrap();
        assert_eq!(used(&app).await, 0);
        let third = order_with(&app, BUYER, "letter").await;
        pay(&app, &third).await;
        app.model.answer_next((0..9).map(|_| Err(ModelError::Refused)));
        app.run_to_the_end().await;
        assert_eq!(app.reload(&third.order_no).await.status, OrderStatus::Failed);
        assert_eq!(
            (status(&app, &third.order_no).await, used(&app).await),
            (RedemptionStatus::Returned, 0)
        );
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn late_money_uses_the_code_again_or_is_honoured_without_room() {
    everywhere(async |app: TestApp| {
        give_out(&app, &NewCoupon { total_limit: Some(1), ..terms(20) }).await;
        let early = order_with(&app, BUYER, "letter").await;
        close_order::close(&app.base, &early.order_no).await.unwrap();
        pay(&app, &early).await;
        assert_eq!(
            (status(&app, &early.order_no).await, used(&app).await),
            (RedemptionStatus::Redeemed, 1)
        );
        assert_in_balance(&app).await;

        let tx = app.base.db.begin_write().await.unwrap();
        promotions::repo::give_back(&tx, &early.order_no, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let late = order_with(&app, BUYER, "letter").await;
        close_order::close(&app.base, &late.order_no).await.unwrap();
        order_with(&app, ANOTHER, "letter").await;
        pay(&app, &late).await;
        let paid = app.reload(&late.order_no).await;
        assert_eq!((paid.status, paid.total.minor), (OrderStatus::Paid, 2392), "the agreed price");
        assert_eq!(
            (status(&app, &late.order_no).await, used(&app).await),
            (RedemptionStatus::Honoured, 1)
        );
        assert_in_balance(&app).await;
        let tx = app.base.db.begin_write().await.unwrap();
        promotions::repo::give_back(&tx, &late.order_no, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(used(&app).await, 1, "what was not counted is not given back");
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn late_money_does_not_use_a_code_more_often_than_a_buyer_may() {
    everywhere(async |app: TestApp| {
        give_out(&app, &NewCoupon { per_user_limit: Some(1), ..terms(20) }).await;
        let early = order_with(&app, BUYER, "letter").await;
        close_order::close(&app.base, &early.order_no).await.unwrap();
        let second = order_with(&app, BUYER, "letter").await;
        pay(&app, &early).await;
        assert_eq!(app.reload(&early.order_no).await.total.minor, 2392, "the agreed price");
        assert_eq!(status(&app, &early.order_no).await, RedemptionStatus::Honoured);
        assert_eq!(status(&app, &second.order_no).await, RedemptionStatus::Redeemed);
        assert_eq!(used(&app).await, 1);
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn an_order_with_nothing_left_to_pay_is_paid_at_once() {
    everywhere(async |app: TestApp| {
        give_out(&app, &terms(100)).await;
        let order = order_with(&app, BUYER, "letter").await;
        assert_eq!((order.status, order.total.minor), (OrderStatus::Paid, 0));
        assert_eq!((order.price.minor, order.discount.minor), (2990, 2990));
        let attempts = payments::list_of_order(app.base.db.read(), &order.order_no).await.unwrap();
        assert!(attempts.is_empty(), "{attempts:?}");
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(
            (status(&app, &order.order_no).await, used(&app).await),
            (RedemptionStatus::Redeemed, 1)
        );
        let told = app.messenger.saying("已收到");
        assert!(told[0].text.contains("优惠码 SPRING：−¥29.90"), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn sale_and_coupon_are_shown_line_by_line_wherever_money_is() {
    everywhere(async |app: TestApp| {
        give_out(&app, &terms(15)).await;
        let order = order_with(&app, BUYER, "bargain").await;
        let lines: Vec<_> =
            order.discounts.iter().map(|line| (line.kind, line.amount.minor)).collect();
        // 29.90 − 5.98 = 23.92; 15 % of that are 3.588, rounded down.
        assert_eq!(lines, [(DiscountKind::Sale, 598), (DiscountKind::Coupon, 358)]);
        assert_eq!((order.total.minor, order.coupon_code.as_deref()), (2034, Some("SPRING")));
        assert_eq!(app.payment(&order.order_no).await.amount, order.total);
        app.run_jobs().await;
        let wanted = "原价：¥29.90\n🏷 双十一：−¥5.98\n🎟 优惠码 SPRING：−¥3.58";
        let card = app.messenger.saying("待付款");
        assert!(card[0].text.contains("¥20.34") && card[0].text.contains(wanted), "{card:?}");
        pay(&app, &order).await;
        app.run_jobs().await;
        let told = app.messenger.saying("支付成功");
        assert!(told[0].text.contains("¥20.34") && told[0].text.contains(wanted), "{told:?}");
        assert_eq!(app.reload(&order.order_no).await.discounts, order.discounts);
    })
    .await;
}

#[tokio::test]
async fn nobody_pays_another_price_than_the_card_showed() {
    everywhere(async |app: TestApp| {
        let cny = |minor| Money::new(minor, Currency::CNY);
        let seen = |minor| PlaceOrder {
            seen_total: Some(cny(minor)),
            ..TestApp::wish(BUYER, "bargain", None)
        };
        app.clock.advance(Duration::from_secs(24 * 3600));
        let placed = app.try_to_place(seen(2392)).await;
        let Placed::PriceChanged(quote) = placed else { panic!("{placed:?}") };
        assert_eq!((quote.total, quote.lines.len()), (cny(2990), 0), "the sale is over");
        let none = mingshu::orders::repo::list(app.base.db.read(), None, (0, 10)).await.unwrap();
        assert!(none.is_empty());
        let Placed::Ordered(order) = app.try_to_place(seen(2990)).await else { panic!() };
        assert_eq!(order.total, cny(2990));
    })
    .await;
}

#[tokio::test]
async fn a_repeated_order_keeps_its_coupon_where_that_still_counts() {
    everywhere(async |app: TestApp| {
        give_out(&app, &NewCoupon { per_user_limit: Some(1), ..terms(20) }).await;
        let first = order_with(&app, BUYER, "letter").await;
        close_order::close(&app.base, &first.order_no).await.unwrap();
        let again = async |no: &OrderNo| {
            let wish = (BUYER, no, Locale::ZhHans);
            let again = order_again::run(&app.tools.till, &app.tools.catalog, wish).await.unwrap();
            let Again::Placed(Placed::Ordered(order)) = again else { panic!("{again:?}") };
            *order
        };
        let second = again(&first.order_no).await;
        assert_eq!((second.total.minor, used(&app).await), (2392, 1));
        pay(&app, &second).await;
        app.run_jobs().await;
        let third = again(&second.order_no).await;
        assert_eq!((third.total.minor, third.coupon_code), (2990, None));
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn operators_give_out_codes_and_switch_them_off_and_that_is_written_down() {
    everywhere(async |app: TestApp| {
        give_out(&app, &terms(20)).await;
        let (db, now, who) = (&app.base.db, app.clock.now(), Actor::Operator(42));
        let create = manage_coupons::create(db, &terms(30), &who, now).await;
        assert_eq!(create.unwrap(), Created::Exists);
        let create = manage_coupons::create(db, &terms(0), &who, now).await;
        assert!(matches!(create.unwrap(), Created::Senseless(_)));
        let unknown = CouponCode::parse("NOBODY").unwrap();
        let off =
            async |code: &CouponCode| manage_coupons::disable(db, code, &who, now).await.unwrap();
        assert_eq!(off(&unknown).await, Disabled::Unknown);
        let order = order_with(&app, BUYER, "letter").await;
        assert_eq!(off(&code()).await, Disabled::Now);
        assert_eq!(off(&code()).await, Disabled::Before);
        let refused = app.try_to_place(TestApp::wish(ANOTHER, "letter", Some("SPRING"))).await;
        assert!(matches!(refused, Placed::CouponRefused(Refusal::Disabled)), "{refused:?}");
        assert_eq!(app.reload(&order.order_no).await.total.minor, 2392);

        let deeds = audit::repo::list(db.read(), &Filter::default(), 10).await.unwrap();
        let told: Vec<_> = deeds
            .iter()
            .map(|deed| (deed.operator.as_str(), deed.action.as_str(), deed.subject.as_str()))
            .collect();
        assert_eq!(
            told,
            [
                ("operator:42", "coupon.disable", "SPRING"),
                ("operator:0", "coupon.create", "SPRING")
            ]
        );
        assert_eq!(deeds[1].details["percent"], 20);
    })
    .await;
}
