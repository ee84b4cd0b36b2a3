//! The whole catalogue, bought in three languages by scripted buyers through a Telegram that nobody here wrote: the fake
//! Bot API server of the crate `teloxide_tests`. The shop is the program as an operator starts it, with its webhook and
//! a database of its own; PingPong and the model are played by `mingshu sandbox` in another process. The program is
//! killed with SIGKILL between, after and during updates, where dice say so whose seed is printed.
//!
//! ```sh
//! cargo build
//! cargo test --manifest-path tests/foreign/Cargo.toml --target-dir target/foreign -- --test-threads 4
//! ```
//!
//! `MINGSHU_BIN` names another program than `target/debug/mingshu`; `MINGSHU_FOREIGN_SEED` repeats a run;
//! `MINGSHU_FOREIGN_KILLS` kills at one in so many updates (12; 0 for never); `MINGSHU_FOREIGN_WRITE=1`, with no kills,
//! writes the transcripts anew, for somebody to read.
//!
//! **What is checked.** Every conversation reads as its kept transcript (`transcripts/`): to the letter where the
//! program died between two updates, and in the same order, with nothing missing, where it died over one. Each errand
//! is one order, whatever was repeated; in every run the program dies over one confirmation at least. Every order is
//! completed, the books balance, and SIGTERM ends the program cleanly.
//!
//! **What is true of the emulator, and what is not.** Messages, their numbers, edits, answers to taps, albums,
//! documents, invoices and refusals are the emulator's; buyers' updates are made by its builders and teloxide's
//! types, and posted where the shop's `setWebhook` said. It delivers no updates itself, parses no HTML (tags stay in
//! its texts), knows messages by their number alone whatever the chat, has no limits of rate, length or age, never
//! blocks, and knows nothing of a payment but its invoice. `counter.rs` lists what it lacks and who answers instead.
//! Those limits are kept by the sandbox (`src/sandbox/telegram`) and by the Telegram of `tests/outside`.
//!
//! A package of its own, for the emulator brings a second web framework, native TLS and a second copy of SQLite, none
//! of which may enter the program's tree.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a buyer who cannot go on stops, and says where"
)]

#[path = "../../../outside/binary.rs"]
mod binary;
mod buyer;
mod chat;
mod counter;
#[path = "../../../outside/dice.rs"]
mod dice;
mod emulator;
mod errands;
#[path = "../../../outside/patience.rs"]
mod patience;
mod post;
mod shop;
mod stories;
mod tongue;
mod transcript;
#[path = "../../../outside/words.rs"]
mod words;

use shop::{Fate, Shop};
use tongue::Tongue;

/// `MINGSHU_FOREIGN_SEED` repeats a run, `MINGSHU_FOREIGN_KILLS` says how often: one in so many updates.
async fn sell_everything(tongue: &'static Tongue) {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("MINGSHU_FOREIGN_SEED").unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(since.subsec_nanos())
    });
    let one_in = number("MINGSHU_FOREIGN_KILLS").unwrap_or(12);
    println!("{}: MINGSHU_FOREIGN_SEED={seed}", tongue.code);
    let fate = Fate { seed: seed.wrapping_add(tongue.number()), one_in };
    let shop = Shop::open(&fate, &[]).await;
    let bought = stories::buy_everything(&shop, tongue).await;
    println!("{}: {bought} orders, {} kills", tongue.code, shop.kills());
    println!("{}: {}", tongue.code, shop.counter.tally());
    shop.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_sold_in_simplified_chinese() {
    sell_everything(&tongue::SIMPLIFIED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_sold_in_traditional_chinese() {
    sell_everything(&tongue::TRADITIONAL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_is_sold_in_english() {
    sell_everything(&tongue::ENGLISH).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_and_the_book_arrive_as_files() {
    let shop =
        Shop::open(&Fate { seed: 0, one_in: 0 }, &[("MINGSHU_RENDER__ENABLED", "true")]).await;
    stories::buy_with_pictures(&shop, &tongue::TRADITIONAL).await;
    shop.close().await;
}
