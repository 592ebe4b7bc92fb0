//! The log under torture: on a private server, or in a schema of its own on somebody's database.

use std::{path::PathBuf, time::Duration};

use foldline::{PostgresOptions, PostgresStore, testing::temp_postgres::TempPostgres};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row, postgres::PgConnectOptions};
use tokio::time::sleep;

use crate::{Failure, proxy::Target};

#[derive(Debug)]
pub(crate) struct Database {
    /// The server, where it is ours to crash.
    pub(crate) server: Option<TempPostgres>,
    pub(crate) schema: String,
    url: String,
}

impl Database {
    pub(crate) async fn open(url: Option<String>, seed: u64) -> Result<Self, Failure> {
        let (url, server) = match url {
            Some(url) => (url, None),
            None => {
                let server = TempPostgres::start_private()?;
                (server.url().to_owned(), Some(server))
            }
        };
        let schema = format!("torture_{seed:x}_{}", std::process::id());
        let database = Self { server, schema, url };
        // Makes the schema, so that the processes race for commands only.
        database.store().await?;
        Ok(database)
    }

    pub(crate) async fn store(&self) -> Result<PostgresStore, Failure> {
        let options = PostgresOptions::production().schema(&self.schema).application_name("foldline torture");
        Ok(PostgresStore::connect_with(&self.url, options).await?)
    }

    /// The way to the server, as a proxy goes it, and the URL of whoever goes through a proxy on this port.
    pub(crate) fn target(&self) -> Result<Target, Failure> {
        let options = self.url.parse::<PgConnectOptions>()?;
        let socket = |folder: PathBuf| Target::Socket(folder.join(format!(".s.PGSQL.{}", options.get_port())));
        Ok(match (options.get_socket(), options.get_host()) {
            (Some(folder), _) => socket(folder.clone()),
            (None, host) if host.starts_with('/') => socket(host.into()),
            (None, host) => Target::Address(host.to_owned(), options.get_port()),
        })
    }

    pub(crate) fn url_through(&self, port: u16) -> Result<String, Failure> {
        // Without the host among the parameters, which would lead past the proxy.
        let (base, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let kept: Vec<&str> = query.split('&').filter(|part| !part.is_empty() && !part.starts_with("host")).collect();
        let options = format!("{base}?{}", kept.join("&")).parse::<PgConnectOptions>()?;
        Ok(options.host("127.0.0.1").port(port).to_url_lossy().to_string())
    }

    /// A connection beside the log's, past the proxy.
    pub(crate) async fn connection(&self) -> Result<PgConnection, Failure> {
        let options = self.url.parse::<PgConnectOptions>()?.disable_statement_logging();
        let mut tries = 0;
        loop {
            match options.connect().await {
                Ok(connection) => return Ok(connection),
                // It may be recovering.
                Err(_) if tries < 600 => sleep(Duration::from_millis(50)).await,
                Err(error) => return Err(error.into()),
            }
            tries += 1;
        }
    }

    /// Runs SQL, with the schema in the place of `$schema`.
    pub(crate) async fn sql(&self, connection: &mut PgConnection, sql: &str) -> Result<(), Failure> {
        sqlx::raw_sql(AssertSqlSafe(sql.replace("$schema", &self.schema))).execute(connection).await?;
        Ok(())
    }

    /// Does something to connections of the log: `pg_terminate_backend` or `pg_cancel_backend`, to so many of them.
    pub(crate) async fn to_backends(&self, act: &str, count: i64) -> Result<(), Failure> {
        let sql = format!(
            "select {act}(pid) from (select pid from pg_stat_activity where application_name = $1
             order by random() limit $2) unlucky"
        );
        let mut connection = self.connection().await?;
        sqlx::query(AssertSqlSafe(sql)).bind(&self.schema).bind(count).execute(&mut connection).await?;
        connection.close().await?;
        Ok(())
    }

    /// Ends every connection of the log and waits until nothing of it can arrive any more.
    pub(crate) async fn silence(&self) -> Result<(), Failure> {
        loop {
            self.to_backends("pg_terminate_backend", i64::MAX).await?;
            let mut connection = self.connection().await?;
            let left = sqlx::query("select count(*) from pg_stat_activity where application_name = $1")
                .bind(&self.schema)
                .fetch_one(&mut connection)
                .await?;
            if left.try_get::<i64, _>(0)? == 0 {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) async fn version(&self) -> Result<String, Failure> {
        let row = sqlx::query("select version()").fetch_one(&mut self.connection().await?).await?;
        Ok(row.try_get(0)?)
    }

    /// Leaves somebody's database as it was.
    pub(crate) async fn remove(&self) -> Result<(), Failure> {
        let mut connection = self.connection().await?;
        self.sql(&mut connection, "set client_min_messages = warning; drop schema $schema cascade").await
    }
}
