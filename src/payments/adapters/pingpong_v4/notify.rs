//! Notifications of V4 (reference/pingpong.md §4): proved first, then read.
//!
//! Answers of PingPong are signed with the same salt, so an answer about a refund must never pass
//! for a paid payment: a success counts only with `notifyType` `RECHARGE`.

use super::PROVIDER;
use super::content::Told;
use super::statuses::{outcome, refund_outcome};
use super::wire::{Envelope, Store};
use crate::kernel::ids::{PaymentNo, RefundNo};
use crate::payments::adapters::reading::{brief, evidence_key, filled, number, object, stated};
use crate::payments::ports::{
    Notification, NotificationError, Observation, Outcome, RefundObservation, Source,
};

/// Proves and reads the raw `body` of a notification.
pub(super) fn read(store: &Store, body: &[u8]) -> Result<Notification, NotificationError> {
    let envelope = Envelope::parse(body).map_err(malformed)?;
    store.prove(&envelope).map_err(NotificationError::Unproved)?;
    let content = envelope.content().map_err(malformed)?;
    let told: Told = object(content.as_bytes())
        .ok_or_else(|| malformed("the content is not the object that we know"))?;
    let kind = filled(told.notify_type.clone());
    let status = filled(told.status.clone());
    // The notice to a `closeNotificationUrl` is not documented; no other kind knows the word.
    let closed = status.as_deref() == Some("CLOSED");
    let kind = kind.or_else(|| closed.then(|| "RECHARGE".to_owned()));
    match (kind.as_deref(), status.as_deref()) {
        (Some("RECHARGE"), Some(status)) => payment(store, &envelope, told, status),
        (Some("RECHARGE"), None) => Err(malformed("the status is missing")),
        (Some("REFUND"), Some(status)) => refund(store, &envelope, told, status),
        (kind, status) => unhandled(told, &[kind.unwrap_or("none"), status.unwrap_or("none")]),
    }
}

fn payment(
    store: &Store,
    envelope: &Envelope,
    told: Told,
    status: &str,
) -> Result<Notification, NotificationError> {
    let payment_no = number(told.merchant_transaction_id).map_err(malformed)?;
    let payment_no = payment_no.ok_or_else(|| malformed("the payment's number is missing"))?;
    let provider_ref = number(told.transaction_id).map_err(malformed)?;
    let stated = stated(told.amount, told.currency);
    let merchant_matches = store.is_named_in(envelope);
    let mut facts = vec!["RECHARGE", &payment_no, provider_ref.as_deref().unwrap_or(""), status];
    if !merchant_matches {
        facts.push("other merchant");
    }
    let outcome = outcome(status);
    Ok(Notification::Payment(Observation {
        provider: PROVIDER.to_owned(),
        source: Source::Callback,
        evidence_key: evidence_key(Source::Callback, &facts, stated.as_ref()),
        payment_no: PaymentNo(payment_no),
        provider_ref,
        note: if outcome == Outcome::Paid { None } else { explanation(envelope) },
        outcome,
        stated,
        merchant_matches,
        actor: None,
    }))
}

/// Why it failed, in PingPong's words.
fn explanation(envelope: &Envelope) -> Option<String> {
    let code = envelope.get("code")?;
    Some(brief(&format!("{code} {}", envelope.get("description").unwrap_or(""))))
        .filter(|_| code != "000000")
}

/// A refund of another merchant or without our number cannot be applied: it is kept as it is.
fn refund(
    store: &Store,
    envelope: &Envelope,
    told: Told,
    status: &str,
) -> Result<Notification, NotificationError> {
    let Some(refund_no) = number(told.merchant_refund_id.clone()).map_err(malformed)? else {
        return unhandled(told, &["REFUND without number", status]);
    };
    if !store.is_named_in(envelope) {
        return unhandled(told, &["REFUND of another merchant", status]);
    }
    let reason = explanation(envelope).unwrap_or_default();
    let Some(outcome) = refund_outcome(status, reason) else {
        return unhandled(told, &["REFUND", status]);
    };
    let provider_refund_ref = number(told.refund_id).map_err(malformed)?;
    let reference = provider_refund_ref.as_deref().unwrap_or("");
    let facts = ["REFUND", &refund_no, reference, status];
    let stated = stated(told.amount, told.currency);
    Ok(Notification::Refund(RefundObservation {
        provider: PROVIDER.to_owned(),
        source: Source::Callback,
        evidence_key: evidence_key(Source::Callback, &facts, stated.as_ref()),
        refund_no: RefundNo(refund_no),
        provider_refund_ref,
        status: outcome,
    }))
}

