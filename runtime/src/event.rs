//! What an event is: a fact with a stored name, a schema version and a JSON payload.

use std::{error::Error as StdError, fmt::Debug};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::cause::Cause;

/// Facts that can be stored: usually an enum, one variant a fact.
///
/// `#[stream]` and `#[derive(Event)]` write this. A payload is one JSON object that holds the fact's own fields and
/// nothing else; its name and schema version are stored beside it.
#[doc(alias = "domain event")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "not an event that Foldline can store",
    note = "derive it: `#[derive(Debug, Clone, PartialEq, foldline::Event)] #[event(category = \"…\")]`"
)]
pub trait Event: Debug + Clone + PartialEq + Send + Sync + Sized + 'static {
    /// The catalogue: every fact of this type, in the order of declaration.
    const TYPES: &'static [EventType];

    /// The name under which this fact is stored.
    fn name(&self) -> &'static str;

    /// The schema version that is stored with this fact.
    fn schema_version(&self) -> u32 {
        EventType::find(Self::TYPES, self.name()).map_or(1, |known| known.version)
    }

    /// Appends the payload, one JSON object, to `payload`.
    ///
    /// # Errors
    /// When a field refuses to be written as JSON. What was already appended is dropped by the caller.
    fn encode(&self, payload: &mut Vec<u8>) -> Result<(), EncodeError>;

    /// Reads the fact that was stored as `name` in schema `version`.
    ///
    /// # Errors
    /// When the name is not one of [`TYPES`](Self::TYPES), the version is newer than the one known here, or the payload
    /// does not read as the fact's fields.
    fn decode(name: &str, version: u32, payload: &[u8]) -> Result<Self, DecodeError>;

    /// Finds a stored name in the catalogue: what a hand-written [`decode`](Self::decode) asks first.
    ///
    /// # Errors
    /// When the name is unknown or the version newer than the one known here.
    fn check(name: &str, version: u32) -> Result<&'static EventType, DecodeError> {
        known(Self::TYPES, name, version)
    }
}

/// The entry of a stored name that can be read here.
#[doc(hidden)]
pub fn known(types: &'static [EventType], name: &str, version: u32) -> Result<&'static EventType, DecodeError> {
    match EventType::find(types, name) {
        None => Err(DecodeError::UnknownName),
        Some(known) if version > known.version => {
            Err(DecodeError::NewerVersion { stored: version, known: known.version })
        }
        Some(known) => Ok(known),
    }
}

/// One entry of an event catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventType {
    /// The stored name, `account.deposited`.
    pub name: &'static str,
    /// Names it was stored under before: still read, never written.
    pub was: &'static [&'static str],
    /// The schema version that is written.
    pub version: u32,
    /// Its fields, in order.
    pub fields: &'static [EventField],
    /// What its author wrote about it.
    pub docs: &'static str,
    /// Its variant, if the events are an enum: what `#[on(AccountEvent::Deposited)]` calls it.
    pub variant: &'static str,
}

impl EventType {
    /// A fact without fields, at schema version 1.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name, was: &[], version: 1, fields: &[], docs: "", variant: "" }
    }

    /// Its variant's name.
    #[must_use]
    pub const fn variant(mut self, variant: &'static str) -> Self {
        self.variant = variant;
        self
    }

    /// The names it was stored under before.
    #[must_use]
    pub const fn was(mut self, was: &'static [&'static str]) -> Self {
        self.was = was;
        self
    }

    /// The schema version that is written.
    #[must_use]
    pub const fn version(mut self, version: u32) -> Self {
        self.version = version;
        self
    }

    /// Its fields.
    #[must_use]
    pub const fn fields(mut self, fields: &'static [EventField]) -> Self {
        self.fields = fields;
        self
    }

    /// What its author wrote about it.
    #[must_use]
    pub const fn docs(mut self, docs: &'static str) -> Self {
        self.docs = docs;
        self
    }

    /// The entry that is, or once was, stored as `name`.
    #[must_use]
    pub fn find(types: &'static [Self], name: &str) -> Option<&'static Self> {
        types.iter().find(|known| known.name == name).or_else(|| types.iter().find(|known| known.was.contains(&name)))
    }
}

/// A field of an event, as the catalogue shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct EventField {
    /// Its name in the payload's Rust type.
    pub name: &'static str,
    /// Its type, as it was written.
    pub ty: &'static str,
}

impl EventField {
    /// A field called `name`, of the type written `ty`.
    #[must_use]
    pub const fn new(name: &'static str, ty: &'static str) -> Self {
        Self { name, ty }
    }
}

/// A payload that could not be written.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the payload could not be written as JSON: {source}")]
pub struct EncodeError {
    source: Cause,
}

impl EncodeError {
    /// Wraps what the encoder said.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self { source: Cause::new(source) }
    }
}

/// A stored event that could not be read.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No event of the type is, or was, stored under this name.
    #[error(
        "no event of this type is stored under that name: was it renamed without `was(\"…\")`, or written by a newer program?"
    )]
    UnknownName,
    /// It was written by a newer program.
    #[error(
        "its schema version is {stored}, and this program knows {known}: read it with the program that wrote it, or a newer one"
    )]
    NewerVersion {
        /// The version it was stored with.
        stored: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The payload does not read as the event's fields.
    #[error("its payload does not read as the event's fields: {0}")]
    Payload(#[source] Cause),
}

impl DecodeError {
    /// A payload that does not read, with the cause.
    pub fn payload(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Payload(Cause::new(source))
    }
}

/// Appends `fields`, a struct or a map, to a payload as JSON: the body of most hand-written [`Event::encode`]s.
///
/// # Errors
/// When `fields` refuses to be written as JSON, or is no JSON object.
pub fn encode_fields<T: Serialize + ?Sized>(fields: &T, payload: &mut Vec<u8>) -> Result<(), EncodeError> {
    let start = payload.len();
    serde_json::to_writer(&mut *payload, fields).map_err(EncodeError::new)?;
    if payload.get(start) == Some(&b'{') {
        Ok(())
    } else {
        Err(EncodeError::new("a payload is one JSON object, so that fields can be added to it later"))
    }
}

/// Reads `fields` from a payload: the body of most hand-written [`Event::decode`]s.
///
/// # Errors
/// When the payload does not read as `T`.
pub fn decode_fields<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T, DecodeError> {
    serde_json::from_slice(payload).map_err(DecodeError::payload)
}

/// What the type of an event's field must offer; implemented for every type that does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in an event",
    label = "this field cannot be stored",
    note = "a field of an event is `Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static`"
)]
pub trait Payload: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Debug + Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static> Payload for T {}
