//! Connections to Postgres for groups, beside the pool's: several statements may be under way on one
//! of them at a time, which costs one round trip, and none is asked whether it still lives before it is
//! used, which would cost another.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::{DbErr, RuntimeErr};
use tokio_postgres::config::SslMode;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Config, Error, NoTls, Row, Statement};

/// A group looks rows up by their keys. While a table is small, or grew since it was looked at, the
/// planner would rather read it whole, and keep to that for as long as the statement is prepared. Nor is
/// any statement planned anew for its values, or compiled: both take longer than carrying it out.
const PLANNING: &str = "-c plan_cache_mode=force_generic_plan -c jit=off \
    -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off";

/// Where groups connect to, and the connections that nobody uses at the moment.
pub(in crate::platform::db) struct Wires {
    config: Config,
    idle: Mutex<Vec<Wire>>,
}

impl Wires {
    /// `None` when the address asks for TLS or would take it, or cannot be read: such connections are
    /// the pool's alone.
    pub(in crate::platform::db) fn to(url: &str) -> Option<Self> {
        let known = url.parse::<PgConnectOptions>().ok()?;
        is_plain(&known).then_some(())?;
        // The pool's options keep the password to themselves.
        let address = url.split('?').next()?.parse::<Config>().ok()?;
        let mut config = Config::new();
        config.user(known.get_username()).port(known.get_port());
        match known.get_socket() {
            Some(folder) => config.host_path(folder),
            None => config.host(known.get_host()),
        };
        if let Some(password) = address.get_password() {
            config.password(password);
        } else if let Ok(password) = std::env::var("PGPASSWORD") {
            config.password(password);
        }
        if let Some(name) = known.get_database() {
            config.dbname(name);
        }
        config.options(format!("{} {PLANNING}", known.get_options().unwrap_or_default()));
        config.ssl_mode(SslMode::Disable).connect_timeout(Duration::from_secs(10));
        Some(Self { config, idle: Mutex::default() })
    }

    pub(super) async fn take(&self) -> Result<Wire, DbErr> {
        if let Some(wire) = self.pop() {
            return Ok(wire);
        }
        let (client, connection) = self.config.connect(NoTls).await.map_err(|e| told(&e))?;
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a group's connection broke"
                );
            }
        });
        Ok(Wire { client, prepared: Mutex::default() })
    }

    fn pop(&self) -> Option<Wire> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|wire| !wire.client.is_closed());
        idle.pop()
    }

    pub(super) fn put_back(&self, wire: Wire) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(wire);
    }
}

/// Whether no TLS is wanted, or nobody can listen to what is not encrypted.
fn is_plain(known: &PgConnectOptions) -> bool {
    let name = known.get_host();
    let is_here = known.get_socket().is_some()
        || name == "localhost"
        || name.parse().is_ok_and(|address: IpAddr| address.is_loopback());
    match known.get_ssl_mode() {
        PgSslMode::Disable => true,
        PgSslMode::Allow | PgSslMode::Prefer => is_here,
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => false,
    }
}

/// One connection.
pub(super) struct Wire {
    client: Client,
    prepared: Mutex<HashMap<String, Statement>>,
}

impl Wire {
    /// Is sent when it is polled first, so that others may be sent behind it.
    pub(super) async fn query(
        &self,
        statement: &Statement,
        values: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Row>, Error> {
        self.client.query(statement, values).await
    }

    /// Carries out a word that returns nothing.
    pub(super) async fn say(&self, word: &str) -> Result<(), Error> {
        self.client.batch_execute(word).await
    }

    /// The statements are few: their text does not depend on how many rows they bring.
    pub(super) async fn prepare(&self, sql: &str) -> Result<Statement, Error> {
        if let Some(known) = self.prepared().get(sql) {
            return Ok(known.clone());
        }
        let statement = self.client.prepare(sql).await?;
        self.prepared().insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn prepared(&self) -> MutexGuard<'_, HashMap<String, Statement>> {
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// In the words of the other connections, as far as a group wants to know.
pub(super) fn told(error: &Error) -> DbErr {
    let cause = std::error::Error::source(error);
    let word = cause.map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}"));
    DbErr::Conn(RuntimeErr::Internal(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_on_this_machine_or_wants_no_tls_is_spoken_to_plainly() {
        for url in [
            "postgres://shop@localhost/shop",
            "postgres://shop@127.0.0.1:5433/shop",
            "postgres://shop@localhost/shop?host=/var/run/postgresql",
            "postgres://shop@%2Fvar%2Frun%2Fpostgresql/shop?options[search_path]=shop",
            "postgres://shop:word@db/shop?sslmode=disable",
        ] {
            assert!(Wires::to(url).is_some(), "{url}");
        }
        for url in [
            "postgres://shop@db/shop",
            "postgres://shop@127.0.0.1/shop?sslmode=require",
            "postgres://shop@db/shop?sslmode=verify-full&sslrootcert=/ca.pem",
        ] {
            assert!(Wires::to(url).is_none(), "{url}");
        }
    }
}
