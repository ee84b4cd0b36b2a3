//! What promoters do: take their link as a picture, and ask for what they have earned.

use super::{Doing, Shows};
use crate::affiliates;
use crate::bot::dialogue::{View, Where};
use crate::bot::error::BotError;
use crate::flows::pay_affiliate::{self, Requested};
use crate::flows::{become_affiliate, mark_unreachable};
use crate::notifications::message::{OutgoingMessage, Photo};
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;
use crate::platform::qr;

impl Doing<'_> {
    pub(super) async fn become_affiliate(&self) -> Result<Shows, BotError> {
        if self.bot.settings.affiliate.is_some() {
            become_affiliate::run(&self.bot.till.base, self.user.id).await?;
        }
        Ok(Shows::fresh(View::Affiliate))
    }

    /// The picture goes out at once; to be sent twice after a crash does no harm.
    pub(super) async fn send_invitation(&self) -> Result<Shows, BotError> {
        let base = &self.bot.till.base;
        let known = affiliates::repo::find_by_user(base.db.read(), self.user.id).await?;
        let Some(own) = known else { return Ok(Shows::view(View::Affiliate)) };
        let link = self.bot.invitation_link(&own.code).await?;
        let speech = self.bot.speech(self.user.locale);
        let words = format!("{}\n{link}", speech.word("affiliate-share-text"));
        let photo = Photo {
            png: qr::png(&link)?,
            file_name: format!("{}.png", own.code),
            caption: OutgoingMessage::plain(words),
        };
        match self.bot.sender.send_photo(Priority::Normal, self.user.id, &photo).await {
            Ok(_) => {}
            Err(SendError::Unreachable(_)) => mark_unreachable::run(base, self.user.id).await?,
            Err(error) => return Err(error.into()),
        }
        Ok(Shows { view: None, place: Where::Fresh, toast: None })
    }

    pub(super) async fn request_payout(&self, destination: &str) -> Result<Shows, BotError> {
        let Some(terms) = self.bot.settings.affiliate else {
            return Ok(Shows::fresh(View::Affiliate));
        };
        let wish = (destination, terms.payout_minimum);
        let key = match pay_affiliate::request(&self.bot.till.base, self.user.id, wish).await? {
            Requested::Now(_) => "payout-requested",
            Requested::Waiting => "payout-waiting",
            Requested::TooLittle => "payout-too-little",
        };
        Ok(Shows::fresh(View::Payouts(key)))
    }
}
