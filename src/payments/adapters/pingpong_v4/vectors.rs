//! The signature against messages whose signature is known: T1–T4 are PingPong's own published
//! examples, T5–T9 were computed independently (reference/pingpong.md §2.4, with its numbers).

use std::collections::BTreeMap;

use proptest::prelude::*;
use secrecy::SecretString;

use super::sign::{SignType, canonical, sign, verify};

const DOCS_SALT: &str = "F78BC96A55548B2319EE68E0";
const PHP_SALT: &str = "BCE27A281029F5EAF3CC0E82";
const TEST_SALT: &str = "0123456789ABCDEF01234567";

/// The official store A.
const DOCS: [(&str, &str); 2] =
    [("accId", "2018092714313010016291"), ("clientId", "2018092714313010016")];
/// The store of our own vectors.
const OURS: [(&str, &str); 2] =
    [("accId", "9000000000000000001001"), ("clientId", "9000000000000000001")];

const T1: &str = r#"{"captureDelayHours":"0","amount":"1000","currency":"USD","merchantTransactionId":"PMT-PR5GFUNZQP1695182276082","payResultUrl":"https://test-acquirerpay.pingpongx.com/qa/result.html","payCancelUrl":"https://test-acquirerpay.pingpongx.com/qa/result.html","shopperIP":"222.126.52.23","customer":{"identificationId":"211","lastName":"LeBronbb","email":"test@pingpongx.com","phone":"9157030054"}}"#;
const T2: &str = r#"{"amount":"1000","paymentUrl":"https://sandbox-acquirer-payment-ssr.pingpongx.com/v3/checkout?token=EU:vr_YVR8u7rn7C1gG97DOg9_-Y66ubtNtoayJ_wiEEzdCnxCHYIk0pXordJYBjq1g","transactionId":"2023092050004591","token":"EU:vr_YVR8u7rn7C1gG97DOg9_-Y66ubtNtoayJ_wiEEzdCnxCHYIk0pXordJYBjq1g","merchantTransactionId":"PMT-PR5GFUNZQP1695182276082","currency":"USD","innerJsUrl":"https://paycdn.pingpongx.com/production/static/sdk/ppPay.min.js?token=EU:vr_YVR8u7rn7C1gG97DOg9_-Y66ubtNtoayJ_wiEEzdCnxCHYIk0pXordJYBjq1g"}"#;
const T3: &str = r#"{"requestId":"PMT-9ICSCWF9H51695189441815","merchantTransactionId":"PMT-9ICSCWF9H51695189441815","amount":"100.000000","threeDUnionParams":{"threeDContinue":"false"},"transactionId":"2023092050004595","threeDContinue":"false","paymentMethod":{"type":"scheme"},"captureDelayHours":0,"status":"FAILED"}"#;
const T4: &str = r#"{"merchantTransactionId":"10019","trackingNumber":"423431241","logisticsCompany":"sf","logisticsCompanyUrl":"https://www.baidu.com"}"#;
const T5: &str = r#"{"captureDelayHours":0,"amount":"19.90","currency":"USD","merchantTransactionId":"ORD-20261121-0001","payResultUrl":"https://shop.example/pay/return","payCancelUrl":"https://shop.example/pay/cancel","notificationUrl":"https://shop.example/webhook/pingpong","shopperIP":"203.0.113.7"}"#;
const T6: &str =
    r#"{"amount":"19.90","remark":"命盘 \"VIP\" – café","merchantTransactionId":"ORD-2"}"#;
const T7: &str = r#"{"amount":"19.900000","currency":"USD","merchantTransactionId":"ORD-20261121-0001","notifyType":"RECHARGE","status":"SUCCESS","threeDSecure":"N","transactionEndTime":"1795219205000","transactionId":"2026112150000001","transactionTime":"1795219200000"}"#;
const T8: &str = r#"{"amount":"5.000000","currency":"USD","merchantRefundId":"RF-0001","merchantTransactionId":"ORD-20261121-0001","notifyType":"REFUND","refundEndingTime":"1795305605000","refundId":"2026112250000009","refundTime":"1795305600000","status":"SUCCESS","transactionId":"2026112150000001"}"#;

/// One message: who, what, the other fields, and how it is signed.
struct Message<'a> {
    salt: &'a str,
    store: [(&'a str, &'a str); 2],
    biz_content: &'a str,
    others: &'a [(&'a str, &'a str)],
}

const REQUEST: &[(&str, &str)] = &[("version", "1.0")];
const SUCCEEDED: &[(&str, &str)] = &[("code", "000000"), ("description", "Transaction succeeded")];
const DECLINED: &[(&str, &str)] = &[
    ("code", "301002"),
    (
        "description",
        "Transaction declined (Do not honor,Please contact the issuing bank to confirm the bank \
         card payment limit)",
    ),
];

