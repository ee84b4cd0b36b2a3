//! `mingshu maintenance on|off|status`: whether the shop takes orders. Needs only the settings of the
//! database, and works beside the running shop.

use clap::ValueEnum;
use serde_json::json;

use super::config::refuse;
use super::{Context, Exit, say};
use crate::app::parts;
use crate::config::Config;
use crate::flows::throw_switch;
use crate::kernel::clock::{Clock as _, SystemClock};
use crate::kernel::switch::Switch;
use crate::orders::Actor;
use crate::platform::db::Db;
use crate::shop::{self, Maintenance};

/// The person at the shell: no Telegram user has this number.
const SHELL: Actor = Actor::Operator(0);

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Wish {
    /// Take no orders; what is paid is delivered
    On,
    /// Take orders again
    Off,
    /// Tell how it is
    Status,
}

pub(super) fn run(context: &Context, wish: Wish) -> anyhow::Result<Exit> {
    let config = match Config::load_sections(&context.sources, &["database"]) {
        Ok(config) => config,
        Err(problems) => return Ok(refuse(context, &problems)),
    };
    super::runtime()?.block_on(async {
        let db = parts::existing_database(&config).await?;
        let state = answer(&db, wish).await;
        db.close().await?;
        tell(context, state?.as_ref());
        Ok(Exit::Done)
    })
}

async fn answer(db: &Db, wish: Wish) -> anyhow::Result<Option<Maintenance>> {
    let wish = match wish {
        Wish::On => Some(Switch::On),
        Wish::Off => Some(Switch::Off),
        Wish::Status => None,
    };
    if let Some(wish) = wish {
        throw_switch::maintenance(db, wish, &SHELL, SystemClock.now()).await?;
    }
    Ok(shop::repo::find_maintenance(db.read()).await?)
}

fn tell(context: &Context, state: Option<&Maintenance>) {
    if context.json {
        return say(&json!({ "maintenance": state }).to_string());
    }
    match state {
        Some(on) => say(&format!("maintenance since {} by {}", on.since.to_utc(), on.operator)),
        None => say("the shop takes orders"),
    }
}
