//! What a `#[projection]` is told, and what it does with it.

use std::collections::BTreeMap;

use foldline::{OnError, Projection, ProjectionOptions, RawEvent, RunState, prelude::*};
use serde::{Deserialize, Serialize};

use crate::names::{Done, number_key};

number_key!(JarId, ShelfId);

#[derive(Debug, Clone, Default, PartialEq)]
struct Jar {
    beans: u32,
}

#[stream(key = JarId)]
impl Jar {
    #[event]
    fn filled(&mut self, beans: u32, _by: String) {
        self.beans += beans;
    }

    #[event]
    fn emptied(&mut self) {
        self.beans = 0;
    }

    #[event]
    fn labelled(&mut self, _text: String) {}
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Shelf;

#[stream(key = ShelfId)]
impl Shelf {
    #[event]
    fn moved(&mut self, _to: u32) {}
}

#[derive(Command)]
struct Keep {
    #[stream]
    jar: JarId,
    #[stream]
    shelf: ShelfId,
    beans: u32,
}

impl Decide for Keep {
    type Error = std::fmt::Error;

    fn decide(&self, streams: &mut KeepStreams) -> Result<(), std::fmt::Error> {
        if self.beans == 0 {
            streams.jar.emptied();
            streams.jar.labelled("empty".into());
        } else {
            streams.jar.filled(self.beans, "ada".into());
            streams.shelf.moved(self.beans);
        }
        Ok(())
    }
}

/// What is in the pantry.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Pantry {
    beans: BTreeMap<u32, u32>,
    versions: Vec<(u64, u64)>,
    moves: u32,
}

#[projection(ignore(JarEvent::Labelled))]
impl Pantry {
    #[on(JarEvent::Filled)]
    fn filled(&mut self, jar: JarId, by: String, record: &RawEvent, beans: u32) -> Result<(), String> {
        if beans > 100 {
            return Err(format!("{by} has too many"));
        }
        *self.beans.entry(jar.0).or_default() += beans;
        self.versions.push((record.position(), record.version()));
        Ok(())
    }

    #[on(JarEvent::Emptied)]
    fn emptied(&mut self, jar: JarId) {
        self.beans.remove(&jar.0);
    }

    #[on(ShelfEvent::Moved)]
    fn moved(&mut self, _shelf: ShelfId, to: u32) {
        self.moves += u32::from(to > 0);
    }
}

#[tokio::test]
async fn handlers_take_the_key_the_fields_and_the_record() -> Done {
    let kitchen = Executor::new(MemoryStore::new());
    let pantry = InMemory::new(Pantry::default()).saved();
    let view = pantry.view();
    let options = ProjectionOptions::new().on_error(OnError::Park);
    let projector = Projector::builder(kitchen.store().clone()).run_with(pantry, options).start()?;
    for (jar, beans) in [(1, 5), (2, 7), (1, 6), (2, 0)] {
        let done = kitchen.execute(Keep { jar: JarId(jar), shelf: ShelfId(1), beans }).await?;
        projector.wait_for(&done).await?;
    }
    let expected = Pantry { beans: BTreeMap::from([(1, 11)]), versions: vec![(1, 1), (3, 1), (5, 2)], moves: 3 };
    assert_eq!(view.read(Pantry::clone), expected);

    // What a handler refuses is no part of it.
    let done = kitchen.execute(Keep { jar: JarId(1), shelf: ShelfId(1), beans: 101 }).await?;
    projector.wait_for(&done).await?;
    assert_eq!(view.read(|pantry| (pantry.beans.clone(), pantry.moves)), (expected.beans, 4));
    let status = projector.status().await?.remove(0);
    assert_eq!((status.state, status.parked.len()), (RunState::Parked, 1));
    assert!(status.parked[0].error.contains("ada has too many"), "{}", status.parked[0].error);
    Ok(())
}

#[test]
fn it_is_called_after_its_type_and_stands_for_its_code() {
    assert_eq!((Pantry::NAME, Pantry::CATEGORIES, Pantry::PARTITIONED), ("pantry", &["jar", "shelf"][..], false));
    assert_ne!(Pantry::CODE, 0);
}
