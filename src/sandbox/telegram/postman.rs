//! Brings updates to the webhook: one chat's in order, each until it is taken, chats side by side
//! (reference/telegram.md §A.1).

use std::time::Duration;

use super::SandboxTelegram;
use super::updates::{Update, Webhook};

/// Telegram waits seconds and minutes; nobody wants that in a demonstration.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

impl SandboxTelegram {
    /// Sends a postman to every chat whose updates wait for a webhook.
    pub(super) fn deliver(&self) {
        let (chats, generation, webhook) = {
            let mut world = self.lock();
            let chats = world.updates.send_postmen();
            (chats, world.updates.generation, world.updates.webhook().cloned())
        };
        let Some(webhook) = webhook else { return };
        for chat in chats {
            webhook.runtime.spawn(self.clone().walk(chat, generation));
        }
    }

    async fn walk(self, chat: i64, generation: u64) {
        let mut pause = FIRST_PAUSE;
        loop {
            let next = self.lock().updates.next_of(chat, generation);
            let Some((update, webhook)) = next else { return };
            match self.post(&update, &webhook).await {
                Ok(()) => {
                    self.lock().updates.delivered(update.id);
                    pause = FIRST_PAUSE;
                }
                Err(why) => {
                    let now = self.0.clock.now();
                    self.lock().updates.failed(now, why);
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
                }
            }
        }
    }

    /// One try. The error is what `getWebhookInfo` will say.
    async fn post(&self, update: &Update, webhook: &Webhook) -> Result<(), String> {
        let client = self.0.client.as_ref().ok_or("No TLS")?;
        let mut request = client.post(&webhook.url).json(update);
        if let Some(secret) = &webhook.secret {
            request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
        }
        let answer = request.send().await.map_err(|_unreached| "Connection failed".to_owned())?;
        let status = answer.status();
        if status.is_success() {
            return Ok(());
        }
        Err(format!("Wrong response from the webhook: {status}"))
    }
}
