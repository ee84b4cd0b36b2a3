//! What is sold: few pieces, reports that cannot be made, buyers who cannot be reached.

use std::time::Duration;

use mingshu::catalog::answers::FormAnswers;
use mingshu::flows::manage_coupons::{self, Created};
use mingshu::flows::place_order::Placed;
use mingshu::kernel::clock::Clock;
use mingshu::kernel::ids::UserId;
use mingshu::notifications::ports::SendError;
use mingshu::orders::{Actor, Order, OrderStatus};
use mingshu::platform::db::{execute, query_one};
use mingshu::promotions::{CouponCode, NewCoupon, Refusal, Worth};
use mingshu::reports::ports::ModelError;

use crate::support::TestApp;
use crate::support::builders::{BUYER, RARE};
use crate::support::street::{MINUTE, Street, on_the_street};

async fn ordered(street: &Street) -> Option<Order> {
    match street.ask_for(BUYER, "rare", FormAnswers::default()).await {
        Placed::Ordered(order) => Some(*order),
        Placed::SoldOut => None,
        other @ (Placed::AlreadyPlaced(_)
        | Placed::NotOnSale
        | Placed::Closed(_)
        | Placed::FreeLimitReached
        | Placed::PriceChanged(_)
        | Placed::CouponRefused(_)) => panic!("{other:?}"),
    }
}

async fn give_out_one(street: &Street) {
    let terms = NewCoupon {
        code: CouponCode::parse("SPRING").unwrap(),
        worth: Worth::Percent(20),
        currency: None,
        minimum_minor: 0,
        cap_minor: None,
        skus: Vec::new(),
        starts_at: None,
        ends_at: None,
        total_limit: Some(1),
        per_user_limit: None,
    };
    let (db, now) = (&street.base.db, street.clock.now());
    let created = manage_coupons::create(db, &terms, &Actor::Operator(7), now).await.unwrap();
    assert_eq!(created, Created::Now);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn scenario_33_the_last_use_of_a_code_is_wanted_by_two() {
    on_the_street(async |street: Street| {
        give_out_one(&street).await;
        for _round in 0..8 {
            let wish = |user| TestApp::wish(UserId(user), "letter", Some("SPRING"));
            let placed = street.all_at_once(vec![wish(7021), wish(7022)]).await;
            let mut winners = Vec::new();
            for one in placed {
                match one {
                    Placed::Ordered(order) => winners.push(*order),
                    Placed::CouponRefused(why) => assert_eq!(why, Refusal::UsedUp),
                    other @ (Placed::AlreadyPlaced(_)
                    | Placed::SoldOut
                    | Placed::NotOnSale
                    | Placed::Closed(_)
                    | Placed::FreeLimitReached
                    | Placed::PriceChanged(_)) => panic!("{other:?}"),
                }
            }
            let [order] = winners.try_into().unwrap();
            assert_eq!(order.total.minor, 2392);
            assert_eq!(street.uses("SPRING").await, 1);
            street.run_jobs().await;
            // It is free again when its order is closed.
            street.later(31 * MINUTE).await;
            street.is(&order, OrderStatus::Closed).await;
            assert_eq!(street.uses("SPRING").await, 0);
        }
    })
    .await;
}

#[tokio::test]
async fn scenario_34_the_last_piece_is_wanted_by_many() {
    on_the_street(async |street: Street| {
        let mut placed = Vec::new();
        for _buyer in 0..RARE + 3 {
            placed.extend(ordered(&street).await);
        }
        assert_eq!(placed.len(), usize::try_from(RARE).unwrap());
        street.run_jobs().await;
        street.cancel(&placed[0]).await;
        assert!(ordered(&street).await.is_some(), "what is given up is free again");
        assert!(ordered(&street).await.is_none());
        let payment = street.payment(&placed[0].order_no).await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.deliver_post().await;
        street.run_jobs().await;
        street.is(&placed[0], OrderStatus::Refunded).await;
        assert_eq!(street.stock("rare").await, (i64::from(RARE), 0));
    })
    .await;
}

#[tokio::test]
async fn scenario_37_one_order_that_cannot_be_done_holds_up_no_other() {
    on_the_street(async |street: Street| {
        let (poisoned, _payment) = street.paid().await;
        street.seal_product(&poisoned, "v1.test.broken").await;
        let (sane, _payment) = street.paid().await;
        street.run_to_the_end().await;
        street.is_sold(&sane).await;
        street.is(&poisoned, OrderStatus::Failed).await;
        assert_eq!(street.kept(&poisoned).await, 0, "the money went back");
        assert_eq!(street.alerts().await, ["OrderFailed"]);
    })
    .await;
}

#[tokio::test]
async fn scenario_38_the_buyer_blocked_us() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        street.messenger.block(true);
        street.run_to_the_end().await;
        let tried = street.messenger.attempts("");
        street.later(60 * MINUTE).await;
        assert_eq!(street.messenger.attempts(""), tried, "nobody knocks for ever");
        assert!(street.refunds_of(&order).await.is_empty(), "the report is kept for later");
        assert_eq!(street.model.finished(), 1);
    })
    .await;
}

#[tokio::test]
async fn scenario_39_the_chat_wants_fewer_messages() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        let pause = Duration::from_millis(5);
        street.messenger.fail_next((0..3).map(|_| Some(SendError::TooFast(pause))));
        street.run_to_the_end().await;
        street.is_sold(&order).await;
        let (sent, all) = street.delivered(&order.order_no).await;
        assert_eq!(sent, all);
    })
    .await;
}

#[tokio::test]
async fn scenario_40_the_model_writes_nothing_that_can_be_delivered() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        let truncated =
            || Err(ModelError::Retry { reason: "truncated".to_owned(), retry_after: None });
        street.model.answer_next([truncated(), truncated(), truncated()]);
        street.run_to_the_end().await;
        street.is(&order, OrderStatus::Failed).await;
        assert_eq!(street.count_completed(&order.order_no).await, 0);
        assert_eq!(street.kept(&order).await, 0, "the money went back");
        assert!(street.alerts().await.contains(&"OrderFailed".to_owned()));
    })
    .await;
}

impl Street {
    /// How often a code is in use.
    async fn uses(&self, code: &str) -> i64 {
        let sql = "SELECT used FROM coupons WHERE code = $1";
        let row = query_one(self.base.db.read(), sql, vec![code.into()]).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Reserved and sold pieces of a product.
    async fn stock(&self, sku: &str) -> (i64, i64) {
        let sql = "SELECT taken, (SELECT CAST(COALESCE(SUM(CASE reason WHEN 'confirm' THEN quantity \
            WHEN 'return' THEN -quantity ELSE 0 END), 0) AS BIGINT) \
            FROM stock_movements WHERE sku = $1) FROM products WHERE sku = $1";
        let row = query_one(self.base.db.read(), sql, vec![sku.into()]).await.unwrap().unwrap();
        let [taken, sold] = [0, 1].map(|at| row.try_get_by_index::<i64>(at).unwrap());
        (taken - sold, sold)
    }

    async fn seal_product(&self, order: &Order, sealed: &str) {
        let tx = self.base.db.begin_write().await.unwrap();
        let sql = "UPDATE order_products SET product_sealed = $2 WHERE order_no = $1";
        let values = vec![order.order_no.as_str().into(), sealed.into()];
        execute(tx.conn(), sql, values).await.unwrap();
        tx.commit().await.unwrap();
    }
}
