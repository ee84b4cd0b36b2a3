//! Every answer to a payment callback (spec.md §4 rules 2, 3, 5, 6, 8, 9), in both dialects.

use futures_util::future::join_all;
use serde_json::json;

use super::buyer::Buyer;
use super::errands::{Birth, Ordered};
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::pingpong::{BillState, Dialect, Notice, Receipt, envelope, seal};

const FIRST_BUYER: i64 = 530_000_001;
/// The largest body that is read (rule 9).
const LARGEST: usize = 256 * 1024;

#[tokio::test]
async fn v4_gets_the_answers_of_rule_9() {
    on_every_database(async |kind| Box::pin(every_answer(Plan::new(kind, Dialect::V4))).await)
        .await;
}

#[tokio::test]
async fn hmac_gets_the_answers_of_rule_9() {
    on_every_database(async |kind| Box::pin(every_answer(Plan::new(kind, Dialect::Hmac))).await)
        .await;
}

async fn every_answer(plan: Plan) {
    let shop = Shop::open(&plan).await;
    let counter = Counter::open(&shop).await;
    counter.forged_and_broken_bodies_are_refused().await;
    counter.an_orphan_is_kept_and_reported().await;
    tokio::join!(
        counter.a_good_notice_pays_once(),
        counter.wrong_money_is_a_conflict(1, "amount", "0.01"),
        counter.wrong_money_is_a_conflict(2, "amount", "39.91"),
        counter.wrong_money_is_a_conflict(3, "currency", "USD"),
        counter.a_failure_is_what_the_dialect_means_by_it(),
        counter.a_success_without_an_amount_is_asked_about(),
        counter.another_merchants_money_is_a_conflict(),
    );
    drop(counter);
    shop.close().await;
}

/// Orders of several buyers, waiting for their money.
struct Counter<'a> {
    shop: &'a Shop,
    dialect: Dialect,
    buyers: Vec<(i64, Ordered)>,
}

impl<'a> Counter<'a> {
    async fn open(shop: &'a Shop) -> Self {
        let orders = (0..7).map(|index| async move {
            let chat = FIRST_BUYER + index;
            let question = format!("问题{index}");
            (chat, shop.buyer(chat).orders_whole_chart(Birth::Typed, &question).await)
        });
        let dialect = shop.world.pingpong.dialect;
        Self { shop, dialect, buyers: join_all(orders).await }
    }

    fn order(&self, index: usize) -> &Ordered {
        &self.buyers[index].1
    }

