//! What a provider reads when its callback was not taken (spec.md §4 rule 9).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::flows::settle_payment::SettleError;
use crate::payments::ports::NotificationError;

#[derive(Debug, thiserror::Error)]
pub(super) enum CallbackError {
    #[error("no such provider")]
    UnknownProvider,
    #[error("the body is too large")]
    TooLarge,
    #[error("too many callbacks at once")]
    Busy,
    #[error("the notification was not believed")]
    Notification(#[from] NotificationError),
    #[error("the notification could not be settled")]
    Settle(#[from] SettleError),
}

impl CallbackError {
    /// A 5xx asks the provider to call again; a 4xx says that it would be in vain.
    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownProvider => StatusCode::NOT_FOUND,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Notification(NotificationError::Unproved(_)) => StatusCode::UNAUTHORIZED,
            Self::Notification(NotificationError::Malformed(_)) => StatusCode::BAD_REQUEST,
            Self::Busy | Self::Settle(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for CallbackError {
    fn into_response(self) -> Response {
        let status = self.status();
        let error = &self as &dyn std::error::Error;
        if status.is_server_error() {
            tracing::error!(error, status = status.as_u16(), "callback not taken");
        } else {
            tracing::warn!(error, status = status.as_u16(), "callback refused");
        }
        if status == StatusCode::UNAUTHORIZED {
            metrics::counter!("mingshu_callback_signature_failures_total").increment(1);
        }
        let word = if status.is_server_error() { "try again" } else { "refused" };
        (status, word).into_response() // the cause stays in the log
    }
}
