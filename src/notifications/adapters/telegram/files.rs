//! Files in one request: a photo, an album, a document (reference/telegram.md §A.2).
//!
//! Without teloxide's payloads: an album names its uploads by `attach://`, which they cannot say.

use reqwest::multipart::{Form, Part};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::api::BotApi;
use super::wording;
use crate::kernel::ids::UserId;
use crate::notifications::message::{Cargo, Item, Markup, OutgoingMessage, Parcel, Source};
use crate::notifications::ports::{MessageId, Posted, SendError};

/// All that we need of a sent file.
#[derive(Deserialize)]
struct Sent {
    message_id: i64,
    /// All sizes of a photo, the largest last.
    #[serde(default)]
    photo: Vec<Named>,
    document: Option<Named>,
}

#[derive(Deserialize)]
struct Named {
    file_id: String,
}

impl From<Sent> for Posted {
    fn from(mut sent: Sent) -> Self {
        let file = sent.photo.pop().or(sent.document).map(|named| named.file_id);
        Self { message: MessageId(sent.message_id), file }
    }
}

pub(super) async fn send(
    api: &BotApi,
    to: UserId,
    parcel: &Parcel,
) -> Result<Vec<Posted>, SendError> {
    let mut params = Map::from_iter([("chat_id".to_owned(), json!(to.0))]);
    let one = |field: &str, item: &Item, mut params: Map<String, Value>| {
        params.insert(field.to_owned(), reference(item, 0).into());
        params.extend(caption(&parcel.caption));
        if let Some(keyboard) = wording::keyboard(&parcel.caption.keyboard)? {
            params.insert("reply_markup".to_owned(), json!(keyboard));
        }
        Ok::<_, SendError>(params)
    };
    let (method, params) = match &parcel.cargo {
        Cargo::Document(item) => ("sendDocument", one("document", item, params)?),
        Cargo::Photos(items) => match items.as_slice() {
            [item] => ("sendPhoto", one("photo", item, params)?),
            items => {
                params.insert("media".to_owned(), album(items, &parcel.caption));
                ("sendMediaGroup", params)
            }
        },
    };
    let form = form(params, parcel.items())?;
    if method == "sendMediaGroup" {
        let sent: Vec<Sent> = api.submit(method, form).await?;
        return Ok(sent.into_iter().map(Into::into).collect());
    }
    let sent: Sent = api.submit(method, form).await?;
    Ok(vec![sent.into()])
}

/// `InputMedia` objects; the first one's caption is the album's.
fn album(items: &[Item], words: &OutgoingMessage) -> Value {
    let mut media = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let mut one = Map::from_iter([
            ("type".to_owned(), json!("photo")),
            ("media".to_owned(), json!(reference(item, index))),
        ]);
        if index == 0 {
            one.extend(caption(words));
        }
        media.push(Value::Object(one));
    }
    Value::Array(media)
}

fn caption(words: &OutgoingMessage) -> Map<String, Value> {
    let mut caption = Map::new();
    if words.text.is_empty() {
        return caption;
    }
    caption.insert("caption".to_owned(), json!(words.text));
    if words.markup == Markup::Html {
        caption.insert("parse_mode".to_owned(), json!(wording::parse_mode(words.markup)));
    }
    caption
}

/// The file's name at the service, or where in the form it stands.
fn reference(item: &Item, index: usize) -> String {
    match &item.source {
        Source::Known(id) => id.clone(),
        Source::Bytes(_) => format!("attach://file{index}"),
    }
}

fn form(params: Map<String, Value>, items: &[Item]) -> Result<Form, SendError> {
    let mut form = params.into_iter().fold(Form::new(), |form, (name, value)| match value {
        Value::String(text) => form.text(name, text),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => form.text(name, other.to_string()),
    });
    for (index, item) in items.iter().enumerate() {
        let Source::Bytes(bytes) = &item.source else { continue };
        // The length is known and the bytes are shared: no second copy of a report.
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let part = Part::stream_with_length(reqwest::Body::from(bytes.clone()), length)
            .file_name(item.file_name.clone())
            .mime_str(item.content_type)
            .map_err(|error| SendError::Refused {
                code: 0,
                description: format!("not a media type: {error}"),
            })?;
        form = form.part(format!("file{index}"), part);
    }
    Ok(form.percent_encode_noop())
}
