//! `POST /webhook/telegram`: size, sender, store, 200 (spec.md §7). Nothing is handled here:
//! Telegram forgets a button after 150 s and freezes a chat over one refused update
//! (reference/telegram.md §A.1), so whatever is kept is acknowledged at once. Only a payment that is about to be
//! made is answered here, because Telegram waits for it (`checkout`).

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

use super::{Bot, checkout};

/// The largest update that is read, in bytes.
const LARGEST_UPDATE: usize = 1024 * 1024;
const SECRET_HEADER: &str = "x-telegram-bot-api-secret-token";

/// Proves that Telegram, and nobody else, is calling. A handler that takes one cannot be reached
/// by a forged request.
pub(super) struct FromTelegram;

impl FromRequestParts<Bot> for FromTelegram {
    type Rejection = StatusCode;

    async fn from_request_parts(head: &mut Parts, bot: &Bot) -> Result<Self, StatusCode> {
        let given = head.headers.get(SECRET_HEADER).map(HeaderValue::as_bytes);
        let ours = bot.settings.webhook_secret();
        match (given, ours) {
            (Some(given), Some(ours)) if is_ours(given, ours) => Ok(Self),
            (Some(_) | None, Some(_) | None) => {
                metrics::counter!("mingshu_telegram_bad_secrets_total").increment(1);
                Err(StatusCode::UNAUTHORIZED)
            }
        }
    }
}

fn is_ours(given: &[u8], ours: &SecretString) -> bool {
    let ours = ours.expose_secret().as_bytes();
    !ours.is_empty() && bool::from(given.ct_eq(ours))
}

pub(super) async fn receive(
    State(bot): State<Bot>,
    _proof: FromTelegram,
    body: Body,
) -> StatusCode {
    let read = to_bytes(body, LARGEST_UPDATE).await;
    let Ok(raw): Result<Bytes, _> = read else { return StatusCode::PAYLOAD_TOO_LARGE };
    bot.beat();
    let Ok(json) = std::str::from_utf8(&raw) else {
        tracing::warn!("something that is no update");
        return StatusCode::OK;
    };
    if let Some(checkout) = checkout::read(json) {
        checkout::answer(&bot, &checkout).await;
        return StatusCode::OK;
    }
    match bot.inbox.keep(&[json]).await {
        Ok(_new) => StatusCode::OK,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "an update could not be kept, Telegram will repeat it");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}
