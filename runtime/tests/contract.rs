//! The store in memory keeps the laws of every store.

mod memory {
    use std::future::ready;

    use foldline_runtime::{MemoryStore, testing::contract::Subject};

    async fn open() -> Subject {
        let store = MemoryStore::new();
        Subject::new(store.clone()).reopening(move || ready(store.clone()))
    }

    foldline_runtime::store_contract!(open);
}
