//! Commands that an operator types beside a running shop, and the demo that needs no shop at all.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::binary::{Environment, run, written};
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::pingpong::Dialect;
use super::world::stage::browser;

#[tokio::test]
async fn a_running_shop_says_that_it_is_well() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::V4)).await;
        let check = run(&shop.environment, shop.folder(), &["healthcheck"]);
        assert_eq!(check.status.code(), Some(0), "{}", written(&check));
        let client = browser();
        for path in ["/health", "/health/live", "/health/ready"] {
            let answer = client.get(shop.url() + path).send().await.unwrap();
            assert_eq!(answer.status(), 200, "{path}");
        }
        let metrics = client.get(shop.url() + "/metrics").send().await.unwrap();
        assert_eq!(metrics.status(), 200);
        assert!(metrics.text().await.unwrap().contains("mingshu_"));
        for path in ["/sandbox", "/sandbox/", "/nowhere", "/webhook/unknown"] {
            let answer = client.get(shop.url() + path).send().await.unwrap();
            assert!([404, 405].contains(&answer.status().as_u16()), "{path} in production");
        }
        let missing =
            run(&shop.environment, shop.folder(), &["orders", "show", "M20260101-00000000"]);
        assert_eq!(missing.status.code(), Some(1), "{}", written(&missing));
        for (arguments, code) in [
            (&["doctor", "money"][..], 0),
            (&["reconcile", "--day", "2026-01-01"], 0),
            (&["reconcile", "--day", "2926-01-01"], 1),
            (&["reconcile", "--day", "yesterday"], 2),
            (&["reconcile", "differences", "--open"], 0),
            (&["reconcile", "resolve", "1", "--note", "nothing"], 1),
        ] {
            let told = run(&shop.environment, shop.folder(), arguments);
            assert_eq!(told.status.code(), Some(code), "{arguments:?}: {}", written(&told));
        }
        let mut elsewhere = shop.environment.clone();
        let nowhere = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
        elsewhere.remove("DATABASE_URL");
        elsewhere.insert("MINGSHU_DATABASE__URL".to_owned(), nowhere);
        let blind = run(&elsewhere, shop.folder(), &["doctor", "money"]);
        assert_eq!(blind.status.code(), Some(2), "{}", written(&blind));
        let environment = shop.environment.clone();
        shop.close().await;
        let folder = tempfile::tempdir().unwrap();
        let check = run(&environment, folder.path(), &["healthcheck"]);
        assert_eq!(check.status.code(), Some(1), "a stopped shop: {}", written(&check));
    })
    .await;
}

#[tokio::test]
async fn keys_are_rotated_with_two_settings_and_the_old_one_dropped() {
    const OLD: &str = "outside:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const NEW: &str = "newer:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::V4)).await;
        let order_no = shop.buyer(540_000_001).orders_free_sign("何时转运").await;
        shop.order_is(&order_no, "completed").await;
        let rotate = |keys: &str| {
            let mut environment = Environment::new();
            let url = shop.environment["DATABASE_URL"].clone();
            environment.insert("DATABASE_URL".to_owned(), url);
            environment.insert("MINGSHU_SECURITY__ENCRYPTION_KEYS".to_owned(), keys.to_owned());
            run(&environment, shop.folder(), &["keys", "rotate"])
        };
        let alone = rotate(&format!("[\"{NEW}\"]"));
        assert_eq!(alone.status.code(), Some(1), "{}", written(&alone));
        assert!(written(&alone).contains("`outside`"), "{}", written(&alone));
        // Beside the running shop, which has nothing to read meanwhile.
        let both = rotate(&format!("[\"{NEW}\", \"{OLD}\"]"));
        assert_eq!(both.status.code(), Some(0), "{}", written(&both));
        let alone = rotate(&format!("[\"{NEW}\"]"));
        assert_eq!(alone.status.code(), Some(0), "{}", written(&alone));
        shop.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_sandbox_alone_tells_settings_that_a_shop_takes() {
    let folder = tempfile::tempdir().unwrap();
    let mut sandbox = Command::new(env!("CARGO_BIN_EXE_mingshu"))
        .args(["sandbox", "--port", "0", "--json"])
        .env_clear()
        .current_dir(folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = String::new();
    BufReader::new(sandbox.stdout.take().unwrap()).read_line(&mut told).unwrap();
    let mut settings: Environment = serde_json::from_str(&told).unwrap();
    let models = format!("{}/models", settings["MINGSHU_AI__BASE_URL"]);
    let key = &settings["MINGSHU_AI__API_KEY"];
    let answer = browser().get(models).bearer_auth(key).send().await.unwrap();
    assert_eq!(answer.status(), 200, "the played model answers");
    let own = [
        ("MINGSHU_SERVER__PUBLIC_URL", "http://127.0.0.1:8080"),
        (
            "MINGSHU_SECURITY__ENCRYPTION_KEYS",
            "outside:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        ),
    ];
    settings.extend(own.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let check = run(&settings, folder.path(), &["config", "check"]);
    assert_eq!(check.status.code(), Some(0), "{}", written(&check));
    sandbox.kill().unwrap();
    sandbox.wait().unwrap();
}

#[test]
fn the_demo_buys_a_report_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let begun = Instant::now();
    let output = run(&Environment::new(), folder.path(), &["demo", "--auto"]);
    let said = written(&output);
    assert!(output.status.success(), "{said}");
    for words in ["八字详批", "支付成功", "报告到此完结"] {
        assert!(said.contains(words), "the conversation has {words}:\n{said}");
    }
    assert!(begun.elapsed() < Duration::from_secs(120), "a newcomer does not wait longer");
    let left = std::fs::read_dir(folder.path()).unwrap().count();
    assert_eq!(left, 0, "the demo leaves nothing behind");
}
