//! Events as their receivers and the operator see them: the binary sends, a server of our own
//! checks, the commands look and send again.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::binary::{Environment, run, written};
use super::errands::Birth;
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::pingpong::Dialect;
use super::world::stage::eventually;

const BUYER: i64 = 520_000_031;
const SECRET: &str = "whsec_bWluZ3NodS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5YWI=";

/// Headers and body of one request.
type Arrival = (BTreeMap<String, String>, String);
type Arrivals = Arc<Mutex<Vec<Arrival>>>;

async fn receiver() -> (String, Arrivals) {
    async fn take(State(arrivals): State<Arrivals>, headers: HeaderMap, body: Bytes) -> StatusCode {
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        let headers = headers.iter().map(|(name, value)| (name.to_string(), text(value)));
        let body = String::from_utf8(body.to_vec()).unwrap();
        arrivals.lock().unwrap().push((headers.collect(), body));
        StatusCode::NO_CONTENT
    }
    let arrivals = Arrivals::default();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let router = Router::new().fallback(take).with_state(Arc::clone(&arrivals));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, arrivals)
}

fn types(arrivals: &Arrivals) -> Vec<String> {
    let arrivals = arrivals.lock().unwrap();
    let kind = |body: &String| {
        let event: Value = serde_json::from_str(body).unwrap();
        event["type"].as_str().unwrap().to_owned()
    };
    arrivals.iter().map(|(_, body)| kind(body)).collect()
}

#[tokio::test]
async fn a_purchase_is_heard_outside_and_the_operator_can_follow_it() {
    on_every_database(async |kind| {
        let (url, arrivals) = receiver().await;
        let sinks = json!([{ "name": "crm", "kind": "webhook", "url": url, "secret": SECRET }]);
        let plan = Plan::new(kind, Dialect::Hmac);
        let plan = plan.with("MINGSHU_EVENTS__SINKS", &sinks.to_string());
        let shop = Shop::open(&plan).await;
        let mut buyer = shop.buyer(BUYER);
        let ordered = buyer.orders_whole_chart(Birth::Typed, "该不该换工作？").await;
        shop.world.pingpong.pay(&ordered.payment_no).await;
        shop.order_is(&ordered.order_no, "completed").await;
        eventually("the last event arrives", Duration::from_secs(20), || async {
            types(&arrivals).contains(&"order.completed".to_owned()).then_some(())
        })
        .await;
        let expected = [
            "order.created",
            "payment.succeeded",
            "order.paid",
            "order.generating",
            "order.completed",
        ];
        let heard: BTreeSet<String> = types(&arrivals).into_iter().collect();
        assert_eq!(heard, expected.map(str::to_owned).into_iter().collect());
        let all = arrivals.lock().unwrap().clone();
        for (_headers, body) in &all {
            assert!(body.contains(&ordered.order_no), "{body}");
            assert!(!body.contains("换工作") && !body.contains(&BUYER.to_string()), "{body}");
        }
        let first = all.into_iter().next().unwrap();
        tokio::task::spawn_blocking(move || the_page_verifies(&first)).await.unwrap();
        the_operator_follows(&shop, &arrivals).await;
        shop.close().await;
    })
    .await;
}

/// With nothing but the database and the sinks.
async fn the_operator_follows(shop: &Shop, arrivals: &Arrivals) {
    let needed = ["DATABASE_URL", "MINGSHU_EVENTS__SINKS", "PATH"];
    let mut environment: Environment = shop.environment.clone();
    environment.retain(|name, _| needed.contains(&name.as_str()));
    let folder = shop.folder().to_owned();
    let ask = async |words: &str| {
        let output = command(&environment, &folder, &format!("{words} --json")).await;
        assert!(output.status.success(), "{words:?}: {}", written(&output));
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let listed = ask("list --sink crm").await;
    let first = &listed.as_array().unwrap()[0];
    let id = first["event"]["id"].as_str().unwrap().to_owned();
    eventually("the delivery is written", Duration::from_secs(10), || async {
        let shown = ask(&format!("show {id}")).await;
        (shown["deliveries"][0]["status"] == "delivered").then_some(())
    })
    .await;
    assert_eq!(ask("list --failed").await, json!([]));
    let sinks = ask("sinks").await;
    assert_eq!((&sinks[0]["status"], &sinks[0]["failing_since"]), (&json!("active"), &Value::Null));
    assert_eq!(ask("test crm").await["answer"], "HTTP 204");
    assert!(types(arrivals).contains(&"mingshu.test".to_owned()));
    assert_eq!(ask("enable crm").await["was_off"], false);

    let before = arrivals.lock().unwrap().len();
    assert_eq!(ask(&format!("resend {id}")).await["sinks"], json!(["crm"]));
    let again = ask("resend --since 2020-01-01 --type payment.*").await;
    assert_eq!(again["deliveries"], 1);
    eventually("both arrive again", Duration::from_secs(20), || async {
        (arrivals.lock().unwrap().len() >= before + 2).then_some(())
    })
    .await;
    let unknown = command(&environment, &folder, "test nobody").await;
    assert_eq!(unknown.status.code(), Some(1), "{}", written(&unknown));
    let wrong = command(&environment, &folder, "resend").await;
    assert_eq!(wrong.status.code(), Some(2), "{}", written(&wrong));
}

/// `mingshu events …`, beside the receiver that runs on this thread.
async fn command(environment: &Environment, folder: &Path, words: &str) -> Output {
    let (environment, folder) = (environment.clone(), folder.to_owned());
    let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
    tokio::task::spawn_blocking(move || {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        run(&environment, &folder, &[&["events"], words.as_slice()].concat())
    })
    .await
    .unwrap()
}

/// The lines of docs/events.md, run as they stand there, let the request pass and no forged one.
fn the_page_verifies((headers, body): &Arrival) {
    let page = include_str!("../../docs/events.md");
    let telling =
        |body: &str| json!({ "secret": SECRET, "headers": headers, "body": body }).to_string();
    let (told, forged) = (telling(body), telling(&format!("{body} ")));
    let python = "import json, sys\ntold = json.load(sys.stdin)\nSECRET, headers, body = \
                  told['secret'], told['headers'], told['body'].encode()\n";
    let node = "const told = JSON.parse(require(\"node:fs\").readFileSync(0));\n\
                const SECRET = told.secret, headers = told.headers, body = Buffer.from(told.body);\n";
    for (program, flag, language, head) in
        [("python3", "-c", "python", python), ("node", "-e", "js", node)]
    {
        let lines = page.split(&format!("```{language}\n")).nth(1).unwrap();
        let script = format!("{head}{}", lines.split("```").next().unwrap());
        let Some(good) = passes(program, &[flag, &script], &told) else {
            println!("{program} is not here: its lines of docs/events.md were not run");
            continue;
        };
        assert!(good, "{program} refuses what we signed");
        assert_eq!(passes(program, &[flag, &script], &forged), Some(false), "{program}");
    }
}

/// Whether a script ends well; `None`: there is no such program.
fn passes(program: &str, arguments: &[&str], input: &str) -> Option<bool> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    Some(child.wait().unwrap().success())
}
