//! What a projection is: a read model, and how each event changes it.

mod delivery;
mod error;
pub(crate) mod exhaustive;
pub(crate) mod handler;

pub(crate) use self::delivery::Once;
pub use self::{delivery::Delivery, error::ProjectionError};

/// A read model: which events it listens to, and how each of them changes it.
///
/// `#[projection]` writes this from an impl block, and checks that no event is forgotten. By hand it is as short:
///
/// ```
/// # use foldline_runtime as foldline;
/// # use std::{collections::BTreeMap, convert::Infallible, fmt, str::FromStr};
/// # use foldline::{DecodeError, EncodeError, Event, EventType, Stream, StreamKey};
/// # #[derive(Debug, Clone, PartialEq)] struct Ticked;
/// # impl Event for Ticked {
/// #     const TYPES: &'static [EventType] = &[EventType::new("clock.ticked")];
/// #     fn name(&self) -> &'static str { "clock.ticked" }
/// #     fn encode(&self, payload: &mut Vec<u8>) -> Result<(), EncodeError> { payload.extend_from_slice(b"{}"); Ok(()) }
/// #     fn decode(name: &str, version: u32, _: &[u8]) -> Result<Self, DecodeError> { Self::check(name, version)?; Ok(Ticked) }
/// # }
/// # #[derive(Default, Clone)] struct Clock;
/// # impl Stream for Clock {
/// #     type Key = Room;
/// #     type Event = Ticked;
/// #     const CATEGORY: &'static str = "clock";
/// #     fn initial() -> Self { Self }
/// #     fn duplicate(&self) -> Self { self.clone() }
/// #     fn apply(&mut self, _: Ticked) {}
/// # }
/// # #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)] struct Room(String);
/// # impl StreamKey for Room { type State = Clock; }
/// # impl fmt::Display for Room { fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) } }
/// # impl FromStr for Room { type Err = Infallible; fn from_str(text: &str) -> Result<Self, Infallible> { Ok(Room(text.to_owned())) } }
/// use foldline::{Delivery, Projection, ProjectionError};
///
/// /// How often each clock has ticked.
/// #[derive(Default)]
/// struct Ticks {
///     by_room: BTreeMap<Room, u64>,
/// }
///
/// impl Projection for Ticks {
///     const NAME: &'static str = "ticks";
///     const CATEGORIES: &'static [&'static str] = &[Clock::CATEGORY];
///
///     fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError> {
///         let room: Room = delivery.key()?;
///         match delivery.event()? {
///             Ticked => *self.by_room.entry(room).or_default() += 1,
///         }
///         Ok(())
///     }
/// }
/// ```
#[doc(alias = "read model")]
#[doc(alias = "view")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    label = "no `#[projection]` block for this type",
    note = "write `#[projection]` on an `impl {Self}` block with its `#[on(…)]` handlers, or implement `foldline::Projection` by hand"
)]
pub trait Projection: Send + Sync + 'static {
    /// What its checkpoint is kept under. Renamed, it begins anew.
    const NAME: &'static str;

    /// The categories of the streams that it listens to. It is handed every event of them.
    const CATEGORIES: &'static [&'static str];

    /// Stands for its code: what other code has built is not what this would build. A saved state of another code is thrown
    /// away. `#[projection]` makes it from the handlers.
    const CODE: u64 = 0;

    /// Whether streams may be handed to several instances, each of which meets its own share of them.
    const PARTITIONED: bool = false;

    /// Takes one event in.
    ///
    /// # Errors
    /// When it cannot. It has then changed nothing: look first, and change last.
    fn apply(&mut self, delivery: Delivery<'_>) -> Result<(), ProjectionError>;
}
