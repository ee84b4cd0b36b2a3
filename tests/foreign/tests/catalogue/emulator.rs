//! The Telegram that nobody here wrote: the fake Bot API server of the crate `teloxide_tests`.
//!
//! The crate means it for handlers of teloxide, and serves only while a dispatch is under way. So one is
//! kept under way: its single handler tells where the server is, and never returns. All chats of a test
//! run share the one server, as they would share Telegram; it knows messages by their number alone.

use std::convert::Infallible;
use std::future::pending;
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::thread;

use teloxide::Bot;
use teloxide::dispatching::UpdateHandler;
use teloxide::dptree;
use teloxide_tests::{MockBot, MockMessageText};

/// Where the server listens. Starts it when nobody has asked before; it ends with the process.
pub(crate) fn url() -> &'static str {
    static URL: OnceLock<String> = OnceLock::new();
    URL.get_or_init(|| {
        let (told, heard) = channel();
        thread::spawn(move || serve(&told));
        heard.recv().expect("the emulator starts")
    })
}

fn serve(told: &Sender<String>) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let opening = MockMessageText::new().text("the doors open");
    runtime.block_on(async { MockBot::new(opening, never_done(told.clone())).dispatch().await });
}

fn never_done(told: Sender<String>) -> UpdateHandler<Infallible> {
    dptree::entry().endpoint(move |bot: Bot| {
        told.send(bot.api_url().to_string()).unwrap();
        pending::<Result<(), Infallible>>()
    })
}
