//! Invitations, and the promoter's own messages.

use super::BUYER;
use super::shop::Shop;
use crate::kernel::ids::UserId;
use crate::users;

#[tokio::test]
async fn an_invitation_is_remembered_before_anything_else() {
    let shop = Shop::open().await;
    let promoter = 7;
    shop.says(promoter, "/affiliate").await;
    let card = shop.room(promoter).last();
    let code = card.split("start=aff_").nth(1).unwrap()[..8].to_owned();
    let link = format!("/start aff_{code}");
    shop.says(promoter, &link).await;
    assert!(shop.room(promoter).last().contains("你自己的邀请链接"));
    shop.says(BUYER, &link).await;
    assert!(shop.room(BUYER).last().contains("朋友邀请来的"));
    let buyer = users::repo::find(shop.base().db.read(), UserId(BUYER)).await.unwrap().unwrap();
    assert_eq!(buyer.referred_by.unwrap().as_str(), code);
    shop.says(BUYER, "/start aff_NOBODY").await;
    assert!(shop.room(BUYER).last().contains("已经失效"));
    shop.says(promoter, "/affiliate").await;
    let card = shop.room(promoter).last();
    assert!(card.contains("点击 1 · 新朋友 1 · 成交 0"), "{card}");
    shop.taps(promoter, "每天的数字").await;
    let days = shop.room(promoter).last();
    assert!(days.contains("点击 1 · 新朋友 1 · 下单 0 · 付款 0 · 佣金 0"), "{days}");
    assert_eq!(days.matches("点击").count(), 7, "{days}");
    shop.taps(promoter, "返回").await;
    shop.taps(promoter, "二维码").await;
    assert!(shop.room(promoter).last().contains(&format!("start=aff_{code}")));
}

#[tokio::test]
async fn a_promoter_asks_for_a_payout_in_words() {
    let shop = Shop::open().await;
    let promoter = 7;
    shop.says(promoter, "/affiliate").await;
    assert!(shop.room(promoter).button("申请结算").is_none(), "there is nothing to pay out");
    // An old button, or one of somebody who had more yesterday.
    shop.presses(promoter, "aff:payout").await;
    assert!(shop.room(promoter).last().contains("钱打到哪里"));
    shop.says(promoter, &"长".repeat(201)).await;
    assert!(shop.room(promoter).last().contains("钱打到哪里"));
    shop.says(promoter, "支付宝 13800000000 张三").await;
    assert!(shop.room(promoter).last().contains("还不够"));
    shop.says(promoter, "再说一句").await;
    assert!(shop.room(promoter).last().contains("我只在填表时读文字"));
}
