//! Everything about one order in one document, for somebody who was not there.

use mingshu::flows::audit_order::{self, Bodies};
use mingshu::flows::refund_order::{self, Wish};
use mingshu::kernel::money::{Currency, Money};
use mingshu::orders::Actor;
use serde_json::Value;

use crate::support::{TestApp, everywhere};

const AUDITOR: Actor = Actor::Operator(0);

/// An order that was paid, delivered, and given back in part.
async fn a_story(app: &TestApp) -> mingshu::orders::Order {
    let order = app.place("rare", mingshu::catalog::answers::FormAnswers::default()).await;
    app.run_jobs().await;
    app.pay(&order.order_no, "first").await;
    app.run_jobs().await;
    let wish = Wish {
        amount: Some(Money::new(500, Currency::CNY)),
        reason: "asked for",
        ..Wish::default()
    };
    refund_order::start(&app.base, &order.order_no, &Actor::Operator(7), &wish).await.unwrap();
    app.run_to_the_end().await;
    order
}

async fn audit(app: &TestApp, order: &mingshu::orders::Order, bodies: Bodies) -> Value {
    let audit = audit_order::run(&app.base, &order.order_no, bodies, &AUDITOR).await.unwrap();
    serde_json::to_value(audit.unwrap()).unwrap()
}

fn all<'a>(audit: &'a Value, list: &str, member: &str) -> Vec<&'a str> {
    let rows = audit[list].as_array().unwrap();
    rows.iter().map(|row| row[member].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_order_is_told_from_its_placing_to_the_last_coin() {
    everywhere(async |app: TestApp| {
        let order = a_story(&app).await;
        let other = a_story(&app).await;
        let audit = audit(&app, &order, Bodies::Sealed).await;
        assert_eq!(audit["format"], "mingshu.order-audit/1");
        assert_eq!(audit["order"]["order_no"], order.order_no.as_str());
        let history = audit["order"]["history"].as_array().unwrap();
        assert_eq!(history[0]["to"], "pending_payment");
        assert!(history.len() >= 4, "{history:#?}");
        let log = audit["order"]["payments"][0]["log"].as_array().unwrap();
        assert!(log.iter().any(|line| line["to"] == "succeeded"), "{log:#?}");
        assert_eq!(audit["refunds"][0]["amount_minor"], 500);
        assert_eq!(audit["refunds"][0]["status"], "succeeded");
        assert!(all(&audit, "evidence", "verdict").contains(&"applied"), "{audit:#}");
        assert!(audit["evidence"][0].get("body").is_none(), "sealed unless asked for");
        assert_eq!(all(&audit, "stock", "reason"), ["reserve", "confirm"]);
        let kinds = all(&audit, "transfers", "kind");
        assert!(kinds.contains(&"received") && kinds.contains(&"refunded"), "{kinds:?}");
        for event in ["order.created", "payment.succeeded", "order.completed", "refund.succeeded"] {
            assert!(all(&audit, "events", "kind").contains(&event), "{event}: {audit:#}");
        }
        assert!(all(&audit, "operator_actions", "operator").contains(&"operator:7"), "{audit:#}");
        let jobs = all(&audit, "jobs", "kind");
        for kind in ["open_payment", "fulfil_order", "send_refund"] {
            assert!(jobs.contains(&kind), "{kind} is not in {jobs:?}");
        }
        let text = audit.to_string();
        let payment = app.payment(&other.order_no).await.payment_no;
        for foreign in [other.order_no.as_str(), payment.as_str(), "前程如何"] {
            assert!(!text.contains(foreign), "{foreign} is no business of this order");
        }
    })
    .await;
}

#[tokio::test]
async fn every_line_of_the_book_about_the_order_is_there() {
    everywhere(async |app: TestApp| {
        let order = a_story(&app).await;
        let audit = audit(&app, &order, Bodies::Sealed).await;
        let sum = |account: &str, side: &str| -> i64 {
            let lines = audit["transfers"].as_array().unwrap().iter();
            let of = lines.filter(|line| line[side].as_str().unwrap() == account);
            of.map(|line| line["amount_minor"].as_i64().unwrap()).sum()
        };
        assert_eq!(sum("provider:fakepay", "debit"), 2990);
        assert_eq!(sum("provider:fakepay", "credit"), 500);
        let told = audit["transfers"].as_array().unwrap().len();
        assert_eq!(app.rows("ledger_transfers").await, i64::try_from(told).unwrap());
    })
    .await;
}

#[tokio::test]
async fn who_opens_the_providers_messages_is_written_down() {
    everywhere(async |app: TestApp| {
        let order = a_story(&app).await;
        let opened = audit(&app, &order, Bodies::Opened).await;
        let callback = opened["evidence"].as_array().unwrap().iter();
        let callback = callback.clone().find(|it| it["source"] == "callback").unwrap();
        assert_eq!(callback["body"]["text"], "{}");
        let deeds = all(&opened, "operator_actions", "action");
        assert_eq!(deeds.iter().filter(|deed| **deed == "order.open_evidence").count(), 1);
        assert_eq!(deeds.last(), Some(&"order.open_evidence"), "oldest first");

        let sealed = audit(&app, &order, Bodies::Sealed).await;
        let deeds = all(&sealed, "operator_actions", "action");
        assert_eq!(deeds.iter().filter(|deed| **deed == "order.open_evidence").count(), 1);
        let nothing = "M20261121-00000000".into();
        let none = audit_order::run(&app.base, &nothing, Bodies::Opened, &AUDITOR).await.unwrap();
        assert!(none.is_none());
    })
    .await;
}
