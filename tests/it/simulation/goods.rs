//! What is wanted: products of every kind of supply and price, with codes that take something off.

use chrono::NaiveDate;
use mingshu::flows::manage_coupons::{self, Created};
use mingshu::flows::place_order::Placed;
use mingshu::flows::{reconcile, resolve_difference};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::money::Currency;
use mingshu::payments::reconciliation::repo as differences;
use mingshu::promotions::{CouponCode, NewCoupon, Worth};

use super::schedule::Schedule;
use super::world::BUYERS;
use crate::support::TestApp;
use crate::support::bank::BANK;
use crate::support::street::{OPERATOR, yuan};

/// Two pieces, three a day, cheaper on 2026-11-21, for nothing, and as many as one likes.
const WANTED: [(usize, &str); 5] =
    [(45, "letter"), (18, "pair"), (17, "daily"), (15, "bargain"), (5, "line")];

/// Half off for two, five yuan off once for everybody, everything off for one.
const CODES: [(usize, &str); 3] = [(30, "HALF"), (60, "ONCE"), (10, "GIFT")];

fn terms(code: &str) -> NewCoupon {
    let (worth, total_limit, per_user_limit) = match code {
        "HALF" => (Worth::Percent(50), Some(2), None),
        "ONCE" => (Worth::Amount(yuan(500)), None, Some(1)),
        _ => (Worth::Percent(100), Some(1), None),
    };
    NewCoupon {
        code: CouponCode::parse(code).unwrap(),
        worth,
        currency: Some(Currency::CNY),
        minimum_minor: 0,
        cap_minor: None,
        skus: Vec::new(),
        starts_at: None,
        ends_at: None,
        total_limit,
        per_user_limit,
    }
}

impl Schedule<'_> {
    pub(super) async fn order(&mut self) {
        let sku = self.dice.weighed(&WANTED);
        let [often, seldom, newcomer] = BUYERS;
        let user = self.dice.weighed(&[(60, often), (25, seldom), (15, newcomer)]);
        let code = self.dice.chance(40).then(|| self.dice.weighed(&CODES));
        if let Some(code) = code {
            self.give_out(code).await;
        }
        let wish = TestApp::wish(user, sku, code);
        match self.street.try_to_place(wish).await {
            Placed::Ordered(order) => {
                self.note(format_args!(
                    "order {} of {sku} by {user} with {code:?} for {}",
                    order.order_no, order.total
                ));
                self.orders.push(*order);
            }
            other => {
                self.note(format_args!("no order of {sku} by {user} with {code:?}: {other:?}"));
            }
        }
        if self.dice.chance(85) {
            self.work().await;
        }
    }

    async fn give_out(&mut self, code: &'static str) {
        if self.given_out.contains(code) {
            return;
        }
        let (db, now) = (&self.street.base.db, self.street.clock.now());
        let created = manage_coupons::create(db, &terms(code), &OPERATOR, now).await;
        assert_eq!(created.unwrap(), Created::Now);
        self.given_out.insert(code);
    }

    /// One code is good for nobody any more.
    pub(super) async fn switch_off(&mut self) {
        let code = self.dice.weighed(&CODES);
        let (db, now) = (&self.street.base.db, self.street.clock.now());
        let off = manage_coupons::disable(db, &terms(code).code, &OPERATOR, now).await;
        self.note(format_args!("operator: {code} is switched off: {:?}", off.unwrap()));
    }

    /// An operator compares yesterday with the bank, and resolves what differs.
    pub(super) async fn compare_yesterday(&mut self) {
        let today = self.street.tools.till.money.date(self.street.clock.now());
        self.compare(today.pred_opt().unwrap()).await;
    }

    /// The shop compares every day that is over, as its sweep does on each following morning.
    pub(super) async fn compare_every_day(&mut self) {
        let money = &self.street.tools.till.money;
        let (first, today) = (money.date(self.began), money.date(self.street.clock.now()));
        for day in first.iter_days().take_while(|day| *day < today) {
            self.compare(day).await;
        }
    }

    async fn compare(&mut self, day: NaiveDate) {
        let street = self.street;
        let without_list = reconcile::WithoutList::AskAboutEach;
        let pause = std::time::Duration::ZERO;
        let manner = reconcile::Manner { pause, without_list, progress: &|_asked, _all| {} };
        let compared = reconcile::run(&street.tools.till, (BANK, day), &manner).await.unwrap();
        let (booked, open) = (compared.run.booked, compared.run.differences);
        self.note(format_args!("{day} is compared: {booked} booked, {open} differences"));
        let open = differences::list(street.base.db.read(), Some("open"), 10).await.unwrap();
        for difference in open {
            let deed = (difference.id, "operator:7");
            let resolved = resolve_difference::run(&street.base, deed, "seen").await.unwrap();
            let what = (difference.kind, difference.reference);
            self.note(format_args!("operator: {what:?} is looked at: {resolved:?}"));
        }
    }
}
