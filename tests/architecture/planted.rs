//! The guard is tested by breaking every rule in a small program of its own.

use super::reader::Program;
use super::rules::faults;

/// A small program that keeps every rule.
const GOOD: &[(&str, &str)] = &[
    ("lib.rs", "//! x\npub mod bot;"),
    ("kernel/ids.rs", "//! x\npub struct OrderNo;"),
    ("platform/db.rs", "//! x\nuse sea_orm::DatabaseConnection;\npub fn begin_write() {}"),
    ("platform/http.rs", "//! x\nfn client() -> reqwest::Client {}"),
    ("orders/mod.rs", "//! x\npub enum OrderError { Db(sea_orm::DbErr) }\nmod repo;"),
    ("orders/repo.rs", "//! x\nuse sea_orm::{EntityTrait, QueryFilter};\nuse crate::kernel::ids;"),
    ("orders/rules.rs", "//! x\nuse super::OrderError;\npub fn next() {}"),
    ("reports/mod.rs", "//! x\npub fn write() {}"),
    ("notifications/mod.rs", "//! x"),
    ("payments/mod.rs", "//! x"),
    ("flows/mod.rs", "//! x\npub mod settle;\npub mod fulfil;\npub mod tell;"),
    ("flows/settle.rs", "//! x\nuse crate::orders;\nfn run() { orders::x(); begin_write(); }"),
    ("flows/fulfil.rs", "//! x\nuse crate::reports;\nuse super::settle;"),
    ("flows/tell.rs", "//! x\nuse crate::{orders, kernel::ids::OrderNo};"),
    ("bot/mod.rs", "//! x\nuse crate::flows::{settle, tell};\nuse teloxide::Bot;"),
    ("callback/mod.rs", "//! x\nuse axum::Router;\nuse crate::flows::settle;"),
    ("worker/mod.rs", "//! x\nuse crate::flows;\nfn go() { flows::fulfil::run() }"),
    ("config/mod.rs", "//! x\nuse figment::Figment;"),
    ("app/mod.rs", "//! x\nuse crate::{bot, callback, config::Config, worker};"),
    ("main.rs", "//! x\nfn main() { mingshu::cli::run() }"),
];

fn program(extra: &[(&str, &str)]) -> Program {
    let kept = GOOD.iter().filter(|(path, _)| !extra.iter().any(|(other, _)| other == path));
    let all = kept.chain(extra).map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    Program::read(all)
}

/// Plants `text` at `path` and expects a fault that contains `fault`.
fn planted(path: &str, text: &str, fault: &str) {
    let found = faults(&program(&[(path, text)]));
    assert!(found.iter().any(|line| line.contains(fault)), "{path}: {text}\nfound: {found:#?}");
}

#[test]
fn a_good_program_has_no_fault() {
    assert_eq!(faults(&program(&[])), Vec::<String>::new());
}

#[test]
fn processes_do_not_know_each_other_however_it_is_written() {
    let fault = "`worker` must not know `bot`";
    for text in [
        "use crate::bot;",
        "use crate::{flows::settle, bot::x};",
        "use crate::{kernel::{ids}, bot};",
        "use super::bot::State;",
        "fn f(state: &crate::bot::State) {}",
        "fn f() { if true { let x = crate::bot::f(); } }",
        "mod inner { use super::super::bot::State; }",
        "mod inner { mod deeper { fn f() { super::super::super::bot::f() } } }",
        "macro_rules! m { () => { $crate::bot::f() } }",
        "fn f() { println!(\"{}\", crate::bot::NAME); }",
        "#[derive(Debug)] struct S { #[serde(default)] x: Vec<crate::bot::State> }",
        "use crate::bot as other;",
        "pub use crate::bot::State;",
        "#[cfg(unix)] fn f() {} impl crate::bot::Trait for S {}",
        "use crate :: bot :: State ;",
        "use crate::kernel as bot; use super::bot::State;",
        "use self::super::bot;",
        "use crate::app; fn f() { app::x(crate::bot::State) }",
        "/* */ use /* a comment */ crate::bot /* another */ ::State;",
    ] {
        planted("worker/mod.rs", &format!("//! x\n{text}"), fault);
    }
    planted("bot/mod.rs", "//! x\nuse crate::callback;", "`bot` must not know `callback`");
    planted("callback/mod.rs", "//! x\nuse crate::worker;", "`callback` must not know `worker`");
    planted("worker/mod.rs", "//! x\n#[cfg(test)] mod tests { use crate::bot::x; }", fault);
}

#[test]
fn text_and_comments_are_no_edges() {
    for text in [
        "/// See crate::bot::State.\nfn f() {}",
        "fn f() { let x = \"crate::bot::State\"; }",
        "fn bot() { bot() }\nfn g(bot: u8) -> u8 { bot }",
        "struct S { worker: crate::flows::settle::X, bot: u8 }",
    ] {
        assert_eq!(faults(&program(&[("worker/mod.rs", &format!("//! x\n{text}"))])), [""; 0]);
    }
}

