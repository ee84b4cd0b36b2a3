//! What is outside of the shop in most benchmarks: a provider, a chat and a model that answer at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use mingshu::kernel::ids::{PaymentNo, RefundNo, UserId};
use mingshu::notifications::message::{Document, OutgoingMessage, Parcel, Photo};
use mingshu::notifications::ports::{DraftId, MessageId, Messenger, Posted, SendError};
use mingshu::payments::adapters::pingpong_hmac::PingPongHmac;
use mingshu::payments::ports::{
    Acknowledgement, CallError, CreatePayment, CreatedPayment, Notification, NotificationError,
    Observation, Outcome, PaymentGateway, RefundAnswer, RefundRequest, Source, StatedAmount,
    Verdict,
};
use mingshu::payments::statement::Statement;
use mingshu::reports::ports::{Completion, LanguageModel, ModelError, ModelRequest, Progress};
use tokio::sync::Notify;

use super::AMOUNT;

/// Proves notifications as the real adapter does; everything else is answered at once, because the
/// provider's own time is not ours to measure.
pub(super) struct Gateway(pub(super) PingPongHmac);

#[async_trait]
impl PaymentGateway for Gateway {
    fn provider(&self) -> &str {
        self.0.provider()
    }

    fn dialect(&self) -> &str {
        self.0.dialect()
    }

    async fn create(&self, request: &CreatePayment) -> Result<CreatedPayment, CallError> {
        let pay_url = format!("http://127.0.0.1:9/{}", request.payment_no);
        Ok(CreatedPayment { provider_ref: None, pay_url, qr_code: None })
    }

    async fn query(&self, payment_no: &PaymentNo) -> Result<Observation, CallError> {
        Ok(Observation {
            provider: self.provider().to_owned(),
            source: Source::Query,
            evidence_key: format!("query:{payment_no}:paid"),
            payment_no: payment_no.clone(),
            provider_ref: Some(format!("T-{payment_no}")),
            outcome: Outcome::Paid,
            stated: Some(StatedAmount {
                amount: AMOUNT.to_owned(),
                currency: Some("CNY".to_owned()),
            }),
            merchant_matches: true,
            actor: None,
            note: None,
        })
    }

    async fn refund(&self, _request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        Err(CallError::NotSent(anyhow::anyhow!("not measured")))
    }

    async fn query_refund(
        &self,
        _refund_no: &RefundNo,
        _payment_no: &PaymentNo,
    ) -> Result<RefundAnswer, CallError> {
        Err(CallError::NotSent(anyhow::anyhow!("not measured")))
    }

    async fn statement(&self, _day: chrono::NaiveDate) -> Result<Option<Statement>, CallError> {
        Ok(None)
    }

    fn read_notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notification, NotificationError> {
        self.0.read_notification(headers, body)
    }

    fn acknowledge(&self, verdict: Verdict) -> Acknowledgement {
        self.0.acknowledge(verdict)
    }
}

/// A chat that takes everything and listens for the success message.
#[derive(Default)]
pub(super) struct Chat {
    pub(super) told: Notify,
    pub(super) said: AtomicUsize,
}

impl Chat {
    fn hear(&self, message: &OutgoingMessage) {
        self.said.fetch_add(1, Ordering::SeqCst);
        if message.text.contains("支付成功") {
            self.told.notify_one();
        }
    }
}

#[async_trait]
impl Messenger for Chat {
    async fn send(&self, _to: UserId, message: &OutgoingMessage) -> Result<MessageId, SendError> {
        self.hear(message);
        Ok(MessageId(1))
    }

    async fn edit(
        &self,
        _to: UserId,
        _which: MessageId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        self.hear(message);
        Ok(())
    }

    async fn delete(&self, _to: UserId, _which: MessageId) -> Result<(), SendError> {
        Ok(())
    }

    async fn send_photo(&self, _to: UserId, _photo: &Photo) -> Result<MessageId, SendError> {
        Ok(MessageId(1))
    }

    async fn send_document(
        &self,
        _to: UserId,
        _document: &Document,
    ) -> Result<MessageId, SendError> {
        Ok(MessageId(1))
    }

    async fn send_parcel(&self, _to: UserId, parcel: &Parcel) -> Result<Vec<Posted>, SendError> {
        let posted =
            parcel.items().iter().map(|_item| Posted { message: MessageId(1), file: None });
        Ok(posted.collect())
    }

    async fn typing(&self, _to: UserId) -> Result<(), SendError> {
        Ok(())
    }

    async fn draft(
        &self,
        _to: UserId,
        _which: DraftId,
        _message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        Ok(())
    }

    async fn answer_button(&self, _query_id: &str, _text: Option<&str>) -> Result<(), SendError> {
        Ok(())
    }
}

/// A model that is asked and found wanting, so that the measured way ends at the success message.
pub(super) struct Busy;

#[async_trait]
impl LanguageModel for Busy {
    async fn write(
        &self,
        _request: &ModelRequest,
        _progress: &dyn Progress,
    ) -> Result<Completion, ModelError> {
        let hour = Some(Duration::from_secs(3600));
        Err(ModelError::Retry { reason: "not measured".to_owned(), retry_after: hour })
    }
}
