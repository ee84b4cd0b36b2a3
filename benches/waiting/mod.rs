//! A thousand paid orders that wait for a slow model at once: how much memory the program needs, and
//! whether its timers keep their time. The program runs as a process of its own, started from this
//! file with all that `mingshu serve` starts; the model and the chat are played here.

mod chat;
mod shop;

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use mingshu::platform::db::{query_all, query_one};
use mingshu::sandbox::faults::Faults;
use mingshu::sandbox::model::{self, ModelLog, Outcome, Pace};
use secrecy::ExposeSecret;
use tokio::net::TcpListener;

pub(crate) use self::shop::{SHOP, serve};
use crate::support::process::mib;
use crate::support::{Bench, SECRET, free_port, number};

/// Twenty characters a second: a chapter takes half a minute.
const SLOW: Pace = Pace { characters: 20, pause: Duration::from_secs(1) };
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// `MINGSHU_BENCH_ORDERS` (1,000) orders of 八字详批, `MINGSHU_BENCH_CHAPTERS` (3) of whose chapters are
/// written at once. Nothing is drawn: that is done in processes of its own.
pub(crate) async fn measure(bench: &Bench) {
    let orders = number("MINGSHU_BENCH_ORDERS", 1_000);
    for payment in bench.place_orders(orders).await {
        bench.callback(&payment).await;
    }
    let log = Arc::<ModelLog>::default();
    let model_url = play(model::router(Arc::new(Faults::default()), Arc::clone(&log), SLOW)).await;
    let chat_url = play(chat::router()).await;
    let folder = tempfile::tempdir().unwrap();
    let program = start(bench, (&model_url, &chat_url), folder.path());
    let process = program.id().to_string();
    let (began, mut most) = (Instant::now(), 0);
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        let streams = log.answers().iter().filter(|it| it.outcome == Outcome::Open).count();
        if streams > most {
            most = streams;
            // A request that the program left stays among them: the last line tells whether there were any.
            println!("{streams} answers under way: {} MiB", mib(&process, "VmRSS"));
        }
        if completed(bench).await == orders {
            break;
        }
    }
    println!("{orders} of {orders} orders completed in {:.0} s", began.elapsed().as_secs_f64());
    println!("requests: {}, to the end: {}", log.answers().len(), log.finished_in_all());
    println!("most memory at any time: {} MiB", mib(&process, "VmHWM"));
    stop(program);
}

async fn play(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}

async fn completed(bench: &Bench) -> usize {
    let sql = "SELECT COUNT(*) FROM orders WHERE status = 'completed'";
    let row = query_one(bench.base.db.read(), sql, vec![]).await.unwrap().unwrap();
    let count: i64 = row.try_get_by_index(0).unwrap();
    let sql = "SELECT order_no FROM orders WHERE status IN ('failed', 'refunding', 'refunded')";
    let lost = query_all(bench.base.db.read(), sql, vec![]).await.unwrap();
    assert!(lost.is_empty(), "{} orders failed", lost.len());
    usize::try_from(count).unwrap()
}

/// The shop's settings, with all limits as high as they go.
fn start(bench: &Bench, (model, chat): (&str, &str), folder: &std::path::Path) -> Child {
    let (address, _port) = free_port();
    let chapters = number("MINGSHU_BENCH_CHAPTERS", 3).to_string();
    let settings = [
        ("SERVER__BIND", address.to_string()),
        ("SERVER__PUBLIC_URL", format!("http://{address}")),
        ("DATABASE__URL", bench.options.url.clone()),
        ("SECURITY__ENCRYPTION_KEYS", bench.sealing_key.expose_secret().to_owned()),
        ("TELEGRAM__TOKEN", chat::TOKEN.to_owned()),
        ("TELEGRAM__API_URL", chat.to_owned()),
        ("TELEGRAM__MESSAGES_PER_SECOND", "1000".to_owned()),
        ("PINGPONG__DIALECT", "hmac".to_owned()),
        ("PINGPONG__WEBHOOK_SECRET", SECRET.to_owned()),
        ("PINGPONG__BASE_URL", "http://127.0.0.1:9".to_owned()),
        ("PAYMENTS__PROOF", "callback".to_owned()),
        ("AI__BASE_URL", model.to_owned()),
        ("AI__API_KEY", "bench".to_owned()),
        ("AI__CHAPTERS_AT_ONCE", chapters),
        ("WORKER__CONCURRENCY", "1000".to_owned()),
        ("RENDER__ENABLED", "false".to_owned()),
        ("LOG__LEVEL", "warn".to_owned()),
    ];
    let settings = settings.map(|(name, value)| (format!("MINGSHU_{name}"), value));
    let mut program = Command::new(std::env::current_exe().unwrap());
    program.arg(SHOP).env_clear().envs(settings).current_dir(folder).stdin(Stdio::null());
    program.spawn().unwrap()
}

/// The program says on its way out how late its timer was.
fn stop(mut program: Child) {
    let told = Command::new("kill").arg("-TERM").arg(program.id().to_string()).status();
    assert!(told.unwrap().success(), "the program can be told to stop");
    let status = program.wait().unwrap();
    assert!(status.success(), "the program stopped with {status}");
}
