//! The counter between the shop and the emulator. It passes every request on as it came and every answer
//! back as it is, refusals too, and writes down what the emulator says happened. It does four things more,
//! and nobody should believe that the emulator did them:
//!
//! - **Spelling.** The emulator knows `SendMessage`, as teloxide writes it; the shop says `sendMessage`.
//! - **What the emulator lacks** is answered here: `setWebhook`, whose address and secret are kept, for
//!   updates go there; `getChat`, with a birthday for who has one; `setMyDescription`,
//!   `setMyShortDescription`, `deleteWebhook`, `answerPreCheckoutQuery` and `refundStarPayment`, with
//!   `true`; `getStarTransactions`, with an empty list. Nothing else: an unknown method goes to the
//!   emulator, which refuses it.
//! - **Links to invoices.** `createInvoiceLink` is lacking, `SendInvoice` is not: the invoice is sent to a
//!   shelf that is nobody's chat, and the link carries the number of that message.
//! - **The buyer's words** get their number from the emulator, as a message does that a bot sends; the
//!   shop can delete it there.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::http::KeepAlive;
use actix_web::web::{self, Bytes, Data, Path};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use reqwest::Client;
use serde_json::{Value, json};

use super::chat::{Kind, Record};
use super::emulator;
use super::patience::browser;

/// Where invoices lie whose links are handed out.
const SHELF: i64 = 1;

/// Where updates go, as the shop told.
#[derive(Debug, Clone)]
pub(crate) struct Hook {
    pub(crate) url: String,
    pub(crate) secret: String,
}

/// The counter of one shop.
pub(crate) struct Counter {
    pub(crate) record: Record,
    emulator: String,
    client: Client,
    hook: Mutex<Option<Hook>>,
    invoices: Mutex<BTreeMap<String, Value>>,
    /// What was asked of the emulator: how often it said yes, and how often no.
    tally: Mutex<BTreeMap<String, [u64; 2]>>,
    /// Answers to what Telegram asked before a payment in Stars, by the question's number.
    checkouts: Mutex<BTreeMap<String, bool>>,
}

/// An answer of the emulator.
struct Answer {
    status: u16,
    body: Vec<u8>,
}

impl Answer {
    /// What it says when it says yes.
    fn result(&self) -> Option<Value> {
        let envelope: Value = serde_json::from_slice(&self.body).ok()?;
        (envelope["ok"] == true).then(|| envelope["result"].clone())
    }
}

impl Counter {
    /// Opens a counter on a free port; gives it with its address.
    pub(crate) fn open() -> (Arc<Self>, String) {
        let counter = Arc::new(Self {
            record: Record::new(),
            emulator: emulator::url().to_owned(),
            client: browser(),
            hook: Mutex::default(),
            invoices: Mutex::default(),
            tally: Mutex::default(),
            checkouts: Mutex::default(),
        });
        let shared = Data::from(Arc::clone(&counter));
        let app = move || {
            let service = web::resource("/bot{token}/{method}").to(serve);
            App::new()
                .app_data(shared.clone())
                .app_data(web::PayloadConfig::new(1 << 26))
                .service(service)
        };
        // Telegram does not hang up on a bot that pauses; a shop that was stopped for a while is none the worse.
        let server = HttpServer::new(app).workers(1).disable_signals();
        let server = server.keep_alive(KeepAlive::Os).client_request_timeout(Duration::ZERO);
        let server = server.bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://{}", server.addrs()[0]);
        tokio::spawn(server.run());
        (counter, url)
    }

    pub(crate) fn hook(&self) -> Option<Hook> {
        self.hook.lock().unwrap().clone()
    }

    /// What was asked of `createInvoiceLink` for this link.
    pub(crate) fn invoice(&self, link: &str) -> Option<Value> {
        self.invoices.lock().unwrap().get(link).cloned()
    }

    /// Whether the shop let a payment in Stars through.
    pub(crate) fn let_through(&self, question: &str) -> Option<bool> {
        self.checkouts.lock().unwrap().get(question).copied()
    }

    /// What the emulator was asked, in words.
    pub(crate) fn tally(&self) -> String {
        let tally = self.tally.lock().unwrap();
        let line =
            |(method, [yes, no]): (&String, &[u64; 2])| format!("{method} {yes} yes, {no} no");
        tally.iter().map(line).collect::<Vec<_>>().join("; ")
    }

