//! The view of the book on a file: without a schema, and without casts.

use foldline_runtime::{
    CommitId, StreamName,
    storage::{Commit, Expectation, NewEvent, Seen},
};
use sqlx::AssertSqlSafe;

use crate::support::{Place, Tested, accepted, sql};

#[tokio::test]
async fn the_view_of_the_book_says_what_the_log_adds_up_to() -> Tested {
    let page = include_str!("../../../book/src/guide/projections.md");
    let view = page.split("```sql\n").nth(1).and_then(|block| block.split("```").next()).ok_or("no recipe")?;
    let place = Place::fresh()?;
    let store = place.store().await?;
    for (stream, name, amount) in
        [("account-ada", "account.deposited", 50), ("account-bob", "account.withdrawn", 7), ("accounts-x", "y.z", 9)]
    {
        let payload = format!(r#"{{"amount":{amount}}}"#).into_bytes();
        let event = NewEvent { stream: 0, name, schema_version: 1, payload: 0..payload.len() };
        let saw = vec![Expectation { stream: StreamName::from(stream), seen: Seen::Nothing }];
        accepted(&store, &Commit::new(CommitId::fresh(), saw).with_events(vec![event], payload)?).await?;
    }
    let mut connection = place.connection().await?;
    sql(&mut connection, &view.replace("bank.", "").replace("::bigint", "")).await?;
    let holdings = "select account, balance from holdings order by account";
    let holdings: Vec<(String, i64)> = sqlx::query_as(AssertSqlSafe(holdings)).fetch_all(&mut connection).await?;
    assert_eq!(holdings, [("ada".to_owned(), 50), ("bob".to_owned(), -7)]);
    Ok(())
}
