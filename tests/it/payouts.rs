//! Promoters are paid what they have earned: once, never more than is confirmed, and every word of
//! it stands in the books.

use std::time::Duration;

use mingshu::affiliates::payouts::{self, Payout, PayoutStatus};
use mingshu::affiliates::{self, Balance};
use mingshu::audit::{self, Filter};
use mingshu::flows::doctor_money;
use mingshu::flows::forget_user::{self, Forgotten};
use mingshu::flows::manage_affiliates::{self, Attached};
use mingshu::flows::pay_affiliate::{self, Decided, Decision, Requested};
use mingshu::flows::refund_order::{self, Wish};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::ids::{AffiliateCode, UserId};
use mingshu::orders::{Actor, Order};
use mingshu::platform::db::query_one;
use mingshu::users;

use crate::support::builders::{BUYER, PROMOTER};
use crate::support::{TestApp, everywhere};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const OPERATOR: Actor = Actor::Operator(7);
const WHERE: &str = "支付宝 138 0000 0000 张三";

async fn balance(app: &TestApp, code: &AffiliateCode) -> Balance {
    let db = app.base.db.read();
    affiliates::repo::balances(db, code, app.clock.now()).await.unwrap().remove(0)
}

/// An order of the promoter's friend that was delivered; its commission is 20 %.
async fn delivered(app: &TestApp) -> Order {
    let order = app.an_order().await;
    app.pay(&order.order_no, order.order_no.as_str()).await;
    app.run_to_the_end().await;
    order
}

async fn ask(app: &TestApp) -> Requested {
    pay_affiliate::request(&app.base, PROMOTER, (WHERE, 1)).await.unwrap()
}

async fn asked(app: &TestApp) -> Payout {
    let Requested::Now(mut made) = ask(app).await else { panic!("nothing was asked for") };
    assert_eq!(made.len(), 1);
    made.remove(0)
}

async fn paid(app: &TestApp, payout: &Payout, reference: &str) -> Decided {
    let decision = Decision::Paid { reference };
    pay_affiliate::decide(&app.base, &payout.payout_no, decision, &OPERATOR).await.unwrap()
}

async fn sound(app: &TestApp) {
    let checkup = doctor_money::run(&app.base).await.unwrap();
    assert!(checkup.is_clean(), "{}", checkup.summary());
}

#[tokio::test]
async fn only_what_the_hold_period_has_confirmed_is_paid_and_only_once() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        delivered(&app).await;
        assert_eq!(balance(&app, &code).await.available.minor, 0);
        assert_eq!(ask(&app).await, Requested::TooLittle);

        app.clock.advance(DAY * 15);
        let earned = balance(&app, &code).await.available;
        assert!(earned.minor > 0);
        let payout = asked(&app).await;
        assert_eq!((payout.amount, payout.status), (earned, PayoutStatus::Requested));
        assert_eq!(balance(&app, &code).await.available.minor, 0);
        assert_eq!(ask(&app).await, Requested::Waiting);
        let told = payout.destination(&app.base.keyring).unwrap();
        assert_eq!(told.as_deref(), Some(WHERE));

        assert!(matches!(paid(&app, &payout, "T-1").await, Decided::Now(_)));
        assert!(matches!(paid(&app, &payout, "T-2").await, Decided::Before(_)));
        assert_eq!(ask(&app).await, Requested::TooLittle);
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("佣金已打款").len(), 1);
        assert_eq!(app.messenger.saying("推广员申请结算").len(), 1);
        sound(&app).await;
        let filter = Filter { subject: Some(payout.payout_no.as_str()), ..Filter::default() };
        let deeds = audit::repo::list(app.base.db.read(), &filter, 9).await.unwrap();
        assert_eq!(deeds.len(), 1);
        assert_eq!(deeds[0].action, "payout.pay");
    })
    .await;
}

#[tokio::test]
async fn a_refused_payout_is_available_again() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        delivered(&app).await;
        app.clock.advance(DAY * 15);
        let payout = asked(&app).await;
        let no = Decision::Rejected { why: "account unknown" };
        let decided =
            pay_affiliate::decide(&app.base, &payout.payout_no, no, &OPERATOR).await.unwrap();
        assert!(matches!(decided, Decided::Now(_)));
        assert_eq!(balance(&app, &code).await.available, payout.amount);
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("account unknown").len(), 1);
        sound(&app).await;
        assert_eq!(asked(&app).await.amount, payout.amount);
    })
    .await;
}

