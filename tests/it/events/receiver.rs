//! The other end of a webhook: a real HTTP server that keeps what comes and answers as planned.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mingshu::events::adapters::webhook::Webhook;
use ring::hmac;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};

/// `whsec_` and base64 of 32 bytes each.
pub(super) const SECRET: &str = "whsec_bWluZ3NodS10ZXN0LXNlY3JldC0wMTIzNDU2Nzg5YWI=";
pub(super) const OLD_SECRET: &str = "whsec_b2xkLXNlY3JldC1vZi1taW5nc2h1LTAxMjM0NTY3ODk=";

/// One request as it arrived.
#[derive(Debug, Clone)]
pub(super) struct Arrival {
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Arrival {
    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    pub(super) fn id(&self) -> &str {
        self.header("webhook-id")
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// As the specification tells receivers to: any one of the signatures must be right.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let bytes = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let mut signed =
            format!("{}.{}.", self.id(), self.header("webhook-timestamp")).into_bytes();
        signed.extend_from_slice(&self.body);
        self.header("webhook-signature").split(' ').any(|signature| {
            let code = STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
            hmac::verify(&key, &signed, &code).is_ok()
        })
    }
}

#[derive(Default)]
struct Desk {
    arrivals: Mutex<Vec<Arrival>>,
    answers: Mutex<VecDeque<(u16, Option<&'static str>)>>,
    /// What is answered when nothing is planned.
    usual: Mutex<u16>,
    arrived: Notify,
    /// Taken away, requests hang.
    open: Mutex<Option<Arc<Semaphore>>>,
}

#[derive(Clone)]
pub(super) struct Receiver {
    desk: Arc<Desk>,
    pub(super) url: String,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let desk = Arc::new(Desk { usual: Mutex::new(204), ..Desk::default() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().fallback(take).with_state(Arc::clone(&desk));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { desk, url }
    }

    pub(super) fn webhook(&self) -> Webhook {
        Webhook::try_new(&self.url, &[SECRET.into()]).unwrap()
    }

    /// Answers these first; the text is a `Retry-After`.
    pub(super) fn answer(&self, answers: impl IntoIterator<Item = (u16, Option<&'static str>)>) {
        self.desk.answers.lock().unwrap().extend(answers);
    }

    /// What it answers from now on.
    pub(super) fn usually(&self, status: u16) {
        *self.desk.usual.lock().unwrap() = status;
    }

    /// Requests are kept, and never answered.
    pub(super) fn hang(&self, hangs: bool) {
        *self.desk.open.lock().unwrap() = hangs.then(|| Arc::new(Semaphore::new(0)));
    }

    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        self.desk.arrivals.lock().unwrap().clone()
    }

    pub(super) fn count(&self) -> usize {
        self.desk.arrivals.lock().unwrap().len()
    }

    /// The ids that came, each once, sorted.
    pub(super) fn ids(&self) -> Vec<String> {
        let mut ids: Vec<String> =
            self.arrivals().iter().map(|arrival| arrival.id().to_owned()).collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Waits until so many requests came.
    pub(super) async fn until(&self, count: usize) {
        loop {
            let arrived = self.desk.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            if self.count() >= count {
                return;
            }
            arrived.await;
        }
    }
}

async fn take(State(desk): State<Arc<Desk>>, request: Request) -> Response {
    let headers = request.headers().clone();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap().to_vec();
    desk.arrivals.lock().unwrap().push(Arrival { headers, body });
    desk.arrived.notify_waiters();
    let hanging = desk.open.lock().unwrap().clone();
    if let Some(closed) = hanging {
        closed.acquire().await.unwrap().forget();
    }
    let planned = desk.answers.lock().unwrap().pop_front();
    let (status, wish) = planned.unwrap_or((*desk.usual.lock().unwrap(), None));
    let mut answer = StatusCode::from_u16(status).unwrap().into_response();
    if let Some(wish) = wish {
        answer.headers_mut().insert("retry-after", wish.parse().unwrap());
    }
    answer
}
