//! The shop window: greeting, list of products, one product.

use super::{Scene, message};
use crate::bot::dialogue::Press;
use crate::bot::error::BotError;
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::catalog::product::Stock;
use crate::catalog::{Product, shelf, stock};
use crate::flows::greet_user::Invitation;
use crate::flows::resend_report;
use crate::kernel::ids::Sku;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, Order, OrderStatus};
use crate::payments::{self, PaymentStatus};
use crate::platform::texts::Args;

/// How many orders back something unfinished is looked for.
const LOOK_BACK: u64 = 20;

/// `/start`: what is unfinished first, then what is for sale.
pub(super) async fn home(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let invitation = scene.invitation.and_then(invitation_key).map(|key| scene.speech.word(key));
    let unfinished = unfinished(scene).await?;
    let (greeting, mut keyboard) = match unfinished {
        Some((text, keyboard)) => (text, keyboard),
        None if scene.new => (scene.speech.word("start-welcome"), Keyboard::new()),
        None => (scene.speech.word("start-welcome-back"), Keyboard::new()),
    };
    keyboard.extend(product_buttons(scene).await?);
    keyboard.extend([
        vec![scene.button("btn-orders", &Press::Orders(0)), scene.button("btn-help", &Press::Help)],
        scene.row("btn-language", &Press::Languages),
    ]);
    let kept = scene
        .dialogue
        .coupon
        .as_ref()
        .map(|code| scene.speech.say("coupon-kept", &Args::new().text("code", code.clone())));
    let parts =
        [maintenance(scene), invitation.unwrap_or_default(), greeting, kept.unwrap_or_default()];
    Ok(message(paragraphs(parts), keyboard))
}

fn invitation_key(invitation: Invitation) -> Option<&'static str> {
    match invitation {
        Invitation::Counts => Some("start-invited"),
        Invitation::OwnLink => Some("start-invited-self"),
        Invitation::NoSuchCode => Some("start-invite-unknown"),
        Invitation::KnownBefore => None,
    }
}

/// A report that could not be delivered, an order that waits for its payment, a form left in the
/// middle: the most important of them, with what can be done.
async fn unfinished(scene: &Scene<'_>) -> Result<Option<(String, Keyboard)>, BotError> {
    let base = &scene.bot.till.base;
    if let Some(no) = resend_report::undelivered(base, scene.user.id).await?
        && let Some(order) = scene.order(&no).await?
    {
        let text = scene.speech.say("start-undelivered", &scene.about(&order));
        return Ok(Some((text, vec![scene.row("btn-send-now", &Press::OrderResend(no))])));
    }
    if let Some(order) = unpaid(scene).await? {
        let text = scene.speech.say("start-unpaid", &scene.about(&order));
        let buttons = vec![
            scene.button("btn-order-pay", &Press::PayShow(order.order_no.clone())),
            scene.button("btn-cancel-order", &Press::PayCancel(order.order_no)),
        ];
        return Ok(Some((text, vec![buttons])));
    }
    let Some((draft, product)) = scene.draft().filter(|(draft, _)| draft.has_begun()) else {
        return Ok(None);
    };
    let args = Args::new().escaped("product", product.name.get(scene.speech.locale));
    let text = scene.speech.say("start-resume", &args);
    debug_assert_eq!(draft.sku, product.sku, "the draft names its product");
    let buttons = vec![
        scene.button("btn-resume", &Press::Resume),
        scene.button("btn-restart", &Press::Restart),
    ];
    Ok(Some((text, vec![buttons])))
}

/// The person's newest order that can still be paid.
pub(super) async fn unpaid(scene: &Scene<'_>) -> Result<Option<Order>, BotError> {
    let db = scene.bot.till.base.db.read();
    let recent = orders::repo::list_of_user(db, scene.user.id, LOOK_BACK).await?;
    let now = scene.speech.now;
    for order in recent {
        let open = order.status == OrderStatus::PendingPayment && order.expires_at >= now;
        if open && !in_doubt(scene, &order).await? {
            return Ok(Some(order));
        }
    }
    Ok(None)
}

/// Money arrived that does not match, and a person is looking at it: nobody should pay again.
pub(super) async fn in_doubt(scene: &Scene<'_>, order: &Order) -> Result<bool, BotError> {
    let db = scene.bot.till.base.db.read();
    let attempts = payments::repo::list_of_order(db, &order.order_no).await?;
    Ok(attempts.iter().any(|payment| payment.status == PaymentStatus::Conflicted))
}

pub(super) async fn products(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let for_sale = for_sale(scene);
    if for_sale.is_empty() {
        let orders = scene.row("btn-orders", &Press::Orders(0));
        return Ok(message(scene.speech.word("products-empty"), vec![orders]));
    }
    let locale = scene.speech.locale;
    let line = |product: &&Product| {
        let args = Args::new()
            .escaped("name", product.name.get(locale))
            .text("price", scene.price(product))
            .escaped("summary", product.summary.get(locale));
        scene.speech.say("products-line", &args)
    };
    let title = scene.speech.word("products-title");
    let heads = [maintenance(scene), title];
    let text = paragraphs(heads.into_iter().chain(for_sale.iter().map(line)));
    let mut keyboard = product_buttons(scene).await?;
    keyboard.push(vec![
        scene.button("btn-orders", &Press::Orders(0)),
        scene.button("btn-help", &Press::Help),
    ]);
    Ok(message(text, keyboard))
}

