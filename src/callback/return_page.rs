//! `GET /pay/return/{order_no}?t=…`: where the payer's browser lands. A display only: the state in
//! words, refreshed by itself; nothing is ever decided here (reference/pingpong.md §6.4).

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::CallbackState;
use crate::flows::check_payment;

use crate::flows::till::is_return_token;
use crate::kernel::ids::OrderNo;
use crate::kernel::locale::Locale;
use crate::orders::{self, Order, OrderStatus};
use crate::platform::texts::Args;

#[derive(Deserialize)]
pub(super) struct Token {
    #[serde(default)]
    t: String,
}

/// What the page template gets.
#[derive(Serialize)]
struct Page {
    lang: &'static str,
    title: String,
    text: String,
    tone: &'static str,
    sign: &'static str,
    refresh: bool,
    order_line: Option<String>,
    chat_url: Option<String>,
    back: String,
}

pub(super) async fn show(
    State(state): State<CallbackState>,
    Path(number): Path<String>,
    Query(token): Query<Token>,
) -> Response {
    let number = OrderNo(number);
    if !is_return_token(&state.base, &number, &token.t) {
        return page(&state, StatusCode::NOT_FOUND, None);
    }
    match orders::repo::find(state.base.db.read(), &number).await {
        Ok(Some(order)) => {
            ask(&state, &order).await;
            page(&state, StatusCode::OK, Some(&order))
        }
        Ok(None) => page(&state, StatusCode::NOT_FOUND, None),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, order.id = %number, "the result page cannot read its order");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// A payer who comes back has often just paid: the worker asks the provider (spec.md §4 rule 11).
async fn ask(state: &CallbackState, order: &Order) {
    if order.status != OrderStatus::PendingPayment {
        return;
    }
    if let Err(error) = check_payment::payer_returned(&state.base, &order.order_no).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, order.id = %order.order_no, "the provider will be asked later");
    }
}

fn page(state: &CallbackState, status: StatusCode, order: Option<&Order>) -> Response {
    let locale = order.map_or(Locale::ZhHans, |order| order.locale);
    let (words, tone, sign) = face(order);
    let texts = &state.texts;
    let page = Page {
        lang: locale.as_str(),
        title: texts.get(locale, &format!("page-{words}-title")),
        text: texts.get(locale, &format!("page-{words}-text")),
        tone,
        sign,
        refresh: order.is_some_and(|order| order.status.is_under_way()),
        order_line: order.map(|order| {
            let args = Args::new().text("order_no", order.order_no.as_str());
            texts.format(locale, "page-order", &args)
        }),
        chat_url: state.chat_url.get().cloned(),
        back: texts.get(locale, "page-back"),
    };
    match state.pages.render("return.html", &page) {
        Ok(html) => (status, headers(), html).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the result page is broken");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// Which texts and which face belong to the order's state.
fn face(order: Option<&Order>) -> (&'static str, &'static str, &'static str) {
    let Some(order) = order else { return ("unknown", "", "?") };
    match order.status {
        OrderStatus::PendingPayment => ("pending", "wait", ""),
        OrderStatus::Paid | OrderStatus::Generating => ("paid", "good", "✓"),
        OrderStatus::Completed => ("completed", "good", "✓"),
        OrderStatus::Failed if order.paid_at.is_none() => ("unpaid", "bad", "!"),
        OrderStatus::Failed => ("failed", "bad", "!"),
        OrderStatus::Cancelled | OrderStatus::Closed => ("closed", "", "·"),
        OrderStatus::Refunding => ("refunding", "", "↩"),
        OrderStatus::Refunded => ("refunded", "", "↩"),
    }
}

fn headers() -> [(header::HeaderName, &'static str); 5] {
    [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
        ),
    ]
}