fn docs<'a>(biz_content: &'a str, others: &'a [(&'a str, &'a str)]) -> Message<'a> {
    Message { salt: DOCS_SALT, store: DOCS, biz_content, others }
}

fn ours<'a>(biz_content: &'a str, others: &'a [(&'a str, &'a str)]) -> Message<'a> {
    Message { salt: TEST_SALT, store: OURS, biz_content, others }
}

fn php() -> Message<'static> {
    let store = [("accId", "2018092714313010016289"), ("clientId", "2018092714313010016")];
    Message { salt: PHP_SALT, store, biz_content: T4, others: REQUEST }
}

impl Message<'_> {
    fn fields(&self, sign_type: SignType) -> BTreeMap<String, String> {
        let rest = [("bizContent", self.biz_content), ("signType", sign_type.as_str())];
        let all = self.store.iter().chain(&rest).chain(self.others);
        all.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn sign(&self, sign_type: SignType) -> String {
        sign(&self.fields(sign_type), &SecretString::from(self.salt), sign_type)
    }

    /// The length of the whole signed text in bytes, salt included.
    fn length(&self, sign_type: SignType) -> usize {
        self.salt.len() + canonical(&self.fields(sign_type)).len()
    }

    fn accepts(&self, sign_type: SignType, signature: &str) -> bool {
        let salt = SecretString::from(self.salt);
        verify(&self.fields(sign_type), &salt, sign_type, signature)
    }
}

#[test]
fn t1_the_official_request_is_reproduced() {
    let message = docs(T1, REQUEST);
    assert_eq!(message.length(SignType::Sha256), 513);
    assert_eq!(
        message.sign(SignType::Sha256),
        "28178F3C0B0AF10343F715211B9C7791AB4CF091EB4580505E053318E8F37B85"
    );
    assert_eq!(message.sign(SignType::Md5), "8DBC658C2ECCCFBBC0D95D44304F09A9");
}

#[test]
fn t1_a_salt_at_the_end_and_an_hmac_are_refused() {
    for wrong in [
        "2FFCF2FA80262822BCE84E290B386AD63F656846FA7322E1B0FC612D239799D0",
        "80774EB5DD78C3E9ACA46140B180E138637ED5540409BD221BBEE8DC102E85EC",
    ] {
        assert!(!docs(T1, REQUEST).accepts(SignType::Sha256, wrong), "{wrong}");
    }
}

#[test]
fn t2_the_official_answer_is_reproduced_over_the_fields_it_has() {
    let message = docs(T2, SUCCEEDED);
    assert_eq!(message.length(SignType::Sha256), 661);
    assert_eq!(
        message.sign(SignType::Sha256),
        "337DE4525BECC73D56E262E04CCCC210C7BA70C78D48DA3BB128E4FEC6D01561"
    );
    for wrong in [
        "41ACE250CE6CC00B642E8505007486D72A69B4DC9A29A195C6471E3E860CF669",
        "3FE4EB092C98BC9C0D39D9058A9E824812E17C2970D23C0FB4AE8BD314DB4C76",
    ] {
        assert!(!message.accepts(SignType::Sha256, wrong), "{wrong}");
    }
}

#[test]
fn t3_the_official_refusal_is_reproduced() {
    let message = docs(T3, DECLINED);
    assert_eq!(message.length(SignType::Sha256), 540);
    assert_eq!(
        message.sign(SignType::Sha256),
        "85E02B2A474DA7D135DE844A202015594C874E4A2A06394BA7DF00071FC4A6D1"
    );
}

#[test]
fn t4_the_official_md5_example_is_reproduced() {
    assert_eq!(php().sign(SignType::Md5), "055AD0B08E3A92A91475E24E1F0C005F");
    assert_eq!(
        php().sign(SignType::Sha256),
        "CF54E3E89BE3255D8B05E3E5671CF0378011BD55ED8E020426BFB6A02947DD6A"
    );
}

#[test]
fn t5_our_own_request() {
    let message = ours(T5, REQUEST);
    assert_eq!((message.length(SignType::Sha256), message.length(SignType::Md5)), (404, 401));
    assert_eq!(
        message.sign(SignType::Sha256),
        "DCD562B7803498DC925C3A041A32A223BF025EF780911082BD6D908473B078A0"
    );
    assert_eq!(message.sign(SignType::Md5), "E6A93CC9550A627ECEB39004FC1D6213");
}

