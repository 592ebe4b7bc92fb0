//! Opening connections, and refusing those that correctness cannot lean on.

use std::{sync::Arc, time::Duration};

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{
    ConnectOptions, Connection, Row,
    postgres::{PgConnectOptions, PgConnection},
};
use tokio::time::timeout;

use super::{
    faults::{SqlState, store_error},
    options::PostgresOptions,
};
use crate::{
    error::StoreError,
    sql::{
        meter::Meter,
        pool::{Source, late},
    },
};

/// Where and how connections are opened.
#[derive(Debug, Clone)]
pub(super) struct Connector {
    target: Arc<PgConnectOptions>,
    timeout: Duration,
    statement_timeout: Duration,
    pooled: bool,
    pub(super) meter: Meter,
}

impl Connector {
    pub(super) fn new(target: PgConnectOptions, options: &PostgresOptions, meter: Meter) -> Self {
        let mut target = target.application_name(&options.application_name).disable_statement_logging();
        if options.pooled {
            // A pooler passes on neither settings nor names of prepared statements.
            target = target.statement_cache_capacity(0).extra_float_digits(None);
        } else {
            let limit = in_millis(options.statement_timeout);
            target = target.options([("statement_timeout", limit.as_str()), ("jit", "off")]);
        }
        Self {
            target: Arc::new(target),
            timeout: options.connect_timeout,
            statement_timeout: options.statement_timeout,
            pooled: options.pooled,
            meter,
        }
    }

    pub(super) fn pooled(&self) -> bool {
        self.pooled
    }

    pub(super) fn target(&self) -> PgConnectOptions {
        PgConnectOptions::clone(&self.target)
    }

    /// A connection that has been looked at: what correctness leans on is as it must be.
    pub(super) async fn connect_to_write(&self) -> Result<PgConnection, StoreError> {
        let mut connection = self.connect().await?;
        let asked_for = (!self.pooled).then(|| in_millis(self.statement_timeout));
        preflight(&mut connection, asked_for.as_deref()).await?;
        Ok(connection)
    }
}

impl Source for Connector {
    type Connection = PgConnection;
    type Dialect = SqlState;

    fn meter(&self) -> &Meter {
        &self.meter
    }

    fn connect(&self) -> BoxFuture<'_, Result<PgConnection, StoreError>> {
        async {
            let connected = match timeout(self.timeout, PgConnection::connect_with(&self.target)).await {
                Ok(connected) => connected.map_err(|error| store_error("connecting", error)),
                Err(_) => Err(late("connecting", self.timeout)),
            };
            if connected.is_err() {
                self.meter.broken();
            }
            connected
        }
        .boxed()
    }

    /// The server stops first, if it can be reached at all.
    fn patience(&self) -> Duration {
        self.statement_timeout.saturating_add(Duration::from_secs(2))
    }
}

fn in_millis(time: Duration) -> String {
    time.as_millis().clamp(1, 0x7fff_ffff).to_string()
}

async fn preflight(connection: &mut PgConnection, asked_for: Option<&str>) -> Result<(), StoreError> {
    let failed = |error| store_error("looking at the server's settings", error);
    // A simple query, for a pooler may sit in between.
    let rows = sqlx::raw_sql(include_str!("sql/preflight.sql")).fetch_one(&mut *connection).await.map_err(failed)?;
    let setting = |index: usize| rows.try_get::<String, _>(index).map_err(failed);
    check(&setting(0)?, &setting(1)?, &setting(2)?)?;
    // Some poolers drop the settings they cannot keep. Names of statements would be lost later, now and then.
    match (asked_for, setting(3)?) {
        (Some(asked), got) if got != asked => {
            let context = "the connection's settings did not arrive: is there a pooler in transaction mode in between? connect with `.pooled(true)`";
            Err(StoreError::Failed { context: context.into(), source: None })
        }
        _ => Ok(()),
    }
}

fn check(encoding: &str, isolation: &str, synchronous_commit: &str) -> Result<(), StoreError> {
    let refuse = |what: String| Err(StoreError::Failed { context: what.into(), source: None });
    if encoding != "UTF8" {
        return refuse(format!("the database's encoding is {encoding}: create one with `encoding 'UTF8'`"));
    }
    if isolation != "read committed" {
        return refuse(format!(
            "`default_transaction_isolation` is `{isolation}`, and the log needs `read committed`: `alter role … set default_transaction_isolation = 'read committed'`"
        ));
    }
    if synchronous_commit == "off" {
        return refuse(
            "`synchronous_commit` is off, so that what is acknowledged could be lost: `alter role … set synchronous_commit = on`"
                .into(),
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_break_a_promise_is_refused() {
        assert!(check("UTF8", "read committed", "on").is_ok());
        assert!(check("UTF8", "read committed", "remote_apply").is_ok());
        assert!(check("LATIN1", "read committed", "on").is_err());
        assert!(check("UTF8", "serializable", "on").is_err());
        assert!(check("UTF8", "read committed", "off").is_err());
    }
}
