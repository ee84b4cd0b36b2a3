//! People ask for their own data, or to be forgotten.

use super::shop::Shop;
use super::{BUYER, fill_in};
use crate::orders;

#[tokio::test]
async fn everybody_gets_their_own_data_and_nobody_elses() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.says(BUYER, "/mydata").await;
    let room = shop.room(BUYER);
    let data: serde_json::Value = serde_json::from_slice(room.document().unwrap()).unwrap();
    assert_eq!(data["user"]["telegram_id"], BUYER);
    let form = data["form_in_progress"].to_string();
    assert!(form.contains("要不要换一份工作"), "{form}");
    assert!(room.last().contains("JSON"));
    shop.taps(BUYER, "没错，去付款").await;
    shop.says(43, "/mydata").await;
    let theirs = String::from_utf8(shop.room(43).document().unwrap().to_vec()).unwrap();
    assert!(theirs.contains("\"orders\": []"), "{theirs}");
}

#[tokio::test]
async fn to_be_forgotten_takes_two_taps_and_no_order_under_way() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    shop.says(BUYER, "/forget").await;
    shop.taps(BUYER, "删除我的资料").await;
    shop.taps(BUYER, "确认，全部删除").await;
    assert!(shop.room(BUYER).last().contains("还在进行"), "{}", shop.room(BUYER).last());
    shop.presses(BUYER, &format!("cancel:other:{}", order.order_no)).await;
    shop.says(BUYER, "/products").await;
    shop.taps(BUYER, "八字详批").await;
    shop.taps(BUYER, "开始填写").await;
    shop.says(BUYER, "/forget").await;
    shop.taps(BUYER, "不删了").await;
    assert!(shop.only_order(BUYER).await.form::<serde_json::Value>(&shop.base().keyring).is_ok());
    shop.says(BUYER, "/forget").await;
    shop.taps(BUYER, "删除我的资料").await;
    shop.taps(BUYER, "确认，全部删除").await;
    assert!(shop.room(BUYER).last().contains("已经全部删除"));
    let erased = shop.only_order(BUYER).await.form::<serde_json::Value>(&shop.base().keyring);
    assert!(matches!(erased, Err(orders::OrderError::Erased(_))));
    shop.says(BUYER, "/start").await;
    assert!(!shop.room(BUYER).last().contains("填到一半"), "the form is forgotten, too");
    shop.says(BUYER, "/products").await;
    shop.taps(BUYER, "八字详批").await;
    shop.taps(BUYER, "开始填写").await;
    assert!(shop.room(BUYER).last().contains("你的资料怎么用"), "the notice is shown anew");
    assert_eq!(shop.parked().await, 0);
}
