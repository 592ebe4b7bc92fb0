//! What generated code asks of a handler: its key, and what it returns.

use std::error::Error as StdError;

use super::ProjectionError;
use crate::{
    event::Event,
    stream::{Stream, StreamKey},
};

/// A key of the streams whose events are `E`.
///
/// The lifetime means nothing by itself: a `where` clause that mentions it is not checked where it is written but assumed
/// there, so that what a key lacks is said once, at the handler's own token.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the key of a stream of `{E}`",
    label = "a handler's first argument is the key of the stream that its event is of",
    note = "a key is the type given to `#[stream(key = …)]` on the impl block that declares the event"
)]
pub trait KeyTo<'x, E>: StreamKey {
    /// The category of its streams.
    const CATEGORY: &'static str;
}

// Without this the message would speak of the traits behind it.
#[diagnostic::do_not_recommend]
impl<E: Event, K: StreamKey> KeyTo<'_, E> for K
where
    K::State: Stream<Event = E>,
{
    const CATEGORY: &'static str = K::State::CATEGORY;
}

/// Refuses a key that is none.
pub const fn key_to<K: for<'x> KeyTo<'x, E>, E>() {}

/// What a handler returns.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    label = "a handler returns nothing, or `Result<(), E>`",
    note = "`E` is an error, a text, or anything else that goes into a `Box<dyn Error + Send + Sync>`"
)]
pub trait Handled {
    /// The same, in the words of [`Projection`](super::Projection).
    ///
    /// # Errors
    /// What the handler said.
    fn handled(self) -> Result<(), ProjectionError>;
}

/// What a handler returned, in the words of [`Projection`](super::Projection).
///
/// # Errors
/// What the handler said.
pub fn handled(returned: impl Handled) -> Result<(), ProjectionError> {
    returned.handled()
}

impl Handled for () {
    fn handled(self) -> Result<(), ProjectionError> {
        Ok(())
    }
}

impl<E: Into<Box<dyn StdError + Send + Sync>>> Handled for Result<(), E> {
    fn handled(self) -> Result<(), ProjectionError> {
        self.map_err(ProjectionError::handler)
    }
}
