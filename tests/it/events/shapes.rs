//! Every event that the shop writes has the shape that docs/events/ promises, and every type that
//! the code names is documented.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jsonschema::Validator;
use mingshu::catalog::answers::FormAnswers;
use mingshu::events::{Event, TEST_TYPE, TYPES};
use mingshu::flows::close_order::{self, Ended};
use mingshu::flows::refund_order::{self, Refunded, Wish};
use mingshu::flows::settle_payment;
use mingshu::kernel::ids::OrderNo;
use mingshu::orders::{Actor, OrderStatus};
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::{CallError, Outcome, RefundOutcome, StatedAmount};
use mingshu::reports::ports::ModelError;
use serde_json::{Value, json};

use super::all_events;
use crate::support::builders::BUYER;
use crate::support::fakes::observation;
use crate::support::{TestApp, everywhere};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The published schemas by family.
fn schemas() -> BTreeMap<String, Value> {
    let mut schemas = BTreeMap::new();
    for entry in fs::read_dir(root().join("docs/events")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if let Some(family) = name.strip_suffix(".schema.json") {
            let schema = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
            schemas.insert(family.to_owned(), schema);
        }
    }
    schemas
}

/// The same schema without room for fields that it does not name.
fn strict(mut schema: Value) -> Value {
    fn close(part: &mut Value) {
        let Value::Object(fields) = part else { return };
        if let Some(Value::Object(properties)) = fields.get_mut("properties") {
            properties.values_mut().for_each(close);
            fields.insert("additionalProperties".to_owned(), json!(false));
        }
        if let Some(Value::Object(parts)) = fields.get_mut("$defs") {
            parts.values_mut().for_each(close);
        }
    }
    close(&mut schema);
    schema
}

/// Holds every envelope to its schema.
pub(super) struct Judge(BTreeMap<String, Validator>);

impl Judge {
    pub(super) fn new() -> Self {
        let validator = |schema: Value| {
            jsonschema::options().should_validate_formats(true).build(&strict(schema)).unwrap()
        };
        Self(schemas().into_iter().map(|(family, schema)| (family, validator(schema))).collect())
    }

    pub(super) fn faults(&self, envelope: &Value) -> Vec<String> {
        let family = envelope["type"].as_str().unwrap().split('.').next().unwrap();
        let errors = self.0.get(family).unwrap().iter_errors(envelope);
        errors.map(|error| format!("{error} at {} in {envelope}", error.instance_path())).collect()
    }
}

fn envelope(event: &Event) -> Value {
    serde_json::from_str(&event.envelope().unwrap()).unwrap()
}

/// Judges everything that happened in `app`, and returns the types in order.
async fn judged(app: &TestApp) -> Vec<String> {
    let judge = Judge::new();
    let events = all_events(app).await;
    for event in &events {
        let envelope = envelope(event);
        assert_eq!(judge.faults(&envelope), [""; 0]);
        let text = envelope.to_string();
        for private in ["前程如何", "operator:"] {
            assert!(!text.contains(private), "{private} in {text}");
        }
        assert!(!names_buyer(&envelope), "the buyer's number in {text}");
    }
    events.into_iter().map(|event| event.kind).collect()
}

/// Whether the buyer's number stands anywhere, as a number or as a word of a text. Random numbers
/// may hold the same digits by chance: those of orders, payments and refunds as a part of a longer
/// word, the event's own id also between two strokes.
fn names_buyer(part: &Value) -> bool {
    match part {
        Value::Null | Value::Bool(_) => false,
        Value::Number(number) => number.as_i64() == Some(BUYER.0),
        Value::String(text) => {
            let buyer = BUYER.to_string();
            text.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == buyer)
        }
        Value::Array(parts) => parts.iter().any(names_buyer),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name != "id" && names_buyer(value))
        }
    }
}

#[test]
fn the_buyers_number_is_found_where_it_is_meant_and_only_there() {
    let told = |value: Value| names_buyer(&json!({ "id": "0-7001-0", "data": [value] }));
    assert!(told(json!(7001)) && told(json!("7001")) && told(json!({ "actor": "operator:7001" })));
    assert!(!told(json!("M20261121-7001ABCD")) && !told(json!(17001)) && !told(json!(null)));
}

#[tokio::test]
async fn a_whole_purchase_and_its_refund_have_the_promised_shapes() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        let unknown = || Err(CallError::Unknown(anyhow::anyhow!("time-out")));
        app.gateway.answer_refunds([unknown(), Ok(RefundOutcome::Pending)]);
        let wish = Wish { reason: "as asked", ..Wish::default() };
        let actor = Actor::Operator(BUYER.0);
        let refunded =
            refund_order::start(&app.base, &order.order_no, &actor, &wish).await.unwrap();
        assert!(matches!(refunded, Refunded::Started(..)), "{refunded:?}");
        app.run_to_the_end().await;

        let expected = [
            "order.created",
            "payment.succeeded",
            "order.paid",
            "order.generating",
            "order.completed",
            "order.refunding",
            "refund.requested",
            "refund.unknown",
            "refund.processing",
            "order.refunded",
            "refund.succeeded",
        ];
        let mut kinds = judged(&app).await;
        let mut expected = expected.map(str::to_owned).to_vec();
        // Those of one moment have no order.
        kinds.sort();
        expected.sort();
        assert_eq!(kinds, expected);
        let events = all_events(&app).await;
        let paid = events.iter().find(|event| event.kind == "order.paid").unwrap();
        let money = json!({ "minor": 2990, "currency": "CNY", "decimal": "29.90" });
        assert_eq!(envelope(paid)["data"]["total"], money);
        assert_eq!(envelope(paid)["subject"], order.order_no.as_str());
    })
    .await;
}

