//! A buyer's orders: the list, one of them, and how an unpaid one is given up.

use super::{Scene, after, grid, message, plain, shop};
use crate::bot::dialogue::Press;
use crate::bot::dialogue::button::CANCEL_REASONS;
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::flows::fulfil_order::Failure;
use crate::flows::ways_to_pay;
use crate::kernel::ids::OrderNo;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, Order, OrderStatus};
use crate::payments::{self, PaymentStatus, refunds};
use crate::platform::texts::Args;

const PER_PAGE: usize = 5;
/// Older orders are found by their number only.
const MOST_SHOWN: u64 = 50;

pub(super) async fn list(scene: &Scene<'_>, page: usize) -> Result<OutgoingMessage, BotError> {
    let db = scene.bot.till.base.db.read();
    let all = orders::repo::list_of_user(db, scene.user.id, MOST_SHOWN).await?;
    if all.is_empty() {
        let products = scene.row("btn-products", &Press::Products);
        return Ok(message(scene.speech.word("orders-empty"), vec![products]));
    }
    let pages = all.len().div_ceil(PER_PAGE);
    let page = page.min(pages.saturating_sub(1));
    let shown: Vec<&Order> =
        all.iter().skip(page.saturating_mul(PER_PAGE)).take(PER_PAGE).collect();
    let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
    let pages_line = if pages > 1 {
        let args =
            Args::new().number("page", count(page).saturating_add(1)).number("pages", count(pages));
        scene.speech.say("orders-page", &args)
    } else {
        String::new()
    };
    let parts = [scene.speech.word("orders-title")]
        .into_iter()
        .chain(shown.iter().map(|order| scene.speech.say("orders-line", &line(scene, order))))
        .chain([lines([pages_line, scene.speech.word("orders-hint")])]);
    let open = |order: &&Order| {
        let label = scene.speech.say("btn-order-open", &plain_line(scene, order));
        Button::callback(label, Press::OrderOpen(order.order_no.clone()).data())
    };
    let mut keyboard = grid(shown.iter().map(open).collect(), 1);
    let mut turn = Vec::new();
    if let Some(before) = page.checked_sub(1) {
        turn.push(scene.button("btn-previous", &Press::Orders(before)));
    }
    if page.saturating_add(1) < pages {
        turn.push(scene.button("btn-next", &Press::Orders(page.saturating_add(1))));
    }
    if !turn.is_empty() {
        keyboard.push(turn);
    }
    keyboard.push(scene.row("btn-products", &Press::Products));
    Ok(message(paragraphs(parts), keyboard))
}

fn line(scene: &Scene<'_>, order: &Order) -> Args {
    with_state(scene, order, scene.about(order)).text("date", scene.speech.date(order.created_at))
}

/// For a button, whose label is plain text.
fn plain_line(scene: &Scene<'_>, order: &Order) -> Args {
    let args = Args::new().text("product", scene.product_name(order));
    with_state(scene, order, args).text("date", scene.speech.date(order.created_at))
}

fn with_state(scene: &Scene<'_>, order: &Order, args: Args) -> Args {
    // There was nothing to pay.
    let free = order.status == OrderStatus::Paid && order.total.is_zero();
    let state = if free { "free" } else { order.status.as_str() };
    args.text("icon", scene.speech.word(&format!("order-icon-{state}")))
        .text("status", scene.speech.word(&format!("order-status-{state}")))
}

/// One order: its state, and whatever can be done with it.
pub(super) async fn card(scene: &Scene<'_>, no: &OrderNo) -> Result<OutgoingMessage, BotError> {
    let Some(order) = scene.order(no).await? else {
        return Ok(plain::text(scene, "order-not-found"));
    };
    let speech = &scene.speech;
    let args = with_state(scene, &order, scene.about(&order))
        .text("created_at", speech.date_time(order.created_at));
    if order.status == OrderStatus::PendingPayment && shop::in_doubt(scene, &order).await? {
        let text = speech.say("pay-card-in-doubt", &scene.about(&order));
        let keyboard = vec![
            scene.row("btn-support", &Press::Support),
            scene.row("btn-back", &Press::Orders(0)),
        ];
        return Ok(message(text, keyboard));
    }
    let mut parts = vec![speech.say("order-card", &args)];
    parts.extend(scene.price_lines((order.price, &order.discounts)));
    if order.status == OrderStatus::PendingPayment {
        let deadline = Args::new().text("deadline", speech.deadline(order.expires_at));
        parts.push(speech.say("order-card-deadline", &deadline));
    }
    if let Some(at) = order.paid_at.filter(|_at| !order.total.is_zero()) {
        let args = Args::new().text("paid_at", speech.date_time(at));
        parts.push(speech.say("order-card-paid-at", &args));
    }
    if let Some(at) = order.completed_at {
        let args = Args::new().text("completed_at", speech.date_time(at));
        parts.push(speech.say("order-card-completed-at", &args));
    }
    if let Some(reason) = failure(scene, &order) {
        parts.push(speech.say("order-card-failure", &Args::new().text("reason", reason)));
    }
    parts.extend(refunds_in_words(scene, no).await?);
    parts.extend(after::lines_of(scene, &order).await?);
    let mut keyboard = deeds(scene, &order);
    keyboard.extend(after::buttons_of(scene, &order).await?);
    if order.paid_at.is_some() && !order.total.is_zero() {
        keyboard.push(scene.row("btn-receipt", &Press::OrderReceipt(no.clone())));
    }
    keyboard.push(scene.row("btn-back", &Press::Orders(0)));
    Ok(message(lines(parts), keyboard))
}

