//! Step `accept`: the second proof (spec.md §4 rule 8), then the order is in work.

use std::time::Duration;

use super::{Case, Trouble};
use crate::flows::jobs::AlertKind;
use crate::flows::settle_payment::{self, order_event};
use crate::flows::till::{Counter, Proof};
use crate::flows::{purchase_message, raise_alert};
use crate::kernel::clock::Timestamp;
use crate::orders::{self, Actor, Change};
use crate::payments::ports::{Observation, Outcome};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::rules::{self, Meaning};
use crate::payments::{Fact, Payment, PaymentStatus};
use crate::platform::db::WriteTx;

/// A provider that does not answer within this time cannot be asked now.
const QUERY_PATIENCE: Duration = Duration::from_secs(5);
/// When no query was possible for so long, the callback alone decides.
const PROOF_PATIENCE: Duration = Duration::from_secs(60);

/// What the provider says when it is asked again.
enum SecondProof {
    NotNeeded,
    Given(Box<Observation>),
    /// It could not be asked in time.
    Missing,
}

impl Case<'_> {
    pub(super) async fn accept(&mut self) -> Result<(), Trouble> {
        let payment = self.payment().await?;
        let proof = match &payment {
            Some(payment) => self.second_proof(payment).await?,
            None if self.order.total.is_zero() => SecondProof::NotNeeded,
            None => return Err(Trouble::NeedsPerson(anyhow::anyhow!("no payment succeeded"))),
        };
        let now = self.tools.now();
        let tx = self.begin().await?;
        // The order's row first, as everybody else: a callback that comes now waits for it.
        let (change, actor) = (Change::WorkStarted, Actor::Worker);
        orders::repo::change(&tx, &mut self.order, change, &actor, "accepted", now).await?;
        if let Some(payment) = &payment {
            self.keep_proof(&tx, (payment, &proof), now).await?;
        }
        order_event(&tx, "order.generating", &self.order, now).await?;
        self.checkpoint(tx).await
    }

    /// The payment that paid the order; `None` for a free one.
    async fn payment(&self) -> Result<Option<Payment>, Trouble> {
        let db = self.tools.till.base.db.read();
        Ok(payments::find_that_paid(db, &self.order.order_no).await?)
    }

    async fn second_proof(&self, payment: &Payment) -> Result<SecondProof, Trouble> {
        let counter = self.tools.till.counter(&payment.provider);
        let Some(counter) = counter.filter(|counter| counter.proof == Proof::Query) else {
            return Ok(SecondProof::NotNeeded);
        };
        if payment.proven_at.is_some() || self.is_asked_for(payment).await? {
            return Ok(SecondProof::NotNeeded);
        }
        self.ask(counter, payment).await
    }

    /// Whether the success came from a query or a person, and not from a callback.
    async fn is_asked_for(&self, payment: &Payment) -> Result<bool, Trouble> {
        let log = payments::log(self.tools.till.base.db.read(), &payment.payment_no).await?;
        let succeeded = PaymentStatus::Succeeded.as_str();
        let first = log.iter().find(|row| row.to == succeeded);
        Ok(first.is_some_and(|row| row.source != "callback"))
    }

    async fn ask(&self, counter: &Counter, payment: &Payment) -> Result<SecondProof, Trouble> {
        let query = counter.gateway.query(&payment.payment_no);
        let Ok(Ok(observation)) = tokio::time::timeout(QUERY_PATIENCE, query).await else {
            metrics::counter!("mingshu_payment_query_failures_total").increment(1);
            purchase_message::show_verifying(self.tools, &self.order).await;
            return self.unasked(payment);
        };
        match rules::meaning(payment.amount, &observation) {
            Meaning::Fact(Fact::Paid) => Ok(SecondProof::Given(Box::new(observation))),
            Meaning::Fact(Fact::Mismatch) => self.mismatch(&observation).await,
            Meaning::Fact(_)
            | Meaning::AttemptFailed
            | Meaning::NeedsQuery
            | Meaning::Nothing
            | Meaning::Unknown(_) => self.denied(payment, &observation.outcome).await,
        }
    }

    /// Asked again soon; after a minute the callback alone decides.
    fn unasked(&self, payment: &Payment) -> Result<SecondProof, Trouble> {
        let waited = self.tools.now().since(payment.paid_at.unwrap_or(payment.created_at));
        if waited >= PROOF_PATIENCE {
            return Ok(SecondProof::Missing);
        }
        let pause = (waited / 2).clamp(Duration::from_secs(1), Duration::from_secs(10));
        Err(Trouble::TooEarly(pause))
    }

    /// The provider may only be slow to know its own news; a person is told at once, and decides
    /// when it goes on saying so.
    async fn denied(&self, payment: &Payment, outcome: &Outcome) -> Result<SecondProof, Trouble> {
        let note = format!("a callback said paid, the query says {outcome:?}");
        let tx = self.tools.till.base.db.begin_write().await?;
        let about = (payment.payment_no.as_str(), note.as_str());
        raise_alert::run(&tx, AlertKind::ProofContradicts, about, self.tools.now()).await?;
        tx.commit().await?;
        Err(Trouble::Denied(anyhow::anyhow!(note)))
    }

    /// Recorded with its alert and the word to the buyer; never delivered without a person.
    async fn mismatch(&self, observation: &Observation) -> Result<SecondProof, Trouble> {
        let till = &self.tools.till;
        settle_payment::run(&till.base, &till.money, observation, b"").await?;
        Err(Trouble::NeedsPerson(anyhow::anyhow!("the query states another amount")))
    }

    async fn keep_proof(
        &self,
        tx: &WriteTx,
        (payment, proof): (&Payment, &SecondProof),
        now: Timestamp,
    ) -> Result<(), Trouble> {
        match proof {
            SecondProof::NotNeeded => {}
            SecondProof::Given(observation) => {
                payments::save_proof(tx, &payment.payment_no, now).await?;
                let evidence_key = Some(observation.evidence_key.as_str());
                let evidence = Evidence { source: "query", evidence_key, note: "second proof" };
                payments::remark(tx, payment, &evidence, now).await?;
            }
            SecondProof::Missing => {
                let note = format!("not to be had for {} s", PROOF_PATIENCE.as_secs());
                let about = (payment.payment_no.as_str(), note.as_str());
                raise_alert::run(tx, AlertKind::ProofMissing, about, now).await?;
            }
        }
        Ok(())
    }
}
