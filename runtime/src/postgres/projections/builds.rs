//! Sets of tables: making them, and putting one in the place of another.

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{AssertSqlSafe, Row, postgres::PgConnection};

use super::{
    PostgresDatabase,
    checkpoints::{advance_call, lease_call},
};
use crate::{
    error::StoreError,
    postgres::{faults::SqlState, schema::Schema},
    projection::ProjectionError,
    sql::{
        numbers::big,
        projections::{self, names_of, next_step, plain},
    },
    store::{AnyStore, Build, Checkpoint, Database, Difference, Lease, Work, WriteFault},
};

/// How many rows that differ are shown of each table.
const SAMPLES: i64 = 10;

impl PostgresDatabase {
    /// Runs a text of ours, with the log's schema filled in.
    pub(super) async fn ours(&self, connection: &mut PgConnection, sql: &str) -> Result<u64, WriteFault> {
        // Safe: the texts are ours, and names in them are quoted.
        let sql = AssertSqlSafe(self.0.schema.fill(sql));
        sqlx::raw_sql(sql).execute(connection).await.map(|done| done.rows_affected()).map_err(failed)
    }

    /// Whether the set of tables is still to be made, and we are to make it. Whoever comes second waits for the first, and has to
    /// share it out as they do.
    async fn is_ours_to_make(
        &self,
        connection: &mut PgConnection,
        projection: &str,
        build: Build,
        shares: usize,
    ) -> Result<bool, WriteFault> {
        let next = build == Build::Next;
        let mark = format!(
            "insert into :\"schema\".projection_builds (projection, next, shares) values ('{projection}', {next}, {shares}) on conflict do nothing"
        );
        if self.ours(connection, &mark).await? > 0 {
            return Ok(true);
        }
        let before =
            self.0.schema.fill("select shares from :\"schema\".projection_builds where projection = $1 and next = $2");
        let before = sqlx::query_scalar(AssertSqlSafe(before)).persistent(false).bind(projection.to_owned()).bind(next);
        let before: Option<i32> = before.fetch_one(&mut *connection).await.map_err(failed)?;
        match before.map(|before| usize::try_from(before).unwrap_or(0)) {
            Some(before) if before != shares => {
                Err(WriteFault::Work(ProjectionError::Partitions { before, now: shares }))
            }
            _ => Ok(false),
        }
    }

    async fn differences_between(
        &self,
        connection: &mut PgConnection,
        current: &Schema,
        next: &Schema,
    ) -> Result<Vec<Difference>, WriteFault> {
        let tables = "select table_name::text, bool_or(table_schema = $1), bool_or(table_schema = $2)
            from information_schema.tables where table_schema in ($1, $2) and table_type = 'BASE TABLE'
            group by table_name order by table_name";
        let tables = sqlx::query(tables).persistent(false).bind(current.name()).bind(next.name());
        let tables = tables.fetch_all(&mut *connection).await.map_err(failed)?;
        let mut differences = Vec::new();
        for row in &tables {
            let table: String = row.try_get(0).map_err(failed)?;
            let (in_current, in_next): (bool, bool) =
                (row.try_get(1).map_err(failed)?, row.try_get(2).map_err(failed)?);
            let quoted = format!("\"{}\"", table.replace('"', "\"\""));
            let rows = |schema: &Schema, there: bool| {
                let table = schema.qualify(&quoted);
                if there {
                    format!("select to_jsonb(t) as row from {table} t")
                } else {
                    "select null::jsonb as row where false".to_owned()
                }
            };
            let (old, new) = (rows(current, in_current), rows(next, in_next));
            let sql = format!(
                "with gone as ({old} except all {new}), come as ({new} except all {old})
                 select (select count(*) from gone), (select count(*) from come), array(
                    (select '- ' || row::text from gone limit {SAMPLES}) union all (select '+ ' || row::text from come limit {SAMPLES})
                 )"
            );
            let found =
                sqlx::query(AssertSqlSafe(sql)).persistent(false).fetch_one(&mut *connection).await.map_err(failed)?;
            let (gone, come): (i64, i64) = (found.try_get(0).map_err(failed)?, found.try_get(1).map_err(failed)?);
            let samples: Vec<String> = found.try_get(2).map_err(failed)?;
            if gone > 0 || come > 0 || in_current != in_next {
                differences.push(Difference::new(table, gone.unsigned_abs(), come.unsigned_abs(), samples));
            }
        }
        Ok(differences)
    }
}

impl Database for PostgresDatabase {
    type Connection = PgConnection;

    const NAME: &'static str = "PostgreSQL";

    fn of(store: &AnyStore) -> Option<Self> {
        Self::of_store(store)
    }

