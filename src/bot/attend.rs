//! One update from beginning to end: greet, read the dialogue, decide, do, answer, remember.
//!
//! The order makes a crash harmless: deeds are safe to repeat, an edit repeated is the same edit,
//! and dialogue and inbox change together at the very end.

use super::Bot;
use super::command;
use super::deeds::{Doing, Shows};
use super::dialogue::{Answer, Dialogue, Facts, Input, Press, View, Where, step};
use super::error::BotError;
use super::inbox::Talked;
use super::pricing::price_card;
use super::repo::Claimed;
use super::screens::{self, Scene};
use super::speech::Speech;
use super::suggestions;
use super::update::{self, Incoming, Update};
use crate::flows::greet_user::{self, Greeted, Visit};
use crate::flows::may_order::{self, SwitchedOff};
use crate::flows::{mark_unreachable, take_notification, throw_switch};
use crate::kernel::ids::{self, UserId};
use crate::kernel::locale::Locale;
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::{MessageId, SendError};
use crate::notifications::sender::Priority;
use crate::payments::adapters::telegram_stars;
use crate::platform::texts::Args;
use crate::users;

pub(super) async fn run(bot: &Bot, claimed: &Claimed) -> Result<(), BotError> {
    let json = bot.inbox.open(claimed)?;
    let Ok(update) = update::read(&json) else { return bot.inbox.finish(claimed, None).await };
    if let Incoming::Blocked(blocked) = update.incoming {
        if blocked {
            mark_unreachable::run(&bot.till.base, update.user).await?;
        } else if users::repo::find(bot.till.base.db.read(), update.user).await?.is_some() {
            // A stranger is written down when they speak: their first word may be an invitation.
            greet(bot, &update, None).await?;
        }
        return bot.inbox.finish(claimed, None).await;
    }
    if update.incoming == Incoming::Money {
        take_money(bot, &json).await?;
        return bot.inbox.finish(claimed, None).await;
    }
    let talked = talk(bot, &update).await;
    if let (Err(error), Incoming::Button { query_id, .. }) = (&talked, &update.incoming) {
        let toast = if error.is_passing() { "toast-working" } else { "toast-error" };
        answer_button(bot, query_id, Some(bot.texts.get(client_locale(&update), toast))).await;
    }
    let Some((dialogue, version)) = talked? else { return bot.inbox.finish(claimed, None).await };
    let user = update.user;
    bot.inbox.finish(claimed, Some(Talked { user, dialogue: &dialogue, version })).await
}

/// What Telegram says about Stars becomes true in the books; the worker tells the buyer.
async fn take_money(bot: &Bot, json: &str) -> Result<(), BotError> {
    let Some(notification) = telegram_stars::read_message(json) else {
        return Err(BotError::UnreadableMoney);
    };
    let (base, money) = (&bot.till.base, &bot.till.money);
    take_notification::run(base, money, &notification, json.as_bytes()).await?;
    Ok(())
}

/// The dialogue after this update, and the version that was read. `None`: the person is turned away.
async fn talk(bot: &Bot, update: &Update) -> Result<Option<(Dialogue, i64)>, BotError> {
    let input = input(&update.incoming);
    let greeted = greet(bot, update, start_payload(&input)).await?;
    if greeted.user.blocked_at.is_some() && !bot.is_operator(update.user) {
        turn_away(bot, update, &greeted).await?;
        return Ok(None);
    }
    let (before, version) = bot.inbox.dialogue(update.user).await?;
    let facts = Facts {
        catalog: &bot.catalog,
        now: bot.till.base.now(),
        consented: greeted.user.consented_at.is_some(),
        operator: bot.is_operator(update.user),
        off: may_order::look(&bot.till).await?,
        fresh_id: ids::crockford(12),
    };
    let turn = step(&before, &input, &facts);
    if let Some(message) = turn.leaves {
        retire(bot, (update.user, message), greeted.user.locale).await;
    }
    let mut doing = Doing {
        bot,
        facts,
        user: greeted.user.clone(),
        place: pressed_message(&update.incoming).or(turn.dialogue.anchor),
        dialogue: turn.dialogue,
    };
    let shows = match turn.answer {
        Answer::Show(view) => Shows { view: Some(view), place: turn.place, toast: turn.toast },
        Answer::Do(deed) => {
            let shows = doing.perform(&deed).await?;
            // Whoever asked for a message of its own gets one, whatever the deed would replace.
            if turn.place == Where::InPlace { shows } else { Shows { place: turn.place, ..shows } }
        }
    };
    let visit = Greeted { user: doing.user, ..greeted };
    let whose = (update, &visit, &doing.facts.off);
    let dialogue = answer(bot, whose, doing.dialogue, shows).await?;
    Ok(Some((dialogue, version)))
}

