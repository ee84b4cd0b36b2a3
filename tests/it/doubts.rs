//! Several charges of one payment: every coin that the provider took is in the book, charge by
//! charge, until it goes back; and an operator's last word on what stands in doubt.

use std::sync::Arc;
use std::time::Duration;

use mingshu::audit;
use mingshu::flows::confirm_payment::Confirmed;
use mingshu::flows::doctor_money;
use mingshu::flows::settle_doubt::{self, Outcome, Statement};
use mingshu::flows::till::Proof;
use mingshu::kernel::ids::{PaymentNo, UserId};
use mingshu::notifications::message::ButtonAction;
use mingshu::orders::{Order, OrderStatus};
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ledger::{Doubt, Settled};
use mingshu::payments::ports::{Observation, Source};
use mingshu::payments::{Payment, repo as payments};
use mingshu::platform::db::query_one;

use crate::support::fakes::observation;
use crate::support::street::{OPERATOR, PRICE, Street, on_the_street, yuan};

impl Street {
    /// The balance of an account, in minor units.
    async fn book_of(&self, account: &str) -> i64 {
        let sql = "SELECT CAST(COALESCE(SUM(CASE WHEN credit = $1 THEN amount_minor \
                   ELSE -amount_minor END), 0) AS BIGINT) FROM ledger_transfers \
                   WHERE credit = $1 OR debit = $1";
        let row = query_one(self.base.db.read(), sql, vec![account.into()]).await.unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }

    /// What the bank holds for us is what our book says that it holds, and no rule is broken.
    async fn books_agree(&self, payment: &PaymentNo) {
        let held = {
            let books = self.bank.books();
            books.taken(payment) - books.returned(payment)
        };
        assert_eq!(-self.book_of("provider:bank").await, held);
        let diagnosis = doctor_money::run(&self.base).await.unwrap();
        assert_eq!(diagnosis.summary(), "");
    }

    async fn adjust(&self, payment: &Payment, statement: &Statement<'_>) -> Outcome {
        let about = (&payment.order_no, &payment.payment_no);
        settle_doubt::run(&self.base, about, &OPERATOR, statement).await.unwrap()
    }

    /// A wrong charge, and then a right one on the same payment.
    async fn charged_wrongly_and_rightly(&self) -> (Order, Payment, String) {
        let (order, payment) = self.ordered().await;
        let wrong = self.bank.pay_other(&payment.payment_no, yuan(990)).expect("it is open");
        assert_eq!(self.deliver_post().await, [Judgement::Mismatch]);
        self.bank.pay(&payment.payment_no).expect("the payer tries again");
        assert_eq!(self.deliver_post().await, [Judgement::Applied]);
        (order, payment, wrong.no)
    }
}

fn statement(settled: Settled, minor: i64) -> Statement<'static> {
    Statement {
        settled,
        amount: yuan(minor),
        charge: None,
        reference: "BACKEND-1",
        note: "seen in the backend",
    }
}

#[tokio::test]
async fn a_wrong_charge_stays_in_the_book_when_a_right_one_pays() {
    on_the_street(async |street: Street| {
        // The question about the payment would tell the first charge only, and a person would decide.
        let street = street.with(|tools| {
            let mut counters = (*tools.till.counters).clone();
            for counter in counters.values_mut() {
                counter.proof = Proof::Callback;
            }
            tools.till.counters = Arc::new(counters);
        });
        let (order, payment, wrong) = street.charged_wrongly_and_rightly().await;
        street.run_jobs().await;
        street.is(&order, OrderStatus::Completed).await;
        assert_eq!((street.book_of("doubt").await, street.book_of("revenue").await), (990, PRICE));
        assert!(street.alerts().await.contains(&"SecondCharge".to_owned()));
        street.books_agree(&payment.payment_no).await;
        // The provider tells both once more: nothing changes.
        let charges: Vec<_> =
            street.bank.books().charges_of(&payment.payment_no).cloned().collect();
        for charge in charges {
            let mut again = street.bank.tells_again(&charge);
            if let mingshu::payments::ports::Notification::Payment(told) = &mut again {
                told.evidence_key.push_str("/again");
            }
            street.hear(&again).await;
        }
        street.books_agree(&payment.payment_no).await;
        let about = (&order.order_no, &payment.payment_no);
        let (_, doubts) = settle_doubt::look(&street.base, about).await.unwrap().unwrap();
        assert_eq!(doubts, [Doubt { charge_ref: Some(wrong), amount: yuan(990) }]);
        // The sale goes back; what stands in doubt does not.
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.book_of("doubt").await, 990);
        street.books_agree(&payment.payment_no).await;
    })
    .await;
}

