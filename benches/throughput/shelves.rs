//! Orders by the hundred thousand: one is placed by the shop, the others are its copies under other
//! numbers, in every table that it touched.

use mingshu::kernel::ids::{OrderNo, PaymentNo};
use mingshu::platform::db::{execute, query_all, query_one};
use sea_orm::DbBackend;

use super::load::Calls;
use crate::support::Bench;

/// The tables of an order, and how its rows are found there.
const TABLES: [(&str, &str); 9] = [
    ("orders", "order_no = $1"),
    ("order_products", "order_no = $1"),
    ("payments", "order_no = $1"),
    ("order_history", "order_no = $1"),
    ("payment_log", "payment_no = $2"),
    ("callback_inbox", "reference = $2"),
    ("ledger_transfers", "order_no = $1"),
    ("stock_movements", "order_no = $1"),
    ("outbox", "subject = $1"),
];

pub(crate) struct Shelves {
    waiting: (OrderNo, PaymentNo),
    /// The number of the last copy.
    last: u64,
    paid: u64,
}

impl Shelves {
    /// Places the two patterns, and so many copies of the paid one.
    pub(crate) async fn stock(bench: &Bench, stored: u64) -> Self {
        let (done, waiting) = (bench.place_order(1).await, bench.place_order(2).await);
        bench.callback(&done.1).await;
        let mut shelves = Self { waiting, last: 0, paid: 1 };
        shelves.copy(bench, &done, stored).await;
        shelves.paid += stored;
        for sql in [
            "UPDATE orders SET status = 'completed', completed_at = paid_at WHERE status = 'paid'",
            "UPDATE outbox SET published_at = created_at",
        ] {
            change(bench, sql, vec![]).await;
        }
        shelves
    }

    /// So many orders that wait for their money, and the calls that say it has come.
    pub(crate) async fn lay_out(&mut self, bench: &Bench, count: u64) -> Calls {
        let pattern = self.waiting.clone();
        let first = self.last + 1;
        self.copy(bench, &pattern, count).await;
        bench.at_rest().await;
        let number = |number| PaymentNo(numbers(number).1);
        (first..=self.last).map(number).map(|no| bench.request(&no)).collect::<Vec<_>>().into()
    }

    /// Each call has paid one order, booked its money once, and left one job.
    pub(crate) async fn check(&mut self, bench: &Bench, calls: usize) {
        self.paid += u64::try_from(calls).unwrap();
        for sql in [
            "SELECT count(*) FROM orders WHERE paid_at IS NOT NULL",
            "SELECT count(*) FROM payments WHERE status = 'succeeded'",
            "SELECT count(*) FROM ledger_transfers WHERE kind = 'received'",
            "SELECT count(*) FROM outbox WHERE kind = 'order.paid'",
            "SELECT count(*) FROM stock_movements WHERE reason = 'confirm'",
        ] {
            let row = query_one(bench.base.db.read(), sql, vec![]).await.unwrap().unwrap();
            let count: i64 = row.try_get_by_index(0).unwrap();
            assert_eq!(u64::try_from(count).unwrap(), self.paid, "{sql}");
        }
    }

    async fn copy(&mut self, bench: &Bench, (order, payment): &(OrderNo, PaymentNo), count: u64) {
        const AT_ONCE: u64 = 20_000;
        let upto = self.last + count;
        while self.last < upto {
            let (first, last) = (self.last + 1, upto.min(self.last + AT_ONCE));
            for (table, found) in TABLES {
                let sql = copying(bench, (table, found)).await;
                let (first, last) = (i64::try_from(first).unwrap(), i64::try_from(last).unwrap());
                let values =
                    vec![order.as_str().into(), payment.as_str().into(), first.into(), last.into()];
                change(bench, &sql, values).await;
            }
            self.last = last;
        }
    }
}

/// The numbers of a copy.
fn numbers(number: u64) -> (String, String) {
    (format!("M20261121-{number:08}"), format!("P20261121-{number:08}"))
}

async fn change(bench: &Bench, sql: &str, values: Vec<sea_orm::Value>) {
    let tx = bench.base.db.begin_write().await.unwrap();
    execute(tx.conn(), sql, values).await.unwrap();
    tx.commit().await.unwrap();
}

/// Copies a table's rows of one order to the numbers from `$3` to `$4`.
async fn copying(bench: &Bench, (table, found): (&str, &str)) -> String {
    let postgres = bench.base.db.backend() == DbBackend::Postgres;
    let (digits, each, columns) = if postgres {
        (
            "lpad(n::text, 8, '0')",
            "generate_series($3::bigint, $4::bigint) AS counted(n)",
            "SELECT column_name::text, data_type::text FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position",
        )
    } else {
        (
            "printf('%08d', n)",
            "(WITH RECURSIVE counted(n) AS (SELECT $3 UNION ALL SELECT n + 1 FROM counted \
             WHERE n < $4) SELECT n FROM counted) AS counted",
            "SELECT name, type FROM pragma_table_info($1)",
        )
    };
    let db = bench.base.db.read();
    let rows = query_all(db, columns, vec![table.into()]).await.unwrap();
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for row in rows {
        let (name, kind): (String, String) =
            (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
        let is_text = kind.eq_ignore_ascii_case("text");
        if name == "id" && !is_text {
            continue;
        }
        values.push(match name.as_str() {
            "id" | "draft_id" => format!("{name} || '-' || {digits}"),
            _ if is_text => format!(
                "replace(replace({name}, $1, 'M20261121-' || {digits}), $2, 'P20261121-' || {digits})"
            ),
            _ => name.clone(),
        });
        names.push(name);
    }
    let (names, values) = (names.join(", "), values.join(", "));
    // Both values are named, though a table may need only one of them.
    let found = format!("{found} AND $1 <> $2");
    let found =
        if postgres { found.replace("$1", "$1::text").replace("$2", "$2::text") } else { found };
    format!("INSERT INTO {table} ({names}) SELECT {values} FROM {table}, {each} WHERE {found}")
}
