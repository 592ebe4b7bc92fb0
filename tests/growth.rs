//! What does not grow: the cost of a command with the state that it changes, and the memory of a busy process beyond its log.

use std::{collections::BTreeMap, convert::Infallible, fmt, str::FromStr};

use allocation_counter::{AllocationInfo, measure};
use foldline::prelude::*;
use tokio::runtime::{Builder, Runtime};

type Fault = Box<dyn std::error::Error>;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct LedgerId(u32);

impl fmt::Display for LedgerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for LedgerId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// As many entries as somebody likes.
#[derive(Debug, Clone, Default)]
struct Ledger {
    entries: BTreeMap<u32, u64>,
}

#[stream(key = LedgerId)]
impl Ledger {
    #[event]
    fn noted(&mut self, entry: u32, amount: u64) {
        *self.entries.entry(entry).or_default() += amount;
    }
}

#[derive(Debug, Command)]
struct Note {
    #[stream]
    ledger: LedgerId,
    entry: u32,
}

impl Decide for Note {
    type Error = Infallible;

    fn decide(&self, streams: &mut NoteStreams) -> Result<(), Infallible> {
        streams.ledger.noted(self.entry, 1);
        Ok(())
    }
}

/// Executes commands on these ledgers in turn, all on the same entry, and counts what that allocates.
fn noting(runtime: &Runtime, office: &Executor, ledgers: u32, commands: u32) -> Result<AllocationInfo, Fault> {
    let mut outcome = Ok(());
    let counted = measure(|| {
        outcome = runtime.block_on(async {
            for n in 0..commands {
                office.execute(Note { ledger: LedgerId(n % ledgers), entry: 0 }).await?;
            }
            Ok::<_, ExecuteError<Infallible>>(())
        });
    });
    outcome?;
    Ok(counted)
}

fn runtime() -> Result<Runtime, Fault> {
    Ok(Builder::new_current_thread().enable_time().build()?)
}

#[test]
fn a_command_on_a_large_state_costs_what_one_on_a_small_state_costs() -> Result<(), Fault> {
    const COMMANDS: u32 = 1_000;
    let runtime = runtime()?;
    let cost = |entries: u32| {
        let office = Executor::new(MemoryStore::new());
        runtime.block_on(async {
            for entry in 0..entries {
                office.execute(Note { ledger: LedgerId(0), entry }).await?;
            }
            Ok::<_, ExecuteError<Infallible>>(())
        })?;
        let cost = noting(&runtime, &office, 1, COMMANDS)?;
        let ledger = runtime.block_on(office.load(&LedgerId(0)).into_future())?.ok_or("a ledger")?;
        assert_eq!((ledger.entries.len() as u32, ledger.entries[&0]), (entries, u64::from(COMMANDS) + 1));
        Ok::<_, Fault>(cost)
    };
    let (small, large) = (cost(1)?, cost(10_000)?);
    // A copy of the large state would be some 200,000 bytes, each time.
    let more = large.bytes_total.abs_diff(small.bytes_total) / u64::from(COMMANDS);
    println!("{} bytes a command on 1 entry, {} on 10,000", small.bytes_total / 1000, large.bytes_total / 1000);
    // Tables that grow by doubling grow at other times.
    assert!(more < 1_000, "{more} bytes more or less a command");
    Ok(())
}

#[test]
fn memory_grows_by_the_log_and_nothing_else() -> Result<(), Fault> {
    let (runtime, office) = (runtime()?, Executor::new(MemoryStore::new()));
    let kept = |commands: u32| noting(&runtime, &office, 100, commands).map(|counted| counted.bytes_current);
    kept(1_000)?;
    let (ten_thousand, fifty_thousand) = (kept(10_000)?, kept(50_000)?);
    println!("10,000 commands keep {ten_thousand} bytes, the next 50,000 {fifty_thousand}");
    assert!(ten_thousand < 5_000_000, "{ten_thousand} bytes for 10,000 events");
    // Pages of the log are taken as they are needed: a few per cent more or less.
    assert!(
        fifty_thousand < 6 * ten_thousand,
        "{fifty_thousand} bytes for 50,000 more: something grows beside the log"
    );
    Ok(())
}
