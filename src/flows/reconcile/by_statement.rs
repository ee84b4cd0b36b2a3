//! Line by line through the provider's list, then through what ought to stand in it.

use std::collections::{BTreeMap, BTreeSet};

use super::{Comparison, Found, ReconcileError, about_payment, about_refund};
use crate::flows::{keep_books, return_charge, settle_payment, take_notification};
use crate::kernel::ids::PaymentNo;
use crate::payments::inbox::{self, Judgement, Received};
use crate::payments::ledger::repo as book;
use crate::payments::ports::{Notification, Observation, Outcome, RefundObservation};
use crate::payments::ports::{RefundOutcome, Source};
use crate::payments::reconciliation::repo as rows;
use crate::payments::reconciliation::rules::{self, Company, Judged, Kind, Route};
use crate::payments::reconciliation::{NewDifference, Totals};
use crate::payments::repo as payments;
use crate::payments::rules::stated_money;
use crate::payments::statement::{LineKind, Statement, StatementLine};
use crate::payments::{Payment, Refund, refunds};
use crate::platform::db::WriteTx;

/// What we have of everything that a list names.
struct Ours {
    payments: BTreeMap<String, Payment>,
    refunds: BTreeMap<String, Refund>,
    /// Lines that were taken before, by this list or another: key → our number.
    seen: BTreeMap<String, String>,
    /// The settled charges of each payment in this list.
    charges: BTreeMap<PaymentNo, BTreeSet<String>>,
}

impl Ours {
    fn company(&self, line: &StatementLine) -> Company {
        let here = self.charges.get(&line.payment_no);
        let another = |key: &String| *key != line.evidence_key;
        let before = self.seen.iter().filter(|(_, about)| *about == line.payment_no.as_str());
        let another_charge = here.is_some_and(|keys| keys.iter().any(another))
            || before.map(|(key, _)| key).any(another);
        Company { another_charge }
    }

    fn is_charged_once(&self, line: &StatementLine) -> bool {
        self.charges.get(&line.payment_no).is_none_or(|keys| keys.len() < 2)
    }
}

