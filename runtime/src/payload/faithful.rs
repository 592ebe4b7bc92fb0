//! Whether what was written will be read back as it was.

use crate::event::{EncodeError, Event};

/// Nobody nests this deep, and readers give up a little further down.
const DEEP: usize = 100;

/// Refuses a fact that would be written and never be read again, or read as another.
///
/// JSON has no number that is none, and writes `null` instead; and what is nested too deep is written but not read. A fact
/// is read back only where one of the two may have happened, for that takes longer than writing it.
pub(crate) fn check<E: Event>(event: &E, payload: &[u8]) -> Result<(), EncodeError> {
    let doubtful = payload.windows(4).any(|text| text == b"null") || may_be_deep(payload);
    if !doubtful {
        return Ok(());
    }
    match E::decode(event.name(), event.schema_version(), payload) {
        Ok(back) if back == *event => Ok(()),
        Ok(_) => Err(EncodeError::new(
            "another fact would be read back: is a number infinite or none at all, or does a field's `serde` lose something?",
        )),
        Err(error) => Err(EncodeError::new(format!("it would not be read back: {error}"))),
    }
}

/// Whatever is opened has to be closed, so most facts are too short.
fn may_be_deep(payload: &[u8]) -> bool {
    payload.len() > 2 * DEEP && payload.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > DEEP
}
