//! A state that was dropped while its last commit is under way: nobody reads the stream beneath that commit, for what the
//! store holds is about to be overtaken.

use std::{
    future::IntoFuture,
    pin::pin,
    task::{Context, Waker},
};

use foldline_runtime::Executor;
use tokio::task::{JoinHandle, yield_now};

use crate::{
    Done,
    common::{
        Name, added,
        commands::{Refused, act, add, shift},
        name,
    },
    gate::Gate,
};

/// Adds to a stream, without a second try: whoever is overtaken says so.
fn adding(bank: &Executor, on: &Name, n: i64) -> JoinHandle<bool> {
    let (bank, command) = (bank.clone(), add(on, n));
    tokio::spawn(async move { bank.execute(command).retries(0).await.is_ok() })
}

/// Lets everybody go as far as they come without the gate.
async fn settle_down() {
    for _ in 0..200 {
        yield_now().await;
    }
}

/// Lets all through, one after another, until there is nobody left.
async fn open(gate: &Gate) {
    loop {
        settle_down().await;
        if gate.waiting() == 0 {
            return;
        }
        gate.pass();
    }
}

#[tokio::test]
async fn who_comes_after_a_rejection_that_had_recorded_is_not_overtaken() -> Done {
    let (gate, hot) = (Gate::default(), name("hot"));
    let bank = Executor::new(gate.clone());
    let first = adding(&bank, &hot, 1);
    gate.until(1).await;
    // It folds into the state what it then takes back: the state is dropped.
    let rejected = tokio::spawn({
        let (bank, command) = (
            bank.clone(),
            act(&hot, |tally| {
                tally.emit(added(5));
                Err(Refused::AsTold("after all, no"))
            }),
        );
        async move { bank.execute(command).await.is_err() }
    });
    gate.until(2).await;
    let next = adding(&bank, &hot, 2);
    open(&gate).await;
    assert!(first.await? && rejected.await?);
    assert!(next.await?, "nobody else wrote the stream");
    assert_eq!(bank.load(&hot).await?.map(|tally| tally.total), Some(3));
    Ok(())
}

#[tokio::test]
async fn who_comes_after_one_that_was_cancelled_is_not_overtaken() -> Done {
    let (gate, hot, cold) = (Gate::default(), name("hot"), name("cold"));
    let bank = Executor::new(gate.clone());
    let first = adding(&bank, &hot, 1);
    gate.until(1).await;
    {
        // It has the hot stream's state in hand, and reads the cold one, when it is dropped.
        let mut cancelled = pin!(bank.execute(shift(&hot, &cold, 1)).into_future());
        assert!(cancelled.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    assert_eq!(gate.waiting(), 1, "it had not submitted");
    let next = adding(&bank, &hot, 2);
    open(&gate).await;
    assert!(first.await?);
    assert!(next.await?, "nobody else wrote the stream");
    Ok(())
}
