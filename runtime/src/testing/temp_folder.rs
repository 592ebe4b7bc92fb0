//! A folder of a test's own, gone when the test is.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use crate::id::CommitId;

/// An empty folder that nobody else uses, removed with all that is in it when this is dropped, also when the test panics.
///
/// ```
/// # #[cfg(feature = "sqlite")] async fn test() -> Result<(), Box<dyn std::error::Error>> {
/// let folder = foldline_runtime::testing::TempFolder::fresh()?;
/// let store = foldline_runtime::SqliteStore::open(folder.file("bank.db")).await?;
/// # let _ = store; Ok(()) }
/// ```
#[derive(Debug)]
pub struct TempFolder(PathBuf);

impl TempFolder {
    /// Makes one where the system keeps what is temporary.
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn fresh() -> io::Result<Self> {
        let path = env::temp_dir().join(format!("foldline-{}", CommitId::fresh()));
        fs::create_dir(&path)?;
        Ok(Self(path))
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A path in it.
    #[must_use]
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for TempFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("`{}` could not be removed: {error}", self.0.display());
        }
    }
}
