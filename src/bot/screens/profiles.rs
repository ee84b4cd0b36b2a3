//! Births that a person keeps: the list, one of them, and how it is renamed or deleted.

use super::check::birth_in_short;
use super::{Scene, message};
use crate::bot::dialogue::{Press, ProfilePress, ProfileView};
use crate::bot::error::BotError;
use crate::bot::speech::{Speech, escaped, paragraphs};
use crate::flows::keep_profile::{self, LONGEST_NAME, Saved};
use crate::notifications::message::{Button, OutgoingMessage};
use crate::platform::texts::Args;

pub(super) async fn show(
    scene: &Scene<'_>,
    view: &ProfileView,
) -> Result<OutgoingMessage, BotError> {
    let id = match view {
        ProfileView::List(note) => return list(scene, *note).await,
        ProfileView::One(id) | ProfileView::Rename(id) | ProfileView::Delete(id) => id,
    };
    let found = keep_profile::find(&scene.bot.till.base, (scene.user.id, id)).await?;
    let Some(kept) = found else { return list(scene, Some("profile-gone")).await };
    Ok(match view {
        ProfileView::List(_) | ProfileView::One(_) => one(scene, &kept),
        ProfileView::Rename(_) => {
            let most = i64::try_from(LONGEST_NAME).unwrap_or(i64::MAX);
            let args = named(&scene.speech, &kept).number("max", most);
            let back = scene.row("btn-back", &Press::Profiles(ProfilePress::Open(kept.id)));
            message(scene.speech.say("profile-name-ask", &args), vec![back])
        }
        ProfileView::Delete(_) => {
            let text = scene.speech.say("profile-delete-ask", &named(&scene.speech, &kept));
            let surely = Press::Profiles(ProfilePress::DeleteSurely(kept.id.clone()));
            let back = Press::Profiles(ProfilePress::Open(kept.id));
            let rows =
                vec![scene.row("btn-profile-delete-surely", &surely), scene.row("btn-back", &back)];
            message(text, rows)
        }
    })
}

async fn list(scene: &Scene<'_>, note: Option<&'static str>) -> Result<OutgoingMessage, BotError> {
    let all = keep_profile::list(&scene.bot.till.base, scene.user.id).await?;
    let key = if all.is_empty() { "profiles-empty" } else { "profiles-title" };
    let text = paragraphs([
        note.map(|key| scene.speech.word(key)).unwrap_or_default(),
        scene.speech.word(key),
    ]);
    let open = |kept: &Saved| {
        let label = scene.speech.say("btn-profile", &plainly_named(&scene.speech, kept));
        let press = Press::Profiles(ProfilePress::Open(kept.id.clone()));
        vec![Button::callback(label, press.data())]
    };
    let mut keyboard: Vec<Vec<Button>> = all.iter().map(open).collect();
    if scene.draft().is_some() {
        keyboard.push(scene.row("btn-resume", &Press::Resume));
    }
    keyboard.push(scene.way_home());
    Ok(message(text, keyboard))
}

fn one(scene: &Scene<'_>, kept: &Saved) -> OutgoingMessage {
    let speech = &scene.speech;
    let born = birth_in_short(speech, (kept.body.gender, &kept.body.birth));
    let text = paragraphs([speech.say("profile-card", &named(speech, kept)), born]);
    let press = |press: ProfilePress| Press::Profiles(press);
    let keyboard = vec![
        vec![
            scene.button("btn-profile-rename", &press(ProfilePress::Rename(kept.id.clone()))),
            scene.button("btn-profile-delete", &press(ProfilePress::Delete(kept.id.clone()))),
        ],
        scene.row("btn-back", &press(ProfilePress::List)),
    ];
    message(text, keyboard)
}

/// How the person calls it.
pub(super) fn name(speech: &Speech<'_>, kept: &Saved) -> String {
    let word = || speech.word(&format!("profile-kind-{}", kept.kind.as_str()));
    kept.body.name.clone().unwrap_or_else(word)
}

fn named(speech: &Speech<'_>, kept: &Saved) -> Args {
    Args::new().text("name", escaped(&name(speech, kept)))
}

/// For a button, whose label is plain text.
pub(super) fn plainly_named(speech: &Speech<'_>, kept: &Saved) -> Args {
    Args::new().text("name", name(speech, kept))
}
