//! The methods of the Bot API that we play; every other one answers `true`.

use std::sync::PoisonError;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::time::{Instant, timeout_at};

use super::SandboxTelegram;
use super::html;
use super::markup;
use super::message::SentFile;
use super::params::Params;
use super::refusal::Refusal;
use super::rich::Rich;
use super::updates::{Update, Webhook};
use super::wire;
use super::world::{Draft, LiveDraft};
use crate::sandbox::faults::Fault;

const MAX_TEXT_UNITS: usize = 4096;
const MAX_CAPTION_UNITS: usize = 1024;
const MAX_TOAST_CHARS: usize = 200;
const MAX_POLL: Duration = Duration::from_secs(50);
/// How long `typing…` is shown.
const TYPING: Duration = Duration::from_secs(5);
/// How long a live draft is shown.
const DRAFT: Duration = Duration::from_secs(30);

pub(super) async fn call(
    State(telegram): State<SandboxTelegram>,
    Path((token, method)): Path<(String, String)>,
    request: Request,
) -> Response {
    if token != telegram.0.token {
        return Refusal::said(StatusCode::UNAUTHORIZED, "Unauthorized").into_response();
    }
    let params = match Params::read(request).await {
        Ok(params) => params,
        Err(refusal) => return refusal.into_response(),
    };
    match method.to_ascii_lowercase().as_str() {
        "getupdates" => answer(telegram.get_updates(&params).await),
        method => answer(telegram.perform(method, &params)),
    }
}

#[derive(Serialize)]
struct Success<T> {
    ok: bool,
    result: T,
}

