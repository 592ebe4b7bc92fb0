//! The schema: made once, by whoever comes first; refused when it is newer; and its past cannot be changed.

use foldline_runtime::SqliteStore;
use futures_util::future::join_all;

use crate::support::{Place, Tested, accepted, assert_once, commit, first, says, settle, sql};
use foldline_runtime::{
    CommitId,
    storage::{Commit, Expectation, IdempotencyKey, NewEvent, Outcome, Seen, Store},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ten_that_start_at_once_make_one_schema() -> Tested {
    for _ in 0..10 {
        let place = Place::fresh()?;
        let stores = join_all((0..10).map(|_| place.store())).await;
        for (n, store) in stores.into_iter().enumerate() {
            accepted(&store?, &first(&format!("s-{n}"))).await?;
        }
        assert_eq!(place.store().await?.head().await?, 10);
    }
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_and_a_changed_one_are_refused() -> Tested {
    let place = Place::fresh()?;
    place.store().await?.close().await;
    let mut connection = place.connection().await?;
    sql(&mut connection, "insert into foldline_migrations (version, name, checksum) values (99, 'later', 'x')").await?;
    let refused = SqliteStore::open(&place.path).await;
    assert!(says(&refused, "version 99") && says(&refused, "a newer one"), "{refused:?}");
    let changed = "delete from foldline_migrations where version = 99;
                   update foldline_migrations set checksum = 'edited' where version = 1";
    sql(&mut connection, changed).await?;
    let refused = SqliteStore::open(&place.path).await;
    assert!(says(&refused, "migration 1"), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn the_past_is_immutable() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let key = IdempotencyKey { key: "k".into(), fingerprint: 7 };
    let mut receipts = vec![accepted(&store, &first("s-1").with_key(key)?).await?];
    receipts.push(accepted(&store, &first("s-2")).await?);
    let mut connection = place.connection().await?;
    let row =
        "version, recorded_at, commit_id, schema_version, stream, name, metadata, data from events where position = 1";
    for change in [
        "update events set data = '{}'",
        "update events set commit_id = x'00' where position = 2",
        "update or replace events set position = 2 where position = 1",
        "delete from events",
        "delete from events where position = 1",
        &format!("replace into events select 1, {row}"),
        &format!("insert or replace into events select 3, {row}"),
        &format!("insert into events select 9, {row}").replace("select 9, version,", "select 9, 2,"),
        &format!("insert into events select null, {row}").replace("select null, version,", "select null, 3,"),
        &format!("insert into events select -1, {row}").replace("select -1, version,", "select -1, 2,"),
        &format!("insert into events select 3, {row}").replace("select 3, version,", "select 3, 9,"),
        "update idempotency_keys set fingerprint = x'00'",
        "delete from idempotency_keys",
        "replace into idempotency_keys select key, x'00', commit_id, position, versions from idempotency_keys",
    ] {
        let said = sql(&mut connection, change).await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains("happened") || said.contains("position > 0"), "{change}: {said}");
    }
    assert_once(&store, &receipts).await
}

/// Somebody else's row, that is none of ours, is not taken for one.
#[tokio::test]
async fn what_is_no_json_is_refused_whoever_writes_it() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    for payload in [&b"no json"[..], b"", b"{}{}", b"{\"a\":\"\xff\"}"] {
        let event = NewEvent { stream: 0, name: "test.happened", schema_version: 1, payload: 0..payload.len() };
        let saw = vec![Expectation { stream: "s-1".into(), seen: Seen::Nothing }];
        let outcome = settle(&store, &Commit::new(CommitId::fresh(), saw).with_events(vec![event], payload)?).await;
        assert!(matches!(&outcome, Outcome::Failed(error) if !error.is_transient()), "{outcome:?}");
    }
    accepted(&store, &commit(&[("s-1", Seen::Nothing)], 1)).await?;
    Ok(())
}
