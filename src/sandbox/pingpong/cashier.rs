//! The cashier page, and what its three buttons do.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use minijinja::{Environment, context};

use super::SandboxPingPong;
use super::ledger::{Payment, Refusal, State as Status};

const PAGE: &str = include_str!("../cashier.html");
/// The page needs nothing from elsewhere. It may stand in a frame beside the played chat.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

/// `GET /cashier/{token}`.
pub(super) async fn page(
    State(sandbox): State<SandboxPingPong>,
    Path(token): Path<String>,
) -> Response {
    let payment = sandbox.by_token(&token);
    let status = if payment.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
    match sandbox.render(payment.as_ref()) {
        Ok(html) => {
            let headers =
                [(header::CONTENT_SECURITY_POLICY, POLICY), (header::CACHE_CONTROL, "no-store")];
            (status, headers, Html(html)).into_response()
        }
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "no cashier page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// `POST /cashier/{token}/pay`, `/fail` or `/cancel`: does it, sends the notices off, and sends the
/// browser back to the shop. Clicked too late or twice, the page says how things stand.
pub(super) async fn click(
    State(sandbox): State<SandboxPingPong>,
    Path((token, deed)): Path<(String, String)>,
) -> Response {
    let Some(payment) = sandbox.by_token(&token) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let (decided, back) = match deed.as_str() {
        "pay" => (sandbox.decide_pay(&payment.payment_no), &payment.return_url),
        "fail" => (sandbox.decide_fail(&payment.payment_no), &payment.return_url),
        "cancel" => (sandbox.decide_cancel(&payment.payment_no), &payment.cancel_url),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match decided {
        Ok(waves) => {
            let errand = sandbox.clone();
            sandbox.0.courier.send_off(async move { errand.deliver(waves).await }).await;
            Redirect::to(back).into_response()
        }
        Err(Refusal::NoSuchPayment) => StatusCode::NOT_FOUND.into_response(),
        Err(Refusal::NotPayable(_) | Refusal::Duplicate | Refusal::NotPaid | Refusal::TooMuch) => {
            Redirect::to(&sandbox.cashier_url(&token)).into_response()
        }
    }
}

impl SandboxPingPong {
    /// The number alone does not open the cashier.
    fn by_token(&self, token: &str) -> Option<Payment> {
        self.find(token).ok().filter(|payment| payment.token == token)
    }

    fn render(&self, payment: Option<&Payment>) -> Result<String, minijinja::Error> {
        let mut templates = Environment::new();
        templates.add_template("cashier.html", PAGE)?;
        let page = templates.get_template("cashier.html")?;
        let Some(payment) = payment else {
            return page
                .render(context! { state => "unknown", merchant => &self.0.settings.merchant });
        };
        let now = self.0.clock.now();
        let (brand, method_zh, method_en) = method(&payment.method);
        let amount = payment.amount.to_major();
        let (whole, fraction) = amount.split_once('.').unwrap_or((&amount, ""));
        page.render(context! {
            state => word(payment.state_at(now)),
            merchant => &self.0.settings.merchant,
            subject => &payment.subject,
            currency => payment.amount.currency.as_str(),
            sign => if payment.amount.currency.as_str() == "CNY" { "¥" } else { "" },
            whole, fraction, brand, method_zh, method_en,
            payment_no => &payment.payment_no,
            token => &payment.token,
            return_url => &payment.return_url,
            left_ms => payment.expires_at.since(now).as_millis().to_string(),
        })
    }
}

/// A method in the colours and words that payers know.
fn method(name: &str) -> (&'static str, String, String) {
    let known = |brand, zh: &str, en: &str| (brand, zh.to_owned(), en.to_owned());
    match name {
        "wechat" | "WeChat Pay" | "WeChat" => known("wechat", "微信支付", "WeChat Pay"),
        "alipay" | "Alipay" => known("alipay", "支付宝", "Alipay"),
        "bank" | "UnionPay SecurePay" | "VISA" => known("bank", "银行卡", "Bank card"),
        "" => known("bank", "任意方式", "Any method"),
        other => known("bank", other, ""),
    }
}

/// The word by which the page chooses its face.
fn word(state: Status) -> &'static str {
    match state {
        Status::Open => "open",
        Status::AttemptFailed => "attempt_failed",
        Status::Confirming => "confirming",
        Status::Paid => "paid",
        Status::Failed => "failed",
        Status::Cancelled => "cancelled",
        Status::Closed => "closed",
    }
}
