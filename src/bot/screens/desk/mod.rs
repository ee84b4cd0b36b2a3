//! The operators' desk: the menu with today's figures, and everything that its buttons open.

mod ask;
mod broadcasts;
mod card;
mod goods;
mod held;
mod orders;
mod people;
mod promotions;
mod requests;

use super::{Scene, grid, message, operator};
use crate::bot::dialogue::{DeskPress, DeskView, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::flows::capacity::{CapacityError, Strain};
use crate::flows::may_order::MayOrderError;
use crate::notifications::message::{Button, OutgoingMessage};
use crate::platform::texts::Args;
use crate::reports::health;

pub(super) async fn show(scene: &Scene<'_>, view: &DeskView) -> Result<OutgoingMessage, BotError> {
    match view {
        DeskView::Menu => menu(scene).await,
        DeskView::Orders(status, page) => orders::list(scene, *status, *page).await,
        DeskView::Found(words) => orders::found(scene, words).await,
        DeskView::Ask(asks, why) => Ok(ask::words(scene, asks, *why)),
        DeskView::Doubt(payment) => ask::doubt(scene, payment).await,
        DeskView::Held(no) => held::card(scene, no).await,
        DeskView::Requests => requests::list(scene).await,
        DeskView::Request(no) => requests::one(scene, no).await,
        DeskView::Card => Ok(card::show(scene)),
        DeskView::Products => goods::list(scene).await,
        DeskView::Product(sku) => goods::card(scene, sku).await,
        DeskView::User(user) => people::card(scene, *user).await,
        DeskView::Maintenance => Ok(maintenance(scene)),
        DeskView::Broadcasts => broadcasts::list(scene).await,
        DeskView::Coupons(page) => promotions::coupons(scene, *page).await,
        DeskView::Coupon(code) => promotions::coupon_card(scene, code).await,
        DeskView::Affiliates(page) => promotions::affiliates(scene, *page).await,
        DeskView::Segments => broadcasts::segments(scene).await,
        DeskView::Broadcast(no) => broadcasts::one(scene, no).await,
    }
}

async fn menu(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let parts = [
        scene.speech.word("desk-menu"),
        operator::figures(scene, "today").await?,
        writers(scene).await?,
    ];
    let buttons = [
        ("btn-desk-orders", DeskPress::Orders(None, 0)),
        ("btn-desk-search", DeskPress::Search),
        ("btn-desk-requests", DeskPress::Requests),
        ("btn-desk-products", DeskPress::Products),
        ("btn-desk-coupons", DeskPress::Coupons(0)),
        ("btn-desk-broadcasts", DeskPress::Broadcasts),
        ("btn-desk-affiliates", DeskPress::Affiliates(0)),
        ("btn-desk-maintenance", DeskPress::Maintenance),
    ];
    let mut buttons: Vec<Button> =
        buttons.into_iter().map(|(key, press)| scene.at_desk(key, press)).collect();
    buttons.push(scene.button("btn-desk-stats", &Press::Stats("week")));
    Ok(message(paragraphs(parts), grid(buttons, 2)))
}

/// That nothing is sold because nothing could be written; and what is left with the providers.
async fn writers(scene: &Scene<'_>) -> Result<String, BotError> {
    let stopped = scene.off.strain.map(|strain| match strain {
        Strain::Queue => scene.speech.word("desk-selling-paused-queue"),
        Strain::Writers => scene.speech.word("desk-selling-paused-writers"),
    });
    let known = health::list(scene.bot.till.base.db.read()).await;
    let known = known.map_err(CapacityError::from).map_err(MayOrderError::from)?;
    let told = known.iter().filter_map(|health| {
        let (balance, at) = health.balance.as_ref()?;
        let args = Args::new()
            .escaped("provider", &health.writer)
            .text("balance", balance.to_string())
            .text("time", scene.speech.date_time(*at));
        let key = if balance.available { "desk-balance" } else { "desk-balance-empty" };
        Some(scene.speech.say(key, &args))
    });
    Ok(lines(stopped.into_iter().chain(told)))
}

/// That the shop takes no orders, and since when; nothing while it does.
pub(super) fn closed_since(scene: &Scene<'_>) -> String {
    let Some(closed) = &scene.off.maintenance else { return String::new() };
    let args = Args::new()
        .text("since", scene.speech.date_time(closed.since))
        .escaped("operator", &closed.operator);
    scene.speech.say("desk-maintenance-on", &args)
}

fn maintenance(scene: &Scene<'_>) -> OutgoingMessage {
    let on = scene.off.maintenance.is_some();
    let state = if on { closed_since(scene) } else { scene.speech.word("desk-maintenance-off") };
    let text = paragraphs([state, scene.speech.word("desk-maintenance-what")]);
    let switch = if on { "btn-desk-open" } else { "btn-desk-close" };
    let keyboard =
        vec![vec![scene.at_desk(switch, DeskPress::SwitchMaintenance)], vec![scene.desk_menu()]];
    message(text, keyboard)
}

impl Scene<'_> {
    fn at_desk(&self, key: &str, press: DeskPress) -> Button {
        self.button(key, &Press::Desk(press))
    }

    /// The way back to the menu.
    pub(super) fn desk_menu(&self) -> Button {
        self.at_desk("btn-desk-menu", DeskPress::Menu)
    }
}

/// A button whose label is made of values.
fn labelled(label: String, press: DeskPress) -> Button {
    Button::callback(label, Press::Desk(press).data())
}
