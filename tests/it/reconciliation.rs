//! A day of our books against the provider's: in both directions, as often as one likes.

use std::time::Duration;

use chrono::NaiveDate;
use mingshu::audit;
use mingshu::flows::doctor_money;
use mingshu::flows::reconcile::{self, Compared, Manner, ReconcileError, WithoutList};
use mingshu::flows::refund_order::{self, Wish};
use mingshu::flows::resolve_difference::{self, Resolved};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use mingshu::orders::{Actor, Order, OrderStatus};
use mingshu::payments::PaymentStatus;
use mingshu::payments::ports::{CallError, Outcome, RefundOutcome, StatedAmount};
use mingshu::payments::reconciliation::{Difference, repo as rows};
use mingshu::payments::refunds;
use mingshu::payments::statement::{LineKind, Statement, StatementLine};
use mingshu::platform::db::query_one;

use crate::support::builders::BUYER;
use crate::support::{TestApp, everywhere};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// The day on which the stories begin, at 12:13 in China.
fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()
}

fn tomorrow() -> NaiveDate {
    today().succ_opt().unwrap()
}

/// A charge of 29.90 CNY that was settled, with the number that callbacks give it.
fn charge(number: &PaymentNo) -> StatementLine {
    let provider_ref = format!("T-{number}");
    StatementLine {
        kind: LineKind::Charge,
        payment_no: number.clone(),
        refund_no: None,
        evidence_key: format!("statement/{provider_ref}"),
        provider_ref: Some(provider_ref),
        stated: StatedAmount { amount: "29.900000".into(), currency: Some("CNY".into()) },
        fee: None,
        settled: true,
        word: "SUCCESS".into(),
        raw: format!("{number},29.90"),
    }
}

/// The same money on its way back.
fn refund_of(number: &PaymentNo, refund_no: Option<&RefundNo>) -> StatementLine {
    let reference = refund_no.map_or_else(|| format!("RF-{number}"), |no| format!("RF-{no}"));
    StatementLine {
        kind: LineKind::Refund,
        refund_no: refund_no.cloned(),
        evidence_key: format!("statement/{reference}"),
        provider_ref: Some(reference),
        ..charge(number)
    }
}

fn stating(amount: &str, currency: &str, line: StatementLine) -> StatementLine {
    let stated = StatedAmount { amount: amount.into(), currency: Some(currency.into()) };
    let evidence_key = format!("{}/{amount}/{currency}", line.evidence_key);
    StatementLine { stated, evidence_key, ..line }
}

fn numbered(reference: &str, line: StatementLine) -> StatementLine {
    let evidence_key = format!("statement/{reference}");
    StatementLine { provider_ref: Some(reference.into()), evidence_key, ..line }
}

fn failed(line: StatementLine) -> StatementLine {
    let evidence_key = format!("{}/failed", line.evidence_key);
    StatementLine { settled: false, word: "FAILED".into(), evidence_key, ..line }
}

impl TestApp {
    fn lists(&self, day: NaiveDate, lines: impl IntoIterator<Item = StatementLine>) {
        let statement = Statement { lines: lines.into_iter().collect(), others: 0 };
        self.gateway.list(day, Ok(statement));
    }

    async fn try_to_reconcile(&self, day: NaiveDate) -> Result<Compared, ReconcileError> {
        let without_list = WithoutList::AskAboutEach;
        let manner = Manner { pause: Duration::ZERO, without_list, progress: &|_asked, _all| {} };
        reconcile::run(&self.tools.till, ("fakepay", day), &manner).await
    }

    /// Compares a day; gives how many differences are open then and how many resolved themselves.
    async fn reconcile(&self, day: NaiveDate) -> (i64, i64) {
        let run = self.try_to_reconcile(day).await.unwrap().run;
        (run.differences, run.booked)
    }

    async fn differences(&self) -> Vec<Difference> {
        rows::list(self.base.db.read(), None, 100).await.unwrap()
    }

    /// Kind and status of all differences, the oldest first.
    async fn kinds(&self) -> Vec<(String, String)> {
        let mut all = self.differences().await;
        all.reverse();
        all.into_iter().map(|one| (one.kind, one.status)).collect()
    }

    async fn assert_kinds(&self, expected: &[(&str, &str)]) {
        let kinds = self.kinds().await;
        let kinds: Vec<(&str, &str)> =
            kinds.iter().map(|(kind, status)| (kind.as_str(), status.as_str())).collect();
        assert_eq!(kinds, expected, "{:?}", self.differences().await);
    }

