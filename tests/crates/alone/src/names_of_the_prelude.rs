//! A domain whose words are Rust's own, or Foldline's: none of them may be what the macros' output means.
#![expect(dead_code, unreachable_pub, reason = "the names are the point, and not all of them are used")]

/// Names that generated code might think are its own. The primitive types are not here: serde takes those for its own.
mod taken {
    pub struct Result;
    pub struct Box;
    pub struct Some;
    pub struct None;
    pub struct Ok;
    pub struct Err;
    pub struct Send;
    pub struct Sync;
    pub struct Sized;
    pub struct From;
    pub struct Into;
    pub struct Iterator;
    pub struct ToString;
    pub struct Names;
    pub struct Records;
    pub struct StreamMut;
    pub struct StreamRef;
    pub struct StreamKey;
    pub struct Opener;
    pub struct Access;
    pub struct Fingerprint;
    pub struct EventType;
    pub struct Writes;
    pub struct Reads;
    pub struct Storable;
    pub struct Assumed;
    pub struct Serialize;
    pub struct Deserialize;
    pub struct Serializer;
    pub struct Deserializer;
    pub struct Formatter;
    pub trait Clone {}
    pub trait Debug {}
    pub trait PartialEq {}
    pub trait Default {}
    pub trait Payload {}
    pub trait Decide {}
    pub mod serde {}
    pub mod core {}
    pub mod std {}
    pub mod alloc {}
    pub mod foldline {}
}

#[allow(unused_imports, reason = "that they are in scope is the point")]
use self::taken::*;

#[derive(
    ::core::fmt::Debug,
    ::core::clone::Clone,
    ::core::cmp::PartialEq,
    ::core::cmp::Eq,
    ::core::cmp::PartialOrd,
    ::core::cmp::Ord,
    ::core::hash::Hash,
)]
pub struct String(pub ::core::primitive::u64);

impl ::core::fmt::Display for String {
    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::core::fmt::Display::fmt(&self.0, f)
    }
}

impl ::core::str::FromStr for String {
    type Err = ::core::num::ParseIntError;

    fn from_str(text: &::core::primitive::str) -> ::core::result::Result<Self, Self::Err> {
        ::core::result::Result::map(text.parse(), Self)
    }
}

/// A state called `Option`, whose key is called `String`, and whose facts are called as the words of the output are.
#[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::default::Default)]
pub struct Option(::core::primitive::u64);

#[::foldline::stream(key = String, events = Event, facts = Stream, derive(::core::cmp::Eq))]
impl Option {
    #[event]
    fn some(&mut self, event: ::core::primitive::u64) {
        self.0 += event;
    }

    #[event]
    fn none(&mut self) {}

    #[event]
    fn ok(&mut self, _payload: ::std::string::String, _known: ::core::option::Option<::core::primitive::bool>) {}

    #[event(version = 2)]
    fn err(&mut self, _version: ::core::primitive::u32, _name: ::std::vec::Vec<::core::primitive::u8>) {}

    #[event]
    fn clone(&mut self, state: ::core::primitive::u64) {
        self.0 = state;
    }

    #[event]
    fn apply(&mut self) {}

    #[event]
    fn record(&mut self) {}

    #[event]
    fn encode(&mut self) {}

    #[event]
    fn deref(&mut self) {}
}

#[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq, ::foldline::Event)]
#[event(category = "vec")]
enum Vec {
    Some { vec: ::core::primitive::u64 },
    None,
    Self_ { payload: ::core::option::Option<::std::boxed::Box<::core::primitive::str>> },
}

/// A command called `Command`, with fields called as the words of the output are.
#[derive(::foldline::Command)]
#[command(follow(ready: ::core::option::Option<String> = ::core::option::Option::None, read))]
struct Command<'a> {
    #[stream(existing, or = "there is none")]
    opener: &'a String,
    #[stream(read)]
    streams: ::std::vec::Vec<String>,
    #[stream]
    fingerprint: [String; 1],
    declared: ::core::primitive::u64,
    name: ::core::option::Option<::core::primitive::u8>,
}

impl ::foldline::Decide for Command<'_> {
    type Error = &'static ::core::primitive::str;

    fn decide(&self, streams: &mut CommandStreams) -> ::core::result::Result<(), Self::Error> {
        ::foldline::ensure!(streams.ready.is_none(), "nothing is followed");
        ::foldline::ensure!(streams.streams.values().all(|option| option.0 == 0), "they are empty");
        streams.opener.clone(self.declared);
        streams.opener.some(1);
        for option in streams.fingerprint.values_mut() {
            option.record();
        }
        ::core::result::Result::Ok(())
    }
}

#[cfg(test)]
mod tests {
    use foldline::testing::given;

    use super::{Command, Event, String, Vec};

    #[test]
    fn what_is_called_so_is_meant() {
        let (one, two) = (String(1), String(2));
        let command = || Command { opener: &one, streams: vec![], fingerprint: [String(2)], declared: 3, name: None };
        given()
            .stream(&one, [Event::None])
            .when(command())
            .then(&one, [Event::Clone { state: 3 }, Event::Some { event: 1 }])
            .then(&two, [Event::Record])
            .and_nothing_else();
        given().when(command()).rejected("there is none");

        let mut payload = vec![];
        let stored = Vec::Self_ { payload: Some("x".into()) };
        assert!(foldline::Event::encode(&stored, &mut payload).is_ok());
        assert_eq!(payload, br#"{"payload":"x"}"#);
        let read: Option<Vec> = foldline::Event::decode("vec.self_", 1, &payload).ok();
        assert_eq!(read, Some(stored));
    }
}
