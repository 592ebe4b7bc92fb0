//! The file beside the log in which rows are built anew: whose it is, and how it goes away.
//!
//! A file's name proves nothing, so it bears a mark, SQLite's number of the application that it belongs to.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use sqlx::{Connection, sqlite::SqliteConnection};

use super::{
    SqliteDatabase,
    texts::{rows, run},
};
use crate::{
    error::{PlaceFault, StoreError},
    sql::rows::Cells,
    sqlite::faults::store_error,
    store::WriteFault,
};

/// `fold`, as SQLite keeps it in the file's head.
const MARK: i64 = 0x666f_6c64;

/// Marks a file as one in which rows are built.
pub(super) async fn mark(connection: &mut SqliteConnection) -> Result<(), WriteFault> {
    run(connection, &remedy()).await
}

fn remedy() -> String {
    format!("pragma application_id = {MARK}")
}

impl SqliteDatabase {
    /// The file of the tables that are being built.
    pub(super) fn beside(&self, projection: &str) -> PathBuf {
        let mut name = self.0.path().as_os_str().to_owned();
        name.push(format!("-{projection}-next"));
        PathBuf::from(name)
    }

    /// Takes the file away that the next set of tables is in.
    pub(super) async fn remove_next(&self, projection: &str) -> Result<(), StoreError> {
        let path = self.beside(projection);
        let known = self.driver().beside.lock().await.remove(&path);
        if let Some(connection) = known {
            let _ = connection.close().await;
        }
        if let Some(reason) = self.somebody_elses(&path).await? {
            return Err(StoreError::PlaceTaken { place: path.display().to_string().into(), reason });
        }
        let removed = tokio::task::spawn_blocking(move || remove(&path)).await;
        removed.map_err(|_| StoreError::Closed)?
    }

    /// What keeps a file from being taken away, if something does.
    async fn somebody_elses(&self, path: &Path) -> Result<Option<PlaceFault>, StoreError> {
        let looked_at = path.to_owned();
        let size = tokio::task::spawn_blocking(move || std::fs::metadata(looked_at).map(|file| file.len())).await;
        match size.map_err(|_| StoreError::Closed)? {
            Ok(0) => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            _ => {}
        }
        let unknown = PlaceFault::Unmarked { remedy: remedy() };
        let mut connection = match self.driver().connector.connect_to_look(path).await {
            Ok(connection) => connection,
            Err(error) if error.is_transient() => return Err(error),
            Err(_) => return Ok(Some(unknown)),
        };
        let look = "select (select application_id from pragma_application_id), count(*), count(*) filter (where name = 'foldline_migrations')
            from sqlite_schema";
        let looked = rows(&mut connection, look).await;
        let _ = connection.close().await;
        let row = match looked {
            Ok(mut rows) => rows.pop(),
            Err(WriteFault::Store(error)) if error.is_transient() => return Err(error),
            // It is no file of SQLite's.
            Err(_) => return Ok(Some(unknown)),
        };
        let number = |column| row.as_ref().map_or(Ok(0), |row| row.number(column));
        let read = || -> Result<(i64, i64, i64), sqlx::Error> { Ok((number(0)?, number(1)?, number(2)?)) };
        let (mark, objects, logs) = read().map_err(|error| store_error("looking at a file beside the log", error))?;
        Ok(match (mark, objects, logs) {
            (.., 1..) => Some(PlaceFault::Log),
            // The process ended before it was marked.
            (MARK, ..) | (_, 0, _) => None,
            _ => Some(unknown),
        })
    }
}

/// With what SQLite laid beside it.
fn remove(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let path = PathBuf::from(name);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != ErrorKind::NotFound
        {
            let context = format!("`{}` cannot be removed: {error}", path.display()).into();
            return Err(StoreError::Failed { context, source: None });
        }
    }
    Ok(())
}
