//! Messages to many: those that were sent, the one that is being written, how far one has come.

use super::super::{Scene, grid, message};
use super::labelled;
use crate::bot::dialogue::{Asks, DeskPress};
use crate::bot::error::BotError;
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::broadcasts::{Segment, repo};
use crate::flows::broadcast::{self, progress};
use crate::notifications::message::{Button, OutgoingMessage};
use crate::platform::texts::Args;

const SHOWN: u64 = 5;

pub(super) async fn list(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let newest = repo::list(scene.bot.till.base.db.read(), SHOWN).await?;
    let mut keyboard = vec![vec![scene.at_desk("btn-desk-write", DeskPress::NewBroadcast)]];
    for broadcast in &newest {
        let args = Args::new()
            .text("time", scene.speech.date(broadcast.created_at))
            .text("segment", segment_word(scene, broadcast.segment))
            .text("state", state(scene, broadcast.status.as_str()));
        let label = scene.speech.say("btn-desk-broadcast", &args);
        keyboard.push(vec![labelled(label, DeskPress::Broadcast(broadcast.no.clone()))]);
    }
    keyboard.push(vec![scene.desk_menu()]);
    Ok(message(scene.speech.word("desk-broadcasts"), keyboard))
}

pub(super) fn segment_word(scene: &Scene<'_>, segment: Segment) -> String {
    scene.speech.word(&format!("broadcast-segment-{}", segment.as_str()))
}

fn state(scene: &Scene<'_>, word: &str) -> String {
    scene.speech.word(&format!("broadcast-status-{word}"))
}

/// The message as people will see it, and how many belong to each segment.
pub(super) async fn segments(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let Some(body) = &scene.dialogue.desk.letter else {
        return Ok(super::ask::words(scene, &Asks::Letter, None));
    };
    let counts = broadcast::count(&scene.bot.till.base).await?;
    let some = counts.iter().filter(|(_, people)| **people > 0);
    let button = |(segment, people): (&Segment, &usize)| {
        let label = format!("{} {people}", segment_word(scene, *segment));
        labelled(label, DeskPress::BroadcastTo(*segment))
    };
    let buttons: Vec<Button> = some.map(button).collect();
    let mut keyboard = grid(buttons, 2);
    keyboard.push(vec![
        scene.at_desk("btn-desk-rewrite", DeskPress::NewBroadcast),
        scene.at_desk("btn-back", DeskPress::Broadcasts),
    ]);
    Ok(message(paragraphs([scene.speech.word("desk-segments"), escaped(body)]), keyboard))
}

pub(super) async fn one(scene: &Scene<'_>, no: &str) -> Result<OutgoingMessage, BotError> {
    let back = vec![scene.at_desk("btn-back", DeskPress::Broadcasts), scene.desk_menu()];
    let Some((found, counts)) = broadcast::look(&scene.bot.till.base, no).await? else {
        return Ok(message(scene.speech.word("step-lost"), vec![back]));
    };
    let (texts, locale) = (scene.speech.texts, scene.speech.locale);
    let text = progress::words(texts, locale, (&found, &counts));
    let mut keyboard = vec![progress::buttons(texts, locale, &found)];
    keyboard.retain(|row| !row.is_empty());
    let refresh = scene.at_desk("btn-desk-refresh", DeskPress::Broadcast(no.to_owned()));
    keyboard.push(vec![refresh]);
    keyboard.push(back);
    Ok(message(lines([text]), keyboard))
}
