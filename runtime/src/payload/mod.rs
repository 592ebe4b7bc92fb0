//! Payloads as the macros store them: the fields of one enum variant as one JSON object, its name beside it.

mod decode;
mod encode;
pub(crate) mod faithful;
pub(crate) mod storable;

pub use self::{decode::PayloadDeserializer, encode::PayloadSerializer};
use crate::event::{DecodeError, EncodeError};

/// What the encoder said, in the words of [`Event`](crate::Event).
#[doc(hidden)]
pub fn encoded(result: Result<(), serde_json::Error>) -> Result<(), EncodeError> {
    result.map_err(EncodeError::new)
}

/// What the decoder said, in the words of [`Event`](crate::Event).
#[doc(hidden)]
pub fn decoded<E>(result: Result<E, serde_json::Error>) -> Result<E, DecodeError> {
    result.map_err(DecodeError::payload)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    enum Facts {
        #[serde(rename = "a.closed")]
        Closed {},
        #[serde(rename = "a.paid")]
        Paid { cents: u64, note: Option<String> },
        #[serde(rename = "a.noted")]
        Noted {
            by: String,
            #[serde(flatten)]
            rest: BTreeMap<String, u8>,
        },
        #[serde(rename = "a.odd")]
        Odd {
            #[serde(rename = "the \"odd\" one")]
            one: u8,
            größe: u8,
        },
        #[serde(rename = "a.bare")]
        Bare(u8),
    }

    fn text(fact: &Facts) -> Result<String, EncodeError> {
        let mut payload = Vec::new();
        encoded(fact.serialize(PayloadSerializer::new(&mut payload)))?;
        Ok(String::from_utf8_lossy(&payload).into_owned())
    }

    fn read(name: &'static str, payload: &str) -> Result<Facts, DecodeError> {
        decoded(Facts::deserialize(PayloadDeserializer::new(name, payload.as_bytes())))
    }

    #[test]
    fn a_payload_is_the_fields_alone_and_reads_back() -> Result<(), Box<dyn std::error::Error>> {
        let noted = Facts::Noted { by: "ada".into(), rest: BTreeMap::from([("stars".into(), 5)]) };
        for (name, fact, json) in [
            ("a.closed", Facts::Closed {}, "{}"),
            ("a.paid", Facts::Paid { cents: 5, note: None }, r#"{"cents":5,"note":null}"#),
            ("a.noted", noted, r#"{"by":"ada","stars":5}"#),
            ("a.odd", Facts::Odd { one: 1, größe: 2 }, r#"{"the \"odd\" one":1,"größe":2}"#),
        ] {
            assert_eq!(text(&fact)?, json);
            assert_eq!(read(name, json)?, fact);
        }
        // Fields come and go: what is missing and optional is absent, what is unknown is passed over.
        assert_eq!(read("a.paid", r#"{"cents":1,"later":[]}"#)?, Facts::Paid { cents: 1, note: None });
        Ok(())
    }

    #[test]
    fn what_is_no_object_or_no_json_is_refused() {
        assert!(text(&Facts::Bare(1)).is_err());
        for broken in ["", "{", "{}", "null", r#"{"cents":"x"}"#, r#"{"cents":1} {}"#, "\u{fffd}"] {
            assert!(read("a.paid", broken).is_err(), "{broken}");
        }
        assert!(read("a.unknown", "{}").is_err());
    }
}
