//! People, chats and messages in the Bot API's JSON.

use serde_json::{Value, json};

use super::markup;
use super::message::{ChatMessage, Person, SentFile};

pub(super) const USERNAME: &str = "mingshu_demo_bot";

pub(super) fn me(bot_id: i64) -> Value {
    let mut me = bot(bot_id);
    let abilities = json!({
        "can_join_groups": false,
        "can_read_all_group_messages": false,
        "supports_inline_queries": false,
        "can_connect_to_business": false,
        "has_main_web_app": false,
    });
    if let (Some(me), Value::Object(abilities)) = (me.as_object_mut(), abilities) {
        me.extend(abilities);
    }
    me
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

pub(super) fn message(bot_id: i64, partner: &Person, message: &ChatMessage) -> Value {
    let from = if message.from_bot { bot(bot_id) } else { person(partner) };
    let mut wire = json!({
        "message_id": message.id,
        "from": from,
        "chat": { "id": partner.id, "first_name": partner.first_name, "type": "private" },
        "date": message.sent_at.seconds(),
    });
    let (words, entities) =
        if message.has_file() { ("caption", "caption_entities") } else { ("text", "entities") };
    if !message.text.is_empty() {
        wire[words] = json!(message.text);
    }
    if !message.entities.is_empty() {
        wire[entities] = json!(message.entities);
    }
    if !message.keyboard.is_empty() {
        wire["reply_markup"] = markup::to_json(&message.keyboard);
    }
    if message.edited > 0 {
        wire["edit_date"] = json!(message.sent_at.seconds());
    }
    if let Some(photo) = &message.photo {
        wire["photo"] = json!([photo_size(photo)]);
    }
    if let Some(document) = &message.document {
        wire["document"] = document_object(document);
    }
    wire
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