    fn buyer(&self, index: usize) -> Buyer<'a> {
        self.shop.buyer(self.buyers[index].0)
    }

    fn notice(&self, index: usize, status: &str) -> Notice {
        self.shop.world.pingpong.notice(&self.order(index).payment_no, status)
    }

    async fn tell(&self, notice: &Notice) -> Receipt {
        self.shop.world.pingpong.tell(notice).await.expect("the shop answers")
    }

    async fn post(&self, headers: &[(&str, String)], body: Vec<u8>) -> Receipt {
        let url = self.notice(0, "SUCCESS").url;
        self.shop.world.pingpong.post(&url, headers, body).await.expect("the shop answers")
    }

    async fn number(&self, sql: &str) -> i64 {
        self.shop.database.number(sql).await
    }

    /// What the dialect calls "taken".
    fn assert_taken(&self, receipt: &Receipt) {
        match self.dialect {
            Dialect::V4 => assert_eq!((receipt.status, receipt.body.as_str()), (200, "OK")),
            Dialect::Hmac => {
                let body: serde_json::Value = serde_json::from_str(&receipt.body).unwrap();
                assert_eq!((receipt.status, body), (200, json!({ "status": "ok" })));
            }
        }
    }

    async fn jobs_of(&self, order_no: &str) -> i64 {
        let sql = "SELECT COUNT(*) FROM jobs WHERE kind LIKE '%fulfil%' AND dedupe_key LIKE";
        self.number(&format!("{sql} '%{order_no}%'")).await
    }

    async fn forged_and_broken_bodies_are_refused(&self) {
        let good = self.notice(0, "SUCCESS");
        for secret in ["another-secret", " ", "0"] {
            let receipt = self.tell(&good.clone().signed_with(secret)).await;
            assert_eq!(receipt.status, 401, "signed with `{secret}`: {receipt:?}");
        }
        for (what, headers, body, status) in self.bad_deliveries(&good) {
            let receipt = self.post(&headers, body).await;
            assert_eq!(receipt.status, status, "{what}: {receipt:?}");
        }
        assert_eq!(self.number("SELECT COUNT(*) FROM callback_inbox").await, 0);
        let order = self.shop.order(&self.order(0).order_no);
        assert_eq!(order["status"], "pending_payment", "nothing of that paid");
    }

    /// What is wrong, headers, body, and the answer it deserves.
    #[expect(clippy::type_complexity, reason = "a table")]
    fn bad_deliveries(
        &self,
        good: &Notice,
    ) -> Vec<(&'static str, Vec<(&'static str, String)>, Vec<u8>, u16)> {
        let (headers, body) = good.sealed();
        let mut flipped = body.clone();
        let digit = flipped.iter_mut().rev().find(|byte| byte.is_ascii_hexdigit()).unwrap();
        *digit = if *digit == b'0' { b'1' } else { b'0' };
        let huge = vec![b'x'; LARGEST + 1];
        match self.dialect {
            Dialect::V4 => {
                let mut unsigned: serde_json::Value = serde_json::from_slice(&body).unwrap();
                unsigned.as_object_mut().unwrap().remove("sign");
                let nothing = "{\"notifyType\":\"RECHARGE\",\"status\":\"SUCCESS\"}";
                vec![
                    ("a flipped digit", vec![], flipped, 401),
                    ("no signature", vec![], unsigned.to_string().into_bytes(), 401),
                    ("no JSON", vec![], b"{\"accId\":".to_vec(), 400),
                    ("a list", vec![], b"[]".to_vec(), 400),
                    ("signed nonsense", vec![], envelope("{\"status\":", seal::SALT), 400),
                    ("signed, but of no payment", vec![], envelope(nothing, seal::SALT), 400),
                    ("too large", vec![], huge, 413),
                ]
            }
            Dialect::Hmac => {
                let sign = |body: &[u8]| {
                    vec![("X-Signature", seal::sign_hmac(body, seal::WEBHOOK_SECRET))]
                };
                let nonsense = b"{\"order_id\":".to_vec();
                let nothing = b"{}".to_vec();
                vec![
                    ("a changed body", headers.clone(), flipped, 401),
                    ("no signature", vec![], body.clone(), 401),
                    ("an empty signature", vec![("X-Signature", String::new())], body.clone(), 401),
                    ("no hex", vec![("X-Signature", "sha256=zz".to_owned())], body.clone(), 401),
                    ("two signatures", [headers.clone(), headers].concat(), body, 401),
                    ("signed nonsense", sign(&nonsense), nonsense, 400),
                    ("signed, but of nothing", sign(&nothing), nothing, 400),
                    ("too large", sign(&huge), huge, 413),
                ]
            }
        }
    }

    async fn an_orphan_is_kept_and_reported(&self) {
        let number = "P20261121-ZZZZZZZZ";
        let orphan = self.notice(0, "SUCCESS").with(Notice::number_field(self.dialect), number);
        for _ in 0..3 {
            let receipt = self.tell(&orphan).await;
            self.assert_taken(&receipt);
        }
        let kept = format!("SELECT verdict FROM callback_inbox WHERE reference = '{number}'");
        assert_eq!(self.shop.database.texts(&kept).await, ["orphan"], "kept once");
        let mut operator = self.shop.operator();
        operator.sees("alert-title-orphan_callback").await;
        let order = self.shop.order(&self.order(0).order_no);
        assert_eq!(order["status"], "pending_payment");
    }

    async fn a_good_notice_pays_once(&self) {
        let order_no = &self.order(0).order_no;
        self.shop.world.pingpong.set_state(&self.order(0).payment_no, BillState::Paid);
        let good = self.notice(0, "SUCCESS");
        for _ in 0..3 {
            let receipt = self.tell(&good).await;
            self.assert_taken(&receipt);
            let paid = format!(
                "SELECT COUNT(*) FROM orders WHERE paid_at > 0 AND order_no = '{order_no}'"
            );
            assert_eq!(self.number(&paid).await, 1, "committed before the answer");
        }
        // Other words for the same money, and older news, change nothing.
        let other_evidence = match self.dialect {
            Dialect::V4 => good.clone().with("transactionEndTime", "1795219206000"),
            Dialect::Hmac => good.clone().with("paid_at", "2026-11-21T04:00:01Z"),
        };
        for notice in [other_evidence, self.notice(0, "FAILED")] {
            let receipt = self.tell(&notice).await;
            self.assert_taken(&receipt);
        }
        let mut buyer = self.buyer(0);
        buyer.sees("report-closing").await;
        self.shop.order_is(order_no, "completed").await;
        assert_eq!(self.jobs_of(order_no).await, 1);
        assert_eq!(buyer.times_seen("pay-received"), 1);
        assert_eq!(buyer.times_seen("report-closing"), 1);
    }

    async fn wrong_money_is_a_conflict(&self, index: usize, field: &str, value: &str) {
        let order_no = &self.order(index).order_no;
        let wrong = self.notice(index, "SUCCESS").with(field, value);
        for _ in 0..2 {
            let receipt = self.tell(&wrong).await;
            match self.dialect {
                Dialect::V4 => self.assert_taken(&receipt),
                Dialect::Hmac => assert_eq!(receipt.status, 409, "{receipt:?}"),
            }
        }
        let order = self.shop.order(order_no);
        assert_eq!(order["status"], "pending_payment");
        assert_eq!(order["payments"][0]["status"], "conflicted");
        assert_eq!(self.jobs_of(order_no).await, 0, "nothing is delivered");
        self.buyer(index).sees("pay-conflicted").await;
        let mut operator = self.shop.operator();
        loop {
            let alert = operator.sees("alert-title-payment_conflict").await;
            if alert.text.contains(&self.order(index).payment_no) {
                break;
            }
        }
    }

    /// Signed with our salt, for another store: evidence, but not of our money (spec.md §3.2).
    async fn another_merchants_money_is_a_conflict(&self) {
        if self.dialect == Dialect::Hmac {
            return; // it does not say whose money it is
        }
        let (_, body) = self.notice(6, "SUCCESS").sealed();
        let mut stranger: serde_json::Value = serde_json::from_slice(&body).unwrap();
        stranger["accId"] = json!("9100000000000000007999");
        let signed = seal::sign_v4(stranger.as_object().unwrap(), seal::SALT);
        stranger["sign"] = json!(signed);
        let receipt = self.post(&[], stranger.to_string().into_bytes()).await;
        self.assert_taken(&receipt);
        let order = self.shop.order(&self.order(6).order_no);
        assert_eq!(order["status"], "pending_payment");
        assert_eq!(order["payments"][0]["status"], "conflicted");
    }

    async fn a_failure_is_what_the_dialect_means_by_it(&self) {
        match self.dialect {
            Dialect::V4 => self.a_failed_attempt_can_still_be_paid().await,
            Dialect::Hmac => self.a_failure_is_final().await,
        }
    }

    async fn a_failed_attempt_can_still_be_paid(&self) {
        let order_no = &self.order(4).order_no;
        self.shop.world.pingpong.set_state(&self.order(4).payment_no, BillState::Failed);
        let receipt = self.tell(&self.notice(4, "FAILED")).await;
        self.assert_taken(&receipt);
        let mut buyer = self.buyer(4);
        buyer.sees("pay-attempt-failed").await;
        assert_eq!(self.shop.order(order_no)["status"], "pending_payment");
        let receipt = self.shop.world.pingpong.pay(&self.order(4).payment_no).await;
        self.assert_taken(&receipt);
        buyer.sees("report-closing").await;
        self.shop.order_is(order_no, "completed").await;
    }

    async fn a_failure_is_final(&self) {
        let order_no = &self.order(4).order_no;
        self.shop.world.pingpong.set_state(&self.order(4).payment_no, BillState::Failed);
        for _ in 0..2 {
            let receipt = self.tell(&self.notice(4, "FAILED")).await;
            self.assert_taken(&receipt);
        }
        let order = self.shop.order(order_no);
        assert_eq!(
            (&order["status"], &order["payments"][0]["status"]),
            (&json!("failed"), &json!("failed"))
        );
        let mut buyer = self.buyer(4);
        buyer.sees("pay-failed").await;
        buyer.taps("btn-reorder").await;
        let fresh = buyer.reads_payment_card().await;
        assert_ne!((&fresh.order_no, &fresh.payment_no), (order_no, &self.order(4).payment_no));
        self.shop.world.pingpong.pay(&fresh.payment_no).await;
        self.shop.order_is(&fresh.order_no, "completed").await;
    }

    async fn a_success_without_an_amount_is_asked_about(&self) {
        let order_no = &self.order(5).order_no;
        let bare = self.notice(5, "SUCCESS").without("amount");
        let receipt = self.tell(&bare).await;
        self.assert_taken(&receipt);
        let mut buyer = self.buyer(5);
        // The provider knows nothing of it yet, so it stays unpaid; then it does.
        assert_eq!(self.jobs_of(order_no).await, 0);
        assert_eq!(self.shop.order(order_no)["status"], "pending_payment");
        self.shop.world.pingpong.set_state(&self.order(5).payment_no, BillState::Paid);
        buyer.taps("btn-paid").await;
        buyer.sees("report-closing").await;
        self.shop.order_is(order_no, "completed").await;
        assert_eq!(self.jobs_of(order_no).await, 1);
    }
}
