//! `#[event(…)]` on a method, and what stands on its arguments.

use foldline::{DecodeError, Event, prelude::*};
use futures_util::TryStreamExt;

use crate::names::{Done, number_key};

number_key!(ParcelId);

#[derive(Debug, Clone, Default, PartialEq)]
struct Parcel {
    grams: u64,
    at: Option<String>,
}

#[stream(key = ParcelId)]
impl Parcel {
    /// It was put on the scales.
    #[event(name = "parcel.weighed_in", was("parcel.weighed", "package.weighed"))]
    fn weighed(&mut self, grams: u64) {
        self.grams = grams;
    }

    #[event(version = 2)]
    fn moved(
        &mut self,
        /// Where it is now.
        #[serde(rename = "place")]
        to: String,
        #[serde(default)] _reason: Option<String>,
    ) {
        self.at = Some(to);
    }
}

#[derive(Command)]
struct Handle {
    #[stream]
    parcel: ParcelId,
}

impl Decide for Handle {
    type Error = ();

    fn decide(&self, streams: &mut HandleStreams) -> Result<(), ()> {
        streams.parcel.weighed(250);
        streams.parcel.moved("Oslo".to_owned(), Some("by train".to_owned()));
        Ok(())
    }
}

#[tokio::test]
async fn names_versions_and_fields_are_stored_as_said() -> Done {
    let post = Executor::new(MemoryStore::new());
    post.execute(Handle { parcel: ParcelId(1) }).await.map_err(|_| "handling works")?;
    let records: Vec<_> = post.history(&ParcelId(1)).read().try_collect().await?;
    let stored: Vec<_> =
        records.iter().map(|record| (record.name(), record.schema_version(), record.payload())).collect();
    assert_eq!(
        stored,
        [
            ("parcel.weighed_in", 1, &br#"{"grams":250}"#[..]),
            ("parcel.moved", 2, br#"{"place":"Oslo","reason":"by train"}"#),
        ]
    );
    assert_eq!(records[1].event, ParcelEvent::Moved { to: "Oslo".to_owned(), reason: Some("by train".to_owned()) });
    let parcel = post.load(&ParcelId(1)).await?.ok_or("handled")?;
    assert_eq!((parcel.grams, parcel.at.as_deref()), (250, Some("Oslo")));
    Ok(())
}

#[test]
fn past_names_and_older_versions_are_read_and_newer_ones_refused() {
    for name in ["parcel.weighed_in", "parcel.weighed", "package.weighed"] {
        assert!(
            matches!(ParcelEvent::decode(name, 1, br#"{"grams":1}"#), Ok(ParcelEvent::Weighed { grams: 1 })),
            "{name}"
        );
    }
    // Written before there were reasons, and before the version was raised.
    let old = ParcelEvent::decode("parcel.moved", 1, br#"{"place":"Rome"}"#);
    assert!(matches!(old, Ok(ParcelEvent::Moved { reason: None, .. })), "{old:?}");
    let newer = ParcelEvent::decode("parcel.moved", 3, br#"{"place":"Rome"}"#);
    assert!(matches!(newer, Err(DecodeError::NewerVersion { stored: 3, known: 2 })), "{newer:?}");
    assert!(matches!(ParcelEvent::decode("parcel.lost", 1, b"{}"), Err(DecodeError::UnknownName)));
    assert!(matches!(ParcelEvent::decode("parcel.moved", 2, b"{}"), Err(DecodeError::Payload(_))));
    let entry = ParcelEvent::TYPES[0];
    assert_eq!((entry.name, entry.was), ("parcel.weighed_in", &["parcel.weighed", "package.weighed"][..]));
}
