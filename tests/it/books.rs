//! The money book, and the rules that are asked of it: what is right leaves no finding, and each
//! kind of damage is found by its code.

use std::time::Duration;

use mingshu::flows::refund_order::{self, Wish};
use mingshu::flows::{confirm_payment, doctor_money};
use mingshu::kernel::ids::OrderNo;
use mingshu::kernel::money::{Currency, Money};
use mingshu::orders::{Actor, OrderStatus};
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::{Outcome, StatedAmount};
use mingshu::platform::db::{execute, query_all, query_one};
use mingshu::reports::ports::ModelError;

use crate::support::database::on_databases_before;
use crate::support::fakes::observation;
use crate::support::{TestApp, everywhere};

const HOUR: Duration = Duration::from_secs(3600);

impl TestApp {
    /// The codes of the rules that are broken.
    async fn findings(&self) -> Vec<&'static str> {
        let diagnosis = doctor_money::run(&self.base).await.unwrap();
        diagnosis.broken().map(|broken| broken.code).collect()
    }

    /// The lines of the book about an order: key, debit, credit, minor units.
    async fn book(&self, order_no: &OrderNo) -> Vec<(String, String, String, i64)> {
        let rows = query_all(
            self.base.db.read(),
            "SELECT transfer_key, debit, credit, amount_minor FROM ledger_transfers \
             WHERE order_no = $1 ORDER BY id",
            vec![order_no.as_str().into()],
        );
        let line = |row: &sea_orm::QueryResult| {
            let text = |place| row.try_get_by_index::<String>(place).unwrap();
            (text(0), text(1), text(2), row.try_get_by_index(3).unwrap())
        };
        rows.await.unwrap().iter().map(line).collect()
    }

    /// The sum of an account over all orders, counted as it grows by credits.
    async fn balance(&self, account: &str) -> i64 {
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN credit = $1 THEN amount_minor \
                   ELSE -amount_minor END), 0) AS BIGINT) FROM ledger_transfers \
                   WHERE credit = $1 OR debit = $1";
        let row = query_one(self.base.db.read(), sql, vec![account.into()]).await.unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }

    pub(crate) async fn damage(&self, sql: &str) {
        let tx = self.base.db.begin_write().await.unwrap();
        execute(tx.conn(), sql, vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }
}

