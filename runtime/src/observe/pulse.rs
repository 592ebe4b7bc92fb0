//! One thread of the process that now and then looks at what nobody can be told of as it changes: an age, a length, the
//! memory in use.
//!
//! Not a task: it says how a runtime is doing also while that is stuck, and needs none. It sleeps while nothing happens, and is
//! only there once somebody wants to know.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak},
    thread,
    time::Duration,
};

/// Somebody who looks.
pub(crate) trait Beat: Send + Sync {
    /// Looks, and says whether there may soon be something else to see. If not, [`wake`] has to be called when there is.
    fn beat(&self) -> bool;
}

/// How often somebody looks while there is something to see.
pub(crate) const INTERVAL: Duration = Duration::from_secs(1);

struct Pulse {
    state: Mutex<State>,
    woken: Condvar,
}

struct State {
    members: Vec<Weak<dyn Beat>>,
    running: bool,
    /// Whether somebody has called since the last look.
    called: bool,
}

static PULSE: Pulse =
    Pulse { state: Mutex::new(State { members: Vec::new(), running: false, called: false }), woken: Condvar::new() };

/// Lets somebody look, as long as it is there.
pub(crate) fn join(member: Weak<dyn Beat>) {
    let mut state = PULSE.state();
    state.members.push(member);
    if !state.running {
        // A system that has no thread left has other troubles; the next one to come tries again.
        state.running = thread::Builder::new().name("foldline-pulse".into()).spawn(|| PULSE.run()).is_ok();
    }
    drop(state);
    wake();
}

/// Says that there is something to see.
pub(crate) fn wake() {
    PULSE.state().called = true;
    PULSE.woken.notify_one();
}

impl Pulse {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        loop {
            for member in self.members() {
                // One that panics is to cost the others nothing. It is asked again.
                let more = catch_unwind(AssertUnwindSafe(|| member.beat())).unwrap_or(true);
                // Whoever changes something after this look has called, or calls.
                if more {
                    self.state().called = true;
                }
            }
            thread::sleep(INTERVAL);
        }
    }

    /// Waits until somebody calls, and says who is there to look.
    fn members(&self) -> Vec<Arc<dyn Beat>> {
        let mut state =
            self.woken.wait_while(self.state(), |state| !state.called).unwrap_or_else(PoisonError::into_inner);
        state.called = false;
        state.members.retain(|member| member.strong_count() > 0);
        state.members.iter().filter_map(Weak::upgrade).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};

    use super::*;

    struct Looker {
        seen: Sender<()>,
        more: Mutex<Receiver<bool>>,
    }

    impl Beat for Looker {
        fn beat(&self) -> bool {
            let _ = self.seen.send(());
            let more = self.more.lock().unwrap_or_else(PoisonError::into_inner);
            more.try_recv().unwrap_or(false)
        }
    }

    #[test]
    fn it_looks_while_there_is_something_to_see_and_when_it_is_called() -> Result<(), RecvTimeoutError> {
        let ((seen, looks), (say, more)) = (channel(), channel());
        for more in [true, true, false] {
            say.send(more).map_err(|_| RecvTimeoutError::Disconnected)?;
        }
        let looker: Arc<dyn Beat> = Arc::new(Looker { seen, more: Mutex::new(more) });
        join(Arc::downgrade(&looker));
        let patience = Duration::from_secs(30);
        for _ in 0..3 {
            looks.recv_timeout(patience)?;
        }
        wake();
        looks.recv_timeout(patience)?;
        // Nobody keeps it but who has it.
        drop(looker);
        wake();
        assert_eq!(looks.recv_timeout(patience), Err(RecvTimeoutError::Disconnected));
        Ok(())
    }
}
