//! The raw limit with grouping: all rows that wait, in one statement on one connection.
//!
//! It reads nothing and checks nothing. A system that groups commits can hardly be faster.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt};
use sqlx::{Connection, PgConnection};
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

use super::{
    books,
    insert::{METADATA, Stream, TABLE, amount, streams},
};
use crate::{
    bank::{Audit, Bank, Done, Fault, START, System},
    cluster::Database,
    workload::Workload,
};

const ROWS: &str = "insert into events (version, commit_id, stream, name, metadata, data)
    select v, c, s, n, m::json, d::json
    from unnest($1::bigint[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[]) r (v, c, s, n, m, d)";

pub(crate) struct Unnest;

impl System for Unnest {
    fn name(&self) -> &'static str {
        "limit-unnest"
    }

    fn about(&self) -> &'static str {
        "no system: what waits is inserted by one `INSERT … SELECT unnest`, on one connection; reads and checks nothing"
    }

    fn cannot(&self, workload: Workload) -> Option<&'static str> {
        match workload {
            Workload::W5 | Workload::W6 => Some("reads nothing"),
            Workload::W5b => Some("reads nothing, however long the stream: as W1"),
            _ => None,
        }
    }

    fn open(&self, database: Database, accounts: usize) -> BoxFuture<'_, Result<Arc<dyn Bank>, Fault>> {
        async move {
            let mut connection = PgConnection::connect(&database.url).await?;
            sqlx::raw_sql(TABLE).execute(&mut connection).await?;
            let (queue, incoming) = mpsc::unbounded_channel();
            tokio::spawn(write(connection, incoming));
            let queue = Mutex::new(Some(queue));
            Ok(Arc::new(UnnestBank { url: database.url, queue, streams: streams(accounts) }) as Arc<dyn Bank>)
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

/// Inserts all that waits, then answers, then lets those who were answered come back before it looks again.
async fn write(mut connection: PgConnection, mut incoming: mpsc::UnboundedReceiver<Waiting>) {
    let mut batch = Vec::new();
    while incoming.recv_many(&mut batch, 4096).await > 0 {
        loop {
            let before = batch.len();
            tokio::task::yield_now().await;
            while let Ok(next) = incoming.try_recv() {
                batch.push(next);
            }
            if batch.len() == before {
                break;
            }
        }
        let result = insert(&mut connection, &batch).await.map_err(|error| format!("{error:?}"));
        for waiting in batch.drain(..) {
            let _ = waiting.answer.send(result.clone());
        }
    }
    let _ = connection.close().await;
}

async fn insert(connection: &mut PgConnection, batch: &[Waiting]) -> Result<(), sqlx::Error> {
    let rows: Vec<(Uuid, &Row)> = batch
        .iter()
        .flat_map(|waiting| {
            let commit = Uuid::now_v7();
            waiting.rows.iter().map(move |row| (commit, row))
        })
        .collect();
    sqlx::query(ROWS)
        .bind(rows.iter().map(|(_, row)| row.version).collect::<Vec<_>>())
        .bind(rows.iter().map(|(commit, _)| *commit).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.account.as_str()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| row.name).collect::<Vec<_>>())
        .bind(vec![METADATA; rows.len()])
        .bind(rows.iter().map(|(_, row)| row.data.as_str()).collect::<Vec<_>>())
        .execute(connection)
        .await?;
    Ok(())
}

struct UnnestBank {
    url: String,
    /// `None` once closed.
    queue: Mutex<Option<mpsc::UnboundedSender<Waiting>>>,
    streams: Vec<Stream>,
}

impl UnnestBank {
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

impl Bank for UnnestBank {
    fn open(&self, account: usize) -> BoxFuture<'_, Result<(), Fault>> {
        let opened = self.row(account, "account.opened", r#"{"owner":"Ada Lovelace"}"#.into());
        let deposited = self.row(account, "account.deposited", amount(START));
        async move { self.send(vec![opened, deposited]).await.must() }.boxed()
    }

    fn append(&self, account: usize, deposits: usize) -> BoxFuture<'_, Done> {
        self.send((0..deposits).map(|_| self.row(account, "account.deposited", amount(1))).collect()).boxed()
    }

    fn spread(&self, accounts: usize, deposits: usize) -> BoxFuture<'_, Done> {
        let rows = (0..accounts).flat_map(|account| std::iter::repeat_n(account, deposits));
        self.send(rows.map(|account| self.row(account, "account.deposited", amount(1))).collect()).boxed()
    }

    fn deposit(&self, account: usize) -> BoxFuture<'_, Done> {
        self.send(vec![self.row(account, "account.deposited", amount(1))]).boxed()
    }

    fn transfer(&self, from: usize, to: usize) -> BoxFuture<'_, Done> {
        let (withdrawn, deposited) = ("account.withdrawn", "account.deposited");
        self.send(vec![self.row(from, withdrawn, amount(1)), self.row(to, deposited, amount(1))]).boxed()
    }

    fn audit(&self, _: usize) -> BoxFuture<'_, Result<Audit, Fault>> {
        async move { books::audit_table(&self.url, "events").await }.boxed()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        async { drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take()) }.boxed()
    }
}
