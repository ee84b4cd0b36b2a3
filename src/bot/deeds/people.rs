//! Births that are kept for the next form.

use super::{Doing, Shows};
use crate::bot::dialogue::{At, Note, ProfileDeed, ProfileView, View};
use crate::bot::error::BotError;
use crate::flows::keep_profile::{self, Born, Kept};
use crate::users::profiles::ProfileKind;

impl Doing<'_> {
    pub(super) async fn profile(&mut self, deed: &ProfileDeed) -> Result<Shows, BotError> {
        let (base, user) = (&self.bot.till.base, self.user.id);
        let list = |key| Ok(Shows::view(View::Profiles(ProfileView::List(Some(key)))));
        match deed {
            ProfileDeed::Use(id) => self.use_profile(id).await,
            ProfileDeed::Save { field, kind, name } => {
                self.save_profile(field, (*kind, name.clone())).await
            }
            ProfileDeed::Rename(id, name) => {
                let renamed = keep_profile::rename(base, (user, id), name).await?;
                list(if renamed { "profile-renamed" } else { "profile-gone" })
            }
            ProfileDeed::Delete(id) => {
                let deleted = keep_profile::delete(base, (user, id)).await?;
                list(if deleted { "profile-deleted" } else { "profile-gone" })
            }
        }
    }

    /// An id of somebody else's is as good as none.
    async fn use_profile(&mut self, id: &str) -> Result<Shows, BotError> {
        let found = keep_profile::take(&self.bot.till.base, (self.user.id, id)).await?;
        let product =
            self.dialogue.draft.as_ref().and_then(|draft| self.bot.catalog.find(&draft.sku));
        let (Some(product), Some(draft)) = (product, &mut self.dialogue.draft) else {
            return Ok(Shows::view(View::Say("step-lost")));
        };
        let taken = found.is_some_and(|kept| {
            let Born { gender, birth, .. } = kept.body;
            draft.take_person(product, (gender, birth))
        });
        let note = (!taken).then(|| Note::new("profile-gone"));
        Ok(self.check_card(note))
    }

    async fn save_profile(
        &mut self,
        field: &str,
        (kind, name): (ProfileKind, Option<String>),
    ) -> Result<Shows, BotError> {
        let Some(draft) = &mut self.dialogue.draft else {
            return Ok(Shows::view(View::Say("step-lost")));
        };
        draft.at = At::Check;
        let told = draft.answers.people().into_iter().find(|person| person.field == field);
        let born = told.map(|told| Born { name, gender: told.gender, birth: told.birth.clone() });
        let Some(born) = born else { return Ok(self.check_card(None)) };
        let kept = keep_profile::save(&self.bot.till.base, self.user.id, (kind, born)).await?;
        let key = match kept {
            Kept::New | Kept::Replaced => "profile-saved",
            Kept::TooMany => "profile-too-many",
        };
        Ok(self.check_card(Some(Note::new(key))))
    }
}
