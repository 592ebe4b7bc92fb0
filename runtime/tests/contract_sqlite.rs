//! The store on SQLite keeps the laws of every store.

use foldline_runtime::{
    SqliteOptions, SqliteStore,
    testing::{TempFolder, contract::Subject},
};

async fn open() -> Subject {
    let folder = TempFolder::fresh().unwrap_or_else(|error| unreachable!("{error}"));
    let path = folder.file("log.db");
    let open = move || {
        let path = path.clone();
        async move {
            let opened = SqliteStore::open_with(path, SqliteOptions::development()).await;
            opened.unwrap_or_else(|error| unreachable!("{error:?}"))
        }
    };
    Subject::new(open().await).reopening(open).keeping(folder)
}

foldline_runtime::store_contract!(open);
