//! The store on PostgreSQL keeps the laws of every store.

use foldline_runtime::{
    PostgresOptions, PostgresStore,
    testing::{TempSchema, contract::Subject, temp_postgres::TempPostgres},
};

async fn open() -> Subject {
    let server = TempPostgres::shared().unwrap_or_else(|error| unreachable!("{error}"));
    let schema = TempSchema::on(server);
    let options = PostgresOptions::development().schema(&*schema);
    let connect = move || {
        let options = options.clone();
        async move {
            let connected = PostgresStore::connect_with(server.url(), options).await;
            connected.unwrap_or_else(|error| unreachable!("{error:?}"))
        }
    };
    Subject::new(connect().await).reopening(connect).keeping(schema)
}

foldline_runtime::store_contract!(open);
