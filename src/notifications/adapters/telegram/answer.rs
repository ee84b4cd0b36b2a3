//! What an answer of the Bot API means to us (reference/telegram.md §A.4).
//!
//! Texts are compared by their beginning after the `Bad Request: ` and without regard to case:
//! Telegram has changed both before.

use std::time::Duration;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::value::RawValue;

use crate::notifications::ports::SendError;

/// How long to wait when we are told to wait but not how long.
const WAIT_SECONDS: u64 = 5;

/// The person is not there: final until they speak to us again.
const NOBODY: &[&str] = &["chat not found", "user not found", "PEER_ID_INVALID"];
/// A new message must take the old one's place.
const FIXED: &[&str] = &[
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "MESSAGE_ID_INVALID",
];
/// The words are fine, their markup is not.
const MISPRINTED: &[&str] =
    &["can't parse entities", "can't parse caption entities", "unsupported parse_mode"];

#[derive(Deserialize)]
struct Envelope<'a> {
    ok: bool,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    error_code: Option<i64>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Default, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
}

/// Reads the answer to a request that reached the server; `retry_after` is the header's.
pub(super) fn read<T: DeserializeOwned>(
    status: u16,
    retry_after: Option<u64>,
    body: &[u8],
) -> Result<T, SendError> {
    match serde_json::from_slice::<Envelope<'_>>(body) {
        Ok(envelope) if envelope.ok => {
            let result = envelope.result.map_or("null", RawValue::get);
            serde_json::from_str(result).map_err(|error| SendError::Unknown(error.into()))
        }
        Ok(envelope) => {
            let code = envelope.error_code.unwrap_or_else(|| i64::from(status));
            let wait = envelope.parameters.retry_after.or(retry_after);
            Err(refusal(code, wait, envelope.description))
        }
        // Not Telegram but something on the way to it; its page is not for our logs.
        Err(error) if status < 300 => Err(SendError::Unknown(error.into())),
        Err(_page) => {
            Err(refusal(i64::from(status), retry_after, "the answer is not JSON".to_owned()))
        }
    }
}

/// Turns refusals that begin with one of `harmless` into success.
pub(super) fn forgive(
    outcome: Result<IgnoredAny, SendError>,
    harmless: &[&str],
) -> Result<(), SendError> {
    match outcome {
        Ok(_) => Ok(()),
        Err(SendError::Refused { code: 400, description }) if begins(&description, harmless) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

fn refusal(code: i64, wait: Option<u64>, description: String) -> SendError {
    match code {
        429 => SendError::TooFast(Duration::from_secs(wait.unwrap_or(WAIT_SECONDS))),
        403 => SendError::Unreachable(description),
        400 if begins(&description, NOBODY) => SendError::Unreachable(description),
        400 if begins(&description, FIXED) => SendError::NotEditable(description),
        400 if begins(&description, MISPRINTED) => SendError::Markup(description),
        500.. => SendError::NotSent(anyhow::anyhow!("server fault {code}: {description}")),
        _ => SendError::Refused { code, description },
    }
}

fn begins(description: &str, with: &[&str]) -> bool {
    let text = description.strip_prefix("Bad Request: ").unwrap_or(description).as_bytes();
    with.iter().any(|start| {
        text.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn refused(code: i64, description: &str) -> SendError {
        let status = u16::try_from(code).unwrap();
        let body = json!({ "ok": false, "error_code": code, "description": description });
        read::<Value>(status, None, body.to_string().as_bytes()).unwrap_err()
    }

    #[test]
    fn a_person_who_cannot_be_reached_is_told_from_a_bad_request() {
        let nobody = [
            (403, "Forbidden: bot was blocked by the user"),
            (403, "Forbidden: user is deactivated"),
            (403, "Forbidden: bot can't initiate conversation with a user"),
            (400, "Bad Request: chat not found"),
        ];
        for (code, text) in nobody {
            let error = refused(code, text);
            assert!(matches!(&error, SendError::Unreachable(why) if why == text), "{error:?}");
        }
        let error = refused(400, "Bad Request: message is too long");
        assert!(matches!(error, SendError::Refused { code: 400, .. }), "{error:?}");
    }

    #[test]
    fn bad_markup_and_uneditable_messages_have_their_own_classes() {
        let markup = refused(400, "Bad Request: can't parse entities: Unsupported start tag \"x\"");
        assert!(matches!(markup, SendError::Markup(_)), "{markup:?}");
        for text in ["message to edit not found", "message can't be edited"] {
            let error = refused(400, &format!("Bad Request: {text}"));
            assert!(matches!(error, SendError::NotEditable(_)), "{error:?}");
        }
    }

    #[test]
    fn a_wrong_token_and_a_second_instance_are_final() {
        for (code, text) in [(401, "Unauthorized"), (404, "Not Found"), (409, "Conflict: …")] {
            let error = refused(code, text);
            let refused = matches!(&error, SendError::Refused { code: c, .. } if *c == code);
            assert!(refused, "{error:?}");
        }
    }

    #[test]
    fn the_waiting_time_is_taken_exactly_from_the_answer() {
        let body = br#"{"ok":false,"error_code":429,"description":"Too Many Requests: retry after 17","parameters":{"retry_after":17}}"#;
        let error = read::<Value>(429, Some(3), body).unwrap_err();
        assert!(matches!(error, SendError::TooFast(wait) if wait.as_secs() == 17), "{error:?}");
        let error = read::<Value>(429, Some(3), b"<html>slow down</html>").unwrap_err();
        assert!(matches!(error, SendError::TooFast(wait) if wait.as_secs() == 3), "{error:?}");
    }

    #[test]
    fn server_faults_are_retried_and_broken_successes_are_unknown() {
        let json = refused(500, "Internal Server Error");
        assert!(matches!(json, SendError::NotSent(_)), "{json:?}");
        let page = read::<Value>(502, None, b"<html>Bad Gateway</html>").unwrap_err();
        assert!(matches!(page, SendError::NotSent(_)), "{page:?}");
        for body in ["", "<html>", r#"{"ok":true,"result""#, r#"{"ok":true,"result":{}}"#] {
            let error = read::<u64>(200, None, body.as_bytes()).unwrap_err();
            assert!(matches!(error, SendError::Unknown(_)), "{body}: {error:?}");
        }
    }

    #[test]
    fn only_the_named_refusals_are_forgiven() {
        let refused = |text: &str| {
            Err(SendError::Refused { code: 400, description: format!("Bad Request: {text}") })
        };
        let late = &["query is too old"];
        let text = "query is too old and response timeout expired or query ID is invalid";
        assert!(forgive(refused(text), late).is_ok());
        assert!(forgive(refused("message is too long"), late).is_err());
        assert!(forgive(Err(SendError::Unreachable(text.to_owned())), late).is_err());
    }

    proptest! {
        #[test]
        fn no_answer_is_taken_for_success_but_a_whole_one(status in 100_u16..600, body: Vec<u8>) {
            prop_assert!(read::<Value>(status, None, &body).is_err());
        }
    }
}
