use std::time::Duration;

use foldline_runtime::{
    Executor, MemoryStore, PerformanceTargets, Target,
    alerts::{Alert, Alerts, Subject},
};
use tokio::sync::mpsc::{Receiver, channel};

use crate::common::{commands::add, name};

type Done = Result<(), Box<dyn std::error::Error>>;

/// No command is as fast as this.
fn impossible() -> PerformanceTargets {
    let mut targets = PerformanceTargets::default();
    targets.p50 = Some(Duration::from_nanos(1));
    targets
}

/// The next alert. While it is waited for, commands are executed.
async fn next(bank: &Executor, alerts: &mut Receiver<Alert>) -> Result<Alert, Box<dyn std::error::Error>> {
    for _ in 0..6_000 {
        bank.execute(add(&name("a"), 1)).await?;
        if let Ok(alert) = alerts.try_recv() {
            return Ok(alert);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Err("nobody was told".into())
}

#[tokio::test]
async fn whoever_listens_is_told_of_what_was_missed_and_not_of_the_same_again() -> Done {
    let bank = Executor::new(MemoryStore::new());
    let (sender, mut alerts) = channel(10);
    let (told, mut also_told) = channel(10);
    let every_second = || Alerts::new().targets(impossible()).every(Duration::from_secs(1));
    // Whoever panics keeps nobody else from being told.
    let patient = every_second().to(|_: &Alert| panic!("as told")).to(sender).watch(&bank);
    let eager = every_second()
        .cool_down(Duration::ZERO)
        .to(move |alert: &Alert| drop(told.try_send(alert.clone())))
        .watch(&bank);

    let alert = next(&bank, &mut alerts).await?;
    assert_eq!((&*alert.log, alert.subject), ("memory", Subject::Target(Target::P50)));
    assert!(alert.to_string().starts_with("foldline, log `memory`: p50 is "), "{alert}");
    // Somebody else, who wants to hear it each time, hears it three times meanwhile.
    for _ in 0..3 {
        next(&bank, &mut also_told).await?;
    }
    assert!(alerts.try_recv().is_err(), "five minutes are not over");

    // Who is switched off says nothing.
    eager.switch(false);
    let (sender, mut meanwhile) = channel(10);
    let _other = every_second().cool_down(Duration::ZERO).to(sender).watch(&bank);
    next(&bank, &mut meanwhile).await?;
    while also_told.try_recv().is_ok() {}
    for _ in 0..2 {
        next(&bank, &mut meanwhile).await?;
    }
    assert!(also_told.try_recv().is_err(), "it is switched off");
    eager.switch(true);
    next(&bank, &mut also_told).await?;
    drop(patient);
    assert!(alerts.recv().await.is_none(), "nobody is there to tell");
    Ok(())
}
