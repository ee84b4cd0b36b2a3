//! What operators see: figures, the life of an order, what became of their commands.

use std::time::Duration;

use super::{Scene, asking, coupon, desk, grid, message, weighty};
use crate::audit;
use crate::bot::dialogue::button::PERIODS;
use crate::bot::dialogue::{DeskPress, OperatorView, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::flows::figures::{self, Figures};
use crate::flows::inspect_order::{self, OrderView, PaymentView};
use crate::flows::{rate_order, retry_order, settle_doubt};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::kernel::money::Money;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, OrderStatus};
use crate::payments::PaymentStatus;
use crate::platform::texts::Args;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// A longer history shows its end.
const HISTORY_SHOWN: usize = 15;
/// More deeds of operators are not shown.
const DEEDS_SHOWN: u64 = 10;
/// The longest error that is shown.
const ERROR_SHOWN: usize = 300;

pub(super) async fn show(
    scene: &Scene<'_>,
    view: &OperatorView,
) -> Result<OutgoingMessage, BotError> {
    match view {
        OperatorView::Stats(period) => stats(scene, period).await,
        OperatorView::Order(no) => order(scene, no).await,
        OperatorView::Coupon(typed) => coupon::card(scene, typed).await,
        OperatorView::Desk(view) => desk::show(scene, view).await,
        OperatorView::Usage(key) => Ok(message(scene.speech.word(key), Keyboard::new())),
        OperatorView::ConfirmCard { named } => weighty::confirm_card(scene, named).await,
        OperatorView::RefundCard => weighty::refund_card(scene).await,
        OperatorView::Outcome { text, order } => {
            let open =
                order.clone().map(|no| scene.button("btn-operator-open", &Press::OperatorOpen(no)));
            let row = open.into_iter().chain([scene.desk_menu()]).collect();
            Ok(message(text.clone(), vec![row]))
        }
    }
}

async fn stats(scene: &Scene<'_>, period: &str) -> Result<OutgoingMessage, BotError> {
    let text = figures(scene, period).await?;
    let button = |period: &'static str| {
        let label = scene.speech.word(&format!("stats-{period}"));
        Button::callback(label, Press::Stats(period).data())
    };
    let periods = PERIODS.into_iter().map(button).collect();
    Ok(message(text, vec![periods, vec![scene.desk_menu()]]))
}

/// The shop in numbers since the beginning of `period`.
pub(super) async fn figures(scene: &Scene<'_>, period: &str) -> Result<String, BotError> {
    let till = &scene.bot.till;
    let now = scene.speech.now;
    let since = match period {
        "week" => now.minus(DAY.saturating_mul(7)),
        "month" => now.minus(DAY.saturating_mul(30)),
        "all" => Timestamp(0),
        _ => till.money.start_of_day(now),
    };
    let figures = figures::since(&till.base, since).await?;
    let closed = desk::closed_since(scene);
    let card = lines([card(scene, period, &figures), ratings(scene, &figures)]);
    Ok(paragraphs([closed, card, lines(queue(scene, &figures))]))
}

fn card(scene: &Scene<'_>, period: &str, figures: &Figures) -> String {
    let paid = figures.reached.paid;
    let placed = figures.placed();
    let rate = paid.saturating_mul(100).checked_div(placed).unwrap_or(0);
    let args = Args::new()
        .text("period", scene.speech.word(&format!("stats-{period}")))
        .number("users", i64::try_from(figures.new_users).unwrap_or(i64::MAX))
        .number("orders", placed)
        .number("paid", paid)
        .number("completed", figures.reached.delivered)
        .number("failed", figures.count(&[OrderStatus::Failed]))
        .text("revenue", sums(scene, &figures.received))
        .text("refunds", sums(scene, &figures.refunded))
        .number("success_rate", rate);
    scene.speech.say("stats-card", &args)
}

/// What buyers gave to their orders; nothing when none did.
fn ratings(scene: &Scene<'_>, figures: &Figures) -> String {
    let Some(tenths) = figures.ratings.mean_tenths() else { return String::new() };
    let args = Args::new()
        .text("mean", format!("{}.{}", tenths / 10, tenths % 10))
        .number("count", figures.ratings.count);
    scene.speech.say("stats-ratings", &args)
}

fn queue(scene: &Scene<'_>, figures: &Figures) -> [String; 2] {
    use OrderStatus as S;
    let open = Args::new()
        .number("pending", figures.count(&[S::PendingPayment]))
        .number("generating", figures.count(&[S::Paid, S::Generating]))
        .number("refunding", figures.count(&[S::Refunding]));
    let jobs = Args::new()
        .number("waiting", figures.jobs.ready)
        .number("running", figures.jobs.running)
        .number("parked", figures.jobs.parked);
    [scene.speech.say("stats-open", &open), scene.speech.say("stats-queue", &jobs)]
}