/// One polite sentence, once; after it nothing but the end of a button's spinner.
async fn turn_away(bot: &Bot, update: &Update, greeted: &Greeted) -> Result<(), BotError> {
    if let Incoming::Button { query_id, .. } = &update.incoming {
        answer_button(bot, query_id, None).await;
    }
    let base = &bot.till.base;
    if !throw_switch::may_tell_blocked(&base.db, update.user, base.now()).await? {
        return Ok(());
    }
    let message = OutgoingMessage::html(bot.texts.get(greeted.user.locale, "user-blocked"));
    match bot.sender.send(Priority::Normal, update.user, &message).await {
        Ok(_id) => Ok(()),
        Err(SendError::Unreachable(_)) => Ok(mark_unreachable::run(base, update.user).await?),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::info!(error, "a person who is turned away did not hear of it");
            Ok(())
        }
    }
}

async fn greet(bot: &Bot, update: &Update, payload: Option<&str>) -> Result<Greeted, BotError> {
    let till = &bot.till;
    let visit = Visit {
        user: update.user,
        locale: client_locale(update),
        start_payload: payload,
        name: update.name.as_deref(),
        today: till.money.day(till.base.now()),
    };
    Ok(greet_user::run(&till.base, &visit).await?)
}

fn client_locale(update: &Update) -> Locale {
    Locale::from_ietf(update.language.as_deref())
}

fn input(incoming: &Incoming) -> Input {
    match incoming {
        Incoming::Text(text) => match command::read(text) {
            Some(line) => Input::Command(line),
            None => Input::Text(text.clone()),
        },
        Incoming::Button { data, message, .. } => {
            Input::Press { press: Press::read(data), message: *message }
        }
        Incoming::NotText | Incoming::Money | Incoming::Blocked(_) => Input::NotText,
    }
}

fn start_payload(input: &Input) -> Option<&str> {
    match input {
        Input::Command(line) if line.command == Some(command::Command::Start) => {
            Some(line.rest.as_str()).filter(|rest| !rest.is_empty())
        }
        Input::Command(_) | Input::Text(_) | Input::NotText | Input::Press { .. } => None,
    }
}

fn pressed_message(incoming: &Incoming) -> Option<i64> {
    match incoming {
        Incoming::Button { message, .. } => *message,
        Incoming::Text(_) | Incoming::NotText | Incoming::Money | Incoming::Blocked(_) => None,
    }
}

/// The question of a form that was left says so and keeps no buttons. Only a courtesy.
async fn retire(bot: &Bot, (user, message): (UserId, i64), locale: Locale) {
    let left = OutgoingMessage::html(bot.texts.get(locale, "form-left"));
    let edited = bot.sender.edit(Priority::Normal, user, MessageId(message), &left).await;
    if let Err(error) = edited {
        let error = &error as &dyn std::error::Error;
        tracing::info!(error, "the form that was left still shows its buttons");
    }
}

