//! What must be true of pieces and codes when everything has come to rest, and what the doctor of the
//! money side says to all of it. Statements of the test's own, except for the doctor's.

use mingshu::flows::doctor_money::{self, Finding};
use mingshu::kernel::ids::PaymentNo;
use sea_orm::QueryResult;

use super::invariants::Judge;
use super::rows::{Rows, text};

/// Pieces of the product `pair`, and of `daily` on each day.
const PAIR: i64 = 2;
const DAILY: i64 = 3;

/// Rules that say how soon a person has to look; here nobody may look for days. That somebody was told
/// is asked elsewhere.
const PATIENCE: [&str; 3] = ["M15", "M16", "M17"];

/// Rules that find what an operator gave back on the word of a provider that lied.
const MISLED: [&str; 2] = ["M03", "M09"];

/// What is counted, how many orders wait, and what the movements come to: taken, and of them sold.
const COUNTERS: &str = "SELECT p.sku, CAST('' AS TEXT), p.taken, \
    (SELECT COUNT(*) FROM orders o WHERE o.sku = p.sku AND o.status = 'pending_payment'), \
    CAST(COALESCE((SELECT SUM(CASE m.reason WHEN 'reserve' THEN quantity \
      WHEN 'reserve_late' THEN quantity WHEN 'release' THEN -quantity \
      WHEN 'return' THEN -quantity ELSE 0 END) \
      FROM stock_movements m WHERE m.sku = p.sku), 0) AS BIGINT), \
    CAST(COALESCE((SELECT SUM(CASE m.reason WHEN 'confirm' THEN quantity \
      WHEN 'return' THEN -quantity ELSE 0 END) \
      FROM stock_movements m WHERE m.sku = p.sku), 0) AS BIGINT) FROM products p";

const DAYS: &str = "SELECT d.sku, d.day, d.taken, \
    CAST(COALESCE((SELECT SUM(CASE m.reason WHEN 'reserve' THEN quantity \
      WHEN 'reserve_late' THEN quantity WHEN 'release' THEN -quantity \
      WHEN 'return' THEN -quantity ELSE 0 END) \
      FROM stock_movements m WHERE m.sku = d.sku AND m.day = d.day), 0) AS BIGINT) \
    FROM stock_days d";

/// What an order holds: pieces, of them sold, and the state of its code.
const HELD: &str = "SELECT o.order_no, o.status, \
    CAST(COALESCE((SELECT SUM(CASE m.reason WHEN 'reserve' THEN quantity \
      WHEN 'reserve_late' THEN quantity WHEN 'release' THEN -quantity \
      WHEN 'return' THEN -quantity ELSE 0 END) \
      FROM stock_movements m WHERE m.order_no = o.order_no), 0) AS BIGINT), \
    CAST(COALESCE((SELECT SUM(CASE m.reason WHEN 'confirm' THEN quantity \
      WHEN 'return' THEN -quantity ELSE 0 END) \
      FROM stock_movements m WHERE m.order_no = o.order_no), 0) AS BIGINT), \
    COALESCE((SELECT u.status FROM coupon_redemptions u WHERE u.order_no = o.order_no), ''), \
    (SELECT COUNT(*) FROM refunds r WHERE r.order_no = o.order_no AND r.reason = 'late'), \
    COALESCE(o.coupon_code, '') FROM orders o";

const CODES: &str = "SELECT c.code, c.used, COALESCE(c.total_limit, 1000000), \
    (SELECT COUNT(*) FROM coupon_redemptions u WHERE u.code = c.code AND u.status = 'redeemed'), \
    COALESCE(c.per_user_limit, 1000000), \
    COALESCE((SELECT MAX(times) FROM (SELECT COUNT(*) AS times FROM coupon_redemptions u \
      WHERE u.code = c.code AND u.status = 'redeemed' GROUP BY u.user_id) by_user), 0) \
    FROM coupons c";

