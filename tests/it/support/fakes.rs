//! The outside world as the stories want it: remembers what was asked, fails when told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::NaiveDate;
use http::HeaderMap;
use mingshu::bazi::ports::{ChartError, ChartService, Refusal};
use mingshu::bazi::{BirthMoment, Chart};
use mingshu::kernel::ids::{PaymentNo, RefundNo, UserId};
use mingshu::notifications::message::{
    Document, Keyboard, OutgoingMessage, Parcel, Photo, Source as FileSource,
};
use mingshu::notifications::ports::{DraftId, MessageId, Messenger, Posted, SendError};
use mingshu::payments::ports::{
    Acknowledgement, CallError, CreatePayment, CreatedPayment, Notification, NotificationError,
    Observation, Outcome, PaymentGateway, RefundAnswer, RefundOutcome, RefundRequest, Source,
    StatedAmount, Verdict,
};
use mingshu::payments::statement::Statement;
use mingshu::reports::ports::{
    Completion, LanguageModel, ModelError, ModelRequest, Progress, TokenUsage,
};

use super::crash::Crash;

/// A message as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Said {
    pub(crate) to: UserId,
    pub(crate) text: String,
    pub(crate) keyboard: Keyboard,
}

/// The chat.
pub(crate) struct FakeMessenger {
    crash: Arc<Crash>,
    next_id: AtomicI64,
    sent: Mutex<Vec<Said>>,
    edited: Mutex<Vec<Said>>,
    photos: AtomicUsize,
    failures: Mutex<VecDeque<Option<SendError>>>,
    attempts: Mutex<Vec<String>>,
    blocked: AtomicBool,
    parcels: Mutex<Vec<Parcel>>,
    forgets_files: AtomicBool,
    drafts: Mutex<Vec<String>>,
    drafts_fail: Mutex<Option<fn() -> SendError>>,
}

impl FakeMessenger {
    pub(crate) fn new(crash: Arc<Crash>) -> Self {
        Self {
            crash,
            next_id: AtomicI64::new(1000),
            sent: Mutex::default(),
            edited: Mutex::default(),
            photos: AtomicUsize::new(0),
            failures: Mutex::default(),
            attempts: Mutex::default(),
            blocked: AtomicBool::new(false),
            parcels: Mutex::default(),
            forgets_files: AtomicBool::new(false),
            drafts: Mutex::default(),
            drafts_fail: Mutex::default(),
        }
    }

    /// Every parcel that was tried, in order.
    pub(crate) fn parcels(&self) -> Vec<Parcel> {
        self.parcels.lock().unwrap().clone()
    }

    /// From now on no file is known by its name.
    pub(crate) fn forget_files(&self) {
        self.forgets_files.store(true, Ordering::SeqCst);
    }

    /// The next new messages fail like this; `None` goes through.
    pub(crate) fn fail_next(&self, failures: impl IntoIterator<Item = Option<SendError>>) {
        self.failures.lock().unwrap().extend(failures);
    }

    /// As if nothing had been said, and nothing would fail.
    pub(crate) fn forget(&self) {
        self.sent.lock().unwrap().clear();
        self.edited.lock().unwrap().clear();
        self.attempts.lock().unwrap().clear();
        self.failures.lock().unwrap().clear();
        self.drafts.lock().unwrap().clear();
    }

    /// Every live draft that was tried, in order.
    pub(crate) fn drafts(&self) -> Vec<String> {
        self.drafts.lock().unwrap().clone()
    }

    /// From now on drafts fail like this.
    pub(crate) fn fail_drafts(&self, failure: Option<fn() -> SendError>) {
        *self.drafts_fail.lock().unwrap() = failure;
    }

    pub(crate) fn block(&self, blocked: bool) {
        self.blocked.store(blocked, Ordering::SeqCst);
    }

    /// Every new message, in order.
    pub(crate) fn sent(&self) -> Vec<Said> {
        self.sent.lock().unwrap().clone()
    }

    pub(crate) fn edited(&self) -> Vec<Said> {
        self.edited.lock().unwrap().clone()
    }

    pub(crate) fn photos(&self) -> usize {
        self.photos.load(Ordering::SeqCst)
    }

    /// New messages that contain `words`.
    pub(crate) fn saying(&self, words: &str) -> Vec<Said> {
        self.sent().into_iter().filter(|said| said.text.contains(words)).collect()
    }

    fn refusal(&self) -> Option<SendError> {
        if self.blocked.load(Ordering::SeqCst) {
            return Some(SendError::Unreachable("bot was blocked by the user".to_owned()));
        }
        self.failures.lock().unwrap().pop_front().flatten()
    }

