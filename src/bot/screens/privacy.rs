//! What is asked and why: before the first question, and whenever somebody wants to know.

use super::{Scene, message};
use crate::bot::dialogue::Press;
use crate::bot::speech::paragraphs;
use crate::notifications::message::OutgoingMessage;
use crate::platform::texts::Args;

pub(super) fn notice(scene: &Scene<'_>) -> OutgoingMessage {
    let keyboard = vec![
        scene.row("btn-privacy-agree", &Press::Agree),
        vec![
            scene.button("btn-privacy-full", &Press::PrivacyFull),
            scene.button("btn-privacy-decline", &Press::Decline),
        ],
    ];
    message(scene.speech.word("privacy-notice"), keyboard)
}

pub(super) fn whole(scene: &Scene<'_>, asking: bool) -> OutgoingMessage {
    let keyboard = if asking {
        vec![
            scene.row("btn-privacy-agree", &Press::Agree),
            scene.row("btn-privacy-decline", &Press::Decline),
        ]
    } else {
        vec![scene.way_home()]
    };
    message(paragraphs([scene.speech.word("privacy-full"), kept(scene)]), keyboard)
}

/// How long what is told to this shop stays.
fn kept(scene: &Scene<'_>) -> String {
    let kept = scene.bot.settings.kept;
    let span = |days: u32| match days {
        0 => scene.speech.word("privacy-kept-always"),
        days => scene.speech.say("privacy-kept-days", &Args::new().number("days", days.into())),
    };
    let args = Args::new()
        .text("unpaid", span(kept.unpaid_days))
        .text("reports", span(kept.reports_days))
        .text("drafts", span(kept.drafts_days))
        .text("profiles", span(kept.profiles_days));
    scene.speech.say("privacy-kept", &args)
}

pub(super) fn declined(scene: &Scene<'_>) -> OutgoingMessage {
    let keyboard = vec![scene.row("btn-products", &Press::Products)];
    message(scene.speech.word("privacy-declined"), keyboard)
}

/// What is erased and what stays; with the second question there is no way back.
pub(super) fn forget(scene: &Scene<'_>, sure: bool) -> OutgoingMessage {
    let (text, go) = if sure {
        ("forget-sure", scene.row("btn-forget-surely", &Press::ForgetSurely))
    } else {
        ("forget-ask", scene.row("btn-forget", &Press::Forget))
    };
    let keyboard = vec![go, scene.row("btn-forget-keep", &Press::ForgetKeep)];
    message(scene.speech.word(text), keyboard)
}