#[tokio::test]
async fn a_charge_that_was_told_wrongly_at_first_is_one_charge() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        let charge = street.bank.pay(&payment.payment_no).unwrap();
        street.bank.post();
        let mut wrong = street.bank.tells_again(&charge);
        if let mingshu::payments::ports::Notification::Payment(told) = &mut wrong {
            told.evidence_key.push_str("/garbled");
            told.stated.as_mut().unwrap().amount = "9.90".to_owned();
        }
        assert_eq!(street.hear(&wrong).await, Judgement::Mismatch);
        assert_eq!(street.book_of("doubt").await, 990);
        assert_eq!(street.hear(&street.bank.tells_again(&charge)).await, Judgement::Applied);
        assert_eq!(street.book_of("doubt").await, 0);
        street.run_jobs().await;
        street.is(&order, OrderStatus::Completed).await;
        street.books_agree(&payment.payment_no).await;
    })
    .await;
}

#[tokio::test]
async fn an_operators_last_word_settles_what_stands_in_doubt() {
    on_the_street(async |street: Street| {
        let (order, payment, _wrong) = street.charged_wrongly_and_rightly().await;
        street.run_jobs().await;
        for (place, settled) in Settled::ALL.into_iter().enumerate() {
            let reference = format!("BACKEND-{place}");
            let word = Statement { reference: &reference, ..statement(settled, 330) };
            let left = 990 - 330 * (i64::try_from(place).unwrap() + 1);
            let Outcome::Now(doubts) = street.adjust(&payment, &word).await else { panic!() };
            assert_eq!(doubts.iter().map(|doubt| doubt.amount.minor).sum::<i64>(), left);
            assert_eq!(street.adjust(&payment, &word).await, Outcome::Before);
            assert_eq!(street.book_of("doubt").await, left);
            let diagnosis = doctor_money::run(&street.base).await.unwrap();
            assert_eq!(diagnosis.summary(), "", "{settled:?}");
        }
        assert_eq!(street.book_of("kept").await, 330);
        assert_eq!(-street.book_of("provider:bank").await, PRICE + 330, "two of three are gone");
        let about = audit::Filter { action: Some("doubt.settle"), ..audit::Filter::default() };
        let deeds = audit::repo::list(street.base.db.read(), &about, 10).await.unwrap();
        assert_eq!(deeds.len(), 3);
        assert_eq!(deeds[0].operator, "operator:7");
        assert_eq!(deeds[0].order_no.as_ref(), Some(&order.order_no));
        assert_eq!(deeds[0].details["kind"], "written-off");
        assert_eq!(deeds[0].details["reference"], "BACKEND-2");
        let nothing = Statement { reference: "MORE", ..statement(Settled::Kept, 1) };
        assert_eq!(street.adjust(&payment, &nothing).await, Outcome::Which(vec![]));
    })
    .await;
}

