//! A report that the quality gate holds back: what it found, and what an operator may decide.

use super::super::{Scene, message};
use crate::bot::dialogue::{DeskPress, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::flows::inspect_order::{self, HeldText};
use crate::kernel::ids::OrderNo;
use crate::notifications::message::OutgoingMessage;
use crate::platform::texts::Args;

/// More findings of one text are counted and not shown.
const SHOWN: usize = 8;
/// The longest finding that is shown: they quote the report.
const LONGEST: usize = 220;

pub(super) async fn card(scene: &Scene<'_>, no: &OrderNo) -> Result<OutgoingMessage, BotError> {
    let held = inspect_order::held(&scene.bot.till.base, no).await?;
    let open = scene.button("btn-operator-open", &Press::OperatorOpen(no.clone()));
    let args = Args::new().text("order_no", no.as_str());
    if held.is_empty() {
        let text = scene.speech.say("desk-held-nothing", &args);
        return Ok(message(text, vec![vec![open, scene.desk_menu()]]));
    }
    let mut parts = vec![scene.speech.say("desk-held", &args)];
    parts.extend(held.iter().map(|text| findings(scene, text)));
    parts.push(scene.speech.word("desk-held-how"));
    let release = scene.at_desk("btn-desk-release", DeskPress::Release(no.clone()));
    let retry = scene.button("btn-operator-retry", &Press::OperatorRetry(no.clone()));
    let give_up = scene.at_desk("btn-desk-give-up", DeskPress::GiveUp(no.clone()));
    let keyboard = vec![vec![retry], vec![release, give_up], vec![open, scene.desk_menu()]];
    Ok(message(paragraphs(parts), keyboard))
}

fn findings(scene: &Scene<'_>, text: &HeldText) -> String {
    let args = Args::new()
        .number("part", text.part)
        .number("attempt", text.attempt)
        .escaped("provider", &text.provider);
    let key = if text.part == 0 { "desk-held-whole" } else { "desk-held-part" };
    let mut rows = vec![scene.speech.say(key, &args)];
    rows.extend(text.findings.iter().take(SHOWN).map(|finding| {
        let told: String = finding.for_operator().chars().take(LONGEST).collect();
        format!("· {}", escaped(&told))
    }));
    let more = text.findings.len().saturating_sub(SHOWN);
    if more > 0 {
        let count = Args::new().number("count", i64::try_from(more).unwrap_or(i64::MAX));
        rows.push(scene.speech.say("desk-held-more", &count));
    }
    lines(rows)
}
