//! Who is inside: so that an executor can let everybody finish, and nobody else in.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

use crate::{error::StoreError, observe::Shards};

#[derive(Debug)]
pub(super) struct Doors {
    shut: AtomicBool,
    /// By the door that somebody came through, and will leave by.
    inside: Shards<Door>,
    left: Notify,
}

/// One counter for all would be fought over by all threads, twice a command. Alone in its line, and in that which a processor fetches with it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Door(AtomicUsize);

/// Somebody inside; gone when dropped.
#[derive(Debug)]
pub(super) struct Guest<'a> {
    doors: &'a Doors,
    door: &'a Door,
}

impl Doors {
    pub(super) fn enter(&self) -> Result<Guest<'_>, StoreError> {
        let door = self.inside.mine();
        // Counted first and asked second: whoever shuts the doors sees everybody who found them open.
        door.0.fetch_add(1, Ordering::SeqCst);
        let guest = Guest { doors: self, door };
        if self.shut.load(Ordering::SeqCst) { Err(StoreError::Closed) } else { Ok(guest) }
    }

    /// How many are inside.
    pub(super) fn inside(&self) -> usize {
        self.inside.iter().map(|door| door.0.load(Ordering::SeqCst)).sum()
    }

    /// Lets nobody in any more, and waits until everybody has left.
    pub(super) async fn shut(&self) {
        self.shut.store(true, Ordering::SeqCst);
        loop {
            let left = self.left.notified();
            if self.inside() == 0 {
                return;
            }
            left.await;
        }
    }
}

impl Default for Doors {
    fn default() -> Self {
        // All of them now: one that was made while somebody counts could be overlooked.
        Self { shut: AtomicBool::default(), inside: Shards::all(), left: Notify::default() }
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        self.door.0.fetch_sub(1, Ordering::SeqCst);
        if self.doors.shut.load(Ordering::SeqCst) {
            self.doors.left.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn whoever_is_inside_is_counted_by_whichever_door_they_came() {
        let doors = Doors::default();
        let guests: Vec<_> = thread::scope(|scope| {
            let coming: Vec<_> = (0..40).map(|_| scope.spawn(|| doors.enter())).collect();
            coming.into_iter().map(thread::ScopedJoinHandle::join).collect()
        });
        assert!(guests.iter().all(|guest| matches!(guest, Ok(Ok(_)))), "{guests:?}");
        assert_eq!(doors.inside(), 40);
        drop(guests);
        assert_eq!(doors.inside(), 0);
    }
}
