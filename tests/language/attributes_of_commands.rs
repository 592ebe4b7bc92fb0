//! `#[command(…)]` on a struct; `follow` has a file of its own.

use foldline::{Command, prelude::*};
use futures_util::TryStreamExt;

use crate::names::{Done, number_key};

number_key!(BellId);

#[derive(Debug, Clone, Default)]
struct Bell {
    rings: u32,
}

#[stream(key = BellId)]
impl Bell {
    #[event]
    fn rung(&mut self) {
        self.rings += 1;
    }
}

/// As a program that hides Foldline behind a name of its own.
mod reexport {
    pub(crate) use foldline as events;
}

/// Several `#[command(…)]` are one.
#[derive(Command)]
#[command(name = "bell.ring", streams = OpenBell)]
#[command(crate = reexport::events)]
struct Ring {
    #[stream]
    bell: BellId,
}

impl Decide for Ring {
    type Error = ();

    fn decide(&self, streams: &mut OpenBell) -> Result<(), ()> {
        streams.bell.rung();
        Ok(())
    }
}

#[tokio::test]
async fn a_command_is_called_what_it_says() -> Done {
    assert_eq!(Ring::NAME, "bell.ring");
    let tower = Executor::new(MemoryStore::new());
    tower.execute(Ring { bell: BellId(1) }).await.map_err(|_| "ringing works")?;
    let record = tower.log(0).raw().try_next().await?.ok_or("one event")?;
    assert_eq!(record.metadata().command.as_deref(), Some("bell.ring"));
    assert_eq!(tower.load(&BellId(1)).await?.map(|bell| bell.rings), Some(1));
    Ok(())
}

/// Attributes of other macros stand beside Foldline's.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize, Command)]
struct Mixed {
    #[stream(read)]
    #[serde(skip, default = "first_bell")]
    bell: BellId,
    #[serde(rename = "loudness")]
    volume: u8,
}

fn first_bell() -> BellId {
    BellId(1)
}

impl Decide for Mixed {
    type Error = ();

    fn decide(&self, streams: &mut MixedStreams) -> Result<(), ()> {
        assert_eq!(streams.bell.rings, 0);
        Ok(())
    }
}

#[tokio::test]
async fn attributes_of_others_live_beside() -> Done {
    let mixed: Mixed = serde_json::from_str(r#"{"loudness":11}"#)?;
    assert_eq!((mixed.bell, mixed.volume, Mixed::NAME), (BellId(1), 11, "Mixed"));
    Executor::new(MemoryStore::new()).execute(mixed).await.map_err(|_| "looking works")?;
    Ok(())
}
