//! The methods that a shop's bot uses.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::answer::Refusal;
use super::chat::{Button, Kind, buttons};
use super::markup::{utf16, visible};
use super::request::Call;
use super::{Hook, State, Telegram, me, person, seconds};

type Outcome = Result<Value, Refusal>;

pub(super) async fn run(telegram: &Telegram, call: &Call) -> Outcome {
    if call.method == "getupdates" {
        return get_updates(telegram, &call.params).await;
    }
    let outcome = telegram.locked(|state| dispatch(state, call));
    if outcome.is_ok() && ["send", "edit"].iter().any(|verb| call.method.starts_with(verb)) {
        telegram.stage.step();
    }
    if let Err(refusal) = &outcome
        && refusal.code == 400
        && !refusal.description.contains("message is not modified")
        && refusal.retry_after.is_none()
        && !SCRIPTED.iter().any(|words| refusal.description.contains(words))
    {
        let about = format!("{}: {} in {}", call.method, refusal.description, call.params);
        telegram.stage.complain(about);
    }
    outcome
}

/// Refusals that a scenario asked for, so no fault of the bot.
const SCRIPTED: &[&str] = &["as the scenario says"];

fn dispatch(state: &mut State, call: &Call) -> Outcome {
    let params = &call.params;
    match call.method.as_str() {
        "getme" => Ok(me()),
        "setwebhook" => {
            set_webhook(state, params);
            Ok(json!(true))
        }
        "deletewebhook" => {
            state.hook = None;
            Ok(json!(true))
        }
        "getwebhookinfo" => {
            let url = state.hook.as_ref().map(|hook| hook.url.clone()).unwrap_or_default();
            Ok(json!({ "url": url, "has_custom_certificate": false,
                "pending_update_count": state.updates.len() }))
        }
        "setmycommands"
        | "deletemycommands"
        | "setmyname"
        | "setmydescription"
        | "setmyshortdescription"
        | "setchatmenubutton" => Ok(json!(true)),
        "answercallbackquery" => answer_press(state, params),
        "sendchataction" => reach(state, call, "").map(|_chat| json!(true)),
        "sendmessage" => send(state, call, Kind::Sent),
        "sendphoto" | "senddocument" => send(state, call, Kind::Photo),
        "sendmediagroup" => send_album(state, call),
        "editmessagetext" | "editmessagecaption" => edit(state, call),
        "editmessagereplymarkup" => edit_buttons(state, call),
        "deletemessage" => delete(state, call),
        _ => Err(Refusal::unknown_method()),
    }
}

/// Long polling; an offset confirms everything before it (§A.2).
async fn get_updates(telegram: &Telegram, params: &Value) -> Outcome {
    let wait = Duration::from_secs(params["timeout"].as_u64().unwrap_or(0).min(50));
    let limit = usize::try_from(params["limit"].as_u64().unwrap_or(100)).unwrap();
    if telegram.hook().is_some() {
        let why = "can't use getUpdates method while webhook is active";
        return Err(Refusal::conflict(why));
    }
    if let Some(offset) = params["offset"].as_i64() {
        telegram.locked(|state| {
            state.updates.retain(|update| update["update_id"].as_i64().unwrap() >= offset);
        });
    }
    let waiting = || {
        let state = telegram.state.lock().unwrap();
        let updates: Vec<Value> = state.updates.iter().take(limit).cloned().collect();
        (!updates.is_empty()).then_some(updates)
    };
    Ok(json!(telegram.stage.until(wait, waiting).await.unwrap_or_default()))
}

fn set_webhook(state: &mut State, params: &Value) {
    let url = params["url"].as_str().unwrap_or_default().to_owned();
    let secret = params["secret_token"].as_str().map(str::to_owned);
    state.hook = (!url.is_empty()).then_some(Hook { url, secret });
}

fn answer_press(state: &mut State, params: &Value) -> Outcome {
    let query = params["callback_query_id"].as_str().unwrap_or_default();
    let text = params["text"].as_str().map(str::to_owned);
    if text.as_ref().is_some_and(|text| text.chars().count() > 200) {
        return Err(Refusal::bad("MESSAGE_TOO_LONG"));
    }
    let Some(press) = state.presses.get_mut(query) else {
        let why = "query is too old and response timeout expired or query ID is invalid";
        return Err(Refusal::bad(why));
    };
    let wait = press.at.elapsed();
    press.answered.get_or_insert((wait, text));
    Ok(json!(true))
}

/// The chat of a call, if the bot may speak to it now.
fn reach(state: &mut State, call: &Call, text: &str) -> Result<i64, Refusal> {
    let chat = call.params["chat_id"].as_i64();
    let chat = chat.ok_or_else(|| Refusal::bad("chat_id is empty"))?;
    if !state.chats.contains_key(&chat) {
        return Err(Refusal::bad("chat not found"));
    }
    let fits = |fault: &super::Fault| {
        fault.times > 0
            && fault.chat == chat
            && fault.method.eq_ignore_ascii_case(&call.method)
            && text.contains(&fault.containing)
    };
    let fault = state.faults.iter_mut().find(|fault| fits(fault)).map(|fault| {
        fault.times -= 1;
        fault.refusal.clone()
    });
    let room = state.chat(chat);
    if room.blocked {
        return Err(Refusal::blocked());
    }
    let now = Instant::now();
    if let Some(until) = room.silent_until.filter(|until| now < *until) {
        room.broken_silences += 1;
        return Err(Refusal::too_fast((until - now).as_secs() + 1));
    }
    if let Some(refusal) = fault {
        if let Some(seconds) = refusal.retry_after {
            room.silent_until = Some(now + Duration::from_secs(seconds));
        }
        return Err(refusal);
    }
    Ok(chat)
}

