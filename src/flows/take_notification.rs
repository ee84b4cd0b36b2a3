//! A notification whose sender was proved is kept and applied: payments, refunds, and what we do
//! not handle but must not lose.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::base::Base;
use super::jobs::AlertKind;
use super::settle_payment::queue::SettleQueue;
use super::settle_payment::{self, MoneyRules, SettleError, keep_unapplied};
use super::{raise_alert, refund_order, return_charge};
use crate::payments::inbox::{self, Judgement, Received};
use crate::payments::ports::{
    ChargeRefunded, Notification, RefundAnswer, RefundObservation, RefundOutcome,
};
use crate::payments::refunds;

/// [`run`] for a notification that just came in: payments are settled together with whoever else
/// is at the door.
pub async fn run_in_turn(
    base: &Base,
    queue: &SettleQueue,
    notification: Notification,
    raw: Bytes,
) -> Result<Judgement, SettleError> {
    match notification {
        Notification::Payment(observation) => queue.settle(observation, raw).await,
        Notification::Refund(observation) => take_refund(base, &observation, &raw).await,
        Notification::RefundOfCharge(told) => take_refund_of_charge(base, &told, &raw).await,
        Notification::Unhandled { provider, evidence_key, kind } => {
            take_unhandled(base, (&provider, &evidence_key, &kind), &raw).await
        }
    }
}

/// Keeps and applies a notification with its `raw` bytes; a repeat gives the first verdict again.
pub async fn run(
    base: &Base,
    money: &MoneyRules,
    notification: &Notification,
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    match notification {
        Notification::Payment(observation) => {
            settle_payment::run(base, money, observation, raw).await
        }
        Notification::Refund(observation) => take_refund(base, observation, raw).await,
        Notification::RefundOfCharge(told) => take_refund_of_charge(base, told, raw).await,
        Notification::Unhandled { provider, evidence_key, kind } => {
            take_unhandled(base, (provider, evidence_key, kind), raw).await
        }
    }
}

async fn take_refund(
    base: &Base,
    observation: &RefundObservation,
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    let received = Received {
        provider: &observation.provider,
        evidence_key: &observation.evidence_key,
        source: observation.source.as_str(),
        reference: Some(observation.refund_no.as_str()),
        raw,
    };
    match refund(base, observation, &received).await {
        Err(error) => keep_unapplied(base, &received, error).await,
        outcome => outcome,
    }
}

/// Our refund of that charge, if there is one: what went back without us is kept and alarmed.
async fn take_refund_of_charge(
    base: &Base,
    told: &ChargeRefunded,
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    let charges = BTreeSet::from([told.charge.clone()]);
    let found = refunds::of_charges(base.db.read(), (&told.provider, &charges)).await?;
    let Some(refund_no) = found.into_values().next() else {
        if return_charge::was_asked_for(base, &told.charge).await? {
            return take_return(base, told, raw).await;
        }
        let kind = "a refund that was not made here";
        return take_unhandled(base, (&told.provider, &told.evidence_key, kind), raw).await;
    };
    let observation = RefundObservation {
        provider: told.provider.clone(),
        source: told.source,
        evidence_key: told.evidence_key.clone(),
        refund_no,
        provider_refund_ref: Some(told.charge.clone()),
        status: RefundOutcome::Succeeded,
    };
    take_refund(base, &observation, raw).await
}

/// A charge went back as an operator had asked: the operator's deed has settled it.
async fn take_return(
    base: &Base,
    told: &ChargeRefunded,
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    let (provider, evidence_key) = (told.provider.as_str(), told.evidence_key.as_str());
    let received = Received { provider, evidence_key, source: "callback", reference: None, raw };
    let tx = base.db.begin_write().await?;
    if let Some(known) = inbox::keep(&tx, &base.keyring, &received, base.now()).await? {
        return Ok(known);
    }
    inbox::judge(&tx, &received, Judgement::Recorded).await?;
    tx.commit().await?;
    Ok(Judgement::Recorded)
}

async fn take_unhandled(
    base: &Base,
    (provider, evidence_key, kind): (&str, &str, &str),
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    let received = Received { provider, evidence_key, source: "callback", reference: None, raw };
    match unhandled(base, &received, kind).await {
        Err(error) => keep_unapplied(base, &received, error).await,
        outcome => outcome,
    }
}

async fn refund(
    base: &Base,
    observation: &RefundObservation,
    received: &Received<'_>,
) -> Result<Judgement, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    if let Some(known) = inbox::keep(&tx, &base.keyring, received, now).await? {
        return Ok(known);
    }
    let judgement = if refunds::find(tx.conn(), &observation.refund_no).await?.is_none() {
        let about = (observation.refund_no.as_str(), observation.evidence_key.as_str());
        raise_alert::run(&tx, AlertKind::OrphanCallback, about, now).await?;
        Judgement::Orphan
    } else {
        let answer = RefundAnswer {
            provider_refund_ref: observation.provider_refund_ref.clone(),
            outcome: observation.status.clone(),
        };
        let changed = refund_order::apply(&tx, &observation.refund_no, &answer, now).await?;
        if changed { Judgement::Applied } else { Judgement::OldNews }
    };
    inbox::judge(&tx, received, judgement).await?;
    tx.commit().await?;
    Ok(judgement)
}

async fn unhandled(
    base: &Base,
    received: &Received<'_>,
    kind: &str,
) -> Result<Judgement, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    if let Some(known) = inbox::keep(&tx, &base.keyring, received, now).await? {
        return Ok(known);
    }
    let about = (received.evidence_key, kind);
    raise_alert::run(&tx, AlertKind::UnknownProviderWord, about, now).await?;
    inbox::judge(&tx, received, Judgement::NotApplied).await?;
    tx.commit().await?;
    Ok(Judgement::NotApplied)
}
