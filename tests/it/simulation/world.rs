//! One database with a shop and a bank, used by one schedule after the other. Between two schedules
//! it forgets everything, so that a seed plays the same story alone and as one of ten thousand.

use std::sync::Arc;
use std::time::Duration;

use mingshu::flows::base::LatePayment;
use mingshu::flows::till::{Counter, Proof};
use mingshu::kernel::clock::{Clock, Timestamp};
use mingshu::kernel::ids::UserId;
use mingshu::kernel::locale::Locale;
use mingshu::users;

use super::dice::Dice;
use crate::support::bank::BANK;
use crate::support::builders::BUYER;
use crate::support::database::{Broom, Database};
use crate::support::street::{MINUTE, Street};

/// Who buys. The first one was invited by a promoter in some schedules.
pub(super) const BUYERS: [UserId; 3] = [BUYER, UserId(7011), UserId(7012)];

/// The first moment of 2026-11-21 in China.
const DAY: Timestamp = Timestamp(1_795_190_400_000);
/// Minutes of that day at which a schedule may begin: in the midst of it, a minute before the shop is
/// too late for its own day, shortly before the books are compared.
const BEGINNINGS: [(usize, u32); 4] = [(40, 733), (25, 1400), (25, 1437), (10, 595)];

pub(super) struct World {
    pub(super) street: Street,
    broom: Broom,
    /// Keeps the folder.
    _database: Database,
}

impl World {
    pub(super) async fn create(database: Database) -> Self {
        let street = Street::open(&database);
        let broom = Broom::of(&street.base.db).await;
        Self { street, broom, _database: database }
    }

    /// An empty shop whose owner decided as the seed says, at a time that the seed says.
    pub(super) async fn begin(&mut self, seed: u64) {
        let mut dice = Dice::new(!seed);
        self.street.clock.set(DAY.plus(MINUTE * dice.weighed(&BEGINNINGS)));
        self.forget().await;
        let proof = if dice.chance(60) { Proof::Query } else { Proof::Callback };
        let late = dice.weighed(&[
            (60, LatePayment::Fulfil),
            (20, LatePayment::Refund),
            (20, LatePayment::AskAdmin),
        ]);
        self.street.decide(|tools| {
            tools.till.money.late_payment = late;
            let known = tools.till.counter(BANK).cloned().unwrap();
            let counters = Arc::make_mut(&mut tools.till.counters);
            counters.insert(BANK.to_owned(), Counter { proof, ..known });
        });
        if dice.chance(30) {
            self.street.a_promoter().await;
        }
        self.street.clock.advance(Duration::from_secs(1));
    }

    async fn forget(&self) {
        let street = &self.street;
        street.bank.forget();
        street.messenger.forget();
        street.model.forget();
        street.crash.nowhere();
        let tx = street.base.db.begin_write().await.unwrap();
        self.broom.sweep(&tx).await;
        for user in BUYERS {
            users::repo::insert(&tx, user, Locale::ZhHans, street.clock.now()).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}
