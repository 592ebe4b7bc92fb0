//! A projection that is behind, leaves something aside, and stops.

use std::time::Duration;

use foldline_runtime::{
    Delivery, InMemory, OnError, Projection, ProjectionError, ProjectionOptions, Projector, Stream, metrics,
};
use serde::{Deserialize, Serialize};

use crate::{
    Bank, Done,
    common::{
        Tally, TallyEvent,
        commands::{add, record},
        name, noted,
    },
    seen::Seen,
    until,
};

/// How many notes there are. Of poison it wants to know nothing.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Notes(u64);

impl Projection for Notes {
    const NAME: &'static str = "notes";
    const CATEGORIES: &'static [&'static str] = &[Tally::CATEGORY];
    const CODE: u64 = 0;

    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
        match delivery.event()? {
            TallyEvent::Noted { text } if text == "poison" => Err(ProjectionError::handler("it cannot stand poison")),
            TallyEvent::Noted { .. } => {
                self.0 += 1;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

pub(crate) async fn a_projection_that_is_behind(bank: &Bank, seen: &mut Seen) -> Done {
    let options = ProjectionOptions::new().on_error(OnError::Park);
    let projector =
        Projector::builder(bank.store.clone()).run_with(InMemory::new(Notes::default()), options).start()?;
    bank.bank.execute(record(&name("noted"), vec![noted("poison")])).await?;
    until("an event that is left aside", async || {
        seen.look();
        Ok(seen.now(metrics::PROJECTION_PARKED.name) == 1.0 && seen.now(metrics::PROJECTION_LAG.name) == 0.0)
    })
    .await?;
    assert!(seen.now(metrics::PROJECTION_SECONDS.name) == 0.0, "what is left aside is not waited for");

    projector.stop("notes").await?;
    let long = Duration::from_millis(1_200);
    bank.bank.execute(add(&name("a"), 1)).await?;
    bank.bank.execute(add(&name("a"), 1)).await?;
    until("a projection that is behind", async || {
        seen.look();
        Ok(seen.now(metrics::PROJECTION_LAG.name) == 2.0
            && seen.now(metrics::PROJECTION_SECONDS.name) >= long.as_secs_f64()
            && seen.now(metrics::PROJECTION_STOPPED.name) == 1.0)
    })
    .await?;

    projector.resume("notes").await?;
    until("a projection that is up to date", async || {
        seen.look();
        let behind = [metrics::PROJECTION_LAG, metrics::PROJECTION_SECONDS, metrics::PROJECTION_STOPPED];
        Ok(behind.iter().all(|metric| seen.now(metric.name) == 0.0))
    })
    .await?;
    assert!(seen.has(metrics::PROJECTION_EVENTS.name, &[("log", "watched"), ("projection", "notes")]));
    projector.shutdown().await;
    Ok(())
}
