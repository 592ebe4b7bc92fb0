//! A copy of the log while it is written to.

use std::{
    fs, io,
    path::{Path, PathBuf, absolute},
};

use sqlx::{Connection, sqlite::SqliteConnection};
use tokio::task::spawn_blocking;

use super::{connect::Connector, faults::not_opened};
use crate::{error::StoreError, id::CommitId};

/// Copies the log as it stands at one moment to a file that is not there yet.
///
/// It is written under another name, flushed, and only then given its own: what bears that is whole.
pub(super) async fn backup(connector: &Connector, to: &Path) -> Result<(), StoreError> {
    let to = absolute(to).map_err(|error| failed(to, &error.to_string()))?;
    let Some((directory, name)) = to.parent().zip(to.file_name()) else {
        return Err(failed(&to, "it names no file"));
    };
    if to.symlink_metadata().is_ok() {
        return Err(failed(&to, "there is something already: give another path, or remove it"));
    }
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", CommitId::fresh()));
    let partial = Partial(directory.join(partial));
    let Some(text) = partial.0.to_str() else {
        return Err(failed(&to, "its name is not UTF-8"));
    };
    vacuum(connector, text).await?;
    let settled =
        spawn_blocking(move || settle(&partial.0, &to).map_err(|error| failed(&to, &error.to_string()))).await;
    settled.unwrap_or(Err(StoreError::Closed))
}

fn failed(to: &Path, why: &str) -> StoreError {
    let context = format!("a copy cannot be made at `{}`: {why}", to.display()).into();
    StoreError::Failed { context, source: None }
}

/// A copy that is not whole yet. Nobody is left with it.
struct Partial(PathBuf);

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

async fn vacuum(connector: &Connector, to: &str) -> Result<(), StoreError> {
    // One of its own: it takes as long as the log is large, and no reader waits for it.
    let mut connection: SqliteConnection = connector.connect_to_write().await?;
    let copied = sqlx::query("vacuum into ?1").bind(to.to_owned()).execute(&mut connection).await;
    let _ = connection.close().await;
    copied.map(drop).map_err(|error| not_opened("copying the log", error))
}

/// Flushes the copy, and gives it its name.
fn settle(partial: &Path, to: &Path) -> io::Result<()> {
    fs::File::open(partial)?.sync_all()?;
    // Not `rename`, which would replace what somebody else has put there meanwhile.
    fs::hard_link(partial, to).or_else(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Err(error),
        _ => fs::rename(partial, to),
    })?;
    #[cfg(unix)]
    if let Some(directory) = to.parent() {
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}
