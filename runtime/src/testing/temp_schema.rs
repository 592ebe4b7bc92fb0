//! A log of a test's own, gone when the test is.

use std::{fmt, ops::Deref, thread};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::temp_postgres::TempPostgres;

/// The name of a schema that nobody else uses. On a server that outlives the tests it is dropped with this, and with it those
/// that projections of its log have made; also when the test panics.
pub struct TempSchema {
    name: String,
    server: String,
    /// Whether it has to be dropped; a private server takes it along.
    stays: bool,
}

impl TempSchema {
    /// A name; the store makes the schema.
    #[must_use]
    pub fn on(server: &TempPostgres) -> Self {
        let stays = server.socket_folder().is_none();
        Self { name: server.fresh_schema(), server: server.url().to_owned(), stays }
    }

    /// The URL of a log in it.
    #[must_use]
    pub fn url(&self) -> String {
        let sign = if self.server.contains('?') { '&' } else { '?' };
        format!("{}{sign}schema={}", self.server, self.name)
    }
}

impl Deref for TempSchema {
    type Target = str;

    fn deref(&self) -> &str {
        &self.name
    }
}

impl fmt::Debug for TempSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.name, f)
    }
}

impl Drop for TempSchema {
    fn drop(&mut self) {
        if !self.stays {
            return;
        }
        let (server, name) = (self.server.clone(), self.name.clone());
        // A thread of its own, for this one may belong to a runtime, which must not be blocked on.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(drop_schemas(&server, &name)).ok()
        });
        if !matches!(dropped.join(), Ok(Some(()))) {
            eprintln!("the schema {} could not be dropped", self.name);
        }
    }
}

/// The log's schema, and those of its projections, which are called after it.
async fn drop_schemas(server: &str, name: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    // Whoever still holds something of them is not waited for.
    sqlx::raw_sql("set lock_timeout = '5s'").execute(&mut connection).await?;
    let all = "select nspname::text from pg_namespace where nspname = $1 or starts_with(nspname::text, $1 || '_')";
    let all: Vec<String> = sqlx::query_scalar(all).bind(name).fetch_all(&mut connection).await?;
    for schema in all {
        let sql = format!("drop schema \"{schema}\" cascade");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_projections_made_goes_with_the_log_and_nothing_else_does() -> Result<(), Box<dyn std::error::Error>> {
        let server = TempPostgres::shared()?;
        let name = server.fresh_schema();
        let mut connection = PgConnection::connect(server.url()).await?;
        let schemas = [name.clone(), format!("{name}_sums"), format!("{name}_sums_next"), format!("{name}0")];
        for schema in &schemas {
            let sql = format!("create schema \"{schema}\"; create table \"{schema}\".rows (n int)");
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await?;
        }
        drop_schemas(server.url(), &name).await?;
        let left = "select nspname::text from pg_namespace where starts_with(nspname::text, $1)";
        let left: Vec<String> = sqlx::query_scalar(left).bind(&name).fetch_all(&mut connection).await?;
        assert_eq!(left, schemas[3..]);
        drop_schemas(server.url(), &schemas[3]).await?;
        Ok(())
    }
}