#[tokio::test]
async fn what_was_paid_out_and_lost_to_a_refund_is_earned_back_first() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        let order = delivered(&app).await;
        app.clock.advance(DAY * 15);
        let payout = asked(&app).await;
        paid(&app, &payout, "T-1").await;
        let wish = Wish { reason: "asked", beyond_window: true, ..Wish::default() };
        refund_order::start(&app.base, &order.order_no, &OPERATOR, &wish).await.unwrap();
        app.run_to_the_end().await;
        let now = balance(&app, &code).await;
        assert_eq!((now.earned.confirmed.minor, now.available.minor), (0, 0));
        assert_eq!(now.earned.reversed, payout.amount);
        sound(&app).await;

        delivered(&app).await;
        app.clock.advance(DAY * 15);
        assert_eq!(balance(&app, &code).await.available.minor, 0, "the first one was paid for it");
        assert_eq!(ask(&app).await, Requested::TooLittle);
    })
    .await;
}

#[tokio::test]
async fn two_wishes_at_once_are_one_payout() {
    everywhere(async |app: TestApp| {
        app.a_promoter().await;
        delivered(&app).await;
        app.clock.advance(DAY * 15);
        let wishes = (0..8).map(|_| ask(&app));
        let outcomes = futures_util::future::join_all(wishes).await;
        let made = outcomes.iter().filter(|one| matches!(one, Requested::Now(_))).count();
        assert_eq!(made, 1, "{outcomes:?}");
        let all = payouts::waiting(app.base.db.read(), 9).await.unwrap();
        assert_eq!(all.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_rate_of_their_own_counts_for_orders_to_come() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        delivered(&app).await;
        let first = balance(&app, &code).await.earned.pending.minor;
        let set = manage_affiliates::set_rate(&app.base, &code, Some(40), &OPERATOR).await;
        assert!(set.unwrap());
        delivered(&app).await;
        assert_eq!(balance(&app, &code).await.earned.pending.minor, first * 3);
        let nobody = AffiliateCode::from("NOBODY");
        assert!(!manage_affiliates::set_rate(&app.base, &nobody, None, &OPERATOR).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_lost_referral_is_given_back_with_a_row_of_what_was_done() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        let stranger = UserId(7_099);
        app.a_user(stranger).await;
        let attach = async |person, code: &AffiliateCode| {
            let word = ("came by the poster", &OPERATOR);
            manage_affiliates::attach(&app.base, (person, code), word).await.unwrap()
        };
        assert_eq!(attach(stranger, &code).await, Attached::Now);
        assert_eq!(attach(stranger, &code).await, Attached::Before);
        assert_eq!(attach(PROMOTER, &code).await, Attached::Oneself);
        assert_eq!(attach(UserId(1), &code).await, Attached::NoSuchPerson);
        assert_eq!(attach(stranger, &"NOBODY".into()).await, Attached::NoSuchPromoter);
        let user = users::repo::find(app.base.db.read(), stranger).await.unwrap().unwrap();
        assert_eq!(user.referred_by, Some(code));
        let filter = Filter { action: Some("affiliate.attach"), ..Filter::default() };
        let deeds = audit::repo::list(app.base.db.read(), &filter, 9).await.unwrap();
        assert_eq!(deeds.len(), 1);
        assert!(deeds[0].details.to_string().contains("came by the poster"));
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_promoter_leaves_amounts_and_no_account() {
    everywhere(async |app: TestApp| {
        app.a_promoter().await;
        delivered(&app).await;
        app.clock.advance(DAY * 15);
        let payout = asked(&app).await;
        let done = forget_user::run(&app.base, PROMOTER).await.unwrap();
        assert_eq!(done, Forgotten::Done);
        let db = app.base.db.read();
        let left = payouts::find(db, &payout.payout_no).await.unwrap().unwrap();
        assert_eq!(left.destination(&app.base.keyring).unwrap(), None);
        assert_eq!(left.amount, payout.amount);
        let sql = "SELECT referred_by FROM users WHERE id = $1";
        assert!(query_one(db, sql, vec![BUYER.0.into()]).await.unwrap().is_some());
    })
    .await;
}