#[tokio::test]
async fn a_whole_purchase_is_booked_once_and_leaves_no_finding() {
    everywhere(async |app: TestApp| {
        app.a_promoter().await;
        let order = app.a_paid_order().await;
        assert_eq!(app.findings().await, [""; 0]);
        app.pay(&order.order_no, "first").await;
        app.pay(&order.order_no, "again").await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);

        let payment = app.payment(&order.order_no).await.payment_no;
        let line = |key: &str, debit: &str, credit: &str, minor| {
            (key.to_owned(), debit.to_owned(), credit.to_owned(), minor)
        };
        let expected = [
            line(&format!("received:{payment}"), "provider:fakepay", "orders:owed", 2990),
            line(&format!("revenue:{}", order.order_no), "orders:owed", "revenue", 2990),
            line(
                &format!("commission:{}", order.order_no),
                "commission:expense",
                "commission:payable",
                598,
            ),
        ];
        assert_eq!(app.book(&order.order_no).await, expected);
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_refund_after_delivery_takes_revenue_and_commission_back() {
    everywhere(async |app: TestApp| {
        app.a_promoter().await;
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        let by = (&Actor::Operator(1), "asked for");
        refund_order::start(
            &app.base,
            &order.order_no,
            by.0,
            &Wish { reason: by.1, ..Wish::default() },
        )
        .await
        .unwrap();
        assert_eq!(app.findings().await, [""; 0], "while it is under way");
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Refunded);
        for account in ["provider:fakepay", "orders:owed", "revenue", "commission:payable"] {
            assert_eq!(app.balance(account).await, 0, "{account}");
        }
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_failed_gives_back_what_was_owed() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Err(ModelError::Refused)]);
        let order = app.a_paid_order().await;
        assert_eq!(app.balance("orders:owed").await, 2990);
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Failed);
        assert_eq!(app.balance("orders:owed").await, 0);
        assert_eq!(app.balance("revenue").await, 0);
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn money_that_does_not_match_stands_in_doubt_until_it_is_proved() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        let mut wrong = observation(&payment.payment_no, "wrong");
        wrong.stated = Some(StatedAmount { amount: "0.010".into(), currency: Some("USD".into()) });
        assert_eq!(app.settle(&wrong).await, Judgement::Mismatch);
        assert_eq!(app.balance("doubt").await, 1);
        assert_eq!(app.findings().await, [""; 0]);
        app.clock.advance(HOUR * 2);
        assert_eq!(app.findings().await, [""; 0], "a person decides, and has some time");
        app.clock.advance(HOUR * 72);
        assert_eq!(app.findings().await, ["M16"]);

        app.pay(&order.order_no, "right").await;
        assert_eq!(app.balance("doubt").await, 0);
        assert_eq!(app.balance("orders:owed").await, 2990);
        app.run_jobs().await;
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_conflict_that_cannot_be_read_is_kept_without_a_line_in_the_book() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        let mut wrong = observation(&payment.payment_no, "wrong");
        wrong.stated = Some(StatedAmount { amount: "nineteen".into(), currency: None });
        assert_eq!(app.settle(&wrong).await, Judgement::Mismatch);
        assert!(app.book(&order.order_no).await.is_empty());
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn late_money_and_a_second_charge_leave_no_finding() {
    everywhere(async |app: TestApp| {
        app.gateway.answer_queries([Ok(Outcome::Pending)]);
        let order = app.an_order().await;
        app.clock.advance(HOUR);
        app.worker.sweep().await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Closed);
        assert_eq!(app.findings().await, [""; 0]);
        app.pay(&order.order_no, "late").await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);

        let payment = app.payment(&order.order_no).await;
        let mut second = observation(&payment.payment_no, "second");
        second.provider_ref = Some("T-other".to_owned());
        app.settle(&second).await;
        app.settle(&second).await;
        assert_eq!((app.balance("doubt").await, app.balance("revenue").await), (2990, 2990));
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn the_book_cannot_be_rewritten() {
    everywhere(async |app: TestApp| {
        app.a_paid_order().await;
        let deeds =
            ["UPDATE ledger_transfers SET amount_minor = 1", "DELETE FROM ledger_transfers"];
        for sql in deeds {
            let tx = app.base.db.begin_write().await.unwrap();
            let refused = execute(tx.conn(), sql, vec![]).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{refused}");
        }
    })
    .await;
}

/// Each kind of damage to a shop that has sold two reports for money and one for nothing, has
/// given one of the two back, and has one order open; and the codes that find it.
const DAMAGES: [(&str, &[&str]); 18] = [
    ("UPDATE orders SET status = 'closed' WHERE status = 'pending_payment'", &["M18"]),
    ("UPDATE payments SET status = 'expired' WHERE status = 'processing'", &["M19"]),
    (
        "UPDATE payments SET status = 'succeeded', paid_at = 1 WHERE status = 'processing'",
        &["M01", "M04", "M19"],
    ),
    (
        "UPDATE payments SET status = 'failed' WHERE status = 'succeeded'",
        &["M01", "M02", "M03", "M05", "M09", "M19"],
    ),
    (
        "UPDATE payments SET amount_minor = amount_minor + 1 WHERE status = 'succeeded'",
        &["M01", "M04"],
    ),
    ("UPDATE refunds SET amount_minor = 2991", &["M01", "M03", "M06"]),
    ("UPDATE refunds SET status = 'failed'", &["M01", "M07"]),
    (
        "UPDATE refunds SET status = 'unknown', created_at = created_at - 90000000",
        &["M01", "M07", "M15"],
    ),
    ("UPDATE orders SET completed_at = NULL WHERE status = 'completed'", &["M08"]),
    ("UPDATE commissions SET rate_percent = 19", &["M09"]),
    (
        "UPDATE commissions SET amount_minor = 0, reversed_minor = 0 WHERE reversed_minor = 0",
        &["M10"],
    ),
    ("UPDATE commissions SET reversed_minor = 0", &["M09", "M10"]),
    ("UPDATE products SET taken = taken + 1 WHERE sku = 'letter'", &["M11"]),
    ("UPDATE products SET taken = taken - 1 WHERE sku = 'letter'", &["M11"]),
    (
        "INSERT INTO stock_days (sku, day, taken, updated_at) VALUES ('letter', '2026-11-21', 1, 1)",
        &["M11"],
    ),
    (
        "INSERT INTO coupons (code, kind, used, created_by, created_at, updated_at) \
         VALUES ('NEW', 'percent', 1, 'operator:1', 1, 1)",
        &["M12"],
    ),
    ("UPDATE orders SET expires_at = 1 WHERE status = 'pending_payment'", &["M13"]),
    ("UPDATE payments SET expires_at = 1 WHERE status = 'processing'", &["M14"]),
];

/// What the damages touch, and what can be put back.
const TOUCHED: [&str; 7] =
    ["orders", "payments", "refunds", "commissions", "products", "stock_days", "coupons"];

#[tokio::test]
async fn every_kind_of_damage_is_found_by_its_code() {
    everywhere(async |app: TestApp| {
        app.a_busy_shop().await;
        for table in TOUCHED {
            app.damage(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}")).await;
        }
        for (sql, codes) in DAMAGES {
            assert_eq!(app.findings().await, [""; 0], "before: {sql}");
            app.damage(sql).await;
            assert_eq!(app.findings().await, codes, "{sql}");
            for table in TOUCHED {
                app.damage(&format!("DELETE FROM {table}")).await;
                app.damage(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn lines_that_nothing_stands_behind_are_found() {
    everywhere(async |app: TestApp| {
        app.a_busy_shop().await;
        let line = |key: &str, kind: &str, debit: &str, credit: &str| {
            format!(
                "INSERT INTO ledger_transfers (transfer_key, kind, debit, credit, amount_minor, \
                 currency, at) VALUES ('{key}', '{kind}', '{debit}', '{credit}', 1, 'CNY', 1)"
            )
        };
        app.damage(&line("x", "adjustment", "orders:owed", "revenue")).await;
        assert_eq!(app.findings().await, ["M08"]);
        app.damage(&line("y", "received", "provider:fakepay", "orders:owed")).await;
        assert_eq!(app.findings().await, ["M01", "M05", "M08"]);
        app.damage(&line("z", "refunded", "orders:owed", "provider:fakepay")).await;
        assert_eq!(app.findings().await, ["M05", "M07", "M08"], "two wrongs balance");
    })
    .await;
}

#[tokio::test]
async fn a_parked_job_is_a_finding_with_its_reason() {
    everywhere(async |app: TestApp| {
        app.an_order().await;
        app.damage("UPDATE jobs SET status = 'parked', last_error = 'why it stopped'").await;
        assert_eq!(app.findings().await, [""; 0], "a person was told, and has a day");
        app.damage("UPDATE jobs SET updated_at = updated_at - 90000000").await;
        let diagnosis = doctor_money::run(&app.base).await.unwrap();
        let parked = diagnosis.broken().next().unwrap();
        assert_eq!(parked.code, "M17");
        assert_eq!(parked.findings[0].note.as_deref(), Some("why it stopped"));
        assert!(parked.findings[0].subject.contains(':'));
    })
    .await;
}

#[tokio::test]
async fn a_finding_names_its_order_and_both_amounts() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.damage("UPDATE payments SET amount_minor = 3000").await;
        let diagnosis = doctor_money::run(&app.base).await.unwrap();
        let booked = diagnosis.broken().find(|broken| broken.code == "M04").unwrap();
        let finding = &booked.findings[0];
        assert_eq!(finding.order_no.as_deref(), Some(order.order_no.as_str()));
        assert_eq!(finding.numbers(), "expected 30.00 CNY, found 29.90 CNY");
        assert_eq!(diagnosis.summary(), "M01 ×1, M04 ×1");
    })
    .await;
}

#[tokio::test]
async fn at_night_the_rules_are_asked_once_and_a_broken_one_is_an_alert() {
    everywhere(async |app: TestApp| {
        app.a_paid_order().await;
        app.run_jobs().await;
        let zone = app.tools.till.money.time_zone;
        assert!(doctor_money::sweep(&app.base, zone).await.unwrap());
        assert!(!doctor_money::sweep(&app.base, zone).await.unwrap(), "once a day");
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("账目有不符之处").len(), 0);

        // 12:13 in Shanghai: fifteen hours on it is three at night again.
        app.damage("UPDATE products SET taken = taken + 1").await;
        app.clock.advance(HOUR * 14);
        assert!(!doctor_money::sweep(&app.base, zone).await.unwrap(), "not before three");
        app.clock.advance(HOUR);
        assert!(doctor_money::sweep(&app.base, zone).await.unwrap());
        app.run_jobs().await;
        let told = app.messenger.saying("账目有不符之处");
        assert!(told.len() == 1 && told[0].text.contains("M11 ×1"), "{told:?}");
        assert!(told[0].text.contains("2026-11-22"), "{told:?}");
    })
    .await;
}

impl TestApp {
    async fn a_busy_shop(&self) {
        self.a_promoter().await;
        self.a_free_order().await;
        self.a_paid_order().await;
        let returned = self.a_paid_order().await;
        self.run_jobs().await;
        let by = (&Actor::Operator(1), "asked for");
        refund_order::start(
            &self.base,
            &returned.order_no,
            by.0,
            &Wish { reason: by.1, ..Wish::default() },
        )
        .await
        .unwrap();
        self.run_to_the_end().await;
        self.an_order().await;
    }
}

/// What a shop looked like that was at work before the book was kept: a report sold, one given
/// back, one half given back, one paid and not delivered yet.
const BEFORE_THE_BOOK: &str = "
INSERT INTO orders (order_no, draft_id, user_id, sku, product_sealed, status, step, locale,
  price_minor, total_minor, currency, expires_at, paid_at, completed_at, created_at, updated_at)
SELECT no, no, 1, 'letter', '', status, 'done', 'zh-Hans', 2990, 2990, 'CNY', 9, 2, done, 1, 3
FROM (
  SELECT 'M1' AS no, 'completed' AS status, 3 AS done UNION ALL SELECT 'M2', 'refunded', 3
  UNION ALL SELECT 'M3', 'completed', 3 UNION ALL SELECT 'M4', 'paid', NULL) old;
INSERT INTO order_history (order_no, to_status, actor, reason, at)
SELECT order_no, status, 'system', '', 1 FROM orders;
INSERT INTO payments (payment_no, order_no, provider, dialect, method, status, amount_minor,
  currency, expires_at, paid_at, created_at, updated_at)
SELECT 'P' || order_no, order_no, 'pingpong', 'v4', 'wechat', 'succeeded', 2990, 'CNY', 9, 2, 1, 2
FROM orders;
INSERT INTO payment_log (payment_no, to_status, source, note, at)
SELECT payment_no, status, 'callback', '', 1 FROM payments;
INSERT INTO refunds (refund_no, cause, order_no, payment_no, amount_minor, currency, status, reason,
  actor, created_at, updated_at)
VALUES ('R2', 'a', 'M2', 'PM2', 2990, 'CNY', 'succeeded', '', 'system', 1, 4),
  ('R3', 'b', 'M3', 'PM3', 1000, 'CNY', 'succeeded', '', 'system', 1, 4),
  ('R4', 'c', 'M4', 'PM4', 1000, 'CNY', 'failed', '', 'system', 1, 4);
INSERT INTO commissions (order_no, affiliate_code, status, base_minor, amount_minor, reversed_minor,
  currency, hold_until_at, created_at, updated_at)
VALUES ('M1', 'A', 'pending', 2990, 598, 0, 'CNY', 9, 3, 3),
  ('M3', 'A', 'pending', 2990, 598, 200, 'CNY', 9, 3, 3)";

#[tokio::test]
async fn a_shop_that_was_at_work_before_gets_its_book_and_it_is_sound() {
    on_databases_before("m20261121_000005_books", async |database| {
        let tx = database.db.begin_write().await.unwrap();
        for sql in BEFORE_THE_BOOK.split(';') {
            execute(tx.conn(), sql, vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
        database.bring_up_to_date().await;
        let app = TestApp::start(database);
        assert_eq!(app.findings().await, [""; 0], "{}", database.name);
        assert_eq!(app.balance("revenue").await, 2990 + 1990);
        assert_eq!(app.balance("orders:owed").await, 2990);
        assert_eq!(app.balance("commission:payable").await, 598 + 398);
    })
    .await;
}

#[tokio::test]
async fn what_an_operator_accepts_is_booked_as_it_arrived() {
    everywhere(async |app: TestApp| {
        app.a_promoter().await;
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        let mut less = observation(&payment.payment_no, "less");
        less.stated = Some(StatedAmount { amount: "9.90".into(), currency: Some("CNY".into()) });
        assert_eq!(app.settle(&less).await, Judgement::Mismatch);
        let statement = confirm_payment::Statement { reference: "bank-1", note: "good enough" };
        let money = &app.tools.till.money;
        let by = (order.order_no.as_str(), &Actor::Operator(1));
        confirm_payment::run(&app.base, money, by, &statement).await.unwrap();
        assert_eq!((app.balance("doubt").await, app.balance("orders:owed").await), (0, 990));
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!((app.balance("revenue").await, app.balance("orders:owed").await), (990, 0));
        assert_eq!(app.balance("commission:payable").await, 198, "a fifth of what came");
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn what_was_given_back_by_hand_did_not_leave_the_provider() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        let wish = Wish { reason: "asked for", by_hand: Some("cash"), ..Wish::default() };
        let by = Actor::Operator(1);
        refund_order::start(&app.base, &order.order_no, &by, &wish).await.unwrap();
        assert_eq!(app.balance("by_hand").await, 2990);
        assert_eq!(app.balance("provider:fakepay").await, -2990, "it is still there");
        assert_eq!((app.balance("revenue").await, app.balance("orders:owed").await), (0, 0));
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_part_that_went_back_before_the_delivery_is_neither_earned_nor_shared() {
    everywhere(async |app: TestApp| {
        app.a_promoter().await;
        let order = app.a_paid_order().await;
        let part = Some(Money::new(1000, Currency::CNY));
        let wish = Wish { reason: "sorry", amount: part, by_hand: Some("cash"), ..Wish::default() };
        let by = Actor::Operator(1);
        refund_order::start(&app.base, &order.order_no, &by, &wish).await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!((app.balance("revenue").await, app.balance("orders:owed").await), (1990, 0));
        assert_eq!(app.balance("commission:payable").await, 398);
        assert_eq!(app.findings().await, [""; 0]);
    })
    .await;
}
