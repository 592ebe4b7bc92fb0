//! What goes wrong between a store and its server, done to both.

use std::{sync::atomic::Ordering, time::Duration};

use foldline_runtime::{
    PostgresStore, StoreError,
    storage::{Outcome, Receipt, Seen, Store, Ticket, WriterOptions},
    testing::temp_postgres::TempPostgres,
};
use futures_util::future::join_all;
use sqlx::{AssertSqlSafe, Row};
use tokio::task::JoinHandle;

use crate::{
    proxy::Proxy,
    support::{Failure, Place, Tested, accepted, assert_once, commit, first, log, settle},
};

/// Writers that append to streams of their own, one event after another, until told to stop. All they do has to succeed.
struct Load {
    writers: Vec<JoinHandle<Result<Vec<Receipt>, Failure>>>,
    stop: tokio::sync::watch::Sender<()>,
}

impl Load {
    fn on(store: &PostgresStore, writers: usize) -> Self {
        let (stop, stopped) = tokio::sync::watch::channel(());
        let write = |writer| {
            let (store, stopped) = (store.clone(), stopped.clone());
            async move {
                let (stream, mut seen, mut receipts) = (format!("w-{writer}"), Seen::Nothing, Vec::new());
                while stopped.has_changed().is_ok() {
                    let next = commit(&[(&stream, seen)], 1);
                    let receipt = accepted(&store, &next).await?;
                    seen = Seen::At { version: receipt.versions[0].1, commit: receipt.id };
                    receipts.push(receipt);
                }
                Ok(receipts)
            }
        };
        Self { writers: (0..writers).map(|writer| tokio::spawn(write(writer))).collect(), stop }
    }

    async fn stop(self) -> Result<Vec<Receipt>, Failure> {
        drop(self.stop);
        let mut all = Vec::new();
        for writer in self.writers {
            all.extend(writer.await??);
        }
        Ok(all)
    }
}

async fn through(server: &TempPostgres, place: &mut Place) -> Result<Proxy, Failure> {
    let socket = server.socket_folder().ok_or("the server is not ours")?.join(".s.PGSQL.5432");
    let proxy = Proxy::start(socket).await?;
    place.url = format!("postgres://foldline@127.0.0.1:{}/postgres?sslmode=disable", proxy.port);
    Ok(proxy)
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_backends_lose_nothing_and_double_nothing() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let load = Load::on(&store, 16);
    let mut killer = place.connection().await?;
    for _ in 0..50 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        sqlx::query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1")
            .bind(&place.schema)
            .execute(&mut killer)
            .await?;
    }
    let receipts = load.stop().await?;
    assert!(receipts.len() > 50, "{} commits are no load", receipts.len());
    let events = log(&store).await?;
    assert_eq!(events.len(), receipts.len());
    assert_once(&store, &receipts).await
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_lose_nothing_and_double_nothing() -> Tested {
    let server = TempPostgres::start_private()?;
    let direct = Place::on(&server);
    let mut place = direct.clone();
    let proxy = through(&server, &mut place).await?;
    let store = place.store().await?;
    let witness = direct.store().await?;
    let load = Load::on(&store, 8);
    for n in 1..=60 {
        // As much happens between two faults as in a few batches.
        witness.wait_beyond(n * 20).await?;
        if n % 3 == 0 { proxy.cut() } else { proxy.swallow.store(true, Ordering::SeqCst) }
    }
    let receipts = load.stop().await?;
    proxy.swallow.store(false, Ordering::SeqCst);
    assert_eq!(log(&store).await?.len(), receipts.len());
    assert_once(&store, &receipts).await
}

/// The first sending is parked behind the lock when its client dies, and runs after it, beside the second.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_parked_behind_the_lock_is_no_double_when_its_client_dies() -> Tested {
    let server = TempPostgres::start_private()?;
    for many in [1, 5] {
        let direct = Place::on(&server);
        let mut place = direct.clone();
        let proxy = through(&server, &mut place).await?;
        let store = place.store().await?;
        accepted(&store, &first("before")).await?;
        let (mut holder, mut witness) = (direct.connection().await?, direct.connection().await?);
        direct.sql(&mut holder, "begin; select * from $schema.append_lock for update").await?;
        let commits: Vec<_> = (0..many).map(|n| first(&format!("s-{n}"))).collect();
        let mut waiting = Vec::new();
        for commit in &commits {
            waiting.push(store.submit(store.reserve().await?, commit.clone()));
        }
        for parked in 1..=3 {
            until_parked(&mut witness, &place.schema, parked).await?;
            if parked < 3 {
                proxy.cut();
            }
        }
        direct.sql(&mut holder, "commit").await?;
        let outcomes = join_all(waiting.iter().map(Ticket::outcome)).await;
        let receipts = outcomes.into_iter().map(|outcome| match outcome {
            Outcome::Committed(receipt) => Ok(receipt),
            other => Err(format!("{other:?}")),
        });
        let receipts: Vec<Receipt> = receipts.collect::<Result<_, _>>()?;
        until_parked(&mut witness, &place.schema, 0).await?;
        assert_eq!(log(&store).await?.len(), 1 + many);
        assert_once(&store, &receipts).await?;
    }
    Ok(())
}

