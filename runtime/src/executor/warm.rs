//! Reading states ahead of the commands that will want them.

use std::cell::OnceCell;

use super::{Executor, lanes::Lanes};
use crate::{
    command::{Access, Entries, Opener},
    error::StoreError,
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
        let mut entries = Entries::default();
        Opener::new(&mut entries, executor.shelf(), &OnceCell::new()).declare("warm", &chunk, Access::read());
        Lanes::of(&executor.slots).open(&executor.store, &mut entries).await?;
    }
}
