//! The plain SQL in the book is what one would copy: it is run here, in the order of the page.

use foldline_runtime::storage::Store;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::support::{Place, Tested, accepted};

/// The SQL of the page, with this log's schema in the place of the page's.
fn recipes(place: &Place) -> Vec<String> {
    let page = include_str!("../../../book/src/guide/projections.md");
    let blocks = page.split("```sql\n").skip(1).filter_map(|block| block.split("```").next());
    blocks.map(|block| block.replace("bank.", &format!("{}.", place.schema))).collect()
}

async fn rows(connection: &mut PgConnection, sql: &'static str) -> Result<Vec<(String, i64)>, sqlx::Error> {
    sqlx::query_as(sql).fetch_all(connection).await
}

#[tokio::test]
async fn the_views_of_the_book_say_what_the_log_adds_up_to() -> Tested {
    use foldline_runtime::{
        CommitId, StreamName,
        storage::{Commit, Expectation, NewEvent, Seen},
    };
    let place = Place::fresh()?;
    let store = place.store().await?;
    let pay = async |stream: &str, seen: Seen, events: &[(&'static str, u64)]| {
        let mut payloads = Vec::new();
        let mut new = Vec::new();
        for (name, amount) in events {
            let start = payloads.len();
            payloads.extend(format!(r#"{{"amount":{amount}}}"#).into_bytes());
            new.push(NewEvent { stream: 0, name, schema_version: 1, payload: start..payloads.len() });
        }
        let saw = vec![Expectation { stream: StreamName::from(stream), seen }];
        let commit = Commit::new(CommitId::fresh(), saw).with_events(new, payloads)?;
        accepted(&store, &commit).await?;
        Ok::<_, crate::support::Failure>(Seen::At { version: events.len() as u64, commit: commit.id() })
    };
    let ada = pay("account-ada", Seen::Nothing, &[("account.deposited", 50), ("account.withdrawn", 20)]).await?;
    pay("account-bob", Seen::Nothing, &[("account.deposited", 7), ("account.renamed", 1)]).await?;
    pay("accounts-other", Seen::Nothing, &[("account.deposited", 1000)]).await?;

    let mut connection = place.connection().await?;
    place.sql(&mut connection, "create schema $schema_views; set search_path = $schema_views").await?;
    let [view, materialized, refresh] = &recipes(&place)[..] else { return Err("three recipes".into()) };
    for recipe in [view, materialized] {
        sqlx::raw_sql(AssertSqlSafe(recipe.clone())).execute(&mut connection).await?;
    }
    let now = "select account, balance::bigint from holdings order by account";
    let then = "select account, balance::bigint from holdings_then order by account";
    let holds =
        |of: &[(&str, i64)]| of.iter().map(|(name, balance)| ((*name).to_owned(), *balance)).collect::<Vec<_>>();
    assert_eq!(rows(&mut connection, now).await?, holds(&[("ada", 30), ("bob", 7)]));
    pay("account-ada", ada, &[("account.deposited", 5)]).await?;
    assert_eq!(rows(&mut connection, now).await?, holds(&[("ada", 35), ("bob", 7)]), "a view is up to date");
    assert_eq!(rows(&mut connection, then).await?, holds(&[("ada", 30), ("bob", 7)]), "this one is as of its refresh");
    sqlx::raw_sql(AssertSqlSafe(refresh.clone())).execute(&mut connection).await?;
    assert_eq!(rows(&mut connection, then).await?, holds(&[("ada", 35), ("bob", 7)]));
    let at: i64 = sqlx::query_scalar("select min(position) from holdings_then").fetch_one(&mut connection).await?;
    assert_eq!(at.cast_unsigned(), store.head().await?);
    place.sql(&mut connection, "drop schema $schema_views cascade").await?;
    Ok(())
}
