//! What `decide` can do with an open stream.

use foldline::prelude::*;
use futures_util::TryStreamExt;

use crate::names::{Done, number_key};

number_key!(CupId, TrayId);

#[derive(Debug, Clone, Default, PartialEq)]
struct Cup {
    sips: u32,
}

#[stream(key = CupId)]
impl Cup {
    #[event]
    fn poured(&mut self, sips: u32) {
        self.sips = sips;
    }

    #[event]
    fn sipped(&mut self) {
        self.sips -= 1;
    }
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Tray {
    cups: u32,
}

#[stream(key = TrayId)]
impl Tray {
    #[event]
    fn laid(&mut self) {
        self.cups += 1;
    }
}

#[derive(Command)]
struct Serve {
    #[stream]
    cup: CupId,
    #[stream]
    tray: TrayId,
}

impl Decide for Serve {
    type Error = ();

    fn decide(&self, streams: &mut ServeStreams) -> Result<(), ()> {
        let (cup, tray) = (&mut streams.cup, &mut streams.tray);
        assert_eq!((cup.exists(), cup.version(), cup.key()), (false, 0, &CupId(1)));
        cup.poured(2);
        // At once: the next line sees it, the version and the existence too.
        assert_eq!((cup.exists(), cup.version(), cup.sips), (true, 1, 2));
        tray.laid();
        cup.emit(CupEvent::Sipped);
        assert_eq!((cup.sips, tray.cups), (1, 1));
        let sips = cup.sips;
        cup.poured(sips + 10);
        assert_eq!(format!("{cup:?}"), "StreamMut { key: 1, version: 3, state: Cup { sips: 11 } }");
        Ok(())
    }
}

#[tokio::test]
async fn facts_apply_at_once_and_are_numbered_as_they_were_recorded() -> Done {
    let kitchen = Executor::new(MemoryStore::new());
    kitchen.execute(Serve { cup: CupId(1), tray: TrayId(1) }).await.map_err(|_| "serving works")?;
    let log: Vec<_> =
        kitchen.log(0).raw().map_ok(|e| format!("{} {} {}", e.position(), e.stream(), e.name())).try_collect().await?;
    assert_eq!(log, ["1 cup-1 cup.poured", "2 tray-1 tray.laid", "3 cup-1 cup.sipped", "4 cup-1 cup.poured"]);
    Ok(())
}

#[derive(Command)]
struct Drain {
    #[stream(existing)]
    cup: CupId,
    give_up: bool,
}

impl Decide for Drain {
    type Error = String;

    fn decide(&self, streams: &mut DrainStreams) -> Result<(), String> {
        while streams.cup.sips > 0 {
            streams.cup.sipped();
        }
        ensure!(!self.give_up, "too bitter");
        Ok(())
    }
}

#[tokio::test]
async fn a_rejection_stores_nothing_of_what_it_recorded() -> Done {
    let kitchen = Executor::new(MemoryStore::new());
    kitchen.execute(Serve { cup: CupId(1), tray: TrayId(1) }).await.map_err(|_| "serving works")?;
    let rejected = kitchen.execute(Drain { cup: CupId(1), give_up: true }).await;
    assert!(matches!(&rejected, Err(ExecuteError::Rejected(why)) if why == "too bitter"), "{rejected:?}");
    assert_eq!(kitchen.load(&CupId(1)).await?.map(|cup| cup.sips), Some(11));
    let done = kitchen
        .execute(Drain { cup: CupId(1), give_up: false })
        .with_state(&CupId(1))
        .await
        .map_err(|error| error.to_string())?;
    assert_eq!(done.state(&CupId(1)), Some(&Cup { sips: 0 }));
    Ok(())
}
