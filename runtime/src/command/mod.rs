//! What a command is: the streams it touches, and what it decides.

mod access;
mod entries;
pub(crate) mod fingerprint;
mod job;
mod opener;

#[cfg(test)]
pub(crate) use self::job::Decision;
pub use self::{
    access::Access,
    fingerprint::Fingerprint,
    opener::{Declared, Opener, Paused},
};
pub(crate) use self::{
    entries::{AnySlot, Entries, Entry, Shelf},
    job::{Job, Step, Typed, Verdict},
    opener::Pause,
};

/// Says which open streams a command's `decide` is given.
///
/// `#[derive(Command)]` writes it. It stands apart from [`Command`] so that a command whose streams are wrong still has
/// its `decide` checked, and one mistake gives one error.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "has no streams to decide on",
    note = "derive it: `#[derive(foldline::Command)]`, with `#[stream]` on the fields that name its streams"
)]
pub trait Declares<'s> {
    /// `&'s mut` to the struct of open streams.
    type Open;
}

/// What a command decides: the part of it that a person writes.
///
/// `decide` is synchronous and pure: no I/O, no clock, no randomness. What it needs comes in as fields. It may run more
/// than once for one execution, and only a run whose view of the streams is proven is answered.
#[doc(alias = "decider")]
#[doc(alias = "handle")]
#[doc(alias = "handler")]
#[doc(alias = "process")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it decides",
    label = "`Decide` is missing",
    note = "write `impl Decide for {Self} {{ type Error = …; fn decide(&self, streams: &mut {Self}Streams) -> Result<(), Self::Error> {{ … }} }}`"
)]
pub trait Decide: for<'s> Declares<'s> {
    /// Why it may be rejected.
    type Error: Send + 'static;

    /// Looks at the streams, and records what happens: or rejects, and nothing is stored.
    ///
    /// # Errors
    /// The domain's own reason for a rejection.
    fn decide(&self, streams: <Self as Declares<'_>>::Open) -> Result<(), Self::Error>;
}

/// Something that can be executed: it names its streams, opens them, and decides on them.
///
/// `#[derive(Command)]` writes this from the fields. By hand:
///
/// ```ignore
/// impl Command for Transfer {
///     const NAME: &'static str = "Transfer";
///     type Streams = TransferStreams;
///
///     fn open(&self, opener: &mut Opener<'_>) -> Result<TransferStreams, Paused> {
///         let from = opener.declare("from", &self.from, Access::write());
///         let to = opener.declare("to", &self.to, Access::write());
///         opener.ready()?;
///         Ok(TransferStreams { from: AccountId::writes(&from, opener)?, to: AccountId::writes(&to, opener)? })
///     }
/// }
/// ```
#[doc(alias = "DCB")]
#[doc(alias = "dynamic consistency boundary")]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command",
    label = "cannot be executed",
    note = "derive it: `#[derive(foldline::Command)]`, with `#[stream]` on the fields that name its streams"
)]
pub trait Command: Decide + for<'s> Declares<'s, Open = &'s mut <Self as Command>::Streams> + Send {
    /// What metrics, traces and the stored metadata call it.
    const NAME: &'static str;

    /// Its open streams.
    type Streams;

    /// Declares its streams and opens them. Runs again from the start after every pause, and does the same each time.
    ///
    /// Streams that only the state of others can name are declared after a first [`Opener::ready`], followed by another.
    ///
    /// # Errors
    /// [`Paused`], which comes from the opener and is passed on with `?`.
    fn open(&self, opener: &mut Opener<'_>) -> Result<Self::Streams, Paused>;

    /// Hands the open streams to [`Decide::decide`].
    ///
    /// # Errors
    /// The domain's own reason for a rejection.
    fn decide_on(&self, streams: &mut Self::Streams) -> Result<(), Self::Error> {
        self.decide(streams)
    }

    /// The domain's own error for a stream of `field` that exists and should not, or the other way about: `or = …`.
    fn otherwise(&self, field: &str) -> Option<Self::Error> {
        let _ = field;
        None
    }

    /// Adds what tells this command from another of the same name on the same streams: its other fields. The same
    /// idempotency key with another fingerprint is refused.
    fn fingerprint(&self, fingerprint: &mut Fingerprint) {
        let _ = fingerprint;
    }
}
