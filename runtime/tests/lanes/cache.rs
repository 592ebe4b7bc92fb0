//! What is kept in memory, and what is read again.

use foldline_runtime::{CacheSize, ExecuteError, Executor, ExecutorBuilder, MemoryStore};

use crate::{
    Done,
    common::{
        commands::{Refused, add, shift},
        name,
    },
    gate::Gate,
};

/// Executes, with a gate that lets everybody through.
async fn all(gate: &Gate, bank: &Executor, on: &[&str], times: usize) -> Done {
    let on: Vec<_> = on.iter().map(|text| name(text)).collect();
    let tasks: Vec<_> = (0..times)
        .map(|at| {
            let (bank, on) = (bank.clone(), on[at % on.len()].clone());
            tokio::spawn(async move { bank.execute(add(&on, 1)).await.map(|_| ()) })
        })
        .collect();
    while tasks.iter().any(|task| !task.is_finished()) {
        while gate.waiting() > 0 {
            gate.pass();
        }
        tokio::task::yield_now().await;
    }
    for task in tasks {
        task.await??;
    }
    Ok(())
}

fn bank(gate: &Gate) -> ExecutorBuilder {
    Executor::builder(gate.clone())
}

#[tokio::test]
async fn a_warm_stream_is_not_read() -> Done {
    let gate = Gate::default();
    let warm = bank(&gate).build();
    all(&gate, &warm, &["a", "b", "c"], 30).await?;
    assert_eq!(gate.reads(), 3);
    // Another executor on the same log knows nothing, until it is told what to read.
    let other = bank(&gate).build();
    other.warm(["a", "b", "c"].map(name)).await?;
    assert_eq!(gate.reads(), 6);
    all(&gate, &other, &["a", "b", "c"], 30).await?;
    assert_eq!(gate.reads(), 6);
    Ok(())
}

#[tokio::test]
async fn many_who_want_a_cold_stream_wait_for_one_reading() -> Done {
    let gate = Gate::default();
    let bank = bank(&gate).build();
    all(&gate, &bank, &["cold"], 64).await?;
    assert_eq!(gate.reads(), 1);
    Ok(())
}

/// As a policy that nobody has set yet, which every command reads.
#[tokio::test]
async fn a_stream_without_events_that_is_only_read_is_read_once() -> Done {
    let store = MemoryStore::new();
    let (bank, other) = (Executor::new(store.clone()), Executor::new(store));
    let [from, to] = ["from", "to"].map(name);
    bank.execute(add(&from, 100)).await?;
    for _ in 0..10 {
        bank.execute(shift(&from, &to, 1)).await?;
    }
    let read = bank.stats().commands.get("Move").map(|moves| moves.cache_misses);
    assert_eq!(read, Some(2), "where it goes, and the guard");

    // What is remembered is proven like any other state.
    other.execute(add(&name("guard"), 1)).await?;
    let guarded = bank.execute(shift(&from, &to, 1)).await;
    assert!(matches!(guarded, Err(ExecuteError::Rejected(Refused::AsTold("guarded")))), "{guarded:?}");
    Ok(())
}

#[tokio::test]
async fn without_a_cache_what_is_durable_is_read_again() -> Done {
    let gate = Gate::default();
    let bank = bank(&gate).cache(None).build();
    for round in 1..=5 {
        all(&gate, &bank, &["a"], 1).await?;
        assert_eq!(gate.reads(), round);
    }
    // What is on its way is not in the store yet: it is kept, and built upon.
    let before = gate.reads();
    let tasks: Vec<_> = (0..10)
        .map(|_| {
            let bank = bank.clone();
            tokio::spawn(async move { bank.execute(add(&name("a"), 1)).await.map(|_| ()) })
        })
        .collect();
    gate.until(10).await;
    assert_eq!(gate.reads(), before + 1);
    (0..10).for_each(|_| gate.pass());
    for task in tasks {
        task.await??;
    }
    assert_eq!(bank.load(&name("a")).await?.map(|tally| tally.total), Some(15));
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cache_that_is_too_small_costs_readings_and_nothing_else() -> Done {
    let store = MemoryStore::new();
    let bank = Executor::builder(store).cache(CacheSize::streams(1).bytes(1)).build();
    let names: Vec<_> = (0..400).map(|n| name(&format!("n{n}"))).collect();
    for on in &names {
        bank.execute(add(on, 100)).await?;
    }
    let tasks: Vec<_> = (0..32_usize)
        .map(|task| {
            let (bank, names) = (bank.clone(), names.clone());
            tokio::spawn(async move {
                for round in 0..40 {
                    let (from, to) = ((task * 7 + round) % 400, (task * 13 + round * 5 + 1) % 400);
                    if from != to {
                        bank.execute(shift(&names[from], &names[to], 1)).await.map(|_| ())?;
                    }
                }
                Ok::<_, ExecuteError<_>>(())
            })
        })
        .collect();
    for task in tasks {
        task.await??;
    }
    let mut sum = 0;
    for on in &names {
        sum += bank.load(on).await?.map_or(0, |tally| tally.total);
    }
    assert_eq!(sum, 40_000);
    Ok(())
}
