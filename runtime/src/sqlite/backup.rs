//! A copy of the log while it is written to.

use std::{fs, io, path::Path};

use sqlx::{Connection, sqlite::SqliteConnection};
use tokio::task::spawn_blocking;

use super::{connect::Connector, faults::not_opened};
use crate::{error::StoreError, id::CommitId};

/// Copies the log as it stands at one moment to a file that is not there yet.
///
/// It is written under another name, flushed, and only then given its own: what bears that is whole.
pub(super) async fn backup(connector: &Connector, to: &Path) -> Result<(), StoreError> {
    let failed = |why: &str, error: Option<io::Error>| {
        let context = format!("a copy cannot be made at `{}`: {why}", to.display()).into();
        StoreError::Failed { context, source: error.map(|error| std::sync::Arc::new(error) as _) }
    };
    let Some((directory, name)) = to.parent().zip(to.file_name()) else {
        return Err(failed("it names no file", None));
    };
    if to.symlink_metadata().is_ok() {
        return Err(failed("there is something already: give another path, or remove it", None));
    }
    let mut partial = name.to_owned();
    partial.push(format!(".{}.partial", CommitId::fresh()));
    let partial = directory.join(partial);
    let Some(text) = partial.to_str() else {
        return Err(failed("its name is not UTF-8", None));
    };
    let copied = vacuum(connector, text).await;
    let done = match copied {
        Ok(()) => {
            let (partial, to) = (partial.clone(), to.to_owned());
            let named = spawn_blocking(move || settle(&partial, &to)).await;
            named.map_err(io::Error::other).flatten().map_err(|error| failed(&error.to_string(), Some(error)))
        }
        Err(error) => Err(error),
    };
    if done.is_err() {
        let _ = fs::remove_file(&partial);
    }
    done
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
    let _ = fs::remove_file(partial);
    #[cfg(unix)]
    if let Some(directory) = to.parent() {
        let directory = if directory.as_os_str().is_empty() { Path::new(".") } else { directory };
        fs::File::open(directory)?.sync_all()?;
    }
    Ok(())
}
