//! Seconds of processor time and bytes of memory, of this process and of the database server, where the system has a `/proc` to
//! tell.

use std::{
    fs,
    sync::atomic::{AtomicU32, Ordering},
};

use serde::{Deserialize, Serialize};

/// What client and server have used; zero where nobody tells.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(crate) struct Used<T> {
    pub(crate) client: T,
    pub(crate) server: T,
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

/// This process's, up to now.
pub(crate) fn client() -> f64 {
    stat("self").map_or(0.0, |stat| stat.own / TICKS)
}

/// The server's, up to now: its first process, those of its children that have ended, and those that run.
pub(crate) fn server() -> f64 {
    let Some(first) = stat(&first().to_string()) else { return 0.0 };
    let children: f64 = children().map(|(_, stat)| stat.own).sum();
    (first.own + first.ended + children) / TICKS
}

/// The most that this process has had in memory so far, in bytes.
pub(crate) fn client_memory() -> u64 {
    status("self", "VmHWM:")
}

/// What the server's processes have for themselves at present, in bytes: what they share is not counted.
pub(crate) fn server_memory() -> u64 {
    children().map(|(process, _)| status(&process, "RssAnon:")).sum::<u64>() + status(&first().to_string(), "RssAnon:")
}

fn first() -> u32 {
    SERVER.load(Ordering::Relaxed)
}

fn children() -> impl Iterator<Item = (String, Stat)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let processes = entries.filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        let stat = stat(&name)?;
        Some((name, stat))
    });
    processes.filter(|(_, stat)| stat.parent == first() && first() != 0)
}

fn status(process: &str, line: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let size = text.lines().find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    size.unwrap_or_default() * 1024
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
