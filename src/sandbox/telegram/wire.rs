//! People, chats and messages in the Bot API's JSON.

use chrono::Datelike;
use serde_json::{Value, json};

use super::markup;
use super::message::{ChatMessage, Person, SentFile};

pub(super) const USERNAME: &str = "mingshu_demo_bot";

/// `object` with more fields.
pub(super) fn with<'a>(
    mut object: Value,
    fields: impl IntoIterator<Item = (&'a str, Value)>,
) -> Value {
    if let Some(object) = object.as_object_mut() {
        object.extend(fields.into_iter().map(|(name, value)| (name.to_owned(), value)));
    }
    object
}

pub(super) fn me(bot_id: i64) -> Value {
    let cannot = [
        "can_join_groups",
        "can_read_all_group_messages",
        "supports_inline_queries",
        "can_connect_to_business",
        "has_main_web_app",
    ];
    with(bot(bot_id), cannot.map(|ability| (ability, Value::Bool(false))))
}

fn bot(bot_id: i64) -> Value {
    json!({ "id": bot_id, "is_bot": true, "first_name": "命书 mingshu", "username": USERNAME })
}

pub(super) fn person(person: &Person) -> Value {
    json!({
        "id": person.id,
        "is_bot": false,
        "first_name": person.first_name,
        "language_code": person.language_code,
    })
}

/// A private chat as `getChat` tells of it.
pub(super) fn full_chat(person: &Person) -> Value {
    let chat = json!({ "id": person.id, "first_name": person.first_name, "type": "private" });
    let birthdate = person
        .birthdate
        .map(|date| json!({ "day": date.day(), "month": date.month(), "year": date.year() }));
    with(chat, birthdate.into_iter().map(|date| ("birthdate", date)))
}

pub(super) fn message(bot_id: i64, partner: &Person, message: &ChatMessage) -> Value {
    let from = if message.from_bot { bot(bot_id) } else { person(partner) };
    let wire = json!({
        "message_id": message.id,
        "from": from,
        "chat": { "id": partner.id, "first_name": partner.first_name, "type": "private" },
        "date": message.sent_at.seconds(),
    });
    let (words, entities) =
        if message.has_file() { ("caption", "caption_entities") } else { ("text", "entities") };
    let present = [
        (words, (!message.text.is_empty()).then(|| json!(message.text))),
        (entities, (!message.entities.is_empty()).then(|| json!(message.entities))),
        (
            "reply_markup",
            (!message.keyboard.is_empty()).then(|| markup::to_json(&message.keyboard)),
        ),
        ("edit_date", message.edited_at.map(|at| json!(at.seconds()))),
        ("photo", message.photo.as_ref().map(|photo| json!([photo_size(photo)]))),
        ("document", message.document.as_ref().map(document_object)),
    ];
    with(wire, present.into_iter().filter_map(|(name, value)| Some((name, value?))))
}

fn photo_size(photo: &SentFile) -> Value {
    let (width, height) = photo.png_size().unwrap_or((800, 600));
    json!({
        "file_id": photo.id,
        "file_unique_id": photo.id,
        "file_size": photo.bytes.len(),
        "width": width,
        "height": height,
    })
}

fn document_object(document: &SentFile) -> Value {
    json!({
        "file_id": document.id,
        "file_unique_id": document.id,
        "file_size": document.bytes.len(),
        "file_name": document.name,
        "mime_type": document.content_type,
    })
}

/// Commands at the beginning of what a person writes, as Telegram marks them.
pub(super) fn command_entities(text: &str) -> Vec<Value> {
    let word = text.split_whitespace().next().unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '@');
    let is_command =
        word.strip_prefix('/').is_some_and(|name| !name.is_empty() && name.chars().all(known));
    if is_command {
        vec![json!({ "type": "bot_command", "offset": 0, "length": word.len() })]
    } else {
        Vec::new()
    }
}
