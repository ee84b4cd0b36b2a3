//! `sendMediaGroup`: photos that arrive together, each a message of its own.

use serde_json::{Map, Value};

use super::SandboxTelegram;
use super::api::{caption_of, chat_of};
use super::params::Params;
use super::refusal::Refusal;
use super::world::Draft;

const FEWEST: usize = 2;
const MOST: usize = 10;

impl SandboxTelegram {
    pub(super) fn send_media_group(&self, params: &Params) -> Result<Value, Refusal> {
        self.misfortune(params)?;
        let media = params.json("media")?;
        let media = media.as_ref().and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if !(FEWEST..=MOST).contains(&media.len()) {
            return Err(Refusal::bad("group of messages must contain 2-10 items to send"));
        }
        let drafts = media.iter().map(|one| self.photo_in_album(params, one));
        // All or none, as Telegram does it.
        let drafts: Vec<Draft> = drafts.collect::<Result<_, _>>()?;
        let (chat, now) = (chat_of(params)?, self.0.clock.now());
        self.change(|world| {
            let sent = drafts.into_iter().map(|draft| world.send(chat, draft, now));
            Ok(Value::Array(sent.collect::<Result<_, _>>()?))
        })
    }

    fn photo_in_album(&self, params: &Params, one: &Value) -> Result<Draft, Refusal> {
        let fields = one.as_object().ok_or_else(|| Refusal::bad("can't parse media"))?;
        if fields.get("type").and_then(Value::as_str) != Some("photo") {
            return Err(Refusal::bad("type of the file mismatch"));
        }
        let own = Params::of(&without_media(fields));
        let place = fields.get("media").and_then(Value::as_str).unwrap_or_default();
        let photo = self.picture(params.attached(place), place)?;
        let (rich, keyboard) = caption_of(&own)?;
        Ok(Draft { rich, keyboard, photo: Some(photo), document: None })
    }
}

fn without_media(fields: &Map<String, Value>) -> Map<String, Value> {
    let rest = fields.iter().filter(|(name, _)| name.as_str() != "media");
    rest.map(|(name, value)| (name.clone(), value.clone())).collect()
}
