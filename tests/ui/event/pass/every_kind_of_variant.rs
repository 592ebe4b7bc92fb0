//! Variants with fields, with none, and without braces; and an enum that nothing can happen to.

use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "clock")]
enum ClockEvent {
    Ticked,
    Stopped {},
    #[event(version = 3)]
    Adjusted {
        to: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        by: Option<String>,
    },
    #[cfg(any())]
    Melted(TypeThatDoesNotExist),
}

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "stone")]
enum StoneEvent {}

fn main() {
    let adjusted = ClockEvent::Adjusted { to: 1, by: None };
    for (event, name, version, json) in [
        (ClockEvent::Ticked, "clock.ticked", 1, "{}"),
        (ClockEvent::Stopped {}, "clock.stopped", 1, "{}"),
        (adjusted.clone(), "clock.adjusted", 3, r#"{"to":1}"#),
    ] {
        let mut payload = Vec::new();
        event.encode(&mut payload).unwrap();
        assert_eq!((event.name(), event.schema_version(), &*payload), (name, version, json.as_bytes()));
        assert_eq!(ClockEvent::decode(name, version, &payload).unwrap(), event);
    }
    assert_eq!(ClockEvent::decode("clock.adjusted", 1, br#"{"to":1,"later":true}"#).unwrap(), adjusted);
    assert!(StoneEvent::decode("stone.moved", 1, b"{}").is_err());
}
