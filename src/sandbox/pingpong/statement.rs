//! The played back office: the list of one day of China, written from the truth
//! (reference/pingpong.md §3.8). What the headers say is from there; the columns are not published,
//! so they have the names that the same fields have in PingPong's other messages.

use std::fmt::Write as _;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, FixedOffset, NaiveDate};

use super::SandboxPingPong;
use super::ledger::{Dialect, Payment, RefundState};
use super::notices::six_decimals;
use super::v4::{Asked, CodeAndWords, INVALID};
use crate::kernel::clock::Timestamp;

const HEAD: &str = "merchantTransactionId,transactionId,transactionType,amount,currency,status,\
                    merchantRefundId,refundId,transactionTime";

pub(super) async fn download(State(sandbox): State<SandboxPingPong>, body: Bytes) -> Response {
    let asked = sandbox.open_envelope(&body).map_err(|(_, code)| code);
    match asked.and_then(|asked| day(&asked)) {
        Ok(day) => file(day, sandbox.statement(day)),
        Err((code, words)) => refusal(code, words),
    }
}

fn day(asked: &Asked) -> Result<NaiveDate, CodeAndWords> {
    let daily = asked.need("billType")? == "DAY";
    let day = NaiveDate::parse_from_str(&asked.need("billDate")?, "%Y-%m-%d");
    day.ok().filter(|_day| daily).ok_or(INVALID)
}

fn file(day: NaiveDate, text: String) -> Response {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    let day = day.format("%Y-%m-%d").to_string();
    for (name, value) in [("billdate", day.clone()), ("filename", format!("txn-{day}.csv"))] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    (headers, text).into_response()
}

fn refusal(code: &'static str, words: &'static str) -> Response {
    [("errorcode", code), ("errormsg", words)].into_response()
}

impl SandboxPingPong {
    /// What moved on `day`, as a file.
    fn statement(&self, day: NaiveDate) -> String {
        let mut text = format!("{HEAD}\r\n");
        let ledger = self.ledger();
        for payment in ledger.payments().filter(|one| matches!(one.dialect, Dialect::V4(_))) {
            write_payment(&mut text, payment, day);
        }
        text
    }
}

fn write_payment(text: &mut String, payment: &Payment, day: NaiveDate) {
    let (number, charge) = (&payment.payment_no, &payment.reference);
    if let Some(at) = payment.paid_at.and_then(|at| on(day, at)) {
        let (amount, currency) = (six_decimals(payment.amount), payment.amount.currency);
        write!(text, "{number},{charge},RECHARGE,{amount},{currency},SUCCESS,,,{at}\r\n").ok();
    }
    for refund in payment.refunds.iter().filter(|one| one.state == RefundState::Succeeded) {
        let Some(at) = refund.done_at.and_then(|at| on(day, at)) else { continue };
        let (amount, currency) = (six_decimals(refund.amount), refund.amount.currency);
        let (refund_no, reference) = (&refund.refund_no, &refund.reference);
        write!(
            text,
            "{number},{charge},REFUND,{amount},{currency},SUCCESS,{refund_no},{reference},{at}\r\n"
        )
        .ok();
    }
}

/// The clock time in China, if it is on this day there.
fn on(day: NaiveDate, at: Timestamp) -> Option<String> {
    let china = FixedOffset::east_opt(8 * 3600)?;
    let local: DateTime<FixedOffset> = at.to_utc().with_timezone(&china);
    (local.date_naive() == day).then(|| local.format("%Y-%m-%d %H:%M:%S").to_string())
}