impl Comparison<'_> {
    pub(super) async fn by_statement(
        &self,
        statement: &Statement,
    ) -> Result<Found, ReconcileError> {
        if statement.others > 0 {
            tracing::info!(statement.others = statement.others, "lines about other things");
        }
        let statement = &self.with_refund_numbers(statement).await?;
        let ours = self.ours(statement).await?;
        let mut totals = Totals::default();
        for line in &statement.lines {
            add(&mut totals, line);
            if !ours.seen.contains_key(&line.evidence_key) {
                self.take(line, &ours).await?;
            }
        }
        let missing = self.missing_there(statement).await?;
        let checked = statement.lines.len().saturating_add(missing);
        Ok(Found { checked, totals })
    }

    /// A provider that knows no numbers of refunds names the charge that went back: then the refund is
    /// ours of that charge, if there is one.
    async fn with_refund_numbers(
        &self,
        statement: &Statement,
    ) -> Result<Statement, ReconcileError> {
        let unnamed =
            |line: &&StatementLine| line.kind == LineKind::Refund && line.refund_no.is_none();
        let charges: BTreeSet<String> = statement
            .lines
            .iter()
            .filter(unnamed)
            .filter_map(|it| it.provider_ref.clone())
            .collect();
        let mut statement = statement.clone();
        if charges.is_empty() {
            return Ok(statement);
        }
        let db = self.base().db.read();
        let found = refunds::of_charges(db, (self.provider, &charges)).await?;
        let lines = statement.lines.iter_mut();
        for line in lines.filter(|line| line.kind == LineKind::Refund && line.refund_no.is_none()) {
            let charge = line.provider_ref.as_ref();
            line.refund_no = charge.and_then(|charge| found.get(charge).cloned());
        }
        Ok(statement)
    }

    async fn ours(&self, statement: &Statement) -> Result<Ours, ReconcileError> {
        let lines = &statement.lines;
        let db = self.base().db.read();
        let numbers = lines.iter().map(|line| line.payment_no.0.clone()).collect();
        let refund_numbers =
            lines.iter().filter_map(|line| Some(line.refund_no.as_ref()?.0.clone())).collect();
        let references = lines.iter().map(|line| line.reference().to_owned()).collect();
        let mut charges: BTreeMap<PaymentNo, BTreeSet<String>> = BTreeMap::new();
        for line in lines.iter().filter(|line| rules::is_settled_charge(line)) {
            charges.entry(line.payment_no.clone()).or_default().insert(line.evidence_key.clone());
        }
        Ok(Ours {
            payments: rows::payments_of(db, &numbers).await?,
            refunds: rows::refunds_of(db, &refund_numbers).await?,
            seen: rows::seen_keys(db, (self.provider, &references)).await?,
            charges,
        })
    }

    async fn take(&self, line: &StatementLine, ours: &Ours) -> Result<(), ReconcileError> {
        match line.kind {
            LineKind::Charge => self.take_charge(line, ours).await,
            LineKind::Refund => self.take_refund(line, ours).await,
        }
    }

    async fn take_charge(&self, line: &StatementLine, ours: &Ours) -> Result<(), ReconcileError> {
        // A charge before this one may have changed the payment.
        let payment = if ours.is_charged_once(line) {
            ours.payments.get(line.payment_no.as_str()).cloned()
        } else {
            payments::find(self.base().db.read(), &line.payment_no).await?
        };
        let payment = payment.filter(|payment| payment.provider == self.provider);
        let judged = rules::judge_charge(line, payment.as_ref(), ours.company(line));
        let difference = judged.difference.map(|kind| match &payment {
            Some(payment) => charge_difference(kind, payment, line),
            None => unknown(kind, line),
        });
        self.keep(line, (judged, difference), payment.as_ref()).await?;
        let provider_ref = match judged.route {
            Route::Door => line.provider_ref.clone(),
            Route::DoorWithoutNumber => None,
            Route::Keep | Route::Pass => return Ok(()),
        };
        let observation = self.observation(line, provider_ref);
        let (base, money) = (self.base(), &self.till.money);
        settle_payment::run(base, money, &observation, line.raw.as_bytes()).await?;
        Ok(())
    }

    async fn take_refund(&self, line: &StatementLine, ours: &Ours) -> Result<(), ReconcileError> {
        let refund = line.refund_no.as_ref().and_then(|no| ours.refunds.get(no.as_str()));
        let judged = match refund {
            None if self.went_back_beside(line).await? => RETURNED,
            _ => rules::judge_refund(line, refund),
        };
        let difference = judged.difference.map(|kind| match refund {
            Some(refund) => about_refund(kind, refund, theirs(line)),
            None => unknown(kind, line),
        });
        self.keep(line, (judged, difference), None).await?;
        let (Route::Door, Some(refund)) = (judged.route, refund) else { return Ok(()) };
        let observation = RefundObservation {
            provider: self.provider.to_owned(),
            source: Source::Statement,
            evidence_key: line.evidence_key.clone(),
            refund_no: refund.refund_no.clone(),
            provider_refund_ref: line.provider_ref.clone(),
            status: RefundOutcome::Succeeded,
        };
        let notification = Notification::Refund(observation);
        let (base, money) = (self.base(), &self.till.money);
        take_notification::run(base, money, &notification, line.raw.as_bytes()).await?;
        Ok(())
    }

    /// Whether the line names a charge that an operator gave back, and that is settled in our books.
    async fn went_back_beside(&self, line: &StatementLine) -> Result<bool, ReconcileError> {
        let Some(charge) = line.provider_ref.as_deref().filter(|_| line.settled) else {
            return Ok(false);
        };
        let key = return_charge::key_of(&line.payment_no, charge);
        Ok(book::knows(self.base().db.read(), &key).await?)
    }

    /// Writes down what a line tells besides the fact that goes through the door: the difference,
    /// the provider's fee, and that it was seen.
    async fn keep(
        &self,
        line: &StatementLine,
        (judged, difference): (Judged, Option<NewDifference>),
        payment: Option<&Payment>,
    ) -> Result<(), ReconcileError> {
        let fee = line.fee.as_ref().and_then(stated_money).filter(|fee| fee.minor > 0);
        let fee = fee.zip(payment).filter(|_fee| line.settled);
        if difference.is_none() && fee.is_none() && judged.route != Route::Keep {
            return Ok(());
        }
        let now = self.base().now();
        let tx = self.base().db.begin_write().await?;
        if let Some(difference) = &difference {
            rows::insert(&tx, (self.provider, self.day), difference, now).await?;
        }
        if let Some((fee, payment)) = fee {
            let reference = line.provider_ref.as_deref().unwrap_or(payment.payment_no.as_str());
            keep_books::fee(&tx, payment, (reference, fee), now).await?;
        }
        if judged.route == Route::Keep {
            let judgement = match judged.difference {
                None => Judgement::OldNews,
                Some(Kind::MissingHere | Kind::RefundMissingHere) => Judgement::Orphan,
                Some(_) => Judgement::Mismatch,
            };
            self.keep_seen(&tx, line, judgement).await?;
        }
        Ok(tx.commit().await?)
    }

    async fn keep_seen(
        &self,
        tx: &WriteTx,
        line: &StatementLine,
        judgement: Judgement,
    ) -> Result<(), ReconcileError> {
        let received = Received {
            provider: self.provider,
            evidence_key: &line.evidence_key,
            source: Source::Statement.as_str(),
            reference: Some(line.reference()),
            raw: line.raw.as_bytes(),
        };
        let now = self.base().now();
        if inbox::keep(tx, &self.base().keyring, &received, now).await?.is_none() {
            inbox::judge(tx, &received, judgement).await?;
        }
        Ok(())
    }

    /// What we have and no list has named. Gives how many were looked at.
    async fn missing_there(&self, statement: &Statement) -> Result<usize, ReconcileError> {
        let db = self.base().db.read();
        let named: BTreeSet<&str> = statement.lines.iter().map(StatementLine::reference).collect();
        let mut payments = rows::unseen_payments(db, (self.provider, self.expected())).await?;
        payments.retain(|payment| !named.contains(payment.payment_no.as_str()));
        let mut refunds = rows::unseen_refunds(db, (self.provider, self.expected())).await?;
        refunds.retain(|refund| !named.contains(refund.refund_no.as_str()));
        let payment = |payment| about_payment(Kind::MissingThere, payment, String::new());
        let refund = |refund| about_refund(Kind::RefundMissingThere, refund, String::new());
        let differences: Vec<NewDifference> =
            payments.iter().map(payment).chain(refunds.iter().map(refund)).collect();
        self.note(&differences).await?;
        Ok(differences.len())
    }

    fn observation(&self, line: &StatementLine, provider_ref: Option<String>) -> Observation {
        Observation {
            provider: self.provider.to_owned(),
            source: Source::Statement,
            evidence_key: line.evidence_key.clone(),
            payment_no: line.payment_no.clone(),
            provider_ref,
            outcome: Outcome::Paid,
            stated: Some(line.stated.clone()),
            merchant_matches: true,
            actor: None,
            note: Some(format!("statement of {}", self.day)),
        }
    }
}

