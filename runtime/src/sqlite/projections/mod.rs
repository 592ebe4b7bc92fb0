//! What projections keep in the file: checkpoints, and rows that commit with them.

mod builds;
mod checkpoints;
mod reading;
mod swap;
mod transaction;

use std::path::{Path, PathBuf};

use sqlx::Connection;

use super::SqliteStore;
use crate::{
    error::StoreError,
    store::{AnyStore, Store},
};

/// The SQLite file that a log lives in, as read models write to it: `impl Rows<SqliteDatabase> for …`.
///
/// The tables of all projections stand in the file, beside the log's own: give them names of their own. While one is built
/// anew its tables are in a file beside it, `bank.db-holdings-next`.
///
/// What changes goes through the one connection that writes, in its turn: two of one process would only keep each other from
/// the file's lock.
#[derive(Debug, Clone)]
pub struct SqliteDatabase(pub(super) SqliteStore);

impl SqliteDatabase {
    fn of_store(store: &AnyStore) -> Option<Self> {
        store.database()?.downcast_ref::<SqliteStore>().cloned().map(Self)
    }

    /// The file of the tables that are being built.
    fn beside(&self, projection: &str) -> PathBuf {
        let mut name = self.0.path().as_os_str().to_owned();
        name.push(format!("-{projection}-next"));
        PathBuf::from(name)
    }

    /// Takes the file away that the next set of tables is in.
    async fn remove_next(&self, projection: &str) -> Result<(), StoreError> {
        let path = self.beside(projection);
        let known = self.driver().beside.lock().await.remove(&path);
        if let Some(connection) = known {
            let _ = connection.close().await;
        }
        let removed = tokio::task::spawn_blocking(move || remove(&path)).await;
        removed.map_err(|_| StoreError::Closed)?
    }
}

/// With what SQLite laid beside it.
fn remove(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let path = PathBuf::from(name);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            let context = format!("`{}` cannot be removed: {error}", path.display()).into();
            return Err(StoreError::Failed { context, source: None });
        }
    }
    Ok(())
}
