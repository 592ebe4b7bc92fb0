//! On a real server, with everything that can happen to it: every metric of the table shows, and no other does.

use std::time::Duration;

use foldline_runtime::{
    metrics,
    storage::{Ailment, HealthLimits, Store},
    testing::temp_postgres::TempPostgres,
};

use crate::{
    Bank, Done,
    behind::a_projection_that_is_behind,
    common::{
        commands::{Refused, act, add},
        name,
    },
    seen::{Seen, recorder},
    until,
};

const LONG: Duration = Duration::from_millis(300);

#[tokio::test(flavor = "multi_thread")]
async fn every_metric_of_the_table_shows_and_no_other() -> Done {
    recorder();
    let server = TempPostgres::start_private()?;
    let (mut bank, mut seen) = (Bank::open(&server).await?, Seen::default());

    // More streams than there is room for; a rejection; somebody who is faster.
    for n in 0..300 {
        bank.bank.execute(add(&name(&n.to_string()), 1)).await?;
    }
    assert!(bank.bank.execute(act(&name("1"), |_| Err(Refused::AsTold("no")))).await.is_err());
    bank.bank.execute(add(&name("a"), 1)).await?;
    bank.other.execute(add(&name("a"), 1)).await?;
    bank.bank.execute(add(&name("a"), 1)).await?;
    a_database_that_hangs(&mut bank, &mut seen).await?;
    a_read_that_hangs(&mut bank, &mut seen).await?;
    a_projection_that_is_behind(&bank, &mut seen).await?;

    // Every connection but ours is cut.
    bank.sql("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'foldline'").await?;
    bank.bank.execute(add(&name("a"), 1)).await?;

    until("a value for every metric", async || {
        seen.look();
        bank.bank.execute(add(&name("a"), 1)).await?;
        Ok(seen.missing().is_empty())
    })
    .await
    .map_err(|error| format!("{error}: {:?} are zero", seen.missing()))?;

    let act = ("command", "Act");
    let log = ("log", "watched");
    for outcome in ["committed", "rejected"] {
        assert!(seen.has(metrics::COMMANDS.name, &[log, act, ("outcome", outcome)]), "{outcome}");
    }
    assert!(seen.has(metrics::EVENTS.name, &[log, ("event", "tally.added")]));
    assert!(seen.has(metrics::PROCESS_MEMORY.name, &[]));
    Ok(())
}

/// Somebody keeps others from reading: a command holds its stream's lane until it has read it, and the store does not answer.
async fn a_read_that_hangs(bank: &mut Bank, seen: &mut Seen) -> Done {
    bank.sql("begin; lock table watched.events in access exclusive mode").await?;
    let reading = bank.deposit("cold");
    until("a stream in use", async || {
        seen.look();
        Ok(seen.largest.get(metrics::ACTIVE_STREAMS.name).is_some_and(|streams| *streams > 0.0))
    })
    .await?;
    let health = bank.store.health(HealthLimits::default().answer(LONG)).await;
    assert_eq!((health.ailments, health.answered), (vec![Ailment::Silent { within: LONG }], None));
    bank.sql("rollback").await?;
    reading.await??;
    assert!(bank.store.health(HealthLimits::default()).await.is_healthy());
    Ok(())
}

/// Somebody holds the log's lock, as a session that was left open does: what waits for it shows, and is said to be unhealthy.
async fn a_database_that_hangs(bank: &mut Bank, seen: &mut Seen) -> Done {
    let limits = HealthLimits::default().pending(LONG);
    assert!(bank.store.health(limits).await.is_healthy());
    bank.sql("begin; select * from watched.append_lock for update").await?;
    let first = bank.deposit("a");
    until("a batch that waits for the lock", async || {
        let parked = "select exists (select from pg_stat_activity where wait_event_type = 'Lock')";
        Ok(sqlx::query_scalar(parked).fetch_one(&mut bank.beside).await?)
    })
    .await?;
    let second = bank.deposit("b");
    let store = bank.store.clone();
    until("an unhealthy store", async || {
        let health = store.health(limits).await;
        // It answers what it is asked; what it was told to keep is what waits.
        assert!(health.answered.is_some(), "{health}");
        Ok(health.ailments.iter().any(|ailment| matches!(ailment, Ailment::Stuck { pending } if *pending > LONG)))
    })
    .await?;
    until("an old commit under way", async || {
        seen.look();
        let oldest = seen.largest.get(metrics::OLDEST_PENDING.name);
        Ok(oldest.is_some_and(|oldest| *oldest >= LONG.as_secs_f64()))
    })
    .await?;
    bank.sql("rollback").await?;
    first.await??;
    second.await??;
    assert!(bank.store.health(limits).await.is_healthy());
    seen.look();
    let waited = seen.largest.get(metrics::QUEUE_SECONDS.name).copied().unwrap_or_default();
    assert!(waited >= LONG.as_secs_f64() / 2.0, "one batch waited, and what came meanwhile waited for it: {waited} s");
    Ok(())
}
