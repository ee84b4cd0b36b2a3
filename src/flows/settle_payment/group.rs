//! Callbacks that arrive together are settled together: one transaction, and so one wait for the
//! disk, for all of them (reference/stack.md §2.5).
//!
//! Only the common case is written this way: the first good news about an order that waits for its
//! money. A repeat is answered from the inbox; everything else goes its own way through
//! [`super::run`], which stays the reference: tests/it/groups.rs compares the two. Facts about one
//! order, or about one charge of the provider, keep their order: one of them is settled at a time.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use tokio::sync::oneshot;

use super::{MoneyRules, PAID_BY_PAYMENT, SettleError, received};
use crate::catalog::together::{self as pieces, Made};
use crate::flows::announce;
use crate::flows::base::Base;
use crate::flows::jobs::FulfilOrder;
use crate::flows::keep_books;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::orders::{self, Actor, Order, OrderStatus};
use crate::payments::inbox::{self, Judgement, Verdicts};
use crate::payments::ports::{Observation, Source};
use crate::payments::repo::Evidence;
use crate::payments::rules::{self, Meaning};
use crate::payments::together::{self, Success};
use crate::payments::{Fact, Payment};
use crate::platform::db::group::{Ended, GroupTx, GroupWriter};
use crate::platform::jobs::store as jobs;
use crate::platform::outbox;

/// An observation with its raw bytes, and who waits for the judgement.
#[derive(Debug)]
pub struct Waiting {
    pub observation: Observation,
    pub raw: Bytes,
    pub answer: oneshot::Sender<Result<Judgement, SettleError>>,
}

/// Settles `waiting`, which arrived in this order, and answers each of them. Returns how many paid
/// their orders together.
pub async fn run(
    (base, writer): (&Base, &GroupWriter),
    money: &MoneyRules,
    mut waiting: Vec<Waiting>,
) -> usize {
    let mut paid_together = 0_usize;
    while !waiting.is_empty() {
        let fates = match settle_together((base, writer), &waiting).await {
            Ok(fates) => fates,
            Err(error) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "a group was dissolved");
                vec![Fate::Alone; waiting.len()]
            }
        };
        let mut later = Vec::new();
        for (one, fate) in waiting.into_iter().zip(fates) {
            match fate {
                Fate::Known(judgement) => tell(one, Ok(judgement)),
                Fate::Plain => {
                    paid_together = paid_together.saturating_add(1);
                    tell(one, Ok(Judgement::Applied));
                }
                Fate::Alone => {
                    let judgement = super::run(base, money, &one.observation, &one.raw).await;
                    tell(one, judgement);
                }
                Fate::Later => later.push(one),
            }
        }
        waiting = later;
    }
    paid_together
}

/// Whoever does not wait any more comes again, and is a repeat then.
fn tell(one: Waiting, judgement: Result<Judgement, SettleError>) {
    if one.answer.send(judgement).is_err() {
        tracing::debug!("nobody waits for the judgement any more");
    }
}

/// What becomes of one of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It was kept before, with this judgement.
    Known(Judgement),
    /// It pays its order, together with the others.
    Plain,
    /// It needs the whole flow.
    Alone,
    /// Another one about the same order or the same charge goes first.
    Later,
}

async fn settle_together(
    (base, writer): (&Base, &GroupWriter),
    waiting: &[Waiting],
) -> Result<Vec<Fate>, SettleError> {
    let now = base.now();
    let tx = writer.begin_group().await?;
    let books = Books::open(&tx, waiting).await?;
    let fates = books.fates(waiting);
    let plain = waiting.iter().zip(&fates).filter(|(_, fate)| **fate == Fate::Plain);
    let paid: Vec<_> = plain.filter_map(|(one, _)| Paid::new(&books, one)).collect();
    if paid.is_empty() {
        tx.rollback().await?;
        return Ok(fates);
    }
    let ended = if pay(base, &tx, (paid, &books.moved), now).await? {
        tx.commit().await?
    } else {
        tx.rollback().await?;
        Ended::Broken
    };
    match ended {
        Ended::Committed => Ok(fates),
        Ended::Broken => Ok(vec![Fate::Alone; waiting.len()]),
    }
}

/// What the books say about those who wait.
struct Books {
    known: Verdicts,
    orders: BTreeMap<OrderNo, Order>,
    attempts: BTreeMap<OrderNo, Vec<Payment>>,
    order_numbers: BTreeMap<PaymentNo, OrderNo>,
    moved: Made,
}

