//! The buyer's side of Telegram: updates, made by the emulator's own builders and teloxide's types.
//!
//! The emulator has no builder for what comes before and after a payment in Stars; those two updates are
//! written here, from Telegram's documentation.

use std::sync::atomic::{AtomicI32, Ordering};

use serde_json::{Value, json};
use teloxide::types::{Message, Update, User};
use teloxide_tests::{IntoUpdate, MockCallbackQuery, MockMessageText, MockPrivateChat, MockUser};

/// Numbers updates as Telegram does.
pub(crate) struct Post(AtomicI32);

/// Who writes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person {
    pub(crate) chat: i64,
    /// The language of the person's Telegram.
    pub(crate) client: &'static str,
}

impl Person {
    fn user(self) -> User {
        let user = MockUser::new().id(u64::try_from(self.chat).unwrap());
        user.first_name("Mei").language_code(self.client).build()
    }
}

impl Post {
    pub(crate) fn new() -> Self {
        Self(AtomicI32::new(700_000_000))
    }

    /// `numbered` is the emulator's message of these words: its number is theirs.
    pub(crate) fn words(&self, person: Person, numbered: &Value, text: &str) -> Value {
        let number = i32::try_from(numbered["message_id"].as_i64().unwrap()).unwrap();
        let chat = MockPrivateChat::new().id(person.chat).first_name("Mei").build();
        let message = MockMessageText::new().id(number).from(person.user()).chat(chat).text(text);
        self.sealed(message)
    }

    /// `below` is the message with the button, as the emulator has it.
    pub(crate) fn tap(&self, person: Person, query: &str, below: &Value, data: &str) -> Value {
        let message: Message = serde_json::from_value(below.clone()).unwrap();
        let tap = MockCallbackQuery::new()
            .id(query.to_owned().into())
            .from(person.user())
            .message(message)
            .data(data);
        self.sealed(tap)
    }

    pub(crate) fn before_payment(&self, person: Person, question: &str, invoice: &Value) -> Value {
        json!({ "update_id": self.next(), "pre_checkout_query": {
            "id": question, "from": person.user(), "currency": invoice["currency"],
            "total_amount": invoice["prices"][0]["amount"], "invoice_payload": invoice["payload"],
        }})
    }

    /// `numbered` is the emulator's message that stands for Telegram's notice of the payment.
    pub(crate) fn paid(&self, person: Person, numbered: &Value, invoice: &Value) -> Value {
        json!({ "update_id": self.next(), "message": {
            "message_id": numbered["message_id"], "date": numbered["date"], "from": person.user(),
            "chat": { "id": person.chat, "type": "private", "first_name": "Mei" },
            "successful_payment": {
                "currency": invoice["currency"], "invoice_payload": invoice["payload"],
                "total_amount": invoice["prices"][0]["amount"],
                "telegram_payment_charge_id": format!("stx{}", numbered["message_id"]),
                "provider_payment_charge_id": "",
            },
        }})
    }

    fn next(&self) -> i32 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    fn sealed(&self, content: impl IntoUpdate) -> Value {
        let updates: Vec<Update> = content.into_update(&self.0);
        serde_json::to_value(updates.first().unwrap()).unwrap()
    }
}