fn unhandled(told: Told, kind: &[&str]) -> Result<Notification, NotificationError> {
    let numbers = [told.merchant_transaction_id, told.transaction_id, told.merchant_refund_id];
    let numbers = numbers.map(|text| number(text).map(Option::unwrap_or_default));
    let numbers: Vec<String> = numbers.into_iter().collect::<Result<_, _>>().map_err(malformed)?;
    let facts: Vec<&str> = kind.iter().copied().chain(numbers.iter().map(String::as_str)).collect();
    let stated = stated(told.amount, told.currency);
    Ok(Notification::Unhandled {
        provider: PROVIDER.to_owned(),
        evidence_key: evidence_key(Source::Callback, &facts, stated.as_ref()),
        kind: brief(&kind.join(" ")),
    })
}

fn malformed(reason: &str) -> NotificationError {
    NotificationError::Malformed(reason.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::sign::{SignType, sign};
    use super::*;
    use crate::payments::ports::{RefundOutcome, StatedAmount};
    use proptest::prelude::*;
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    const T7: &str = r#"{"accId":"9000000000000000001001","clientId":"9000000000000000001","code":"000000","description":"Transaction succeeded","bizContent":"{\"amount\":\"19.900000\",\"currency\":\"USD\",\"merchantTransactionId\":\"ORD-20261121-0001\",\"notifyType\":\"RECHARGE\",\"status\":\"SUCCESS\",\"threeDSecure\":\"N\",\"transactionEndTime\":\"1795219205000\",\"transactionId\":\"2026112150000001\",\"transactionTime\":\"1795219200000\"}","signType":"SHA256","sign":"5C986D4773F934C8C5F049E43C1B5960995DA78AF9CBAEE6A7F6B6B2A98EF750"}"#;

    fn store() -> Store {
        Store {
            acc_id: "9000000000000000001001".into(),
            client_id: "9000000000000000001".into(),
            salt: "0123456789ABCDEF01234567".into(),
            sign_type: SignType::Sha256,
        }
    }

    /// A signed notification with `biz` as content and `changes` in the envelope; null removes.
    fn signed(biz: &Value, changes: &Value) -> String {
        let mut fields = json!({
            "accId": "9000000000000000001001", "clientId": "9000000000000000001",
            "code": "000000", "description": "Transaction succeeded", "signType": "SHA256",
            "bizContent": biz.to_string(),
        });
        for (name, value) in changes.as_object().unwrap() {
            fields[name] = value.clone();
        }
        let text: BTreeMap<String, String> = fields
            .as_object()
            .unwrap()
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        fields["sign"] = json!(sign(&text, &store().salt, SignType::Sha256));
        fields.to_string()
    }

    fn paid() -> Value {
        json!({
            "notifyType": "RECHARGE", "status": "SUCCESS", "amount": "19.900000",
            "currency": "CNY", "merchantTransactionId": "P1", "transactionId": "T1",
        })
    }

    fn with(mut biz: Value, changes: &Value) -> Value {
        for (name, value) in changes.as_object().unwrap() {
            if value.is_null() {
                biz.as_object_mut().unwrap().remove(name);
            } else {
                biz[name] = value.clone();
            }
        }
        biz
    }

    fn observed(body: &str) -> Observation {
        match read(&store(), body.as_bytes()) {
            Ok(Notification::Payment(observation)) => observation,
            other => panic!("not a payment: {other:?}"),
        }
    }

    #[test]
    fn the_published_notification_is_a_paid_payment() {
        let expected = Observation {
            provider: "pingpong".into(),
            source: Source::Callback,
            evidence_key: "callback/RECHARGE/ORD-20261121-0001/2026112150000001/SUCCESS/19.9/USD"
                .into(),
            payment_no: "ORD-20261121-0001".into(),
            provider_ref: Some("2026112150000001".into()),
            outcome: Outcome::Paid,
            stated: Some(StatedAmount { amount: "19.900000".into(), currency: Some("USD".into()) }),
            merchant_matches: true,
            actor: None,
            note: None,
        };
        assert_eq!(observed(T7), expected);
    }

    #[test]
    fn a_forged_or_unsigned_notification_is_not_proved() {
        let flipped = T7.replace("98EF750", "98EF751");
        let cheaper = T7.replace("19.900000", "00.010000");
        let no_sign = T7.replace("\"sign\":", "\"sgin\":");
        let blank_sign =
            T7.replace("5C986D4773F934C8C5F049E43C1B5960995DA78AF9CBAEE6A7F6B6B2A98EF750", " ");
        let other_type = T7.replace("SHA256", "MD5");
        let added = T7.replacen('{', "{\"extra\":\"1\",", 1);
        let other_shop = T7.replace("9000000000000000001001", "9000000000000000001002");
        for body in [flipped, cheaper, no_sign, blank_sign, other_type, added, other_shop] {
            let error = read(&store(), body.as_bytes());
            assert!(matches!(error, Err(NotificationError::Unproved(_))), "{body}: {error:?}");
        }
    }

    #[test]
    fn what_is_not_the_format_is_malformed() {
        let twice = T7.replacen('{', "{\"code\":\"000000\",", 1);
        let number = T7.replace("\"code\":\"000000\"", "\"code\":0");
        let newline = T7.replace("Transaction succeeded", "Transaction\\nsucceeded");
        let no_content = signed(&paid(), &json!({"bizContent": null}));
        let no_client = signed(&paid(), &json!({"clientId": null}));
        let version = signed(&paid(), &json!({"version": "1.1"}));
        let tail = signed(&paid(), &json!({"bizContent": "{} {}"}));
        let list = signed(&paid(), &json!({"bizContent": "[\"RECHARGE\",\"SUCCESS\"]"}));
        let no_number = signed(&with(paid(), &json!({"merchantTransactionId": null})), &json!({}));
        let long_number =
            signed(&with(paid(), &json!({"merchantTransactionId": "9".repeat(129)})), &json!({}));
        let nul = signed(&with(paid(), &json!({"transactionId": "T\u{0}1"})), &json!({}));
        let nul_in_refund = signed(
            &with(paid(), &json!({"notifyType": "REFUND", "merchantRefundId": "R\u{0}1"})),
            &json!({}),
        );
        let no_status = signed(&with(paid(), &json!({"status": " "})), &json!({}));
        let twice_inside = r#"{"notifyType":"RECHARGE","status":"FAILED","status":"SUCCESS","merchantTransactionId":"P1"}"#;
        let twice_inside = signed(&paid(), &json!({"bizContent": twice_inside}));
        for body in [
            String::new(),
            "命盘".into(),
            "[]".into(),
            twice,
            number,
            long_number,
            nul,
            nul_in_refund,
            newline,
            no_content,
            no_client,
            version,
            tail,
            list,
            no_number,
            no_status,
            twice_inside,
        ] {
            let error = read(&store(), body.as_bytes());
            assert!(matches!(error, Err(NotificationError::Malformed(_))), "{body}: {error:?}");
        }
    }

    #[test]
    fn both_envelopes_of_the_documentation_are_read() {
        let request_style = json!({"code": null, "description": null, "version": "1.0"});
        assert_eq!(observed(&signed(&paid(), &request_style)).outcome, Outcome::Paid);
        let body = signed(&paid(), &json!({}));
        assert_eq!(observed(&body).outcome, Outcome::Paid);
        let object = signed(
            &paid(),
            &json!({"bizContent": "{\"notifyType\": \"RECHARGE\", \"status\":\"CLOSED\",\"merchantTransactionId\":\"P1\"}"}),
        );
        let mut object: Value = serde_json::from_str(&object).unwrap();
        let content = object["bizContent"].as_str().unwrap().to_owned();
        object["bizContent"] = json!("CONTENT");
        let object = object.to_string().replace("\"CONTENT\"", &content);
        assert_eq!(observed(&object).outcome, Outcome::Closed, "content sent as an object");
    }

    #[test]
    fn a_notification_about_another_merchant_says_so() {
        let foreign = signed(&paid(), &json!({"accId": "1"}));
        let observation = observed(&foreign);
        assert!(!observation.merchant_matches);
        assert_ne!(observation.evidence_key, observed(&signed(&paid(), &json!({}))).evidence_key);
    }

    #[test]
    fn a_repeat_is_the_same_fact_and_news_is_not() {
        let key =
            |changes: Value| observed(&signed(&with(paid(), &changes), &json!({}))).evidence_key;
        let first = key(json!({}));
        assert_eq!(first, key(json!({"remark": "again", "amount": 19.9, "threeDSecure": ""})));
        assert_ne!(first, key(json!({"status": "FAILED"})));
        assert_ne!(first, key(json!({"transactionId": "T2"})));
        assert_ne!(first, key(json!({"amount": "0.01"})));
        assert_ne!(first, key(json!({"currency": "USD"})));
    }

    #[test]
    fn a_success_without_an_amount_states_nothing() {
        for changes in [
            json!({"amount": null}),
            json!({"amount": ""}),
            json!({"amount": null, "currency": null}),
        ] {
            let observation = observed(&signed(&with(paid(), &changes), &json!({})));
            assert_eq!((observation.outcome, observation.stated), (Outcome::Paid, None));
        }
    }

    #[test]
    fn a_failed_attempt_is_told_with_its_reason() {
        let envelope = json!({"code": "301002", "description": "Transaction declined"});
        let failed = with(paid(), &json!({"status": "FAILED"}));
        let observation = observed(&signed(&failed, &envelope));
        assert_eq!(observation.outcome, Outcome::AttemptFailed);
        assert_eq!(observation.note.as_deref(), Some("301002 Transaction declined"));
    }

    #[test]
    fn a_refund_notification_is_about_the_refund() {
        let biz = r#"{"amount":"5.000000","currency":"USD","merchantRefundId":"RF-0001","merchantTransactionId":"ORD-20261121-0001","notifyType":"REFUND","refundEndingTime":"1795305605000","refundId":"2026112250000009","refundTime":"1795305600000","status":"SUCCESS","transactionId":"2026112150000001"}"#;
        let t8 = signed(&json!({}), &json!({"bizContent": biz}));
        assert!(t8.contains("13EE73D1C978BB16CE3475C77CDA9BFCDBDC22F61F0290BBA3CC7EC43131CFC2"));
        let expected = RefundObservation {
            provider: "pingpong".into(),
            source: Source::Callback,
            evidence_key: "callback/REFUND/RF-0001/2026112250000009/SUCCESS/5/USD".into(),
            refund_no: "RF-0001".into(),
            provider_refund_ref: Some("2026112250000009".into()),
            status: RefundOutcome::Succeeded,
        };
        assert_eq!(read(&store(), t8.as_bytes()), Ok(Notification::Refund(expected)));
    }

    #[test]
    fn what_we_do_not_sell_with_is_kept_and_never_taken_for_a_payment() {
        let refund =
            json!({"status": "SUCCESS", "merchantRefundId": "R1", "merchantTransactionId": "P1"});
        let kinds = [
            (with(paid(), &json!({"notifyType": "CAPTURE"})), json!({}), "CAPTURE SUCCESS"),
            (with(paid(), &json!({"notifyType": "VOID"})), json!({}), "VOID SUCCESS"),
            (with(paid(), &json!({"notifyType": null})), json!({}), "none SUCCESS"),
            (refund.clone(), json!({}), "none SUCCESS"),
            (
                with(refund.clone(), &json!({"notifyType": "REFUND"})),
                json!({"accId": "1"}),
                "REFUND of another merchant SUCCESS",
            ),
            (
                json!({"notifyType": "REFUND", "status": "SUCCESS"}),
                json!({}),
                "REFUND without number SUCCESS",
            ),
            (
                with(refund, &json!({"notifyType": "REFUND", "status": "HELD"})),
                json!({}),
                "REFUND HELD",
            ),
        ];
        for (biz, envelope, expected) in kinds {
            let body = signed(&biz, &envelope);
            match read(&store(), body.as_bytes()) {
                Ok(Notification::Unhandled { kind, .. }) => assert_eq!(kind, expected),
                other => panic!("{biz}: {other:?}"),
            }
        }
    }

    proptest! {
        #[test]
        fn reading_never_panics(biz in "\\PC{0,60}", body in prop::collection::vec(any::<u8>(), 0..100)) {
            read(&store(), &body).ok();
            read(&store(), signed(&json!({}), &json!({"bizContent": biz})).as_bytes()).ok();
        }
    }
}
