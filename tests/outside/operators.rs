//! Promoters and operators (spec.md §2 step 8, §6): the link, the commission, and a refund that
//! takes both back.

use super::binary::{run, written};
use super::errands::{Birth, Ordered};
use super::on_every_database;
use super::shop::{ALERT_CHAT, Plan, Shop};
use super::world::pingpong::Dialect;

const PROMOTER: i64 = 600_000_001;
const BUYER: i64 = 600_000_002;
const STRANGER: i64 = 600_000_003;

#[tokio::test]
async fn a_promoter_earns_until_the_money_goes_back() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::Hmac)).await;
        let code = invitation(&shop).await;
        let mut buyer = shop.buyer(BUYER);
        buyer.types(&format!("/start aff_{code}"));
        buyer.sees("start-welcome").await;
        let ordered = buyer.orders_whole_chart(Birth::Typed, "朋友介绍来的").await;
        shop.world.pingpong.pay(&ordered.payment_no).await;
        buyer.sees("report-closing").await;
        shop.order_is(&ordered.order_no, "completed").await;
        // A fifth of 39.90.
        let card = card_of_promoter(&shop).await;
        assert!(card.contains("待确认 ¥7.98 · 已确认 ¥0.00 · 因退款取消 ¥0.00"), "{card}");
        assert_eq!(commission(&shop, "amount_minor").await, 798);
        assert_eq!(commission(&shop, "reversed_minor").await, 0);
        only_operators_refund(&shop, &ordered.order_no).await;
        let mut operator = shop.buyer(ALERT_CHAT);
        operator.types(&format!("/refund {}", ordered.order_no));
        operator.sees("refund-confirm").await;
        operator.taps("btn-refund-confirm").await;
        operator.sees("refund-requested").await;
        buyer.sees("refund-succeeded").await;
        shop.order_is(&ordered.order_no, "refunded").await;
        let card = card_of_promoter(&shop).await;
        assert!(card.contains("待确认 ¥0.00 · 已确认 ¥0.00 · 因退款取消 ¥7.98"), "{card}");
        assert_eq!(commission(&shop, "reversed_minor").await, 798);
        let refunds = shop.world.pingpong.refunds_of(&ordered.payment_no);
        assert_eq!(refunds.len(), 1, "{refunds:?}");
        assert_eq!(refunds[0].amount, "39.90");
        the_audit_tells_everything(&shop, &ordered);
        only_a_charge_in_doubt_is_returned(&shop, &ordered);
        shop.close().await;
    })
    .await;
}

/// One timeline from the order to the refund, found by the payment's number, too.
fn the_audit_tells_everything(shop: &Shop, ordered: &Ordered) {
    let audit = |more: &[&str]| {
        let arguments = [&["orders", "audit", ordered.payment_no.as_str()][..], more].concat();
        run(&shop.environment, shop.folder(), &arguments)
    };
    let told = audit(&[]);
    let page = String::from_utf8(told.stdout.clone()).unwrap();
    assert_eq!(told.status.code(), Some(0), "{}", written(&told));
    assert!(page.starts_with(&format!("{}  refunded", ordered.order_no)), "{page}");
    let places: Vec<_> = [
        "- → pending_payment  buyer",
        "callback from pingpong  applied",
        "→ succeeded",
        "received  39.90 CNY",
        "order.completed",
        "refund.start  ",
        "refunded  39.90 CNY",
    ]
    .iter()
    .map(|words| page.find(words).unwrap_or_else(|| panic!("`{words}` is not in\n{page}")))
    .collect();
    assert!(places.is_sorted(), "{places:?} in\n{page}");
    for hidden in ["朋友介绍来的", "\"payment_id\""] {
        assert!(!page.contains(hidden), "{hidden} in\n{page}");
    }

    let file = shop.folder().join("audit.json");
    let out = ["--evidence", "--json", "--out", file.to_str().unwrap()];
    assert_eq!(audit(&out).status.code(), Some(0));
    let kept = std::fs::read_to_string(&file).unwrap();
    let audit_json: serde_json::Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(audit_json["format"], "mingshu.order-audit/1");
    let body = audit_json["evidence"][0]["body"]["text"].as_str().unwrap();
    assert!(body.contains(&ordered.payment_no), "{body}");
    let again = audit(&out);
    assert_eq!(again.status.code(), Some(1), "never over a file: {}", written(&again));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), kept);
}

/// The command looks at the order of the payment, asks nobody outside, and says why not.
fn only_a_charge_in_doubt_is_returned(shop: &Shop, ordered: &Ordered) {
    for (number, more, expected) in [
        (ordered.payment_no.as_str(), &[][..], "nothing of the charge stx0 stands in doubt"),
        (ordered.order_no.as_str(), &["--yes"][..], "stars.enabled is false"),
        ("M20260101-00000000", &[][..], "cannot be looked at"),
    ] {
        let wish = ["orders", "return-charge", number, "--charge", "stx0", "--note", "twice"];
        let told = run(&shop.environment, shop.folder(), &[&wish[..], more].concat());
        assert_eq!(told.status.code(), Some(1), "{}", written(&told));
        assert!(written(&told).contains(expected), "{}", written(&told));
    }
}

/// The code in the promoter's link, which is of no use to themselves.
async fn invitation(shop: &Shop) -> String {
    let mut promoter = shop.buyer(PROMOTER);
    promoter.types("/affiliate");
    let card = promoter.sees("affiliate-rule").await;
    let (_, code) = card.text.split_once("?start=aff_").expect("the card shows the link");
    let code: String = code.chars().take_while(char::is_ascii_alphanumeric).collect();
    promoter.types(&format!("/start aff_{code}"));
    promoter.sees("start-invited-self").await;
    let referred =
        format!("SELECT COUNT(*) FROM users WHERE id = {PROMOTER} AND referred_by <> ''");
    assert_eq!(shop.database.number(&referred).await, 0, "nobody invites themselves");
    code
}

async fn card_of_promoter(shop: &Shop) -> String {
    let mut promoter = shop.buyer(PROMOTER);
    promoter.read = promoter.record().len();
    promoter.types("/affiliate");
    promoter.sees("affiliate-rule").await.text
}

async fn commission(shop: &Shop, column: &str) -> i64 {
    shop.database.number(&format!("SELECT {column} FROM commissions")).await
}

async fn only_operators_refund(shop: &Shop, order_no: &str) {
    let mut stranger = shop.buyer(STRANGER);
    for command in ["refund", "order", "resend", "retry", "stats"] {
        stranger.types(&format!("/{command} {order_no}"));
        stranger.sees("unknown-command").await;
    }
    assert_eq!(shop.order(order_no)["status"], "completed");
}
