//! A copy for each thread, so that counting threads do not fight for one cache line.

use std::{
    cell::Cell,
    sync::{
        OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A power of two, as many as there are processors, within reason. One is made when its first thread counts something.
#[derive(Debug)]
pub(crate) struct Shards<T> {
    copies: [OnceLock<Box<T>>; MOST],
    /// How many of them are used, less one.
    mask: usize,
}

/// More threads than this share copies.
const MOST: usize = 16;

impl<T: Default> Shards<T> {
    pub(crate) fn new() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self { copies: [const { OnceLock::new() }; MOST], mask: processors.next_power_of_two().min(MOST) - 1 }
    }

    /// With every copy made at once.
    pub(crate) fn all() -> Self {
        let shards = Self::new();
        for copy in shards.copies.iter().take(shards.mask + 1) {
            copy.get_or_init(Box::default);
        }
        shards
    }

    /// The copy of this thread.
    #[inline]
    pub(crate) fn mine(&self) -> &T {
        // Twice, so that the compiler knows it too.
        self.copies[number() & self.mask & (MOST - 1)].get_or_init(Box::default)
    }

    /// All that were made.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.copies.iter().filter_map(OnceLock::get).map(|shard| &**shard)
    }
}

/// The threads are numbered in the order in which they count for the first time.
#[inline]
fn number() -> usize {
    thread_local! {
        /// None yet is 0.
        static NUMBER: Cell<usize> = const { Cell::new(0) };
    }
    match NUMBER.get() {
        0 => {
            NUMBER.set(next());
            NUMBER.get()
        }
        number => number,
    }
}

#[cold]
fn next() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_threads_count_is_lost() {
        let shards = Shards::<AtomicUsize>::new();
        thread::scope(|scope| {
            for _ in 0..40 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        shards.mine().fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
        });
        assert_eq!(shards.iter().map(|count| count.load(Ordering::Relaxed)).sum::<usize>(), 4000);
        assert!(shards.iter().count() <= MOST);
    }
}
