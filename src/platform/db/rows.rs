//! Many rows at once. Where a statement costs a round trip they travel as one JSON value, so that the
//! text of the statement, and with it its prepared plan, stays the same whatever their number
//! (reference/stack.md §2.4: a statement costs a round trip, a row hardly anything). A single row, and
//! every row of a [`super::group`], is bound to its statement: less than half of the work.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, Value};
use serde_json::Value as Json;

use super::{WriteTx, execute};

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
pub struct Rows(pub(super) Vec<Vec<Json>>);

impl Rows {
    /// Adds a row: one value for each column, in their order; `null` is NULL.
    pub fn push<const N: usize>(&mut self, row: [Json; N]) {
        self.0.push(Vec::from(row));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows as the one value of their statement: lists, or on Postgres, which reads a list anew for
    /// each of its columns, objects.
    pub(super) fn into_value(self, backend: DbBackend, columns: &Columns) -> Value {
        if backend != DbBackend::Postgres {
            return Json::Array(self.0.into_iter().map(Json::Array).collect()).to_string().into();
        }
        self.into_objects(columns).into()
    }

    pub(super) fn into_objects(self, columns: &Columns) -> String {
        let object = |row: Vec<Json>| {
            let cells =
                columns.iter().zip(row).map(|((name, _kind), cell)| ((*name).to_owned(), cell));
            Json::Object(cells.collect())
        };
        Json::Array(self.0.into_iter().map(object).collect()).to_string()
    }
}

impl<const N: usize> FromIterator<[Json; N]> for Rows {
    fn from_iter<I: IntoIterator<Item = [Json; N]>>(rows: I) -> Self {
        Self(rows.into_iter().map(Vec::from).collect())
    }
}

/// Where rows go.
#[derive(Debug, Clone, Copy)]
pub struct Into<'a> {
    /// A table whose other columns have defaults.
    pub table: &'a str,
    pub columns: &'static Columns,
    /// Columns of a unique index: a row whose key is there already is left out.
    pub key: Option<&'a str>,
}

impl Into<'_> {
    /// The statement that inserts what `rows` selects or lists.
    fn statement(&self, rows: &str) -> String {
        let names = names(self.columns);
        let unless = self.key.map(|key| format!(" ON CONFLICT ({key}) DO NOTHING"));
        format!("INSERT INTO {} ({names}) {rows}{}", self.table, unless.unwrap_or_default())
    }

    /// The statement for one row, bound to `$1`, `$2`, ….
    pub(super) fn for_one_row(&self) -> String {
        let places: Vec<_> = (1..=self.columns.len()).map(|place| format!("${place}")).collect();
        self.statement(&format!("VALUES ({})", places.join(", ")))
    }

    /// The statement for rows that stand in `{given}`.
    pub(super) fn for_given(&self) -> String {
        // `WHERE true`: without it SQLite takes ON for a join's.
        self.statement(&format!("SELECT {} FROM {{given}} WHERE true", names(self.columns)))
    }
}

/// Texts of statements as they were written before: for a few rows, to write one takes as long as to
/// carry it out.
#[derive(Default)]
pub(super) struct Phrases(Mutex<HashMap<(usize, String), Arc<str>>>);

impl Phrases {
    /// What `write` makes of `words` and `columns`; the latter are known by where they stand.
    pub(super) fn know(
        &self,
        columns: &'static Columns,
        words: &str,
        write: impl FnOnce() -> String,
    ) -> Arc<str> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (columns.as_ptr().addr(), words.to_owned());
        Arc::clone(known.entry(key).or_insert_with(|| write().into()))
    }
}

/// A transaction that takes rows: [`WriteTx`] in one round trip, [`super::group::GroupTx`] in none.
pub trait TakesRows: Sync {
    /// Returns how many rows were written.
    fn insert(&self, into: Into<'_>, rows: Rows)
    -> impl Future<Output = Result<u64, DbErr>> + Send;

    /// Remembers that the commit brings work for the worker.
    fn has_jobs(&self);
}

impl TakesRows for WriteTx {
    async fn insert(&self, into: Into<'_>, mut rows: Rows) -> Result<u64, DbErr> {
        if rows.len() <= 1 {
            let Some(row) = rows.0.pop() else { return Ok(0) };
            let values = values(into.columns, row);
            return Ok(execute(self.conn(), &into.for_one_row(), values).await?.rows_affected());
        }
        let backend = self.conn().get_database_backend();
        let sql = for_all_rows((backend, 1), into.columns, &into.for_given());
        let value = rows.into_value(backend, into.columns);
        Ok(execute(self.conn(), &sql, vec![value]).await?.rows_affected())
    }

