//! The kinds of background work. The words in `KIND` stand in rows and never change.
//!
//! Payloads carry numbers only; a handler reads everything else from the rows.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::kernel::ids::{OrderNo, PaymentNo, PayoutNo, RefundNo};
use crate::platform::jobs::Job;

/// Make and deliver the report of a paid order (spec.md §5).
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct FulfilOrder {
    pub order_no: OrderNo,
}

impl Job for FulfilOrder {
    const KIND: &'static str = "fulfil_order";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("fulfil:{}", self.order_no)
    }
}

/// Ask the provider for a payment link.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OpenPayment {
    pub payment_no: PaymentNo,
}

impl Job for OpenPayment {
    const KIND: &'static str = "open_payment";
    // With its back-off more than half an hour: the usual deadline of a payment.
    const MAX_ATTEMPTS: i32 = 60;

    fn dedupe_key(&self) -> String {
        format!("open:{}", self.payment_no)
    }
}

/// Ask the provider what became of a payment; close it when its deadline has passed unpaid.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CheckPayment {
    pub payment_no: PaymentNo,
    #[serde(default)]
    pub cause: CheckCause,
}

/// Why a provider is asked; only who asked hears that nothing has come yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckCause {
    /// The buyer says "I have paid".
    #[default]
    Asked,
    /// A callback that only a query can decide.
    Callback,
    /// The payer came back to the result page; the number tells apart visits some time apart.
    Returned(i64),
    /// A rung of the ladder (spec.md §4 rule 11).
    Ladder(i32),
    /// Its deadline passed.
    Deadline,
}

impl Job for CheckPayment {
    const KIND: &'static str = "check_payment";
    const MAX_ATTEMPTS: i32 = 12;

    fn dedupe_key(&self) -> String {
        let number = &self.payment_no;
        match self.cause {
            CheckCause::Asked => format!("check:{number}"),
            CheckCause::Callback => format!("check:{number}:callback"),
            CheckCause::Returned(visit) => format!("check:{number}:returned:{visit}"),
            CheckCause::Ladder(rung) => format!("check:{number}:ladder:{rung}"),
            CheckCause::Deadline => format!("check:{number}:deadline"),
        }
    }
}

/// Send a refund to the provider, or ask what became of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendRefund {
    pub refund_no: RefundNo,
}

impl Job for SendRefund {
    const KIND: &'static str = "send_refund";
    const MAX_ATTEMPTS: i32 = 30;

    fn dedupe_key(&self) -> String {
        format!("refund:{}", self.refund_no)
    }
}

/// What a buyer is told outside the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The payment card with link and QR picture.
    PaymentReady,
    /// The provider could not be asked for a link.
    PaymentUnavailable,
    /// An attempt failed; the order can still be paid.
    AttemptFailed,
    /// The payment failed for good; one tap makes a fresh order.
    PaymentFailed,
    /// Money arrived that does not match; a person looks at it.
    PaymentInDoubt,
    /// Asked on the buyer's wish: not paid yet.
    NotPaidYet,
    /// The deadline is near.
    Reminder,
    /// Closed unpaid at its deadline.
    Closed,
    /// Money came after the order was given up, and goes back.
    LateMoneyReturns,
    /// Money came after the order was given up; an operator decides.
    LateMoneyHeld,
    /// Paid twice: the second payment goes back.
    SurplusReturns,
    /// The report could not be made or delivered.
    OrderFailed,
    RefundStarted,
    RefundSucceeded,
    RefundFailed,
    /// An operator refused the buyer's request for a refund.
    RefundRefused,
    /// The report could not be written once more; the old one stays.
    RewriteFailed,
    /// A question was answered, or politely not.
    QuestionAnswered,
    /// A question could not be answered; the buyer has it back.
    QuestionFailed,
}

/// Tell the buyer of an order what happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellBuyer {
    pub order_no: OrderNo,
    pub news: News,
    /// The number of what the news is about, when one order can have several.
    pub about: String,
}

impl Job for TellBuyer {
    const KIND: &'static str = "tell_buyer";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("tell:{}:{:?}:{}", self.order_no, self.news, self.about)
    }
}

