use std::time::Duration;

use super::{show::Time, *};
use crate::observe::Histogram;

fn stats(commands: u64, ms: u64) -> Stats {
    let (histogram, mut command) = (Histogram::default(), CommandStats::default());
    histogram.record(Duration::from_millis(ms), commands);
    histogram.add_to(&mut command.latency);
    command.add(CommandOutcome::Committed, commands - 1);
    command.add(CommandOutcome::Rejected, 1);
    (command.events, command.cache_hits, command.cache_misses) = (2 * commands, 3, 1);
    Stats {
        elapsed: Duration::from_secs(10),
        commands: [("Transfer".to_owned(), command)].into(),
        cache: CacheStats { streams: 4, bytes: 3 << 20, evictions: 2 },
        active_streams: 2,
        active_commands: 1,
        memory: Some(64 << 20),
        cpu: Some(Duration::from_secs(5)),
        processors: 2,
    }
}

#[test]
fn rates_and_ratios_are_of_the_time_that_is_covered() {
    let stats = stats(1_000, 8);
    assert_eq!((stats.executions(), stats.commands_per_second(), stats.events_per_second()), (1_000, 100.0, 200.0));
    assert_eq!((stats.cache_ratio(), stats.cpu_ratio()), (Some(0.75), Some(0.25)));
    let none = Stats::default();
    assert_eq!((none.commands_per_second(), none.cache_ratio(), none.cpu_ratio()), (0.0, None, None));
}

#[test]
fn processes_add_up_and_times_are_taken_apart() {
    let (one, mut both) = (stats(100, 1), stats(100, 1));
    both.merge(&stats(300, 50));
    assert_eq!((both.executions(), both.commands_per_second(), both.processors), (400, 40.0, 4));
    assert_eq!(both.latency().count(), 400);
    assert_eq!(both.commands["Transfer"].count(CommandOutcome::Rejected), 2);
    assert!(both.latency().percentile(50.0) > one.latency().percentile(99.0));

    let mut later = both.clone();
    later.elapsed += Duration::from_secs(5);
    let between = later.since(&one);
    assert_eq!((between.executions(), between.elapsed), (300, Duration::from_secs(5)));
    assert_eq!(between.commands["Transfer"].latency.percentile(1.0), stats(300, 50).latency().percentile(50.0));
}

#[test]
fn it_travels_as_json() -> Result<(), serde_json::Error> {
    let stats = stats(100, 3);
    let json = serde_json::to_string(&stats)?;
    assert!(json.contains(r#""elapsed_seconds":10.0"#) && json.contains(r#""committed":99"#), "{json}");
    assert_eq!(serde_json::from_str::<Stats>(&json)?, stats);
    Ok(())
}

#[test]
fn it_prints_as_a_table() {
    let table = stats(1_000, 8).to_string();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "1000 commands in 10.0s: 100 a second, with 200 events; 1 under way on 2 streams");
    assert_eq!(lines[2].split_whitespace().count(), lines[3].split_whitespace().count() - 4, "{table}");
    assert_eq!(lines[2].chars().count(), lines[3].chars().count(), "{table}");
    assert_eq!(lines[5], "cache    4 streams, 3.0 MiB; 75.0 % found; 2 evicted");
    assert_eq!(lines[6], "process  64.0 MiB; 25 % of 2 processors");
}

#[test]
fn times_have_three_digits() {
    let shown = [999, 1_200, 45_600, 789_000, 1_230_000, 99_900_000, 5_000_000_000];
    let shown = shown.map(|nanos| Time(Some(Duration::from_nanos(nanos))).to_string());
    assert_eq!(shown, ["999 ns", "1.20 µs", "45.6 µs", "789 µs", "1.23 ms", "99.9 ms", "5.00 s"]);
}

#[test]
fn what_misses_a_target_is_said_in_words() {
    let all_is_well = PerformanceTargets { events_per_second: Some(200.0), ..PerformanceTargets::production() };
    assert_eq!(all_is_well.check(&stats(1_000, 8)), []);
    let mut slow = stats(1_000, 8);
    slow.merge(&stats(20, 300));
    slow.commands.insert("Audit".into(), stats(1, 9_000).commands["Transfer"].clone());
    (slow.elapsed, slow.memory, slow.cpu) = (Duration::from_secs(20), Some(2 << 30), Some(Duration::from_secs(64)));
    let breaches = PerformanceTargets::production().check(&slow);
    let said: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "51 commands a second, and should be at least 100",
            "102 events a second, and should be at least 1000",
            "p99 is 294 ms, and should be under 100 ms (the slowest is Audit, 8.86 s)",
            "memory is 2.0 GiB, and should be under 1.0 GiB",
            "processor use is 80 %, and should be under 70 %",
        ]
    );
    assert_eq!(PerformanceTargets::production().at_any_load().check(&slow).len(), 3);
    // Nothing has happened: nothing was slow, but little was done.
    assert_eq!(PerformanceTargets::development().check(&Stats::default()).len(), 2);
}