    /// How often it was tried to send `words`.
    pub(crate) fn attempts(&self, words: &str) -> usize {
        self.attempts.lock().unwrap().iter().filter(|text| text.contains(words)).count()
    }

    fn take(&self, to: UserId, message: &OutgoingMessage) -> Result<MessageId, SendError> {
        self.attempts.lock().unwrap().push(message.text.clone());
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        self.sent.lock().unwrap().push(said(to, message));
        Ok(MessageId(self.next_id.fetch_add(1, Ordering::SeqCst)))
    }
}

fn said(to: UserId, message: &OutgoingMessage) -> Said {
    Said { to, text: message.text.clone(), keyboard: message.keyboard.clone() }
}

#[async_trait]
impl Messenger for FakeMessenger {
    async fn send(&self, to: UserId, message: &OutgoingMessage) -> Result<MessageId, SendError> {
        self.crash.around(|| self.take(to, message)).await
    }

    async fn edit(
        &self,
        to: UserId,
        _which: MessageId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        self.edited.lock().unwrap().push(said(to, message));
        Ok(())
    }

    async fn delete(&self, _to: UserId, _which: MessageId) -> Result<(), SendError> {
        Ok(())
    }

    async fn send_photo(&self, to: UserId, photo: &Photo) -> Result<MessageId, SendError> {
        self.photos.fetch_add(1, Ordering::SeqCst);
        self.take(to, &photo.caption)
    }

    async fn send_document(&self, to: UserId, document: &Document) -> Result<MessageId, SendError> {
        self.take(to, &document.caption)
    }

    async fn send_parcel(&self, to: UserId, parcel: &Parcel) -> Result<Vec<Posted>, SendError> {
        self.crash
            .around(|| {
                self.parcels.lock().unwrap().push(parcel.clone());
                let known = |source: &FileSource| matches!(source, FileSource::Known(_));
                let named = parcel.items().iter().any(|item| known(&item.source));
                if named && self.forgets_files.load(Ordering::SeqCst) {
                    let description = "Bad Request: wrong file identifier".to_owned();
                    return Err(SendError::Refused { code: 400, description });
                }
                let files: Vec<_> = parcel.items().iter().map(|i| i.file_name.clone()).collect();
                let words = OutgoingMessage::plain(format!("[{}]", files.join(" ")));
                self.take(to, &words)?;
                let posted = files.into_iter().map(|name| Posted {
                    message: MessageId(self.next_id.fetch_add(1, Ordering::SeqCst)),
                    file: Some(format!("id-{name}")),
                });
                Ok(posted.collect())
            })
            .await
    }

    async fn typing(&self, _to: UserId) -> Result<(), SendError> {
        Ok(())
    }

    async fn draft(
        &self,
        _to: UserId,
        which: DraftId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        assert_ne!(which.0, 0);
        self.drafts.lock().unwrap().push(message.text.clone());
        self.drafts_fail.lock().unwrap().map_or(Ok(()), |failure| Err(failure()))
    }

    async fn answer_button(&self, _query: &str, _text: Option<&str>) -> Result<(), SendError> {
        Ok(())
    }
}

/// The writer.
pub(crate) struct FakeModel {
    crash: Arc<Crash>,
    answers: Mutex<VecDeque<Result<String, ModelError>>>,
    requests: Mutex<Vec<ModelRequest>>,
    finished: AtomicUsize,
}

impl FakeModel {
    pub(crate) fn new(crash: Arc<Crash>) -> Self {
        Self {
            crash,
            answers: Mutex::default(),
            requests: Mutex::default(),
            finished: AtomicUsize::new(0),
        }
    }

    pub(crate) fn answer_next(
        &self,
        answers: impl IntoIterator<Item = Result<String, ModelError>>,
    ) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// As if nothing had been asked, and nothing would fail.
    pub(crate) fn forget(&self) {
        self.answers.lock().unwrap().clear();
        self.requests.lock().unwrap().clear();
    }

    pub(crate) fn requests(&self) -> Vec<ModelRequest> {
        self.requests.lock().unwrap().clone()
    }

    /// How many texts were finished, and so paid for.
    pub(crate) fn finished(&self) -> usize {
        self.finished.load(Ordering::SeqCst)
    }
}

/// Three chapters that are too long for two of them to share a message, and short enough for one.
pub(crate) fn a_report() -> String {
    ["一、命盘总览", "二、性格与天赋", "三、事业与才能"]
        .map(|title| format!("## {title}\n\n{}\n", "**日主**坐印，行事稳当。".repeat(130)))
        .concat()
}

