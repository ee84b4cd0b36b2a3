//! PingPong's daily list of transactions (reference/pingpong.md §3.8): a signed question to the
//! back office; the answer is a file, and headers tell whether it is one.
//!
//! The columns of the file are not published. So it is read by the names in its first line, in the
//! spellings that PingPong uses for the same fields elsewhere, and a file in which one of the needed
//! columns is not found is refused as a whole: a guess about money would be worse than none.

use http::HeaderMap;
use serde::Serialize;

use super::statuses::{self, Verdict};
use crate::kernel::ids::{PaymentNo, RefundNo};
use crate::payments::adapters::exchange::{Answer, unknown, unknown_status};
use crate::payments::adapters::reading::{brief, evidence_key};
use crate::payments::ports::{CallError, Outcome, Source, StatedAmount};
use crate::payments::statement::{LineKind, Statement, StatementLine};

/// `POST /api/v2/txn-rec-file/download`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Ask {
    /// `2026-11-20`, a day of China.
    pub(super) bill_date: String,
    pub(super) bill_type: &'static str,
}

/// The file in an answer.
pub(super) fn read(answer: &Answer) -> Result<Statement, CallError> {
    if !answer.status.is_success() {
        return Err(unknown_status(answer.status));
    }
    let code = header(&answer.headers, "errorCode");
    if !code.is_empty() && statuses::verdict(&code) != Verdict::Worked {
        let message = header(&answer.headers, "errorMsg");
        return Err(match statuses::verdict(&code) {
            Verdict::Refused | Verdict::NoSuchNumber => CallError::Rejected { code, message },
            Verdict::Worked | Verdict::Duplicate | Verdict::Open => {
                unknown("the back office could not give the statement")
            }
        });
    }
    let text = std::str::from_utf8(&answer.body)
        .map_err(|_binary| unreadable("it is not text in UTF-8"))?;
    lines(text.trim_start_matches('\u{feff}'))
}

fn header(headers: &HeaderMap, name: &str) -> String {
    brief(headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().trim())
}

fn unreadable(why: &str) -> CallError {
    CallError::Rejected { code: "unreadable".to_owned(), message: format!("the statement: {why}") }
}

/// Where the fields stand.
struct Columns {
    payment_no: usize,
    amount: usize,
    currency: usize,
    status: usize,
    kind: Option<usize>,
    refund_no: Option<usize>,
    transaction: Option<usize>,
    refund: Option<usize>,
    fee: Option<usize>,
}

fn lines(text: &str) -> Result<Statement, CallError> {
    let mut rows = text.lines().filter(|line| !line.trim().is_empty());
    let head = rows.next().ok_or_else(|| unreadable("it is empty"))?;
    let separator = if head.contains('\t') { '\t' } else { ',' };
    let columns = columns(&cells(head, separator))?;
    let mut statement = Statement::default();
    for row in rows {
        match line(&columns, &cells(row, separator), row) {
            Some(line) => statement.lines.push(line),
            None => statement.others = statement.others.saturating_add(1),
        }
    }
    Ok(statement)
}

fn columns(head: &[String]) -> Result<Columns, CallError> {
    let names: Vec<String> = head.iter().map(|name| plain(name)).collect();
    let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
    let need = |known: &[&str]| {
        let first = known.first().copied().unwrap_or_default();
        find(known).ok_or_else(|| unreadable(&format!("it has no column `{first}`")))
    };
    Ok(Columns {
        payment_no: need(&[
            "merchanttransactionid",
            "merchantorderno",
            "商户订单号",
            "商户交易号",
            "商户流水号",
        ])?,
        amount: need(&["amount", "transactionamount", "交易金额", "订单金额"])?,
        currency: need(&["currency", "transactioncurrency", "交易币种", "订单币种", "币种"])?,
        status: need(&["status", "transactionstatus", "交易状态", "状态"])?,
        kind: find(&["transactiontype", "type", "notifytype", "交易类型", "类型"]),
        refund_no: find(&["merchantrefundid", "商户退款号", "商户退款单号"]),
        transaction: find(&["transactionid", "交易流水号", "pingpong交易号", "pingpong订单号"]),
        refund: find(&["refundid", "退款流水号", "pingpong退款号"]),
        fee: find(&["fee", "transactionfee", "手续费", "交易手续费"]),
    })
}

/// A column's name without what spellings differ in.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `None`: the line is no movement of money.
fn line(columns: &Columns, cells: &[String], raw: &str) -> Option<StatementLine> {
    let cell =
        |place: usize| cells.get(place).map(|text| text.trim()).filter(|text| !text.is_empty());
    let at = |place: Option<usize>| place.and_then(cell);
    let refund_no = at(columns.refund_no);
    let kind = match at(columns.kind) {
        Some(word) => kind(word)?,
        None if refund_no.is_some() => LineKind::Refund,
        None => LineKind::Charge,
    };
    let payment_no = cell(columns.payment_no)?;
    let currency = cell(columns.currency)?;
    let stated = |amount: &str| StatedAmount {
        // A refund may be written as a negative charge.
        amount: amount.trim_start_matches('-').to_owned(),
        currency: Some(currency.to_owned()),
    };
    let amount = stated(cell(columns.amount)?);
    let word = cell(columns.status)?;
    let (provider_ref, name) = match kind {
        LineKind::Charge => (at(columns.transaction), "RECHARGE"),
        LineKind::Refund => (at(columns.refund), "REFUND"),
    };
    let settled = ["成功", "交易成功", "退款成功", "支付成功"].contains(&word)
        || statuses::outcome(&word.to_uppercase()) == Outcome::Paid;
    let facts = [name, payment_no, refund_no.unwrap_or(""), provider_ref.unwrap_or(""), word];
    Some(StatementLine {
        evidence_key: evidence_key(Source::Statement, &facts, Some(&amount)),
        kind,
        payment_no: PaymentNo::from(payment_no),
        refund_no: refund_no.filter(|_no| kind == LineKind::Refund).map(RefundNo::from),
        provider_ref: provider_ref.map(str::to_owned),
        stated: amount,
        fee: at(columns.fee).map(stated),
        settled,
        word: word.to_owned(),
        raw: raw.to_owned(),
    })
}

