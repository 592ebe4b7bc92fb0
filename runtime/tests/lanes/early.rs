//! A command decides on what the one before it left, durable or not; and is answered only for what came to be.

use foldline_runtime::{ExecuteError, Executor};
use tokio::task::JoinHandle;

use crate::{
    Done,
    common::{
        Name,
        commands::{Refused, act, add, shift},
        name,
    },
    gate::Gate,
};

type Answer = Result<Option<u64>, ExecuteError<Refused>>;

fn adding(bank: &Executor, on: &Name, n: i64) -> JoinHandle<Answer> {
    let (bank, on) = (bank.clone(), on.clone());
    tokio::spawn(async move { bank.execute(add(&on, n)).await.map(|done| done.position()) })
}

fn moving(bank: &Executor, from: &Name, to: &Name, n: i64) -> JoinHandle<Answer> {
    let (bank, command) = (bank.clone(), shift(from, to, n));
    tokio::spawn(async move { bank.execute(command).await.map(|done| done.position()) })
}

async fn total(bank: &Executor, of: &Name) -> i64 {
    bank.load(of).await.expect("a readable stream").map_or(0, |tally| tally.total)
}

#[tokio::test]
async fn the_next_on_a_hot_stream_does_not_wait_for_durability() -> Done {
    let (gate, hot) = (Gate::default(), name("hot"));
    let bank = Executor::new(gate.clone());
    let tasks: Vec<_> = (1..=10).map(|n| adding(&bank, &hot, n)).collect();
    gate.until(10).await;
    assert_eq!(gate.reads(), 1, "the stream was read for the first of them alone");
    let seen = gate
        .inspect(|commits| commits.iter().map(|commit| commit.expectations()[0].seen.version()).collect::<Vec<_>>());
    assert_eq!(seen, (0..10).collect::<Vec<_>>(), "each stands on the one before it");
    assert!(bank.load(&hot).await?.is_none(), "and nobody else is shown what is not durable");
    assert_eq!(gate.held_off(), 9, "and no failure could come between the look at that one and the submission");
    (0..10).for_each(|_| gate.pass());
    for (task, position) in tasks.into_iter().zip(1..) {
        assert_eq!(task.await??, Some(position));
    }
    assert_eq!(total(&bank, &hot).await, 55);
    Ok(())
}

#[tokio::test]
async fn what_stands_on_a_failed_commit_is_decided_again() -> Done {
    let (gate, from, to) = (Gate::default(), name("from"), name("to"));
    let bank = Executor::new(gate.clone());
    let first = adding(&bank, &from, 10);
    gate.until(1).await;
    let second = moving(&bank, &from, &to, 10);
    gate.until(2).await;
    gate.turn_away();
    assert!(matches!(first.await?, Err(ExecuteError::Store(_))));
    // Its money never came. The store refuses what stood on it, and the second look finds nothing to move.
    gate.pass();
    gate.until(1).await;
    assert!(gate.inspect(|commits| commits.iter().all(|commit| commit.is_proof())));
    gate.pass();
    let poor = second.await?;
    assert!(matches!(poor, Err(ExecuteError::Rejected(Refused::TooLittle { there: 0, wanted: 10 }))), "{poor:?}");
    assert_eq!((total(&bank, &from).await, total(&bank, &to).await), (0, 0));
    Ok(())
}

#[tokio::test]
async fn a_rejection_waits_for_what_it_saw() -> Done {
    let (gate, from, to) = (Gate::default(), name("from"), name("to"));
    let bank = Executor::new(gate.clone());
    let paid = adding(&bank, &from, 10);
    gate.until(1).await;
    gate.pass();
    paid.await??;
    let spent = adding(&bank, &from, -10);
    gate.until(1).await;
    let refused = moving(&bank, &from, &to, 5);
    gate.until(2).await;
    assert!(!refused.is_finished(), "nobody is refused for what may never have happened");
    gate.turn_away();
    assert!(spent.await?.is_err());
    // The money is still there, so the answer is another one.
    gate.pass();
    gate.until(1).await;
    gate.pass();
    assert!(refused.await?.is_ok());
    assert_eq!((total(&bank, &from).await, total(&bank, &to).await), (5, 5));
    Ok(())
}

#[tokio::test]
async fn a_panic_is_proven_before_it_is_passed_on() -> Done {
    let (gate, on) = (Gate::default(), name("on"));
    let bank = Executor::new(gate.clone());
    let first = adding(&bank, &on, 13);
    gate.until(1).await;
    let superstitious = tokio::spawn({
        let (bank, on) = (bank.clone(), on.clone());
        async move {
            let command = act(&on, |tally| if tally.total == 13 { panic!("thirteen") } else { Ok(()) });
            bank.execute(command).await.map(|done| done.position())
        }
    });
    gate.until(2).await;
    gate.turn_away();
    assert!(first.await?.is_err());
    gate.pass();
    gate.until(1).await;
    gate.pass();
    assert_eq!(superstitious.await??, None, "the thirteen never came to be");
    Ok(())
}

#[tokio::test]
async fn readers_of_one_stream_share_its_lane() -> Done {
    let gate = Gate::default();
    let bank = Executor::new(gate.clone());
    let froms: Vec<_> = (0..8).map(|n| name(&format!("from-{n}"))).collect();
    for from in &froms {
        let task = adding(&bank, from, 10);
        gate.until(1).await;
        gate.pass();
        task.await??;
    }
    // All of them read the guard, and none waits for another to be durable.
    let tasks: Vec<_> = froms.iter().map(|from| moving(&bank, from, &name(&format!("to-{from}")), 1)).collect();
    gate.until(8).await;
    (0..8).for_each(|_| gate.pass());
    for task in tasks {
        task.await??;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_that_cross_never_wait_for_each_other() -> Done {
    let bank = Executor::new(foldline_runtime::MemoryStore::new());
    let names: Vec<_> = (0..5).map(|n| name(&format!("t{n}"))).collect();
    for on in &names {
        bank.execute(add(on, 1000)).await?;
    }
    let tasks: Vec<_> = (0..64_usize)
        .map(|task| {
            let (bank, names) = (bank.clone(), names.clone());
            tokio::spawn(async move {
                for round in 0..50 {
                    let (from, to) = ((task + round) % 5, (task * 3 + round * 2 + 1) % 5);
                    if from != to {
                        bank.execute(shift(&names[from], &names[to], 1)).retries(0).await?;
                    }
                }
                Ok::<_, ExecuteError<Refused>>(())
            })
        })
        .collect();
    for task in tasks {
        // In one process nobody is ever too late: lanes, not retries, order them.
        task.await??;
    }
    let mut sum = 0;
    for on in &names {
        sum += total(&bank, on).await;
    }
    assert_eq!(sum, 5000);
    Ok(())
}