    fn has_jobs(&self) {
        Self::has_jobs(self);
    }
}

/// `sql` as it is asked once for each row: `given.name` becomes the place of the value, and the
/// table `{given}` is not named.
pub(super) fn for_each_row(columns: &Columns, sql: &str) -> String {
    let mut sql = sql.replace(", {given}", "").replace("FROM {given} ", "");
    let mut places: Vec<_> = (1..).zip(columns.iter().map(|(name, _kind)| *name)).collect();
    // A name may begin with another one.
    places.sort_by_key(|(_place, name)| Reverse(name.len()));
    for (place, name) in places {
        sql = sql.replace(&format!("given.{name}"), &format!("?{place}"));
    }
    sql
}

/// `sql` as it is asked once for all rows, which are its value at `place`, counted from 1.
pub(super) fn for_all_rows(
    (backend, place): (DbBackend, usize),
    columns: &Columns,
    sql: &str,
) -> String {
    let given = if backend == DbBackend::Postgres {
        given_to_postgres(columns, place)
    } else {
        given_to_sqlite(columns, place)
    };
    sql.replace("{given}", &given)
}

fn values(columns: &Columns, row: Vec<Json>) -> Vec<Value> {
    let value = |(cell, (_name, kind)): (Json, &(&str, Kind))| match (kind, cell) {
        (Kind::Integer, cell) => Value::BigInt(cell.as_i64()),
        (Kind::Text, Json::String(text)) => Value::String(Some(text)),
        (Kind::Text, Json::Null) => Value::String(None),
        (Kind::Text, other) => Value::String(Some(other.to_string())),
    };
    row.into_iter().zip(columns).map(value).collect()
}

/// The rows that are a value of the statement, as a table named `given`.
fn given_to_sqlite(columns: &Columns, place: usize) -> String {
    let column = |(at, (name, _kind)): (usize, &(&str, Kind))| {
        format!("json_extract(value, '$[{at}]') AS {name}")
    };
    let columns = columns.iter().enumerate().map(column).collect::<Vec<_>>().join(", ");
    format!("(SELECT {columns} FROM json_each(${place})) AS given")
}

/// [`given_to_sqlite`] for Postgres.
fn given_to_postgres(columns: &Columns, place: usize) -> String {
    let column = |(name, kind): &(&str, Kind)| match kind {
        Kind::Text => format!("{name} text"),
        Kind::Integer => format!("{name} bigint"),
    };
    let columns = columns.iter().map(column).collect::<Vec<_>>().join(", ");
    format!("json_to_recordset(CAST(CAST(${place} AS text) AS json)) AS given({columns})")
}

/// Inserts `rows` into `table`, whose other columns have defaults. Returns how many were written.
pub async fn insert(
    tx: &impl TakesRows,
    table: &str,
    columns: &'static Columns,
    rows: Rows,
) -> Result<u64, DbErr> {
    tx.insert(Into { table, columns, key: None }, rows).await
}

/// [`insert`] without those rows whose `key` (columns of a unique index) is there already.
pub async fn insert_new(
    tx: &impl TakesRows,
    (table, key): (&str, &str),
    columns: &'static Columns,
    rows: Rows,
) -> Result<u64, DbErr> {
    tx.insert(Into { table, columns, key: Some(key) }, rows).await
}

fn names(columns: &Columns) -> String {
    columns.iter().map(|(name, _kind)| *name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: &Columns = &[("no", Kind::Text), ("at", Kind::Integer)];

    #[test]
    fn a_phrase_is_written_once_for_its_words_and_columns() {
        const OTHERS: &Columns = &[("at", Kind::Integer)];
        let phrases = Phrases::default();
        let said = |columns, words, text: &str| phrases.know(columns, words, || text.to_owned());
        assert_eq!(&*said(COLUMNS, "a", "first"), "first");
        assert_eq!(&*said(COLUMNS, "a", "again"), "first");
        assert_eq!(&*said(COLUMNS, "b", "second"), "second");
        assert_eq!(&*said(OTHERS, "a", "third"), "third");
    }

    #[test]
    fn a_statement_is_asked_for_each_row_or_for_all() {
        let sql = "UPDATE t SET a = given.at FROM {given} WHERE no = given.no";
        assert_eq!(for_each_row(COLUMNS, sql), "UPDATE t SET a = ?2 WHERE no = ?1");
        let all = for_all_rows((DbBackend::Postgres, 3), COLUMNS, sql);
        let given =
            "json_to_recordset(CAST(CAST($3 AS text) AS json)) AS given(no text, at bigint)";
        assert_eq!(all, format!("UPDATE t SET a = given.at FROM {given} WHERE no = given.no"));
        let sql = "SELECT a FROM t, {given} WHERE no = given.no";
        assert_eq!(for_each_row(COLUMNS, sql), "SELECT a FROM t WHERE no = ?1");
    }
}
