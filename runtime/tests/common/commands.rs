//! Commands on tallies, as a macro would write them.

use foldline_runtime::{Access, Command, Decide, Declares, Fingerprint, Names, Opener, Paused, StreamMut, StreamRef};

use super::{Name, Tally, TallyEvent, added};

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{self:?}")]
pub(crate) enum Refused {
    TooLittle { there: i64, wanted: i64 },
    AsTold(&'static str),
}

/// Does anything to one tally.
pub(crate) struct Act<D> {
    pub(crate) on: Name,
    pub(crate) access: Access,
    pub(crate) decide: D,
    /// The domain's own error for a tally that is not as it must be.
    pub(crate) otherwise: Option<Refused>,
    /// Tells it from others under the same idempotency key.
    pub(crate) print: i64,
}

/// Anything on one tally.
pub(crate) fn act<D: Fn(&mut StreamMut<Tally>) -> Result<(), Refused> + Send>(on: &Name, decide: D) -> Act<D> {
    Act { on: on.clone(), access: Access::write(), decide, otherwise: None, print: 0 }
}

/// Adds a number to a tally.
pub(crate) fn add(on: &Name, n: i64) -> Act<impl Fn(&mut StreamMut<Tally>) -> Result<(), Refused> + Send + use<>> {
    let decide = move |tally: &mut StreamMut<Tally>| {
        tally.emit(added(n));
        Ok(())
    };
    Act { print: n, ..act(on, decide) }
}

/// Records these on a tally.
pub(crate) fn record(
    on: &Name,
    events: Vec<TallyEvent>,
) -> Act<impl Fn(&mut StreamMut<Tally>) -> Result<(), Refused> + Send + use<>> {
    act(on, move |tally| {
        events.iter().for_each(|event| tally.emit(event.clone()));
        Ok(())
    })
}

impl<D> Act<D> {
    pub(crate) fn with(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    pub(crate) fn or(mut self, otherwise: Refused) -> Self {
        self.otherwise = Some(otherwise);
        self
    }
}

impl<'s, D> Declares<'s> for Act<D> {
    type Open = &'s mut StreamMut<Tally>;
}

impl<D: Fn(&mut StreamMut<Tally>) -> Result<(), Refused> + Send> Decide for Act<D> {
    type Error = Refused;

    fn decide(&self, tally: &mut StreamMut<Tally>) -> Result<(), Refused> {
        (self.decide)(tally)
    }
}

impl<D: Fn(&mut StreamMut<Tally>) -> Result<(), Refused> + Send> Command for Act<D> {
    const NAME: &'static str = "Act";
    type Streams = StreamMut<Tally>;

    fn open(&self, opener: &mut Opener<'_>) -> Result<StreamMut<Tally>, Paused> {
        let on = opener.declare("on", &self.on, self.access);
        opener.ready()?;
        Name::writes(&on, opener)
    }

    fn decide_on(&self, tally: &mut StreamMut<Tally>) -> Result<(), Refused> {
        self.decide(tally)
    }

    fn otherwise(&self, _: &str) -> Option<Refused> {
        self.otherwise.clone()
    }

    fn fingerprint(&self, fingerprint: &mut Fingerprint) {
        fingerprint.field("print", &self.print);
    }
}

/// Moves a number from one tally to another, if a third one allows.
#[derive(Debug, Clone)]
pub(crate) struct Move {
    pub(crate) from: Name,
    pub(crate) to: Name,
    pub(crate) guard: Name,
    pub(crate) n: i64,
}

pub(crate) fn shift(from: &Name, to: &Name, n: i64) -> Move {
    Move { from: from.clone(), to: to.clone(), guard: Name("guard".into()), n }
}

pub(crate) struct MoveStreams {
    pub(crate) from: StreamMut<Tally>,
    pub(crate) to: StreamMut<Tally>,
    pub(crate) guard: StreamRef<Tally>,
}

impl<'s> Declares<'s> for Move {
    type Open = &'s mut MoveStreams;
}

impl Decide for Move {
    type Error = Refused;

    fn decide(&self, streams: &mut MoveStreams) -> Result<(), Refused> {
        if streams.guard.exists() {
            return Err(Refused::AsTold("guarded"));
        }
        if streams.from.total < self.n {
            return Err(Refused::TooLittle { there: streams.from.total, wanted: self.n });
        }
        streams.from.emit(added(-self.n));
        streams.to.emit(added(self.n));
        streams.from.emit(super::noted("moved"));
        Ok(())
    }
}

impl Command for Move {
    const NAME: &'static str = "Move";
    type Streams = MoveStreams;

    fn open(&self, opener: &mut Opener<'_>) -> Result<MoveStreams, Paused> {
        let from = opener.declare("from", &self.from, Access::write());
        let to = opener.declare("to", &self.to, Access::write());
        let guard = opener.declare("guard", &self.guard, Access::read());
        opener.ready()?;
        Ok(MoveStreams {
            from: Name::writes(&from, opener)?,
            to: Name::writes(&to, opener)?,
            guard: Name::reads(&guard, opener)?,
        })
    }

    fn decide_on(&self, streams: &mut MoveStreams) -> Result<(), Refused> {
        self.decide(streams)
    }
}

/// Follows where tallies lead, so many hops, and adds a number to the last.
#[derive(Debug, Clone)]
pub(crate) struct Follow {
    pub(crate) start: Name,
    pub(crate) hops: usize,
    /// How the last one is opened.
    pub(crate) last: Access,
}

pub(crate) fn follow(start: &Name, hops: usize) -> Follow {
    Follow { start: start.clone(), hops, last: Access::write() }
}

impl<'s> Declares<'s> for Follow {
    type Open = &'s mut StreamMut<Tally>;
}

impl Decide for Follow {
    type Error = Refused;

    fn decide(&self, last: &mut StreamMut<Tally>) -> Result<(), Refused> {
        last.emit(added(1));
        Ok(())
    }
}

impl Command for Follow {
    const NAME: &'static str = "Follow";
    type Streams = StreamMut<Tally>;

    fn open(&self, opener: &mut Opener<'_>) -> Result<StreamMut<Tally>, Paused> {
        let mut at = opener.declare("start", &self.start, Access::write());
        opener.ready()?;
        for hop in 1..=self.hops {
            // A tally that leads nowhere leads back to the start.
            let next = Name::reads(&at, opener)?.next.clone().unwrap_or_else(|| self.start.clone());
            let access = if hop == self.hops { self.last } else { Access::write() };
            at = opener.declare("next", &next, access);
            opener.ready()?;
        }
        Name::writes(&at, opener)
    }

    fn decide_on(&self, last: &mut StreamMut<Tally>) -> Result<(), Refused> {
        self.decide(last)
    }

    fn otherwise(&self, _: &str) -> Option<Refused> {
        None
    }
}