    async fn in_doubt(&self) -> i64 {
        let sql = "SELECT CAST(COALESCE(SUM(amount_minor), 0) AS BIGINT) FROM ledger_transfers \
                   WHERE credit = 'doubt'";
        let row = query_one(self.base.db.read(), sql, vec![]).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    async fn assert_sound(&self) {
        let diagnosis = doctor_money::run(&self.base).await.unwrap();
        assert!(diagnosis.is_clean(), "{}", diagnosis.summary());
    }

    async fn number(&self, order: &Order) -> PaymentNo {
        self.payment(&order.order_no).await.payment_no
    }

    /// An order that was paid and delivered.
    async fn a_sale(&self) -> (OrderNo, PaymentNo) {
        let order = self.a_paid_order().await;
        self.run_jobs().await;
        let number = self.number(&order).await;
        (order.order_no, number)
    }

    /// An order that nobody heard of being paid, closed at its deadline.
    async fn a_closed_order(&self) -> (OrderNo, PaymentNo) {
        self.gateway.answer_queries([Ok(Outcome::Pending)]);
        let order = self.an_order().await;
        let number = self.number(&order).await;
        self.clock.advance(HOUR);
        self.worker.sweep().await.unwrap();
        self.run_jobs().await;
        assert_eq!(self.reload(&order.order_no).await.status, OrderStatus::Closed);
        (order.order_no, number)
    }

    async fn a_refund(&self, order_no: &OrderNo) -> RefundNo {
        let by = (&Actor::Operator(1), "asked for");
        refund_order::start(&self.base, order_no, by.0, &Wish { reason: by.1, ..Wish::default() })
            .await
            .unwrap();
        let all = refunds::list_of_order(self.base.db.read(), order_no).await.unwrap();
        all.first().unwrap().refund_no.clone()
    }
}

#[tokio::test]
async fn a_day_that_agrees_is_counted_and_leaves_nothing() {
    everywhere(async |app: TestApp| {
        let (order_no, number) = app.a_sale().await;
        let refund_no = app.a_refund(&order_no).await;
        app.run_to_the_end().await;
        let (_, other) = app.a_sale().await;
        let lines = [
            charge(&number),
            failed(charge(&other)),
            charge(&other),
            refund_of(&number, Some(&refund_no)),
        ];
        app.lists(today(), lines);
        app.clock.advance(HOUR * 12);
        let said = app.messenger.sent().len();
        for _ in 0..2 {
            let run = app.try_to_reconcile(today()).await.unwrap().run;
            assert_eq!((run.source.as_str(), run.differences, run.booked), ("statement", 0, 0));
            let total = run.totals.0[0];
            assert_eq!((total.charges, total.charged_minor), (2, 5980));
            assert_eq!((total.refunds, total.refunded_minor), (1, 2990));
        }
        assert!(app.differences().await.is_empty());
        app.run_jobs().await;
        assert_eq!(app.messenger.sent().len(), said, "nobody is told anything");
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_callback_is_found_and_its_order_delivered() {
    everywhere(async |app: TestApp| {
        let (order_no, number) = app.a_closed_order().await;
        app.lists(today(), [charge(&number)]);
        app.clock.advance(HOUR * 12);
        assert_eq!(app.reconcile(today()).await, (0, 1));
        app.run_jobs().await;
        assert_eq!(app.reload(&order_no).await.status, OrderStatus::Completed);
        app.assert_kinds(&[("status", "resolved")]).await;
        let difference = app.differences().await.remove(0);
        assert_eq!(difference.ours, "expired 29.90 CNY");
        assert!(difference.theirs.starts_with("SUCCESS 29.90 CNY"), "{difference:?}");
        assert_eq!(difference.note.as_deref(), Some("booked since"));
        assert_eq!(difference.order_no.as_deref(), Some(order_no.as_str()));

        assert_eq!(app.reconcile(today()).await, (0, 1), "again, nothing new");
        assert_eq!(app.model.finished(), 1);
        app.clock.advance(HOUR * 24);
        app.lists(tomorrow(), []);
        assert_eq!(app.reconcile(tomorrow()).await, (0, 0), "it was named the day before");
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_charge_that_we_never_heard_of_waits_for_a_person() {
    everywhere(async |app: TestApp| {
        let unknown = PaymentNo::from("P20261121-UNKNOWN1");
        app.lists(today(), [charge(&unknown)]);
        app.clock.advance(HOUR * 12);
        for _ in 0..2 {
            assert_eq!(app.reconcile(today()).await, (1, 0));
        }
        app.run_jobs().await;
        app.assert_kinds(&[("missing_here", "open")]).await;
        let difference = app.differences().await.remove(0);
        assert_eq!(difference.reference, unknown.as_str());
        assert_eq!(app.messenger.saying("找不到订单的付款通知").len(), 1);

        let resolve = async |note| {
            resolve_difference::run(&app.base, (difference.id, "operator:7"), note).await.unwrap()
        };
        assert_eq!(resolve("another shop's").await, Resolved::Now);
        assert_eq!(resolve("again").await, Resolved::Before);
        let missing = resolve_difference::run(&app.base, (99, "operator:7"), "?").await.unwrap();
        assert_eq!(missing, Resolved::NoSuchDifference);
        let filter = audit::Filter { action: Some("reconcile.resolve"), ..Default::default() };
        let deeds = audit::repo::list(app.base.db.read(), &filter, 10).await.unwrap();
        assert_eq!(deeds.len(), 1);
        assert_eq!(deeds[0].details["note"], "another shop's");
        assert_eq!(app.reconcile(today()).await, (0, 0), "resolved stays resolved");
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_they_do_not_list_is_missed_until_another_list_names_it() {
    everywhere(async |app: TestApp| {
        let (_, number) = app.a_sale().await;
        app.lists(today(), []);
        app.lists(tomorrow(), [charge(&number)]);
        app.clock.advance(HOUR * 12);
        for _ in 0..2 {
            assert_eq!(app.reconcile(today()).await, (1, 0));
        }
        app.assert_kinds(&[("missing_there", "open")]).await;
        app.clock.advance(HOUR * 24);
        app.reconcile(tomorrow()).await;
        app.assert_kinds(&[("missing_there", "resolved")]).await;
        assert_eq!(app.reconcile(today()).await, (0, 1));
    })
    .await;
}

#[tokio::test]
async fn a_list_may_state_another_amount_or_currency_and_nothing_of_ours_changes() {
    everywhere(async |app: TestApp| {
        let ((_, first), (_, second)) = (app.a_sale().await, app.a_sale().await);
        app.lists(
            today(),
            [stating("29.91", "CNY", charge(&first)), stating("29.90", "USD", charge(&second))],
        );
        app.clock.advance(HOUR * 12);
        let said = app.messenger.sent().len();
        assert_eq!(app.reconcile(today()).await, (2, 0));
        assert_eq!(app.reconcile(today()).await, (2, 0));
        app.run_jobs().await;
        app.assert_kinds(&[("amount", "open"), ("currency", "open")]).await;
        assert_eq!(app.messenger.sent().len(), said);
        assert_eq!(app.in_doubt().await, 0);
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn money_of_another_amount_that_nobody_told_us_of_is_in_doubt() {
    everywhere(async |app: TestApp| {
        let (order_no, number) = app.a_closed_order().await;
        app.lists(today(), [stating("9.90", "CNY", charge(&number))]);
        app.clock.advance(HOUR * 12);
        for _ in 0..2 {
            assert_eq!(app.reconcile(today()).await, (1, 0));
        }
        app.run_jobs().await;
        app.assert_kinds(&[("amount", "open")]).await;
        assert_eq!(app.payment(&order_no).await.status, PaymentStatus::Conflicted);
        assert_eq!(app.in_doubt().await, 990);
        assert_eq!(app.messenger.saying("到账与订单不符").len(), 1);
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_around_midnight_belongs_to_either_day() {
    everywhere(async |app: TestApp| {
        // 23:55 in China here, and the next day there.
        app.clock.advance(HOUR * 11 + MINUTE * 42);
        let (_, early) = app.a_sale().await;
        // 00:01 here, and 23:59 there.
        let order = app.an_order().await;
        app.clock.advance(MINUTE * 6);
        app.pay(&order.order_no, "first").await;
        app.run_jobs().await;
        let late = app.number(&order).await;

        app.lists(today(), [charge(&late)]);
        app.lists(tomorrow(), [charge(&early)]);
        app.clock.advance(HOUR * 10);
        assert_eq!(app.reconcile(today()).await, (0, 0));
        app.clock.advance(HOUR * 24);
        assert_eq!(app.reconcile(tomorrow()).await, (0, 0));
        assert!(app.differences().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_day_that_is_not_over_is_not_compared() {
    everywhere(async |app: TestApp| {
        app.clock.advance(HOUR * 11);
        let refused = app.try_to_reconcile(today()).await.unwrap_err();
        assert!(matches!(refused, ReconcileError::NotOver), "{refused}");
    })
    .await;
}

#[tokio::test]
async fn a_refund_is_missed_on_either_side() {
    everywhere(async |app: TestApp| {
        let ((ours, our_no), (_, their_no)) = (app.a_sale().await, app.a_sale().await);
        let refund_no = app.a_refund(&ours).await;
        app.run_to_the_end().await;
        app.lists(today(), [charge(&our_no), charge(&their_no), refund_of(&their_no, None)]);
        app.clock.advance(HOUR * 12);
        for _ in 0..2 {
            assert_eq!(app.reconcile(today()).await, (2, 0));
        }
        app.assert_kinds(&[("refund_missing_here", "open"), ("refund_missing_there", "open")])
            .await;
        let missed = app.differences().await.remove(0);
        assert_eq!(missed.refund_no.as_deref(), Some(refund_no.as_str()));
        assert_eq!(missed.ours, "succeeded 29.90 CNY");
    })
    .await;
}

#[tokio::test]
async fn a_refund_whose_result_never_came_is_settled_by_the_list() {
    everywhere(async |app: TestApp| {
        let (order_no, number) = app.a_sale().await;
        app.gateway.refunds_are(RefundOutcome::Pending);
        let refund_no = app.a_refund(&order_no).await;
        app.run_jobs().await;
        app.lists(today(), [charge(&number), refund_of(&number, Some(&refund_no))]);
        app.clock.advance(HOUR * 12);
        assert_eq!(app.reconcile(today()).await, (0, 1));
        assert_eq!(app.reconcile(today()).await, (0, 1));
        app.assert_kinds(&[("refund_missing_here", "resolved")]).await;
        assert_eq!(app.reload(&order_no).await.status, OrderStatus::Refunded);
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("退款成功").len(), 1);
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_was_charged_twice_is_found_once() {
    everywhere(async |app: TestApp| {
        let (_, number) = app.a_sale().await;
        app.lists(today(), [charge(&number), numbered("T-second", charge(&number))]);
        app.clock.advance(HOUR * 12);
        for _ in 0..2 {
            assert_eq!(app.reconcile(today()).await, (1, 0));
        }
        app.assert_kinds(&[("duplicate_charge", "open")]).await;
        assert_eq!(app.differences().await[0].reference, "T-second");
        assert_eq!(app.in_doubt().await, 2990);
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("同一笔付款被收了两次").len(), 1);

        // A third one, in the list of the next day.
        app.lists(tomorrow(), [numbered("T-third", charge(&number))]);
        app.clock.advance(HOUR * 24);
        assert_eq!(app.reconcile(tomorrow()).await, (1, 0));
        assert_eq!(app.in_doubt().await, 5980);
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn a_list_that_numbers_charges_in_its_own_way_finds_no_second_charge() {
    everywhere(async |app: TestApp| {
        let (_, number) = app.a_sale().await;
        app.lists(today(), [numbered("another-number", charge(&number))]);
        app.clock.advance(HOUR * 12);
        assert_eq!(app.reconcile(today()).await, (0, 0));
        assert_eq!(app.in_doubt().await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_succeeded_here_and_failed_there_is_a_difference() {
    everywhere(async |app: TestApp| {
        let (_, number) = app.a_sale().await;
        app.lists(today(), [failed(charge(&number))]);
        app.clock.advance(HOUR * 12);
        for _ in 0..2 {
            assert_eq!(app.reconcile(today()).await, (1, 0));
        }
        app.assert_kinds(&[("status", "open")]).await;
    })
    .await;
}

#[tokio::test]
async fn the_providers_fee_is_booked_once() {
    everywhere(async |app: TestApp| {
        let (_, number) = app.a_sale().await;
        let fee = StatedAmount { amount: "0.18".into(), currency: Some("CNY".into()) };
        app.lists(today(), [StatementLine { fee: Some(fee), ..charge(&number) }]);
        app.clock.advance(HOUR * 12);
        for _ in 0..2 {
            assert_eq!(app.reconcile(today()).await, (0, 0));
        }
        let sql = "SELECT CAST(SUM(amount_minor) AS BIGINT) FROM ledger_transfers \
                   WHERE kind = 'fee' AND debit = 'fees' AND credit = 'provider:fakepay'";
        let row = query_one(app.base.db.read(), sql, vec![]).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 18);
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_list_each_payment_of_the_day_is_asked_about() {
    everywhere(async |app: TestApp| {
        let (lost_order, _) = app.a_closed_order().await;
        let (sold, _) = app.a_sale().await;
        app.a_refund(&sold).await;
        app.run_to_the_end().await;
        app.clock.advance(HOUR * 12);
        let asked = app.gateway.asked();
        let run = app.try_to_reconcile(today()).await.unwrap().run;
        assert_eq!((run.source.as_str(), run.checked), ("query", 3));
        assert_eq!((run.differences, run.booked), (0, 1));
        assert_eq!(app.gateway.asked(), asked + 2);
        let total = run.totals.0[0];
        assert_eq!((total.charges, total.refunds, total.charged_minor), (2, 1, 5980));
        app.run_jobs().await;
        assert_eq!(app.reload(&lost_order).await.status, OrderStatus::Completed);
        app.assert_kinds(&[("status", "resolved")]).await;
        app.assert_sound().await;
    })
    .await;
}

#[tokio::test]
async fn what_they_deny_when_asked_is_missing_there() {
    everywhere(async |app: TestApp| {
        let (order_no, _) = app.a_sale().await;
        app.a_refund(&order_no).await;
        app.run_to_the_end().await;
        app.clock.advance(HOUR * 12);
        app.gateway.answer_queries([Ok(Outcome::Closed)]);
        app.gateway.refunds_are(RefundOutcome::NotFound);
        assert_eq!(app.reconcile(today()).await, (2, 0));
        app.assert_kinds(&[("missing_there", "open"), ("refund_missing_there", "open")]).await;
    })
    .await;
}

#[tokio::test]
async fn an_unanswered_question_makes_the_day_unfinished() {
    everywhere(async |app: TestApp| {
        app.a_sale().await;
        app.clock.advance(HOUR * 12);
        let silent = CallError::Unknown(anyhow::anyhow!("time-out"));
        app.gateway.answer_queries([Err(silent)]);
        let error = app.try_to_reconcile(today()).await.unwrap_err();
        assert_eq!(error.to_string(), "1 of 1 questions were not answered");
        assert_eq!(app.reconcile(today()).await, (0, 0));
        let sql = "SELECT COUNT(*) FROM reconciliation_runs WHERE status = 'failed' \
                   AND last_error LIKE '1 of 1%'";
        let row = query_one(app.base.db.read(), sql, vec![]).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn every_morning_yesterday_is_compared_and_told() {
    everywhere(async |app: TestApp| {
        app.clock.advance(HOUR * 24);
        assert_eq!(reconcile::sweep(&app.tools.till).await.unwrap(), 0, "nothing was ever sold");
        let (_, number) = app.a_sale().await;
        app.lists(tomorrow(), [charge(&number)]);
        // 09:43 of the day after.
        app.clock.advance(HOUR * 21 + MINUTE * 30);
        assert_eq!(reconcile::sweep(&app.tools.till).await.unwrap(), 0, "too early");
        app.clock.advance(HOUR);
        assert_eq!(reconcile::sweep(&app.tools.till).await.unwrap(), 1);
        assert_eq!(reconcile::sweep(&app.tools.till).await.unwrap(), 0, "once");
        app.run_jobs().await;
        let told = app.messenger.saying("对账");
        assert_eq!(told.len(), 1);
        let expected = "📒 对账 2026-11-22（fakepay）：收款 1 笔 ¥29.90，退款 0 笔 ¥0.00，差异 0";
        assert_eq!(told[0].text, expected);
        assert_ne!(told[0].to, BUYER);
    })
    .await;
}

#[tokio::test]
async fn a_list_that_does_not_come_is_waited_for_and_then_done_without() {
    everywhere(async |app: TestApp| {
        app.a_sale().await;
        for _ in 0..20 {
            let refused =
                CallError::Rejected { code: "106000".into(), message: "no such file".into() };
            app.gateway.list(today(), Err(refused));
        }
        app.clock.advance(HOUR * 24);
        assert_eq!(reconcile::sweep(&app.tools.till).await.unwrap(), 1);
        app.run_jobs().await;
        assert!(app.messenger.saying("对账").is_empty(), "it may come later");
        let begun = app.clock.now();
        app.run_to_the_end().await;
        assert_eq!(app.messenger.saying("📒 对账 2026-11-21").len(), 1);
        assert!(app.clock.now().since(begun) >= HOUR * 3);

        let run = app.try_to_reconcile(today()).await.unwrap();
        assert!(run.no_list.unwrap().contains("no such file"));
        assert_eq!(run.run.source, "query");
    })
    .await;
}