/// `None`: neither a charge nor a refund, such as an authorisation or a fee.
fn kind(word: &str) -> Option<LineKind> {
    match plain(word).as_str() {
        "recharge" | "payment" | "pay" | "sale" | "charge" | "支付" | "收款" | "消费" | "交易" => {
            Some(LineKind::Charge)
        }
        "refund" | "退款" => Some(LineKind::Refund),
        _ => None,
    }
}

/// The cells of one line of CSV. Quoted cells may hold the separator and doubled quotes; a line
/// break within a cell does not occur in numbers, amounts and words.
fn cells(line: &str, separator: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    let mut letters = line.trim_end_matches('\r').chars().peekable();
    while let Some(letter) = letters.next() {
        let Some(cell) = cells.last_mut() else { break };
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if quoted || cell.trim().is_empty() => quoted = !quoted,
            letter if letter == separator && !quoted => cells.push(String::new()),
            // Some exports hide long numbers from spreadsheets behind a quote or a tab.
            '\'' | '`' if cell.is_empty() => {}
            letter => cell.push(letter),
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HEAD: &str = "merchantTransactionId,transactionId,transactionType,amount,currency,\
                        status,merchantRefundId,refundId,fee";

    fn read_text(text: &str) -> Result<Statement, String> {
        lines(text).map_err(|error| error.to_string())
    }

    #[test]
    fn charges_and_refunds_are_read_by_the_names_of_their_columns() {
        let text = format!(
            "{HEAD}\r\nP1,T1,RECHARGE,19.900000,CNY,SUCCESS,,,0.12\r\n\
             P1,T1,REFUND,-5.00,CNY,SUCCESS,R1,RF1,\r\nP2,T2,RECHARGE,1,CNY,FAILED,,,\r\n\
             P3,,CAPTURE,1,CNY,SUCCESS,,,\r\n合计,,,26.90,,,,,\r\n"
        );
        let statement = read_text(&text).unwrap();
        let [charge, refund, failed] = statement.lines.as_slice() else { panic!("{statement:?}") };
        assert_eq!(statement.others, 2);
        assert_eq!(
            (charge.kind, charge.settled, charge.reference()),
            (LineKind::Charge, true, "P1")
        );
        assert_eq!(charge.stated.amount, "19.900000");
        assert_eq!(charge.fee.as_ref().unwrap().amount, "0.12");
        assert_eq!(charge.evidence_key, "statement/RECHARGE/P1//T1/SUCCESS/19.9/CNY");
        assert_eq!((refund.kind, refund.reference()), (LineKind::Refund, "R1"));
        assert_eq!(
            (refund.stated.amount.as_str(), refund.provider_ref.as_deref()),
            ("5.00", Some("RF1"))
        );
        assert!(!failed.settled && failed.fee.is_none());
    }

    #[test]
    fn the_columns_may_stand_anywhere_and_speak_chinese() {
        let text = "\u{feff}币种\t交易状态\t\"交易金额\"\t商户订单号\t交易类型\nCNY\t交易成功\t29.90\t'P1\t支付\n";
        let statement = lines(text.trim_start_matches('\u{feff}')).unwrap();
        let [line] = statement.lines.as_slice() else { panic!("{statement:?}") };
        assert_eq!((line.payment_no.as_str(), line.settled), ("P1", true));
        assert_eq!(line.stated.amount, "29.90");
    }

    #[test]
    fn a_file_without_the_needed_columns_is_refused() {
        for (text, missing) in [
            ("", "empty"),
            ("PK\u{3}\u{4}something", "merchanttransactionid"),
            ("{\"code\":\"104000\"}", "merchanttransactionid"),
            ("merchantTransactionId,amount,currency\nP1,1,CNY", "status"),
        ] {
            let refused = read_text(text).unwrap_err();
            assert!(refused.contains(missing), "{text}: {refused}");
        }
        assert_eq!(read_text(HEAD).unwrap(), Statement::default(), "a day without sales");
    }

    #[test]
    fn cells_may_be_quoted() {
        assert_eq!(
            cells(r#"a,"b,c","say ""hi""", d ,"#, ','),
            ["a", "b,c", "say \"hi\"", " d ", ""]
        );
        assert_eq!(cells("'123\t`4", '\t'), ["123", "4"]);
    }

    proptest! {
        #[test]
        fn reading_never_panics(text in "(.|\n){0,200}") {
            read_text(&text).ok();
            read_text(&format!("{HEAD}\n{text}")).unwrap();
        }
    }
}
