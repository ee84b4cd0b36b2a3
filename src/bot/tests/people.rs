//! Births that are kept, and what Telegram's profile offers.

use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::shop::{Shop, on_every_database};
use super::{BUYER, fill_in};
use crate::bot::Arrival;
use crate::bot::dialogue::Press;
use crate::flows::{export_user, forget_user, keep_profile};
use crate::kernel::ids::UserId;

/// The check card of a second form, by what was kept of the first.
#[tokio::test]
async fn a_birth_that_was_kept_is_chosen_with_one_tap() {
    on_every_database(async |shop: Shop| {
        fill_in(&shop).await;
        let mut story = Vec::new();
        for deed in ["存下这份资料", "自己"] {
            shop.taps(BUYER, deed).await;
            story.push(shop.room(BUYER).last());
        }
        assert!(shop.room(BUYER).button("存下这份资料").is_none(), "it is kept already");
        shop.taps(BUYER, "没错，去付款").await;
        shop.says(BUYER, "/products").await;
        for deed in ["姻缘合婚", "开始填写"] {
            shop.taps(BUYER, deed).await;
        }
        story.push(shop.room(BUYER).last());
        shop.taps(BUYER, "用上次的资料：自己").await;
        let asked = shop.room(BUYER).last();
        assert!(asked.contains("对方的性别") && asked.contains("用上次的资料"), "{asked}");
        shop.taps(BUYER, "男").await;
        shop.says(BUYER, "1991-03-04").await;
        for deed in ["卯时", "跳过", "已婚", "跳过", "存下「对方", "其他名字"] {
            shop.taps(BUYER, deed).await;
        }
        shop.says(BUYER, &"长".repeat(30)).await;
        assert!(shop.room(BUYER).last().contains("1 到 20"), "{}", shop.room(BUYER).last());
        shop.says(BUYER, "<b>阿</b>明").await;
        story.push(shop.room(BUYER).last());
        insta::assert_snapshot!("kept", story.join("\n────\n"));
        let kept = keep_profile::list(shop.base(), UserId(BUYER)).await.unwrap();
        assert_eq!(kept.len(), 2);
        let data = export_user::run(shop.base(), UserId(BUYER)).await.unwrap();
        assert_eq!(data["kept_births"].as_array().map(Vec::len), Some(2));
    })
    .await;
}

#[tokio::test]
async fn a_kept_birth_is_renamed_and_deleted_with_two_taps() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "存下这份资料").await;
    shop.taps(BUYER, "伴侣").await;
    shop.says(BUYER, "/profiles").await;
    let mut story = vec![shop.room(BUYER).last()];
    for deed in ["👤 伴侣", "改名"] {
        shop.taps(BUYER, deed).await;
        story.push(shop.room(BUYER).last());
    }
    shop.says(BUYER, " 小雨 ").await;
    story.push(shop.room(BUYER).last());
    for deed in ["👤 小雨", "🗑 删除", "确定删除"] {
        shop.taps(BUYER, deed).await;
        story.push(shop.room(BUYER).last());
    }
    insta::assert_snapshot!("renamed_and_deleted", story.join("\n────\n"));
    for data in shop.room(BUYER).buttons() {
        assert!(data.len() <= 64 && Press::read(&data).is_some(), "{data}");
    }
    assert!(keep_profile::list(shop.base(), UserId(BUYER)).await.unwrap().is_empty());
}

#[tokio::test]
async fn nobody_uses_sees_or_deletes_the_birth_of_another() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "存下这份资料").await;
    shop.taps(BUYER, "自己").await;
    let kept = keep_profile::list(shop.base(), UserId(BUYER)).await.unwrap().remove(0);
    let thief = 43;
    for deed in ["八字详批", "开始填写", "同意并继续"] {
        if deed == "八字详批" {
            shop.says(thief, "/start").await;
        }
        shop.taps(thief, deed).await;
    }
    let form = shop.room(thief).buttons().into_iter().find(|data| data.starts_with("f:")).unwrap();
    let question = form.rsplit_once(':').unwrap().0.to_owned();
    shop.presses(thief, &format!("{question}:@{}", kept.id)).await;
    let asked = shop.room(thief).last();
    assert!(asked.contains("已经不在了") && asked.contains("性别"), "{asked}");
    for word in ["open", "name", "drop", "sure"] {
        shop.presses(thief, &format!("prof:{word}:{}", kept.id)).await;
        let shown = shop.room(thief).last();
        assert!(!shown.contains("1990"), "{word}: {shown}");
    }
    shop.says(thief, "我的了").await;
    let still = keep_profile::list(shop.base(), UserId(BUYER)).await.unwrap();
    assert_eq!(still, [kept]);
}

#[tokio::test]
async fn who_is_forgotten_keeps_no_births() {
    on_every_database(async |shop: Shop| {
        fill_in(&shop).await;
        shop.taps(BUYER, "存下这份资料").await;
        shop.taps(BUYER, "孩子").await;
        forget_user::run(shop.base(), UserId(BUYER)).await.unwrap();
        assert!(keep_profile::list(shop.base(), UserId(BUYER)).await.unwrap().is_empty());
    })
    .await;
}

async fn telegram_says(profile: serde_json::Value) -> MockServer {
    let telegram = MockServer::start().await;
    let answer = serde_json::json!({ "ok": true, "result": profile });
    let chat = Mock::given(path("/bot1:a/getChat"));
    chat.respond_with(ResponseTemplate::new(200).set_body_json(answer)).mount(&telegram).await;
    telegram
}

async fn at_birth(telegram: &MockServer) -> Shop {
    let shop = Shop::open_with(Arrival::Polling, Some(telegram.uri())).await;
    shop.says(BUYER, "/start").await;
    for deed in ["八字详批", "开始填写", "同意并继续", "女"] {
        shop.taps(BUYER, deed).await;
    }
    shop
}

#[tokio::test]
async fn a_public_birthday_is_offered_and_used_on_a_tap_alone() {
    let birthdate = serde_json::json!({ "day": 20, "month": 5, "year": 1993 });
    let telegram = telegram_says(serde_json::json!({ "id": BUYER, "birthdate": birthdate })).await;
    let shop = at_birth(&telegram).await;
    let label = "🎂 用 Telegram 资料里的生日：1993 年 5 月 20 日";
    assert!(shop.room(BUYER).last().contains(label), "{}", shop.room(BUYER).last());
    shop.taps(BUYER, "农历").await;
    shop.taps(BUYER, "返回").await;
    shop.taps(BUYER, label).await;
    assert!(shop.room(BUYER).last().contains("哪个时辰"), "{}", shop.room(BUYER).last());
    let asked = telegram.received_requests().await.unwrap();
    assert_eq!(asked.len(), 1, "Telegram is asked once for each form");
    shop.taps(BUYER, "卯时").await;
    for deed in ["跳过", "跳过"] {
        shop.taps(BUYER, deed).await;
    }
    assert!(shop.room(BUYER).last().contains("1993 年 5 月 20 日"), "{}", shop.room(BUYER).last());
}

#[tokio::test]
async fn without_a_whole_birthday_or_an_answer_nothing_is_offered() {
    let birthdate = serde_json::json!({ "day": 20, "month": 5 });
    let telegram = telegram_says(serde_json::json!({ "id": BUYER, "birthdate": birthdate })).await;
    let shop = at_birth(&telegram).await;
    assert!(!shop.room(BUYER).last().contains('🎂'));
    let telegram = MockServer::start().await;
    let shop = at_birth(&telegram).await;
    let asked = shop.room(BUYER).last();
    assert!(asked.contains("公历") && !asked.contains('🎂'), "{asked}");
}
