//! Opening a store whose kind stands in a URL. It stands above all stores, since it knows each of them.

use crate::{error::StoreError, memory::MemoryStore, store::AnyStore};

/// Opens a store by its URL: `memory:`, `sqlite:bank.db` with the feature `sqlite`, `postgres://…` with the feature `postgres`.
///
/// The path of a file stands as it is, up to a `?`. Behind that, parameters say how it is used:
/// `sqlite:bank.db?synchronous=normal&busy_timeout=2s&readers=8`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), foldline_runtime::StoreError> {
/// let store = foldline_runtime::open("memory:").await?;
/// # let _ = store; Ok(()) }
/// ```
///
/// # Errors
/// When the URL names no store, or the store cannot be opened.
pub async fn open(url: &str) -> Result<AnyStore, StoreError> {
    let refuse = |reason: &str| {
        // Whatever stands before an `@` may be a password.
        let shown = match (url.find("://"), url.rfind('@')) {
            (Some(scheme), Some(at)) if at > scheme => format!("{}://…{}", &url[..scheme], &url[at..]),
            _ => url.to_owned(),
        };
        Err(StoreError::Url { url: shown, reason: reason.to_owned() })
    };
    match url.split_once(':') {
        Some(("memory", "")) => Ok(AnyStore::new(MemoryStore::new())),
        Some(("memory", _)) => refuse("a store in memory has no name: write `memory:`"),
        Some(("sqlite", _)) => sqlite(url).await,
        Some(("postgres" | "postgresql", _)) => postgres(url).await,
        _ => refuse("write `memory:`, `sqlite:bank.db` or `postgres://…`"),
    }
}

#[cfg(feature = "sqlite")]
async fn sqlite(url: &str) -> Result<AnyStore, StoreError> {
    crate::sqlite::SqliteStore::open_url(url).await.map(AnyStore::new)
}

#[cfg(not(feature = "sqlite"))]
async fn sqlite(url: &str) -> Result<AnyStore, StoreError> {
    let reason = "it was built without SQLite: enable the feature `sqlite` of `foldline`".to_owned();
    Err(StoreError::Url { url: url.to_owned(), reason })
}

#[cfg(feature = "postgres")]
async fn postgres(url: &str) -> Result<AnyStore, StoreError> {
    crate::postgres::PostgresStore::connect(url).await.map(AnyStore::new)
}

#[cfg(not(feature = "postgres"))]
async fn postgres(_: &str) -> Result<AnyStore, StoreError> {
    let reason = "it was built without PostgreSQL: enable the feature `postgres` of `foldline`".to_owned();
    Err(StoreError::Url { url: "postgres://…".to_owned(), reason })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_url_that_names_no_store_is_told_so_without_its_password() {
        assert!(open("memory:").await.is_ok());
        for url in ["memory:bank", "redis://ada:secret@localhost/1", "bank.db", ""] {
            let Err(error) = open(url).await else { continue };
            assert!(!error.to_string().contains("secret"), "{error}");
        }
        assert!(open("redis://localhost").await.is_err());
    }
}
