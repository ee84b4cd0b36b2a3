//! Pieces of a product: never more sold than there are, none lost, and a record that says why.

use std::time::Duration;

use mingshu::audit;
use mingshu::catalog::answers::FormAnswers;
use mingshu::catalog::movements::Reason;
use mingshu::catalog::product::{Stock, Supply};
use mingshu::catalog::stock::{self, Taken};
use mingshu::flows::add_stock::{self, Added};
use mingshu::flows::close_order;
use mingshu::flows::place_order::Placed;
use mingshu::kernel::clock::{Clock, Timestamp};
use mingshu::kernel::ids::{OrderNo, Sku, UserId};
use mingshu::orders::{Actor, OrderStatus};
use mingshu::payments::inbox::Judgement;
use mingshu::platform::db::{Db, query_all, query_one};
use mingshu::reports::ports::ModelError;
use sea_orm::ConnectionTrait;

use crate::support::builders::BUYER;
use crate::support::database::{Database, on_every_database};
use crate::support::{TestApp, everywhere};

const NOW: Timestamp = Timestamp(1_795_234_380_000);
const HALF_A_DAY: Duration = Duration::from_secs(12 * 3600);

fn buyers(count: i64, sku: &str) -> Vec<mingshu::flows::place_order::PlaceOrder> {
    (1..=count).map(|user| TestApp::wish(UserId(user), sku, None)).collect()
}

fn ordered(placed: &[Placed]) -> Vec<OrderNo> {
    let number = |placed: &Placed| match placed {
        Placed::Ordered(order) => Some(order.order_no.clone()),
        Placed::SoldOut => None,
        other @ (Placed::AlreadyPlaced(_)
        | Placed::NotOnSale
        | Placed::Closed(_)
        | Placed::FreeLimitReached
        | Placed::PriceChanged(_)
        | Placed::CouponRefused(_)) => panic!("{other:?}"),
    };
    placed.iter().filter_map(number).collect()
}

/// Pieces of a product that are reserved, and that are sold: together as many as are counted.
async fn pieces(app: &TestApp, sku: &str) -> (i64, i64) {
    let sql = "SELECT taken, (SELECT CAST(COALESCE(SUM(CASE reason WHEN 'confirm' THEN quantity \
               WHEN 'return' THEN -quantity ELSE 0 END), 0) AS BIGINT) \
               FROM stock_movements WHERE sku = $1) FROM products WHERE sku = $1";
    let row = query_one(app.base.db.read(), sql, vec![sku.into()]).await.unwrap().unwrap();
    let [taken, sold] = [0, 1].map(|at| row.try_get_by_index::<i64>(at).unwrap());
    (taken - sold, sold)
}

/// What happened to the piece of an order, as the record has it.
async fn record(app: &TestApp, order: &OrderNo) -> Vec<String> {
    let sql = "SELECT reason FROM stock_movements WHERE order_no = $1 ORDER BY at, reason";
    let rows = query_all(app.base.db.read(), sql, vec![order.as_str().into()]).await.unwrap();
    rows.iter().map(|row| row.try_get("", "reason").unwrap()).collect()
}

async fn assert_in_balance(app: &TestApp) {
    assert_eq!(stock::audit(app.base.db.read()).await.unwrap(), [], "counters and record");
}