/// Waits until so many of the log's connections wait for its lock. Within a transaction the answer would not change.
async fn until_parked(connection: &mut sqlx::PgConnection, schema: &str, count: i64) -> Tested {
    loop {
        let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and application_name = $1";
        let row = sqlx::query(waiting).bind(schema).fetch_one(&mut *connection).await?;
        if row.try_get::<i64, _>(0)? == count {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn giving_up_is_unknown_and_the_log_tells_later() -> Tested {
    let server = TempPostgres::start_private()?;
    let direct = Place::on(&server);
    let mut place = direct.clone();
    let proxy = through(&server, &mut place).await?;
    let mut writer = WriterOptions::default();
    writer.patience = Duration::ZERO;
    let store = PostgresStore::connect_with(&place.url, place.options().writer(writer)).await?;
    let (mut holder, mut witness) = (direct.connection().await?, direct.connection().await?);
    direct.sql(&mut holder, "begin; select * from $schema.append_lock for update").await?;
    let lost = first("s-1");
    let ticket = store.submit(store.reserve().await?, lost.clone());
    until_parked(&mut witness, &place.schema, 1).await?;
    proxy.cut();
    let outcome = ticket.outcome().await;
    assert!(matches!(outcome, Outcome::Unknown(StoreError::Unavailable { .. })), "{outcome:?}");
    assert_eq!(store.find_commit(lost.id()).await?, None);
    direct.sql(&mut holder, "commit").await?;
    while store.find_commit(lost.id()).await?.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(log(&store).await?.len(), 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crashed_server_keeps_all_that_was_acknowledged() -> Tested {
    let server = TempPostgres::start_private()?;
    let place = Place::on(&server);
    let mut writer = WriterOptions::default();
    // A server recovers in its own time.
    writer.patience = Duration::from_secs(60);
    let store = PostgresStore::connect_with(&place.url, place.options().writer(writer)).await?;
    let load = Load::on(&store, 8);
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(200)).await;
        server.crash()?;
        server.restart()?;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    let receipts = load.stop().await?;
    assert_eq!(log(&store).await?.len(), receipts.len());
    assert_once(&store, &receipts).await
}

#[tokio::test]
async fn a_read_only_server_is_named_and_the_log_goes_on_when_it_is_over() -> Tested {
    let server = TempPostgres::start_private()?;
    let place = Place::on(&server);
    let mut writer = WriterOptions::default();
    writer.patience = Duration::from_millis(50);
    let store = PostgresStore::connect_with(&place.url, place.options().writer(writer)).await?;
    accepted(&store, &first("s-1")).await?;
    let mut admin = place.connection().await?;
    for (setting, works) in [("on", false), ("off", true)] {
        let change = format!("alter system set default_transaction_read_only = {setting}");
        sqlx::raw_sql(AssertSqlSafe(format!("set default_transaction_read_only = off; {change}")))
            .execute(&mut admin)
            .await
            .or_else(|_| Ok::<_, sqlx::Error>(Default::default()))?;
        place.sql(&mut admin, &change).await?;
        place.sql(&mut admin, "select pg_reload_conf()").await?;
        // The server's processes hear of it in their own time.
        loop {
            match settle(&store, &commit(&[(&format!("s-{}", fastrand::u64(..)), Seen::Nothing)], 1)).await {
                Outcome::Committed(_) if works => break,
                Outcome::Failed(error) if !works => {
                    assert!(error.is_transient() && error.to_string().contains("read-only"), "{error}");
                    break;
                }
                Outcome::Committed(_) | Outcome::Failed(_) => {}
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn a_statement_that_takes_too_long_fails_for_now_and_blocks_nobody_later() -> Tested {
    let place = Place::fresh()?;
    let mut writer = WriterOptions::default();
    writer.patience = Duration::ZERO;
    let options = place.options().statement_timeout(Duration::from_millis(100)).writer(writer);
    let store = PostgresStore::connect_with(&place.url, options).await?;
    let mut holder = place.connection().await?;
    place.sql(&mut holder, "begin; select * from $schema.append_lock for update").await?;
    let outcome = settle(&store, &first("s-1")).await;
    assert!(matches!(&outcome, Outcome::Failed(error) if error.is_transient()), "{outcome:?}");
    place.sql(&mut holder, "commit").await?;
    accepted(&store, &first("s-1")).await?;
    assert_eq!(log(&store).await?.len(), 1);
    Ok(())
}

#[tokio::test]
async fn too_many_connections_is_named_and_passes() -> Tested {
    let server = TempPostgres::start_private()?;
    let mut place = Place::on(&server);
    let mut admin = place.connection().await?;
    place
        .sql(&mut admin, "create role teller login connection limit 0; grant create on database postgres to teller")
        .await?;
    place.url = place.url.replace("foldline@", "teller@");
    let refused = PostgresStore::connect_with(&place.url, place.options()).await;
    let named = |error: &StoreError| error.is_transient() && error.to_string().contains("connection");
    assert!(refused.as_ref().is_err_and(named), "{refused:?}");
    place.sql(&mut admin, "alter role teller connection limit 5").await?;
    accepted(&place.store().await?, &first("s-1")).await?;
    Ok(())
}

/// The row that says "stored" arrives before the transaction ends. Whoever believes it acknowledges what may still fail.
#[tokio::test]
async fn what_fails_as_late_as_in_the_commit_is_not_acknowledged() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let mut admin = place.connection().await?;
    let trap =
        "create function $schema.no() returns trigger language plpgsql as $$ begin raise exception 'too late'; end $$;
        create constraint trigger late after insert on $schema.events deferrable initially deferred
        for each row when (new.stream = 'trap') execute function $schema.no()";
    place.sql(&mut admin, trap).await?;
    let outcomes = [settle(&store, &first("trap")).await, settle(&store, &first("s-1")).await];
    assert!(matches!(&outcomes[0], Outcome::Failed(StoreError::Failed { .. })), "{:?}", outcomes[0]);
    let Outcome::Committed(receipt) = &outcomes[1] else { return Err(format!("{:?}", outcomes[1]).into()) };
    assert_once(&store, std::slice::from_ref(receipt)).await
}
