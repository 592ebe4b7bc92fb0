//! Processes that are killed without a word: nothing is missed, and nothing counts twice.

use std::{
    env,
    io::Read,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use foldline_runtime::{
    Executor, PostgresStore, ProjectionOptions, Projector, RetryPolicy,
    storage::{Checkpoints, Store},
};
use tokio::task::{JoinHandle, spawn_blocking, yield_now};

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, expected_at, found, found_at},
    support::{Failure, Place, Tested},
};

const URL: &str = "FOLDLINE_ROWS_URL";
const SCHEMA: &str = "FOLDLINE_ROWS_SCHEMA";
/// How many rounds of killing, if not five.
const ROUNDS: &str = "FOLDLINE_ROWS_ROUNDS";

/// How soon another takes over.
const TERM: Duration = Duration::from_millis(400);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own, which the tests here start and kill"]
async fn a_projector() -> Tested {
    let place = Place::of_another(&env::var(URL)?, &env::var(SCHEMA)?);
    let store = place.store().await?;
    let sums = Sums::default().in_sql();
    let options = ProjectionOptions::new().batch(7).takeover_after(TERM);
    let projector = Projector::builder(store).run_with(sums, options).start()?;
    // Until whoever started it is gone, should it not be killed.
    spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    projector.shutdown().await;
    Ok(())
}

/// A process that runs the projection. It ends with this, and without a word.
struct Process {
    child: Child,
    /// Its end tells the process that we are gone.
    _input: Option<ChildStdin>,
}

impl Process {
    fn start(place: &Place) -> Result<Self, Failure> {
        let mut child = Command::new(env::current_exe()?)
            .args(["--exact", "processes::a_projector", "--ignored", "--nocapture"])
            .env(URL, &place.url)
            .env(SCHEMA, &place.schema)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        Ok(Self { _input: child.stdin.take(), child })
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // SIGKILL.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// So many that write on ten streams, until they are told to stop.
fn writers(stores: &[PostgresStore], count: usize, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<Tested>> {
    let writer = |n: usize| {
        // As patient as it takes: sixteen that share no slots, on ten streams, can conflict more often than the usual ten times.
        let store = stores[n % stores.len()].clone();
        let bank = Executor::builder(store).retry(RetryPolicy::retries(1_000)).build();
        let stop = Arc::clone(stop);
        tokio::spawn(async move {
            let mut count = 0;
            while !stop.load(Ordering::SeqCst) {
                bank.execute(add(&name(&format!("t-{}", (n + count) % 10)), 1)).await?;
                count += 1;
                // Not so fast that the projections, built without optimisation, are left far behind.
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            Ok(())
        })
    };
    (0..count).map(writer).collect()
}

async fn position(database: &Arc<dyn Checkpoints>) -> Result<u64, Failure> {
    Ok(database.checkpoint("sums").await?.map_or(0, |checkpoint| checkpoint.position))
}

async fn reaches(database: &Arc<dyn Checkpoints>, wanted: u64) -> Tested {
    while position(database).await? < wanted {
        yield_now().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_is_what_the_log_adds_up_to() -> Tested {
    let rounds: u32 = env::var(ROUNDS).map_or(Ok(5), |rounds| rounds.parse())?;
    let place = Place::fresh()?;
    let store = place.store().await?;
    let database = store.checkpoints().ok_or("no checkpoints")?;
    // So much that it is never at the end, where it would mostly be killed while it waits.
    let bank = Executor::new(store.clone());
    let commands = (0..600 * u64::from(rounds)).map(|n| add(&name(&format!("t-{}", n % 10)), 1));
    bank.execute_all(commands).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let stop = Arc::<AtomicBool>::default();
    let writing = writers(std::slice::from_ref(&store), 2, &stop);
    for _ in 0..rounds {
        let process = Process::start(&place)?;
        let begun = position(&database).await?;
        reaches(&database, begun + fastrand::u64(1..300)).await?;
        drop(process);
        let (position, found) = found_at(&place).await?;
        assert_eq!(found, expected_at(&store, position).await?, "at {position}");
    }
    stop.store(true, Ordering::SeqCst);
    for writer in writing {
        writer.await??;
    }
    let _last = Process::start(&place)?;
    reaches(&database, store.head().await?).await?;
    assert_eq!(found(&place).await?, expected(&store, &[]).await?);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_write_and_of_two_projectors_one_is_killed() -> Tested {
    let place = Place::fresh()?;
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(place.store().await?);
    }
    let database = stores[0].checkpoints().ok_or("no checkpoints")?;
    let stop = Arc::<AtomicBool>::default();
    let writing = writers(&stores, 16, &stop);
    // Whoever is there first has it, so that it is the owner who is killed.
    let first = Process::start(&place)?;
    reaches(&database, 50).await?;
    let _second = Process::start(&place)?;
    let begun = position(&database).await?;
    reaches(&database, begun + 100).await?;
    drop(first);
    let killed_at = position(&database).await?;
    reaches(&database, killed_at + 200).await?;
    stop.store(true, Ordering::SeqCst);
    for writer in writing {
        writer.await??;
    }
    reaches(&database, stores[0].head().await?).await?;
    assert_eq!(found(&place).await?, expected(&stores[0], &[]).await?);
    Ok(())
}