/// What a message says, checked as the server checks it.
fn words(params: &Value, field: &str, limit: usize) -> Result<(String, Vec<Button>), Refusal> {
    let raw = params[field].as_str().unwrap_or_default();
    let text = match params["parse_mode"].as_str() {
        None => raw.to_owned(),
        Some("HTML") => {
            visible(raw).map_err(|why| Refusal::bad(&format!("can't parse entities: {why}")))?
        }
        Some(mode) => return Err(Refusal::bad(&format!("unsupported parse_mode {mode}"))),
    };
    if text.trim().is_empty() && field == "text" {
        return Err(Refusal::bad("message text is empty"));
    }
    if utf16(&text) > limit {
        return Err(Refusal::bad("message is too long"));
    }
    let buttons = buttons(params.get("reply_markup")).map_err(|why| Refusal::bad(&why))?;
    Ok((text, buttons))
}

fn send(state: &mut State, call: &Call, kind: Kind) -> Outcome {
    let (field, limit) = if kind == Kind::Sent { ("text", 4096) } else { ("caption", 1024) };
    let (text, buttons) = words(&call.params, field, limit)?;
    if kind == Kind::Photo && call.files.is_empty() {
        return Err(Refusal::bad("there is no file in the request"));
    }
    let chat = reach(state, call, &text)?;
    let message_id = state.next_message();
    state.chat(chat).show(kind, message_id, &text, buttons);
    Ok(message(chat, message_id, &text))
}

/// 2 to 10 items, each a message; every `attach://` names a file of the request (§A.2).
fn send_album(state: &mut State, call: &Call) -> Outcome {
    let told = &call.params["media"];
    let read = told.as_str().map(|text| serde_json::from_str(text).unwrap_or_default());
    let media: Value = read.unwrap_or_else(|| told.clone());
    let items = media.as_array().cloned().unwrap_or_default();
    if !(2..=10).contains(&items.len()) {
        return Err(Refusal::bad("group of messages must contain 2-10 items to send"));
    }
    let mut shown = Vec::new();
    for item in &items {
        let place = item["media"].as_str().unwrap_or_default();
        let uploaded = place.strip_prefix("attach://").map(str::to_owned);
        if item["type"] != "photo" || !uploaded.is_some_and(|name| call.files.contains(&name)) {
            return Err(Refusal::bad("wrong file identifier/HTTP URL specified"));
        }
        shown.push(words(item, "caption", 1024)?);
    }
    let chat = reach(state, call, &shown[0].0)?;
    let mut sent = Vec::new();
    for (text, buttons) in shown {
        let message_id = state.next_message();
        state.chat(chat).show(Kind::Photo, message_id, &text, buttons);
        sent.push(message(chat, message_id, &text));
    }
    Ok(Value::Array(sent))
}

fn edit(state: &mut State, call: &Call) -> Outcome {
    let field = if call.method == "editmessagetext" { "text" } else { "caption" };
    let (text, buttons) = words(&call.params, field, 4096)?;
    let chat = reach(state, call, &text)?;
    let message_id = call.params["message_id"].as_i64().unwrap_or(0);
    let Some(last) = state.chat(chat).last_of(message_id) else {
        return Err(Refusal::bad("message to edit not found"));
    };
    if last.kind == Kind::Photo && field == "text" {
        return Err(Refusal::bad("there is no text in the message to edit"));
    }
    if last.text == text && last.buttons == buttons {
        let why = "message is not modified: specified new message content and reply markup are \
                   exactly the same as a current content and reply markup of the message";
        return Err(Refusal::bad(why));
    }
    state.chat(chat).show(Kind::Edited, message_id, &text, buttons);
    Ok(message(chat, message_id, &text))
}

fn edit_buttons(state: &mut State, call: &Call) -> Outcome {
    let chat = reach(state, call, "")?;
    let message_id = call.params["message_id"].as_i64().unwrap_or(0);
    let markup = call.params.get("reply_markup");
    let buttons = buttons(markup).map_err(|why| Refusal::bad(&why))?;
    let text = state.chat(chat).text_of(message_id);
    if text.is_empty() {
        return Err(Refusal::bad("message to edit not found"));
    }
    state.chat(chat).show(Kind::Edited, message_id, &text, buttons);
    Ok(message(chat, message_id, &text))
}

fn delete(state: &mut State, call: &Call) -> Outcome {
    let chat = reach(state, call, "")?;
    let message_id = call.params["message_id"].as_i64().unwrap_or(0);
    if state.chat(chat).last_of(message_id).is_none() {
        return Err(Refusal::bad("message to delete not found"));
    }
    state.chat(chat).note(Kind::Deleted, message_id, "");
    Ok(json!(true))
}

fn message(chat: i64, message_id: i64, text: &str) -> Value {
    json!({ "message_id": message_id, "date": seconds(), "text": text,
        "chat": person(chat, false), "from": me() })
}
