//! Everything comes to rest: nothing fails any more, every net is drawn while a day passes, and
//! what no question can reveal is told by the bank at last.

use std::time::Duration;

use mingshu::kernel::clock::Clock;
use mingshu::payments::ports::{Notification, Outcome};
use mingshu::platform::jobs::store;

use super::invariants::Judge;
use super::schedule::{Schedule, key};

/// Pauses between two draws of the nets, in minutes: more than a deadline and the whole ladder.
const PAUSES: [u64; 5] = [2, 35, 3, 400, 1500];
/// The same for what the bank said at last.
const MORE: [u64; 2] = [5, 35];

impl Schedule<'_> {
    pub(super) async fn come_to_rest(&mut self) -> Vec<String> {
        self.note("everything comes to rest");
        let street = self.street;
        street.crash.nowhere();
        street.bank.heal();
        street.model.forget();
        street.messenger.forget();
        let mut faults = self.time_passes(&PAUSES).await;
        self.compare_every_day().await;
        faults.extend(self.time_passes(&MORE).await);
        self.post.extend(street.bank.post());
        if self.bank_insists().await {
            faults.extend(self.time_passes(&MORE).await);
        }
        let judge = Judge { street, schedule: self };
        faults.extend(judge.faults().await);
        let before = judge.snapshot().await;
        for notice in self.heard.clone() {
            street.hear(&notice).await;
        }
        street.run_jobs().await;
        let judge = Judge { street, schedule: self };
        if judge.snapshot().await != before {
            faults.push("playing the inbox again changed something".to_owned());
        }
        faults
    }

    async fn time_passes(&mut self, pauses: &[u64]) -> Vec<String> {
        for pause in pauses {
            self.street.clock.advance(Duration::from_secs(pause * 60));
            self.street.worker.sweep().await.unwrap();
            if !self.until_dry().await {
                return vec!["the queue does not run dry".to_owned()];
            }
        }
        Vec::new()
    }

    async fn until_dry(&self) -> bool {
        let street = self.street;
        for _wait in 0..400 {
            street.run_jobs().await;
            let db = &street.base.db;
            let Some(due) = store::next_due(db, store::Lane::All).await.unwrap() else {
                return true;
            };
            street.clock.advance(due.since(street.clock.now()));
        }
        false
    }

    /// Money that no question can reveal: of two charges on one payment, or on a payment that had
    /// succeeded otherwise. And what happened to a refund after it had ended once.
    async fn bank_insists(&mut self) -> bool {
        let mut insists = false;
        for notice in [std::mem::take(&mut self.lost), std::mem::take(&mut self.post)].concat() {
            let hidden = match &notice {
                Notification::Payment(told) if told.outcome == Outcome::Paid => {
                    let charges = self.street.bank.books().charges_of(&told.payment_no).count();
                    charges > 1 || self.paid_elsewhere.contains(&told.payment_no)
                }
                Notification::Payment(_) => false,
                Notification::Refund(_)
                | Notification::RefundOfCharge(_)
                | Notification::Unhandled { .. } => true,
            };
            if hidden {
                self.note(format_args!("the bank insists: {}", key(&notice)));
                self.hear(notice).await;
                insists = true;
            }
        }
        insists
    }
}
