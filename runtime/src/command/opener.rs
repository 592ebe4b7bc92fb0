//! How a command declares its streams and is given them.

use std::{
    cell::{Cell, OnceCell},
    collections::HashMap,
    fmt,
    fmt::Write,
    ops::Range,
    sync::Arc,
};

use super::{
    Access,
    access::Presence,
    entries::{Entries, Entry, Shelf},
};
use crate::{
    error::{KeyFault, StoreError},
    handle::{AnyState, Entity, Names, Session, Shape},
    key::check_key,
    limits,
    stream::{Stream, StreamKey, StreamName},
};

thread_local! {
    /// Where a name is written while it is looked up.
    static TEXT: Cell<String> = const { Cell::new(String::new()) };
}

/// Gives a command its streams: declare all that the fields name, wait until they are [`ready`](Self::ready), open them.
pub struct Opener<'a> {
    entries: &'a mut Entries,
    shelf: Option<&'a dyn Shelf>,
    /// Begun by the first handle: a pass that only declares has none.
    session: &'a OnceCell<Session>,
    /// How many streams this pass has declared.
    declared: usize,
    /// How many of them are known to be ready.
    settled: usize,
    /// How often this pass has waited for streams that it then looked at.
    hop: usize,
    /// The first key that names no stream.
    fault: Option<StoreError>,
}

/// The streams that one field named.
#[derive(Debug, Clone)]
pub struct Declared(Range<usize>);

impl Declared {
    pub(crate) fn first(&self) -> usize {
        self.0.start
    }

    pub(crate) fn indices(&self) -> Range<usize> {
        self.0.clone()
    }
}

/// Opening cannot go on yet, or not at all. It is passed on with `?`, and means nothing to the command itself.
#[derive(Debug)]
#[must_use]
pub struct Paused(pub(crate) Pause);

