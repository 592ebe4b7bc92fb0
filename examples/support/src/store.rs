//! Where an application keeps its log, as its user says it.

use std::{io, time::Duration};

use foldline::{AnyStore, Executor, StoreError};
use tempfile::TempDir;

use crate::Done;

/// Where the log lives.
#[derive(Debug, Clone, clap::Args)]
pub struct StoreArgs {
    /// Where the log lives: memory:, sqlite:PATH or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    store: Option<String>,
}

/// A store that is open, and the folder that goes away with it, if it is in one.
#[derive(Debug)]
pub struct Opened {
    /// It.
    pub store: AnyStore,
    /// Its URL.
    pub url: String,
    folder: Option<TempDir>,
}

impl StoreArgs {
    /// What is to be done: what the user said, or what is usual, which nobody may mean to be done to a store that they named.
    ///
    /// # Errors
    /// When they named a store and nothing to do there.
    pub fn task<T>(&self, said: Option<T>, usual: T) -> Done<T> {
        match said {
            Some(task) => Ok(task),
            None if self.store.is_some() => {
                Err("say what is to be done there: demo, serve, load, or what --help says".into())
            }
            None => Ok(usual),
        }
    }

    /// Opens it: what the user named, or what is usual, or else a file in a temporary folder.
    ///
    /// # Errors
    /// When there is no such store, or it cannot be opened.
    pub async fn open(&self, usual: Option<&str>) -> Result<Opened, StoreError> {
        let (url, folder) = match self.store.as_deref().or(usual) {
            Some(url) => (url.to_owned(), None),
            None => {
                let folder = tempfile::tempdir().map_err(|error| no_folder(&error))?;
                (format!("sqlite:{}", folder.path().join("log.db").display()), Some(folder))
            }
        };
        Ok(Opened { store: foldline::open(&url).await?, url, folder })
    }
}

impl Opened {
    /// Whether it goes away with this process.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        self.folder.is_some() || self.url == "memory:"
    }

    /// An executor on it, for a service: nobody waits for more than ten seconds.
    #[must_use]
    pub fn executor(&self) -> Executor {
        Executor::builder(self.store.clone()).timeout(Duration::from_secs(10)).build()
    }
}

fn no_folder(error: &io::Error) -> StoreError {
    StoreError::Url { url: "(a temporary folder)".to_owned(), reason: error.to_string() }
}
