//! Reading states ahead of the commands that will want them.

use std::cell::OnceCell;

use super::{Executor, lanes::Lanes};
use crate::{
    command::{Access, Entries, Opener, Pause, Paused},
    error::{KeyFault, StoreError},
    stream::StreamKey,
};

/// How many streams are read together.
const CHUNK: usize = 256;

/// Reads the streams of these keys into their slots.
pub(super) async fn warm<K: StreamKey>(executor: &Executor, keys: Vec<K>) -> Result<(), StoreError> {
    let mut keys = keys.into_iter();
    loop {
        let chunk: Vec<K> = keys.by_ref().take(CHUNK).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        let (mut entries, no_session) = (Entries::default(), OnceCell::new());
        let mut opener = Opener::new(&mut entries, executor.shelf(), &no_session);
        opener.declare("warm", &chunk, Access::read());
        match opener.ready() {
            Err(Paused(Pause::Fault(fault))) => return Err(fault),
            // Equal keys count once: of two others at least one is not what their text is read as.
            Err(Paused(Pause::SameStream { stream, .. })) => {
                return Err(StoreError::InvalidKey {
                    stream: stream.as_str().into(),
                    reason: KeyFault::NotRoundTripping,
                });
            }
            _ => {}
        }
        Lanes::of(&executor.slots).open(&executor.store, &mut entries).await?;
    }
}
