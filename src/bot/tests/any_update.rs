//! Any button of any message, any text, any order, twice or out of turn: nothing breaks, everybody
//! is answered, and a double tap buys once.

use std::collections::BTreeSet;

use serde_json::json;

use super::shop::{OPERATOR, Shop};
use crate::platform::db::query_one;

/// How many updates are sent; `MINGSHU_UPDATES` says otherwise.
const UPDATES: usize = 1_500;
/// So many go to one shop. Then another one opens, with the next seed.
const OF_ONE_SHOP: usize = 2_000;
const PEOPLE: [i64; 4] = [41, 42, 43, OPERATOR];

const TEXTS: &[&str] = &[
    "/start",
    "/start a_XYZ",
    "/products",
    "/orders",
    "/cancel",
    "/help",
    "/language",
    "/affiliate",
    "/privacy",
    "/mydata",
    "/forget",
    "/paysupport",
    "/terms",
    "/admin",
    "/stats",
    "/order M20261121-7F3K9QX2",
    "/refund",
    "/confirm x y",
    "/unknown",
    "1990-05-20",
    "19900520",
    "农历1990年闰五月初八",
    "1990年5月20日早上七点 广州 女",
    "2月30日",
    "7点15",
    "23:58",
    "不知道",
    "男",
    "女",
    "成都",
    "london",
    "要不要换工作？",
    "-",
    "0",
    "99999999999999999999",
    "<b>&amp;",
    "**_`[",
    "مرحبا بالعالم",
    "👨‍👩‍👧‍👦🀄",
    "\u{202e}txet",
    "",
    "   ",
    "A\u{0}B",
    "@shop",
    "10.5",
    "SAVE10",
];

/// A small generator of its own: the same seed, the same story, on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len())]
    }

    fn text(&mut self) -> &'static str {
        let texts: &[&'static str] = TEXTS;
        texts[self.below(texts.len())]
    }
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|word| word.parse().ok()).unwrap_or(default)
}

async fn orders(shop: &Shop) -> i64 {
    let row = query_one(shop.base().db.read(), "SELECT count(*) FROM orders", vec![]).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Every button that ever stood in the chats.
#[derive(Default)]
struct Buttons(BTreeSet<(i64, String)>, Vec<(i64, String)>);

impl Buttons {
    fn look(&mut self, shop: &Shop, user: i64) {
        for button in shop.room(user).newest_buttons() {
            if self.0.insert(button.clone()) {
                self.1.push(button);
            }
        }
    }
}

#[tokio::test]
async fn nothing_that_people_send_breaks_the_conversation() {
    let first = u64::try_from(number("MINGSHU_UPDATES_SEED", 20_261_121)).unwrap();
    let mut rest = number("MINGSHU_UPDATES", UPDATES);
    for seed in first.. {
        if rest == 0 {
            return;
        }
        let updates = rest.min(OF_ONE_SHOP);
        send(seed, updates).await;
        rest -= updates;
    }
}

async fn send(seed: u64, updates: usize) {
    let (mut dice, shop) = (Dice(seed), Shop::open().await);
    let mut buttons = Buttons::default();
    for step in 0..updates {
        let user = *dice.of(&PEOPLE);
        let before = shop.room(user).signs();
        let story = format!("seed {seed}, update {step} of {user}");
        match dice.below(20) {
            0..=9 if !buttons.1.is_empty() => {
                // Mostly what stands there now; sometimes an old one, or somebody else's.
                let fresh = shop.room(user).newest_buttons();
                let (message, data) = match dice.below(4) {
                    0 => dice.of(&buttons.1).clone(),
                    _ if fresh.is_empty() => dice.of(&buttons.1).clone(),
                    _ => dice.of(&fresh).clone(),
                };
                let (placed, times) = (orders(&shop).await, 1 + dice.below(2));
                for _ in 0..times {
                    shop.presses_on(user, message, &data).await;
                }
                let more = orders(&shop).await - placed;
                assert!(more <= 1, "{story}: {data} placed {more} orders");
                let toasts = shop.room(user).signs().1 - before.1;
                assert_eq!(toasts, times, "{story}: {data}: every tap ends its spinner");
            }
            10 => shop.sends(user, json!({ "sticker": { "file_id": "s" } })).await,
            11 => shop.sends(user, json!({ "voice": { "file_id": "v", "duration": 1 } })).await,
            12 => shop.edits(user, dice.text()).await,
            13 => shop.says(user, &"长".repeat(4_096)).await,
            14 => shop.says_in_group(user, dice.text()).await,
            _ => {
                let text = dice.text();
                shop.says(user, text).await;
                let answered = shop.room(user).signs() != before;
                assert!(answered || text.trim().is_empty(), "{story}: no answer to {text:?}");
            }
        }
        assert_eq!(shop.parked().await, 0, "{story}: given up");
        let last = shop.room(user).last();
        assert!(!last.contains("{$") && !last.contains("{ $"), "{story}: {last}");
        buttons.look(&shop, user);
    }
}