/// What was paid for an order; the order's card where nothing was.
pub(super) async fn receipt(scene: &Scene<'_>, no: &OrderNo) -> Result<OutgoingMessage, BotError> {
    let Some(order) = scene.order(no).await? else {
        return Ok(plain::text(scene, "order-not-found"));
    };
    let paid = payments::repo::list_of_order(scene.bot.till.base.db.read(), no).await?;
    let paid = paid.into_iter().find(|payment| payment.status == PaymentStatus::Succeeded);
    let Some((payment, at)) = paid.and_then(|payment| payment.paid_at.map(|at| (payment, at)))
    else {
        return card(scene, no).await;
    };
    let method = format!("method-{}", payment.method);
    let known = scene.speech.texts.has(scene.speech.locale, &method);
    let args = scene
        .about(&order)
        .text("method", scene.speech.word(if known { &method } else { "method-other" }))
        .text("paid_at", scene.speech.date_time(at))
        .escaped("provider_ref", payment.provider_ref.as_deref().unwrap_or("–"));
    let keyboard = vec![scene.row("btn-back", &Press::OrderOpen(no.clone()))];
    let price = scene.price_lines((order.price, &order.discounts));
    let text = paragraphs([scene.speech.say("receipt", &args), lines(price)]);
    Ok(message(text, keyboard))
}

/// The class of a failure after payment; what failed before it is said by the state.
fn failure(scene: &Scene<'_>, order: &Order) -> Option<String> {
    order.paid_at?;
    let class = order.failure.as_deref()?.split(':').next()?;
    let key = format!("failure-{class}");
    let known = scene.speech.texts.has(scene.speech.locale, &key);
    Some(scene.speech.word(if known { &key } else { "failure-internal" }))
}

async fn refunds_in_words(scene: &Scene<'_>, no: &OrderNo) -> Result<Vec<String>, BotError> {
    let refunds = refunds::list_of_order(scene.bot.till.base.db.read(), no).await?;
    let line = |refund: &payments::Refund| {
        let status = scene.speech.word(&format!("refund-status-{}", refund.status.as_str()));
        let args = Args::new().text("amount", scene.speech.money(refund.amount));
        scene.speech.say("order-card-refund", &args.text("status", status))
    };
    Ok(refunds.iter().map(line).collect())
}

/// The buttons that the state allows.
fn deeds(scene: &Scene<'_>, order: &Order) -> Keyboard {
    let no = || order.order_no.clone();
    let again = |key| vec![scene.row(key, &Press::OrderAgain(no()))];
    match order.status {
        OrderStatus::PendingPayment => vec![
            scene.row("btn-order-pay", &Press::PayShow(no())),
            vec![
                scene.button("btn-paid", &Press::PayCheck(no())),
                scene.button("btn-cancel-order", &Press::PayCancel(no())),
            ],
        ],
        OrderStatus::Completed if after::is_pack(scene, order) => Keyboard::new(),
        OrderStatus::Completed => vec![
            scene.row("btn-resend", &Press::OrderResend(no())),
            scene.row("btn-order-again", &Press::OrderAgain(no())),
        ],
        // The same answers would be refused again.
        OrderStatus::Failed if Failure::of(order) == Some(Failure::ModelRefused) => {
            vec![scene.row("btn-fill-in-afresh", &Press::Begin(order.sku.clone()))]
        }
        OrderStatus::Failed | OrderStatus::Cancelled | OrderStatus::Closed => {
            again("btn-order-retry")
        }
        OrderStatus::Refunded => again("btn-order-again"),
        OrderStatus::Paid | OrderStatus::Generating | OrderStatus::Refunding => {
            vec![scene.row("btn-support", &Press::Support)]
        }
    }
}

