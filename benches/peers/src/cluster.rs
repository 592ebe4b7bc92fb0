//! The database server that all systems share, and an empty database for each run.

use std::sync::atomic::{AtomicU32, Ordering};

use foldline::testing::temp_postgres::TempPostgres;
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};

use crate::{bank::Fault, cpu};

/// A PostgreSQL server.
pub(crate) struct Cluster {
    /// Kept while it is used: it goes away when this does.
    _server: Option<TempPostgres>,
    url: String,
}

/// An empty database of a [`Cluster`].
#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) url: String,
    name: String,
}

const SETTINGS: [&str; 7] = [
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "shared_buffers",
    "max_wal_size",
];

impl Cluster {
    /// The server behind the URL, or a temporary one.
    pub(crate) async fn start(url: Option<&str>) -> Result<Self, Fault> {
        let server = if url.is_none() { Some(TempPostgres::start_private()?) } else { None };
        let url = url.or(server.as_ref().map(TempPostgres::url)).unwrap_or_default().to_owned();
        let cluster = Self { _server: server, url };
        let mut connection = cluster.connect().await?;
        cpu::serves(sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut connection).await?);
        Ok(cluster)
    }

    /// The settings that figures depend on, and nothing but full durability.
    pub(crate) async fn settings(&self) -> Result<String, Fault> {
        let mut connection = self.connect().await?;
        let mut lines = Vec::new();
        for name in SETTINGS {
            let value: String =
                sqlx::query("select current_setting($1)").bind(name).fetch_one(&mut connection).await?.try_get(0)?;
            if matches!(name, "fsync" | "synchronous_commit") && value != "on" {
                return Err(format!("`{name}` is `{value}`: what is not durable is not worth measuring").into());
            }
            lines.push(format!("`{name} = {value}`"));
        }
        Ok(lines.join(", "))
    }

    /// A new database, after the last run's dirty pages have been written: nobody pays for another.
    pub(crate) async fn fresh(&self) -> Result<Database, Fault> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("peers_{}_{count}", std::process::id());
        let mut connection = self.connect().await?;
        sqlx::raw_sql(AssertSqlSafe(format!("create database {name}"))).execute(&mut connection).await?;
        sqlx::raw_sql("checkpoint").execute(&mut connection).await?;
        Ok(Database { url: named(&self.url, &name)?, name })
    }

    pub(crate) async fn remove(&self, database: Database) -> Result<(), Fault> {
        let mut connection = self.connect().await?;
        let drop = format!("drop database {} with (force)", database.name);
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut connection).await?;
        Ok(())
    }

    /// Where the server is reached.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    async fn connect(&self) -> Result<PgConnection, Fault> {
        Ok(PgConnection::connect(&self.url).await?)
    }
}

impl Database {
    /// One that exists already, a file, or nothing for systems that need none.
    pub(crate) fn at(url: &str) -> Self {
        Self { url: url.to_owned(), name: String::new() }
    }
}

/// The URL with another database's name.
fn named(url: &str, database: &str) -> Result<String, Fault> {
    let (address, options) = url.split_once('?').map_or((url, None), |(address, options)| (address, Some(options)));
    let after_scheme = address.find("://").map(|at| at + 3).ok_or("the URL is not of the form `postgres://…`")?;
    let host = match address.get(after_scheme..).and_then(|rest| rest.find('/')) {
        Some(slash) => address.get(..after_scheme + slash).unwrap_or(address),
        None => address,
    };
    Ok(options.map_or(format!("{host}/{database}"), |options| format!("{host}/{database}?{options}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_keeps_all_but_its_database() -> Result<(), Fault> {
        assert_eq!(named("postgres://a@localhost/b?host=/srv/c", "d")?, "postgres://a@localhost/d?host=/srv/c");
        assert_eq!(named("postgres://localhost", "d")?, "postgres://localhost/d");
        assert_eq!(named("postgres://localhost/", "d")?, "postgres://localhost/d");
        assert!(named("localhost/b", "d").is_err());
        Ok(())
    }
}