impl Judge<'_, '_> {
    /// Counters are what the movements come to, and never more than there is.
    pub(super) async fn stock(&self, faults: &mut Vec<String>) {
        let of_products = self.all(COUNTERS).await;
        for row in &of_products {
            let [taken, waiting, moved, sold] = [2, 3, 4, 5].map(|at| number(row, at));
            if (taken, taken - sold) != (moved, waiting) {
                faults.push(format!(
                    "stock of {}: {taken} taken, {moved} by movements, {sold} of them sold, \
                     {waiting} orders wait",
                    text(row, 0)
                ));
            }
        }
        let of_days = self.all(DAYS).await;
        for row in &of_days {
            let [taken, moved] = [2, 3].map(|at| number(row, at));
            if taken != moved {
                faults.push(format!(
                    "stock of {} on {}: {taken} taken, {moved} by movements",
                    text(row, 0),
                    text(row, 1)
                ));
            }
        }
        for row in of_products.iter().chain(&of_days) {
            let (sku, day, taken) = (text(row, 0), text(row, 1), number(row, 2));
            let limit = match (sku.as_str(), day.as_str()) {
                ("pair", _) => PAIR,
                ("daily", on) if !on.is_empty() => DAILY,
                _ => i64::MAX,
            };
            if !(0..=limit).contains(&taken) {
                faults.push(format!("stock of {sku} {day}: {taken} taken of {limit}"));
            }
        }
    }

    /// Whoever waits or has bought holds one piece and his code; whoever gave up holds nothing.
    pub(super) async fn held(&self, faults: &mut Vec<String>) {
        for row in self.all(HELD).await {
            let (order, status, code) = (text(&row, 0), text(&row, 1), text(&row, 4));
            let [held, sold, late] = [2, 3, 5].map(|at| number(&row, at));
            let with_code = !text(&row, 6).is_empty();
            let uses = |words: &[&str]| !with_code || words.contains(&code.as_str());
            let sound = match status.as_str() {
                "pending_payment" => (held, sold) == (1, 0) && uses(&["redeemed"]),
                "closed" | "cancelled" | "failed" => (held, sold) == (0, 0) && uses(&["returned"]),
                // Late money that was to go back took nothing again.
                _ if late > 0 => held == sold,
                _ => (held, sold) == (1, 1) && uses(&["redeemed", "honoured"]),
            };
            if !sound {
                faults.push(format!(
                    "{order} is {status}, holds {held}, of them sold {sold}, its code: `{code}`"
                ));
            }
        }
    }

    /// A code is used as often as its redemptions say, and never beyond a limit.
    pub(super) async fn codes(&self, faults: &mut Vec<String>) {
        for row in self.all(CODES).await {
            let [used, limit, redeemed, each, most] = [1, 2, 3, 4, 5].map(|at| number(&row, at));
            if used != redeemed || used > limit || most > each {
                faults.push(format!(
                    "code {}: used {used}, redeemed {redeemed}, limit {limit}; by one buyer \
                     {most}, limit {each}",
                    text(&row, 0)
                ));
            }
        }
    }

    /// The rules that the shop asks of itself every night.
    pub(super) async fn doctor(&self, rows: &Rows, faults: &mut Vec<String>) {
        let diagnosis = doctor_money::run(&self.street.base).await.unwrap();
        for broken in diagnosis.broken() {
            if PATIENCE.contains(&broken.code) && !rows.alerts.is_empty() {
                continue;
            }
            // Money that was said to have come, and given back before the truth was heard.
            let lied = |order: &str| {
                let mut payments = rows.payments_of(order).map(|one| one.number.as_str());
                payments.any(|number| self.schedule.lied_about.contains(&PaymentNo::from(number)))
            };
            let believed = |one: &Finding| one.order_no.as_deref().is_some_and(lied);
            if MISLED.contains(&broken.code) && broken.findings.iter().all(believed) {
                continue;
            }
            faults.push(format!("{} {}: {:?}", broken.code, broken.rule, broken.findings));
        }
    }
}

fn number(row: &QueryResult, at: usize) -> i64 {
    row.try_get_by_index(at).unwrap()
}
