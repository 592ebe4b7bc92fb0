//! Seconds of processor time, of this program and of the database server, where the system has a `/proc` to tell.

use std::{
    fs,
    ops::Sub,
    sync::atomic::{AtomicU32, Ordering},
};

use serde::{Deserialize, Serialize};

/// Processor time in seconds; zero where nobody tells.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Cpu {
    pub(crate) client: f64,
    pub(crate) server: f64,
}

impl Sub for Cpu {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self { client: self.client - before.client, server: self.server - before.server }
    }
}

/// The server's first process, once it is known.
static SERVER: AtomicU32 = AtomicU32::new(0);

/// Linux counts in hundredths of a second, whatever its clock.
const TICKS: f64 = 100.0;

/// Remembers whose children serve: the parent of one process that does.
pub(crate) fn serves(backend: i32) {
    let parent = stat(&backend.to_string()).map_or(0, |stat| stat.parent);
    SERVER.store(parent, Ordering::Relaxed);
}

/// Up to now.
pub(crate) fn now() -> Cpu {
    let client = stat("self").map_or(0.0, |stat| stat.own);
    let server = match SERVER.load(Ordering::Relaxed) {
        0 => 0.0,
        first => server(first),
    };
    Cpu { client: client / TICKS, server: server / TICKS }
}

/// The server's first process, those of its children that have ended, and those that run.
fn server(first: u32) -> f64 {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| stat(entry.file_name().to_str()?));
    let children: f64 = processes.filter(|stat| stat.parent == first).map(|stat| stat.own).sum();
    children + stat(&first.to_string()).map_or(0.0, |stat| stat.own + stat.ended)
}

struct Stat {
    parent: u32,
    own: f64,
    ended: f64,
}

fn stat(process: &str) -> Option<Stat> {
    let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name, in brackets, may hold anything; behind it come the state and numbers.
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let number = |index: usize| fields.get(index)?.parse::<f64>().ok();
    Some(Stat {
        parent: fields.get(1)?.parse().ok()?,
        own: number(11)? + number(12)?,
        ended: number(13)? + number(14)?,
    })
}
