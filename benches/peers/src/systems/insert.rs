//! The raw limit without grouping: rows inserted, one statement and one commit for each command.
//!
//! It reads nothing and checks nothing. A system that commits each command by itself cannot be faster.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicI64, Ordering},
};

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{Connection, PgConnection};
use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

use super::books;
use crate::{
    bank::{Audit, Bank, Done, Fault, START, System, account_name},
    cluster::Database,
    workload::Workload,
};

pub(super) const TABLE: &str = "create table events (
        position    bigint      generated always as identity primary key,
        version     bigint      not null,
        recorded_at timestamptz not null default now(),
        commit_id   uuid        not null,
        stream      text        collate \"C\" not null,
        name        text        collate \"C\" not null,
        metadata    json        not null,
        data        json        not null,
        unique (stream, version)
    )";

pub(super) const METADATA: &str = r#"{"command":"Deposit"}"#;

const ONE: &str = "insert into events (version, commit_id, stream, name, metadata, data)
    values ($1, $2, $3, $4, $5::text::json, $6::text::json)";
const TWO: &str = "insert into events (version, commit_id, stream, name, metadata, data)
    values ($1, $2, $3, $4, $5::text::json, $6::text::json), ($7, $2, $8, $9, $5::text::json, $6::text::json)";

/// A server takes 100, if nobody says otherwise, and keeps some for itself.
const CONNECTIONS: usize = 80;

pub(crate) struct Insert;

impl System for Insert {
    fn name(&self) -> &'static str {
        "limit-insert"
    }

    fn about(&self) -> &'static str {
        "no system: one `INSERT` a command, each committed by itself, a connection for each that waits (80 at the most, for a server takes 100); reads and checks nothing"
    }

    fn cannot(&self, workload: Workload) -> Option<&'static str> {
        match workload {
            Workload::W5 | Workload::W6 => Some("reads nothing"),
            Workload::W5b => Some("reads nothing, however long the stream: as W1"),
            Workload::W4b => Some("rows are rows: as W4"),
            _ => None,
        }
    }

    fn open(&self, database: Database, accounts: usize) -> BoxFuture<'_, Result<Arc<dyn Bank>, Fault>> {
        async move {
            let mut connection = PgConnection::connect(&database.url).await?;
            sqlx::raw_sql(TABLE).execute(&mut connection).await?;
            let (idle, places) = (Mutex::new(vec![connection]), Semaphore::new(CONNECTIONS));
            Ok(Arc::new(InsertBank { url: database.url, idle, places, streams: streams(accounts) }) as Arc<dyn Bank>)
        }
        .boxed()
    }
}

/// A stream's name, and its last version, counted here because nobody is asked.
pub(super) struct Stream {
    pub(super) name: String,
    pub(super) version: AtomicI64,
}

pub(super) fn streams(accounts: usize) -> Vec<Stream> {
    let stream = |account| Stream { name: format!("account-{}", account_name(account)), version: AtomicI64::new(0) };
    (0..accounts).map(stream).collect()
}

impl Stream {
    pub(super) fn next(&self) -> i64 {
        self.version.fetch_add(1, Ordering::Relaxed) + 1
    }
}

pub(super) fn amount(amount: u64) -> String {
    format!(r#"{{"amount":{amount}}}"#)
}

struct InsertBank {
    url: String,
    idle: Mutex<Vec<PgConnection>>,
    places: Semaphore,
    streams: Vec<Stream>,
}

impl InsertBank {
    #[expect(clippy::indexing_slicing, reason = "workloads name accounts that were opened")]
    fn stream(&self, account: usize) -> &Stream {
        &self.streams[account]
    }

    async fn borrow(&self) -> Result<(PgConnection, SemaphorePermit<'_>), sqlx::Error> {
        let place = self.places.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle {
            Some(connection) => Ok((connection, place)),
            None => Ok((PgConnection::connect(&self.url).await?, place)),
        }
    }

    fn give_back(&self, connection: PgConnection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }

    async fn one(&self, account: usize, name: &str, data: String) -> Result<(), sqlx::Error> {
        let (mut connection, _place) = self.borrow().await?;
        let stream = self.stream(account);
        let insert = sqlx::query(ONE).bind(stream.next()).bind(Uuid::now_v7()).bind(&stream.name).bind(name);
        insert.bind(METADATA).bind(data).execute(&mut connection).await?;
        self.give_back(connection);
        Ok(())
    }

    async fn many(&self, account: usize, deposits: usize) -> Result<(), sqlx::Error> {
        let (mut connection, _place) = self.borrow().await?;
        let stream = self.stream(account);
        let mut transaction = connection.begin().await?;
        for _ in 0..deposits {
            let insert = sqlx::query(ONE).bind(stream.next()).bind(Uuid::now_v7()).bind(&stream.name);
            let insert = insert.bind("account.deposited").bind(METADATA).bind(amount(1));
            insert.execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        self.give_back(connection);
        Ok(())
    }

    async fn two(&self, from: usize, to: usize) -> Result<(), sqlx::Error> {
        let (mut connection, _place) = self.borrow().await?;
        let (from, to) = (self.stream(from), self.stream(to));
        let insert = sqlx::query(TWO).bind(from.next()).bind(Uuid::now_v7()).bind(&from.name).bind("account.withdrawn");
        let insert = insert.bind(METADATA).bind(amount(1)).bind(to.next()).bind(&to.name).bind("account.deposited");
        insert.execute(&mut connection).await?;
        self.give_back(connection);
        Ok(())
    }
}

pub(super) fn done(result: Result<(), sqlx::Error>) -> Done {
    result.map_or_else(|error| Done::Failed(format!("{error:?}")), |()| Done::Yes)
}

impl Bank for InsertBank {
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>> {
        async move {
            self.one(account, "account.opened", r#"{"owner":"Ada Lovelace"}"#.into()).await?;
            Ok(self.one(account, "account.deposited", amount(START)).await?)
        }
        .boxed()
    }

    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done> {
        async move { done(self.many(account, deposits).await) }.boxed()
    }

    fn deposit(&self, account: usize) -> BoxFuture<'_, Done> {
        async move { done(self.one(account, "account.deposited", amount(1)).await) }.boxed()
    }

    fn transfer(&self, from: usize, to: usize) -> BoxFuture<'_, Done> {
        async move { done(self.two(from, to).await) }.boxed()
    }

    fn audit(&self, _: usize) -> BoxFuture<'_, Result<Audit, Fault>> {
        async move {
            let audit = books::audit_table(&self.url, "events").await?;
            // Its positions come from a sequence, which promises none without gaps.
            Ok(Audit { positions_dense: None, ..audit })
        }
        .boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async {
            let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
            for connection in idle {
                let _ = connection.close().await;
            }
        }
        .boxed()
    }
}