pub(super) fn sums(scene: &Scene<'_>, money: &[Money]) -> String {
    if money.is_empty() {
        return "0".to_owned();
    }
    let sums: Vec<String> = money.iter().map(|sum| scene.speech.money(*sum)).collect();
    sums.join(" + ")
}

pub(super) async fn order(scene: &Scene<'_>, no: &OrderNo) -> Result<OutgoingMessage, BotError> {
    let base = &scene.bot.till.base;
    let named = retry_order::order_of(base, no.as_str()).await?;
    let Some(view) = inspect_order::run(base, named.as_ref().unwrap_or(no)).await? else {
        return Ok(not_found(scene, no));
    };
    let text = paragraphs([
        head(scene, &view),
        lines(money(scene, &view)),
        lines(work(scene, &view)),
        rating(scene, &view.order_no).await?,
        lines(history(scene, &view)),
        lines(done_by_operators(scene, &view).await?),
    ]);
    let doubt = in_doubt(scene, &view).await?;
    let held = !inspect_order::held(base, &view.order_no).await?.is_empty();
    let held = held.then(|| Press::Desk(DeskPress::Held(view.order_no.clone())));
    let more = [
        held.map(|press| scene.button("btn-desk-held", &press)),
        doubt
            .map(|payment| scene.button("btn-desk-doubt", &Press::Desk(DeskPress::Doubt(payment)))),
    ];
    Ok(message(text, deeds(scene, &view, more.into_iter().flatten())))
}

pub(super) fn not_found(scene: &Scene<'_>, no: &OrderNo) -> OutgoingMessage {
    let args = Args::new().escaped("order_no", no.as_str());
    message(scene.speech.say("operator-order-not-found", &args), Keyboard::new())
}

fn head(scene: &Scene<'_>, view: &OrderView) -> String {
    let product = scene.bot.catalog.find(&view.sku);
    let name = product.map_or(view.sku.as_str(), |product| product.name.get(scene.speech.locale));
    let args = Args::new()
        .text("order_no", view.order_no.as_str())
        .escaped("product", name)
        .text("amount", scene.speech.price(view.money))
        .text("status", status(scene, "order", view.status.as_str()))
        .text("user_id", view.user_id.to_string())
        .text("created_at", scene.speech.date_time(view.created_at));
    let test = if view.test { scene.speech.word("operator-order-test") } else { String::new() };
    let price = scene.price_lines((view.list_price, &view.discounts));
    lines([scene.speech.say("operator-order", &args)].into_iter().chain(price).chain([test]))
}

/// The word for people and the word of the tables.
pub(super) fn status(scene: &Scene<'_>, of: &str, word: &str) -> String {
    format!("{} ({word})", scene.speech.word(&format!("{of}-status-{word}")))
}

fn money(scene: &Scene<'_>, view: &OrderView) -> Vec<String> {
    let payments = view.payments.iter().map(|payment| {
        let args = Args::new()
            .text("payment_no", payment.payment_no.as_str())
            .escaped("provider", &payment.provider)
            .escaped("method", &payment.method)
            .text("amount", scene.speech.money(payment.money))
            .text("status", status(scene, "payment", payment.status.as_str()));
        scene.speech.say("operator-order-payment", &args)
    });
    let refunds = view.refunds.iter().map(|refund| {
        let args = Args::new()
            .text("refund_no", refund.refund_no.as_str())
            .text("amount", scene.speech.money(refund.money))
            .text("status", status(scene, "refund", refund.status.as_str()));
        scene.speech.say("operator-order-refund", &args)
    });
    payments.chain(refunds).collect()
}

/// How far the report is.
fn work(scene: &Scene<'_>, view: &OrderView) -> Vec<String> {
    let mut parts = Vec::new();
    if let Some(job) = &view.job {
        let args = Args::new()
            .text("step", scene.speech.word(&format!("step-{}", view.step.as_str())))
            .number("attempt", job.attempts.into())
            .text("status", scene.speech.word(&format!("job-status-{}", job.status)));
        parts.push(scene.speech.say("operator-order-step", &args));
    }
    let job_error = view.job.as_ref().and_then(|job| job.last_error.as_deref());
    if let Some(error) = view.failure.as_deref().or(job_error) {
        let shown: String = error.chars().take(ERROR_SHOWN).collect();
        let args = Args::new().escaped("error", &shown);
        parts.push(scene.speech.say("operator-order-error", &args));
    }
    if let Some(report) = &view.report {
        let tokens = report.tokens.prompt_cache_hit.saturating_add(report.tokens.prompt_cache_miss);
        let tokens = tokens.saturating_add(report.tokens.completion);
        let args = Args::new()
            .escaped("model", &report.model)
            .number("tokens", i64::try_from(tokens).unwrap_or(i64::MAX))
            .number("sent", view.segments.0)
            .number("total", view.segments.1);
        parts.push(scene.speech.say("operator-order-report", &args));
    }
    parts.extend(asking::for_operators(scene, view));
    parts
}

