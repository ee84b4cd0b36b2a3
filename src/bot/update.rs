//! What Telegram sends, reduced to what the conversation needs.
//!
//! Read by structs of our own and not by the library's types: those refuse a whole message because
//! of one entity of a newer Bot API (reference/telegram.md §A.7, §B.4), and a buyer's words must
//! never be lost to a decoration.

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::kernel::ids::UserId;

/// One update of a private chat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Update {
    pub(super) id: i64,
    pub(super) user: UserId,
    /// The `@name`, without its sign.
    pub(super) name: Option<String>,
    /// The client's language, an IETF tag.
    pub(super) language: Option<String>,
    pub(super) incoming: Incoming,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Incoming {
    Text(String),
    /// A picture, a voice, a sticker: something that we cannot read.
    NotText,
    Button {
        query_id: String,
        /// The message below which the button stands; missing when it is too old.
        message: Option<i64>,
        data: String,
    },
    /// Stars came or went back; what it says is read by who knows payments.
    Money,
    /// The person blocked the bot, or let it in again.
    Blocked(bool),
}

/// Why there is nothing to do for an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotForUs {
    #[error("it is no update")]
    Unreadable,
    /// A group, a channel, another bot, or a kind that we did not ask for.
    #[error("it is of a kind that we do not serve")]
    OtherKind { id: i64 },
}

#[derive(Deserialize)]
struct Numbered {
    update_id: i64,
}

#[derive(Deserialize)]
struct RawUpdate {
    message: Option<RawMessage>,
    callback_query: Option<RawQuery>,
    my_chat_member: Option<RawMembership>,
}

#[derive(Deserialize)]
struct RawMessage {
    message_id: i64,
    from: Option<RawUser>,
    chat: RawChat,
    text: Option<String>,
    successful_payment: Option<IgnoredAny>,
    refunded_payment: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct RawQuery {
    id: String,
    from: RawUser,
    message: Option<RawMessage>,
    data: Option<String>,
}

#[derive(Deserialize)]
struct RawMembership {
    chat: RawChat,
    from: RawUser,
    new_chat_member: RawMember,
}

#[derive(Deserialize)]
struct RawMember {
    status: String,
}

#[derive(Deserialize)]
struct RawChat {
    id: i64,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Deserialize)]
struct RawUser {
    id: i64,
    #[serde(default)]
    is_bot: bool,
    username: Option<String>,
    language_code: Option<String>,
}

/// The number of an update, whatever else it is.
pub(super) fn number(json: &str) -> Result<i64, NotForUs> {
    let numbered: Numbered = serde_json::from_str(json).map_err(|_garbage| NotForUs::Unreadable)?;
    Ok(numbered.update_id)
}

/// Reads an update of a private chat.
pub(super) fn read(json: &str) -> Result<Update, NotForUs> {
    let id = number(json)?;
    let other = NotForUs::OtherKind { id };
    let raw: RawUpdate = serde_json::from_str(json).map_err(|_unusual| other)?;
    let (from, incoming) = raw.into_incoming().ok_or(other)?;
    if from.is_bot {
        return Err(other);
    }
    let (name, language) = (from.username, from.language_code);
    Ok(Update { id, user: UserId(from.id), name, language, incoming })
}

impl RawUpdate {
    fn into_incoming(self) -> Option<(RawUser, Incoming)> {
        if let Some(message) = self.message {
            if message.successful_payment.is_some() || message.refunded_payment.is_some() {
                return message.money();
            }
            let from = message.from.filter(|_sender| message.chat.is_private())?;
            return Some((from, message.text.map_or(Incoming::NotText, Incoming::Text)));
        }
        if let Some(query) = self.callback_query {
            // A message that is too old to be shown has no more than its chat and number.
            let message = query.message.filter(|message| message.chat.id == query.from.id)?;
            let number = (message.message_id > 0).then_some(message.message_id);
            let data = query.data.unwrap_or_default();
            let incoming = Incoming::Button { query_id: query.id, message: number, data };
            return Some((query.from, incoming));
        }
        let membership = self.my_chat_member.filter(|change| change.chat.is_private())?;
        let blocked = matches!(membership.new_chat_member.status.as_str(), "kicked" | "left");
        Some((membership.from, Incoming::Blocked(blocked)))
    }
}

