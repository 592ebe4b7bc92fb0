//! A projection that is behind, leaves something aside, and stops.

use foldline_runtime::{
    Delivery, Executor, InMemory, MemoryStore, OnError, Projection, ProjectionError, ProjectionOptions, Projector,
    Stream, metrics,
};
use serde::{Deserialize, Serialize};

use crate::{
    Bank, Done,
    common::{
        Tally, TallyEvent,
        commands::{add, record},
        name, noted,
    },
    prometheus::{seen_by_prometheus, value},
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
    let largest = |seen: &Seen, metric: metrics::Metric| seen.largest.get(metric.name).copied().unwrap_or_default();
    until("an event that is left aside", async || {
        seen.look();
        Ok(largest(seen, metrics::PROJECTION_PARKED) == 1.0)
    })
    .await?;
    projector.stop("notes").await?;
    bank.bank.execute(add(&name("a"), 1)).await?;
    until("a projection that stopped, and is behind", async || {
        seen.look();
        let shown = [metrics::PROJECTION_STOPPED, metrics::PROJECTION_LAG, metrics::PROJECTION_SECONDS];
        Ok(shown.into_iter().all(|metric| largest(seen, metric) > 0.0))
    })
    .await?;
    projector.shutdown().await;
    Ok(())
}

#[test]
fn a_projection_is_told_of_as_it_is_now() -> Done {
    seen_by_prometheus(async |prometheus| {
        let store = MemoryStore::new();
        let bank = Executor::new(store.clone());
        let options = ProjectionOptions::new().on_error(OnError::Park);
        let projector = Projector::builder(store).run_with(InMemory::new(Notes::default()), options).start()?;
        let now = |metric: metrics::Metric| {
            value(&prometheus, &format!("{}{{log=\"memory\",projection=\"notes\"}} ", metric.name))
        };
        let (lag, seconds) = (metrics::PROJECTION_LAG, metrics::PROJECTION_SECONDS);
        let (parked, stopped) = (metrics::PROJECTION_PARKED, metrics::PROJECTION_STOPPED);

        bank.execute(record(&name("noted"), vec![noted("poison")])).await?;
        bank.execute(add(&name("a"), 1)).await?;
        until("an event that is left aside", async || Ok(now(parked) == Some(1.0))).await?;
        // What is left aside is not waited for.
        assert_eq!([lag, seconds, stopped].map(now), [Some(0.0); 3]);
        assert_eq!(now(metrics::PROJECTION_EVENTS), Some(1.0));

        projector.stop("notes").await?;
        bank.execute(add(&name("a"), 1)).await?;
        bank.execute(add(&name("a"), 1)).await?;
        until("a projection that is behind", async || {
            Ok(now(lag) == Some(2.0) && now(stopped) == Some(1.0) && now(seconds) > Some(1.0))
        })
        .await?;
        projector.resume("notes").await?;
        until("a projection that is up to date", async || Ok([lag, seconds, stopped].map(now) == [Some(0.0); 3]))
            .await?;

        // Nobody is to be alarmed by what is not run any more.
        projector.stop("notes").await?;
        until("a projection that stopped", async || Ok(now(stopped) == Some(1.0))).await?;
        drop(projector);
        until("a projection that is gone", async || Ok(now(stopped) == Some(0.0) && now(parked) == Some(0.0))).await
    })
}
