//! What is asked and why: before the first question, and whenever somebody wants to know.

use super::{Scene, message};
use crate::bot::dialogue::Press;
use crate::notifications::message::OutgoingMessage;

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
    message(scene.speech.word("privacy-full"), keyboard)
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