/// Ends the spinner and shows the view, side by side.
async fn answer(
    bot: &Bot,
    (update, visit, off): (&Update, &Greeted, &SwitchedOff),
    mut dialogue: Dialogue,
    shows: Shows,
) -> Result<Dialogue, BotError> {
    let spinner = async {
        if let Incoming::Button { query_id, .. } = &update.incoming {
            let words = shows.toast.map(|key| bot.texts.get(visit.user.locale, key));
            answer_button(bot, query_id, words).await;
        }
    };
    let Some(view) = &shows.view else {
        spinner.await;
        return Ok(dialogue);
    };
    let price = if matches!(view, View::Form(_)) {
        price_card(bot, &mut dialogue, update.user).await?
    } else {
        None
    };
    let kept = if matches!(view, View::Form(_)) {
        suggestions::find(bot, &mut dialogue, update.user).await?
    } else {
        Vec::new()
    };
    let showing = async {
        let scene = Scene {
            bot,
            user: &visit.user,
            new: visit.new,
            invitation: visit.invitation,
            dialogue: &dialogue,
            price: price.as_ref(),
            kept: &kept,
            operator: bot.is_operator(update.user),
            off,
            speech: bot.speech(visit.user.locale),
        };
        let message = screens::show(&scene, view).await?;
        let place = match shows.place {
            Where::InPlace => pressed_message(&update.incoming).or(dialogue.anchor),
            Where::Fresh => None,
            Where::Desk => dialogue.desk.message,
        };
        deliver(bot, update.user, place, &message).await
    };
    let ((), outcome) = tokio::join!(spinner, showing);
    match outcome {
        Ok(message) => {
            if matches!(view, View::Form(_) | View::Consent) {
                dialogue.anchor = Some(message.0);
            }
            if matches!(view, View::Operator(_)) {
                dialogue.desk.message = Some(message.0);
            }
        }
        Err(BotError::Send(SendError::Unreachable(_))) => {
            mark_unreachable::run(&bot.till.base, update.user).await?;
        }
        Err(error) => return Err(error),
    }
    Ok(dialogue)
}

/// Edits the message in its place, or sends a new one where that is not possible.
async fn deliver(
    bot: &Bot,
    to: UserId,
    place: Option<i64>,
    message: &OutgoingMessage,
) -> Result<MessageId, BotError> {
    if let Some(place) = place.map(MessageId) {
        match bot.sender.edit(Priority::Normal, to, place, message).await {
            Ok(()) => return Ok(place),
            Err(SendError::NotEditable(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    match bot.sender.send(Priority::Normal, to, message).await {
        Ok(id) => Ok(id),
        // It may have arrived; once more is worse than a missing anchor.
        Err(SendError::Unknown(error)) => {
            tracing::warn!(error = format!("{error:#}"), "nobody knows whether the answer arrived");
            Ok(MessageId(0))
        }
        Err(error) => Err(error.into()),
    }
}

/// A spinner that does not end is no reason to do anything again.
async fn answer_button(bot: &Bot, query_id: &str, words: Option<String>) {
    if let Err(error) = bot.sender.answer_button(query_id, words.as_deref()).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "a button was not answered");
    }
}

/// An update was given up: the person gets a number to quote.
pub(super) async fn apologise(bot: &Bot, claimed: &Claimed) {
    let update = bot.inbox.open(claimed).ok().and_then(|json| update::read(&json).ok());
    let Some(update) = update else { return };
    let known = users::repo::find(bot.till.base.db.read(), update.user).await.ok().flatten();
    let locale = known.map_or_else(|| client_locale(&update), |user| user.locale);
    let args = Args::new().text("reference", format!("U{}", claimed.update_id));
    let message = OutgoingMessage::html(bot.texts.format(locale, "error-internal", &args));
    if let Err(error) = bot.sender.send(Priority::Normal, update.user, &message).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "the apology was not sent");
    }
}

impl Bot {
    pub(super) fn speech(&self, locale: Locale) -> Speech<'_> {
        Speech {
            texts: &self.texts,
            locale,
            zone: self.till.money.time_zone,
            now: self.till.base.now(),
        }
    }
}
