//! The running demo, and a buyer at the page's own interface.

use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

pub(crate) const BUYER: i64 = 1001;
const PATIENCE: Duration = Duration::from_secs(60);

/// The program as a newcomer starts it; it ends with the value.
pub(crate) struct Demo {
    _program: Child,
    base: String,
    http: reqwest::Client,
}

impl Demo {
    pub(crate) async fn start() -> Self {
        let mut program = Command::new(env!("CARGO_BIN_EXE_mingshu"))
            .args(["demo", "--port", "0"])
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(program.stdout.take().unwrap()).lines();
        let page = loop {
            let line = lines.next_line().await.unwrap().expect("the demo says where its page is");
            if let Some(start) = line.find("http://") {
                break line[start..].trim().to_owned();
            }
        };
        let base = page.strip_suffix("/sandbox").unwrap().to_owned();
        let limits = mingshu::platform::http::Limits::seconds(5, 60);
        Self { _program: program, base, http: mingshu::platform::http::client(limits).unwrap() }
    }

    /// The address of the page with `query`, looking at the buyer's chat.
    pub(crate) fn page(&self, query: &str) -> String {
        format!("{}/sandbox{query}#user={BUYER}", self.base)
    }

    /// `say` or `tap`, and waits until the shop has answered.
    pub(crate) async fn does(&self, deed: &str, what: &str) {
        let before = spoken(&self.chat(None).await);
        let body = if deed == "say" {
            json!({ "text": what })
        } else {
            let (message, button) = self.button(what).await;
            json!({ "message": message, "data": button["value"] })
        };
        let url = format!("{}/sandbox/api/chat/{BUYER}/{deed}", self.base);
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        assert!(answer.status().is_success(), "{deed} {what}: {}", answer.status());
        self.until(&format!("an answer to {deed} `{what}`"), |chat| spoken(chat) != before).await;
    }

    /// The address behind a button, as soon as the button is there.
    pub(crate) async fn link(&self, label: &str) -> String {
        let (_, button) = self.button(label).await;
        button["value"].as_str().unwrap().to_owned()
    }

    /// Pays at the cashier; gives the page that the payer's browser is sent back to.
    pub(crate) async fn pay(&self, cashier: &str) -> String {
        let answer = self.http.post(format!("{cashier}/pay")).send().await.unwrap();
        assert!(answer.status().is_redirection(), "{}", answer.status());
        answer.headers()["location"].to_str().unwrap().to_owned()
    }

    pub(crate) async fn hears(&self, user: i64, sign: &str) {
        assert_eq!(user, BUYER);
        self.until(sign, |chat| spoken(chat).contains(sign)).await;
    }

    async fn button(&self, label: &str) -> (i64, Value) {
        let find = |chat: &Value| {
            let messages = chat["messages"].as_array().unwrap().iter().rev();
            messages
                .flat_map(|message| {
                    let rows = message["keyboard"].as_array().unwrap().iter();
                    let buttons = rows.flat_map(|row| row.as_array().unwrap().iter());
                    buttons.map(|button| (message["id"].as_i64().unwrap(), button.clone()))
                })
                .find(|(_, button)| button["label"].as_str().unwrap().contains(label))
        };
        let chat = self.until(&format!("a button `{label}`"), |chat| find(chat).is_some()).await;
        find(&chat).unwrap()
    }

    /// Polls as the page does, until the chat is as wanted.
    async fn until(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            let mut chat = self.chat(None).await;
            while !wanted(&chat) {
                chat = self.chat(chat["version"].as_u64()).await;
            }
            chat
        };
        let patience = tokio::time::timeout(PATIENCE, waiting).await;
        patience.unwrap_or_else(|_late| panic!("never seen: {what}"))
    }

    async fn chat(&self, after: Option<u64>) -> Value {
        let after = after.map_or_else(String::new, |version| format!("?after={version}"));
        let url = format!("{}/sandbox/api/chat/{BUYER}{after}", self.base);
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }
}

/// Everything that the shop says in the chat now.
fn spoken(chat: &Value) -> String {
    let of_bot = |message: &&Value| message["from"] == "bot";
    let messages = chat["messages"].as_array().unwrap().iter().filter(of_bot);
    let said = messages.map(|message| format!("{}{}", message["html"], message["keyboard"]));
    said.collect::<Vec<_>>().concat()
}
