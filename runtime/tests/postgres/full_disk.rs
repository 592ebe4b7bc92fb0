//! A disk that is full, and then is not.

use std::{
    io::{Write, stderr},
    time::Duration,
};

use foldline_runtime::{
    CommitId, PostgresStore, StreamName,
    storage::{Commit, Expectation, NewEvent, Outcome, Seen, WriterOptions},
    testing::temp_postgres::{LITTLE_ROOM, TempPostgres, TempPostgresError},
};

use crate::support::{Failure, Place, Tested, accepted, assert_once, first, settle};

#[tokio::test]
async fn a_full_disk_is_named_and_the_log_goes_on_when_there_is_room() -> Tested {
    let server = match TempPostgres::start_with_little_room() {
        Err(why @ TempPostgresError::NoLittleRoom) => {
            // Past the harness, which shows nothing of a test that passes.
            writeln!(stderr(), "\nSKIPPED: a full disk was not tried: {why}")?;
            return Ok(());
        }
        started => started?,
    };
    let mut place = Place::on(&server);
    let mut admin = place.connection().await?;
    place.sql(&mut admin, &format!("create tablespace little location '{LITTLE_ROOM}'")).await?;
    place.sql(&mut admin, "create table ballast (x text) tablespace little").await?;
    place.sql(&mut admin, "insert into ballast select gen_random_uuid() from generate_series(1, 20000)").await?;
    place.url = format!("{}&options[default_tablespace]=little", place.url);
    let mut writer = WriterOptions::default();
    writer.patience = Duration::ZERO;
    let store = PostgresStore::connect_with(&place.url, place.options().writer(writer)).await?;

    let mut receipts = vec![accepted(&store, &first("s-before")).await?];
    let error = loop {
        match settle(&store, &large(&format!("s-{}", receipts.len()))?).await {
            Outcome::Committed(receipt) if receipts.len() < 1000 => receipts.push(receipt),
            Outcome::Failed(error) => break error,
            other => return Err(format!("{other:?}").into()),
        }
    };
    assert!(error.is_transient() && error.to_string().contains("disk is full"), "{error}");
    assert_once(&store, &receipts).await?;

    place.sql(&mut admin, "drop table ballast").await?;
    receipts.push(accepted(&store, &large("s-after")?).await?);
    assert_once(&store, &receipts).await
}

/// A commit of 50,000 bytes that cannot be made smaller by much.
fn large(stream: &str) -> Result<Commit, Failure> {
    let noise: String = (0..50_000).map(|_| fastrand::alphanumeric()).collect();
    let payload = format!("{{\"noise\":\"{noise}\"}}");
    let event = NewEvent { stream: 0, name: "test.happened", schema_version: 1, payload: 0..payload.len() };
    let saw = vec![Expectation { stream: StreamName::from(stream), seen: Seen::Nothing }];
    Ok(Commit::new(CommitId::fresh(), saw).with_events(vec![event], payload.into_bytes())?)
}