    fn prepare<'a>(
        &'a self,
        projection: &'a str,
        build: Build,
        shares: usize,
        create: Work<PgConnection>,
    ) -> BoxFuture<'a, Result<(), WriteFault>> {
        async move {
            let place = self.place(projection, build).map_err(WriteFault::Store)?;
            self.transaction(&place, async |connection| {
                if build == Build::Next {
                    // Better said now than after hours of building.
                    let current = self.place(projection, Build::Current).map_err(WriteFault::Store)?;
                    self.is_there(connection, projection, &current).await?;
                    self.drop_next(connection, projection).await?;
                }
                if !self.is_ours_to_make(connection, projection, build, shares).await? {
                    // What was noted of the rows says nothing of the schema that stands there now.
                    return self.is_nobody_elses(connection, projection, &place).await;
                }
                self.make_place(connection, projection, &place).await?;
                create(connection).await.map_err(projections::worked::<SqlState>)
            })
            .await
        }
        .boxed()
    }

    fn transact<'a>(
        &'a self,
        projection: &'a str,
        lease: &'a Lease,
        build: Build,
        to: &'a Checkpoint,
        work: Work<PgConnection>,
    ) -> BoxFuture<'a, Result<Lease, WriteFault>> {
        async move {
            let place = self.place(projection, build).map_err(WriteFault::Store)?;
            self.rows_and_checkpoint(&place, lease, to, work).await
        }
        .boxed()
    }

    fn differences<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<Vec<Difference>, StoreError>> {
        async move {
            let (current, next) = (self.place(projection, Build::Current)?, self.place(projection, Build::Next)?);
            let found = self
                .transaction(&current, async |connection| self.differences_between(connection, &current, &next).await);
            found.await.map_err(plain)
        }
        .boxed()
    }

    fn swap<'a>(
        &'a self,
        projection: &'a str,
        next: &'a Lease,
        leases: &'a [(Lease, Checkpoint)],
    ) -> BoxFuture<'a, Result<Vec<Lease>, WriteFault>> {
        async move {
            let (current, new) = self.places(projection).map_err(WriteFault::Store)?;
            let old = self.old_place(projection).map_err(WriteFault::Store)?;
            let moved = self
                .transaction(&current, async |connection| {
                    let mut moved = Vec::with_capacity(leases.len());
                    for (lease, to) in leases {
                        let call = advance_call(&self.0.statements, lease, to, Some(to.code)).persistent(false);
                        if call.execute(&mut *connection).await.map_err(failed)?.rows_affected() == 0 {
                            return Err(WriteFault::Lost);
                        }
                        moved.push(next_step(lease));
                    }
                    let gone =
                        lease_call(&self.0.statements.drop_checkpoint, next).bind(big(next.fence)).persistent(false);
                    if gone.execute(&mut *connection).await.map_err(failed)?.rows_affected() == 0 {
                        return Err(WriteFault::Lost);
                    }
                    for place in [&current, &new] {
                        self.is_there(connection, projection, place).await?;
                    }
                    self.drop_place(connection, projection, &old).await?;
                    let (current, new, old) = (current.quoted(), new.quoted(), old.quoted());
                    let (shares, names) = (leases.len(), names_of(leases));
                    // Whoever shares it out otherwise loses the right, and finds why when asking for it again.
                    let swap = format!(
                        "alter schema {current} rename to {old}; alter schema {new} rename to {current};
                         delete from :\"schema\".projection_builds where projection = '{projection}' and next;
                         update :\"schema\".projection_builds set shares = {shares} where projection = '{projection}';
                         delete from :\"schema\".projections
                             where split_part(name, '/', 1) = '{projection}' and name not in ({names})"
                    );
                    self.ours(connection, &swap).await?;
                    Ok(moved)
                })
                .await?;
            self.forget_connections([&current, &new]);
            // Whoever still reads the old rows holds this up, and nothing else.
            let _ = self.discard(projection).await;
            Ok(moved)
        }
        .boxed()
    }

    fn discard<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        async move {
            let (current, next) = self.places(projection)?;
            let gone = self.transaction(&current, async |connection| self.drop_next(connection, projection).await);
            gone.await.map_err(plain)?;
            self.forget_connections([&next, &next]);
            Ok(())
        }
        .boxed()
    }
}

impl PostgresDatabase {
    /// Takes away what was built, and what its like took the place of.
    async fn drop_next(&self, connection: &mut PgConnection, projection: &str) -> Result<(), WriteFault> {
        let (next, old) = (self.place(projection, Build::Next), self.old_place(projection));
        let (next, old) = (next.map_err(WriteFault::Store)?, old.map_err(WriteFault::Store)?);
        if !self.is_made_for_it(connection, projection, &next).await? {
            self.drop_place(connection, projection, &next).await?;
        }
        self.drop_place(connection, projection, &old).await?;
        let forget = format!("delete from :\"schema\".projection_builds where projection = '{projection}' and next");
        self.ours(connection, &forget).await.map(drop)
    }

    fn places(&self, projection: &str) -> Result<(Schema, Schema), StoreError> {
        Ok((self.place(projection, Build::Current)?, self.place(projection, Build::Next)?))
    }
}

pub(super) fn failed(error: sqlx::Error) -> WriteFault {
    projections::failed::<SqlState>(error)
}
