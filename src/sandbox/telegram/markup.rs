//! Reads inline keyboards and refuses what Telegram refuses (reference/telegram.md §A.3, §A.6).

use serde_json::{Map, Value, json};

use super::message::{ButtonKind, ChatButton};
use super::refusal::Refusal;

const MAX_CALLBACK_BYTES: usize = 64;
const MAX_COPY_CHARS: usize = 256;
const MAX_BUTTONS: usize = 100;

pub(super) type Keyboard = Vec<Vec<ChatButton>>;

/// The inline keyboard of a `reply_markup`; other markups show no buttons at the message.
pub(super) fn keyboard(markup: Option<&Value>) -> Result<Keyboard, Refusal> {
    let Some(markup) = markup else { return Ok(Vec::new()) };
    let markup = markup.as_object().ok_or(Refusal::bad("object expected as reply markup"))?;
    let Some(rows) = markup.get("inline_keyboard") else { return Ok(Vec::new()) };
    let no_rows = || Refusal::bad("field \"inline_keyboard\" must be of type Array");
    let no_row = || Refusal::bad("field \"inline_keyboard\" must be an Array of Arrays");
    let rows: Result<Keyboard, Refusal> = rows
        .as_array()
        .ok_or_else(no_rows)?
        .iter()
        .map(|row| row.as_array().ok_or_else(no_row)?.iter().map(button).collect())
        .filter(|row: &Result<Vec<_>, _>| !row.as_ref().is_ok_and(Vec::is_empty))
        .collect();
    let rows = rows?;
    if rows.iter().map(Vec::len).sum::<usize>() > MAX_BUTTONS {
        return Err(Refusal::bad("reply markup is too long"));
    }
    Ok(rows)
}

/// The same keyboard on its way back to the bot.
pub(super) fn to_json(keyboard: &Keyboard) -> Value {
    let rows: Vec<Vec<Value>> = keyboard
        .iter()
        .map(|row| {
            row.iter()
                .map(|ChatButton { label, kind, value }| match kind {
                    ButtonKind::Callback => json!({ "text": label, "callback_data": value }),
                    ButtonKind::Url => json!({ "text": label, "url": value }),
                    ButtonKind::Copy => json!({ "text": label, "copy_text": { "text": value } }),
                })
                .collect()
        })
        .collect();
    json!({ "inline_keyboard": rows })
}

fn button(button: &Value) -> Result<ChatButton, Refusal> {
    let cannot = |why: &str| Refusal::bad(format!("can't parse inline keyboard button: {why}"));
    let button =
        button.as_object().ok_or_else(|| cannot("InlineKeyboardButton must be an Object"))?;
    let label = word(button, "text").ok_or_else(|| cannot("Can't find field \"text\""))?;
    if label.trim().is_empty() {
        return Err(Refusal::bad("BUTTON_TEXT_INVALID"));
    }
    let copied = button.get("copy_text").and_then(Value::as_object);
    let actions = [
        (ButtonKind::Callback, word(button, "callback_data")),
        (ButtonKind::Url, word(button, "url")),
        (ButtonKind::Copy, copied.and_then(|copied| word(copied, "text"))),
    ];
    let mut actions = actions.into_iter().filter_map(|(kind, value)| Some((kind, value?)));
    let Some((kind, value)) = actions.next() else {
        return Err(cannot("Text buttons are unallowed in the inline keyboard"));
    };
    if actions.next().is_some() {
        return Err(Refusal::bad("BUTTON_TYPE_INVALID"));
    }
    check(kind, value)?;
    Ok(ChatButton { label: label.to_owned(), kind, value: value.to_owned() })
}

fn check(kind: ButtonKind, value: &str) -> Result<(), Refusal> {
    match kind {
        ButtonKind::Callback if !(1..=MAX_CALLBACK_BYTES).contains(&value.len()) => {
            Err(Refusal::bad("BUTTON_DATA_INVALID"))
        }
        ButtonKind::Url if !is_address(value) => Err(Refusal::bad("BUTTON_URL_INVALID")),
        ButtonKind::Copy if !(1..=MAX_COPY_CHARS).contains(&value.chars().count()) => {
            Err(Refusal::bad("BUTTON_COPY_TEXT_INVALID"))
        }
        ButtonKind::Callback | ButtonKind::Url | ButtonKind::Copy => Ok(()),
    }
}

/// Telegram refuses loopback addresses; the sandbox lives on them.
fn is_address(text: &str) -> bool {
    let known = ["http://", "https://", "tg://"];
    known.iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
        && !text.contains(char::is_whitespace)
}

fn word<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    object.get(name).and_then(Value::as_str)
}
