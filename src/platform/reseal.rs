//! Sealed columns under another key: read a few rows, seal them anew, write each only if it is still
//! what was read. Which columns there are say their owners; what a row means nobody here knows.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Value};

use super::crypto::{Keyring, SealError};
use super::db::{WriteTx, execute, query_all};

/// A column of a primary key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Text(&'static str),
    Number(&'static str),
}

/// A column with sealed texts.
#[derive(Debug, Clone, Copy)]
pub struct SealedColumn {
    pub table: &'static str,
    pub column: &'static str,
    /// The table's primary key.
    pub key: &'static [Key],
    /// What the row's text is sealed with as its context, as an SQL expression.
    pub context: &'static str,
}

/// A row that is sealed with another key than the first one.
#[derive(Debug, Clone)]
pub struct Row {
    key: Vec<Value>,
    context: String,
    sealed: String,
}

impl Row {
    /// The row's text under the first key.
    pub fn resealed(&self, keyring: &Keyring) -> Result<String, SealError> {
        let plain = keyring.open(&self.context, &self.sealed)?;
        Ok(keyring.seal(&self.context, &plain))
    }
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Self::Text(name) | Self::Number(name) => name,
        }
    }

    fn selected(self) -> String {
        match self {
            Self::Text(name) => name.to_owned(),
            // One width on both databases.
            Self::Number(name) => format!("CAST({name} AS BIGINT)"),
        }
    }

    fn value(self, row: &QueryResult, index: usize) -> Result<Value, DbErr> {
        Ok(match self {
            Self::Text(_) => row.try_get_by_index::<String>(index)?.into(),
            Self::Number(_) => row.try_get_by_index::<i64>(index)?.into(),
        })
    }
}

impl SealedColumn {
    fn names(&self) -> String {
        self.key.iter().map(|key| key.name()).collect::<Vec<_>>().join(", ")
    }

    /// At most `limit` rows behind `after` that are not sealed with the first key, by primary key.
    pub async fn behind(
        &self,
        db: &impl ConnectionTrait,
        keyring: &Keyring,
        after: Option<&Row>,
        limit: u32,
    ) -> Result<Vec<Row>, DbErr> {
        let (table, column, context, names) = (self.table, self.column, self.context, self.names());
        let selected = self.key.iter().map(|key| key.selected()).collect::<Vec<_>>().join(", ");
        let prefix = keyring.first_prefix();
        let length = i64::try_from(prefix.len()).unwrap_or(i64::MAX);
        let mut values: Vec<Value> = vec![prefix.into(), length.into(), i64::from(limit).into()];
        let behind = after.map_or(String::new(), |row| {
            let places = (4..).zip(&row.key).map(|(place, _)| format!("${place}"));
            let places = places.collect::<Vec<_>>().join(", ");
            values.extend(row.key.iter().cloned());
            format!("AND ({names}) > ({places})")
        });
        let sql = format!(
            "SELECT {selected}, {context}, {column} FROM {table} WHERE {column} IS NOT NULL \
             AND substr({column}, 1, CAST($2 AS INTEGER)) <> $1 {behind} ORDER BY {names} LIMIT $3"
        );
        let rows = query_all(db, &sql, values).await?;
        rows.iter().map(|row| self.row(row)).collect()
    }

    fn row(&self, row: &QueryResult) -> Result<Row, DbErr> {
        let width = self.key.len();
        let key = self.key.iter().enumerate().map(|(index, key)| key.value(row, index));
        Ok(Row {
            key: key.collect::<Result<_, _>>()?,
            context: row.try_get_by_index(width)?,
            sealed: row.try_get_by_index(width.saturating_add(1))?,
        })
    }

    /// Writes `sealed` in place of what was read. `false`: somebody has changed the row meanwhile.
    pub async fn save(&self, tx: &WriteTx, row: &Row, sealed: String) -> Result<bool, DbErr> {
        let conditions =
            (3..).zip(self.key).map(|(place, key)| format!("{} = ${place}", key.name()));
        let sql = format!(
            "UPDATE {} SET {column} = $1 WHERE {column} = $2 AND {}",
            self.table,
            conditions.collect::<Vec<_>>().join(" AND "),
            column = self.column,
        );
        let mut values: Vec<Value> = vec![sealed.into(), row.sealed.clone().into()];
        values.extend(row.key.iter().cloned());
        Ok(execute(tx.conn(), &sql, values).await?.rows_affected() == 1)
    }

    /// How many rows each key has sealed, by the key's id.
    pub async fn by_key(&self, db: &impl ConnectionTrait) -> Result<Vec<(String, i64)>, DbErr> {
        let (table, column) = (self.table, self.column);
        let id = if db.get_database_backend() == DbBackend::Postgres {
            format!("split_part({column}, '.', 2)")
        } else {
            // `v1.<key id>.<text>`
            format!("substr({column}, 4, instr(substr({column}, 4), '.') - 1)")
        };
        let sql = format!(
            "SELECT {id}, count(*) FROM {table} WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 1"
        );
        let rows = query_all(db, &sql, vec![]).await?;
        rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
    }
}
