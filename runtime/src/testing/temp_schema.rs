//! A log of a test's own, gone when the test is.

use std::{fmt, ops::Deref, thread};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::temp_postgres::TempPostgres;

/// The name of a schema that nobody else uses. On a server that outlives the tests it is dropped with this, also when the test
/// panics.
pub struct TempSchema {
    name: String,
    /// Where it has to be dropped; a private server takes it along.
    stays_at: Option<String>,
}

impl TempSchema {
    /// A name; the store makes the schema.
    #[must_use]
    pub fn on(server: &TempPostgres) -> Self {
        let stays_at = server.socket_folder().is_none().then(|| server.url().to_owned());
        Self { name: server.fresh_schema(), stays_at }
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
        let Some(url) = self.stays_at.take() else { return };
        // Whoever still holds something of it is not waited for.
        let sql = format!("set lock_timeout = '5s'; drop schema if exists \"{}\" cascade", self.name);
        // A thread of its own, for this one may belong to a runtime, which must not be blocked on.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(async {
                let mut connection = PgConnection::connect(&url).await.ok()?;
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut connection).await.ok()
            })
        });
        if !matches!(dropped.join(), Ok(Some(_))) {
            eprintln!("the schema {} could not be dropped", self.name);
        }
    }
}
