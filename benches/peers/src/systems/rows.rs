//! The raw limit on a SQLite file: all rows that wait, in one transaction of one connection, a prepared statement a row.
//!
//! It reads nothing and checks nothing. A system that groups commits can hardly be faster.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use eventcore_sqlite::rusqlite::{Connection, TransactionBehavior, params};
use futures_util::future::{BoxFuture, FutureExt};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::{
    books,
    insert::{METADATA, Stream, amount, streams},
};
use crate::{
    bank::{Audit, Bank, Done, Fault, Place, START, System},
    cluster::Database,
    workload::Workload,
};

/// As Foldline's, without what keeps it immutable.
const TABLE: &str = "create table events (
        position       integer primary key,
        version        integer not null,
        recorded_at    integer not null,
        commit_id      blob    not null,
        schema_version integer not null,
        stream         text    not null,
        name           text    not null,
        metadata       text    not null,
        data           text    not null
    ) strict;
    create unique index events_stream on events (stream, version);
    create index events_commit on events (commit_id);";

const ROW: &str = "insert into events (version, recorded_at, commit_id, schema_version, stream, name, metadata, data)
    values (?, ?, ?, 1, ?, ?, ?, ?)";

pub(crate) struct Rows;

impl System for Rows {
    fn name(&self) -> &'static str {
        "limit-sqlite"
    }

    fn about(&self) -> &'static str {
        "no system: what waits is inserted in one transaction, on a thread with one connection; reads and checks nothing"
    }

    fn place(&self) -> Place {
        Place::Sqlite
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
            let connection = Connection::open(&database.url)?;
            connection.pragma_update(None, "journal_mode", "wal")?;
            connection.pragma_update(None, "synchronous", "full")?;
            connection.execute_batch(TABLE)?;
            let (queue, incoming) = mpsc::channel();
            thread::spawn(move || write(connection, &incoming));
            let queue = Mutex::new(Some(queue));
            Ok(Arc::new(RowsBank { path: database.url, queue, streams: streams(accounts) }) as Arc<dyn Bank>)
        }
        .boxed()
    }
}

struct Row {
    account: String,
    version: i64,
    name: &'static str,
    data: String,
}

struct Waiting {
    rows: Vec<Row>,
    answer: oneshot::Sender<Result<(), String>>,
}

/// Inserts all that waits, then answers.
fn write(mut connection: Connection, incoming: &mpsc::Receiver<Waiting>) {
    while let Ok(first) = incoming.recv() {
        let mut batch = vec![first];
        batch.extend(incoming.try_iter());
        let result = insert(&mut connection, &batch).map_err(|error| format!("{error:?}"));
        for waiting in batch {
            let _ = waiting.answer.send(result.clone());
        }
    }
}

fn insert(connection: &mut Connection, batch: &[Waiting]) -> Result<(), Fault> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros() as i64;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut statement = transaction.prepare_cached(ROW)?;
    for waiting in batch {
        let commit = Uuid::now_v7();
        for Row { account, version, name, data } in &waiting.rows {
            statement.execute(params![version, now, &commit.as_bytes()[..], account, name, METADATA, data])?;
        }
    }
    drop(statement);
    Ok(transaction.commit()?)
}

struct RowsBank {
    path: String,
    /// `None` once closed.
    queue: Mutex<Option<mpsc::Sender<Waiting>>>,
    streams: Vec<Stream>,
}

impl RowsBank {
    #[expect(clippy::indexing_slicing, reason = "workloads name accounts that were opened")]
    fn row(&self, account: usize, name: &'static str, data: String) -> Row {
        let stream = &self.streams[account];
        Row { account: stream.name.clone(), version: stream.next(), name, data }
    }

    async fn send(&self, rows: Vec<Row>) -> Done {
        let (answer, answered) = oneshot::channel();
        let sent = match &*self.queue.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(queue) => queue.send(Waiting { rows, answer }).is_ok(),
            None => false,
        };
        match answered.await {
            Ok(Ok(())) if sent => Done::Yes,
            Ok(Err(error)) => Done::Failed(error),
            _ => Done::Failed("the writer is gone".into()),
        }
    }
}

impl Bank for RowsBank {
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>> {
        let opened = self.row(account, "account.opened", r#"{"owner":"Ada Lovelace"}"#.into());
        let deposited = self.row(account, "account.deposited", amount(START));
        async move { self.send(vec![opened, deposited]).await.must() }.boxed()
    }

    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done> {
        self.send((0..deposits).map(|_| self.row(account, "account.deposited", amount(1))).collect()).boxed()
    }

    fn deposit(&self, account: usize) -> BoxFuture<'_, Done> {
        self.send(vec![self.row(account, "account.deposited", amount(1))]).boxed()
    }

    fn transfer(&self, from: usize, to: usize) -> BoxFuture<'_, Done> {
        let (withdrawn, deposited) = ("account.withdrawn", "account.deposited");
        self.send(vec![self.row(from, withdrawn, amount(1)), self.row(to, deposited, amount(1))]).boxed()
    }

    fn audit(&self, _: usize) -> BoxFuture<'_, Result<Audit, Fault>> {
        books::audit_file(&self.path, books::OF_EVENTS, true).boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async { drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take()) }.boxed()
    }
}
