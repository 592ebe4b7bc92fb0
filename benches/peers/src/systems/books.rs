//! Reading a log by plain SQL, past all that a system keeps in memory.

use sqlx::{AssertSqlSafe, Connection, PgConnection, Row, SqliteConnection};

use crate::bank::{Audit, Fault, Tally};

/// Reads what `accounts` says of each account: its name, its events, its balance, its first and its last version. And
/// what `positions` says, if there are any: how many there are, the first, and the last.
pub(crate) async fn audit(url: &str, accounts: &str, positions: Option<&str>) -> Result<Audit, Fault> {
    let mut connection = PgConnection::connect(url).await?;
    let mut tallies = Vec::new();
    for row in sqlx::query(AssertSqlSafe(accounts)).fetch_all(&mut connection).await? {
        let (events, balance): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        tallies.push(Tally { balance, events: events as u64, versions: (row.try_get(3)?, row.try_get(4)?) });
    }
    let positions_dense = match positions {
        None => None,
        Some(sql) => {
            let row = sqlx::query(AssertSqlSafe(sql)).fetch_one(&mut connection).await?;
            let (count, first, last): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
            Some(first == 1 && last == count)
        }
    };
    connection.close().await?;
    Ok(Audit { accounts: tallies, positions_dense })
}

/// The same for a table with the columns `stream`, `version`, `position`, `name` and `data`.
pub(crate) async fn audit_table(url: &str, table: &str) -> Result<Audit, Fault> {
    let accounts = format!(
        "select stream, count(*), sum(case name when 'account.deposited' then (data ->> 'amount')::bigint
             when 'account.withdrawn' then -(data ->> 'amount')::bigint else 0 end)::bigint, min(version), max(version)
         from {table} group by stream order by stream"
    );
    let positions = format!("select count(*), coalesce(min(position), 1), coalesce(max(position), 0) from {table}");
    audit(url, &accounts, Some(&positions)).await
}

/// What the `events` of a file say of its accounts.
pub(crate) const OF_EVENTS: &str =
    "select stream, count(*), sum(case name when 'account.deposited' then data ->> 'amount'
        when 'account.withdrawn' then -(data ->> 'amount') else 0 end), min(version), max(version)
    from events group by stream order by stream";

/// The same for a SQLite file, with the positions of `events` if there are any.
pub(crate) async fn audit_file(path: &str, accounts: &'static str, positions: bool) -> Result<Audit, Fault> {
    let mut connection = SqliteConnection::connect(path).await?;
    let mut tallies = Vec::new();
    for row in sqlx::query(accounts).fetch_all(&mut connection).await? {
        let (events, balance): (i64, i64) = (row.try_get(1)?, row.try_get(2)?);
        tallies.push(Tally { balance, events: events as u64, versions: (row.try_get(3)?, row.try_get(4)?) });
    }
    let mut positions_dense = None;
    if positions {
        let count = "select count(*), coalesce(min(position), 1), coalesce(max(position), 0) from events";
        let row = sqlx::query(count).fetch_one(&mut connection).await?;
        let (count, first, last): (i64, i64, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        positions_dense = Some(first == 1 && last == count);
    }
    connection.close().await?;
    Ok(Audit { accounts: tallies, positions_dense })
}