impl Books {
    async fn open(tx: &GroupTx<'_>, waiting: &[Waiting]) -> Result<Self, SettleError> {
        let told = || waiting.iter().map(|one| &one.observation);
        let keys: Vec<_> =
            told().map(|one| (one.provider.as_str(), one.evidence_key.as_str())).collect();
        let numbers: Vec<_> = told().map(|one| &one.payment_no).collect();
        // The lock first: a statement of Postgres sees what was there when it began.
        let (orders, known, moved, payments) = tokio::try_join!(
            biased;
            async { Ok::<_, SettleError>(orders::together::orders_of(tx, &numbers).await?) },
            async { Ok(inbox::verdicts_on(tx, &keys).await?) },
            async { Ok(pieces::movements_of(tx, &numbers).await?) },
            async { Ok(together::attempts_of(tx, &numbers).await?) },
        )?;
        let orders: BTreeMap<_, _> =
            orders.into_iter().map(|order| (order.order_no.clone(), order)).collect();
        let (mut attempts, mut order_numbers) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::new());
        for (number, payment) in payments {
            order_numbers.insert(number, payment.order_no.clone());
            attempts.entry(payment.order_no.clone()).or_default().push(payment);
        }
        Ok(Self { known, orders, attempts, order_numbers, moved })
    }

    fn fates(&self, waiting: &[Waiting]) -> Vec<Fate> {
        let (mut fates, mut seen) = (Vec::with_capacity(waiting.len()), BTreeSet::new());
        for one in waiting {
            let told = &one.observation;
            let order = self.order_of(&told.payment_no);
            // Of a number that is not ours, the number itself keeps the order of arrival.
            let about = order.map_or(told.payment_no.as_str(), |order| order.order_no.as_str());
            let charge = told.provider_ref.as_deref();
            let is_first = seen.insert(about) & charge.is_none_or(|charge| seen.insert(charge));
            fates.push(match (self.judgement_on(told), order) {
                (Some(judgement), _) => Fate::Known(judgement),
                (None, _) if !is_first => Fate::Later,
                (None, Some(order)) if is_plain(told, order, self.attempts_of(order)) => {
                    Fate::Plain
                }
                (None, _) => Fate::Alone,
            });
        }
        fates
    }

    fn judgement_on(&self, told: &Observation) -> Option<Judgement> {
        self.known.get(&(told.provider.clone(), told.evidence_key.clone())).copied()
    }

    fn order_of(&self, number: &PaymentNo) -> Option<&Order> {
        self.orders.get(self.order_numbers.get(number)?)
    }

    fn attempts_of(&self, order: &Order) -> &[Payment] {
        self.attempts.get(&order.order_no).map_or(&[], Vec::as_slice)
    }
}

/// The first good news about an order that waits for its money and has no other attempt open.
fn is_plain(told: &Observation, order: &Order, attempts: &[Payment]) -> bool {
    let fits = |attempt: &Payment| {
        if attempt.payment_no != told.payment_no {
            return !attempt.status.is_open();
        }
        attempt.status.is_open()
            && attempt.stated.is_none()
            && attempt.provider_ref.is_none()
            && rules::meaning(attempt.amount, told) == Meaning::Fact(Fact::Paid)
    };
    let waits = order.status == OrderStatus::PendingPayment && order.paid_at.is_none();
    waits && told.source == Source::Callback && attempts.iter().all(fits)
}

/// An order with the payment that pays it.
struct Paid<'a> {
    told: &'a Waiting,
    order: Order,
    payment: Payment,
}

impl<'a> Paid<'a> {
    fn new(books: &Books, told: &'a Waiting) -> Option<Self> {
        let number = &told.observation.payment_no;
        let order = books.order_of(number)?;
        let payment = books.attempts_of(order).iter().find(|one| one.payment_no == *number)?;
        Some(Self { told, order: order.clone(), payment: payment.clone() })
    }
}

/// Writes what [`super::run`] would write for each of them. `false`: somebody else was faster with
/// one of them, and the caller rolls back.
async fn pay(
    base: &Base,
    tx: &GroupTx<'_>,
    (mut paid, moved): (Vec<Paid<'_>>, &Made),
    now: Timestamp,
) -> Result<bool, SettleError> {
    let evidence: Vec<_> =
        paid.iter().map(|one| received(&one.told.observation, &one.told.raw)).collect();
    if !inbox::keep_all(tx, &base.keyring, (&evidence, Judgement::Applied), now).await? {
        return Ok(false);
    }
    let mut successes: Vec<_> = paid.iter_mut().map(Paid::success).collect();
    if !together::succeed_all(tx, &mut successes, now).await? {
        return Ok(false);
    }
    let succeeded: Vec<_> = paid.iter().map(|one| &one.payment).collect();
    keep_books::payments_succeeded(tx, &succeeded, now).await?;
    let mut waited: Vec<_> = paid.iter_mut().map(|one| &mut one.order).collect();
    let because = (&Actor::Provider, PAID_BY_PAYMENT);
    if !orders::together::pay_all(tx, &mut waited, because, now).await? {
        return Ok(false);
    }
    let events: Vec<_> = paid.iter().flat_map(Paid::events).collect();
    outbox::write_all(tx, &events, now).await?;
    let work: Vec<_> =
        paid.iter().map(|one| FulfilOrder { order_no: one.order.order_no.clone() }).collect();
    jobs::enqueue_all(tx, &work, now).await?;
    let sold: Vec<_> = paid.iter().map(|one| (&one.order.sku, &one.order.order_no)).collect();
    pieces::confirm_all(tx, (&sold, moved), now).await?;
    Ok(true)
}

impl Paid<'_> {
    fn success(&mut self) -> Success<'_> {
        let told = &self.told.observation;
        let evidence = Evidence {
            source: told.source.as_str(),
            evidence_key: Some(&told.evidence_key),
            note: told.note.as_deref().unwrap_or("paid"),
        };
        let provider_ref = told.provider_ref.as_deref();
        Success { payment: &mut self.payment, provider_ref, evidence }
    }

    fn events(&self) -> [outbox::NewEvent<'_>; 2] {
        let stated = self.told.observation.stated.as_ref();
        let about = (&self.order, &self.payment, stated);
        [
            announce::payment_event("payment.succeeded", about),
            announce::order_event("order.paid", &self.order),
        ]
    }
}
