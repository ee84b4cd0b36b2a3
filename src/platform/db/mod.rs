//! The database: one write connection and a few read connections on SQLite, one pool on Postgres.
//!
//! Why two: SQLite has one writer. A pool of one makes the queue for it fair and in-process; the
//! readers never wait for it (reference/stack.md §2.4, §2.5). [`Db::begin_write`] is the only door
//! to a write transaction, and takes the write lock at once; [`group`] is the same door for those who
//! settle callbacks in groups.

mod connect;
pub mod group;
mod herald;
pub mod rows;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, ExecResult, QueryFilter, QueryOrder, QueryResult, QuerySelect,
    Select, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait, Value,
};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard};

use self::herald::Herald;

/// Name of the Postgres channel that carries "there is a job" between processes.
pub const JOBS_CHANNEL: &str = "mingshu_jobs";

/// The database, and the bell that rings when a job was committed.
#[derive(Clone)]
pub struct Db {
    write: DatabaseConnection,
    read: DatabaseConnection,
    bell: Arc<Notify>,
    witness: Option<Arc<dyn Witness>>,
    /// Whose turn it is to write to SQLite: two of our connections do, and would wait for each
    /// other in SQLite's own sleep.
    turns: Arc<Mutex<()>>,
    listener: Option<Listener>,
    /// Where groups are written on Postgres.
    wires: Option<Arc<group::Wires>>,
    /// Tells the other processes on the same Postgres.
    herald: Option<Herald>,
}

/// Is told of statements.
type Listener = Arc<dyn Fn(&Statement) + Send + Sync>;

/// Told of every commit, when it is done and before its caller hears of it: whoever wants to know
/// what becomes of the shop if it dies at that moment.
#[async_trait]
pub trait Witness: Send + Sync {
    async fn committed(&self);
}

/// What to connect to.
#[derive(Debug, Clone)]
pub struct DbOptions {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections to Postgres, or read connections to SQLite.
    pub max_connections: u32,
}

impl Db {
    /// Opens the database and creates the SQLite file and its folder when missing.
    pub async fn connect(options: &DbOptions) -> Result<Self, DbErr> {
        if options.url.starts_with("postgres") {
            let pool = Database::connect(connect::postgres(options)).await?;
            let wires = group::Wires::to(&options.url).map(Arc::new);
            let herald = Some(Herald::start(pool.clone()));
            return Ok(Self { wires, herald, ..Self::of(pool.clone(), pool) });
        }
        let (url, readers) = (&options.url, options.max_connections);
        connect::create_folder(url)?;
        let write = Database::connect(connect::sqlite(url, 1, false)).await?;
        let read = Database::connect(connect::sqlite(url, readers, true)).await?;
        Ok(Self::of(write, read))
    }

    fn of(write: DatabaseConnection, read: DatabaseConnection) -> Self {
        let (bell, turns) = Default::default();
        Self { write, read, bell, witness: None, turns, listener: None, wires: None, herald: None }
    }

    /// The same database with somebody who sees every commit.
    #[must_use]
    pub fn witnessed_by(self, witness: Arc<dyn Witness>) -> Self {
        Self { witness: Some(witness), ..self }
    }

    /// The same database, of whose every statement `listener` is told: whoever wants to know how
    /// they are carried out.
    #[must_use]
    pub fn overheard_by(mut self, listener: impl Fn(&Statement) + Send + Sync + 'static) -> Self {
        let listener: Listener = Arc::new(listener);
        for connection in [&mut self.write, &mut self.read] {
            let listener = Arc::clone(&listener);
            connection.set_metric_callback(move |heard| listener(heard.statement));
        }
        Self { listener: Some(listener), ..self }
    }

    /// Where to read outside a write transaction.
    pub fn read(&self) -> &DatabaseConnection {
        &self.read
    }

    /// The write connection itself, out of turn: for migrations, and what happens before anybody
    /// else writes.
    pub(crate) fn write(&self) -> &DatabaseConnection {
        &self.write
    }

