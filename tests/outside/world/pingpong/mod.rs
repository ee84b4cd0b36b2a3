//! PingPong, in the dialect that the shop speaks: bills, payers, refunds and notifications.

mod bills;
mod hmac;
mod notice;
pub(crate) mod seal;
mod v4;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use serde_json::Value;

pub(crate) use self::bills::{Bill, BillState, Refund};
pub(crate) use self::notice::{Notice, Receipt, envelope};
use super::stage::{Stage, browser, eventually, play};

/// Which protocol is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    V4,
    Hmac,
}

/// The played provider; clones are the same provider.
#[derive(Clone)]
pub(crate) struct PingPong {
    pub(crate) dialect: Dialect,
    url: Arc<str>,
    stage: Stage,
    books: Arc<Mutex<Books>>,
    client: reqwest::Client,
}

#[derive(Default)]
struct Books {
    bills: BTreeMap<String, Bill>,
    refunds: BTreeMap<String, Refund>,
    /// Calls of each kind that find the provider broken.
    broken: BTreeMap<&'static str, usize>,
    calls: BTreeMap<&'static str, usize>,
}

impl PingPong {
    pub(super) async fn open(stage: Stage, dialect: Dialect) -> Self {
        let books = Arc::default();
        let mut pingpong = Self { dialect, url: "".into(), stage, books, client: browser() };
        // The address is known only once the routes are served, and the routes hand it out.
        let (listen, routes) = (Arc::new(std::sync::OnceLock::new()), Router::new());
        let routes = match dialect {
            Dialect::V4 => v4::routes(routes),
            Dialect::Hmac => hmac::routes(routes),
        };
        let desk = Desk { pingpong: pingpong.clone(), url: Arc::clone(&listen) };
        let url = play(routes.with_state(desk)).await;
        listen.set(url.clone()).unwrap();
        pingpong.url = url.into();
        pingpong
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    pub(crate) fn bill(&self, number: &str) -> Bill {
        let found = self.locked(|books| books.bills.get(number).cloned());
        found.unwrap_or_else(|| panic!("PingPong was never asked for {number}"))
    }

    pub(crate) fn bills(&self) -> Vec<Bill> {
        self.locked(|books| books.bills.values().cloned().collect())
    }

    pub(crate) fn refunds_of(&self, number: &str) -> Vec<Refund> {
        let of = |refund: &&Refund| refund.bill == number;
        self.locked(|books| books.refunds.values().filter(of).cloned().collect())
    }

    /// How often a kind of call came: `create`, `query`, `refund`, `refund query`.
    pub(crate) fn calls(&self, kind: &'static str) -> usize {
        self.locked(|books| books.calls.get(kind).copied().unwrap_or(0))
    }

    /// The next so many calls of a kind find the provider broken (500).
    pub(crate) fn break_down(&self, kind: &'static str, times: usize) {
        self.locked(|books| books.broken.insert(kind, times));
    }

    pub(crate) fn set_state(&self, number: &str, state: BillState) {
        self.locked(|books| books.bills.get_mut(number).unwrap().state = state);
    }

    /// A payer pays: the provider's books say so and the shop is told, again and again until it
    /// takes it.
    pub(crate) async fn pay(&self, number: &str) -> Receipt {
        self.set_state(number, BillState::Paid);
        let notice = self.notice(number, "SUCCESS");
        let what = format!("the shop takes the notice of {number}");
        eventually(&what, Duration::from_secs(60), || async {
            self.tell(&notice).await.filter(|receipt| receipt.status < 500)
        })
        .await
    }

    /// A true notice about a bill: `SUCCESS`, `FAILED`, … in `v4`'s words.
    pub(crate) fn notice(&self, number: &str, status: &str) -> Notice {
        Notice::about(self.dialect, &self.bill(number), status)
    }

    /// Delivers a notice once; `None`: the shop cannot be reached.
    pub(crate) async fn tell(&self, notice: &Notice) -> Option<Receipt> {
        let (headers, body) = notice.sealed();
        self.post(&notice.url, &headers, body).await
    }

    /// Delivers anything.
    pub(crate) async fn post(
        &self,
        url: &str,
        headers: &[(&str, String)],
        body: Vec<u8>,
    ) -> Option<Receipt> {
        let mut request = self.client.post(url).header("Content-Type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let answer = request.body(body).send().await.ok()?;
        let status = answer.status().as_u16();
        Some(Receipt { status, body: answer.text().await.ok()? })
    }

    fn locked<T>(&self, act: impl FnOnce(&mut Books) -> T) -> T {
        let outcome = act(&mut self.books.lock().unwrap());
        self.stage.ring();
        outcome
    }

    /// Counts a call; `true`: it finds the provider broken.
    fn count(&self, kind: &'static str) -> bool {
        self.locked(|books| {
            *books.calls.entry(kind).or_default() += 1;
            let left = books.broken.entry(kind).or_default();
            let broken = *left > 0;
            *left = left.saturating_sub(1);
            broken
        })
    }
}

/// What the routes work with.
#[derive(Clone)]
struct Desk {
    pingpong: PingPong,
    url: Arc<std::sync::OnceLock<String>>,
}

impl Desk {
    /// The cashier's page of a bill.
    fn pay_url(&self, number: &str) -> String {
        format!("{}/cashier/{number}", self.url.get().unwrap())
    }

    fn complain(&self, about: String) {
        self.pingpong.stage.complain(about);
    }

    /// A text that must be there, not longer than `limit` bytes.
    fn text(&self, body: &Value, field: &str, limit: usize) -> String {
        let text = body[field].as_str().unwrap_or_default();
        if text.trim().is_empty() {
            self.complain(format!("PingPong: `{field}` is missing in {body}"));
        }
        if text.len() > limit {
            self.complain(format!("PingPong: `{field}` is longer than {limit}: {text}"));
        }
        text.to_owned()
    }

    /// An address that PingPong accepts: whole, without query, not too long (§4.1).
    fn notify_url(&self, body: &Value, field: &str) -> String {
        let url = self.text(body, field, 255);
        if !url.starts_with("http") || url.contains('?') {
            self.complain(format!("PingPong: `{field}` is no address for notices: {url}"));
        }
        url
    }
}
