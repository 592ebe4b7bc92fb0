//! Opening what is there, what is not there yet, and what can be no log.

use std::fs;

use foldline_runtime::{
    SqliteOptions, SqliteStore, Synchronous, open,
    storage::{Seen, Store},
};
use sqlx::Row;

use crate::support::{Place, Tested, accepted, assert_once, commit, connection, first, says, sql};

#[tokio::test]
async fn what_was_committed_is_there_when_it_is_opened_again() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let receipts = [accepted(&store, &first("s-1")).await?, accepted(&store, &first("s-2")).await?];
    store.close().await;
    let files: Vec<_> = fs::read_dir(place.folder.path())?.flatten().map(|file| file.file_name()).collect();
    assert_eq!(files, ["log.db"], "the last to close leaves one file behind");
    assert_once(&place.store().await?, &receipts).await
}

#[tokio::test]
async fn a_url_opens_a_file() -> Tested {
    let place = Place::fresh()?;
    let url = format!("sqlite://{}?readers=2&busy_timeout=3s", place.path.display());
    accepted(&open(&url).await?, &first("s-1")).await?;
    let store = SqliteStore::open_url(&format!("sqlite:{}", place.path.display())).await?;
    assert_eq!((store.head().await?, store.path()), (1, &*place.path));
    store.ping().await?;
    Ok(())
}

#[tokio::test]
async fn a_path_that_cannot_be_a_file_is_named() -> Tested {
    let place = Place::fresh()?;
    let file = place.folder.file("a-file");
    fs::write(&file, "")?;
    for (path, said) in [
        (place.folder.path().to_owned(), "is a directory"),
        (place.folder.file("no/such/folder/log.db"), "no/such/folder"),
        (file.join("log.db"), "a-file"),
        ("".into(), ""),
    ] {
        let refused = SqliteStore::open(&path).await;
        assert!(says(&refused, said), "{}: {refused:?}", path.display());
        assert!(says(&refused, &path.display().to_string()), "{refused:?}");
    }
    Ok(())
}

/// Whoever runs this may write where permissions forbid it; but nobody may here.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_path_that_may_not_be_written_is_named() {
    for path in ["/proc/foldline.db", "/sys/foldline.db"] {
        let refused = SqliteStore::open(path).await;
        assert!(says(&refused, path), "{refused:?}");
        assert!(says(&refused, "may this process write into it?"), "{refused:?}");
    }
}

#[tokio::test]
async fn a_file_that_is_no_database_is_refused_and_left_as_it_is() -> Tested {
    let place = Place::fresh()?;
    for text in ["Dear diary,".repeat(500), "xy".into()] {
        fs::write(&place.path, &text)?;
        let refused = place.store().await.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("not a database") && refused.contains("log.db"), "{refused}");
        assert_eq!(fs::read_to_string(&place.path)?, text);
    }
    Ok(())
}

/// It is refused: the log would be mixed up with what is somebody else's.
#[tokio::test]
async fn a_database_with_a_table_of_ours_that_we_did_not_make_is_refused() -> Tested {
    let place = Place::fresh()?;
    let mut other = place.connection().await?;
    sql(&mut other, "create table events (id integer primary key, what text); insert into events (what) values ('x')")
        .await?;
    let refused = SqliteStore::open(&place.path).await;
    assert!(says(&refused, "events"), "{refused:?}");
    let rows = sqlx::query("select name from sqlite_schema").fetch_all(&mut other).await?;
    assert_eq!(rows.iter().map(|row| row.get::<String, _>(0)).collect::<Vec<_>>(), ["events"], "nothing was added");
    Ok(())
}

#[tokio::test]
async fn other_tables_in_the_file_are_nobodys_business() -> Tested {
    let place = Place::fresh()?;
    sql(&mut place.connection().await?, "create table customers (name text); insert into customers values ('Ada')")
        .await?;
    let store = place.store().await?;
    accepted(&store, &first("s-1")).await?;
    let row = sqlx::query("select name from customers").fetch_one(&mut place.connection().await?).await?;
    assert_eq!(row.get::<String, _>(0), "Ada");
    Ok(())
}

#[tokio::test]
async fn a_name_is_a_name_whatever_it_looks_like() -> Tested {
    let place = Place::fresh()?;
    for name in ["file:log.db?mode=memory", "a%20b", "naïve 🦀.db", "'; drop table events; --", "?x"] {
        let path = place.folder.file(name);
        let store = SqliteStore::open(&path).await?;
        accepted(&store, &first("s-1")).await?;
        store.close().await;
        assert!(path.is_file(), "{name}");
        assert_eq!(SqliteStore::open(&path).await?.head().await?, 1, "{name}");
    }
    Ok(())
}

#[tokio::test]
async fn the_journal_is_a_wal_and_commits_are_accepted_at_every_setting() -> Tested {
    for synchronous in [Synchronous::Full, Synchronous::Normal, Synchronous::Off] {
        let place = Place::fresh()?;
        let options = SqliteOptions::production().synchronous(synchronous).readers(1);
        let store = SqliteStore::open_with(&place.path, options).await?;
        let seen = accepted(&store, &first("s-1")).await?;
        let seen = Seen::At { version: 1, commit: seen.id };
        accepted(&store, &commit(&[("s-1", seen)], 1)).await?;
        let row = sqlx::query("pragma journal_mode").fetch_one(&mut connection(&place.path).await?).await?;
        assert_eq!(row.get::<String, _>(0), "wal");
    }
    Ok(())
}