#[test]
fn t6_content_is_signed_as_it_stands_and_never_rewritten() {
    let message = ours(T6, REQUEST);
    assert_eq!((message.length(SignType::Sha256), message.length(SignType::Md5)), (207, 204));
    assert_eq!(
        message.sign(SignType::Sha256),
        "38E2D753ED0075F126050E2AB3F72266FC80A79C26ED290A4736718727733EA5"
    );
    assert_eq!(message.sign(SignType::Md5), "6F55DF89AF080F155FD4CE80E6FC40F4");

    let same_json =
        T6.replace("命盘", "\\u547d\\u76d8").replace('–', "\\u2013").replace('é', "\\u00e9");
    assert_eq!(
        ours(&same_json, REQUEST).sign(SignType::Sha256),
        "8B0998ABB01745E656C5AA340F8D2E66A988CAE41EA186053F45EA00511980BE"
    );
    let stripped = "8BB448AF92F07DD4E34CE727F8CA1AE77E51A23B3B6D9D65DB815FC685A71B8D";
    assert!(!message.accepts(SignType::Sha256, stripped));
}

#[test]
fn t7_the_payment_notification() {
    let message = ours(T7, SUCCEEDED);
    assert_eq!(message.length(SignType::Sha256), 406);
    assert_eq!(
        message.sign(SignType::Sha256),
        "5C986D4773F934C8C5F049E43C1B5960995DA78AF9CBAEE6A7F6B6B2A98EF750"
    );
    assert_eq!(message.sign(SignType::Md5), "7E0E291E943188E4BB1206CC86182841");
}

#[test]
fn t8_the_refund_notification() {
    let message = ours(T8, SUCCEEDED);
    assert_eq!(
        message.sign(SignType::Sha256),
        "13EE73D1C978BB16CE3475C77CDA9BFCDBDC22F61F0290BBA3CC7EC43131CFC2"
    );
    assert_eq!(message.sign(SignType::Md5), "B758AEA40C6D7C08D4EC21CD712DB82F");
}

#[test]
fn t9_blanks_are_left_out_and_other_values_are_not_trimmed() {
    const FAILED: &str = r#"{"status":"FAILED"}"#;
    let message = ours(FAILED, &[("code", "301002"), ("description", "   "), ("version", "")]);
    assert_eq!(message.length(SignType::Sha256), 140);
    assert_eq!(
        message.sign(SignType::Sha256),
        "73AA5A554C1F7FDEDFD3747FBF0BB224CE4AA456755A142AAA58DF02DF6FBA3A"
    );

    let message = ours(FAILED, &[("code", "301002"), ("description", "Do not honor ")]);
    assert_eq!(message.length(SignType::Sha256), 166);
    assert_eq!(
        message.sign(SignType::Sha256),
        "BE8BAC82DF040AE05EFB7B82EE0D45E0DF41FE8FB157E56A60EA6F755C30DC52"
    );
    let trimmed = "6EA22D226A3375EAFA616A93766D0F13C367D6F797BB570556E8515AE7287113";
    assert!(!message.accepts(SignType::Sha256, trimmed));
}

#[test]
fn a_signature_is_read_in_either_case_and_only_whole() {
    let message = ours(T7, SUCCEEDED);
    let signature = message.sign(SignType::Sha256);
    assert!(message.accepts(SignType::Sha256, &signature));
    assert!(message.accepts(SignType::Sha256, &signature.to_lowercase()));
    let last_flipped = format!("{}1", &signature[..63]);
    for wrong in ["", "0", &signature[..62], &signature[..63], &last_flipped, "命命命命命命命命"]
    {
        assert!(!message.accepts(SignType::Sha256, wrong), "{wrong}");
    }
}

#[test]
fn sign_types_read_back() {
    for sign_type in [SignType::Sha256, SignType::Md5] {
        assert_eq!(SignType::parse(sign_type.as_str()), Some(sign_type));
    }
    assert_eq!(SignType::parse("RSA"), None);
}

proptest! {
    #[test]
    fn what_is_signed_verifies_and_a_change_does_not(
        fields in prop::collection::btree_map("[a-zA-Z]{1,8}", ".{0,24}", 1..8),
        salt in "[0-9A-F]{1,24}",
        added in "[a-z]{1,4}",
    ) {
        let salt = SecretString::from(salt);
        for sign_type in [SignType::Sha256, SignType::Md5] {
            let signature = sign(&fields, &salt, sign_type);
            prop_assert!(verify(&fields, &salt, sign_type, &signature));
            let mut changed = fields.clone();
            changed.insert("zzAdded".to_owned(), added.clone());
            prop_assert!(!verify(&changed, &salt, sign_type, &signature));
            prop_assert!(!verify(&fields, &SecretString::from("other"), sign_type, &signature));
        }
    }

    #[test]
    fn verifying_never_panics(signature in ".{0,80}", value in ".{0,20}") {
        let fields = BTreeMap::from([("accId".to_owned(), value)]);
        prop_assert!(!verify(&fields, &SecretString::from("salt"), SignType::Sha256, &signature));
    }
}
