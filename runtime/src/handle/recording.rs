//! What one run of `decide` recorded, over all its streams, in order.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use smallvec::SmallVec;

use super::AnyState;
use crate::{
    event::{EncodeError, Event},
    payload::faithful,
    store::NewEvent,
};

/// Shared by the handles of one execution, so that their events are numbered in the order of recording.
#[derive(Clone, Default)]
pub(crate) struct Session(Rc<Shared>);

#[derive(Default)]
struct Shared {
    recording: RefCell<Recording>,
    /// Set once the executor has taken the recording: a handle that somebody kept records into nothing.
    over: Cell<bool>,
}

/// Facts, encoded and in order, and the states that came back.
#[derive(Default)]
pub(crate) struct Recording {
    pub(crate) events: Vec<NewEvent>,
    pub(crate) payloads: Vec<u8>,
    pub(crate) states: SmallVec<[Returned; 2]>,
    pub(crate) fault: Option<EncodeFault>,
}

/// A state that its handle has given back, with all that was recorded on it.
pub(crate) struct Returned {
    pub(crate) stream: usize,
    pub(crate) state: AnyState,
    pub(crate) version: u64,
}

/// The first fact that could not be encoded.
pub(crate) struct EncodeFault {
    pub(crate) stream: usize,
    pub(crate) event: &'static str,
    pub(crate) source: EncodeError,
}

impl Session {
    pub(crate) fn record<E: Event>(&self, stream: usize, event: &E) {
        if self.0.over.get() {
            return;
        }
        // Encoded outside of the borrow: a field's `Serialize` is user code, and may do as it likes.
        let (start, mut payloads) = {
            let mut recording = self.0.recording.borrow_mut();
            (recording.payloads.len(), std::mem::take(&mut recording.payloads))
        };
        // As much as the smallest allocation holds anyway, in one step. No more: a store in memory keeps the buffer.
        payloads.reserve(24);
        let written = event.encode(&mut payloads);
        let encoded = written.and_then(|()| faithful::check(event, payloads.get(start..).unwrap_or_default()));
        let mut recording = self.0.recording.borrow_mut();
        if let Err(source) = encoded {
            payloads.truncate(start);
            recording.fault.get_or_insert(EncodeFault { stream, event: event.name(), source });
        } else {
            recording.events.push(NewEvent {
                stream,
                name: event.name(),
                schema_version: event.schema_version(),
                payload: start..payloads.len(),
            });
        }
        recording.payloads = payloads;
    }

    pub(crate) fn hand_back(&self, returned: Returned) {
        if !self.0.over.get() {
            self.0.recording.borrow_mut().states.push(returned);
        }
    }

    /// Everything recorded. What a kept handle records from here on is nobody's.
    pub(crate) fn finish(self) -> Recording {
        self.0.over.set(true);
        self.0.recording.take()
    }
}
