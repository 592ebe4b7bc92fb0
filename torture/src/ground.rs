//! Where the log under torture is, and what can happen to it there.

use std::{fmt, path::Path};

use foldline::AnyStore;

use crate::{Failure, database::Database, fault::Fault, file::File, history::Book, proxy::Proxy};

/// The kinds of store that are tormented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind {
    Postgres,
    Sqlite,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "postgres",
            Self::Sqlite => "sqlite",
        })
    }
}

#[derive(Debug)]
pub(crate) enum Ground {
    /// A server, and a proxy in front of it.
    Server(Database, Proxy),
    File(File),
}

impl Ground {
    pub(crate) async fn open(
        kind: Option<Kind>,
        url: Option<String>,
        folder: &Path,
        seed: u64,
    ) -> Result<Self, Failure> {
        let said = url.as_ref().map(|url| if url.starts_with("sqlite:") { Kind::Sqlite } else { Kind::Postgres });
        let kind = match (kind, said) {
            (Some(kind), Some(said)) if kind != said => return Err(format!("the URL is not one of {kind}").into()),
            (kind, said) => kind.or(said).unwrap_or(Kind::Postgres),
        };
        match kind {
            Kind::Sqlite => Ok(Self::File(File::open(url, folder).await?)),
            Kind::Postgres => {
                let database = Database::open(url, seed).await?;
                let proxy = Proxy::start(database.target()?).await?;
                Ok(Self::Server(database, proxy))
            }
        }
    }

    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Server(..) => Kind::Postgres,
            Self::File(_) => Kind::Sqlite,
        }
    }

    /// What happens here.
    pub(crate) fn faults(&self) -> Vec<Fault> {
        match self {
            Self::File(_) => Fault::IN_A_FILE.to_vec(),
            Self::Server(database, _) => {
                let crashes = database.server.is_some().then_some(Fault::CrashedServer);
                Fault::ON_A_SERVER.iter().copied().chain(crashes).collect()
            }
        }
    }

    /// Whether the supervisor reads along. Of a file it would keep a connection, so that nobody ever had to recover it.
    pub(crate) fn is_watched(&self) -> bool {
        matches!(self, Self::Server(..))
    }

    pub(crate) async fn store(&self) -> Result<AnyStore, Failure> {
        Ok(match self {
            Self::Server(database, _) => AnyStore::new(database.store().await?),
            Self::File(file) => AnyStore::new(file.store().await?),
        })
    }

    /// The URL of those who work on the log.
    pub(crate) fn url(&self) -> Result<String, Failure> {
        match self {
            Self::Server(database, proxy) => database.url_through(proxy.port),
            Self::File(file) => Ok(file.url.clone()),
        }
    }

    pub(crate) fn schema(&self) -> &str {
        match self {
            Self::Server(database, _) => &database.schema,
            Self::File(_) => "",
        }
    }

    pub(crate) async fn version(&self) -> Result<String, Failure> {
        match self {
            Self::Server(database, _) => database.version().await,
            Self::File(file) => file.version().await,
        }
    }

    /// Waits until nothing can arrive any more. What wrote to a file has ended with its process.
    pub(crate) async fn silence(&self) -> Result<(), Failure> {
        match self {
            Self::Server(database, _) => database.silence().await,
            Self::File(_) => Ok(()),
        }
    }

    /// What is to be true of the log beside its history.
    pub(crate) async fn check(&self, log: &Book) -> Result<(), Failure> {
        match self {
            Self::Server(..) => Ok(()),
            Self::File(file) => {
                file.check_integrity().await?;
                file.check_copies(log).await
            }
        }
    }

    pub(crate) async fn remove(&self) -> Result<(), Failure> {
        match self {
            Self::Server(database, _) => database.remove().await,
            Self::File(file) => file.remove(),
        }
    }

    pub(crate) fn database(&self) -> Result<&Database, Failure> {
        match self {
            Self::Server(database, _) => Ok(database),
            Self::File(_) => Err("a file has no server".into()),
        }
    }

    pub(crate) fn proxy(&self) -> Result<&Proxy, Failure> {
        match self {
            Self::Server(_, proxy) => Ok(proxy),
            Self::File(_) => Err("nothing stands before a file".into()),
        }
    }

    pub(crate) fn file(&mut self) -> Result<&mut File, Failure> {
        match self {
            Self::Server(..) => Err("a server is no file".into()),
            Self::File(file) => Ok(file),
        }
    }
}
