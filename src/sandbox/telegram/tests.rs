//! The played Bot API as a foreign client sees it, over loopback.

mod page;
mod reading;
mod sending;
mod updates;

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::sandbox::faults::Fault;

const TOKEN: &str = "123456:AA-token";
const BUYER: i64 = 1001;
const PATIENCE: Duration = Duration::from_secs(10);

struct Sandbox {
    telegram: SandboxTelegram,
    faults: Arc<Faults>,
    address: String,
    client: Client,
}

/// Serves `routes` on a free port of loopback.
async fn serve(routes: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    address
}

impl Sandbox {
    async fn open() -> Self {
        let faults = Arc::<Faults>::default();
        // Takes everything: what comes too fast has tests of its own.
        let telegram =
            SandboxTelegram::with_clock(Arc::clone(&faults), TOKEN, Arc::new(SystemClock));
        let page = chat_api(telegram.clone(), Arc::clone(&faults));
        let address = serve(page.merge(router(telegram.clone()))).await;
        Self { telegram, faults, address, client: client(Limits::seconds(2, 20)).unwrap() }
    }

    async fn call(&self, method: &str, params: Value) -> (u16, Value) {
        let url = format!("{}/bot{TOKEN}/{method}", self.address);
        let answer = self.client.post(url).json(&params).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// The result of a call that must succeed.
    async fn done(&self, method: &str, params: Value) -> Value {
        let (status, body) = self.call(method, params).await;
        assert_eq!((status, &body["ok"]), (200, &json!(true)), "{body}");
        body["result"].clone()
    }

    /// The words of a call that must be refused with `code`.
    async fn refused(&self, code: u16, method: &str, params: Value) -> String {
        let (status, body) = self.call(method, params).await;
        assert_eq!((status, &body["ok"]), (code, &json!(false)), "{body}");
        assert_eq!(body["error_code"], code);
        body["description"].as_str().unwrap().to_owned()
    }

    async fn says(&self, text: &str) -> Value {
        self.done("sendMessage", json!({ "chat_id": BUYER, "text": text })).await
    }

    async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(format!("{}{path}", self.address)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    async fn post(&self, path: &str, body: Value) -> u16 {
        let request = self.client.post(format!("{}{path}", self.address)).json(&body);
        request.send().await.unwrap().status().as_u16()
    }
}

fn one_button(data: &str) -> Value {
    json!({ "inline_keyboard": [[{ "text": "🛒 买一份", "callback_data": data }]] })
}

/// A PNG of `width` × 2 as far as its head tells.
fn png(width: u32) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    png.extend(width.to_be_bytes());
    png.extend(2_u32.to_be_bytes());
    png
}
