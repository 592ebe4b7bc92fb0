//! Without `.pooled(true)` a pooler is recognised, and the error says what to do.

use foldline_runtime::{
    PostgresOptions, PostgresStore, open,
    storage::Store,
    testing::{TempPooler, temp_postgres::TempPostgres},
};

type Tested = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
#[ignore = "needs PgBouncer: `cargo xtask test --install`"]
async fn a_pooler_is_named_when_it_was_not_announced() -> Tested {
    let server = TempPostgres::start_private()?;
    for pooler in [TempPooler::in_front_of(&server)?, TempPooler::that_drops_settings(&server)?] {
        let options = PostgresOptions::development().schema(server.fresh_schema());
        let told = PostgresStore::connect_with(pooler.url(), options.clone()).await;
        let named = |error: &foldline_runtime::StoreError| error.to_string().contains("`.pooled(true)`");
        assert!(told.as_ref().is_err_and(named), "{told:?}");
        PostgresStore::connect_with(pooler.url(), options.pooled(true)).await?.close().await;
        let by_url = open(&format!("{}&pooled=true&schema={}", pooler.url(), server.fresh_schema())).await?;
        assert_eq!(by_url.head().await?, 0);
        by_url.close().await;
    }
    Ok(())
}

/// The pooler goes away with whoever started it, and takes its folder with it.
#[test]
#[ignore = "needs PgBouncer: `cargo xtask test --install`"]
fn a_pooler_leaves_nothing() -> Tested {
    let server = TempPostgres::start_private()?;
    let pooler = TempPooler::in_front_of(&server)?;
    let dir = pooler.url().split_once("host=").map(|(_, dir)| std::path::PathBuf::from(dir)).ok_or("no folder")?;
    assert!(dir.exists());
    drop(pooler);
    assert!(!dir.exists(), "{} is still there", dir.display());
    Ok(())
}
