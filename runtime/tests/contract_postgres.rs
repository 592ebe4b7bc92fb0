//! The store on PostgreSQL keeps the laws of every store.

use foldline_runtime::{
    PostgresOptions, PostgresStore,
    testing::{contract::Subject, temp_postgres::TempPostgres},
};

async fn open() -> Subject {
    let server = TempPostgres::shared().unwrap_or_else(|error| unreachable!("{error}"));
    let options = PostgresOptions::development().schema(server.fresh_schema());
    let connect = move || {
        let options = options.clone();
        async move {
            let connected = PostgresStore::connect_with(server.url(), options).await;
            connected.unwrap_or_else(|error| unreachable!("{error:?}"))
        }
    };
    Subject::new(connect().await).reopening(connect)
}

foldline_runtime::store_contract!(open);
