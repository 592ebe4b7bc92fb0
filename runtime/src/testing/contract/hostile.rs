//! Input of any content and size is an error, or is stored to the letter. It is never a panic, and never anything else.

use super::{Draft, Subject, accepted, stale, subject::works};
use crate::{
    error::StoreError,
    id::CommitId,
    limits,
    metadata::Metadata,
    storage::{LogRead, Outcome, Seen, Store, StreamRead},
    stream::StreamName,
};

const TEXTS: [&str; 16] = [
    "'; drop table events; --",
    "\"quoted\"",
    "back\\slash",
    "$1 {} %s %",
    "a,b",
    "{a,NULL}",
    "NULL",
    "line\nbreak\r\n",
    "tab\t",
    "é",
    "e\u{301}",
    "🦀",
    "\u{feff}bom",
    " padded ",
    "padded",
    "PADDED",
];

/// Quotes, braces, case, spaces, line breaks and accents included; up to the stated length.
pub async fn names_are_told_apart_to_the_letter(log: Subject) {
    let long = "x".repeat(limits::STREAM_NAME_BYTES - "a-".len());
    let names: Vec<String> = TEXTS.iter().copied().chain([&*long, ""]).map(|text| format!("a-{text}")).collect();
    for name in &names {
        accepted(log.settle(Draft::new().starts(name, 1)).await);
    }
    let reads = names.iter().map(|name| StreamRead::new(StreamName::from(name.as_str()))).collect();
    for (name, page) in names.iter().zip(works("reading", log.store().read_streams(reads).await)) {
        assert_eq!(page.events.len(), 1, "{name:?}");
        assert_eq!(page.events[0].stream().as_str(), name);
    }
    assert_eq!(stale(&log.settle(Draft::new().starts(&names[0], 1)).await, 1), names[0]);
}

/// Spaces, the order of fields, the digits of numbers: it is stored as it was encoded, and never parsed.
pub async fn a_payload_is_kept_to_the_letter(log: Subject) {
    let payloads = [
        r#"{ "b" : 1,"a":2 , "b":3 }"#,
        r#"{"n":1.0e5,"big":123456789012345678901234567890,"exact":0.10}"#,
        r#"{"nul":"\u0000","slash":"\/","crab":"\ud83e\udd80"}"#,
        r#"{"sql":"'; drop table events; --","brace":"{a,\"b\"}","back":"\\"}"#,
        "{\"crab\":\"🦀\",\"é\":\"e\u{301}\"}",
        "{\n}",
        "{}",
    ];
    let draft = Draft::new().sees("a-1", Seen::Nothing);
    let draft = payloads.iter().fold(draft, |draft, text| draft.adds_as("a-1", "a.said", 1, text.as_bytes()));
    accepted(log.settle(draft).await);
    let events = log.stream("a-1").await;
    assert_eq!(events.len(), payloads.len());
    for (event, payload) in events.iter().zip(payloads) {
        assert_eq!(String::from_utf8_lossy(event.payload()), payload);
    }
}

/// Read alone, and in a page with others.
pub async fn a_payload_of_10_megabytes_is_kept(log: Subject) {
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(10 * 1024 * 1024));
    let draft = Draft::new().sees("a-1", Seen::Nothing).adds("a-1");
    accepted(log.settle(draft.adds_as("a-1", "a.said", 1, large.as_bytes()).adds("a-1")).await);
    let events = log.stream("a-1").await;
    assert_eq!(events.iter().map(|event| event.payload().len()).collect::<Vec<_>>(), [2, large.len(), 2]);
    assert!(events[1].payload() == large.as_bytes(), "it is another text of the same length");
}

/// NUL characters included: they are text like any other.
pub async fn metadata_is_kept_to_the_letter(log: Subject) {
    let correlation = Some("NUL \0 and '\"\\".into());
    let mut metadata = Metadata { correlation, causation: Some("".into()), ..Metadata::default() };
    for text in TEXTS {
        metadata.set_header(text, format!("{text}\0"));
    }
    metadata.set_header("", "x".repeat(limits::METADATA_BYTES / 2));
    accepted(log.settle(Draft::new().starts("a-1", 1).metadata(metadata.clone())).await);
    assert_eq!(log.log().await.first().map(|event| event.metadata().clone()), Some(metadata));
}

