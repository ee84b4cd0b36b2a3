//! How long buyers wait for the answer to a tap when 200 of them tap once a second: the real bot
//! behind its webhook, against Telegram as the sandbox plays it, with Telegram's limits. And how long a
//! place of birth is looked for.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::{Duration, Instant};

use mingshu::bazi::places;
use mingshu::bot::{self, Arrival, Bot, BotParts, BotSettings, Kept};
use mingshu::notifications::adapters::telegram::{BotApi, TelegramMessenger};
use mingshu::notifications::sender::{Pace, Sender};
use mingshu::sandbox::faults::Faults;
use mingshu::sandbox::telegram::{self as played, ButtonKind, Person, SandboxTelegram};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::support::{Bench, Figures};

const BUYERS: i64 = 200;
const TAPS: usize = 30;
const TOKEN: &str = "1000001:a-secret";
const SECRET: &str = "of-the-webhook";
const SECOND: Duration = Duration::from_secs(1);

/// Everybody taps some button of what stands there last, once a second.
pub(crate) async fn measure(bench: &Bench) {
    let telegram = SandboxTelegram::new(Arc::new(Faults::default()), TOKEN);
    let stop = CancellationToken::new();
    open_bot(bench, &telegram, &stop).await;
    let buyers =
        (1..=BUYERS).map(|buyer| tokio::spawn(tap_along(telegram.clone(), 10_000 + buyer)));
    let taps: usize =
        futures_util::future::join_all(buyers).await.into_iter().map(Result::unwrap).sum();
    let mut figures = Figures::default();
    telegram.answer_times().into_iter().for_each(|time| figures.add(time));
    figures.print(&format!("tap answered, {BUYERS} buyers, {taps} taps"));
    look_for_places();
    println!("refused by Telegram as too fast: {}", telegram.refused_as_too_fast());
    stop.cancel();
}

/// Looks for places as they are typed: names, initials, Latin names, parts of them.
fn look_for_places() {
    const TYPED: [&str; 12] = [
        "成都",
        "四川成都",
        "cd",
        "chengdu",
        "廣州",
        "gz",
        "new york",
        "纽约",
        "san",
        "a",
        "州",
        "nowhere",
    ];
    let (mut figures, mut found) = (Figures::default(), 0);
    places::search("北京", 8); // reads the tables
    for typed in TYPED.iter().cycle().take(TYPED.len() * 100) {
        let started = Instant::now();
        found += places::search(typed, 8).len();
        figures.add(started.elapsed());
    }
    figures.print(&format!("place looked for, {found} found"));
}

async fn open_bot(bench: &Bench, telegram: &SandboxTelegram, stop: &CancellationToken) {
    let there = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api_url = format!("http://{}", there.local_addr().unwrap());
    let routes = played::router(telegram.clone());
    tokio::spawn(async move { axum::serve(there, routes).await });
    let door = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook/telegram", door.local_addr().unwrap());
    let api = Arc::new(BotApi::try_new(&api_url, TOKEN.into()).unwrap());
    let tools = bench.tools();
    let bot = Bot::new(BotParts {
        till: tools.till,
        catalog: tools.catalog,
        texts: tools.texts,
        sender: Sender::start(Arc::new(TelegramMessenger::new(Arc::clone(&api))), Pace::default()),
        api,
        settings: BotSettings {
            arrival: Arrival::Webhook { url, secret: SECRET.into() },
            admin_ids: Vec::new(),
            affiliate: None,
            contact: None,
            kept: Kept { unpaid_days: 30, reports_days: 0, drafts_days: 30, profiles_days: 730 },
            concurrency: bot::CHATS_AT_ONCE,
        },
        pulse: Arc::new(AtomicI64::new(0)),
    });
    let routes = bot::router(bot.clone());
    tokio::spawn(async move { axum::serve(door, routes).await });
    tokio::spawn(bot::run(bot, stop.clone()));
}

/// Gives how often the buyer tapped.
async fn tap_along(telegram: SandboxTelegram, buyer: i64) -> usize {
    let pause = SECOND * u32::try_from(buyer % 100).unwrap() / 100;
    tokio::time::sleep(pause).await;
    telegram.meet(Person::buyer(buyer, &format!("Buyer {buyer}"), "zh-hans"));
    telegram.says(buyer, "/start");
    let (mut beat, mut taps) = (tokio::time::interval(SECOND), 0);
    // New messages are limited to 25 a second: the last of the buyers gets the first one late.
    while taps < TAPS {
        beat.tick().await;
        taps += usize::from(tap(&telegram, buyer, taps));
    }
    tokio::time::sleep(SECOND).await;
    taps
}

/// Taps a button of the newest message that has some; another one every time.
fn tap(telegram: &SandboxTelegram, buyer: i64, taps: usize) -> bool {
    let chat = telegram.chat(buyer);
    let newest = chat.iter().rev().find_map(|message| {
        let pressed: Vec<_> =
            message.buttons().filter(|button| button.kind == ButtonKind::Callback).collect();
        let chosen = (usize::try_from(buyer).unwrap() * 7 + taps * 13) % pressed.len().max(1);
        pressed.get(chosen).map(|button| (message.id, button.value.clone()))
    });
    newest.is_some_and(|(message, data)| telegram.taps(buyer, message, &data).is_ok())
}
