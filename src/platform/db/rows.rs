//! Many rows in one statement: they travel as one JSON value, so that the text of the statement, and
//! with it its prepared plan, stays the same whatever their number (reference/stack.md §2.4: a
//! statement costs a round trip, a row hardly anything).

use std::sync::PoisonError;

use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, FromQueryResult, QueryResult, Value};
use serde_json::Value as Json;

use super::{WriteTx, execute, query_all, query_one};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
}

/// The names and kinds of the columns of some [`Rows`].
pub type Columns = [(&'static str, Kind)];

/// Rows of one shape, in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub struct Rows(Vec<Json>);

impl Rows {
    /// Adds a row: one value for each column, in their order; `null` is NULL.
    pub fn push<const N: usize>(&mut self, row: [Json; N]) {
        self.0.push(Json::Array(Vec::from(row)));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows as the one value of their statement.
    fn into_value(self) -> Value {
        Json::Array(self.0).to_string().into()
    }
}

impl<const N: usize> FromIterator<[Json; N]> for Rows {
    fn from_iter<I: IntoIterator<Item = [Json; N]>>(rows: I) -> Self {
        Self(rows.into_iter().map(|row| Json::Array(Vec::from(row))).collect())
    }
}

/// The rows as a table named `given`, for the FROM of a statement whose value `$place` they are.
fn given(backend: DbBackend, columns: &Columns, place: usize) -> String {
    let postgres = backend == DbBackend::Postgres;
    let column = |(at, (name, kind)): (usize, &(&str, Kind))| match (postgres, kind) {
        (false, Kind::Text | Kind::Integer) => format!("json_extract(value, '$[{at}]') AS {name}"),
        (true, Kind::Text) => format!("value ->> {at} AS {name}"),
        (true, Kind::Integer) => format!("CAST(value ->> {at} AS BIGINT) AS {name}"),
    };
    let columns = columns.iter().enumerate().map(column).collect::<Vec<_>>().join(", ");
    let each = if postgres {
        format!("json_array_elements(CAST(${place} AS json))")
    } else {
        format!("json_each(${place})")
    };
    format!("(SELECT {columns} FROM {each}) AS given")
}

/// Inserts `rows` into `table`, whose other columns have defaults. Returns how many were written.
pub async fn insert(
    tx: &WriteTx,
    table: &str,
    columns: &Columns,
    rows: Rows,
) -> Result<u64, DbErr> {
    let names = names(columns);
    let statement =
        |given: &str| format!("INSERT INTO {table} ({names}) SELECT {names} FROM {given}");
    write(tx, columns, rows, statement).await
}

/// [`insert`] without those rows whose `key` (columns of a unique index) is there already.
pub async fn insert_new(
    tx: &WriteTx,
    (table, key): (&str, &str),
    columns: &Columns,
    rows: Rows,
) -> Result<u64, DbErr> {
    let names = names(columns);
    // `WHERE true`: without it SQLite takes ON for a join's.
    let statement = |given: &str| {
        format!(
            "INSERT INTO {table} ({names}) SELECT {names} FROM {given} WHERE true \
             ON CONFLICT ({key}) DO NOTHING"
        )
    };
    write(tx, columns, rows, statement).await
}

fn names(columns: &Columns) -> String {
    columns.iter().map(|(name, _kind)| *name).collect::<Vec<_>>().join(", ")
}

/// Carries out the statement that `statement` makes of the table `given`, which holds `rows`.
/// Returns how many rows were written; for a transaction that gathers its statements: how many
/// there should be.
pub async fn write(
    tx: &WriteTx,
    columns: &Columns,
    rows: Rows,
    statement: impl FnOnce(&str) -> String,
) -> Result<u64, DbErr> {
    if rows.is_empty() {
        return Ok(0);
    }
    let backend = tx.conn().get_database_backend();
    if let Some(gathered) = &tx.gathered {
        let mut gathered = gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let given = given(backend, columns, gathered.next());
        return Ok(gathered.add(statement(&given), rows));
    }
    let sql = statement(&given(backend, columns, 1));
    Ok(execute(tx.conn(), &sql, vec![rows.into_value()]).await?.rows_affected())
}

/// Statements on their way to one round trip.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    statements: Vec<String>,
    values: Vec<Value>,
    /// How many rows they write if nothing is in their way.
    expected: u64,
}

impl Gathered {
    fn next(&self) -> usize {
        self.values.len().saturating_add(1)
    }

    /// Returns how many rows the statement writes if nothing is in its way.
    fn add(&mut self, statement: String, rows: Rows) -> u64 {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.expected = self.expected.saturating_add(count);
        self.statements.push(statement);
        self.values.push(rows.into_value());
        count
    }
}

/// Carries out what `tx` has gathered, in one round trip. `false`: not every row was written, and the
/// caller must roll back.
pub async fn write_gathered(tx: &WriteTx) -> Result<bool, DbErr> {
    let Some(gathered) = &tx.gathered else { return Ok(true) };
    let Gathered { statements, values, expected } =
        std::mem::take(&mut *gathered.lock().unwrap_or_else(PoisonError::into_inner));
    if statements.is_empty() {
        return Ok(true);
    }
    let written = if tx.conn().get_database_backend() == DbBackend::Postgres {
        let sql = as_one(&statements);
        let row = query_one(tx.conn(), &sql, values).await?;
        let count: i64 = row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        u64::try_from(count).unwrap_or_default()
    } else {
        execute(tx.conn(), &statements.join(";\n"), values).await?.rows_affected()
    };
    Ok(written == expected)
}

/// Postgres takes one statement with values at a time; this one carries out all of them.
fn as_one(statements: &[String]) -> String {
    let part = |(place, sql): (usize, &String)| format!("part{place} AS ({sql} RETURNING 1)");
    let parts = statements.iter().enumerate().map(part).collect::<Vec<_>>().join(",\n");
    let count = |place| format!("(SELECT count(*) FROM part{place})");
    let counts = (0..statements.len()).map(count).collect::<Vec<_>>().join(" + ");
    format!("WITH {parts} SELECT CAST({counts} AS BIGINT)")
}

/// Questions that are asked together: in one round trip on `SQLite`, one after the other on
/// Postgres, whose locks they may take.
pub struct Questions {
    backend: DbBackend,
    gathered: Gathered,
}

impl Questions {
    pub fn new(tx: &WriteTx) -> Self {
        Self { backend: tx.conn().get_database_backend(), gathered: Gathered::default() }
    }

    /// Whether rows are locked by `FOR UPDATE`; on `SQLite` the transaction is the lock.
    pub fn can_lock(&self) -> bool {
        self.backend == DbBackend::Postgres
    }

    /// Adds the question that `question` makes of the table `given`, which holds `rows`.
    pub fn add(&mut self, columns: &Columns, rows: Rows, question: impl FnOnce(&str) -> String) {
        let postgres = self.backend == DbBackend::Postgres;
        let place = if postgres { 1 } else { self.gathered.next() };
        let sql = question(&given(self.backend, columns, place));
        let sql = if postgres {
            sql
        } else {
            let part = self.gathered.statements.len();
            format!("SELECT {part} AS part, answer.* FROM ({sql}) AS answer")
        };
        self.gathered.add(sql, rows);
    }

    /// The answers, in the order of the questions.
    pub async fn ask<const N: usize>(self, tx: &WriteTx) -> Result<[Answer; N], DbErr> {
        let asked = self.gathered.statements.len();
        let answers = self.ask_all(tx).await?;
        answers.try_into().map_err(|_others| DbErr::Custom(format!("{asked} questions, not {N}")))
    }

    async fn ask_all(self, tx: &WriteTx) -> Result<Vec<Answer>, DbErr> {
        let Gathered { statements, values, expected: _ } = self.gathered;
        let mut answers = Vec::new();
        if self.backend == DbBackend::Postgres {
            for (sql, value) in statements.iter().zip(values) {
                answers.push(Answer(query_all(tx.conn(), sql, vec![value]).await?));
            }
            return Ok(answers);
        }
        answers.resize_with(statements.len(), Answer::default);
        for row in query_all(tx.conn(), &statements.join(";\n"), values).await? {
            let part: i64 = row.try_get("", "part")?;
            let answer = usize::try_from(part).ok().and_then(|part| answers.get_mut(part));
            let nobody = || DbErr::Custom(format!("nobody asked question {part}"));
            answer.ok_or_else(nobody)?.0.push(row);
        }
        Ok(answers)
    }
}

/// The rows that answer one question.
#[derive(Debug, Default)]
pub struct Answer(pub Vec<QueryResult>);

impl Answer {
    /// The rows as `M`, by the names of its columns.
    pub fn read<M: FromQueryResult>(&self) -> Result<Vec<M>, DbErr> {
        self.0.iter().map(|row| M::from_query_result(row, "")).collect()
    }
}