async fn events(app: &TestApp, kind: &str) -> usize {
    let sql = "SELECT id FROM outbox WHERE kind = $1";
    query_all(app.base.db.read(), sql, vec![kind.into()]).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_hundred_buyers_want_ten_pieces() {
    everywhere(async |app: TestApp| {
        let placed = app.all_at_once(buyers(200, "scarce")).await;
        let orders = ordered(&placed);
        assert_eq!((orders.len(), placed.len()), (10, 200));
        assert_eq!(pieces(&app, "scarce").await, (10, 0));
        assert_in_balance(&app).await;
        // Half are paid and half are closed, all at the same moment.
        let mut deeds = tokio::task::JoinSet::new();
        for (place, no) in orders.iter().cloned().enumerate() {
            let (base, tools) = (app.base.clone(), app.tools.clone());
            let payment = app.payment(&no).await;
            deeds.spawn(async move {
                if place % 2 == 0 {
                    close_order::close(&base, &no).await.unwrap();
                } else {
                    let fact = crate::support::fakes::observation(&payment.payment_no, "paid");
                    let rules = &tools.till.money;
                    mingshu::flows::settle_payment::run(&base, rules, &fact, b"{}").await.unwrap();
                }
            });
        }
        deeds.join_all().await;
        assert_eq!(pieces(&app, "scarce").await, (0, 5));
        assert_in_balance(&app).await;
        let again = app.all_at_once(buyers(50, "scarce")).await;
        assert_eq!(ordered(&again).len(), 5, "what was given back is sold again");
        assert_eq!(pieces(&app, "scarce").await, (5, 5));
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn an_order_of_yesterday_costs_today_nothing() {
    everywhere(async |app: TestApp| {
        let first = app.place("daily", FormAnswers::default()).await;
        let second = app.place("daily", FormAnswers::default()).await;
        let third = app.place("daily", FormAnswers::default()).await;
        let fourth = app.try_to_place(TestApp::wish(BUYER, "daily", None)).await;
        assert!(matches!(fourth, Placed::SoldOut), "{fourth:?}");
        app.clock.advance(HALF_A_DAY);
        // After midnight one is paid, one is given up, one stays open.
        assert_eq!(app.pay(&first.order_no, "paid").await, Judgement::Applied);
        close_order::cancel(&app.base, (BUYER, &second.order_no), "later").await.unwrap();
        let today = ordered(&app.all_at_once(buyers(5, "daily")).await);
        assert_eq!(today.len(), 3, "the whole supply of today");
        assert_in_balance(&app).await;
        close_order::cancel(&app.base, (BUYER, &third.order_no), "later").await.unwrap();
        let more = app.try_to_place(TestApp::wish(BUYER, "daily", None)).await;
        assert!(matches!(more, Placed::SoldOut), "a piece of yesterday is none of today");
        assert_in_balance(&app).await;
        assert_eq!(pieces(&app, "daily").await, (3, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_day_changes_while_everybody_buys() {
    on_every_database(async |database: &Database| {
        let mut buyers = tokio::task::JoinSet::new();
        for number in 0..120 {
            let day = if number % 2 == 0 { "2026-11-21" } else { "2026-11-22" };
            buyers.spawn(one_buyer(database.db.clone(), number, day));
        }
        let taken = buyers.join_all().await;
        let of = |day: &str| taken.iter().filter(|(on, taken)| *on == day && *taken).count();
        assert_eq!((of("2026-11-21"), of("2026-11-22")), (10, 10), "{}", database.name);
        assert_eq!(stock::audit(database.db.read()).await.unwrap(), [], "{}", database.name);
    })
    .await;
}

/// Reserves on `day`, and at once pays for it or lets it go and takes another.
async fn one_buyer(db: Db, number: i64, day: &'static str) -> (&'static str, bool) {
    let (sku, order) = (Sku::from("daily"), OrderNo(format!("M20261121-{number:08}")));
    let supply = Supply { stock: Stock::Daily(10), low_stock: None };
    let tx = db.begin_write().await.unwrap();
    let taken = stock::reserve(&tx, (&sku, &order), (supply, day), NOW).await.unwrap();
    tx.commit().await.unwrap();
    if taken == Taken::SoldOut {
        return (day, false);
    }
    let tx = db.begin_write().await.unwrap();
    stock::confirm(&tx, (&sku, &order), NOW).await.unwrap();
    stock::confirm(&tx, (&sku, &order), NOW).await.unwrap();
    tx.commit().await.unwrap();
    (day, true)
}

#[tokio::test]
async fn late_money_takes_a_piece_anew_under_a_word_of_its_own() {
    everywhere(async |app: TestApp| {
        let order = app.place("scarce", FormAnswers::default()).await;
        close_order::cancel(&app.base, (BUYER, &order.order_no), "later").await.unwrap();
        close_order::cancel(&app.base, (BUYER, &order.order_no), "later").await.unwrap();
        app.clock.advance(Duration::from_secs(60));
        assert_eq!(app.pay(&order.order_no, "late").await, Judgement::Applied);
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Paid);
        let mut words = record(&app, &order.order_no).await;
        words.sort();
        assert_eq!(words, ["confirm", "release", "reserve", "reserve_late"]);
        assert_eq!(pieces(&app, "scarce").await, (0, 1));
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn late_money_for_a_piece_that_is_gone_goes_back() {
    everywhere(async |app: TestApp| {
        let order = app.place("scarce", FormAnswers::default()).await;
        close_order::cancel(&app.base, (BUYER, &order.order_no), "later").await.unwrap();
        assert_eq!(ordered(&app.all_at_once(buyers(10, "scarce")).await).len(), 10);
        app.pay(&order.order_no, "late").await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Refunding);
        assert_eq!(record(&app, &order.order_no).await, ["release", "reserve"]);
        assert_eq!(pieces(&app, "scarce").await, (10, 0));
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn a_paid_order_that_fails_gives_its_piece_back() {
    everywhere(async |app: TestApp| {
        let order = app.place("scarce", FormAnswers::default()).await;
        app.pay(&order.order_no, "paid").await;
        app.model.answer_next((0..9).map(|_| Err(ModelError::Refused)));
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Failed);
        assert_eq!(pieces(&app, "scarce").await, (0, 0));
        assert!(record(&app, &order.order_no).await.contains(&Reason::Return.as_str().to_owned()));
        assert_in_balance(&app).await;
    })
    .await;
}

#[tokio::test]
async fn operators_hear_once_that_few_are_left() {
    everywhere(async |app: TestApp| {
        let alerts = async || app.count_jobs("alert:StockLow:").await;
        let mut orders = ordered(&app.all_at_once(buyers(7, "scarce")).await);
        assert_eq!((events(&app, "stock.low").await, alerts().await), (0, 0));
        orders.push(app.place("scarce", FormAnswers::default()).await.order_no);
        assert_eq!((events(&app, "stock.low").await, alerts().await), (1, 1), "two are left");
        app.place("scarce", FormAnswers::default()).await;
        app.place("scarce", FormAnswers::default()).await;
        assert_eq!((events(&app, "stock.low").await, alerts().await), (1, 1));
        app.clock.advance(Duration::from_secs(2 * 3600));
        for no in &orders[..4] {
            close_order::close(&app.base, no).await.unwrap();
        }
        app.place("scarce", FormAnswers::default()).await;
        assert_eq!(events(&app, "stock.low").await, 1, "three are left");
        app.place("scarce", FormAnswers::default()).await;
        assert_eq!((events(&app, "stock.low").await, alerts().await), (2, 2), "two again");
        assert_in_balance(&app).await;
        app.run_jobs().await;
        let told = app.messenger.saying("库存快没了");
        assert_eq!(told.len(), 2);
        assert!(told[0].text.contains("scarce") && told[0].text.contains("2 of 10"), "{told:?}");
    })
    .await;
}

#[tokio::test]
async fn the_record_cannot_be_rewritten_and_wrong_counters_are_found() {
    everywhere(async |app: TestApp| {
        app.place("scarce", FormAnswers::default()).await;
        for sql in ["UPDATE stock_movements SET quantity = 2", "DELETE FROM stock_movements"] {
            let tx = app.base.db.begin_write().await.unwrap();
            let refused = tx.conn().execute_unprepared(sql).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
        let tx = app.base.db.begin_write().await.unwrap();
        tx.conn().execute_unprepared("UPDATE products SET taken = 6").await.unwrap();
        tx.commit().await.unwrap();
        let found = stock::audit(app.base.db.read()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].sku.as_str(), found[0].day.as_deref()), ("scarce", None));
        assert_eq!((found[0].counted, found[0].moved), (6, 1));
    })
    .await;
}

#[tokio::test]
async fn the_rest_is_what_buyers_can_still_have() {
    everywhere(async |app: TestApp| {
        let db = app.base.db.read();
        let day = app.tools.till.money.day(app.clock.now());
        let (scarce, daily) = (Sku::from("scarce"), Sku::from("daily"));
        app.place("scarce", FormAnswers::default()).await;
        app.place("daily", FormAnswers::default()).await;
        let rest = async |sku: &Sku, stock| stock::rest(db, sku, (stock, &day)).await.unwrap();
        assert_eq!(rest(&scarce, Stock::Counted(10)).await, Some(9));
        assert_eq!(rest(&daily, Stock::Daily(3)).await, Some(2));
        assert_eq!(rest(&daily, Stock::Unlimited).await, None);
    })
    .await;
}

async fn add(app: &TestApp, (sku, quantity): (&str, i64), key: &str) -> Added {
    let product = app.tools.catalog.find(&Sku::from(sku)).unwrap();
    let wish = (product.as_ref(), quantity);
    let operator = (key, &Actor::Operator(7));
    add_stock::run(&app.base, &app.tools.till.money, wish, operator).await.unwrap()
}

async fn try_for(app: &TestApp, (user, sku): (i64, &str)) -> Option<OrderNo> {
    let wish = TestApp::wish(UserId(user), sku, None);
    let placed = app.try_to_place(wish).await;
    ordered(&[placed]).pop()
}

#[tokio::test]
async fn pieces_that_operators_add_can_be_sold_and_each_wish_adds_once() {
    everywhere(async |app: TestApp| {
        for user in 1..=2 {
            assert!(try_for(&app, (user, "pair")).await.is_some());
        }
        assert!(try_for(&app, (3, "pair")).await.is_none(), "two are all there are");
        assert_eq!(add(&app, ("pair", 1), "K1").await, Added::Now);
        assert_eq!(add(&app, ("pair", 1), "K1").await, Added::Before);
        assert!(try_for(&app, (3, "pair")).await.is_some());
        assert!(try_for(&app, (4, "pair")).await.is_none());
        assert_eq!(add(&app, ("pair", -2), "K2").await, Added::Now, "more than is left");
        assert!(try_for(&app, (4, "pair")).await.is_none());
        assert_eq!(add(&app, ("letter", 5), "K3").await, Added::Unlimited);
        assert_in_balance(&app).await;
        let filter = audit::Filter { action: Some("stock.add"), ..audit::Filter::default() };
        let deeds = audit::repo::list(app.base.db.read(), &filter, 9).await.unwrap();
        assert_eq!(deeds.len(), 2);
        let tx = app.base.db.begin_write().await.unwrap();
        let sql = "UPDATE stock_additions SET quantity = 9";
        let refused = tx.conn().execute_unprepared(sql).await.unwrap_err().to_string();
        assert!(refused.contains("append-only"), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn what_is_added_to_a_day_is_gone_with_it() {
    everywhere(async |app: TestApp| {
        assert_eq!(add(&app, ("daily", 1), "K1").await, Added::Now);
        for user in 1..=4 {
            assert!(try_for(&app, (user, "daily")).await.is_some(), "{user}");
        }
        assert!(try_for(&app, (5, "daily")).await.is_none());
        app.clock.advance(HALF_A_DAY * 2);
        for user in 6..=8 {
            assert!(try_for(&app, (user, "daily")).await.is_some(), "{user}");
        }
        assert!(try_for(&app, (9, "daily")).await.is_none(), "three again");
        assert_in_balance(&app).await;
    })
    .await;
}
