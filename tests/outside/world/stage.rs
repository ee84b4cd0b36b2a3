//! What all played systems share: a bell that rings at every change, so that a test waits for
//! conditions and never for time, and a book of complaints about broken protocol rules.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Shared by the played systems of one world; clones are the same stage.
#[derive(Clone)]
pub(crate) struct Stage {
    bell: watch::Sender<u64>,
    steps: Arc<AtomicU64>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { bell: watch::Sender::new(0), steps: Arc::default(), complaints: Arc::default() }
    }

    /// Something changed.
    pub(crate) fn ring(&self) {
        self.bell.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// The program got somewhere: it asked the model, read a piece of the answer, or spoke to a buyer.
    pub(crate) fn step(&self) {
        self.steps.fetch_add(1, Ordering::SeqCst);
        self.ring();
    }

    /// How many steps there were: a clock that stands still while nothing happens.
    pub(crate) fn steps(&self) -> u64 {
        self.steps.load(Ordering::SeqCst)
    }

    /// The program broke a rule of a protocol. Told at the end of the scenario.
    pub(crate) fn complain(&self, about: impl Into<String>) {
        self.complaints.lock().unwrap().push(about.into());
        self.ring();
    }

    pub(crate) fn complaints(&self) -> Vec<String> {
        self.complaints.lock().unwrap().clone()
    }

    /// Waits until `look` finds something; `None` when `limit` has passed.
    pub(crate) async fn until<T>(
        &self,
        limit: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let mut bell = self.bell.subscribe();
        let search = async {
            loop {
                bell.borrow_and_update();
                if let Some(found) = look() {
                    return found;
                }
                bell.changed().await.unwrap();
            }
        };
        tokio::time::timeout(limit, search).await.ok()
    }
}

/// Asks again and again until there is an answer; for what does not ring, such as a database.
pub(crate) async fn eventually<T, F>(what: &str, limit: Duration, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let search = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    };
    let found = tokio::time::timeout(limit, search).await.ok();
    found.unwrap_or_else(|| panic!("not within {limit:?}: {what}"))
}

/// Serves `app` on a free port of loopback until the test ends; its base address.
pub(super) async fn play(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

/// An HTTP client that is none of ours.
pub(crate) fn browser() -> reqwest::Client {
    #[expect(clippy::disallowed_methods, reason = "a stranger brings a client of their own")]
    let builder = reqwest::Client::builder();
    builder.timeout(Duration::from_secs(20)).no_proxy().build().unwrap()
}
