//! How a buyer goes through an errand: from the greeting to the report.

use super::buyer::Buyer;
use super::errands::{self, Errand};
use super::shop::Shop;
use super::tongue::{Three, Tongue};

/// Who buys for the first time, by the errand; the last shows a birthday.
const FIRST: i64 = 5_000_001;
const KEEPER: i64 = 5_000_012;
const BORN: i64 = 5_000_028;

const PAYS: Three = ["在收银台付款", "在收銀台付款", "pays at the checkout"];
const PAYS_IN_STARS: Three = [
    "在 Telegram 的窗口里用 Stars 付款",
    "在 Telegram 的視窗裡用 Stars 付款",
    "pays with Stars in Telegram's own window",
];

/// The whole catalogue, one errand after the other; so many orders there must be in the end.
pub(crate) async fn buy_everything(shop: &Shop, tongue: &'static Tongue) -> usize {
    let t = tongue;
    let firsts = [
        (FIRST, errands::whole_chart(t)),
        (FIRST + 1, errands::decade(t)),
        (FIRST + 2, errands::career(t)),
        (FIRST + 3, errands::child(t)),
        (FIRST + 4, errands::sign(t)),
        (BORN, errands::glance(t)),
    ];
    let (mut bought, keeps) =
        (Vec::new(), [errands::year(t), errands::pair(t), errands::year_in_stars(t)]);
    for (chat, errand) in firsts {
        bought.push(buy(&mut Buyer::new(shop, t, chat), errand).await);
    }
    for errand in keeps {
        bought.push(buy(&mut Buyer::new(shop, t, KEEPER), errand).await);
    }
    let orders = shop.orders();
    let numbers = orders.iter().map(|order| order["order_no"].as_str().unwrap().to_owned());
    let mut numbers: Vec<String> = numbers.collect();
    numbers.sort();
    bought.sort();
    assert_eq!(numbers, bought, "one order for each errand");
    bought.len()
}

/// A report with all that is drawn for it, pictures, book and card, and a short one with its picture.
pub(crate) async fn buy_with_pictures(shop: &Shop, tongue: &'static Tongue) {
    let whole = Errand { name: "10-pictures", ..errands::whole_chart(tongue) };
    buy(&mut Buyer::new(shop, tongue, FIRST), whole).await;
    let glance = Errand { name: "11-picture", ..errands::glance(tongue) };
    buy(&mut Buyer::new(shop, tongue, BORN), glance).await;
}

/// One errand; the order's number.
async fn buy(buyer: &mut Buyer<'_>, errand: Errand) -> String {
    let (name, free) = (errand.name, errand.confirm == errands::FREE);
    buyer.says("/start").await;
    buyer.sees(&["start-welcome", "start-welcome-back"]).await;
    buyer.taps_named(&buyer.tongue.product(errand.sku)).await;
    buyer.sees(&["product-card"]).await;
    buyer.taps(if free { "btn-order-free" } else { "btn-order" }).await;
    buyer.answers(errand.rules, "check-ask").await;
    if name == "2-year-luck" {
        keep_birth(buyer).await;
    }
    if name == "6-raising-child" {
        buyer.shop.doom_next();
    }
    buyer.taps(errand.confirm).await;
    let order_no = match errand.confirm {
        errands::FREE => order_no(&buyer.sees(&["pay-received-free"]).await.1.text()),
        errands::PAY => pay(buyer).await,
        _ => pay_in_stars(buyer).await,
    };
    buyer
        .sees(&[if errand.sku == "daily-sign" || errand.sku == "chart-glance" {
            "report-closing-short"
        } else {
            "report-closing"
        }])
        .await;
    buyer.shop.completes(&order_no).await;
    if name == "1-bazi-full" {
        look_back(buyer).await;
    }
    buyer.end(name);
    order_no
}

async fn pay(buyer: &mut Buyer<'_>) -> String {
    let card = buyer.sees(&["pay-card"]).await.1;
    let page = buyer.finds_link("btn-pay").await;
    buyer.meanwhile(PAYS);
    buyer.shop.pay(&page).await;
    order_no(&card.text())
}

async fn pay_in_stars(buyer: &mut Buyer<'_>) -> String {
    let card = buyer.sees(&["pay-card"]).await.1;
    let link = buyer.finds_link("btn-pay").await;
    buyer.meanwhile(PAYS_IN_STARS);
    buyer.pays_in_stars(&link).await;
    order_no(&card.text())
}

async fn keep_birth(buyer: &mut Buyer<'_>) {
    buyer.taps("btn-profile-save").await;
    buyer.sees(&["profile-save-ask"]).await;
    buyer.taps("btn-profile-save-own").await;
    buyer.sees(&["profile-saved"]).await;
}

/// After the report: stars for it, and the order in the list.
async fn look_back(buyer: &mut Buyer<'_>) {
    buyer.taps_named("5 ⭐").await;
    buyer.sees(&["rate-thanks"]).await;
    buyer.says("/orders").await;
    buyer.sees(&["orders-title"]).await;
}

/// The order's number in a message.
fn order_no(text: &str) -> String {
    let number = regex::Regex::new(r"M\d{8}-[0-9A-Z]{8}").unwrap();
    number.find(text).unwrap_or_else(|| panic!("no order number in: {text}")).as_str().to_owned()
}
