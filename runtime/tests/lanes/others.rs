//! Two processes that write one stream: what each has seen, the other makes stale.

use std::time::Duration;

use foldline_runtime::{Executor, RetryPolicy};
use futures_util::future::join;

use crate::{
    Done,
    common::{commands::add, name},
    gate::Gate,
};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn a_state_that_others_outran_is_read_on_and_not_anew() -> Done {
    let (gate, hot) = (Gate::default(), name("hot"));
    // The first retry after a conflict comes at once, or this test would take hours.
    let patient = RetryPolicy::retries(3).backoff(HOUR, HOUR);
    let process = || Executor::builder(gate.clone()).retry(patient).timeout(None).build();
    let (one, other) = (process(), process());
    let add_one = async |bank: &Executor, attempts: usize| {
        let pass = async {
            for _ in 0..attempts {
                gate.until(1).await;
                gate.pass();
            }
        };
        join(bank.execute(add(&hot, 1)).into_future(), pass).await.0
    };
    for _ in 0..3 {
        add_one(&one, 1).await?;
    }
    add_one(&other, 1).await?;
    assert_eq!(gate.read_from(), [0, 0], "each has read it once");
    add_one(&one, 2).await?;
    add_one(&other, 2).await?;
    assert_eq!(gate.read_from(), [0; 4], "nobody could know: the one state that there was is of no use any more");
    for _ in 0..2 {
        add_one(&one, 2).await?;
        add_one(&other, 2).await?;
    }
    assert_eq!(gate.read_from(), [0, 0, 0, 0, 5, 6, 7, 8], "from then on each goes on from what it knows");
    assert_eq!(one.load(&hot).await?.map(|hot| hot.total), Some(10));
    Ok(())
}
