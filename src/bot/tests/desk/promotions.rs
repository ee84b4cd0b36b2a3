//! Messages to many, coupons and promoters at the desk.

use super::super::shop::{OPERATOR, Shop, on_every_database};
use super::super::{BUYER, pay};
use super::{deeds, ordered, the_same_twice};
use crate::broadcasts;

#[tokio::test]
async fn a_message_to_many_is_previewed_confirmed_steered_and_left_by_who_does_not_want_it() {
    on_every_database(async |shop: Shop| {
        let order = ordered(&shop).await;
        pay(&shop, &order).await;
        shop.says_in(43, "/start", "en").await;
        shop.says(44, "/start").await;
        shop.presses(44, "news:off").await;
        assert!(shop.room(44).last().contains("不会再给你发"), "{}", shop.room(44).last());
        shop.says(OPERATOR, "/admin").await;
        shop.taps(OPERATOR, "群发").await;
        shop.taps(OPERATOR, "写一条").await;
        shop.says(OPERATOR, "").await;
        shop.says(OPERATOR, "双十一 <b>八折</b>").await;
        let preview = shop.room(OPERATOR).last();
        for words in ["&lt;b&gt;八折", "所有人 3", "买过的人 1", "没买过的人 2", "英文用户 1"]
        {
            assert!(preview.contains(words), "{words}: {preview}");
        }
        shop.taps(OPERATOR, "所有人 3").await;
        assert!(shop.room(OPERATOR).last().contains("3 人"), "{}", shop.room(OPERATOR).last());
        the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
        let begun = broadcasts::repo::list(shop.base().db.read(), 5).await.unwrap();
        assert_eq!(begun.len(), 1);
        assert_eq!(begun[0].message, shop.room(OPERATOR).last_id());
        let no = &begun[0].no;
        shop.presses(OPERATOR, &format!("desk:cast:{no}")).await;
        for (label, status) in [("暂停", "paused"), ("继续", "paused"), ("停止", "running")] {
            shop.presses(OPERATOR, &format!("desk:cast:{no}")).await;
            let now = broadcasts::repo::find(shop.base().db.read(), no).await.unwrap().unwrap();
            if label == "继续" {
                assert_eq!(now.status.as_str(), status);
            }
            shop.taps(OPERATOR, label).await;
        }
        shop.taps(OPERATOR, "✅ 确认").await;
        let done = deeds(&shop).await;
        let done: Vec<_> = done.iter().map(|deed| deed.split(' ').nth(1).unwrap()).collect();
        let steps = ["broadcast.start", "broadcast.pause", "broadcast.resume", "broadcast.stop"];
        assert_eq!(done, steps);
        assert!(shop.room(OPERATOR).last().contains("已停止"), "{}", shop.room(OPERATOR).last());
    })
    .await;
}

#[tokio::test]
async fn a_coupon_is_made_from_a_typed_line_and_switched_off_by_buttons() {
    on_every_database(async |shop: Shop| {
        shop.says(OPERATOR, "/admin").await;
        shop.taps(OPERATOR, "优惠码").await;
        shop.taps(OPERATOR, "新优惠码").await;
        shop.says(OPERATOR, "SPRING twenty").await;
        assert!(shop.room(OPERATOR).last().contains("没看懂"), "{}", shop.room(OPERATOR).last());
        shop.says(OPERATOR, "spring20 20% cap=30 total=100 for=bazi-full").await;
        let card = shop.room(OPERATOR).last();
        assert!(card.contains("SPRING20") && card.contains("¥30.00"), "{card}");
        the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
        shop.taps(OPERATOR, "返回").await;
        shop.taps(OPERATOR, "新优惠码").await;
        shop.says(OPERATOR, "SPRING20 5.00").await;
        assert!(shop.room(OPERATOR).last().contains("已经有"), "{}", shop.room(OPERATOR).last());
        shop.taps(OPERATOR, "返回").await;
        shop.taps(OPERATOR, "SPRING20").await;
        shop.taps(OPERATOR, "停用").await;
        the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
        let done = deeds(&shop).await;
        let steps = ["operator:1 coupon.create SPRING20", "operator:1 coupon.disable SPRING20"];
        assert_eq!(done, steps);
    })
    .await;
}

#[tokio::test]
async fn promoters_are_listed_with_what_they_brought() {
    on_every_database(async |shop: Shop| {
        shop.says(OPERATOR, "/admin").await;
        shop.taps(OPERATOR, "推广员").await;
        assert!(shop.room(OPERATOR).last().contains("还没有推广员"));
        shop.says(7, "/affiliate").await;
        let card = shop.room(7).last();
        let code = card.split("start=aff_").nth(1).unwrap()[..8].to_owned();
        shop.says(BUYER, &format!("/start aff_{code}")).await;
        shop.says(OPERATOR, "/admin").await;
        shop.taps(OPERATOR, "推广员").await;
        let shown = shop.room(OPERATOR).last();
        assert!(shown.contains(&code) && shown.contains("带来 1 人"), "{shown}");
        shop.taps(OPERATOR, "👤 7").await;
        assert!(shop.room(OPERATOR).last().contains("<code>7</code>"));
    })
    .await;
}