#[tokio::test]
async fn an_operator_says_which_of_several_charges_is_meant() {
    on_the_street(async |street: Street| {
        let (_order, payment, wrong) = street.charged_wrongly_and_rightly().await;
        let second = street.bank.pay_other(&payment.payment_no, yuan(990)).unwrap();
        street.deliver_post().await;
        let word = statement(Settled::ReturnedOutside, 990);
        let Outcome::Which(doubts) = street.adjust(&payment, &word).await else { panic!() };
        assert_eq!(doubts.len(), 2);
        let too_much = Statement { charge: Some(&wrong), ..statement(Settled::Kept, 991) };
        assert!(matches!(street.adjust(&payment, &too_much).await, Outcome::Which(_)));
        let named = Statement { charge: Some(&second.no), ..word };
        let left = Doubt { charge_ref: Some(wrong), amount: yuan(990) };
        assert_eq!(street.adjust(&payment, &named).await, Outcome::Now(vec![left]));
        let (other, _) = street.ordered().await;
        let about = (&other.order_no, &payment.payment_no);
        let strange = settle_doubt::run(&street.base, about, &OPERATOR, &word).await.unwrap();
        assert_eq!(strange, Outcome::NoSuchPayment);
    })
    .await;
}

#[tokio::test]
async fn an_order_whose_doubtful_money_is_gone_ends_with_it() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay_other(&payment.payment_no, yuan(990)).unwrap();
        street.deliver_post().await;
        let word = statement(Settled::ReturnedOutside, 990);
        assert_eq!(street.adjust(&payment, &word).await, Outcome::Now(vec![]));
        street.is(&order, OrderStatus::Closed).await;
        let again = street.give_back(&order.order_no, None).await;
        let nothing = mingshu::flows::refund_order::Refunded::NothingToRefund;
        assert_eq!(again, nothing, "it went back already");
        assert_eq!(street.book_of("doubt").await, 0);
        street.clock.advance(Duration::from_secs(4 * 24 * 60 * 60));
        let diagnosis = doctor_money::run(&street.base).await.unwrap();
        assert_eq!(diagnosis.summary(), "");
    })
    .await;
}

#[tokio::test]
async fn what_stands_in_doubt_for_three_days_is_a_finding() {
    on_the_street(async |street: Street| {
        let (_order, payment, _wrong) = street.charged_wrongly_and_rightly().await;
        street.run_jobs().await;
        street.clock.advance(Duration::from_secs(4 * 24 * 60 * 60));
        let diagnosis = doctor_money::run(&street.base).await.unwrap();
        let overdue = diagnosis.broken().find(|broken| broken.code == "M16").expect("it is told");
        assert_eq!(overdue.findings[0].subject, payment.payment_no.as_str());
        assert_eq!(overdue.findings[0].numbers(), "expected 0.00 CNY, found 9.90 CNY");
    })
    .await;
}

