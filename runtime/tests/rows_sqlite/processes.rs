//! A process that is killed without a word: nothing is missed, and nothing counts twice.

use std::{
    env,
    io::Read,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use foldline_runtime::{
    Executor, ProjectionOptions, Projector, RetryPolicy, SqliteOptions, SqliteStore,
    storage::{Checkpoints, Store},
};
use tokio::task::{JoinHandle, spawn_blocking, yield_now};

use crate::{
    common::{commands::add, name},
    model::{Sums, expected, found},
    support::{Failure, Place, Tested},
};

const PATH: &str = "FOLDLINE_ROWS_PATH";
/// How many rounds of killing, if not five.
const ROUNDS: &str = "FOLDLINE_ROWS_ROUNDS";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a process of its own, which the tests here start and kill"]
async fn a_projector() -> Tested {
    let store = SqliteStore::open_with(PathBuf::from(env::var(PATH)?), SqliteOptions::development()).await?;
    let options = ProjectionOptions::new().batch(7).takeover_after(Duration::from_millis(300));
    let projector = Projector::builder(store).run_with(Sums::default().in_sql(), options).start()?;
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
            .env(PATH, &place.path)
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

async fn position(kept: &Arc<dyn Checkpoints>) -> Result<u64, Failure> {
    Ok(kept.checkpoint("sums").await?.map_or(0, |checkpoint| checkpoint.position))
}

async fn reaches(kept: &Arc<dyn Checkpoints>, wanted: u64) -> Tested {
    while position(kept).await? < wanted {
        yield_now().await;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_is_what_the_log_adds_up_to() -> Tested {
    let rounds: u64 = env::var(ROUNDS).map_or(Ok(5), |rounds| rounds.parse())?;
    let place = Place::fresh()?;
    let store = place.store().await?;
    let kept = store.checkpoints().ok_or("no checkpoints")?;
    let bank = Executor::new(store.clone());
    // So much that it is never at the end, where it would mostly be killed while it waits.
    let commands = (0..300 * rounds).map(|n| add(&name(&format!("t-{}", n % 10)), 1));
    bank.execute_all(commands).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    for _ in 0..rounds {
        let process = Process::start(&place)?;
        let begun = position(&kept).await?;
        reaches(&kept, begun + fastrand::u64(1..150)).await?;
        drop(process);
        let (position, found) = found(&place).await?;
        assert_eq!(found, expected(&store, position).await?, "at {position}");
    }
    let _last = Process::start(&place)?;
    let head = store.head().await?;
    reaches(&kept, head).await?;
    assert_eq!(found(&place).await?, (head, expected(&store, head).await?));
    Ok(())
}

/// So many that write on ten streams, until they are told to stop.
fn writers(stores: &[SqliteStore], count: usize, stop: &Arc<AtomicBool>) -> Vec<JoinHandle<Tested>> {
    let writer = |n: usize| {
        // As patient as it takes: sixteen that share no slots, on ten streams, can conflict more often than the usual ten times.
        let bank = Executor::builder(stores[n % stores.len()].clone()).retry(RetryPolicy::retries(1_000)).build();
        let stop = Arc::clone(stop);
        tokio::spawn(async move {
            let mut count = 0;
            while !stop.load(Ordering::SeqCst) {
                bank.execute(add(&name(&format!("t-{}", (n + count) % 10)), 1)).await?;
                count += 1;
                // Not so fast that the projections, built without optimisation, are left far behind.
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Ok(())
        })
    };
    (0..count).map(writer).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_write_and_of_two_projectors_one_is_killed() -> Tested {
    let place = Place::fresh()?;
    let stores = [place.store().await?, place.store().await?];
    let kept = stores[0].checkpoints().ok_or("no checkpoints")?;
    let stop = Arc::<AtomicBool>::default();
    let writing = writers(&stores, 16, &stop);
    // Whoever is there first has it, so that it is the owner who is killed.
    let first = Process::start(&place)?;
    reaches(&kept, 50).await?;
    let _second = Process::start(&place)?;
    let begun = position(&kept).await?;
    reaches(&kept, begun + 100).await?;
    drop(first);
    let killed_at = position(&kept).await?;
    reaches(&kept, killed_at + 200).await?;
    stop.store(true, Ordering::SeqCst);
    for writer in writing {
        writer.await??;
    }
    let head = stores[0].head().await?;
    reaches(&kept, head).await?;
    assert_eq!(found(&place).await?, (head, expected(&stores[0], head).await?));
    Ok(())
}