fn answer<T: Serialize>(outcome: Result<T, Refusal>) -> Response {
    match outcome {
        Ok(result) => Json(Success { ok: true, result }).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

pub(super) async fn not_found() -> Response {
    Refusal::said(StatusCode::NOT_FOUND, "Not Found").into_response()
}

type Outcome = Result<Value, Refusal>;

impl SandboxTelegram {
    fn perform(&self, method: &str, params: &Params) -> Outcome {
        match method {
            "getme" => Ok(wire::me(self.lock().bot_id)),
            "setwebhook" => self.set_webhook(params),
            "deletewebhook" => Ok(self.delete_webhook(params)),
            "getwebhookinfo" => Ok(self.lock().updates.info()),
            "sendmessage" => self.send_message(params),
            "sendphoto" => self.send_photo(params),
            "senddocument" => self.send_document(params),
            "sendmediagroup" => self.send_media_group(params),
            "editmessagetext" => self.edit_text(params),
            "editmessagereplymarkup" => self.edit_keyboard(params),
            "deletemessage" => self.delete_message(params),
            "getchat" => self.get_chat(params),
            "sendchataction" => self.send_chat_action(params),
            "sendmessagedraft" => self.show_draft(params),
            "answercallbackquery" => self.answer_callback_query(params),
            "createinvoicelink" => self.create_invoice_link(params),
            "answerprecheckoutquery" => self.answer_pre_checkout(params),
            "refundstarpayment" => self.refund_star_payment(params),
            "getstartransactions" => self.star_transactions(params),
            "getmystarbalance" => Ok(self.my_star_balance()),
            "setmycommands" => self.set_commands(params),
            _ => Ok(Value::Bool(true)),
        }
    }

    async fn get_updates(&self, params: &Params) -> Result<Vec<Update>, Refusal> {
        let asked = u64::try_from(params.integer("timeout").unwrap_or(0)).unwrap_or(0);
        let deadline = Instant::now() + Duration::from_secs(asked).min(MAX_POLL);
        let limit = params.integer("limit").unwrap_or(100).clamp(1, 100);
        let limit = usize::try_from(limit).unwrap_or(100);
        let kinds = params.words("allowed_updates")?;
        let mut arrivals = self.0.arrivals.subscribe();
        // Wakes an earlier poll that still waits: its turn is over.
        let poll = self.change(|world| world.updates.begin_poll(kinds, params.integer("offset")));
        loop {
            arrivals.mark_unchanged();
            let updates = self.lock().updates.polled(poll, limit)?;
            let waits = updates.is_empty();
            if !waits || !matches!(timeout_at(deadline, arrivals.changed()).await, Ok(Ok(()))) {
                return Ok(updates);
            }
        }
    }

    fn set_webhook(&self, params: &Params) -> Outcome {
        let url = params.text("url").unwrap_or_default();
        if url.is_empty() {
            return Ok(self.delete_webhook(params));
        }
        let uri: Result<Uri, _> = url.parse();
        if !uri.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https"))) {
            return Err(Refusal::bad("bad webhook: the URL is not http or https"));
        }
        let secret = params.text("secret_token").filter(|secret| !secret.is_empty());
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if secret.as_ref().is_some_and(|secret| secret.len() > 256 || !secret.chars().all(known)) {
            return Err(Refusal::bad("secret token contains unallowed characters"));
        }
        let kinds = params.words("allowed_updates")?;
        self.change(|world| {
            world.updates.allow(kinds);
            if params.flag("drop_pending_updates") {
                world.updates.drop_pending();
            }
            let runtime = Handle::current();
            world.updates.set_webhook(Some(Webhook { url, secret, runtime }));
        });
        Ok(Value::Bool(true))
    }

    fn delete_webhook(&self, params: &Params) -> Value {
        self.change(|world| {
            if params.flag("drop_pending_updates") {
                world.updates.drop_pending();
            }
            world.updates.set_webhook(None);
        });
        Value::Bool(true)
    }

    fn send_message(&self, params: &Params) -> Outcome {
        self.misfortune(params)?;
        let rich = text_of(params)?;
        let keyboard = markup::keyboard(params.json("reply_markup")?.as_ref())?;
        self.put(params, Draft { rich, keyboard, photo: None, document: None })
    }

    fn send_photo(&self, params: &Params) -> Outcome {
        self.misfortune(params)?;
        let named = params.text("photo").unwrap_or_default();
        let photo = self.picture(params.file("photo"), &named)?;
        let (rich, keyboard) = caption_of(params)?;
        self.put(params, Draft { rich, keyboard, photo: Some(photo), document: None })
    }

    fn send_document(&self, params: &Params) -> Outcome {
        self.misfortune(params)?;
        let document = self.file_of(params, "document")?;
        let (rich, keyboard) = caption_of(params)?;
        self.put(params, Draft { rich, keyboard, photo: None, document: Some(document) })
    }

    fn put(&self, params: &Params, draft: Draft) -> Outcome {
        let now = self.0.clock.now();
        self.change(|world| world.send(chat_of(params)?, draft, now))
    }

    fn edit_text(&self, params: &Params) -> Outcome {
        let rich = text_of(params)?;
        self.edit(params, Some(&rich))
    }

    fn edit_keyboard(&self, params: &Params) -> Outcome {
        self.edit(params, None)
    }

    fn edit(&self, params: &Params, rich: Option<&Rich>) -> Outcome {
        let keyboard = markup::keyboard(params.json("reply_markup")?.as_ref())?;
        let (chat, message) = (chat_of(params)?, message_of(params)?);
        let now = self.0.clock.now();
        self.change(|world| world.edit(chat, message, (rich, keyboard), now))
    }

    fn delete_message(&self, params: &Params) -> Outcome {
        let (chat, message) = (chat_of(params)?, message_of(params)?);
        self.change(|world| world.delete(chat, message))
    }

    fn get_chat(&self, params: &Params) -> Outcome {
        let chat = chat_of(params)?;
        let world = self.lock();
        world.person(chat).map(wire::full_chat).ok_or_else(Refusal::chat_not_found)
    }

    fn send_chat_action(&self, params: &Params) -> Outcome {
        let chat = chat_of(params)?;
        let until = self.0.clock.now().plus(TYPING);
        self.change(|world| {
            world.person(chat).ok_or_else(Refusal::chat_not_found)?;
            world.touch(chat).typing_until = Some(until);
            Ok(Value::Bool(true))
        })
    }

    /// Nothing of it stays, and it is no message.
    fn show_draft(&self, params: &Params) -> Outcome {
        let (chat, number) = (chat_of(params)?, params.integer("draft_id").unwrap_or_default());
        if number == 0 {
            return Err(Refusal::bad("RANDOM_ID_INVALID"));
        }
        let rich = rich_of(params, "text")?;
        if rich.units() > MAX_TEXT_UNITS {
            return Err(Refusal::bad("message is too long"));
        }
        let until = self.0.clock.now().plus(DRAFT);
        let draft = LiveDraft { number, text: rich.text(), html: rich.html(), until };
        self.change(|world| {
            world.person(chat).ok_or_else(Refusal::chat_not_found)?;
            world.touch(chat).live = Some(draft);
            Ok(Value::Bool(true))
        })
    }

    fn answer_callback_query(&self, params: &Params) -> Outcome {
        let query = params.text("callback_query_id").unwrap_or_default();
        let text = params.text("text");
        if text.as_ref().is_some_and(|text| text.chars().count() > MAX_TOAST_CHARS) {
            return Err(Refusal::bad("MESSAGE_TOO_LONG"));
        }
        self.change(|world| world.answer_tap(&query, text, params.flag("show_alert")))
    }

    fn set_commands(&self, params: &Params) -> Outcome {
        self.change(|world| {
            world.menus.set(params)?;
            world.touch_all();
            Ok(Value::Bool(true))
        })
    }

    /// What is switched on happens to messages and files, not to edits and gestures.
    pub(super) fn misfortune(&self, params: &Params) -> Result<(), Refusal> {
        let takes = |fault| self.0.faults.take(fault);
        if takes(Fault::TelegramFlood) {
            return Err(Refusal::TooFast(1));
        }
        self.count(params)?;
        if takes(Fault::TelegramServerError) {
            return Err(Refusal::BadGateway);
        }
        if takes(Fault::TelegramBlocked) {
            let words = "Forbidden: bot was blocked by the user";
            return Err(Refusal::said(StatusCode::FORBIDDEN, words));
        }
        // Text without markup cannot be misread.
        if params.text("parse_mode").is_some() && takes(Fault::TelegramBadMarkup) {
            let words = "Unsupported start tag \"misfortune\" at byte offset 0";
            return Err(Refusal::bad(format!("can't parse entities: {words}")));
        }
        Ok(())
    }

    /// Counts a new message among those that Telegram takes.
    fn count(&self, params: &Params) -> Result<(), Refusal> {
        let Some(limits) = &self.0.limits else { return Ok(()) };
        let chat = chat_of(params)?;
        let mut limits = limits.lock().unwrap_or_else(PoisonError::into_inner);
        limits.take(chat, self.0.clock.now()).map_err(Refusal::TooFast)
    }

    fn file_of(&self, params: &Params, name: &str) -> Result<SentFile, Refusal> {
        let id = params.text(name).filter(|id| !id.is_empty());
        if params.file(name).is_none() && id.is_none() {
            return Err(Refusal::bad(format!("there is no {name} in the request")));
        }
        self.given(params.file(name), &id.unwrap_or_default())
    }

    /// A file that is a picture.
    pub(super) fn picture(&self, upload: Option<&SentFile>, id: &str) -> Result<SentFile, Refusal> {
        if upload.is_none() && id.is_empty() {
            return Err(Refusal::bad("there is no photo in the request"));
        }
        let photo = self.given(upload, id)?;
        if photo.png_size().is_none() && !photo.is_jpeg() {
            return Err(Refusal::bad("IMAGE_PROCESS_FAILED"));
        }
        Ok(photo)
    }

    /// The uploaded file, or one that was sent before and is named by its id.
    fn given(&self, upload: Option<&SentFile>, id: &str) -> Result<SentFile, Refusal> {
        let Some(file) = upload else {
            let known = self.lock().file(id).cloned();
            return known.ok_or(Refusal::bad("wrong file identifier/HTTP URL specified"));
        };
        if file.bytes.is_empty() {
            return Err(Refusal::bad("file must be non-empty"));
        }
        Ok(file.clone())
    }
}

pub(super) fn chat_of(params: &Params) -> Result<i64, Refusal> {
    let given = params.text("chat_id").filter(|chat| !chat.is_empty());
    given.ok_or(Refusal::bad("chat_id is empty"))?;
    params.integer("chat_id").ok_or_else(Refusal::chat_not_found)
}

fn message_of(params: &Params) -> Result<i64, Refusal> {
    params.integer("message_id").ok_or(Refusal::bad("message identifier is not specified"))
}

fn text_of(params: &Params) -> Result<Rich, Refusal> {
    let rich = rich_of(params, "text")?;
    match rich.units() {
        0 => Err(Refusal::bad("message text is empty")),
        1..=MAX_TEXT_UNITS => Ok(rich),
        _ => Err(Refusal::bad("message is too long")),
    }
}

pub(super) fn caption_of(params: &Params) -> Result<(Rich, markup::Keyboard), Refusal> {
    let rich = rich_of(params, "caption")?;
    if rich.units() > MAX_CAPTION_UNITS {
        return Err(Refusal::bad("message caption is too long"));
    }
    Ok((rich, markup::keyboard(params.json("reply_markup")?.as_ref())?))
}

fn rich_of(params: &Params, name: &str) -> Result<Rich, Refusal> {
    let text = params.text(name).unwrap_or_default();
    match params.text("parse_mode").unwrap_or_default().to_ascii_lowercase().as_str() {
        "" => Ok(Rich::plain(&text)),
        "html" => {
            html::parse(&text).map_err(|why| Refusal::bad(format!("can't parse entities: {why}")))
        }
        _ => Err(Refusal::bad("unsupported parse_mode")),
    }
}
