//! An operator wants to know whether alerts would arrive: one test on every way there is, at once,
//! without the queue. Changes nothing.

use std::sync::Arc;

use chrono_tz::Tz;

use crate::alerts::ports::{LeftOut, Mail, Mailer};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{self, UserId};
use crate::kernel::locale::Locale;
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::Messenger;
use crate::platform::telemetry::redact;
use crate::platform::texts::{self, Args, Texts};
use crate::platform::{chain, texts::escape_html};

/// The ways to the operators.
pub struct Ways {
    pub chat: Option<(Arc<dyn Messenger>, UserId)>,
    pub mailer: Option<Arc<dyn Mailer>>,
    pub texts: Arc<Texts>,
    pub locale: Locale,
    pub time_zone: Tz,
}

/// What became of the test on one way.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Tried {
    /// `telegram` or `mail`.
    pub channel: &'static str,
    /// For people: the chat, or addresses and server.
    pub to: String,
    /// Whether everybody got it.
    pub ok: bool,
    pub error: Option<String>,
}

/// Empty when there is no way at all.
pub async fn run(ways: &Ways, now: Timestamp) -> Vec<Tried> {
    let mut tried = Vec::new();
    if let Some((messenger, chat)) = &ways.chat {
        let message = OutgoingMessage::html(card(ways, now));
        let error = messenger.send(*chat, &message).await.err().map(|error| chain(&error));
        tried.push(outcome("telegram", format!("chat {chat}"), error));
    }
    if let Some(mailer) = &ways.mailer {
        let error = match mailer.send(&mail(ways, now)).await {
            Ok(left_out) => complaint(&left_out),
            Err(error) => Some(chain(&error)),
        };
        tried.push(outcome("mail", mailer.way(), error));
    }
    tried
}

fn outcome(channel: &'static str, to: String, error: Option<String>) -> Tried {
    let error = error.map(|error| redact(&error).into_owned());
    Tried { channel, to, ok: error.is_none(), error }
}

fn complaint(left_out: &[LeftOut]) -> Option<String> {
    let lines: Vec<_> = left_out.iter().map(|it| format!("{}: {}", it.address, it.why)).collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

fn card(ways: &Ways, now: Timestamp) -> String {
    let time = texts::date_time(ways.locale, now, ways.time_zone);
    let args = Args::new()
        .text("title", ways.texts.get(ways.locale, "alert-title-test"))
        .text("advice", ways.texts.get(ways.locale, "alert-advice-test"))
        .text("details", escape_html(&time));
    ways.texts.format(ways.locale, "alert-card", &args)
}

fn mail(ways: &Ways, now: Timestamp) -> Mail {
    let locale = ways.locale;
    let time = texts::date_time(locale, now, ways.time_zone);
    let title = ways.texts.get(locale, "alert-title-test");
    let subject = Args::new().text("title", title).text("number", time.as_str());
    let card = OutgoingMessage::html(card(ways, now)).without_markup().text;
    let body = Args::new().text("card", card).text("time", time);
    Mail {
        id: format!("test.{}.{}", now.millis(), ids::crockford(8)),
        subject: ways.texts.format(locale, "alert-mail-subject", &subject),
        body: ways.texts.format(locale, "alert-mail-body", &body),
        at: now,
    }
}
