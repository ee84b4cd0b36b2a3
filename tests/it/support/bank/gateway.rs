//! The bank as the shop sees it: the port.

use async_trait::async_trait;
use chrono::NaiveDate;
use http::HeaderMap;
use mingshu::kernel::ids::{PaymentNo, RefundNo};
use mingshu::payments::ports::{
    Acknowledgement, CallError, CreatePayment, CreatedPayment, Notification, NotificationError,
    Observation, Outcome, PaymentGateway, RefundAnswer, RefundRequest, Source, StatedAmount,
    Verdict,
};
use mingshu::payments::statement::Statement;

use super::faults::{Fault, rejected};
use super::{BANK, Bank, Call, notices};

/// What a true notification carries over HTTP.
pub(crate) const SEAL: (&str, &str) = ("x-bank-seal", "sealed by the bank");

#[async_trait]
impl PaymentGateway for Bank {
    fn provider(&self) -> &'static str {
        BANK
    }

    fn dialect(&self) -> &'static str {
        BANK
    }

    async fn create(&self, request: &CreatePayment) -> Result<CreatedPayment, CallError> {
        let open = |_fault: &Fault| {
            self.books().open(&request.payment_no, request.amount);
            Ok(CreatedPayment {
                provider_ref: None,
                pay_url: format!("https://bank.example/{}", request.payment_no),
                qr_code: None,
            })
        };
        self.call(Call::Create, open).await
    }

    async fn query(&self, payment_no: &PaymentNo) -> Result<Observation, CallError> {
        let look = |fault: &Fault| {
            let told = self.tells(payment_no, fault);
            if *fault != Fault::LostAfter {
                self.books().was_asked(payment_no);
            }
            Ok(told)
        };
        self.call(Call::Query, look).await
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let give = |_fault: &Fault| {
            let outcome = self.books().give_back(request).map_err(|why| rejected(&why))?;
            Ok(RefundAnswer { provider_refund_ref: None, outcome })
        };
        self.call(Call::Refund, give).await
    }

    async fn query_refund(
        &self,
        refund_no: &RefundNo,
        _payment_no: &PaymentNo,
    ) -> Result<RefundAnswer, CallError> {
        let look = |_fault: &Fault| {
            let (outcome, ended) = self.books().ask_refund(refund_no);
            if ended {
                self.write_to_the_shop(notices::refund(refund_no, outcome.clone()));
            }
            Ok(RefundAnswer { provider_refund_ref: None, outcome })
        };
        self.call(Call::QueryRefund, look).await
    }

    async fn statement(&self, day: NaiveDate) -> Result<Option<Statement>, CallError> {
        let list = || Ok(Some(Statement { lines: self.books().list(day), others: 0 }));
        self.crash.around(list).await
    }

    /// The body of a true one is the number of an open payment that was paid.
    fn read_notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notification, NotificationError> {
        let seal = headers.get(SEAL.0).map(http::HeaderValue::as_bytes);
        if seal != Some(SEAL.1.as_bytes()) {
            return Err(NotificationError::Unproved("no seal of the bank"));
        }
        let number = PaymentNo(String::from_utf8_lossy(body).into_owned());
        let books = self.books();
        let charge = books.charges_of(&number).next();
        charge.map(notices::paid).ok_or_else(|| NotificationError::Malformed(number.0.clone()))
    }

    fn acknowledge(&self, _verdict: Verdict) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain", body: "OK" }
    }
}

impl Bank {
    /// What a question about a payment is answered: the first charge, as providers do.
    fn tells(&self, payment_no: &PaymentNo, fault: &Fault) -> Observation {
        let books = self.books();
        let charge = books.charges_of(payment_no).next();
        let truth = match charge {
            Some(_) => Outcome::Paid,
            None if books.has_failed(payment_no) => Outcome::FinallyFailed,
            None => Outcome::Pending,
        };
        let outcome = if let Fault::Says(word) = fault { word.clone() } else { truth };
        let paid = charge.filter(|_charge| outcome == Outcome::Paid);
        let stated = paid.map(|charge| StatedAmount {
            amount: charge.amount.to_major(),
            currency: Some(charge.amount.currency.to_string()),
        });
        let amount = stated.as_ref().map_or("", |stated| stated.amount.as_str());
        let reference = paid.map_or("", |charge| charge.no.as_str());
        let key = format!("query/{payment_no}/{reference}/{}/{amount}", outcome.as_str());
        Observation {
            source: Source::Query,
            evidence_key: key,
            outcome,
            stated,
            provider_ref: paid.map(|charge| charge.no.clone()),
            ..notices::blank(payment_no)
        }
    }
}
