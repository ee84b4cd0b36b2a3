//! What the callbacks are compared with: the physical limit of the same machine at the same moment,
//! and the design that this program replaces.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::load::{Load, Point};
use crate::support::{self, PYTHON_SECRET};

/// Six tables, as few rows and indexes as a shop can have (reference/stack.md §2).
const SCHEMA: &str = "
CREATE TABLE orders (id INTEGER PRIMARY KEY, input TEXT NOT NULL, status TEXT NOT NULL,
  amount BIGINT NOT NULL, version BIGINT NOT NULL, paid_at BIGINT, updated_at BIGINT NOT NULL);
CREATE INDEX orders_status ON orders (status, updated_at);
CREATE TABLE payments (id INTEGER PRIMARY KEY, order_id BIGINT NOT NULL, reference TEXT NOT NULL UNIQUE,
  charge TEXT, amount BIGINT NOT NULL, status TEXT NOT NULL, version BIGINT NOT NULL,
  updated_at BIGINT NOT NULL);
CREATE INDEX payments_order ON payments (order_id);
CREATE TABLE audit (id INTEGER PRIMARY KEY AUTOINCREMENT, about BIGINT NOT NULL, detail TEXT NOT NULL,
  at BIGINT NOT NULL);
CREATE INDEX audit_about ON audit (about);
CREATE TABLE outbox (id INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, about BIGINT NOT NULL,
  payload TEXT NOT NULL, at BIGINT NOT NULL, published_at BIGINT);
CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL;
CREATE TABLE inbox (provider TEXT NOT NULL, event TEXT NOT NULL, at BIGINT NOT NULL,
  PRIMARY KEY (provider, event)) WITHOUT ROWID;
";

/// One thread, cached statements, one commit for each callback, nothing else: what `SQLite` and the
/// disk can do.
pub(crate) fn raw(time: Duration) -> Point {
    const ORDERS: i64 = 60_000;
    let folder = support::folder();
    let mut db = Connection::open(folder.path().join("raw.db")).unwrap();
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;").unwrap();
    db.execute_batch(SCHEMA).unwrap();
    db.set_prepared_statement_cache_capacity(64);
    let tx = db.transaction().unwrap();
    for number in 1..=ORDERS {
        tx.prepare_cached("INSERT INTO orders VALUES (?1, ?2, 'pending', 1990, 1, NULL, 0)")
            .unwrap()
            .execute((number, "x".repeat(200)))
            .unwrap();
        tx.prepare_cached("INSERT INTO payments VALUES (?1, ?1, ?2, NULL, 1990, 'pending', 1, 0)")
            .unwrap()
            .execute((number, format!("M{number:015}")))
            .unwrap();
    }
    tx.commit().unwrap();
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE); PRAGMA synchronous = FULL;").unwrap();
    let (mut took, from) = (Vec::new(), Instant::now() + Duration::from_millis(300));
    for number in 1..=ORDERS {
        let started = Instant::now();
        if started >= from + time {
            break;
        }
        db.prepare_cached("BEGIN IMMEDIATE").unwrap().execute([]).unwrap();
        take_raw(&db, number);
        db.prepare_cached("COMMIT").unwrap().execute([]).unwrap();
        if started >= from {
            took.push(started.elapsed());
        }
    }
    let calls = took.len();
    Point::from(took, time, calls)
}