async fn refuse_a_refund(app: &TestApp) {
    let order = app.a_paid_order().await;
    app.run_to_the_end().await;
    app.gateway.answer_refunds([Ok(RefundOutcome::Failed("too late".to_owned()))]);
    let wish = Wish { reason: "as asked", ..Wish::default() };
    let actor = Actor::Operator(BUYER.0);
    refund_order::start(&app.base, &order.order_no, &actor, &wish).await.unwrap();
    app.run_to_the_end().await;
    assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
}

async fn hear(app: &TestApp, order: &OrderNo, outcome: Outcome, amount: &str) -> Judgement {
    let payment = app.payment(order).await;
    let stated = StatedAmount { amount: amount.to_owned(), currency: Some("CNY".to_owned()) };
    let heard = mingshu::payments::ports::Observation {
        outcome,
        stated: Some(stated),
        ..observation(&payment.payment_no, amount)
    };
    settle_payment::run(&app.base, &app.tools.till.money, &heard, b"{}").await.unwrap()
}

#[tokio::test]
async fn whatever_goes_wrong_has_a_promised_shape_and_all_types_occur() {
    everywhere(async |app: TestApp| {
        let doubtful = app.an_order().await;
        let heard = hear(&app, &doubtful.order_no, Outcome::Paid, "1.00").await;
        assert_eq!(heard, Judgement::Mismatch);
        let lost = app.an_order().await;
        hear(&app, &lost.order_no, Outcome::FinallyFailed, "29.90").await;
        let unwanted = app.an_order().await;
        let gone = close_order::cancel(&app.base, (BUYER, &unwanted.order_no), "我叫张三").await;
        assert_eq!(gone.unwrap(), Ended::Now);
        let forgotten = app.an_order().await;
        app.clock.advance(Duration::from_secs(31 * 60));
        assert_eq!(close_order::close(&app.base, &forgotten.order_no).await.unwrap(), Ended::Now);
        let unwritten = app.a_paid_order().await;
        app.model.answer_next([Err(ModelError::Refused)]);
        app.run_to_the_end().await;
        refuse_a_refund(&app).await;
        for _ in 0..8 {
            app.place("scarce", FormAnswers::default()).await;
        }

        let kinds: BTreeSet<String> = judged(&app).await.into_iter().collect();
        let elsewhere =
            ["order.refunding", "order.refunded", "refund.processing", "refund.unknown"];
        let missing: Vec<_> = TYPES
            .iter()
            .filter(|kind| !kinds.contains(**kind) && !elsewhere.contains(kind))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        for event in all_events(&app).await {
            assert!(!event.data.contains("张三"), "{}", event.data);
            let failure = envelope(&event)["data"]["failure"].clone();
            if event.kind == "order.failed" {
                let lost = event.subject == lost.order_no.as_str();
                assert_eq!(failure, if lost { "payment" } else { "model-refused" });
                assert!(lost || event.subject == unwritten.order_no.as_str());
            }
        }
    })
    .await;
}

#[test]
fn schemas_and_page_name_exactly_the_types_there_are() {
    let mut documented = BTreeSet::new();
    for schema in schemas().into_values() {
        for kind in schema["properties"]["type"]["enum"].as_array().unwrap() {
            documented.insert(kind.as_str().unwrap().to_owned());
        }
    }
    let all: BTreeSet<String> = TYPES.into_iter().chain([TEST_TYPE]).map(str::to_owned).collect();
    assert_eq!(documented, all);
    let page = fs::read_to_string(root().join("docs/events.md")).unwrap();
    for kind in &all {
        assert!(page.contains(&format!("`{kind}`")), "{kind} is not in docs/events.md");
    }
}

#[test]
fn the_types_that_the_code_writes_are_the_documented_ones() {
    let mut written = BTreeSet::new();
    literals(&root().join("src/flows"), &mut written);
    assert_eq!(written, TYPES.into_iter().map(str::to_owned).collect());
}

/// The doors through which events are written; the type stands behind them as text.
const DOORS: [&str; 7] = [
    "order_event(",
    "payment_event(",
    ".event(",
    "announce::order(",
    "announce::payment(",
    "announce::refund(",
    "NewEvent { kind: ",
];

/// The first text in quotes of every call of a door.
fn literals(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            literals(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for call in DOORS.iter().flat_map(|door| text.split(door).skip(1)) {
            let call = call.split(';').next().unwrap();
            found.extend(
                call.split('"').nth(1).filter(|text| text.contains('.')).map(str::to_owned),
            );
        }
    }
}
