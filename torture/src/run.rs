//! The supervisor: starts everything, does harm, and has the history checked.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    pin::pin,
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::history::{Book, Fact, History, Violation, check};
use foldline::{
    AnyStore,
    storage::{LogRead, Store},
};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::{
    sync::watch,
    task::{JoinHandle, JoinSet},
    time::sleep,
};

use crate::{
    Failure,
    fault::{Deck, Fault, World},
    ground::{Ground, Kind},
    report::Report,
    tail::tail,
    team::{Orders, Team},
};

/// If nothing is answered for so long, something hangs.
const PATIENCE: Duration = Duration::from_secs(90);

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// How many commands are executed, at least
    #[arg(long, default_value_t = 20_000)]
    pub(crate) commands: u64,
    /// How many faults happen meanwhile
    #[arg(long, default_value_t = 26)]
    pub(crate) faults: u64,
    /// Faults of this kind only, by a part of its name; all of them by default. May be given more than once
    #[arg(long = "fault", value_name = "PART")]
    pub(crate) only: Vec<String>,
    /// What is asked for and which faults happen follow from this number; a random one by default
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How many processes execute commands at once
    #[arg(long, default_value_t = 3)]
    pub(crate) processes: u32,
    /// How many executors each of them has
    #[arg(long, default_value_t = 2)]
    pub(crate) executors: u32,
    /// How many calls each executor has under way at once
    #[arg(long, default_value_t = 16)]
    pub(crate) concurrency: u32,
    /// Where the log is: on PostgreSQL by default, or what the URL says
    #[arg(long, value_enum)]
    pub(crate) store: Option<Kind>,
    /// A database to use, in a schema of its own that is removed afterwards, or the file of a new log, which is not; a
    /// temporary server or file by default
    #[arg(long)]
    pub(crate) url: Option<String>,
    /// A file for the report, beside the terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
}

