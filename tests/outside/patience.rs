//! Waiting for conditions, and asking as a stranger does. Nothing here knows a played system, so that
//! `tests/foreign` waits and asks in the same way.

use std::future::Future;
use std::time::Duration;

use tokio::sync::watch;

/// Rings at every change of what is played; clones are the same bell.
#[derive(Clone)]
pub(crate) struct Bell(watch::Sender<u64>);

impl Bell {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(0))
    }

    pub(crate) fn ring(&self) {
        self.0.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Looks again at every ring until `look` finds something; `None` when `limit` has passed.
    pub(crate) async fn until<T>(
        &self,
        limit: Duration,
        mut look: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let mut rings = self.0.subscribe();
        let search = async {
            loop {
                rings.borrow_and_update();
                if let Some(found) = look() {
                    return found;
                }
                rings.changed().await.unwrap();
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

/// An HTTP client that is none of ours.
pub(crate) fn browser() -> reqwest::Client {
    #[expect(clippy::disallowed_methods, reason = "a stranger brings a client of their own")]
    let builder = reqwest::Client::builder();
    builder.timeout(Duration::from_secs(20)).no_proxy().build().unwrap()
}
