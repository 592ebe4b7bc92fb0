//! What can be asked of the driver alone.

use std::{env, fs, io, path::PathBuf};

use sqlx::{Connection, Row};

use super::{SqliteOptions, SqliteStore, Synchronous, connect::Connector};
use crate::{
    id::CommitId,
    sql::pool::Source,
    store::{Commit, Expectation, IdempotencyKey, NewEvent, Refusal, Seen, Store},
    writer::{Batch, Driver, Verdict},
};

/// A folder of a test's own. The one that tests of domains have stands higher up.
struct Folder(PathBuf);

impl Folder {
    fn fresh() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("foldline-{}", CommitId::fresh()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

type Tested = Result<(), Box<dyn std::error::Error>>;

fn commit(stream: &str, events: usize) -> Commit {
    let event = NewEvent { stream: 0, name: "test.happened", schema_version: 1, payload: 0..2 };
    let saw = vec![Expectation { stream: stream.into(), seen: Seen::Nothing }];
    let commit = Commit::new(CommitId::fresh(), saw).with_events(vec![event; events], &b"{}"[..]);
    commit.unwrap_or_else(|error| unreachable!("{error}"))
}

fn keyed(commit: Commit, key: &str) -> Commit {
    let key = IdempotencyKey { key: key.into(), fingerprint: 7 };
    commit.with_key(key).unwrap_or_else(|error| unreachable!("{error}"))
}

/// What an earlier sending stored is found, by its commit or by its key, and not stored again.
#[tokio::test]
async fn a_batch_that_is_sent_again_is_answered_as_it_was() -> Tested {
    let folder = Folder::fresh()?;
    let store = SqliteStore::open(folder.file("log.db")).await?;
    let driver = store.0.driver();
    let late = commit("late-1", 1);
    let sent = vec![commit("s-1", 2), keyed(commit("s-2", 0), "k"), keyed(commit("s-3", 1), "l")];
    let again = |known_head| Batch::of([&sent[..], std::slice::from_ref(&late)].concat(), known_head);
    let as_it_was = [Verdict::Committed(Some(2)), Verdict::Committed(None), Verdict::Committed(Some(3))];

    assert_eq!(driver.append(&Batch::of(sent.clone(), None)).await?, as_it_was);
    for _ in 0..2 {
        // The last of them was not in it: it is to be asked about again.
        assert_eq!(driver.append(&again(Some(0))).await?, [&as_it_was[..], &[Verdict::Again]].concat());
        assert_eq!(store.head().await?, 3);
    }
    // Behind a head that was known later there is none of it: then it is a batch like any other.
    let fresh = Batch::of(vec![commit("s-1", 1), late.clone()], Some(3));
    let stale = Refusal::Stale { stream: "s-1".into(), actual: Some(2) };
    assert_eq!(driver.append(&fresh).await?, [Verdict::Refused(stale), Verdict::Committed(Some(4))]);
    Ok(())
}

#[tokio::test]
async fn every_connection_flushes_as_it_was_told_to() -> Tested {
    let folder = Folder::fresh()?;
    for (synchronous, number) in [(Synchronous::Off, 0), (Synchronous::Normal, 1), (Synchronous::Full, 2)] {
        let options = SqliteOptions::production().synchronous(synchronous);
        let connector = Connector::new(&folder.file("log.db"), &options)?;
        let connections = [connector.create().await?, connector.connect_to_write().await?, connector.connect().await?];
        for mut connection in connections {
            let row = sqlx::query("pragma synchronous").fetch_one(&mut connection).await?;
            assert_eq!(row.try_get::<i64, _>(0)?, number);
            connection.close().await?;
        }
    }
    Ok(())
}

/// Who writes asks often instead; a reader is seldom in anybody's way, and has nobody who would ask again for it.
#[tokio::test]
async fn a_reader_waits_as_long_as_it_was_told_to() -> Tested {
    let folder = Folder::fresh()?;
    let connector = Connector::new(&folder.file("log.db"), &SqliteOptions::production())?;
    let _made = connector.create().await?;
    let row = sqlx::query("pragma busy_timeout").fetch_one(&mut connector.connect().await?).await?;
    assert_eq!(row.try_get::<i64, _>(0)?, 5000);
    Ok(())
}

/// Whatever a reader is asked to do, it changes nothing.
#[tokio::test]
async fn a_connection_that_reads_cannot_write() -> Tested {
    let folder = Folder::fresh()?;
    let connector = Connector::new(&folder.file("log.db"), &SqliteOptions::production())?;
    let _made = connector.create().await?;
    let mut reader = connector.connect().await?;
    assert!(sqlx::query("create table t (x integer)").execute(&mut reader).await.is_err());
    Ok(())
}
