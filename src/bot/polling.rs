//! Long polling: the other way in, for machines that Telegram cannot reach. What was fetched is
//! kept before the next question confirms it.

use std::time::Duration;

use serde_json::value::RawValue;
use teloxide::payloads::{DeleteWebhook, GetUpdates, GetUpdatesSetters as _};
use tokio_util::sync::CancellationToken;

use super::register::ALLOWED;
use super::{Bot, checkout, update};
use crate::notifications::ports::SendError;

/// How long Telegram may hold one question open; 50 is its maximum.
const HOLD_SECONDS: u32 = 30;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Fetches updates until told to stop.
pub(super) async fn run(bot: &Bot, stop: &CancellationToken) {
    let mut offset = None;
    let mut pause = FIRST_PAUSE;
    let mut begun = false;
    while !stop.is_cancelled() {
        let outcome = tokio::select! {
            outcome = round(bot, &mut begun, offset) => outcome,
            () = stop.cancelled() => return,
        };
        match outcome {
            Ok(next) => {
                offset = next.or(offset);
                pause = FIRST_PAUSE;
                bot.beat();
            }
            Err(error) => {
                begun = begun && !webhook_stands(&error);
                let wait = complain(&error, pause);
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stop.cancelled() => return,
                }
                pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
            }
        }
    }
}

/// One question and the keeping of its answer; the offset to go on with.
async fn round(
    bot: &Bot,
    begun: &mut bool,
    offset: Option<i64>,
) -> Result<Option<i64>, anyhow::Error> {
    if !*begun {
        // Polling is refused while a webhook stands.
        bot.api.call::<_, bool>(&DeleteWebhook::new()).await?;
        *begun = true;
    }
    let offset = match offset {
        Some(offset) => Some(offset),
        None => bot.inbox.next_id().await?,
    };
    let mut question =
        GetUpdates::new().limit(100).timeout(HOLD_SECONDS).allowed_updates(ALLOWED.to_vec());
    question.offset = offset.and_then(|offset| i32::try_from(offset).ok());
    let updates: Vec<Box<RawValue>> = bot.api.call(&question).await?;
    let texts: Vec<&str> = updates.iter().map(|update| update.get()).collect();
    let mut news = Vec::with_capacity(texts.len());
    for json in &texts {
        let Some(checkout) = checkout::read(json) else {
            news.push(*json);
            continue;
        };
        let bot = bot.clone();
        // Beside the loop: other updates do not wait for it, nor it for them.
        bot.checkouts.clone().spawn(async move { checkout::answer(&bot, &checkout).await });
    }
    bot.inbox.keep(&news).await?;
    let last = texts.iter().filter_map(|json| update::number(json).ok()).max();
    Ok(last.map(|id| id.saturating_add(1)))
}

/// Somebody has set a webhook since we removed ours.
fn webhook_stands(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(SendError::Refused { code: 409, description })
        if description.contains("webhook"))
}

/// Says what is wrong, and how long to wait.
fn complain(error: &anyhow::Error, pause: Duration) -> Duration {
    match error.downcast_ref::<SendError>() {
        Some(SendError::Refused { code: 409, description }) => {
            tracing::error!(
                telegram.says = description,
                "another program fetches updates with this token; only one may, stop the other one"
            );
            LONGEST_PAUSE
        }
        Some(SendError::Refused { code: 401 | 404, .. }) => {
            tracing::error!("Telegram does not know our token; check telegram.token");
            LONGEST_PAUSE
        }
        Some(SendError::TooFast(wait)) => {
            tracing::warn!(pause.seconds = wait.as_secs(), "Telegram tells us to poll more slowly");
            *wait
        }
        Some(
            SendError::Unreachable(_)
            | SendError::Markup(_)
            | SendError::NotEditable(_)
            | SendError::Refused { .. }
            | SendError::NotSent(_)
            | SendError::Unknown(_),
        )
        | None => {
            tracing::warn!(
                error = format!("{error:#}"),
                pause.seconds = pause.as_secs(),
                "updates cannot be fetched"
            );
            pause
        }
    }
}
