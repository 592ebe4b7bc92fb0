//! Reading statements: SQL on the rows that the projection writes, through connections of its own.

use banking::{AccountId, Money};
use foldline::Projection;
use sqlx::{
    AssertSqlSafe, PgPool, SqlitePool,
    postgres::{PgConnectOptions, PgPoolOptions},
    sqlite::{SqliteConnectOptions, SqlitePoolOptions},
};

use support::Done;

use crate::statements::Statements;

/// Where the rows are.
#[derive(Debug, Clone)]
pub(crate) enum Reader {
    Postgres { pool: PgPool, select: String },
    Sqlite(SqlitePool),
}

/// A line: where in the log, what happened, and how much it was.
pub(crate) type Line = (i64, String, Money);

impl Reader {
    /// For the store at this URL; `None` for one that keeps no rows.
    pub(crate) fn of(url: &str) -> Done<Option<Self>> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        if let Some(path) = base.strip_prefix("sqlite:") {
            let file = SqliteConnectOptions::new().filename(path).read_only(true);
            return Ok(Some(Self::Sqlite(SqlitePoolOptions::new().max_connections(4).connect_lazy_with(file))));
        }
        if !base.starts_with("postgres") {
            return Ok(None);
        }
        // A projection's tables are in a schema of their own, called after the log's and itself.
        let is_ours = |parameter: &&str| parameter.starts_with("schema=") || parameter.starts_with("pooled=");
        let (ours, theirs): (Vec<_>, Vec<_>) = query.split('&').partition(is_ours);
        let log = ours.iter().find_map(|parameter| parameter.strip_prefix("schema=")).unwrap_or("foldline");
        let server: PgConnectOptions = format!("{base}?{}", theirs.join("&")).parse()?;
        let pool = PgPoolOptions::new().max_connections(4).connect_lazy_with(server);
        Ok(Some(Self::Postgres { pool, select: select(&format!("\"{log}_{}\".statements", Statements::NAME)) }))
    }

    /// What happened to an account's money, in order.
    pub(crate) async fn lines(&self, account: &AccountId) -> Done<Vec<Line>> {
        let account = account.to_string();
        let rows: Vec<(i64, String, String)> = match self {
            Self::Postgres { pool, select } => {
                sqlx::query_as(AssertSqlSafe(select.clone())).bind(account).fetch_all(pool).await?
            }
            Self::Sqlite(pool) => {
                sqlx::query_as(AssertSqlSafe(select("statements"))).bind(account).fetch_all(pool).await?
            }
        };
        rows.into_iter()
            .map(|(position, what, cents)| Ok((position, what, Money::from_cents(cents.parse()?))))
            .collect()
    }
}

fn select(table: &str) -> String {
    format!("select position, what, amount from {table} where account = $1 order by position")
}