pub(crate) async fn run(args: Args) -> Result<ExitCode, Failure> {
    let seed = args.seed.unwrap_or_else(|| fastrand::u64(..1 << 32));
    let folder = std::env::temp_dir().join(format!("foldline-torture-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let ground = Ground::open(args.store, args.url.clone(), &folder, seed).await?;
    let version = ground.version().await?;
    let orders = Orders {
        url: ground.url()?,
        schema: ground.schema().to_owned(),
        folder: folder.clone(),
        seed,
        executors: args.executors,
        concurrency: args.concurrency,
    };
    println!("torture with --seed {seed}, records in {}", folder.display());

    let watched = if ground.is_watched() { Some(Reader::start(ground.store().await?, &folder)) } else { None };
    let team = Team::start(orders, args.processes)?;
    let mut world = World { ground, team, beside: JoinSet::new() };
    let began = Instant::now();
    let faults = torment(&mut world, &args, seed).await?;
    let tormented = began.elapsed();

    world.ground.silence().await?;
    let Reader { store, mut read, task: mut reader } = match watched {
        Some(reader) => reader,
        None => Reader::start(world.ground.store().await?, &folder),
    };
    let head = store.head().await?;
    tokio::select! {
        caught_up = read.wait_for(|reached| *reached >= head) => drop(caught_up?),
        ended = &mut reader => return Err(format!("the reader of everything ended: {ended:?}").into()),
    }
    reader.abort();
    let began = Instant::now();
    let (history, log) = (gather(&folder)?, book(&store).await?);
    let violations = check(&history, &log);
    world.ground.check(&log).await?;
    let report = Report {
        args: &args,
        store: world.ground.kind(),
        seed,
        version,
        faults,
        processes: world.team.started(),
        events: head,
        tormented,
        checked: began.elapsed(),
        history: &history,
        violations: &violations,
    };
    tell(&report, &folder)?;
    store.close().await;
    world.ground.remove().await?;
    conclude(&violations, &folder)
}

/// Reads all that there is, and writes down what it is given.
struct Reader {
    store: AnyStore,
    read: watch::Receiver<u64>,
    task: JoinHandle<Result<(), Failure>>,
}

impl Reader {
    fn start(store: AnyStore, folder: &Path) -> Self {
        let (reached, read) = watch::channel(0);
        let (reading, file) = (store.clone(), folder.join("tail-of-everything"));
        let task = tokio::spawn(async move { tail(reading, &file, 0, &reached).await });
        Self { store, read, task }
    }
}

/// Does harm evenly, until there was enough of everything.
async fn torment(world: &mut World, args: &Args, seed: u64) -> Result<BTreeMap<Fault, u64>, Failure> {
    let style = ProgressStyle::with_template("{elapsed_precise} {wide_bar} {pos}/{len} commands, {per_sec}, {msg}")?;
    let bar = ProgressBar::new(args.commands).with_style(style);
    let mut deck = Deck::new(seed, world.ground.faults());
    let (mut faults, mut inflicted) = (BTreeMap::new(), 0);
    let mut last = (0, Instant::now());
    let mut interrupted = pin!(tokio::signal::ctrl_c());
    loop {
        let answered = world.team.answered();
        bar.set_position(answered.min(args.commands));
        if answered != last.0 {
            last = (answered, Instant::now());
        } else if last.1.elapsed() > PATIENCE {
            return Err(format!("nothing was answered for {PATIENCE:?}, after {answered} calls").into());
        }
        world.team.look()?;
        if answered >= args.commands && inflicted >= args.faults {
            break;
        }
        let due = (inflicted + 1).saturating_mul(args.commands) / (args.faults + 1);
        if inflicted < args.faults && answered >= due {
            let fault = draw(&mut deck, args)?;
            bar.set_message(format!("{inflicted} faults: {fault}"));
            world.suffer(fault, &mut deck).await?;
            *faults.entry(fault).or_insert(0) += 1;
            inflicted += 1;
        }
        tokio::select! {
            () = sleep(Duration::from_millis(10)) => {}
            // What has happened so far is checked all the same.
            _ = &mut interrupted => break,
        }
    }
    bar.set_message("the processes finish");
    world.team.finish().await?;
    bar.finish_and_clear();
    Ok(faults)
}

fn draw(deck: &mut Deck, args: &Args) -> Result<Fault, Failure> {
    let wanted =
        |fault: &Fault| args.only.is_empty() || args.only.iter().any(|part| fault.to_string().contains(part.as_str()));
    // More cards than two decks have.
    (0..30).map(|_| deck.draw()).find(wanted).ok_or_else(|| "no fault is called that".into())
}

fn gather(folder: &Path) -> Result<History, Failure> {
    let mut history = History::default();
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        // The log itself may lie beside the records.
        let record = |name: &str| ["calls-", "tail-"].iter().any(|kind| name.starts_with(kind));
        if path.file_name().and_then(|name| name.to_str()).is_some_and(record) {
            history.add_file(&path)?;
        }
    }
    Ok(history)
}

pub(crate) async fn book(store: &impl Store) -> Result<Book, Failure> {
    let (mut facts, mut read) = (Vec::new(), LogRead::after(0));
    loop {
        let page = store.read_log(read.clone()).await?;
        for event in &page.events {
            facts.push(Fact::read(event)?);
        }
        read.after = page.reached;
        if !page.more {
            return Ok(Book::new(facts));
        }
    }
}

fn tell(report: &Report<'_>, folder: &Path) -> Result<(), Failure> {
    let text = report.to_string();
    println!("\n{text}");
    if let Some(file) = &report.args.report {
        fs::write(file, &text)?;
    }
    Ok(fs::write(folder.join("report"), text)?)
}

fn conclude(violations: &[Violation], folder: &Path) -> Result<ExitCode, Failure> {
    if violations.is_empty() {
        fs::remove_dir_all(folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    println!("{} violations; the records are in {}", violations.len(), folder.display());
    Ok(ExitCode::FAILURE)
}
