//! Sets of tables: making them, and what the file knows of them.

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::sqlite::{SqliteConnection, SqliteRow};

use super::{SqliteDatabase, beside::mark, texts::rows};
use crate::{
    error::StoreError,
    projection::ProjectionError,
    sql::{
        numbers::big,
        projections::{failed, worked},
        rows::Cells,
    },
    sqlite::{faults::ResultCodes, rows::text},
    store::{AnyStore, Build, Checkpoint, Database, Difference, Lease, Work, WriteFault},
};

/// What stands in a schema under a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Object {
    pub(super) kind: String,
    pub(super) name: String,
    /// How it was made; empty where that is of no concern.
    pub(super) sql: String,
}

impl Object {
    fn of(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self { kind: text(row, 0)?.to_owned(), name: text(row, 1)?.to_owned(), sql: text(row, 2)?.to_owned() })
    }

    pub(super) fn quoted(&self) -> String {
        quoted(&self.name)
    }
}

pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What was made by SQL, in the order of making.
pub(super) async fn objects(connection: &mut SqliteConnection, schema: &str) -> Result<Vec<Object>, WriteFault> {
    let sql = format!(
        "select type, name, sql from {schema}.sqlite_schema where sql is not null and name not like 'sqlite\\_%' escape '\\' order by rowid"
    );
    let found = rows(connection, &sql).await?;
    found.iter().map(Object::of).collect::<Result<_, _>>().map_err(failed::<ResultCodes>)
}

/// Notes whose tables these are.
pub(super) async fn own(
    connection: &mut SqliteConnection,
    projection: &str,
    objects: impl Iterator<Item = &Object>,
) -> Result<(), WriteFault> {
    for Object { kind, name, .. } in objects {
        let note = sqlx::query("insert into projection_objects (projection, type, name) values (?1, ?2, ?3)");
        let note = note.bind(projection.to_owned()).bind(kind.clone()).bind(name.clone());
        note.execute(&mut *connection).await.map_err(failed::<ResultCodes>)?;
    }
    Ok(())
}

/// Refuses rows that another number of shares has taken in.
async fn is_shared_among(connection: &mut SqliteConnection, projection: &str, shares: usize) -> Result<(), WriteFault> {
    let before =
        format!("select shares from projection_builds where projection = '{projection}' and shares is not null");
    match rows(connection, &before)
        .await?
        .first()
        .map(|row| row.number(0))
        .transpose()
        .map_err(failed::<ResultCodes>)?
    {
        Some(before) if before != big(shares as u64) => {
            let before = usize::try_from(before).unwrap_or(0);
            Err(WriteFault::Work(ProjectionError::Partitions { before, now: shares }))
        }
        _ => Ok(()),
    }
}

impl SqliteDatabase {
    async fn make(&self, projection: &str, shares: usize, create: Work<SqliteConnection>) -> Result<(), WriteFault> {
        let made = self.transaction(async |connection| {
            let mark = "insert into projection_builds (projection, shares) values (?1, ?2) on conflict do nothing";
            let mark = sqlx::query(mark).bind(projection.to_owned()).bind(big(shares as u64));
            if mark.execute(&mut *connection).await.map_err(failed::<ResultCodes>)?.rows_affected() == 0 {
                return is_shared_among(connection, projection, shares).await;
            }
            let before = objects(connection, "main").await?;
            create(connection).await.map_err(worked::<ResultCodes>)?;
            let after = objects(connection, "main").await?;
            own(connection, projection, after.iter().filter(|object| !before.contains(object))).await
        });
        made.await
    }

    async fn make_next(&self, projection: &str, create: Work<SqliteConnection>) -> Result<(), WriteFault> {
        self.remove_next(projection).await.map_err(WriteFault::Store)?;
        let create = async |connection: &mut SqliteConnection| {
            mark(connection).await?;
            create(connection).await.map_err(worked::<ResultCodes>)
        };
        self.transaction_beside(&self.beside(projection), create).await
    }
}

impl Database for SqliteDatabase {
    type Connection = SqliteConnection;

    const NAME: &'static str = "SQLite";

    fn of(store: &AnyStore) -> Option<Self> {
        Self::of_store(store)
    }

    fn prepare<'a>(
        &'a self,
        projection: &'a str,
        build: Build,
        shares: usize,
        create: Work<SqliteConnection>,
    ) -> BoxFuture<'a, Result<(), WriteFault>> {
        async move {
            match build {
                Build::Current => self.make(projection, shares, create).await,
                Build::Next => self.make_next(projection, create).await,
            }
        }
        .boxed()
    }

    fn transact<'a>(
        &'a self,
        projection: &'a str,
        lease: &'a Lease,
        build: Build,
        to: &'a Checkpoint,
        work: Work<SqliteConnection>,
    ) -> BoxFuture<'a, Result<Lease, WriteFault>> {
        self.rows_and_checkpoint(projection, lease, build, to, work).boxed()
    }

    fn differences<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<Vec<Difference>, StoreError>> {
        self.compare(projection).boxed()
    }

    fn swap<'a>(
        &'a self,
        projection: &'a str,
        next: &'a Lease,
        leases: &'a [(Lease, Checkpoint)],
    ) -> BoxFuture<'a, Result<Vec<Lease>, WriteFault>> {
        self.take_over(projection, next, leases).boxed()
    }

    fn discard<'a>(&'a self, projection: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        self.remove_next(projection).boxed()
    }
}
