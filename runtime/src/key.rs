//! Whether a key can name a stream.

use crate::{
    error::{KeyFault, StoreError},
    limits,
    stream::{Stream, StreamKey, StreamName},
};

/// The stored name of a key's stream, or why it has none.
pub(crate) fn stream_of<K: StreamKey>(key: &K) -> Result<StreamName, StoreError> {
    let (name, checked) = match StreamName::printed(key) {
        Ok(name) => {
            let checked = check_key(key, name.as_str());
            (name, checked)
        }
        Err(part) => (part, Err(KeyFault::Unprintable)),
    };
    match checked {
        Ok(()) => Ok(name),
        Err(reason) => Err(StoreError::InvalidKey { stream: name.as_str().chars().take(80).collect(), reason }),
    }
}

/// A key must have a storable text that parses back to it: what the log holds is the text alone.
pub(crate) fn check_key<K: StreamKey>(key: &K, name: &str) -> Result<(), KeyFault> {
    if name.len() > limits::STREAM_NAME_BYTES {
        return Err(KeyFault::TooLong { bytes: name.len(), limit: limits::STREAM_NAME_BYTES });
    }
    if name.contains('\0') {
        return Err(KeyFault::Nul);
    }
    let text = name.get(K::State::CATEGORY.len() + 1..).unwrap_or_default();
    match K::from_str(text) {
        Ok(back) if back == *key => Ok(()),
        _ => Err(KeyFault::NotRoundTripping),
    }
}