    /// The write connection when it is its turn, for one statement that is a transaction by itself.
    pub(crate) async fn write_alone(&self) -> Alone<'_> {
        Alone { conn: &self.write, _turn: self.turn().await }
    }

    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        if self.backend() == DbBackend::Postgres {
            return None;
        }
        Some(Arc::clone(&self.turns).lock_owned().await)
    }

    /// Whether callbacks that arrive together can be written together: on Postgres where no TLS is
    /// wanted, on this machine or with `sslmode=disable` (docs/performance.md).
    pub fn likes_groups(&self) -> bool {
        self.backend() == DbBackend::Sqlite || self.wires.is_some()
    }

    pub fn backend(&self) -> DbBackend {
        self.write.get_database_backend()
    }

    /// Rung after every commit that enqueued a job. Wakes everybody who listens at that moment, so
    /// begin to listen before you look for work.
    pub fn bell(&self) -> &Notify {
        &self.bell
    }

    /// Begins a write transaction. On SQLite it takes the write lock at once, so that a read
    /// followed by a write cannot fail half-way with "database is locked".
    pub async fn begin_write(&self) -> Result<WriteTx, DbErr> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let turn = self.turn().await;
        let tx = self.write.begin_with_options(options).await?;
        Ok(WriteTx { tx, end: self.end(), turn })
    }

    fn end(&self) -> End {
        let (bell, witness) = (Arc::clone(&self.bell), self.witness.clone());
        End { bell, witness, herald: self.herald.clone(), jobs: AtomicBool::new(false) }
    }

    pub async fn close(self) -> Result<(), DbErr> {
        let Self { write, read, .. } = self;
        if write.get_database_backend() == DbBackend::Sqlite {
            read.close().await?;
        }
        write.close().await
    }
}

/// See [`Db::write_alone`].
pub(crate) struct Alone<'a> {
    conn: &'a DatabaseConnection,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Alone<'_> {
    pub(crate) fn conn(&self) -> &DatabaseConnection {
        self.conn
    }
}

/// An open write transaction. A function that asks for `&WriteTx` says: "my writes stand or fall
/// with yours". Dropped without commit, it rolls back.
#[must_use = "a write transaction that is not committed is rolled back"]
pub struct WriteTx {
    tx: DatabaseTransaction,
    end: End,
    // The last field: dropped when the transaction is over.
    turn: Option<OwnedMutexGuard<()>>,
}

/// What a commit sets going.
struct End {
    bell: Arc<Notify>,
    witness: Option<Arc<dyn Witness>>,
    herald: Option<Herald>,
    jobs: AtomicBool,
}

impl End {
    /// Remembers to ring the bell after the commit.
    fn has_jobs(&self) {
        self.jobs.store(true, Ordering::Relaxed);
    }

    async fn committed(&self) {
        if let Some(witness) = &self.witness {
            witness.committed().await;
        }
        if !self.jobs.load(Ordering::Relaxed) {
            return;
        }
        self.bell.notify_waiters();
        if let Some(herald) = &self.herald {
            herald.announce();
        }
    }
}

impl WriteTx {
    pub fn conn(&self) -> &DatabaseTransaction {
        &self.tx
    }

    /// Remembers to ring the bell after the commit.
    pub(super) fn has_jobs(&self) {
        self.end.has_jobs();
    }

    /// Commits, then wakes the worker when a job was enqueued; on Postgres the other processes
    /// hear of it soon.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { tx, end, turn } = self;
        tx.commit().await?;
        drop(turn);
        end.committed().await;
        Ok(())
    }

    pub async fn rollback(self) -> Result<(), DbErr> {
        self.tx.rollback().await
    }
}

/// One page of a sweep, the oldest rows first: what comes behind `after`, an instant with a number
/// that tells rows of the same instant apart.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub after: Option<(i64, String)>,
    pub limit: u64,
}