/// A chapter with its summary, told from the others by its number.
pub(crate) fn a_chapter(number: usize) -> String {
    let text = format!("这是第{number}章。{}", "日主坐印，行事稳当。".repeat(12));
    format!("## 多余的标题\n\n{text}\n\n<summary>摘要{number}</summary>")
}

/// The chapter that is asked for, or a whole report.
fn default_answer(request: &ModelRequest) -> String {
    let asked = request.user.strip_prefix("chapter ").and_then(|rest| rest.split_once(':'));
    asked.and_then(|(number, _)| number.parse().ok()).map_or_else(a_report, a_chapter)
}

#[async_trait]
impl LanguageModel for FakeModel {
    async fn write(
        &self,
        request: &ModelRequest,
        progress: &dyn Progress,
    ) -> Result<Completion, ModelError> {
        self.requests.lock().unwrap().push(request.clone());
        progress.written(100, "");
        let answer = self.crash.around(|| {
            let answer = self.answers.lock().unwrap().pop_front();
            answer.unwrap_or_else(|| Ok(default_answer(request)))
        });
        let text = answer.await?;
        self.finished.fetch_add(1, Ordering::SeqCst);
        let usage =
            TokenUsage { prompt_cache_miss: 2_000, completion: 6_000, ..Default::default() };
        Ok(Completion { text, model: "fake".to_owned(), usage, continuations: 0 })
    }
}

/// What the chart service does when it is asked.
pub(crate) enum ChartAnswer {
    /// The right chart.
    Right,
    /// The chart of somebody born a day later.
    Wrong,
    Unreachable,
    Refused,
}

/// The chart service.
#[derive(Default)]
pub(crate) struct FakeCharts(Mutex<VecDeque<ChartAnswer>>);

impl FakeCharts {
    /// Answers like this, and then rightly.
    pub(crate) fn answering(answers: impl IntoIterator<Item = ChartAnswer>) -> Arc<Self> {
        Arc::new(Self(Mutex::new(answers.into_iter().collect())))
    }
}

#[async_trait]
impl ChartService for FakeCharts {
    fn name(&self) -> &'static str {
        "fake charts"
    }

    async fn chart(&self, birth: &BirthMoment, now_year: i32) -> Result<Chart, ChartError> {
        let answer = self.0.lock().unwrap().pop_front().unwrap_or(ChartAnswer::Right);
        let mut birth = birth.clone();
        match answer {
            ChartAnswer::Right => {}
            ChartAnswer::Wrong => birth.reckoned += chrono::TimeDelta::days(1),
            ChartAnswer::Unreachable => {
                return Err(ChartError::Unreachable(anyhow::anyhow!("connection refused")));
            }
            ChartAnswer::Refused => {
                return Err(ChartError::Refused(Refusal::Quota("-1: 次数不足".to_owned())));
            }
        }
        Ok(mingshu::bazi::chart(&birth, now_year).unwrap())
    }
}

/// The payment provider.
pub(crate) struct FakeGateway {
    crash: Arc<Crash>,
    /// What a query answers; paid in full when nothing is planned.
    queries: Mutex<VecDeque<Result<Outcome, CallError>>>,
    stated: Mutex<String>,
    asked: AtomicUsize,
    refunds: Mutex<Vec<RefundRequest>>,
    refund_outcome: Mutex<RefundOutcome>,
    /// How often it refuses to open a payment.
    refusals: AtomicUsize,
    /// What refunds and questions about them answer before that.
    refund_answers: Mutex<VecDeque<Result<RefundOutcome, CallError>>>,
    qr_code: Mutex<Option<String>>,
    statements: Mutex<BTreeMap<NaiveDate, Vec<Result<Statement, CallError>>>>,
}

impl FakeGateway {
    pub(crate) fn new(crash: Arc<Crash>) -> Self {
        Self {
            crash,
            queries: Mutex::default(),
            stated: Mutex::new("29.90".to_owned()),
            asked: AtomicUsize::new(0),
            refunds: Mutex::default(),
            refund_outcome: Mutex::new(RefundOutcome::Succeeded),
            refusals: AtomicUsize::new(0),
            refund_answers: Mutex::default(),
            qr_code: Mutex::default(),
            statements: Mutex::default(),
        }
    }

    pub(crate) fn answer_queries(
        &self,
        answers: impl IntoIterator<Item = Result<Outcome, CallError>>,
    ) {
        self.queries.lock().unwrap().extend(answers);
    }

    /// The amount that queries state from now on.
    pub(crate) fn state(&self, amount: &str) {
        amount.clone_into(&mut self.stated.lock().unwrap());
    }

