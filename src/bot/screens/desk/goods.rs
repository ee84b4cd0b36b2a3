//! Products: whether they are sold, and how many are left.

use super::super::{Scene, message, shop};
use super::labelled;
use crate::bot::dialogue::DeskPress;
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::catalog::product::Stock;
use crate::catalog::{Product, shelf};
use crate::kernel::ids::Sku;
use crate::notifications::message::{Button, OutgoingMessage};
use crate::platform::texts::Args;

pub(super) async fn list(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let (mut rows, mut keyboard) = (Vec::new(), Vec::new());
    for product in scene.bot.catalog.all() {
        rows.push(line(scene, product).await?);
        let name = product.name.get(scene.speech.locale).to_owned();
        keyboard.push(vec![labelled(name, DeskPress::Product(product.sku.clone()))]);
    }
    keyboard.push(vec![scene.desk_menu()]);
    Ok(message(paragraphs([scene.speech.word("desk-products"), lines(rows)]), keyboard))
}

async fn line(scene: &Scene<'_>, product: &Product) -> Result<String, BotError> {
    let args = Args::new()
        .escaped("product", product.name.get(scene.speech.locale))
        .text("price", scene.price(product))
        .text("state", scene.speech.word(state(scene, product)))
        .text("left", left(scene, product).await?);
    Ok(scene.speech.say("desk-products-line", &args))
}

/// What buyers find.
fn state(scene: &Scene<'_>, product: &Product) -> &'static str {
    if scene.off.paused.contains(&product.sku) {
        return "desk-product-paused";
    }
    if product.on_sale { "desk-product-sold" } else { "desk-product-file-off" }
}

async fn left(scene: &Scene<'_>, product: &Product) -> Result<String, BotError> {
    Ok(match shop::left(scene, product).await? {
        Some((key, count)) => scene.speech.say(key, &Args::new().number("count", count)),
        None => scene.speech.word("desk-stock-unlimited"),
    })
}

pub(super) async fn card(scene: &Scene<'_>, sku: &Sku) -> Result<OutgoingMessage, BotError> {
    let back = scene.at_desk("btn-back", DeskPress::Products);
    let Some(product) = scene.bot.catalog.find(sku) else {
        return Ok(message(scene.speech.word("product-gone"), vec![vec![back]]));
    };
    let head = line(scene, product).await?;
    let parts = [head, supply(scene, product).await?, scene.speech.word("desk-product-file")];
    let paused = scene.off.paused.contains(sku);
    let switch = if paused { "btn-desk-sell" } else { "btn-desk-pause" };
    let mut row: Vec<Button> = vec![scene.at_desk(switch, DeskPress::SwitchProduct(sku.clone()))];
    if product.stock != Stock::Unlimited {
        row.push(scene.at_desk("btn-desk-stock", DeskPress::AddStock(sku.clone())));
    }
    Ok(message(paragraphs(parts), vec![row, vec![back, scene.desk_menu()]]))
}

/// The supply by the file, and with what was added.
async fn supply(scene: &Scene<'_>, product: &Product) -> Result<String, BotError> {
    let till = &scene.bot.till;
    let day = till.money.day(scene.speech.now);
    let whole =
        shelf::with_additions(till.base.db.read(), &product.sku, (product.stock, &day)).await?;
    let (key, file, now) = match (product.stock, whole) {
        (Stock::Counted(file), Stock::Counted(now)) => ("desk-supply", file, now),
        (Stock::Daily(file), Stock::Daily(now)) => ("desk-supply-today", file, now),
        (Stock::Unlimited | Stock::Counted(_) | Stock::Daily(_), _) => return Ok(String::new()),
    };
    let args = Args::new().number("file", file.into()).number("now", now.into());
    Ok(scene.speech.say(key, &args))
}

impl Scene<'_> {
    /// The product's name, or its sku when its folder is gone.
    pub(super) fn sku_name(&self, sku: &Sku) -> String {
        let product = self.bot.catalog.find(sku);
        product.map_or(sku.as_str(), |product| product.name.get(self.speech.locale)).to_owned()
    }
}
