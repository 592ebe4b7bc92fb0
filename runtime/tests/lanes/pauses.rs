//! A command that waits before it tries again.

use std::time::Duration;

use foldline_runtime::{Executor, RetryPolicy};
use tokio::{
    task::yield_now,
    time::{Instant, sleep},
};

use crate::{
    Done,
    common::{commands::add, name},
    gate::Gate,
};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn after_a_read_that_failed_it_holds_nobody_up() -> Done {
    let (gate, hot) = (Gate::default(), name("hot"));
    let bank = Executor::builder(gate.clone()).retry(RetryPolicy::retries(3).backoff(HOUR, HOUR)).timeout(None).build();
    gate.break_next_read();
    let began = Instant::now();
    let adding = |n| {
        let (bank, command) = (bank.clone(), add(&hot, n));
        tokio::spawn(async move { bank.execute(command).await.map(|done| done.position()) })
    };
    let unlucky = adding(1);
    while gate.reads() == 0 {
        yield_now().await;
    }
    let next = adding(2);
    gate.until(1).await;
    gate.pass();
    assert_eq!(next.await??, Some(1));
    assert!(began.elapsed().is_zero(), "the clock stands still as long as there is something to do");
    while gate.waiting() == 0 {
        sleep(Duration::from_secs(60)).await;
    }
    gate.pass();
    assert_eq!(unlucky.await??, Some(2));
    Ok(())
}