#[tokio::test]
async fn an_alert_about_an_order_has_the_next_step_below_it() {
    on_the_street(async |street: Street| {
        let mut street = street;
        for (chat, buttons) in [(7, &["confirm", "open"][..]), (-100, &[])] {
            street.decide(|tools| tools.operators.alert_chat = Some(UserId(chat)));
            let (order, payment) = street.ordered().await;
            street.bank.pay_other(&payment.payment_no, yuan(990)).unwrap();
            street.deliver_post().await;
            street.run_jobs().await;
            let told = street.messenger.sent();
            let alert = told.iter().rfind(|said| said.to == UserId(chat)).expect("they are told");
            let expected: Vec<_> = buttons
                .iter()
                .map(|word| format!("op:alert.{word}:{}", order.order_no))
                .map(ButtonAction::Callback)
                .collect();
            let shown = alert.keyboard.iter().flatten().map(|button| button.action.clone());
            assert_eq!(shown.collect::<Vec<_>>(), expected, "{alert:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_right_charge_beside_a_wrong_one_that_goes_back_is_one_more_in_doubt() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay_other(&payment.payment_no, yuan(PRICE + 500)).unwrap();
        street.deliver_post().await;
        street.give_back(&order.order_no, None).await;
        let early = street.adjust(&payment, &statement(Settled::Kept, PRICE + 500)).await;
        assert_eq!(early, Outcome::RefundUnderWay);
        street.run_jobs().await;
        street.bank.pay(&payment.payment_no).expect("the bank lets them");
        assert_eq!(street.deliver_post().await, [Judgement::Applied]);
        street.run_jobs().await;
        street.is(&order, OrderStatus::Closed).await;
        assert_eq!((street.book_of("doubt").await, street.kept(&order).await), (PRICE, PRICE));
        assert!(street.alerts().await.contains(&"SecondCharge".to_owned()));
        street.books_agree(&payment.payment_no).await;
        let word = statement(Settled::ReturnedOutside, PRICE);
        assert_eq!(street.adjust(&payment, &word).await, Outcome::Now(vec![]));
        assert_eq!(street.book_of("doubt").await, 0);
    })
    .await;
}

#[tokio::test]
async fn what_an_operator_accepts_is_the_charge_that_is_there_not_the_number_beside_it() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        let right = street.bank.pay(&payment.payment_no).unwrap();
        let right_news = street.bank.post();
        let wrong = street.bank.pay_other(&payment.payment_no, yuan(PRICE - 1)).unwrap();
        assert_eq!(street.deliver_post().await, [Judgement::Mismatch]);
        // The operator writes the number of the other charge, of which nobody has told us yet.
        let confirmed = street.confirm(&order.order_no, &right.no).await;
        assert!(matches!(confirmed, Confirmed::Now(..)), "{confirmed:?}");
        let again = street.confirm(&payment.payment_no.0.as_str().into(), &right.no).await;
        assert!(matches!(again, Confirmed::Before(_)), "{again:?}");
        let known = payments::get(street.base.db.read(), &payment.payment_no).await.unwrap();
        assert_eq!(known.provider_ref, Some(wrong.no));
        for news in right_news {
            street.hear(&news).await;
        }
        assert_eq!(street.book_of("doubt").await, PRICE);
        assert!(street.alerts().await.contains(&"SecondCharge".to_owned()));
        street.run_jobs().await;
        street.is(&order, OrderStatus::Completed).await;
        street.books_agree(&payment.payment_no).await;
    })
    .await;
}

#[tokio::test]
async fn another_wrong_charge_does_not_change_what_a_refund_is_measured_by() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay_other(&payment.payment_no, yuan(PRICE - 1)).unwrap();
        street.deliver_post().await;
        street.give_back(&order.order_no, Some(997)).await;
        street.bank.pay_other(&payment.payment_no, yuan(1)).unwrap();
        assert_eq!(street.deliver_post().await, [Judgement::Mismatch]);
        street.run_jobs().await;
        assert_eq!(street.book_of("doubt").await, PRICE - 997);
        street.books_agree(&payment.payment_no).await;
    })
    .await;
}

#[tokio::test]
async fn one_more_charge_is_one_more_however_often_it_is_told() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay_other(&payment.payment_no, yuan(PRICE + 500)).unwrap();
        street.deliver_post().await;
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        street.bank.pay(&payment.payment_no).expect("the bank lets them");
        let news = street.bank.post();
        for notice in news.iter().chain(&news) {
            street.hear(notice).await;
        }
        // The bank also says so when it is asked.
        street.later(Duration::from_secs(2 * 60)).await;
        street.is(&order, OrderStatus::Closed).await;
        assert_eq!(street.book_of("doubt").await, PRICE);
        street.books_agree(&payment.payment_no).await;
    })
    .await;
}

#[tokio::test]
async fn money_that_another_operator_gives_back_meanwhile_is_not_accepted() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay_other(&payment.payment_no, yuan(PRICE - 1)).unwrap();
        street.deliver_post().await;
        street.give_back(&order.order_no, None).await;
        // What the first look had found, said a moment too late.
        let word = Observation {
            source: Source::Operator,
            provider_ref: Some("SLIP-1".to_owned()),
            actor: Some(OPERATOR.to_string()),
            ..observation(&payment.payment_no, "operator:late")
        };
        let word = Observation { provider: payment.provider.clone(), ..word };
        assert_eq!(street.settle(&word).await, Judgement::NotApplied);
        street.run_jobs().await;
        street.is(&order, OrderStatus::Closed).await;
        assert_eq!(street.book_of("doubt").await, 0);
        street.books_agree(&payment.payment_no).await;
    })
    .await;
}