/// That no orders are taken; nothing while they are.
fn maintenance(scene: &Scene<'_>) -> String {
    let closed = scene.off.maintenance.as_ref();
    closed.map(|_since| scene.speech.word("shop-maintenance")).unwrap_or_default()
}

fn for_sale<'a>(scene: &'a Scene<'_>) -> Vec<&'a Product> {
    let products =
        scene.bot.catalog.all().map(AsRef::as_ref).filter(|it: &&Product| it.pack.is_none());
    products.filter(|product| product.on_sale && (scene.operator || !product.test)).collect()
}

async fn product_buttons(scene: &Scene<'_>) -> Result<Keyboard, BotError> {
    let mut keyboard = Keyboard::new();
    for product in for_sale(scene) {
        let value = match unavailable(scene, product).await? {
            Some(key) => scene.speech.word(key),
            None => scene.plain_price(product),
        };
        let name = product.name.get(scene.speech.locale);
        let args = Args::new().text("name", name).text("price", value);
        let label = scene.speech.say("btn-product", &args);
        let press = Press::Product(product.sku.clone());
        keyboard.push(vec![Button::callback(label, press.data())]);
    }
    Ok(keyboard)
}

/// Why the product cannot be ordered now, in a word or two; nothing while it can.
async fn unavailable(
    scene: &Scene<'_>,
    product: &Product,
) -> Result<Option<&'static str>, BotError> {
    if scene.off.paused.contains(&product.sku) {
        return Ok(Some("btn-product-paused"));
    }
    let left = left(scene, product).await?;
    Ok(left.filter(|(_, count)| *count == 0).map(|_left| "btn-product-sold-out"))
}

pub(super) async fn product(scene: &Scene<'_>, sku: &Sku) -> Result<OutgoingMessage, BotError> {
    let Some(product) = scene.bot.catalog.find(sku) else {
        return Ok(not_for_sale(scene, sku, "product-gone"));
    };
    let left = match left(scene, product).await? {
        Some((_, 0)) => return Ok(not_for_sale(scene, sku, sold_out(product))),
        Some((key, count)) => scene.speech.say(key, &Args::new().number("count", count)),
        None => String::new(),
    };
    let locale = scene.speech.locale;
    let args = Args::new()
        .escaped("name", product.name.get(locale))
        .text("price", scene.price(product))
        .text("description", escaped(product.description.get(locale)));
    let order = if product.is_free() { "btn-order-free" } else { "btn-order" };
    let resumable = scene.draft().is_some_and(|(draft, _)| draft.sku == *sku && draft.has_begun());
    let mut keyboard = Keyboard::new();
    if resumable {
        keyboard.push(scene.row("btn-resume", &Press::Resume));
    }
    let begin = if resumable { "btn-restart" } else { order };
    keyboard.push(scene.row(begin, &Press::Begin(sku.clone())));
    keyboard.push(scene.row("btn-back", &Press::Products));
    let card = scene.speech.say("product-card", &args);
    Ok(message(paragraphs([card, lines([sale(scene, product), left])]), keyboard))
}

/// How many are left, and how that is said; nothing where there is no limit.
pub(super) async fn left(
    scene: &Scene<'_>,
    product: &Product,
) -> Result<Option<(&'static str, i64)>, BotError> {
    let till = &scene.bot.till;
    let day = till.money.day(scene.speech.now);
    let db = till.base.db.read();
    let stock = shelf::with_additions(db, &product.sku, (product.stock, &day)).await?;
    let rest = stock::rest(db, &product.sku, (stock, &day)).await?;
    let key = match product.stock {
        Stock::Daily(_) => "product-stock-left-today",
        Stock::Counted(_) | Stock::Unlimited => "product-stock-left",
    };
    Ok(rest.map(|count| (key, count.max(0))))
}

fn sold_out(product: &Product) -> &'static str {
    match product.stock {
        Stock::Daily(_) => "product-sold-out-today",
        Stock::Counted(_) | Stock::Unlimited => "product-sold-out",
    }
}

/// What the sale in force is called, and its last day.
fn sale(scene: &Scene<'_>, product: &Product) -> String {
    let price = product.price_on(scene.bot.till.money.date(scene.speech.now));
    let Some(sale) = price.sale else { return String::new() };
    let args = Args::new().text("day", scene.speech.day(sale.ends));
    match &sale.label {
        None => scene.speech.say("product-sale", &args),
        Some(label) => {
            let args = args.escaped("label", label.get(scene.speech.locale));
            scene.speech.say("product-sale-named", &args)
        }
    }
}

pub(super) fn not_for_sale(scene: &Scene<'_>, sku: &Sku, why: &str) -> OutgoingMessage {
    let product = scene.bot.catalog.find(sku);
    let name = product.map_or(sku.as_str(), |product| product.name.get(scene.speech.locale));
    let limit = product.and_then(|product| product.free_limit_per_day).unwrap_or(1);
    let args = Args::new().escaped("name", name).number("limit", limit.into());
    let text = lines([scene.speech.say(why, &args)]);
    message(text, vec![scene.way_home()])
}
