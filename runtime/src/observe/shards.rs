//! A copy for each thread, so that counting threads do not fight for one cache line.

use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

/// A copy for each thread, until there are too many of them. One is made when its first thread counts something.
#[derive(Debug)]
pub(crate) struct Shards<T> {
    copies: [OnceLock<Box<T>>; COPIES],
}

/// So many threads, those that counted first, have a copy of their own.
const ALONE: usize = 48;

/// All others share the rest.
const COPIES: usize = 64;

impl<T: Default> Shards<T> {
    pub(crate) fn new() -> Self {
        Self { copies: [const { OnceLock::new() }; COPIES] }
    }

    /// With every copy made at once.
    pub(crate) fn all() -> Self {
        let shards = Self::new();
        for copy in &shards.copies {
            copy.get_or_init(Box::default);
        }
        shards
    }

    /// The copy of this thread.
    #[inline]
    pub(crate) fn mine(&self) -> &T {
        self.mine_and_whether_alone().0
    }

    /// The copy of this thread, and whether no other thread ever has it.
    #[inline]
    pub(crate) fn mine_and_whether_alone(&self) -> (&T, bool) {
        let number = number();
        (self.copies[number % COPIES].get_or_init(Box::default), number < ALONE)
    }

    /// All that were made.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.copies.iter().filter_map(OnceLock::get).map(|shard| &**shard)
    }
}

/// Which copy is this thread's. None is given to another thread when one ends: there would have to be a lock.
#[inline]
fn number() -> usize {
    const NONE: usize = usize::MAX;
    thread_local! {
        static NUMBER: Cell<usize> = const { Cell::new(NONE) };
    }
    match NUMBER.get() {
        NONE => {
            NUMBER.set(next());
            NUMBER.get()
        }
        number => number,
    }
}

#[cold]
fn next() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    match NEXT.fetch_add(1, Ordering::Relaxed) {
        alone @ ..ALONE => alone,
        other => ALONE + other % (COPIES - ALONE),
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    #[test]
    fn nothing_that_threads_count_is_lost() {
        let shards = Shards::<AtomicUsize>::new();
        thread::scope(|scope| {
            for _ in 0..100 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let (mine, alone) = shards.mine_and_whether_alone();
                        if alone {
                            mine.store(mine.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
                        } else {
                            mine.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(shards.iter().map(|count| count.load(Ordering::Relaxed)).sum::<usize>(), 10_000);
        assert!((COPIES - ALONE..=COPIES).contains(&shards.iter().count()));
    }
}
