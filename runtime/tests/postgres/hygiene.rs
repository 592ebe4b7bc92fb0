//! The schema: made once, by whoever comes first; refused when it is newer; and its past cannot be changed.

use foldline_runtime::{PostgresOptions, PostgresStore, StoreError, storage::Store};
use futures_util::future::join_all;
use sqlx::AssertSqlSafe;

use crate::support::{Place, Tested, accepted, assert_once, first};

fn says(refused: &Result<PostgresStore, StoreError>, what: &str) -> bool {
    refused.as_ref().is_err_and(|error| !error.is_transient() && error.to_string().contains(what))
}

#[tokio::test]
async fn ten_that_start_at_once_make_one_schema() -> Tested {
    let place = Place::fresh()?;
    let stores = join_all((0..10).map(|_| place.store())).await;
    for (n, store) in stores.into_iter().enumerate() {
        accepted(&store?, &first(&format!("s-{n}"))).await?;
    }
    assert_eq!(place.store().await?.head().await?, 10);
    Ok(())
}

#[tokio::test]
async fn the_printed_sql_makes_the_same_schema_and_may_be_run_again() -> Tested {
    let place = Place::fresh()?;
    let by_hand = place.options().migrate(false);
    let refused = PostgresStore::connect_with(&place.url, by_hand.clone()).await;
    assert!(says(&refused, "migrations_sql"), "{refused:?}");
    let mut connection = place.connection().await?;
    for _ in 0..2 {
        sqlx::raw_sql(AssertSqlSafe(PostgresStore::migrations_sql(&place.schema)?)).execute(&mut connection).await?;
    }
    let store = PostgresStore::connect_with(&place.url, by_hand).await?;
    accepted(&store, &first("s-1")).await?;
    Ok(())
}

#[tokio::test]
async fn a_newer_schema_and_a_changed_one_are_refused() -> Tested {
    let place = Place::fresh()?;
    place.store().await?;
    let mut connection = place.connection().await?;
    place.sql(&mut connection, "insert into $schema.foldline_migrations values (99, 'later', 'x')").await?;
    let refused = PostgresStore::connect_with(&place.url, place.options()).await;
    assert!(says(&refused, "version 99"), "{refused:?}");
    let changed = "delete from $schema.foldline_migrations where version = 99;
                   update $schema.foldline_migrations set checksum = 'edited' where version = 1";
    place.sql(&mut connection, changed).await?;
    let refused = PostgresStore::connect_with(&place.url, place.options()).await;
    assert!(says(&refused, "migration 1"), "{refused:?}");
    Ok(())
}

#[tokio::test]
async fn the_past_is_immutable() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let receipt = accepted(&store, &first("s-1")).await?;
    let mut connection = place.connection().await?;
    for table in ["events", "idempotency_keys"] {
        for change in ["update $schema.T set commit_id = commit_id", "delete from $schema.T", "truncate $schema.T"] {
            let refused = place.sql(&mut connection, &change.replace(".T", &format!(".{table}"))).await;
            let said = refused.err().map(|error| error.to_string()).unwrap_or_default();
            assert!(said.contains("has happened"), "{change} on {table}: {said}");
        }
    }
    assert_once(&store, &[receipt]).await
}

#[tokio::test]
async fn logs_in_one_database_share_nothing() -> Tested {
    let (one, two) = (Place::fresh()?, Place::fresh()?);
    let (one_store, two_store) = (one.store().await?, two.store().await?);
    let mut holder = one.connection().await?;
    one.sql(&mut holder, "begin; select * from $schema.append_lock for update").await?;
    // The other log's lock is held, and this one does not care.
    assert_eq!(accepted(&two_store, &first("s-1")).await?.position, Some(1));
    one.sql(&mut holder, "commit").await?;
    assert_eq!(accepted(&one_store, &first("s-1")).await?.position, Some(1));
    let odd = PostgresOptions::development().schema(format!("{}\"'; -- Ü", one.schema));
    let odd = PostgresStore::connect_with(&one.url, odd).await?;
    assert_eq!(accepted(&odd, &first("s-1")).await?.position, Some(1));
    odd.close().await;
    let mut connection = one.connection().await?;
    one.sql(&mut connection, "drop schema \"$schema\"\"'; -- Ü\" cascade").await?;
    Ok(())
}

#[tokio::test]
async fn a_role_with_another_isolation_level_is_refused_and_so_is_its_append() -> Tested {
    let place = Place::fresh()?;
    let store = place.store().await?;
    let mut connection = place.connection().await?;
    place.sql(&mut connection, "begin isolation level repeatable read").await?;
    let append = "select $schema.append_one(0, null, gen_random_uuid(), 's-1', 1, 'x', 1, '{}', '{}')";
    let refused = place.sql(&mut connection, append).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("READ COMMITTED")));
    place.sql(&mut connection, "rollback").await?;
    assert_eq!(store.head().await?, 0);

    let url = format!("{}&options[default_transaction_isolation]=serializable", place.url);
    let refused = PostgresStore::connect_with(&url, place.options()).await;
    assert!(says(&refused, "default_transaction_isolation"), "{refused:?}");
    let url = format!("{}&options[synchronous_commit]=off", place.url);
    let refused = PostgresStore::connect_with(&url, place.options()).await;
    assert!(says(&refused, "synchronous_commit"), "{refused:?}");
    Ok(())
}