    /// A message in the emulator that stands for words of the buyer.
    pub(crate) async fn number_words(&self, chat: i64, text: &str) -> Value {
        let wish = json!({ "chat_id": chat, "text": text }).to_string();
        let answer = self.ask("SendMessage", "application/json", wish.into_bytes()).await;
        answer.result().expect("the emulator takes words")
    }

    async fn ask(&self, method: &str, kind: &str, body: Vec<u8>) -> Answer {
        let url = format!("{}bot1:foreign/{method}", self.emulator);
        // The emulator hangs up after five idle seconds: a connection that is used again may be gone.
        let wish = self.client.post(url).header("connection", "close").header("content-type", kind);
        let sent = wish.body(body).send().await;
        let response = sent.expect("the emulator answers");
        let status = response.status().as_u16();
        let answer = Answer { status, body: response.bytes().await.unwrap().to_vec() };
        let mut tally = self.tally.lock().unwrap();
        let [yes, no] = tally.entry(method.to_owned()).or_default();
        *if answer.result().is_some() { yes } else { no } += 1;
        answer
    }

    /// What the emulator lacks.
    fn answer_itself(&self, method: &str, wish: &Value) -> Option<Value> {
        let text = |name: &str| wish[name].as_str().unwrap_or_default().to_owned();
        let answer = match method {
            "setWebhook" => {
                let hook = Hook { url: text("url"), secret: text("secret_token") };
                *self.hook.lock().unwrap() = Some(hook);
                json!(true)
            }
            "getChat" => profile(wish["chat_id"].as_i64().unwrap_or_default()),
            "answerPreCheckoutQuery" => {
                let yes = wish["ok"] == true;
                self.checkouts.lock().unwrap().insert(text("pre_checkout_query_id"), yes);
                json!(true)
            }
            "getStarTransactions" => json!({ "transactions": [] }),
            "setMyDescription"
            | "setMyShortDescription"
            | "deleteWebhook"
            | "refundStarPayment" => json!(true),
            _ => return None,
        };
        Some(answer)
    }

    async fn link_invoice(&self, mut wish: Value) -> HttpResponse {
        wish["chat_id"] = json!(SHELF);
        let body = wish.to_string().into_bytes();
        let answer = self.ask("SendInvoice", "application/json", body).await;
        let Some(message) = answer.result() else { return hand_back(answer) };
        let link = format!("https://t.me/$foreign{}", message["message_id"]);
        self.invoices.lock().unwrap().insert(link.clone(), wish);
        said_yes(&json!(link))
    }

    /// Writes down what the emulator did.
    fn write_down(&self, method: &str, wish: &Value, result: Value) {
        match method {
            "sendMessage"
            | "sendPhoto"
            | "sendDocument"
            | "editMessageText"
            | "editMessageReplyMarkup" => self.record.note(Kind::Shown, result),
            "sendMediaGroup" => {
                let messages = result.as_array().cloned().unwrap_or_default();
                for message in messages {
                    self.record.note(Kind::Shown, message);
                }
            }
            "deleteMessage" => {
                let number = |name: &str| wish[name].as_i64().unwrap_or_default();
                self.record.note_deleted(number("chat_id"), number("message_id"));
            }
            "answerCallbackQuery" => {
                self.record.note_answer(wish["callback_query_id"].as_str().unwrap_or_default());
            }
            _ => {}
        }
    }
}

/// A public profile; who has a number that ends in 8 shows a birthday.
fn profile(chat: i64) -> Value {
    let mut profile = json!({ "id": chat, "type": "private", "first_name": "Mei" });
    if chat % 10 == 8 {
        profile["birthdate"] = json!({ "day": 3, "month": 9, "year": 1988 });
    }
    profile
}

async fn serve(
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
    counter: Data<Counter>,
) -> HttpResponse {
    let method = &path.1;
    let wish: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let Some(answer) = counter.answer_itself(method, &wish) {
        return said_yes(&answer);
    }
    if method == "createInvoiceLink" {
        return counter.link_invoice(wish).await;
    }
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    let answer = counter.ask(&spelt(method), kind.unwrap_or_default(), body.to_vec()).await;
    if let Some(result) = answer.result() {
        counter.write_down(method, &wish, result);
    }
    hand_back(answer)
}

/// `SendMessage` for `sendMessage`.
fn spelt(method: &str) -> String {
    let mut letters = method.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

fn said_yes(result: &Value) -> HttpResponse {
    let body = json!({ "ok": true, "result": result }).to_string();
    HttpResponse::Ok().content_type("application/json").body(body)
}

fn hand_back(answer: Answer) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(answer.status).unwrap();
    HttpResponse::build(status).content_type("application/json").body(answer.body)
}
