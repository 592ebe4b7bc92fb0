//! What makes a schema, and brings it up to date, whoever comes first.

use sqlx::{AssertSqlSafe, Connection, Row, postgres::PgConnection};

use super::{faults::store_error, schema::Schema};
use crate::{
    error::StoreError,
    sql::migrations::{Migration, digest, missing},
};

const MIGRATIONS: [Migration; 6] = [
    Migration { version: 1, name: "log", sql: include_str!("sql/0001_log.sql") },
    Migration { version: 2, name: "immutable", sql: include_str!("sql/0002_immutable.sql") },
    Migration { version: 3, name: "append", sql: include_str!("sql/0003_append.sql") },
    Migration { version: 4, name: "append_one", sql: include_str!("sql/0004_append_one.sql") },
    Migration { version: 5, name: "projections", sql: include_str!("sql/0005_projections.sql") },
    Migration { version: 6, name: "shares", sql: include_str!("sql/0006_shares.sql") },
];

const HISTORY: &str = include_str!("sql/history.sql");

/// The history, as our texts name it.
const TABLE: &str = ":\"schema\".foldline_migrations";

/// Everything that makes and updates a schema, for those who run it by hand. Running it again changes nothing.
pub(super) fn script(schema: &Schema) -> String {
    let steps = MIGRATIONS.iter().map(|step| format!("{}\n{}", step.sql, step.record(TABLE)));
    let body: Vec<String> = [claim(schema), HISTORY.to_owned()].into_iter().chain(steps).collect();
    schema.fill(&format!("begin;\n{}\ncommit;\n", body.join("\n")))
}

/// Whoever comes second waits here until the first is done.
fn claim(schema: &Schema) -> String {
    let lock = digest(schema.name()).cast_signed();
    format!("select pg_advisory_xact_lock({lock});\ncreate schema if not exists :\"schema\";\n")
}

/// Brings a schema up to date, or, if it may not, says whether it is.
pub(super) async fn migrate(connection: &mut PgConnection, schema: &Schema, allowed: bool) -> Result<(), StoreError> {
    let failed = |error| store_error("bringing the schema up to date", error);
    let mut transaction = connection.begin().await.map_err(failed)?;
    // Most processes find everything in place, and need neither the lock nor the right to create.
    if missing(&MIGRATIONS, &applied(&mut transaction, schema).await?)?.is_empty() {
        return transaction.commit().await.map_err(failed);
    }
    if !allowed {
        let context = format!(
            "the schema `{}` is not up to date: run what `PostgresStore::migrations_sql` says, or connect with `.migrate(true)`",
            schema.name()
        );
        return Err(StoreError::Failed { context: context.into(), source: None });
    }
    let mut run = async |sql: &str| {
        // Safe: the texts are ours, and the schema's name is quoted in them.
        sqlx::raw_sql(AssertSqlSafe(schema.fill(sql))).execute(&mut *transaction).await.map_err(failed)
    };
    run(&claim(schema)).await?;
    run(HISTORY).await?;
    for step in missing(&MIGRATIONS, &applied(&mut transaction, schema).await?)? {
        sqlx::raw_sql(AssertSqlSafe(schema.fill(step.sql))).execute(&mut *transaction).await.map_err(failed)?;
        sqlx::raw_sql(AssertSqlSafe(schema.fill(&step.record(TABLE))))
            .execute(&mut *transaction)
            .await
            .map_err(failed)?;
    }
    transaction.commit().await.map_err(failed)
}

/// The history as it stands, oldest first; empty if there is none.
async fn applied(connection: &mut PgConnection, schema: &Schema) -> Result<Vec<(i32, String)>, StoreError> {
    let failed = |error| store_error("reading the schema's history", error);
    let table = schema.qualify("foldline_migrations").replace('\'', "''");
    let exists = format!("select to_regclass('{table}') is not null");
    let exists = sqlx::raw_sql(AssertSqlSafe(exists)).fetch_one(&mut *connection).await.map_err(failed)?;
    if !exists.try_get::<bool, _>(0).map_err(failed)? {
        return Ok(Vec::new());
    }
    let history = schema.fill("select version, checksum from :\"schema\".foldline_migrations order by version");
    let rows = sqlx::raw_sql(AssertSqlSafe(history)).fetch_all(connection).await.map_err(failed)?;
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, _>>().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_count_from_one() {
        assert!(MIGRATIONS.iter().zip(1..).all(|(step, version)| step.version == version));
    }
}