#[derive(Debug)]
pub(crate) enum Pause {
    /// Some declared stream has to be read first.
    Load,
    /// A stream that must exist has no events.
    NotFound(usize),
    /// A stream that must be new has events.
    AlreadyExists(usize),
    /// Two fields name one stream.
    SameStream { stream: StreamName, fields: [&'static str; 2] },
    /// The streams lead to streams that lead to streams, beyond the bound.
    TooManyHops,
    /// A key that names no stream, or a stream of another kind.
    Fault(StoreError),
}

impl<'a> Opener<'a> {
    pub(crate) fn new(entries: &'a mut Entries, shelf: Option<&'a dyn Shelf>, session: &'a OnceCell<Session>) -> Self {
        Self { entries, shelf, session, declared: 0, settled: 0, hop: 0, fault: None }
    }

    /// Declares the streams that `names` names, for `field`.
    pub fn declare<'x, N: Names<'x>>(&mut self, field: &'static str, names: &N, access: Access) -> Declared {
        let first = self.declared;
        names.visit(&mut |key| self.enter(field, key, access));
        Declared(first..self.declared)
    }

    /// Goes on once all that was declared is read, and is as it must be (`new`, `existing`).
    ///
    /// # Errors
    /// [`Paused`], to be passed on with `?`.
    pub fn ready(&mut self) -> Result<(), Paused> {
        if let Some(fault) = self.fault.take() {
            return Err(Paused(Pause::Fault(fault)));
        }
        if self.hop > limits::HOPS {
            return Err(Paused(Pause::TooManyHops));
        }
        self.refuse_same_stream()?;
        let waiting = self.entries.as_slice().get(self.settled..self.declared).unwrap_or_default();
        if waiting.iter().any(|entry| !entry.loaded) {
            self.entries.truncate(self.declared);
            return Err(Paused(Pause::Load));
        }
        for (index, entry) in waiting.iter().enumerate() {
            let index = self.settled + index;
            match entry.access.presence {
                Presence::Required if entry.version == 0 => return Err(Paused(Pause::NotFound(index))),
                Presence::Missing if entry.version > 0 => return Err(Paused(Pause::AlreadyExists(index))),
                _ => {}
            }
        }
        self.settled = self.declared;
        self.hop += 1;
        Ok(())
    }

    /// Ends a pass that opened everything: what an earlier one declared beyond it is not part of the execution.
    pub(crate) fn finish(self) {
        self.entries.truncate(self.declared);
        self.entries.give_up_writable_states();
    }

    /// Enters one key. A pass that repeats an earlier one finds its streams as they were left; where it goes another
    /// way, because a stream that it follows has changed, the rest starts anew.
    fn enter<K: StreamKey>(&mut self, field: &'static str, key: &K, access: Access) {
        let like = |entry: &&Entry| entry.field == field && entry.access == access;
        let entered = self.entries.get(self.declared).filter(like);
        // A field names in every pass what it named in the first.
        if self.hop == 0 && entered.is_some_and(|entry| entry.is_of(key)) {
            self.declared += 1;
            return;
        }
        let mut text = TEXT.take();
        text.clear();
        text.push_str(K::State::CATEGORY);
        text.push('-');
        if write!(text, "{key}").is_err() {
            text.clear();
            self.fault(&text, KeyFault::Unprintable);
        }
        let entered = self.entries.get(self.declared).filter(like);
        if let Some(entry) = entered.filter(|entry| entry.name.as_str() == text) {
            // A stream that is known already was not asked whether this key is what its text is read as.
            if entry.is_of_another(key) {
                self.fault(&text, KeyFault::NotRoundTripping);
            }
            self.declared += 1;
        } else {
            self.entries.truncate(self.declared);
            self.enter_anew(field, key, access, &text);
        }
        if text.capacity() <= limits::STREAM_NAME_BYTES {
            TEXT.set(text);
        }
    }

    fn enter_anew<K: StreamKey>(&mut self, field: &'static str, key: &K, access: Access, text: &str) {
        if self.declared >= limits::STREAMS_PER_COMMAND {
            let (what, limit) = ("the number of streams of a command", limits::STREAMS_PER_COMMAND);
            self.fault.get_or_insert(StoreError::TooLarge { what, size: self.declared + 1, limit });
            return;
        }
        let (name, slot, state) = match self.shelf.and_then(|shelf| shelf.find(text)) {
            Some((name, slot)) => (name, Some(slot), None),
            None => {
                if let Err(fault) = check_key(key, text) {
                    self.fault(text, fault);
                }
                (StreamName::from(text), None, Some(Entity::<K::State>::empty(key.clone())))
            }
        };
        let shape = const { &Shape::of::<K::State>() };
        let hop = self.hop;
        self.entries.push(Entry {
            name,
            field,
            hop,
            access,
            shape,
            slot,
            state,
            version: 0,
            last: None,
            loaded: false,
        });
        self.declared += 1;
    }

    fn fault(&mut self, text: &str, reason: KeyFault) {
        let stream = text.chars().take(80).collect();
        self.fault.get_or_insert(StoreError::InvalidKey { stream, reason });
    }

    fn refuse_same_stream(&self) -> Result<(), Paused> {
        let entries = self.entries.as_slice().get(..self.declared).unwrap_or_default();
        let same = |one: &Entry, two: &Entry| {
            let fields = [one.field, two.field];
            Err(Paused(Pause::SameStream { stream: two.name.clone(), fields }))
        };
        if entries.len() <= 8 {
            for (index, two) in entries.iter().enumerate().skip(self.settled) {
                if let Some(one) = entries.iter().take(index).find(|one| one.name == two.name) {
                    return same(one, two);
                }
            }
        } else {
            let mut seen = HashMap::with_capacity(entries.len());
            for two in entries {
                if let Some(one) = seen.insert(&two.name, two) {
                    return same(one, two);
                }
            }
        }
        Ok(())
    }

    pub(crate) fn session(&self) -> Session {
        self.session.get_or_init(Session::default).clone()
    }

    /// What is known of a declared stream.
    pub(crate) fn view<S: Stream>(&self, index: usize) -> Result<(Arc<Entity<S>>, u64), Paused> {
        let Some((entry, state)) = self.loaded(index) else { return Err(Paused(Pause::Load)) };
        match AnyState::downcast::<Entity<S>>(state) {
            Ok(entity) => Ok((entity, entry.version)),
            Err(_) => Err(Paused(Pause::Fault(StoreError::CategoryClash {
                stream: entry.name.to_string(),
                category: S::CATEGORY,
            }))),
        }
    }

    pub(crate) fn key<S: Stream>(&self, index: usize) -> Result<S::Key, Paused> {
        self.view::<S>(index).map(|(entity, _)| entity.key.clone())
    }

    fn loaded(&self, index: usize) -> Option<(&Entry, AnyState)> {
        let entry = self.entries.get(index).filter(|entry| entry.loaded)?;
        Some((entry, entry.state.clone()?))
    }
}

impl fmt::Debug for Opener<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opener")
            .field("declared", &self.declared)
            .field("settled", &self.settled)
            .finish_non_exhaustive()
    }
}