#[test]
fn layers_are_never_climbed() {
    for (path, text, fault) in [
        ("kernel/ids.rs", "use crate::platform::db;", "`kernel` must not know `platform`"),
        ("platform/db.rs", "use crate::orders::OrderNo;", "`platform` must not know `orders`"),
        ("orders/mod.rs", "use crate::reports::x;", "`orders` must not know `reports`"),
        ("orders/mod.rs", "use crate::flows::settle;", "`orders` must not know `flows`"),
        ("flows/tell.rs", "use crate::bot::State;", "`flows` must not know `bot`"),
        ("flows/tell.rs", "use crate::app::X;", "`flows` must not know `app`"),
        ("flows/tell.rs", "use crate::config::Config;", "`flows` must not know `config`"),
        ("bot/mod.rs", "use crate::config::Config;", "`bot` must not know `config`"),
        ("bot/mod.rs", "use crate::sandbox::x;", "`bot` must not know `sandbox`"),
        ("app/mod.rs", "use crate::cli::X;", "`app` must not know `cli`"),
        ("config/mod.rs", "use crate::flows::settle;", "`config` must not know `flows`"),
        ("sandbox/mod.rs", "use crate::payments::x;", "`sandbox` must not know `payments`"),
        ("pantry/mod.rs", "fn f() {}", "`pantry` has no place in the table"),
    ] {
        planted(path, &format!("//! x\n{text}"), fault);
    }
    let in_test = "//! x\n#[cfg(test)] mod tests { use crate::sandbox::pingpong; }";
    assert_eq!(faults(&program(&[("payments/mod.rs", in_test)])), [""; 0]);
}

#[test]
fn the_callback_reaches_nobody_even_through_flows() {
    let fault = "callback reaches reports/mod.rs";
    planted("flows/settle.rs", "//! x\nuse super::fulfil;", fault);
    planted("flows/settle.rs", "//! x\nfn f() { crate::reports::write() }", fault);
    planted("flows/settle.rs", "//! x\nuse crate::flows; fn f() { flows::fulfil::run() }", fault);
    planted("flows/settle.rs", "//! x\nuse crate::flows; use flows::fulfil;", fault);
    planted(
        "flows/settle.rs",
        "//! x\nuse crate::flows as f; mod m { fn g() { f::fulfil::x() } }",
        fault,
    );
    planted("callback/mod.rs", "//! x\nuse crate::reports;", fault);
    let fault = "callback reaches notifications/mod.rs";
    planted("flows/settle.rs", "//! x\nuse crate::notifications::Sender;", fault);
    let fault = "callback reaches platform/http.rs";
    planted("orders/mod.rs", "//! x\nfn f() { crate::platform::http::client() }", fault);
    let re_exported = [
        ("flows/mod.rs", "//! x\nmod fulfil;\npub use fulfil::run;\npub mod settle;"),
        ("flows/settle.rs", "//! x\nuse super::run;"),
    ];
    let found = faults(&program(&re_exported));
    assert_eq!(
        found,
        ["callback reaches reports/mod.rs: callback/mod.rs → flows/settle.rs → flows/mod.rs → \
          flows/fulfil.rs → reports/mod.rs"]
    );
}

#[test]
fn what_would_blind_the_reader_is_refused() {
    for text in [
        "use crate::*;",
        "use crate as shop;",
        "use crate::{self as shop};",
        "use super::*;",
        "use crate::flows::*;",
        "use crate::{flows::*};",
        "use crate::flows::{settle, *};",
        "extern crate self as shop;",
        "#[path = \"../bot/mod.rs\"] mod other;",
    ] {
        planted("worker/mod.rs", &format!("//! x\n{text}"), "hides what is used");
    }
    let own = "//! x\n#[cfg(test)] mod tests { use super::*; }";
    assert_eq!(faults(&program(&[("worker/mod.rs", own)])), [""; 0]);
}

#[test]
fn outside_crates_stay_where_they_live() {
    for (path, text, name) in [
        ("flows/tell.rs", "use sea_orm::EntityTrait;", "sea_orm"),
        ("orders/mod.rs", "use sea_orm::{DbErr, EntityTrait};", "sea_orm"),
        ("orders/mod.rs", "fn f() { ::sea_orm::query() }", "sea_orm"),
        ("orders/mod.rs", "use axum::Json;", "axum"),
        ("flows/tell.rs", "fn f() { teloxide::x() }", "teloxide"),
        ("callback/mod.rs", "use teloxide as chat;", "teloxide"),
        ("worker/mod.rs", "use reqwest::Client;", "reqwest"),
        ("app/mod.rs", "use figment::Figment;", "figment"),
        ("orders/mod.rs", "use tyme4rs::x;", "tyme4rs"),
    ] {
        let fault = format!("`{name}` does not belong here");
        planted(path, &format!("//! x\n{text}"), &fault);
    }
    let adapter = "//! x\nuse reqwest::Client;";
    assert_eq!(faults(&program(&[("payments/adapters/pay.rs", adapter)])), [""; 0]);
}

#[test]
fn rules_are_pure_and_only_flows_open_write_transactions() {
    for text in
        ["use tokio::time;", "fn f() { tracing::info!(\"x\") }", "use crate::kernel::Clock;"]
    {
        planted("orders/rules.rs", &format!("//! x\n{text}"), "pure code names");
    }
    for text in ["async fn f() {}", "fn f() { std::time::SystemTime::now(); }"] {
        planted("orders/rules.rs", &format!("//! x\n{text}"), "pure code says");
    }
    planted("bot/mod.rs", "//! x\nfn f() { db.begin_write() }", "only flows open");
    let inbox = "//! x\nfn f() { db.begin_write() }";
    assert_eq!(faults(&program(&[("bot/inbox.rs", inbox)])), [""; 0]);
}

#[test]
fn every_file_says_what_it_is_for_and_stays_short() {
    planted("orders/mod.rs", "pub fn f() {}", "does not open with");
    let long = format!("//! x\n{}", "\n".repeat(400));
    planted("orders/mod.rs", &long, "has 401 lines");
}
