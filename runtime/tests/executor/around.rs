//! Hooks and layers.

use std::{
    future::IntoFuture,
    sync::{Arc, Mutex},
    time::Duration,
};

use foldline_runtime::{Call, CommandOutcome, CommandReport, ExecuteError, Executor, Layer, MemoryStore, Next, Passed};
use futures_util::{
    FutureExt,
    future::{BoxFuture, join},
};

use crate::common::{
    commands::{Refused, act, add},
    name,
};

type Done = Result<(), Box<dyn std::error::Error>>;

/// What was said, in order.
type Said = Arc<Mutex<Vec<String>>>;

fn said(said: &Said) -> Vec<String> {
    std::mem::take(&mut *said.lock().expect("nobody panics with it"))
}

fn say(said: &Said, what: impl Into<String>) {
    said.lock().expect("nobody panics with it").push(what.into());
}

#[tokio::test]
async fn a_hook_hears_of_every_end() -> Done {
    let heard = Said::default();
    let listening = Arc::clone(&heard);
    let hear = move |report: &CommandReport<'_>| {
        let CommandReport { command, log, outcome, attempts, streams, events, position, .. } = report;
        assert!(report.took > Duration::ZERO && report.took >= report.phases.decide, "{report:?}");
        let user = report.metadata.header("user").unwrap_or("nobody");
        say(&listening, format!("{command} {log} {outcome} {attempts} {streams} {events} {position:?} {user}"));
    };
    let bank = Executor::builder(MemoryStore::new()).on_command_complete(hear).build();
    let a = name("a");
    bank.execute(add(&a, 1)).header("user", "ada").await?;
    assert!(bank.execute(act(&a, |_| Err(Refused::AsTold("no")))).await.is_err());
    assert_eq!(said(&heard), ["Act memory committed 1 1 1 Some(1) ada", "Act memory rejected 1 1 0 None nobody"]);

    drop(bank.execute(act(&a, |_| Ok(()))).into_future());
    assert!(said(&heard).is_empty(), "what was never begun has not ended");
    Ok(())
}

#[tokio::test]
async fn a_hook_that_panics_changes_nothing_about_what_happened() -> Done {
    let bank = Executor::builder(MemoryStore::new()).on_command_complete(|_| panic!("as told")).build();
    assert_eq!(bank.execute(add(&name("a"), 1)).await?.position(), Some(1));
    assert_eq!(bank.execute(add(&name("a"), 1)).await?.position(), Some(2));
    Ok(())
}

/// Says what passes, and denies it to those whose name is its own.
struct Guard(&'static str, Said);

impl Layer for Guard {
    fn execute<'a>(&'a self, call: Call<'a>, next: Next<'a>) -> BoxFuture<'a, Passed> {
        async move {
            let Self(own, heard) = self;
            say(heard, format!("{own} before {}", call.command()));
            if call.metadata().header("user") == Some(own) {
                return next.deny(format!("not you, {own}"));
            }
            let passed = next.run().await;
            say(heard, format!("{own} behind {}", passed.outcome()));
            passed
        }
        .boxed()
    }
}

#[tokio::test]
async fn layers_stand_around_each_other_and_each_may_deny() -> Done {
    let heard = Said::default();
    let (outer, inner) = (Guard("outer", Arc::clone(&heard)), Guard("inner", Arc::clone(&heard)));
    let listening = Arc::clone(&heard);
    let hear = move |report: &CommandReport<'_>| say(&listening, report.outcome.as_str());
    let bank = Executor::builder(MemoryStore::new()).layer(outer).layer(inner).on_command_complete(hear).build();
    bank.execute(add(&name("a"), 1)).await?;
    let around =
        ["outer before Act", "inner before Act", "committed", "inner behind committed", "outer behind committed"];
    assert_eq!(said(&heard), around);

    let denied = bank.execute(add(&name("a"), 1)).header("user", "inner").await;
    assert!(matches!(&denied, Err(ExecuteError::Denied { reason }) if reason == "not you, inner"), "{denied:?}");
    assert_eq!(said(&heard), ["outer before Act", "inner before Act", "denied", "outer behind denied"]);
    assert_eq!(bank.load(&name("a")).await?.map(|tally| tally.version()), Some(1));
    let act = bank.stats().commands["Act"].clone();
    assert_eq!((act.count(CommandOutcome::Denied), act.count(CommandOutcome::Committed)), (1, 1));

    // They share nothing: two at once pass each other.
    let (one, other) =
        join(bank.execute(add(&name("a"), 1)).into_future(), bank.execute(add(&name("b"), 1)).into_future()).await;
    assert!(one.is_ok() && other.is_ok());
    Ok(())
}
