//! What Telegram is told about the bot at start: where to send updates, and which commands to
//! show. Failures are logged; they stop nobody from buying.

use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde::Deserialize;
use teloxide::payloads::{
    GetMe, GetWebhookInfo, SetMyCommands, SetMyCommandsSetters as _, SetMyDescription,
    SetMyShortDescription, SetWebhook, SetWebhookSetters as _,
};
use teloxide::types::{AllowedUpdate, BotCommand, BotCommandScope, ChatId, Recipient};
use tokio_util::sync::CancellationToken;

use super::command::Command;
use super::{Arrival, Bot};
use crate::kernel::locale::Locale;
use crate::notifications::adapters::telegram::BotApi;
use crate::notifications::ports::SendError;

/// The kinds of update that we ask for; a list that is left out keeps the one of another program.
pub(super) const ALLOWED: [AllowedUpdate; 4] = [
    AllowedUpdate::Message,
    AllowedUpdate::CallbackQuery,
    AllowedUpdate::PreCheckoutQuery,
    AllowedUpdate::MyChatMember,
];

const WATCH_EVERY: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What we need of Telegram's answer to "who am I".
#[derive(Deserialize)]
struct Me {
    username: String,
}

/// The bot's name without `@`, as it stands in links.
///
/// # Errors
/// When Telegram cannot be asked or does not know the token.
pub async fn username(api: &BotApi) -> Result<String, SendError> {
    api.call::<_, Me>(&GetMe::new()).await.map(|me| me.username)
}

#[derive(Deserialize)]
struct WebhookState {
    #[serde(default)]
    pending_update_count: u64,
    last_error_message: Option<String>,
    last_error_date: Option<i64>,
}

/// Sets the webhook, until it succeeds; then watches it. It stays set when we stop: with two
/// machines the other one goes on, and with one Telegram keeps the updates for us.
pub(super) async fn webhook(bot: &Bot, stop: &CancellationToken) {
    let mut pause = Duration::from_secs(1);
    while let Err(error) = set_webhook(bot).await {
        tracing::error!(error = format!("{error:#}"), "the webhook cannot be set");
        if rest(pause, stop).await {
            return;
        }
        pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
    }
    tracing::info!("the webhook is set");
    let mut told = bot.till.base.now().seconds();
    while !rest(WATCH_EVERY, stop).await {
        watch(bot, &mut told).await;
    }
}

async fn set_webhook(bot: &Bot) -> anyhow::Result<()> {
    let Arrival::Webhook { url, secret } = &bot.settings.arrival else { return Ok(()) };
    let wish =
        SetWebhook::new(url.parse()?).secret_token(secret.expose_secret()).allowed_updates(ALLOWED);
    bot.api.call::<_, bool>(&wish).await?;
    bot.beat();
    Ok(())
}

/// Asks how delivery goes; a refusal of ours (a wrong secret, a broken proxy) shows only there.
async fn watch(bot: &Bot, told: &mut i64) {
    match bot.api.call::<_, WebhookState>(&GetWebhookInfo::new()).await {
        Ok(state) => {
            bot.beat();
            metrics::gauge!("mingshu_telegram_pending_updates")
                .set(f64::from(u32::try_from(state.pending_update_count).unwrap_or(u32::MAX)));
            let date = state.last_error_date.unwrap_or(0);
            if date > *told {
                *told = date;
                let says = state.last_error_message.unwrap_or_default();
                tracing::warn!(telegram.says = says, "Telegram could not deliver an update");
            }
        }
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the state of the webhook cannot be asked");
        }
    }
}

/// `true`: told to stop.
async fn rest(pause: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = tokio::time::sleep(pause) => false,
        () = stop.cancelled() => true,
    }
}

/// Shows the commands: to everybody in every language, and more of them to the operators; and what
/// the bot is, to those who have not spoken to it yet.
pub(super) async fn commands(bot: &Bot) {
    // Whose client speaks neither is spoken to in English.
    let languages = [(None, Locale::En), (Some("zh"), Locale::ZhHans)];
    let mut results = Vec::new();
    for language in languages {
        results.push(show(bot, language, None).await);
        results.push(describe(bot, language).await);
        for id in &bot.settings.admin_ids {
            results.push(show(bot, language, Some(*id)).await);
        }
    }
    for error in results.into_iter().filter_map(Result::err) {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "a command menu or description cannot be set");
    }
}

/// What an empty chat with the bot says, and its profile.
async fn describe(bot: &Bot, (code, locale): (Option<&str>, Locale)) -> Result<(), SendError> {
    let mut long = SetMyDescription::new();
    long.description = Some(bot.texts.get(locale, "bot-description"));
    long.language_code = code.map(str::to_owned);
    bot.api.call::<_, bool>(&long).await?;
    let mut short = SetMyShortDescription::new();
    short.short_description = Some(bot.texts.get(locale, "bot-short-description"));
    short.language_code = code.map(str::to_owned);
    bot.api.call::<_, bool>(&short).await.map(|_done| ())
}

async fn show(
    bot: &Bot,
    (code, locale): (Option<&str>, Locale),
    operator: Option<i64>,
) -> Result<(), SendError> {
    let menu = Command::ALL.iter().filter(|command| operator.is_some() || !command.is_operators());
    let commands: Vec<BotCommand> = menu
        .map(|command| {
            let word = command.word();
            BotCommand::new(word, bot.texts.get(locale, &format!("command-{word}")))
        })
        .collect();
    let mut wish = SetMyCommands::new(commands);
    wish.scope = Some(match operator {
        Some(id) => BotCommandScope::Chat { chat_id: Recipient::Id(ChatId(id)) },
        None => BotCommandScope::AllPrivateChats,
    });
    if let Some(code) = code {
        wish = wish.language_code(code);
    }
    bot.api.call::<_, bool>(&wish).await.map(|_done| ())
}