/// One text about an order, with the buttons that its state allows.
pub(super) async fn about(
    scene: &Scene<'_>,
    no: &OrderNo,
    key: &str,
) -> Result<OutgoingMessage, BotError> {
    let Some(order) = scene.order(no).await? else {
        return Ok(plain::text(scene, "order-not-found"));
    };
    let mut keyboard = deeds(scene, &order);
    keyboard.push(scene.way_home());
    Ok(message(scene.speech.say(key, &scene.about(&order)), keyboard))
}

/// A step was left. An unpaid order is offered to be kept or given up.
pub(super) async fn left(scene: &Scene<'_>, form: bool) -> Result<OutgoingMessage, BotError> {
    let unpaid = shop::unpaid(scene).await?;
    let word = match (form, &unpaid) {
        (true, _) => scene.speech.word("cancel-left"),
        (false, None) => scene.speech.word("cancel-nothing"),
        (false, Some(_)) => String::new(),
    };
    let Some(order) = unpaid else { return Ok(message(word, vec![scene.way_home()])) };
    let ask = scene.speech.say("cancel-ask", &scene.about(&order));
    let keyboard = vec![
        scene.row("btn-cancel-keep", &Press::CancelKeep(order.order_no.clone())),
        scene.row("btn-cancel-go", &Press::PayCancel(order.order_no)),
    ];
    Ok(message(paragraphs([word, ask]), keyboard))
}

/// The person's order that can still be paid; `Err`: what is shown instead.
async fn payable(
    scene: &Scene<'_>,
    no: &OrderNo,
) -> Result<Result<Order, OutgoingMessage>, BotError> {
    let Some(order) = scene.order(no).await? else {
        return Ok(Err(plain::text(scene, "order-not-found")));
    };
    if order.status != OrderStatus::PendingPayment || shop::in_doubt(scene, &order).await? {
        return Ok(Err(card(scene, no).await?));
    }
    Ok(Ok(order))
}

pub(super) async fn cancel_reason(
    scene: &Scene<'_>,
    no: &OrderNo,
) -> Result<OutgoingMessage, BotError> {
    let order = match payable(scene, no).await? {
        Ok(order) => order,
        Err(instead) => return Ok(instead),
    };
    let reason = |word: &'static str| {
        scene.row(&format!("btn-reason-{word}"), &Press::CancelFor(no.clone(), word))
    };
    let mut keyboard: Keyboard = CANCEL_REASONS.into_iter().map(reason).collect();
    keyboard.push(scene.row("btn-cancel-keep", &Press::CancelKeep(no.clone())));
    Ok(message(scene.speech.say("cancel-why", &scene.about(&order)), keyboard))
}

/// The ways to pay; a way back that leaves everything as it is.
pub(super) async fn pay_methods(
    scene: &Scene<'_>,
    no: &OrderNo,
) -> Result<OutgoingMessage, BotError> {
    let order = match payable(scene, no).await? {
        Ok(order) => order,
        Err(instead) => return Ok(instead),
    };
    let till = &scene.bot.till;
    let methods =
        till.counter_for(order.total.currency).map_or(&[][..], |counter| &counter.methods);
    let troubled = ways_to_pay::troubled(till, order.total.currency).await?;
    let (mut healthy, mut others): (Vec<_>, Vec<_>) =
        methods.iter().partition(|method| !troubled.contains(*method));
    healthy.append(&mut others);
    let button = |method: &&String| by(scene, no, (method, troubled.contains(*method)));
    let mut keyboard: Keyboard = healthy.iter().map(button).collect();
    keyboard.push(scene.row("btn-back", &Press::PayShow(no.clone())));
    let some = methods.iter().any(|method| troubled.contains(method));
    let note = if some { scene.speech.word("pay-method-troubled") } else { String::new() };
    let ask = scene.speech.say("pay-method-ask", &scene.about(&order));
    Ok(message(paragraphs([ask, note]), keyboard))
}

/// The button of one method, with a mark where it had trouble lately; a provider's own word stands
/// for itself.
fn by(scene: &Scene<'_>, no: &OrderNo, (method, troubled): (&str, bool)) -> Vec<Button> {
    let press = Press::PayBy(no.clone(), method.to_owned());
    let key = format!("btn-method-{method}");
    let known = scene.speech.texts.has(scene.speech.locale, &key);
    let label = if known { scene.speech.word(&key) } else { format!("💳 {method}") };
    let label = if troubled { format!("⚠️ {label}") } else { label };
    vec![Button::callback(label, press.data())]
}