impl Page {
    /// The first `limit` rows.
    pub fn first(limit: u64) -> Self {
        Self { after: None, limit }
    }

    /// The page behind `rows`; `None` when this was the last one.
    pub fn following(&self, rows: &[(String, i64)]) -> Option<Self> {
        let (number, at) = rows.last()?;
        let full = u64::try_from(rows.len()).is_ok_and(|count| count >= self.limit);
        full.then(|| Self { after: Some((*at, number.clone())), limit: self.limit })
    }

    /// The condition and order for rows told by `at` and `number`.
    pub fn of<E: EntityTrait>(&self, at: E::Column, number: E::Column) -> Select<E> {
        let query = E::find()
            .select_only()
            .column(number)
            .column(at)
            .order_by_asc(at)
            .order_by_asc(number)
            .limit(self.limit);
        match &self.after {
            None => query,
            Some((instant, last)) => query.filter(
                Condition::any()
                    .add(at.gt(*instant))
                    .add(Condition::all().add(at.eq(*instant)).add(number.gt(last.as_str()))),
            ),
        }
    }
}

/// Runs one statement written by hand; `$1`, `$2`, … stand for the values on both databases.
pub async fn execute(
    db: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<ExecResult, DbErr> {
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await
}

pub async fn query_one(
    db: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<QueryResult>, DbErr> {
    db.query_one_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await
}

pub async fn query_all(
    db: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, DbErr> {
    db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await
}

/// Whether the database itself is in the way (lost, locked, full, shutting down, a conflict of
/// transactions), so that the very same statement may succeed later. What a database refuses
/// because of its content (a constraint, a value that it cannot hold, an unknown column) it will
/// refuse again.
pub fn is_passing(error: &DbErr) -> bool {
    use sea_orm::RuntimeErr;
    use sea_orm::sqlx::Error;

    if let DbErr::ConnectionAcquire(_) | DbErr::Conn(_) = error {
        return true;
    }
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) =
        error
    else {
        return false;
    };
    if let Error::Database(refusal) = cause.as_ref() {
        return refusal.code().is_some_and(|code| is_passing_code(&code));
    }
    matches!(
        cause.as_ref(),
        Error::Io(_)
            | Error::Tls(_)
            | Error::Protocol(_)
            | Error::PoolTimedOut
            | Error::PoolClosed
            | Error::WorkerCrashed
            | Error::BeginFailed
    )
}

/// Postgres: the classes of SQLSTATE that speak of the server and not of the statement. SQLite: the
/// primary result code, which is the lowest byte (sqlite.org/rescode.html).
fn is_passing_code(code: &str) -> bool {
    const SERVER: [&str; 7] = ["08", "25", "40", "53", "55", "57", "58"];
    // BUSY, LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL, NOTADB.
    const FILE: [u32; 10] = [5, 6, 7, 8, 9, 10, 13, 14, 15, 26];
    if code.len() == 5 {
        return code.get(..2).is_some_and(|class| SERVER.contains(&class));
    }
    code.parse::<u32>().is_ok_and(|code| FILE.contains(&(code & 0xff)))
}

/// `text` in a form that every database keeps and indexes: no NUL, at most 200 characters.
pub fn storable(text: &str) -> String {
    text.chars().filter(|letter| *letter != '\0').take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_servers_own_troubles_pass() {
        for code in
            ["57P01", "40001", "40P01", "53300", "08006", "5", "517", "6", "10", "266", "13"]
        {
            assert!(is_passing_code(code), "{code}");
        }
        // Constraints, NUL in a text, too large for an index, no such table, a trigger's word.
        for code in
            ["23505", "23514", "22021", "54000", "42P01", "P0001", "19", "2067", "1811", "1"]
        {
            assert!(!is_passing_code(code), "{code}");
        }
    }

    #[test]
    fn what_a_database_cannot_keep_is_left_out() {
        assert_eq!(storable("a\0b"), "ab");
        assert_eq!(storable(&"长".repeat(300)).chars().count(), 200);
    }
}
