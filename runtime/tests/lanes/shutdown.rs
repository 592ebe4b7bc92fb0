//! Stopping: what has begun is finished, and nothing begins any more.

use std::time::Duration;

use foldline_runtime::{ExecuteError, Executor, StoreError};
use tokio::time::timeout;

use crate::{
    Done,
    common::{commands::add, name},
    gate::Gate,
};

/// Whoever waits longer waits for ever.
const ENOUGH: Duration = Duration::from_secs(30);

#[tokio::test]
async fn lets_everybody_finish_and_nobody_begin() -> Done {
    let gate = Gate::default();
    let bank = Executor::new(gate.clone());
    let begun = tokio::spawn({
        let bank = bank.clone();
        async move { bank.execute(add(&name("a"), 1)).await.map(|done| done.position()) }
    });
    gate.until(1).await;
    let stopping = tokio::spawn({
        let bank = bank.clone();
        async move { bank.shutdown().await }
    });
    tokio::task::yield_now().await;
    let late = timeout(ENOUGH, bank.execute(add(&name("b"), 1))).await?;
    assert!(matches!(late, Err(ExecuteError::Store(StoreError::Closed))), "{late:?}");
    assert!(!stopping.is_finished(), "somebody is still inside");
    gate.pass();
    assert_eq!(begun.await??, Some(1));
    timeout(ENOUGH, stopping).await??;
    timeout(ENOUGH, bank.shutdown()).await?;
    assert_eq!(bank.load(&name("a")).await?.map(|tally| tally.total), Some(1), "what is stored can still be read");
    Ok(())
}
