//! A place in a store's queue, and what keeps a submission and a failure apart.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use tokio::sync::OwnedSemaphorePermit;

/// A place in a store's queue, given back when dropped.
#[derive(Debug, Default)]
pub struct Place {
    _permit: Option<OwnedSemaphorePermit>,
    failures: Option<Failures>,
}

impl Place {
    /// A place in a queue that is never full.
    #[must_use]
    pub fn unbounded() -> Self {
        Self::default()
    }

    /// A place that somebody else gets once this one is dropped.
    #[must_use]
    pub fn holding(permit: OwnedSemaphorePermit) -> Self {
        Self { _permit: Some(permit), ..Self::default() }
    }

    /// With the failures of this queue, for those who submit what stands on a pending commit.
    #[must_use]
    pub fn beside(mut self, failures: &Failures) -> Self {
        self.failures = Some(failures.clone());
        self
    }

    /// The failures of its queue; none if commits are settled as they are submitted.
    #[must_use]
    pub fn failures(&self) -> Option<Failures> {
        self.failures.clone()
    }
}

/// Keeps submissions and failures apart: while somebody submits on a pending commit, none fails, and while commits fail,
/// nobody submits on them.
///
/// Without it, a commit could be handed over just after the one that it stands on has failed and the queue was searched
/// for what falls with it. It would be left for the database to refuse, and others would stand on it meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Failures(Arc<RwLock<()>>);

impl Failures {
    /// Lets nothing fail as long as what this returns is there. Nobody may wait for anything meanwhile.
    pub fn hold_off(&self) -> HeldOff<'_> {
        HeldOff { _guard: self.0.read().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Lets nobody submit as long as what this returns is there: all that fails together is settled meanwhile.
    pub fn begin(&self) -> Failing<'_> {
        Failing { _guard: self.0.write().unwrap_or_else(PoisonError::into_inner) }
    }

    /// Whether somebody holds them off.
    #[must_use]
    pub fn are_held_off(&self) -> bool {
        self.0.try_write().is_err()
    }
}

/// Nothing fails while this is there.
#[derive(Debug)]
#[must_use = "they are held off until this is dropped"]
pub struct HeldOff<'a> {
    _guard: RwLockReadGuard<'a, ()>,
}

/// Nobody submits on what is pending while this is there.
#[derive(Debug)]
#[must_use = "submissions wait until this is dropped"]
pub struct Failing<'a> {
    _guard: RwLockWriteGuard<'a, ()>,
}
