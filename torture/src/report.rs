//! What a run came to, for people.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    fs,
    time::Duration,
};

use crate::history::{Answer, History, Violation};

use crate::{fault::Fault, ground::Kind, run::Args};

/// As many violations are told; the others are counted.
const STORIES: usize = 10;

#[derive(Debug)]
pub(crate) struct Report<'a> {
    pub(crate) args: &'a Args,
    pub(crate) store: Kind,
    pub(crate) seed: u64,
    pub(crate) version: String,
    pub(crate) faults: BTreeMap<Fault, u64>,
    pub(crate) processes: u32,
    pub(crate) events: u64,
    pub(crate) tormented: Duration,
    pub(crate) checked: Duration,
    pub(crate) history: &'a History,
    pub(crate) violations: &'a [Violation],
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Args { processes, executors, concurrency, commands, faults, only, .. } = self.args;
        let calls = self.history.asked.len();
        let seconds = self.tormented.as_secs_f64();
        let inflicted: u64 = self.faults.values().sum();
        writeln!(f, "# A log under torture\n")?;
        write!(f, "`cargo xtask torture --store {} --commands {commands} --faults {faults}", self.store)?;
        only.iter().try_for_each(|part| write!(f, " --fault '{part}'"))?;
        write!(f, " --seed {} --processes {processes}", self.seed)?;
        writeln!(f, " --executors {executors} --concurrency {concurrency}`\n")?;
        writeln!(f, "| | |\n| --- | --- |")?;
        writeln!(f, "| machine | {} |", machine())?;
        writeln!(f, "| store | {} |", self.version)?;
        writeln!(f, "| profile | {} |", if cfg!(debug_assertions) { "dev" } else { "release" })?;
        writeln!(f, "| duration | {seconds:.0} s of torture, {:.0} s of checking |", self.checked.as_secs_f64())?;
        writeln!(f, "| processes | {processes} at a time, {} in all, {executors} executors each |", self.processes)?;
        writeln!(f, "| calls | {calls}, {:.0} a second |", calls as f64 / seconds)?;
        writeln!(f, "| log | {} events |", self.events)?;
        let read: usize = self.history.tails.iter().flatten().map(|page| page.events.len()).sum();
        writeln!(f, "| readers | {}, which were given {read} events |", self.history.tails.len())?;
        writeln!(f, "| faults | {inflicted} |")?;
        writeln!(f, "| **violations** | **{}** |", self.violations.len())?;
        writeln!(f, "\n| fault | times |\n| --- | ---: |")?;
        self.faults.iter().try_for_each(|(fault, times)| writeln!(f, "| {fault} | {times} |"))?;
        writeln!(f, "\n| answer | calls |\n| --- | ---: |")?;
        answers(self.history).iter().try_for_each(|(answer, calls)| writeln!(f, "| {answer} | {calls} |"))?;
        if !self.violations.is_empty() {
            writeln!(f, "\n## Violations\n")?;
            self.violations
                .iter()
                .take(STORIES)
                .try_for_each(|violation| writeln!(f, "```text\n{violation}\n```\n"))?;
        }
        if let Some(more @ 1..) = self.violations.len().checked_sub(STORIES) {
            writeln!(f, "And {more} more.")?;
        }
        Ok(())
    }
}

fn answers(history: &History) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    let mut count = |name: String, calls| *counts.entry(name).or_insert(0) += calls;
    count("none: the process was killed".into(), history.asked.len() - history.answered.len());
    for (_, answer) in history.answered.values() {
        let name = match answer {
            Answer::Accepted { position: Some(_), .. } => "accepted".into(),
            Answer::Accepted { position: None, .. } => "accepted, without an event".into(),
            Answer::Replayed { .. } => "the first outcome of its key".into(),
            Answer::Refused { refusal, .. } => {
                let mut name = format!("refused: {refusal:?}");
                // Not for each stream apart.
                name.truncate(name.find('(').unwrap_or(name.len()));
                name
            }
            Answer::KeyReused(_) => "refused: the key stands for another command".into(),
            Answer::Unknown(_) => "not known".into(),
            Answer::Nothing(why) => format!("nothing was stored: {why}"),
            Answer::Failed(why) => format!("failed: {why}"),
            Answer::Dropped => "none: the caller turned away".into(),
            Answer::Looked(_) => "a stream, read".into(),
        };
        count(name, 1);
    }
    counts.retain(|_, calls| *calls > 0);
    counts
}

fn machine() -> String {
    let mut text = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": ").map(|(_, model)| model));
    let _ = write!(text, ", {cores} cores{}", model.map(|model| format!(" ({model})")).unwrap_or_default());
    text
}
