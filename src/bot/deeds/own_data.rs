//! What people may do with their own data: take it home, or have it erased.

use super::{Doing, Shows};
use crate::bot::dialogue::{Dialogue, View, Where};
use crate::bot::error::BotError;
use crate::flows::forget_user::{self, Forgotten};
use crate::flows::{export_user, mark_unreachable};
use crate::notifications::message::{Document, OutgoingMessage};
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;

impl Doing<'_> {
    /// The file goes out at once; to be sent twice after a crash does no harm.
    pub(super) async fn export_data(&mut self) -> Result<Shows, BotError> {
        let mut data = export_user::run(&self.bot.till.base, self.user.id).await?;
        if let (Some(all), Some(draft)) = (data.as_object_mut(), &self.dialogue.draft) {
            all.insert("form_in_progress".to_owned(), serde_json::to_value(draft)?);
        }
        let speech = self.bot.speech(self.user.locale);
        let document = Document {
            bytes: serde_json::to_vec_pretty(&data)?,
            file_name: "mingshu-my-data.json".to_owned(),
            content_type: "application/json".to_owned(),
            caption: OutgoingMessage::html(speech.word("mydata-caption")),
        };
        match self.bot.sender.send_document(Priority::Normal, self.user.id, &document).await {
            Ok(_) => {}
            Err(SendError::Unreachable(_)) => {
                mark_unreachable::run(&self.bot.till.base, self.user.id).await?;
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Shows { view: None, place: Where::Fresh, toast: None })
    }

    pub(super) async fn forget_me(&mut self) -> Result<Shows, BotError> {
        match forget_user::run(&self.bot.till.base, self.user.id).await? {
            Forgotten::Done => {
                // The talk is stored with this turn: empty.
                self.dialogue = Dialogue::default();
                self.user.consented_at = None;
                Ok(Shows::view(View::Say("forget-done")))
            }
            Forgotten::NotWhile(no) => {
                Ok(Shows::view(View::AboutOrder { no, key: "forget-not-now" }))
            }
        }
    }
}
