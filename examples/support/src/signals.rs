//! How a program is asked to stop, and how long it takes over that.

use std::{io, time::Duration};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::sleep,
};

/// How long each step of the end may take. Two of them are over before those who start programs lose their patience: half a
/// minute, in most places.
const PATIENCE: Duration = Duration::from_secs(10);

/// Who may ask it to stop: Ctrl-C, and SIGTERM.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// From now on, neither ends the process by itself.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits until it is asked to stop, or asked again.
    pub(crate) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Waits for a step of the end. `None` when it takes too long, or somebody asks again and will not wait for it.
    pub(crate) async fn wait_for<T>(&mut self, step: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = step => Some(done),
            () = self.next() => None,
            () = sleep(PATIENCE) => None,
        }
    }
}
