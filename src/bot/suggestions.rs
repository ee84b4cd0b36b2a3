//! What a form offers instead of asking: births that were kept, and the birthday of the person's own
//! Telegram profile. Offered, never used unasked.

use std::time::Duration;

use chrono::NaiveDate;
use serde::Deserialize;
use teloxide::payloads::GetChat;
use teloxide::types::{ChatId, Recipient};

use super::Bot;
use super::dialogue::{At, Dialogue, PublicBirthday};
use super::error::BotError;
use crate::bazi;
use crate::flows::keep_profile::{self, Saved};
use crate::kernel::ids::UserId;

/// The longest that a question waits for Telegram's answer: a button must not feel slow.
const PATIENCE: Duration = Duration::from_millis(600);

/// All that we ask of a person's public profile.
#[derive(Deserialize)]
struct PublicProfile {
    birthdate: Option<Birthdate>,
}

#[derive(Deserialize)]
struct Birthdate {
    day: u32,
    month: u32,
    /// Many people do not show it.
    year: Option<i32>,
}

impl Birthdate {
    fn whole(&self) -> Option<NaiveDate> {
        let year = self.year.filter(|year| *year >= bazi::FIRST_YEAR)?;
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }
}

/// The births that were kept, where the form's question could use them or could keep another one. A
/// question about the person's own birth also asks Telegram, once for each form.
pub(super) async fn find(
    bot: &Bot,
    dialogue: &mut Dialogue,
    user: UserId,
) -> Result<Vec<Saved>, BotError> {
    let Some(draft) = dialogue.draft.as_mut() else { return Ok(Vec::new()) };
    let Some(product) = bot.catalog.find(&draft.sku) else { return Ok(Vec::new()) };
    if draft.birthday.is_none() && draft.wants_birthday(product) {
        let date = birthday(bot, user).await;
        draft.birthday = Some(PublicBirthday { date });
    }
    if draft.at != At::Check && draft.birth_wanted(product).is_none() {
        return Ok(Vec::new());
    }
    Ok(keep_profile::list(&bot.till.base, user).await?)
}

/// Silent when it fails: the question can be answered without it.
async fn birthday(bot: &Bot, user: UserId) -> Option<NaiveDate> {
    let wish = GetChat::new(Recipient::Id(ChatId(user.0)));
    let asked = tokio::time::timeout(PATIENCE, bot.api.call::<_, PublicProfile>(&wish)).await;
    match asked {
        Ok(Ok(profile)) => profile.birthdate?.whole(),
        Ok(Err(error)) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "no birthday is offered");
            None
        }
        Err(_late) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_date_that_exists_is_offered() {
        let date = |json: &str| {
            let profile: PublicProfile = serde_json::from_str(json).unwrap();
            profile.birthdate.and_then(|date| date.whole()).map(|date| date.to_string())
        };
        let whole = r#"{"id": 1, "birthdate": {"day": 20, "month": 5, "year": 1990}}"#;
        assert_eq!(date(whole), Some("1990-05-20".to_owned()));
        assert_eq!(date(r#"{"birthdate": {"day": 20, "month": 5}}"#), None);
        assert_eq!(date(r#"{"birthdate": {"day": 31, "month": 2, "year": 1990}}"#), None);
        assert_eq!(date(r#"{"birthdate": {"day": 1, "month": 2, "year": 1600}}"#), None);
        assert_eq!(date(r#"{"id": 1, "type": "private"}"#), None);
    }
}
