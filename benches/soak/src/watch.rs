//! Looking at the load from time to time.

use std::{
    fs,
    time::{Duration, Instant},
};

use tokio::time::{interval, sleep};

use crate::load::Load;

/// What was seen at one look.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample {
    /// Commands a second since the look before.
    pub(crate) rate: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
    /// Of this process, in bytes; 0 where the system does not tell.
    pub(crate) memory: u64,
}

/// Looks so often, at equal distances. Ends early when the load does.
pub(crate) async fn watch(load: &Load, every: Duration, looks: u32) -> Vec<Sample> {
    // The first command finds nothing prepared.
    sleep(every.min(Duration::from_secs(1))).await;
    load.times().take();
    let (mut samples, mut turns, mut before) = (Vec::with_capacity(looks as usize), interval(every), Instant::now());
    turns.tick().await;
    while samples.len() < looks as usize && !load.is_broken() {
        turns.tick().await;
        let (counts, now) = (load.times().take(), Instant::now());
        let rate = counts.all() as f64 / now.duration_since(before).as_secs_f64();
        let (p50, p99) = (counts.within(0.5), counts.within(0.99));
        samples.push(Sample { rate, p50, p99, memory: memory() });
        before = now;
    }
    samples
}

/// What this process has in memory.
fn memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse().ok());
    size.unwrap_or(0_u64) * 1024
}