/// What a charge means that is in our books as returned.
const RETURNED: Judged = Judged { difference: None, route: Route::Keep };

/// Several charges of one payment are told apart by the provider's numbers.
fn charge_difference(kind: Kind, payment: &Payment, line: &StatementLine) -> NewDifference {
    let difference = about_payment(kind, payment, theirs(line));
    match (&line.provider_ref, kind) {
        (Some(reference), Kind::DuplicateCharge) => {
            NewDifference { reference: reference.clone(), ..difference }
        }
        (Some(_) | None, _) => difference,
    }
}

/// A difference about something that we do not have.
fn unknown(kind: Kind, line: &StatementLine) -> NewDifference {
    NewDifference {
        kind,
        reference: line.reference().to_owned(),
        order_no: None,
        payment_no: Some(line.payment_no.clone()),
        refund_no: line.refund_no.clone(),
        ours: String::new(),
        theirs: theirs(line),
    }
}

fn theirs(line: &StatementLine) -> String {
    let currency = line.stated.currency.as_deref().unwrap_or_default();
    let reference = line.provider_ref.as_deref().unwrap_or_default();
    let amount = stated_money(&line.stated)
        .map_or_else(|| format!("{} {currency}", line.stated.amount), |money| money.to_string());
    format!("{} {amount} {reference}", line.word).trim_end().to_owned()
}

fn add(totals: &mut Totals, line: &StatementLine) {
    let Some(amount) = stated_money(&line.stated).filter(|_amount| line.settled) else { return };
    match line.kind {
        LineKind::Charge => totals.add_charge(amount),
        LineKind::Refund => totals.add_refund(amount),
    }
}
