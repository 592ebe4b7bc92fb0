//! A process that executes random commands until it is told to stop, or killed.

use std::{
    io::Read,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use crate::history::{Answer, Asked, Call, Line, Recorder};
use foldline::{
    AnyStore, CacheSize, Executor, PostgresOptions, PostgresStore, RetryPolicy, SqliteOptions, SqliteStore, StoreError,
    storage::{Store, WriterOptions},
};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    Failure,
    act::act,
    clock,
    draw::{Draw, Drawn},
    tail::tail,
};

/// Where the supervisor puts the database's URL, which may hold a password.
pub(crate) const URL: &str = "FOLDLINE_TORTURE_URL";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The number of this process: no other had it before
    #[arg(long)]
    pub(crate) process: u32,
    #[arg(long)]
    pub(crate) seed: u64,
    #[arg(long)]
    pub(crate) executors: u32,
    /// How many calls are under way at once, an executor
    #[arg(long)]
    pub(crate) concurrency: u32,
    #[arg(long)]
    pub(crate) schema: String,
    /// Where to write down what is asked and answered
    #[arg(long)]
    pub(crate) folder: PathBuf,
}

/// What the callers of one process share.
struct Desk {
    process: u32,
    calls: AtomicU32,
    answered: AtomicU32,
    stopped: AtomicBool,
    draw: Mutex<Draw>,
    recorder: Recorder,
}

pub(crate) async fn run(args: Args) -> Result<(), Failure> {
    let desk = Arc::new(Desk {
        process: args.process,
        calls: AtomicU32::new(0),
        answered: AtomicU32::new(0),
        stopped: AtomicBool::new(false),
        draw: Mutex::new(Draw::new(args.seed, args.process)),
        recorder: Recorder::create(&args.folder.join(format!("calls-{}", args.process)))?,
    });
    let told = Arc::clone(&desk);
    std::thread::spawn(move || stop_when_told(&told));
    tokio::spawn(count_aloud(Arc::clone(&desk)));
    let mut callers = JoinSet::new();
    let mut banks = Vec::new();
    for number in 0..args.executors {
        let Some(store) = connect(&args, number, &desk).await else { return Ok(()) };
        if number == 0 {
            let (store, file) = (store.clone(), args.folder.join(format!("tail-{}", args.process)));
            tokio::spawn(async move { tail(store.clone(), &file, from(&store).await, &watch::Sender::new(0)).await });
        }
        // Each cache in each process: large, so small that it is always full, and none.
        let bank = Executor::builder(store).retry(RetryPolicy::retries(30));
        let bank = match (args.process + number) % 3 {
            0 => bank.build(),
            1 => bank.cache(CacheSize::streams(4)).build(),
            _ => bank.cache(None).build(),
        };
        for _ in 0..args.concurrency {
            callers.spawn(call(Arc::clone(&desk), bank.clone(), number));
        }
        banks.push(bank);
    }
    while let Some(caller) = callers.join_next().await {
        caller??;
    }
    for bank in banks {
        bank.shutdown().await;
    }
    Ok(())
}

/// A process that begins while its server is down waits for it, unless it is told to stop.
async fn connect(args: &Args, number: u32, desk: &Desk) -> Option<AnyStore> {
    let url = std::env::var(URL).unwrap_or_default();
    let mut writer = WriterOptions::default();
    if (args.process + number).is_multiple_of(2) {
        // Gives up soon, and has to say that it does not know.
        writer.patience = Duration::from_millis(300);
    }
    while !desk.stopped.load(Ordering::Relaxed) {
        match open(&url, args, writer).await {
            Ok(store) => return Some(store),
            Err(_) => sleep(Duration::from_millis(50)).await,
        }
    }
    None
}

async fn open(url: &str, args: &Args, writer: WriterOptions) -> Result<AnyStore, StoreError> {
    if let Some(path) = url.strip_prefix("sqlite:") {
        // Those that give up soon do not wait for a lock either.
        let patience = writer.patience.min(Duration::from_secs(5));
        let options = SqliteOptions::production().busy_timeout(patience).readers(3).writer(writer);
        return SqliteStore::open_with(path, options).await.map(AnyStore::new);
    }
    let options = PostgresOptions::production()
        .schema(&args.schema)
        .application_name(&args.schema)
        .connections(0, 3)
        .writer(writer);
    PostgresStore::connect_with(url, options).await.map(AnyStore::new)
}

async fn from(store: &AnyStore) -> u64 {
    loop {
        match store.head().await {
            Ok(head) => return head,
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }
}

/// One caller: a call after another.
async fn call(desk: Arc<Desk>, bank: Executor, executor: u32) -> Result<(), Failure> {
    while !desk.stopped.load(Ordering::Relaxed) {
        let Drawn { request, key, expected, manner, patience } =
            desk.draw.lock().unwrap_or_else(PoisonError::into_inner).next();
        let call = Call(desk.process, desk.calls.fetch_add(1, Ordering::Relaxed));
        let asked = Asked { at: clock::now(), request, key, expected, executor };
        desk.recorder.write(&Line::Asked(call, asked.clone()))?;
        let acting = act(&bank, call, &asked, manner);
        let answer = match patience {
            Some(patience) => timeout(patience, acting).await.unwrap_or(Answer::Dropped),
            None => acting.await,
        };
        let trouble = matches!(&answer, Answer::Nothing(why) if why == "unavailable");
        desk.recorder.write(&Line::Answered { call, at: clock::now(), answer })?;
        desk.answered.fetch_add(1, Ordering::Relaxed);
        if trouble {
            // Asking a server that is down as fast as possible tells nothing.
            sleep(Duration::from_millis(10)).await;
        }
    }
    Ok(())
}

/// The supervisor closes our input when it has enough, or dies.
fn stop_when_told(desk: &Desk) {
    let _ = std::io::stdin().read(&mut [0]);
    desk.stopped.store(true, Ordering::Relaxed);
}

/// Says how many calls were answered since it last did.
async fn count_aloud(desk: Arc<Desk>) {
    loop {
        sleep(Duration::from_millis(50)).await;
        let answered = desk.answered.swap(0, Ordering::Relaxed);
        if answered > 0 {
            println!("{answered}");
        }
    }
}
