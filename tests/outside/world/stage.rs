//! What all played systems share: a bell that rings at every change, so that a test waits for
//! conditions and never for time, and a book of complaints about broken protocol rules.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;

use crate::patience::Bell;
pub(crate) use crate::patience::{browser, eventually};

/// Shared by the played systems of one world; clones are the same stage.
#[derive(Clone)]
pub(crate) struct Stage {
    bell: Bell,
    steps: Arc<AtomicU64>,
    complaints: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        Self { bell: Bell::new(), steps: Arc::default(), complaints: Arc::default() }
    }

    /// Something changed.
    pub(crate) fn ring(&self) {
        self.bell.ring();
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
        look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        self.bell.until(limit, look).await
    }
}

/// Serves `app` on a free port of loopback until the test ends; its base address.
pub(super) async fn play(app: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}