/// What an operator must know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// Money arrived that does not match its order.
    PaymentConflict,
    /// A proved callback names no payment of ours.
    OrphanCallback,
    /// A proved callback could not be applied.
    CallbackNotApplied,
    /// A provider used a word that we do not know.
    UnknownProviderWord,
    /// The provider charged one payment twice.
    SecondCharge,
    /// Callbacks whose signature is wrong keep coming.
    BadSignatures,
    /// The provider refuses to open a payment.
    PaymentUnavailable,
    /// The money of a refund had gone back before: more was given back than was paid.
    RefundedTwice,
    /// Money came late and `orders.late_payment` says that a person decides.
    LateMoney,
    /// A second proof could not be had; the callback alone decided.
    ProofMissing,
    /// The provider denies what its callback said.
    ProofContradicts,
    /// A refund was refused or stays unknown.
    RefundProblem,
    /// An order failed.
    OrderFailed,
    /// A job used up its attempts.
    JobParked,
    /// A buyer's message or tap could not be handled.
    UpdateParked,
    /// The chart service and our own engine disagree.
    ChartDisagreement,
    /// The chart service failed and our own engine stepped in.
    ChartFallback,
    /// The model's provider refuses our requests.
    ModelStopped,
    /// The quality gate refuses every text for an order.
    ReportHeld,
    /// Few pieces of a product are left.
    StockLow,
    /// A sink of events did not take any for days, or wants no more.
    EventSinkDisabled,
    /// The nightly check found a rule of the books broken.
    BooksUnsound,
    /// A promoter asks to be paid.
    PayoutRequested,
    /// A buyer asks for money back.
    RefundRequested,
    /// A picture or the book of a report could not be made; the text went out without it.
    PictureFailed,
    /// Nothing is sold: the line is too long, or nobody can write.
    SellingPaused,
    /// Little money is left with a provider of texts.
    BalanceLow,
}

/// Tell the operators in their chat. Carries numbers and words of ours only.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendAlert {
    pub kind: AlertKind,
    /// The number of the order, payment, refund or job.
    pub subject: String,
    pub note: String,
    /// The beginning of its quiet time, in milliseconds: equal alerts in one quiet time are one.
    pub bucket: i64,
    /// How many equal ones were not told since the one before.
    #[serde(default)]
    pub missed: i64,
}

impl Job for SendAlert {
    const KIND: &'static str = "send_alert";
    // With its back-off more than two hours: as long as a chat or a mail server may be away.
    const MAX_ATTEMPTS: i32 = 30;

    fn dedupe_key(&self) -> String {
        format!("alert:{:?}:{}:{}", self.kind, self.subject, self.bucket)
    }
}

/// Tell them by mail. A job of its own: no way out holds up another, or repeats what another said.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MailAlert(pub SendAlert);

impl Job for MailAlert {
    const KIND: &'static str = "mail_alert";
    const MAX_ATTEMPTS: i32 = 30;

    fn dedupe_key(&self) -> String {
        format!("mail:{}", self.0.dedupe_key())
    }
}

/// Tell a promoter what became of a payout.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellPromoter {
    pub payout_no: PayoutNo,
}

impl Job for TellPromoter {
    const KIND: &'static str = "tell_promoter";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("payout:{}", self.payout_no)
    }
}

/// Ask every rule of the books, once a day.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DoctorMoney {
    /// The shop's day, such as `2026-11-21`.
    pub day: String,
}

impl Job for DoctorMoney {
    const KIND: &'static str = "doctor_money";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("doctor:money:{}", self.day)
    }
}

/// Erase personal data that is too old, once a night.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExpireData {
    /// The shop's day, such as `2026-11-21`.
    pub day: String,
}

impl Job for ExpireData {
    const KIND: &'static str = "expire_data";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("expire:{}", self.day)
    }
}

/// Compare a day with what a provider has.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Reconcile {
    pub provider: String,
    /// A day of China.
    pub day: NaiveDate,
}

impl Job for Reconcile {
    const KIND: &'static str = "reconcile";
    const MAX_ATTEMPTS: i32 = 12;

    fn dedupe_key(&self) -> String {
        format!("reconcile:{}:{}", self.provider, self.day.format("%Y-%m-%d"))
    }
}

/// Tell the operators how a comparison ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TellReconciliation {
    /// The number of the run.
    pub run: i64,
}

impl Job for TellReconciliation {
    const KIND: &'static str = "tell_reconciliation";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("reconcile:tell:{}", self.run)
    }
}

/// Send a finished report once more.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResendReport {
    pub order_no: OrderNo,
    /// The number of this delivery; 0 is the first one, made by the pipeline.
    pub round: i32,
}

impl Job for ResendReport {
    const KIND: &'static str = "resend_report";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("resend:{}:{}", self.order_no, self.round)
    }
}

/// Write a finished report once more, as its buyer wishes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RewriteReport {
    pub order_no: OrderNo,
    /// Which rewrite of the order, counted from 1.
    pub number: i64,
}

impl Job for RewriteReport {
    const KIND: &'static str = "rewrite_report";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("rewrite:{}:{}", self.order_no, self.number)
    }
}

/// Answer a question about a finished report.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerQuestion {
    pub order_no: OrderNo,
    /// Which question about the order, counted from 1.
    pub number: i64,
}

impl Job for AnswerQuestion {
    const KIND: &'static str = "answer_question";
    const MAX_ATTEMPTS: i32 = 8;

    fn dedupe_key(&self) -> String {
        format!("question:{}:{}", self.order_no, self.number)
    }
}

/// Send the next messages of a broadcast.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SendBroadcast {
    pub broadcast_no: String,
}

impl Job for SendBroadcast {
    const KIND: &'static str = "send_broadcast";
    const MAX_ATTEMPTS: i32 = 30;

    fn dedupe_key(&self) -> String {
        format!("broadcast:{}", self.broadcast_no)
    }
}