impl RawMessage {
    /// A service message about money, which belongs to the buyer whose chat it is.
    fn money(self) -> Option<(RawUser, Incoming)> {
        let language_code = self.from.and_then(|from| from.language_code);
        let buyer = RawUser { id: self.chat.id, is_bot: false, language_code, username: None };
        self.chat.is_private().then_some((buyer, Incoming::Money))
    }
}

impl RawChat {
    fn is_private(&self) -> bool {
        self.kind == "private"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn message(text: &serde_json::Value) -> String {
        let mut message = json!({
            "message_id": 7, "date": 1_795_219_200,
            "from": { "id": 42, "is_bot": false, "first_name": "A", "language_code": "zh-hans" },
            "chat": { "id": 42, "type": "private", "first_name": "A" },
        });
        message["text"] = text.clone();
        json!({ "update_id": 1, "message": message }).to_string()
    }

    #[test]
    fn words_are_read_with_their_speaker() {
        let update = read(&message(&json!("/start"))).unwrap();
        assert_eq!((update.id, update.user), (1, UserId(42)));
        assert_eq!(update.language.as_deref(), Some("zh-hans"));
        assert_eq!(update.incoming, Incoming::Text("/start".to_owned()));
        assert_eq!(read(&message(&json!(null))).unwrap().incoming, Incoming::NotText);
    }

    #[test]
    fn a_decoration_of_a_newer_version_does_not_hide_the_words() {
        let mut update: serde_json::Value =
            serde_json::from_str(&message(&json!("1990-05-20"))).unwrap();
        update["message"]["entities"] = json!([{ "type": "brand_new", "offset": "x" }]);
        let read = read(&update.to_string()).unwrap();
        assert_eq!(read.incoming, Incoming::Text("1990-05-20".to_owned()));
    }

    #[test]
    fn a_button_is_read_even_below_a_message_that_is_too_old() {
        let press = |message: serde_json::Value| {
            let from = json!({ "id": 42, "is_bot": false, "first_name": "A" });
            let query = json!({ "id": "q", "from": from, "message": message, "data": "home" });
            read(&json!({ "update_id": 2, "callback_query": query }).to_string()).unwrap().incoming
        };
        let chat = json!({ "id": 42, "type": "private" });
        let button = |message| Incoming::Button {
            query_id: "q".to_owned(),
            message,
            data: "home".to_owned(),
        };
        assert_eq!(press(json!({ "message_id": 9, "date": 0, "chat": chat })), button(Some(9)));
        assert_eq!(press(json!({ "message_id": 0, "date": 0, "chat": chat })), button(None));
    }

    #[test]
    fn blocking_and_coming_back_are_told_apart() {
        let change = |status: &str| {
            json!({ "update_id": 3, "my_chat_member": {
                "chat": { "id": 42, "type": "private" },
                "from": { "id": 42, "is_bot": false, "first_name": "A" },
                "date": 0, "old_chat_member": {}, "new_chat_member": { "status": status },
            }})
            .to_string()
        };
        assert_eq!(read(&change("kicked")).unwrap().incoming, Incoming::Blocked(true));
        assert_eq!(read(&change("member")).unwrap().incoming, Incoming::Blocked(false));
    }

    #[test]
    fn groups_other_bots_and_garbage_are_not_for_us() {
        let group = message(&json!("hi")).replace("private", "supergroup");
        assert_eq!(read(&group), Err(NotForUs::OtherKind { id: 1 }));
        let bot = message(&json!("hi")).replace("\"is_bot\":false", "\"is_bot\":true");
        assert_eq!(read(&bot), Err(NotForUs::OtherKind { id: 1 }));
        assert_eq!(read(r#"{"update_id":4,"poll":{}}"#), Err(NotForUs::OtherKind { id: 4 }));
        assert_eq!(read("{"), Err(NotForUs::Unreadable));
        assert_eq!(read(r#"{"message":{}}"#), Err(NotForUs::Unreadable));
    }

    proptest! {
        #[test]
        fn nothing_makes_the_reader_panic(text in "\\PC{0,200}") {
            prop_assert!(read(&text).is_err());
            let inside = format!(r#"{{"update_id":1,"message":{text}}}"#);
            prop_assert!(read(&inside).is_err());
        }
    }
}
