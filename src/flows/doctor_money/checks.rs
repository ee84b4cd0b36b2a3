//! The rules as statements that both databases read. Each gives what breaks it in the columns
//! `subject, order_no, expected, actual, currency, note`; `{{NOW}}` stands for milliseconds.
//!
//! Codes are stable: a rule that goes out of use leaves its code unused.

/// One rule of spec.md §4 rule 16.
pub(super) struct Check {
    pub(super) code: &'static str,
    pub(super) rule: &'static str,
    pub(super) ask: Ask,
}

/// Who knows what breaks a rule.
pub(super) enum Ask {
    /// A statement over several tables.
    Sql(&'static str),
    /// `catalog`, whose words stock movements are.
    Stock,
    /// `promotions`, whose words redemptions are.
    Coupons,
}

pub(super) const CHECKS: [Check; 20] = [
    Check {
        code: "M01",
        rule: "what was received is delivered, refunded or owed",
        ask: Ask::Sql(BALANCE),
    },
    Check {
        code: "M02",
        rule: "every paid order has a payment that succeeded",
        ask: Ask::Sql(PAID_WITHOUT_PAYMENT),
    },
    Check {
        code: "M03",
        rule: "no payment is refunded beyond what was paid",
        ask: Ask::Sql(TOO_MUCH_REFUNDED),
    },
    Check {
        code: "M04",
        rule: "every payment that succeeded is in the money book",
        ask: Ask::Sql(PAYMENT_NOT_BOOKED),
    },
    Check {
        code: "M05",
        rule: "every receipt in the money book has its payment",
        ask: Ask::Sql(RECEIPT_WITHOUT_PAYMENT),
    },
    Check {
        code: "M06",
        rule: "every refund that succeeded is in the money book",
        ask: Ask::Sql(REFUND_NOT_BOOKED),
    },
    Check {
        code: "M07",
        rule: "every refund in the money book has succeeded",
        ask: Ask::Sql(BOOKED_WITHOUT_REFUND),
    },
    Check {
        code: "M08",
        rule: "what was delivered is earned, and nothing else is",
        ask: Ask::Sql(REVENUE),
    },
    Check {
        code: "M09",
        rule: "no commission is higher than its rate of what was paid and kept",
        ask: Ask::Sql(COMMISSION_TOO_HIGH),
    },
    Check {
        code: "M10",
        rule: "commissions and the money book agree",
        ask: Ask::Sql(COMMISSION_NOT_BOOKED),
    },
    Check { code: "M11", rule: "stock counters equal their movements", ask: Ask::Stock },
    Check { code: "M12", rule: "coupon counters equal their redemptions", ask: Ask::Coupons },
    Check {
        code: "M13",
        rule: "no order waits for its payment beyond its deadline",
        ask: Ask::Sql(ORDER_OVERDUE),
    },
    Check {
        code: "M14",
        rule: "no payment stays open beyond its deadline",
        ask: Ask::Sql(PAYMENT_OVERDUE),
    },
    Check {
        code: "M15",
        rule: "no refund is without a result for a day",
        ask: Ask::Sql(REFUND_OVERDUE),
    },
    Check {
        code: "M16",
        rule: "money that does not match is decided on within three days",
        ask: Ask::Sql(DOUBT_OVERDUE),
    },
    Check { code: "M17", rule: "no job is parked for a day", ask: Ask::Sql(PARKED) },
    Check {
        code: "M18",
        rule: "an order's status is the last word of its history",
        ask: Ask::Sql(ORDER_HISTORY),
    },
    Check {
        code: "M19",
        rule: "a payment's status is the last word of its log",
        ask: Ask::Sql(PAYMENT_LOG),
    },
    Check {
        code: "M20",
        rule: "what promoters were paid and the money book agree",
        ask: Ask::Sql(PAYOUT_NOT_BOOKED),
    },
];

/// Payments and refunds as their own tables tell them, against where the book says it all went.
/// Money in doubt is on both sides: it came, and it is owed to somebody.
const BALANCE: &str = "
SELECT currency AS subject, CAST(NULL AS TEXT) AS order_no, CAST(SUM(came) AS BIGINT) AS expected,
  CAST(SUM(delivered + back + owed) AS BIGINT) AS actual, currency,
  'in minor units: delivered ' || CAST(SUM(delivered) AS BIGINT) || ', refunded '
    || CAST(SUM(back) AS BIGINT) || ', owed ' || CAST(SUM(owed) AS BIGINT) AS note
FROM (
  SELECT COALESCE(stated_currency, currency) AS currency,
    COALESCE(stated_minor, amount_minor) AS came, 0 AS delivered, 0 AS back, 0 AS owed
  FROM payments WHERE status = 'succeeded'
  UNION ALL
  SELECT currency, 0, 0, amount_minor, 0 FROM refunds WHERE status = 'succeeded'
  UNION ALL
  SELECT currency,
    CASE WHEN credit = 'doubt' AND debit LIKE 'provider:%' THEN amount_minor
      WHEN debit = 'doubt' AND credit LIKE 'provider:%' THEN -amount_minor ELSE 0 END,
    CASE WHEN credit IN ('revenue', 'kept') THEN amount_minor
      WHEN debit IN ('revenue', 'kept') THEN -amount_minor ELSE 0 END,
    0,
    CASE WHEN credit IN ('orders:owed', 'doubt') THEN amount_minor ELSE 0 END
      - CASE WHEN debit IN ('orders:owed', 'doubt') THEN amount_minor ELSE 0 END
  FROM ledger_transfers WHERE kind <> 'commission'
) moved
GROUP BY currency HAVING SUM(came) <> SUM(delivered + back + owed)";

const PAID_WITHOUT_PAYMENT: &str = "
SELECT o.order_no AS subject, o.order_no, o.total_minor AS expected, CAST(0 AS BIGINT) AS actual,
  o.currency, o.status AS note
FROM orders o
WHERE o.paid_at IS NOT NULL AND o.total_minor > 0 AND NOT EXISTS (
  SELECT 1 FROM payments p WHERE p.order_no = o.order_no AND p.status = 'succeeded')";

/// Of money that does not match, no more than was stated may go back.
const TOO_MUCH_REFUNDED: &str = "
SELECT payment_no AS subject, order_no, paid AS expected, refunded AS actual, currency, note
FROM (
  SELECT r.payment_no, MIN(r.order_no) AS order_no, r.currency,
    CAST(SUM(r.amount_minor) AS BIGINT) AS refunded,
    MAX(CASE WHEN COALESCE(p.stated_currency, p.currency) = r.currency
      AND p.status IN ('succeeded', 'conflicted') THEN COALESCE(p.stated_minor, p.amount_minor)
      ELSE 0 END) AS paid,
    COALESCE(MIN(p.status), 'no such payment') AS note
  FROM refunds r LEFT JOIN payments p ON p.payment_no = r.payment_no
  WHERE r.status <> 'failed' GROUP BY r.payment_no, r.currency
) sums
WHERE refunded > paid";

const PAYMENT_NOT_BOOKED: &str = "
SELECT p.payment_no AS subject, p.order_no, COALESCE(p.stated_minor, p.amount_minor) AS expected,
  COALESCE(t.amount_minor, 0) AS actual, COALESCE(p.stated_currency, p.currency) AS currency,
  p.provider AS note
FROM payments p LEFT JOIN ledger_transfers t ON t.transfer_key = 'received:' || p.payment_no
WHERE p.status = 'succeeded' AND p.amount_minor > 0 AND (t.id IS NULL
  OR t.amount_minor <> COALESCE(p.stated_minor, p.amount_minor)
  OR t.currency <> COALESCE(p.stated_currency, p.currency)
  OR t.debit <> 'provider:' || p.provider OR t.credit <> 'orders:owed')";

const RECEIPT_WITHOUT_PAYMENT: &str = "
SELECT t.transfer_key AS subject, t.order_no, CAST(0 AS BIGINT) AS expected,
  t.amount_minor AS actual, t.currency, COALESCE(p.status, 'no such payment') AS note
FROM ledger_transfers t LEFT JOIN payments p ON p.payment_no = t.payment_no
WHERE t.kind = 'received' AND t.credit = 'orders:owed'
  AND (p.status IS NULL OR p.status <> 'succeeded')";

const REFUND_NOT_BOOKED: &str = "
SELECT r.refund_no AS subject, r.order_no, r.amount_minor AS expected,
  COALESCE(t.amount_minor, 0) AS actual, r.currency, r.payment_no AS note
FROM refunds r LEFT JOIN ledger_transfers t ON t.transfer_key = 'refunded:' || r.refund_no
WHERE r.status = 'succeeded' AND (t.id IS NULL OR t.amount_minor <> r.amount_minor
  OR t.currency <> r.currency)";

const BOOKED_WITHOUT_REFUND: &str = "
SELECT t.transfer_key AS subject, t.order_no, CAST(0 AS BIGINT) AS expected,
  t.amount_minor AS actual, t.currency, COALESCE(r.status, 'no such refund') AS note
FROM ledger_transfers t LEFT JOIN refunds r ON r.refund_no = t.refund_no
WHERE t.kind = 'refunded' AND (r.status IS NULL OR r.status <> 'succeeded')";

/// An order that is still `completed` was not refunded as a whole, so something was earned.
const REVENUE: &str = "
SELECT o.order_no AS subject, o.order_no, o.total_minor AS expected, CAST(0 AS BIGINT) AS actual,
  o.currency, 'delivered, not earned' AS note
FROM orders o LEFT JOIN ledger_transfers t ON t.transfer_key = 'revenue:' || o.order_no
WHERE o.status = 'completed' AND o.total_minor > 0 AND t.id IS NULL
UNION ALL
SELECT t.transfer_key, t.order_no, CAST(0 AS BIGINT), t.amount_minor, t.currency,
  'earned, not delivered'
FROM ledger_transfers t LEFT JOIN orders o ON o.order_no = t.order_no
WHERE t.credit = 'revenue' AND o.completed_at IS NULL";

/// Without a remembered rate, the whole amount is the limit. A second payment that went back
/// takes nothing from the promoter.
const COMMISSION_TOO_HIGH: &str = "
SELECT c.order_no AS subject, c.order_no, c.base_minor AS expected, c.amount_minor AS actual,
  c.currency, CASE
    WHEN c.amount_minor * 100 > c.base_minor * COALESCE(c.rate_percent, 100) THEN 'above its rate'
    WHEN c.base_minor > COALESCE(paid.total, 0) THEN 'on more than was paid'
    ELSE 'not taken back with the refund' END AS note
FROM commissions c
LEFT JOIN (SELECT order_no, SUM(COALESCE(stated_minor, amount_minor)) AS total FROM payments
  WHERE status = 'succeeded' GROUP BY order_no) paid ON paid.order_no = c.order_no
LEFT JOIN (SELECT order_no, SUM(amount_minor) AS total FROM refunds
  WHERE status = 'succeeded' AND reason NOT LIKE 'surplus%'
  GROUP BY order_no) back ON back.order_no = c.order_no
WHERE c.amount_minor * 100 > c.base_minor * COALESCE(c.rate_percent, 100)
  OR c.base_minor > COALESCE(paid.total, 0)
  OR c.reversed_minor > c.amount_minor
  OR c.reversed_minor * c.base_minor < c.amount_minor
    * CASE WHEN COALESCE(back.total, 0) > c.base_minor THEN c.base_minor
      ELSE COALESCE(back.total, 0) END";

const COMMISSION_NOT_BOOKED: &str = "
SELECT order_no AS subject, order_no, CAST(SUM(due) AS BIGINT) AS expected,
  CAST(SUM(booked) AS BIGINT) AS actual, currency, CAST(NULL AS TEXT) AS note
FROM (
  SELECT order_no, currency, amount_minor - reversed_minor AS due, 0 AS booked FROM commissions
  UNION ALL
  SELECT order_no, currency, 0, CASE WHEN credit = 'commission:payable' THEN amount_minor
    ELSE -amount_minor END
  FROM ledger_transfers WHERE kind = 'commission' AND order_no IS NOT NULL
) both_sides
GROUP BY order_no, currency HAVING SUM(due) <> SUM(booked)";

const PAYOUT_NOT_BOOKED: &str = "
SELECT key AS subject, CAST(NULL AS TEXT) AS order_no, CAST(SUM(paid) AS BIGINT) AS expected,
  CAST(SUM(booked) AS BIGINT) AS actual, currency, CAST(NULL AS TEXT) AS note
FROM (
  SELECT 'payout:' || payout_no AS key, currency, amount_minor AS paid, 0 AS booked
  FROM payouts WHERE status = 'paid'
  UNION ALL
  SELECT transfer_key, currency, 0, amount_minor
  FROM ledger_transfers WHERE kind = 'commission' AND order_no IS NULL
) both_sides
GROUP BY key, currency HAVING SUM(paid) <> SUM(booked)";

/// An order whose money is in doubt waits for a person (M16).
const ORDER_OVERDUE: &str = "
SELECT o.order_no AS subject, o.order_no, o.total_minor AS expected, CAST(NULL AS BIGINT) AS actual,
  o.currency, CAST(NULL AS TEXT) AS note
FROM orders o
WHERE o.status = 'pending_payment' AND o.expires_at < {{NOW}} - 3600000 AND NOT EXISTS (
  SELECT 1 FROM payments d WHERE d.order_no = o.order_no AND d.status = 'conflicted')";

const PAYMENT_OVERDUE: &str = "
SELECT p.payment_no AS subject, p.order_no, p.amount_minor AS expected,
  CAST(NULL AS BIGINT) AS actual, p.currency, p.status AS note
FROM payments p
WHERE p.status IN ('init', 'processing') AND p.expires_at < {{NOW}} - 3600000 AND NOT EXISTS (
  SELECT 1 FROM payments d WHERE d.order_no = p.order_no AND d.status = 'conflicted')";

const REFUND_OVERDUE: &str = "
SELECT refund_no AS subject, order_no, amount_minor AS expected, CAST(NULL AS BIGINT) AS actual,
  currency, status AS note
FROM refunds
WHERE status IN ('requested', 'processing', 'unknown') AND created_at < {{NOW}} - 86400000";

/// Of each payment; what came in a form that is no amount is only known by its status.
const DOUBT_OVERDUE: &str = "
SELECT payment_no AS subject, MIN(order_no) AS order_no, CAST(0 AS BIGINT) AS expected,
  CAST(SUM(CASE WHEN credit = 'doubt' THEN amount_minor ELSE -amount_minor END) AS BIGINT)
    AS actual, currency, 'in doubt' AS note
FROM ledger_transfers WHERE debit = 'doubt' OR credit = 'doubt'
GROUP BY payment_no, currency
HAVING SUM(CASE WHEN credit = 'doubt' THEN amount_minor ELSE -amount_minor END) > 0
  AND MAX(at) < {{NOW}} - 259200000
UNION ALL
SELECT p.payment_no, p.order_no, p.amount_minor, p.stated_minor, p.currency, 'does not match'
FROM payments p
WHERE p.status = 'conflicted' AND p.updated_at < {{NOW}} - 259200000 AND NOT EXISTS (
  SELECT 1 FROM ledger_transfers t WHERE t.payment_no = p.payment_no AND t.credit = 'doubt')";

/// Whoever parked it has told an operator already: a day is time to decide.
const PARKED: &str = "
SELECT dedupe_key AS subject, CAST(NULL AS TEXT) AS order_no, CAST(NULL AS BIGINT) AS expected,
  CAST(NULL AS BIGINT) AS actual, CAST(NULL AS TEXT) AS currency, SUBSTR(last_error, 1, 200) AS note
FROM jobs WHERE status = 'parked' AND updated_at < {{NOW}} - 86400000";

const ORDER_HISTORY: &str = "
SELECT o.order_no AS subject, o.order_no, CAST(NULL AS BIGINT) AS expected,
  CAST(NULL AS BIGINT) AS actual, CAST(NULL AS TEXT) AS currency,
  'is ' || o.status || ', history says ' || COALESCE(h.to_status, 'nothing') AS note
FROM orders o LEFT JOIN order_history h ON h.id = (
  SELECT MAX(last.id) FROM order_history last WHERE last.order_no = o.order_no)
WHERE h.to_status IS NULL OR h.to_status <> o.status";

const PAYMENT_LOG: &str = "
SELECT p.payment_no AS subject, p.order_no, CAST(NULL AS BIGINT) AS expected,
  CAST(NULL AS BIGINT) AS actual, CAST(NULL AS TEXT) AS currency,
  'is ' || p.status || ', log says ' || COALESCE(l.to_status, 'nothing') AS note
FROM payments p LEFT JOIN payment_log l ON l.id = (
  SELECT MAX(last.id) FROM payment_log last WHERE last.payment_no = p.payment_no)
WHERE l.to_status IS NULL OR l.to_status <> p.status";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_counted_and_every_rule_has_words() {
        for (place, check) in CHECKS.iter().enumerate() {
            assert_eq!(check.code, format!("M{:02}", place + 1));
            assert!(check.rule.len() > 10 && !check.rule.ends_with('.'), "{}", check.rule);
            let columns = ["subject", "order_no", "expected", "actual", "currency", "note"];
            if let Ask::Sql(sql) = check.ask {
                assert!(columns.iter().all(|name| sql.contains(name)), "{}", check.code);
            }
        }
    }
}