fn take_raw(db: &Connection, number: i64) {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| {
        assert_eq!(db.prepare_cached(sql).unwrap().execute(values).unwrap(), 1);
    };
    let event = format!("evt_{number:032}");
    run("INSERT INTO inbox VALUES ('pingpong', ?1, 1) ON CONFLICT DO NOTHING", &[&event]);
    let (id, amount): (i64, i64) = db
        .prepare_cached(
            "SELECT payments.id, payments.amount FROM payments JOIN orders \
             ON orders.id = payments.order_id WHERE reference = ?1",
        )
        .unwrap()
        .query_row([format!("M{number:015}")], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!((id, amount), (number, 1990));
    run(
        "UPDATE payments SET status = 'paid', charge = ?2, version = version + 1, updated_at = 2 \
         WHERE id = ?1 AND version = 1",
        &[&number, &event],
    );
    run(
        "UPDATE orders SET status = 'paid', paid_at = 2, version = version + 1, updated_at = 2 \
         WHERE id = ?1 AND version = 1",
        &[&number],
    );
    run("INSERT INTO audit (about, detail, at) VALUES (?1, ?2, 2)", &[&number, &"d".repeat(200)]);
    run(
        "INSERT INTO outbox (topic, about, payload, at) VALUES ('order.paid', ?1, ?2, 2)",
        &[&number, &"p".repeat(180)],
    );
}

/// The same transaction by `pgbench`, prepared, eight round trips; `None` where it is not installed.
pub(crate) fn pgbench(connections: usize, time: Duration) -> Option<Point> {
    const SCRIPT: &str = r"
\set k :k + 1
\set i :client_id * 100000 + :k
BEGIN;
INSERT INTO raw.inbox VALUES ('pingpong', 'evt_' || md5((:i)::text), 1) ON CONFLICT DO NOTHING;
SELECT p.id, p.amount FROM raw.payments p JOIN raw.orders o ON o.id = p.order_id WHERE reference = 'M' || lpad((:i)::text, 15, '0');
UPDATE raw.payments SET status = 'paid', charge = 'evt', version = version + 1, updated_at = 2 WHERE id = :i AND version = 1;
UPDATE raw.orders SET status = 'paid', paid_at = 2, version = version + 1, updated_at = 2 WHERE id = :i AND version = 1;
INSERT INTO raw.audit (about, detail, at) VALUES (:i, repeat('d', 200), 2);
INSERT INTO raw.outbox (topic, about, payload, at) VALUES ('order.paid', :i, repeat('p', 180), 2);
COMMIT;
";
    let url = std::env::var("MINGSHU_BENCH_DATABASE").ok()?;
    let program = ["/usr/lib/postgresql/15/bin/pgbench", "pgbench"]
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_ok())?;
    let folder = support::folder();
    let (script, log) = (folder.path().join("callback.sql"), folder.path().join("log"));
    std::fs::write(&script, SCRIPT).unwrap();
    fill_postgres(&url, connections);
    let output = Command::new(program)
        .args(["-n", "-M", "prepared", "-j", "1", "-D", "k=0", "-l"])
        .args(["-c", &connections.to_string(), "-T", &time.as_secs().to_string()])
        .args(["--log-prefix".as_ref(), log.as_os_str(), "-f".as_ref(), script.as_os_str()])
        .arg(&url)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut took = Vec::new();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        if path == script {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let micros = |line: &str| line.split(' ').nth(2).and_then(|word| word.parse().ok());
        took.extend(text.lines().filter_map(micros).map(Duration::from_micros));
    }
    let calls = took.len();
    Some(Point::from(took, time, calls))
}

fn fill_postgres(url: &str, connections: usize) {
    let each = if connections == 1 { 30_000 } else { 200_000 / connections };
    let tables = SCHEMA
        .replace("CREATE TABLE ", "CREATE TABLE raw.")
        .replace(" ON ", " ON raw.")
        .replace("INTEGER PRIMARY KEY AUTOINCREMENT", "BIGSERIAL PRIMARY KEY")
        .replace("INTEGER PRIMARY KEY", "BIGINT PRIMARY KEY")
        .replace(" WITHOUT ROWID", "");
    let numbers = format!(
        "(SELECT c * 100000 + k AS i FROM generate_series(0, {}) c, generate_series(1, {each}) k) s",
        connections - 1
    );
    let sql = format!(
        "DROP SCHEMA IF EXISTS raw CASCADE; CREATE SCHEMA raw; {tables}
         INSERT INTO raw.orders SELECT i, repeat('x', 200), 'pending', 1990, 1, NULL, 0 FROM {numbers};
         INSERT INTO raw.payments SELECT i, i, 'M' || lpad(i::text, 15, '0'), NULL, 1990, 'pending', 1, 0 FROM {numbers};"
    );
    for step in [sql.as_str(), "VACUUM ANALYZE", "CHECKPOINT"] {
        let output = Command::new("psql").args(["-q", "-d", url, "-c", step]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// The two-process design in Python, its callback process alone: `simple` changes the order's row
/// only, `full` writes five tables. `None` where no interpreter is named.
pub(crate) fn python(mode: &str, connections: usize, time: Duration) -> Option<Point> {
    const ORDERS: usize = 20_000;
    let python = std::env::var("MINGSHU_BENCH_PYTHON").ok()?;
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/python");
    let folder = support::folder();
    let database = folder.path().join("python.db");
    let filled = Command::new(&python)
        .arg("fill.py")
        .args([database.as_os_str(), ORDERS.to_string().as_ref()])
        .current_dir(&here)
        .status()
        .unwrap();
    assert!(filled.success());
    let (address, port) = support::free_port();
    let server = Command::new(&python)
        .args(["-m", "uvicorn", "app:app", "--log-level", "warning", "--no-access-log"])
        .args(["--port", &port.to_string()])
        .current_dir(&here)
        .envs([("MODE", mode), ("SYNCHRONOUS", "FULL"), ("WEBHOOK_SECRET", PYTHON_SECRET)])
        .env("BASE_DB", &database)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap();
    let _server = Killed(server);
    while std::net::TcpStream::connect(address).is_err() {
        std::thread::sleep(Duration::from_millis(50));
    }
    let calls: Vec<_> = (1..=ORDERS).map(support::python_request).collect();
    Some(Load { address, time }.run(connections, &calls.into()))
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}
