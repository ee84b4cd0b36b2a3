//! Updates on their way to a webhook: one chat's messages in order, buttons in a queue of their
//! own, again and again until a 2xx (§A.1). Pauses are shorter than Telegram's.

use std::time::Duration;

use serde_json::Value;

use super::{Hook, Telegram};
use crate::world::stage::browser;

pub(super) fn start(telegram: &Telegram) {
    let telegram = telegram.clone();
    tokio::spawn(async move {
        let mut lines = std::collections::HashMap::new();
        loop {
            let (hook, update) = next(&telegram).await;
            let line = (chat_of(&update), update.get("callback_query").is_some());
            let sender = lines.entry(line).or_insert_with(|| open_line(telegram.clone()));
            sender.send((hook, update)).unwrap();
        }
    });
}

type Line = tokio::sync::mpsc::UnboundedSender<(Hook, Value)>;

fn open_line(telegram: Telegram) -> Line {
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel::<(Hook, Value)>();
    let client = browser();
    tokio::spawn(async move {
        while let Some((hook, update)) = receiver.recv().await {
            while !delivered(&client, &hook, &update).await {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            telegram.stage.ring();
        }
    });
    sender
}

async fn delivered(client: &reqwest::Client, hook: &Hook, update: &Value) -> bool {
    let mut request = client.post(&hook.url).json(update);
    if let Some(secret) = &hook.secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    request.send().await.is_ok_and(|answer| answer.status().is_success())
}

async fn next(telegram: &Telegram) -> (Hook, Value) {
    let look = || {
        let mut state = telegram.state.lock().unwrap();
        let hook = state.hook.clone()?;
        state.updates.pop_front().map(|update| (hook, update))
    };
    loop {
        if let Some(found) = telegram.stage.until(Duration::from_secs(3600), look).await {
            return found;
        }
    }
}

fn chat_of(update: &Value) -> i64 {
    let message = &update["message"]["chat"]["id"];
    message.as_i64().or_else(|| update["callback_query"]["from"]["id"].as_i64()).unwrap_or(0)
}