/// In the name of a stream or of an event: databases cannot store it in a text.
pub async fn a_nul_in_a_name_is_an_error_or_kept(log: Subject) {
    error_or_kept(&log, "a-1\0", Draft::new().starts("a-1\0", 1)).await;
    let event = Draft::new().sees("a-2", Seen::Nothing).adds_as("a-2", "a.\0said", 1, b"{}");
    error_or_kept(&log, "a-2", event).await;
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    let read = log.store().read_streams(vec![StreamRead::new("b-\0".into())]).await;
    assert!(read.is_err() || read.is_ok_and(|pages| pages.iter().all(|page| page.events.is_empty())));
}

/// A hand-written event may encode anything.
pub async fn a_payload_that_is_no_json_is_an_error_or_kept(log: Subject) {
    for (n, payload) in [&b"no json"[..], b"", b"{\"text\":\"\xff\xfe\"}", b"\0", b"{}{}"].into_iter().enumerate() {
        let stream = format!("a-{n}");
        let draft = Draft::new().sees(&stream, Seen::Nothing).adds_as(&stream, "a.said", 1, payload);
        error_or_kept(&log, &stream, draft).await;
    }
}

async fn error_or_kept(log: &Subject, stream: &str, draft: Draft) {
    let before = works("reading the head", log.store().head().await);
    let payload = crate::storage::Commit::from(draft.clone()).payloads().clone();
    match log.settle(draft).await {
        Outcome::Committed(_) => {
            let events = log.stream(stream).await;
            assert_eq!(events.len(), 1);
            assert_eq!(events[0].payload(), payload);
        }
        Outcome::Failed(error) => {
            assert!(!error.is_transient(), "trying again will not help: {error:?}");
            assert_eq!(works("reading the head", log.store().head().await), before);
        }
        other => assert!(matches!(other, Outcome::Failed(_)), "{other:?}"),
    }
}

/// Whoever waits beside what cannot be stored is answered as if it were not there.
pub async fn what_poisons_a_batch_takes_nobody_down(log: Subject) {
    let mut tickets = Vec::new();
    for n in 0..32 {
        let stream = format!("a-{n}");
        let payload = if n % 8 == 3 { &b"{\"text\":\"\xff\"}"[..] } else { b"{}" };
        let draft = Draft::new().sees(&stream, Seen::Nothing).adds_as(&stream, "a.said", 1, payload);
        let place = works("taking a place", log.store().reserve().await);
        tickets.push((n, log.store().submit(place, draft.into())));
    }
    for (n, ticket) in tickets {
        let outcome = ticket.outcome().await;
        if n % 8 == 3 {
            assert!(matches!(outcome, Outcome::Committed(_) | Outcome::Failed(_)), "{outcome:?}");
        } else {
            accepted(outcome);
        }
    }
    let events = log.log().await;
    assert!(events.iter().zip(1..).all(|(event, position)| event.position() == position));
}

/// Versions and positions that no column holds.
pub async fn numbers_beyond_a_database_are_no_panic(log: Subject) {
    accepted(log.settle(Draft::new().starts("a-1", 1)).await);
    for version in [u64::MAX, i64::MAX as u64, i64::MAX as u64 + 1] {
        for commit in [CommitId::from_u128(0), CommitId::from_u128(u128::MAX)] {
            let seen = Seen::At { version, commit };
            assert_eq!(stale(&log.settle(Draft::new().continues("a-1", seen)).await, 1), "a-1");
            assert_eq!(works("finding a commit", log.store().find_commit(commit).await), None);
        }
        let read = StreamRead::new("a-1".into()).after(version);
        let pages = works("reading", log.store().read_streams(vec![read]).await);
        assert!(pages.iter().all(|page| page.events.is_empty()));
        let beyond = log.store().read_log(LogRead::after(version)).await;
        assert!(matches!(beyond, Err(StoreError::BeyondHead { .. })), "{beyond:?}");
        let all = LogRead { until: version, limit: usize::MAX, ..LogRead::after(0) };
        assert_eq!(works("reading", log.store().read_log(all).await).events.len(), 1);
        let all = StreamRead { until_version: version, until_position: version, ..StreamRead::new("a-1".into()) };
        let pages = works("reading", log.store().read_streams(vec![StreamRead { limit: usize::MAX, ..all }]).await);
        assert_eq!(pages[0].events.len(), 1);
    }
}
