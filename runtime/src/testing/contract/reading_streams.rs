//! Reading streams: whole, in pages, as of a version or a position.

use super::{Draft, Subject, accepted, subject::works};
use crate::{
    metadata::Metadata,
    recorded::RawEvent,
    storage::{Seen, Store, StreamPage, StreamRead},
    stream::StreamName,
};

/// Name, schema version, payload, commit, metadata; and one time for the events of one commit.
pub async fn an_event_comes_back_as_it_was_recorded(log: Subject) {
    let mut metadata = Metadata {
        command: Some("Transfer".into()),
        correlation: Some("request 1".into()),
        causation: Some("order 2".into()),
        traceparent: Some("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into()),
        ..Metadata::default()
    };
    metadata.set_header("user", "ada");
    let draft = Draft::new().sees("a-1", Seen::Nothing).sees("b-1", Seen::Nothing).metadata(metadata.clone());
    let draft =
        draft.adds_as("a-1", "a.opened", 1, br#"{"owner":"ada"}"#).adds_as("b-1", "b.counted", 3, br#"{"n":1}"#);
    let id = draft.id;
    accepted(log.settle(draft).await);

    for events in [log.log().await, [log.stream("a-1").await, log.stream("b-1").await].concat()] {
        let [a, b] = &events[..] else { return assert_eq!(events.len(), 2) };
        assert_eq!((a.stream().as_str(), a.name(), a.schema_version()), ("a-1", "a.opened", 1));
        assert_eq!((b.stream().as_str(), b.name(), b.schema_version()), ("b-1", "b.counted", 3));
        assert_eq!((a.payload(), b.payload()), (&br#"{"owner":"ada"}"#[..], &br#"{"n":1}"#[..]));
        assert_eq!((a.position(), a.version(), b.position(), b.version()), (1, 1, 2, 1));
        for event in [a, b] {
            assert_eq!((event.commit(), event.metadata(), event.time()), (id, &metadata, a.time()));
        }
    }
}

/// Not an error: most streams begin so.
pub async fn a_stream_without_events_is_an_empty_page(log: Subject) {
    let pages = works("reading", log.store().read_streams(vec![StreamRead::new("a-1".into())]).await);
    assert_eq!(pages.len(), 1);
    assert!(pages[0].events.is_empty() && !pages[0].more);
    assert_eq!(works("reading no stream", log.store().read_streams(vec![]).await).len(), 0);
}

/// Each its own page with its own bounds, the absent ones and those asked twice included.
pub async fn many_streams_come_in_the_order_asked(log: Subject) {
    for n in 1..=5 {
        accepted(log.settle(Draft::new().starts(&format!("a-{n}"), n)).await);
    }
    let read = |stream: &str| StreamRead::new(stream.into());
    let reads = vec![read("a-5"), read("a-0"), read("a-2"), read("a-5").after(4), read("a-1"), read("a-2").after(2)];
    let pages = works("reading", log.store().read_streams(reads).await);
    let shown: Vec<Vec<_>> =
        pages.iter().map(|page| page.events.iter().map(|e| (e.stream().as_str(), e.version())).collect()).collect();
    assert_eq!(
        shown,
        [
            (1..=5).map(|version| ("a-5", version)).collect(),
            vec![],
            vec![("a-2", 1), ("a-2", 2)],
            vec![("a-5", 5)],
            vec![("a-1", 1)],
            vec![],
        ]
    );
    assert!(pages.iter().all(|page| !page.more));
}

/// Whatever their size, nothing twice, and an end.
pub async fn pages_add_up_to_the_stream(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 7)).await);
    accepted(log.settle(Draft::new().starts("b-1", 7)).await);
    for limit in 1..=8 {
        let mut read = StreamRead { limit, ..StreamRead::new("a-1".into()) };
        let mut versions = Vec::new();
        loop {
            let page = page(&log, read.clone()).await;
            assert!(page.events.len() <= limit, "{} events in a page of {limit}", page.events.len());
            assert!(!page.more || page.events.len() == limit, "a page that is not the last is full");
            assert!(page.events.iter().all(|event| event.version() > read.after), "a page begins behind its start");
            versions.extend(page.events.iter().map(RawEvent::version));
            read.after = versions.last().copied().unwrap_or_default();
            if !page.more {
                break;
            }
        }
        assert_eq!(versions, [1, 2, 3, 4, 5, 6, 7], "in pages of {limit}");
    }
}

/// The past is read by naming its end.
pub async fn a_version_or_a_position_bounds_a_stream(log: Subject) {
    // Versions 1, 2, 3, 4 of `a-1` stand at the positions 1, 3, 5, 7.
    for n in 0..4 {
        let a = log.end_of("a-1").await;
        let draft = Draft::new().continues("a-1", a).starts(&format!("b-{n}"), 1);
        accepted(log.settle(draft).await);
    }
    let read = StreamRead::new("a-1".into());
    let cases = [
        (StreamRead { until_version: 0, ..read.clone() }, vec![]),
        (StreamRead { until_version: 2, ..read.clone() }, vec![1, 2]),
        (StreamRead { until_version: 9, ..read.clone() }, vec![1, 2, 3, 4]),
        (StreamRead { until_position: 0, ..read.clone() }, vec![]),
        (StreamRead { until_position: 1, ..read.clone() }, vec![1]),
        (StreamRead { until_position: 4, ..read.clone() }, vec![1, 2]),
        (StreamRead { until_position: 5, ..read.clone() }, vec![1, 2, 3]),
        (StreamRead { until_position: 5, until_version: 2, ..read.clone() }, vec![1, 2]),
        (StreamRead { until_position: 3, until_version: 4, ..read.clone() }, vec![1, 2]),
        (StreamRead { after: 1, until_version: 3, ..read.clone() }, vec![2, 3]),
        (StreamRead { after: 3, until_version: 2, ..read.clone() }, vec![]),
        (StreamRead { after: 1, until_position: 5, ..read.clone() }, vec![2, 3]),
    ];
    for (read, expected) in cases {
        let shown = format!("{read:?}");
        let page = page(&log, read).await;
        let versions: Vec<u64> = page.events.iter().map(RawEvent::version).collect();
        assert_eq!((versions, page.more), (expected, false), "{shown}");
    }
}

/// A reader that is up to date.
pub async fn a_start_behind_the_end_is_an_empty_page(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 2)).await);
    for after in [2, 3, 1_000_000] {
        let page = page(&log, StreamRead::new(StreamName::from("a-1")).after(after)).await;
        assert!(page.events.is_empty() && !page.more, "after {after}");
    }
}

async fn page(log: &Subject, read: StreamRead) -> StreamPage {
    works("reading a stream", log.store().read_streams(vec![read]).await).pop().unwrap_or_default()
}
