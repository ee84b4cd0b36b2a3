//! Who asks to be forgotten leaves nothing personal behind: every column of every table is read
//! (spec.md §12).

use super::errands::Birth;
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::model::marks;
use super::world::pingpong::Dialect;
use super::world::telegram::BUYER_NAME;
use super::world::yuanfenju::PILLARS;

const BUYER: i64 = 530_000_001;
const QUESTION: &str = "要不要和住在青岛的老陈合伙开茶馆？";

/// Sealed, and not about a person: what was sold, and where a conversation stands that begins anew.
const NOT_PERSONAL: [&str; 2] = ["order_products.product_sealed", "dialogues.state_sealed"];

#[tokio::test]
async fn nothing_personal_is_left_in_any_table() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::V4)).await;
        let mut buyer = shop.buyer(BUYER);
        let ordered = buyer.orders_whole_chart(Birth::Typed, QUESTION).await;
        shop.world.pingpong.pay(&ordered.payment_no).await;
        buyer.sees("report-closing").await;
        shop.order_is(&ordered.order_no, "completed").await;
        assert!(!sealed(&shop).await.is_empty(), "before, there is much to forget");

        buyer.types("/forget");
        buyer.sees("forget-ask").await;
        buyer.taps("btn-forget").await;
        buyer.taps("btn-forget-surely").await;
        buyer.sees("forget-done").await;
        // The update that asked for it is forgotten when it is done with, like any other.
        shop.database
            .becomes_zero("SELECT COUNT(*) FROM telegram_updates WHERE status <> 'done'")
            .await;

        let mut words: Vec<String> = marks();
        words.extend(PILLARS.map(str::to_owned));
        words.extend([BUYER_NAME, QUESTION, "1992-10-21"].map(str::to_owned));
        for column in shop.database.columns().await {
            for word in &words {
                let found = shop.database.texts_like(&column, &format!("%{word}%")).await;
                assert!(found.is_empty(), "{kind:?}: {column:?} still says {word}: {found:?}");
            }
        }
        let left = sealed(&shop).await;
        let personal: Vec<_> =
            left.iter().filter(|column| !NOT_PERSONAL.contains(&column.as_str())).collect();
        assert!(personal.is_empty(), "{kind:?}: sealed texts are left in {personal:?}");
        let longest = "SELECT CAST(MAX(LENGTH(state_sealed)) AS BIGINT) FROM dialogues";
        let length = shop.database.number(longest).await;
        assert!(length < 320, "{kind:?}: the conversation still holds {length} sealed characters");
        let order = shop.order(&ordered.order_no);
        assert_eq!(order["payments"][0]["status"], "succeeded", "the accounts stay");
        shop.close().await;
    })
    .await;
}

/// The columns that hold sealed texts.
async fn sealed(shop: &Shop) -> Vec<String> {
    let mut holding = Vec::new();
    for column in shop.database.columns().await {
        if !shop.database.texts_like(&column, "v1.outside.%").await.is_empty() {
            holding.push(format!("{}.{}", column.0, column.1));
        }
    }
    holding
}
