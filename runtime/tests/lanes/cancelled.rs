//! A caller who goes away, at every point where it can.

use std::{
    future::IntoFuture,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use foldline_runtime::{CommandOutcome, Executor};

use crate::{
    Done,
    common::{
        commands::{add, shift},
        name,
    },
    gate::Gate,
};

/// Polls a transfer so many times, drops it, and then sees that everything goes on as if it had been alone: or as if it had
/// been executed, if its commit was handed over.
async fn dropped_after(polls: usize) -> Result<bool, Box<dyn std::error::Error>> {
    let gate = Gate::default();
    let bank = Executor::new(gate.clone());
    let (from, to) = (name("from"), name("to"));
    let started = tokio::spawn({
        let (bank, from) = (bank.clone(), from.clone());
        async move { bank.execute(add(&from, 10)).await.map(|_| ()) }
    });
    gate.until(1).await;
    gate.pass();
    started.await??;

    let finished = {
        let mut execution = pin!(bank.execute(shift(&from, &to, 3)).into_future());
        let mut cx = Context::from_waker(Waker::noop());
        (0..polls).any(|_| {
            // A poll that submitted is followed by the store's answer, so that every later point is reached too.
            let done = matches!(execution.as_mut().poll(&mut cx), Poll::Ready(_));
            if polls > 60 && gate.waiting() > 0 {
                gate.pass();
            }
            done
        })
    };
    let moved = i64::from(gate.waiting() > 0 || finished) * 3;

    // Whoever comes next is not held up, and decides on the truth.
    let next = tokio::spawn({
        let (bank, from, to) = (bank.clone(), from.clone(), to.clone());
        async move { bank.execute(shift(&from, &to, 7)).await.map(|_| ()) }
    });
    let before = gate.waiting();
    gate.until(before + 1).await;
    (0..=before).for_each(|_| gate.pass());
    next.await??;
    let left = bank.load(&from).await?.map_or(0, |tally| tally.total);
    let there = bank.load(&to).await?.map_or(0, |tally| tally.total);
    assert_eq!((left, there), (3 - moved, 7 + moved), "dropped after {polls} polls");
    Ok(finished)
}

#[tokio::test]
async fn leaves_no_lane_locked_and_no_wrong_state_behind() -> Done {
    let mut finished = 0;
    for polls in 0..80 {
        finished += usize::from(dropped_after(polls).await?);
    }
    assert!(finished > 0, "the whole way was gone at least once");
    Ok(())
}

#[tokio::test]
async fn whoever_goes_away_or_waits_too_long_is_counted_and_told_of() -> Done {
    let (gate, heard) = (Gate::default(), Arc::<Mutex<Vec<CommandOutcome>>>::default());
    let bank = Executor::builder(gate.clone());
    let hear = Arc::clone(&heard);
    let bank = bank.on_command_complete(move |report| hear.lock().unwrap().push(report.outcome)).build();
    let waiting = tokio::spawn({
        let bank = bank.clone();
        async move { bank.execute(add(&name("a"), 1)).await.map(|_| ()) }
    });
    gate.until(1).await;
    let stats = bank.stats();
    assert_eq!((stats.active_commands, stats.executions()), (1, 0));
    waiting.abort();
    assert!(waiting.await.is_err_and(|error| error.is_cancelled()));
    let late = bank.execute(add(&name("b"), 1)).timeout(std::time::Duration::from_millis(1)).await;
    assert!(late.is_err());
    let stats = bank.stats();
    let act = &stats.commands["Act"];
    assert_eq!((act.count(CommandOutcome::Cancelled), act.count(CommandOutcome::Timeout)), (1, 1));
    assert_eq!((stats.active_commands, stats.active_streams, act.latency.count()), (0, 0, 2));
    assert_eq!(*heard.lock().unwrap(), [CommandOutcome::Cancelled, CommandOutcome::Timeout]);
    Ok(())
}