/// What the buyer gave to the order, and said of it.
async fn rating(scene: &Scene<'_>, no: &OrderNo) -> Result<String, BotError> {
    let Some(rating) = rate_order::find(&scene.bot.till.base, no).await? else {
        return Ok(String::new());
    };
    let args = Args::new().number("stars", rating.stars.count().into());
    let stars = scene.speech.say("order-card-rating", &args);
    let words = rating.words.map(|words| format!("<i>{}</i>", escaped(&words)));
    Ok(lines([stars, words.unwrap_or_default()]))
}

fn history(scene: &Scene<'_>, view: &OrderView) -> Vec<String> {
    let skipped = view.history.len().saturating_sub(HISTORY_SHOWN);
    let line = |row: &orders::HistoryRow| {
        let args = Args::new()
            .text("time", scene.speech.date_time(row.at))
            .text("from", row.from.as_deref().unwrap_or("–"))
            .text("to", row.to.as_str())
            .escaped("actor", &row.actor)
            .escaped("reason", &row.reason.chars().take(ERROR_SHOWN).collect::<String>());
        scene.speech.say("operator-order-history", &args)
    };
    view.history.iter().skip(skipped).map(line).collect()
}

/// What operators did to the order.
async fn done_by_operators(scene: &Scene<'_>, view: &OrderView) -> Result<Vec<String>, BotError> {
    let about = audit::Filter { order_no: Some(&view.order_no), ..audit::Filter::default() };
    let mut done = audit::repo::list(scene.bot.till.base.db.read(), &about, DEEDS_SHOWN).await?;
    done.reverse();
    let line = |deed: &audit::OperatorAction| {
        let args = Args::new()
            .text("time", scene.speech.date_time(deed.at))
            .escaped("operator", &deed.operator)
            .escaped("action", &deed.action);
        scene.speech.say("operator-order-deed", &args)
    };
    Ok(done.iter().map(line).collect())
}

/// A payment of the order of which money stands in doubt.
async fn in_doubt(scene: &Scene<'_>, view: &OrderView) -> Result<Option<PaymentNo>, BotError> {
    for payment in &view.payments {
        let whose = (&view.order_no, &payment.payment_no);
        let found = settle_doubt::look(&scene.bot.till.base, whose).await?;
        if found.is_some_and(|(_, doubts)| !doubts.is_empty()) {
            return Ok(Some(payment.payment_no.clone()));
        }
    }
    Ok(None)
}

fn deeds(scene: &Scene<'_>, view: &OrderView, more: impl IntoIterator<Item = Button>) -> Keyboard {
    let no = || view.order_no.clone();
    let mut row = Vec::new();
    if matches!(view.status, OrderStatus::Paid | OrderStatus::Generating) {
        row.push(scene.button("btn-operator-retry", &Press::OperatorRetry(no())));
    }
    if view.status == OrderStatus::Completed {
        row.push(scene.button("btn-operator-resend", &Press::OperatorResend(no())));
    }
    let unproved = |payment: &PaymentView| payment.status != PaymentStatus::Succeeded;
    let conflicted = |payment: &PaymentView| payment.status == PaymentStatus::Conflicted;
    let unpaid = view.paid_at.is_none() && view.payments.iter().any(unproved);
    if unpaid || view.payments.iter().any(conflicted) {
        row.push(scene.button("btn-operator-confirm", &Press::OperatorConfirm(no())));
    }
    let refundable =
        matches!(view.status, OrderStatus::Paid | OrderStatus::Completed | OrderStatus::Failed);
    if refundable && view.paid_at.is_some() && !view.payments.is_empty() {
        row.push(scene.button("btn-operator-refund", &Press::OperatorRefund(no())));
    }
    row.extend(more);
    let buyer = Press::Desk(DeskPress::User(view.user_id));
    let all = Press::Desk(DeskPress::Orders(None, 0));
    let mut keyboard = grid(row, 2);
    keyboard
        .push(vec![scene.button("btn-desk-buyer", &buyer), scene.button("btn-desk-orders", &all)]);
    keyboard.push(vec![scene.desk_menu()]);
    keyboard
}
