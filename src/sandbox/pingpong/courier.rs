//! Takes notices to the shop: PingPong's ladder of retries in seconds instead of hours, and never
//! more at once than a small number.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

use crate::platform::http::{Client, Limits, client};

/// Errands under way at once; further ones wait for their turn.
const MAX_ERRANDS: usize = 64;

/// How often and how patiently a notice is repeated.
#[derive(Debug, Clone, Copy)]
pub struct Ladder {
    /// Tries in all.
    pub tries: u32,
    /// The pause after the first try; each further pause is twice as long.
    pub first_pause: Duration,
}

impl Default for Ladder {
    /// Five tries in three seconds.
    fn default() -> Self {
        Self { tries: 5, first_pause: Duration::from_millis(200) }
    }
}

/// One message to the shop.
#[derive(Debug, Clone)]
pub(super) struct Notice {
    pub(super) payment_no: String,
    /// For the ledger: `paid`, `failed`, `forged`, …
    pub(super) what: &'static str,
    pub(super) url: String,
    pub(super) body: String,
    /// The value of `X-Signature`, where the dialect has it.
    pub(super) signature: Option<String>,
    /// A forger does not come back.
    pub(super) repeated: bool,
}

/// Notices that leave together; the next wave waits until this one is done.
pub(super) type Wave = Vec<Notice>;

pub(super) struct Courier {
    client: Client,
    ladder: Ladder,
    turns: Arc<Semaphore>,
    errands: TaskTracker,
}

impl Courier {
    pub(super) fn try_new(ladder: Ladder) -> anyhow::Result<Self> {
        Ok(Self {
            client: client(Limits::seconds(2, 10))?,
            ladder,
            turns: Arc::new(Semaphore::new(MAX_ERRANDS)),
            errands: TaskTracker::new(),
        })
    }

    /// Delivers `waves` and tells `log` of every try with the shop's status.
    pub(super) async fn deliver(
        &self,
        waves: Vec<Wave>,
        log: impl Fn(&Notice, Option<u16>) + Sync,
    ) {
        for wave in &waves {
            join_all(wave.iter().map(|notice| self.climb(notice, &log))).await;
        }
    }

    /// Runs `errand` without making the caller wait, as soon as there is a turn.
    pub(super) async fn send_off(&self, errand: impl Future<Output = ()> + Send + 'static) {
        let Ok(turn) = Arc::clone(&self.turns).acquire_owned().await else { return };
        self.errands.spawn(async move {
            errand.await;
            drop(turn);
        });
    }

    /// Waits until no errand is under way.
    pub(super) async fn idle(&self) {
        self.errands.close();
        self.errands.wait().await;
        self.errands.reopen();
    }

    async fn climb(&self, notice: &Notice, log: &(impl Fn(&Notice, Option<u16>) + Sync)) {
        let tries = if notice.repeated { self.ladder.tries } else { 1 };
        let mut pause = self.ladder.first_pause;
        for left in (0..tries).rev() {
            let (received, status) = self.knock(notice).await;
            log(notice, status);
            if received || left == 0 {
                return;
            }
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2);
        }
    }

    /// One try: whether the shop took it (reference/pingpong.md §4.3), and its status.
    async fn knock(&self, notice: &Notice) -> (bool, Option<u16>) {
        let request = self.client.post(&notice.url).header("content-type", "application/json");
        let request = match &notice.signature {
            Some(signature) => request.header("x-signature", signature),
            None => request,
        };
        let Ok(response) = request.body(notice.body.clone()).send().await else {
            return (false, None);
        };
        let status = response.status();
        let refused = response.text().await.is_ok_and(|body| body.trim() == "FAIL");
        (status.is_success() && !refused, Some(status.as_u16()))
    }
}