    pub(crate) fn answer_refunds(
        &self,
        answers: impl IntoIterator<Item = Result<RefundOutcome, CallError>>,
    ) {
        self.refund_answers.lock().unwrap().extend(answers);
    }

    fn refund_answer(&self) -> Result<RefundAnswer, CallError> {
        let planned = self.refund_answers.lock().unwrap().pop_front();
        let outcome = planned.unwrap_or_else(|| Ok(self.refund_outcome.lock().unwrap().clone()))?;
        Ok(RefundAnswer { provider_refund_ref: None, outcome })
    }

    pub(crate) fn gives_code(&self, text: &str) {
        *self.qr_code.lock().unwrap() = Some(text.to_owned());
    }

    /// What refunds and questions about them are answered from now on.
    pub(crate) fn settle_refunds(&self, outcome: RefundOutcome) {
        *self.refund_outcome.lock().unwrap() = outcome;
    }

    /// The next payment is not opened.
    pub(crate) fn refuse_to_open(&self) {
        self.refusals.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// What the provider lists for a day: these answers one after the other, the last one for ever.
    /// A day without any has no list.
    pub(crate) fn list(&self, day: NaiveDate, answer: Result<Statement, CallError>) {
        self.statements.lock().unwrap().entry(day).or_default().push(answer);
    }

    /// What becomes of refunds from now on.
    pub(crate) fn refunds_are(&self, outcome: RefundOutcome) {
        *self.refund_outcome.lock().unwrap() = outcome;
    }

    pub(crate) fn refunds(&self) -> Vec<RefundRequest> {
        self.refunds.lock().unwrap().clone()
    }
}

#[async_trait]
impl PaymentGateway for FakeGateway {
    fn provider(&self) -> &'static str {
        "fakepay"
    }

    fn dialect(&self) -> &'static str {
        "fake"
    }

    async fn create(&self, request: &CreatePayment) -> Result<CreatedPayment, CallError> {
        let refuses = |left: usize| left.checked_sub(1);
        if self.refusals.fetch_update(Ordering::SeqCst, Ordering::SeqCst, refuses).is_ok() {
            let (code, message) = ("100001".to_owned(), "not today".to_owned());
            return Err(CallError::Rejected { code, message });
        }
        Ok(CreatedPayment {
            provider_ref: None,
            pay_url: format!("https://pay.example/{}", request.payment_no),
            qr_code: self.qr_code.lock().unwrap().clone(),
        })
    }

    async fn query(&self, payment_no: &PaymentNo) -> Result<Observation, CallError> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answer = self.crash.around(|| self.queries.lock().unwrap().pop_front()).await;
        let outcome = answer.unwrap_or(Ok(Outcome::Paid))?;
        let amount = self.stated.lock().unwrap().clone();
        Ok(Observation {
            source: Source::Query,
            outcome,
            stated: Some(StatedAmount { amount, currency: Some("CNY".to_owned()) }),
            ..observation(payment_no, "query")
        })
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        self.refunds.lock().unwrap().push(request.clone());
        self.refund_answer()
    }

    async fn query_refund(
        &self,
        _refund_no: &RefundNo,
        _payment_no: &PaymentNo,
    ) -> Result<RefundAnswer, CallError> {
        self.refund_answer()
    }

    async fn statement(&self, day: NaiveDate) -> Result<Option<Statement>, CallError> {
        match self.statements.lock().unwrap().get_mut(&day) {
            Some(answers) if answers.len() > 1 => answers.remove(0).map(Some),
            Some(answers) => match answers.first() {
                Some(Ok(statement)) => Ok(Some(statement.clone())),
                Some(Err(_)) => answers.remove(0).map(Some),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    fn read_notification(
        &self,
        _headers: &HeaderMap,
        _body: &[u8],
    ) -> Result<Notification, NotificationError> {
        Err(NotificationError::Unproved("the stories bring observations of their own"))
    }

    fn acknowledge(&self, _verdict: Verdict) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain", body: "OK" }
    }
}

/// A success callback of 29.90 CNY; `key` tells one fact from another.
pub(crate) fn observation(payment_no: &PaymentNo, key: &str) -> Observation {
    Observation {
        provider: "fakepay".to_owned(),
        source: Source::Callback,
        evidence_key: format!("{payment_no}:{key}"),
        payment_no: payment_no.clone(),
        provider_ref: Some(format!("T-{payment_no}")),
        outcome: Outcome::Paid,
        stated: Some(StatedAmount { amount: "29.90".to_owned(), currency: Some("CNY".to_owned()) }),
        merchant_matches: true,
        actor: None,
        note: None,
    }
}
