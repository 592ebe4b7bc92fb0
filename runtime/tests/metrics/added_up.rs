//! What exporters are told of commands that are over at once, a few at a time, is what happened.

use foldline_runtime::{CommandOutcome, Executor, MemoryStore};

use crate::{
    Done,
    common::{
        commands::{Refused, act, add, record},
        name, noted,
    },
    prometheus::{seen_by_prometheus, value},
};

#[test]
fn what_exporters_are_told_adds_up_to_what_happened() -> Done {
    seen_by_prometheus(async |prometheus| {
        let bank = Executor::new(MemoryStore::new());
        let a = name("a");
        for n in 0..1_000 {
            bank.execute(add(&a, n)).await?;
            if n % 7 == 0 {
                assert!(bank.execute(act(&a, |_| Err(Refused::AsTold("no")))).await.is_err());
            }
            if n % 10 == 0 {
                // Others than most of its kind record, and nothing.
                bank.execute(record(&a, vec![noted("tenth"), noted("again")])).await?;
                bank.execute(record(&a, Vec::new())).await?;
            }
        }
        let stats = bank.stats().commands["Act"].clone();
        let (committed, rejected) = (stats.count(CommandOutcome::Committed), stats.count(CommandOutcome::Rejected));
        assert_eq!((committed, rejected, stats.events), (1_200, 143, 1_200));
        // Whatever it was not told of by now.
        drop(bank);
        let told = |series: &str| value(&prometheus, series).unwrap_or_default() as u64;
        let ended =
            |outcome| told(&format!(r#"foldline_commands_total{{log="memory",command="Act",outcome="{outcome}"}} "#));
        assert_eq!((ended("committed"), ended("rejected")), (committed, rejected));
        let events = |event| told(&format!(r#"foldline_events_total{{log="memory",event="{event}"}} "#));
        assert_eq!((events("tally.added"), events("tally.noted")), (1_000, 200));
        assert_eq!(told(r#"foldline_cache_hits_total{log="memory"} "#), stats.cache_hits);
        assert_eq!(told(r#"foldline_cache_misses_total{log="memory"} "#), stats.cache_misses);
        let timed = told(r#"foldline_command_duration_seconds_count{log="memory",command="Act"} "#);
        assert_eq!(timed, stats.latency.count());
        Ok(())
    })
}
