//! What this process uses of the machine, as far as the system tells: Linux does, in files.

use std::time::Duration;

/// Memory that is not swapped out, in bytes.
pub(crate) fn memory() -> Option<u64> {
    let status = read("/proc/self/status")?;
    let kibibytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.trim().strip_suffix(" kB")?;
    Some(kibibytes.parse::<u64>().ok()? * 1024)
}

/// Processor time since the process started, of all its threads.
pub(crate) fn cpu() -> Option<Duration> {
    let stat = read("/proc/self/stat")?;
    // The second field is the program's name, which may hold anything.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>);
    // Whatever the kernel counts in, it tells hundredths of a second.
    Some(Duration::from_millis(ticks.sum::<Result<u64, _>>().ok()? * 10))
}

fn read(file: &str) -> Option<String> {
    if cfg!(target_os = "linux") { std::fs::read_to_string(file).ok() } else { None }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::hint::black_box;

    use super::*;

    #[test]
    fn work_and_memory_show() {
        let (memory_before, cpu_before) = (memory().unwrap_or_default(), cpu());
        assert!(cpu_before.is_some() && memory_before > 0);
        let block = black_box(vec![1_u8; 64 << 20]);
        // A tick at the least.
        while cpu() == cpu_before {
            black_box(block.iter().map(|byte| u64::from(*byte)).sum::<u64>());
        }
        assert!(cpu() > cpu_before);
        assert!(memory() > Some(memory_before + (32 << 20)), "{memory_before} {:?}", memory());
    }
}
