//! What projections keep in the file: checkpoints, and rows that commit with them.

mod beside;
mod builds;
mod checkpoints;
mod reading;
mod swap;
mod texts;
mod transaction;

use super::SqliteStore;
use crate::store::{AnyStore, Store};

/// The SQLite file that a log lives in, as read models write to it: `impl Rows<SqliteDatabase> for …`.
///
/// The tables of all projections stand in the file, beside the log's own: give them names of their own. While one is built
/// anew its tables are in a file beside it, `bank.db-holdings-next`. A file of that name that no rebuild has made is left alone.
///
/// What changes goes through the one connection that writes, in its turn: two of one process would only keep each other from
/// the file's lock.
#[derive(Debug, Clone)]
pub struct SqliteDatabase(pub(super) SqliteStore);

impl SqliteDatabase {
    fn of_store(store: &AnyStore) -> Option<Self> {
        store.database()?.downcast_ref::<SqliteStore>().cloned().map(Self)
    }
}
