//! A copy for each thread, so that counting threads do not fight for one cache line.

use std::{
    cell::Cell,
    sync::{
        LazyLock, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

/// A power of two, as many as there are processors, within reason. One is made when its first thread counts something.
#[derive(Debug)]
pub(crate) struct Shards<T> {
    copies: [OnceLock<Box<T>>; MOST],
}

/// More threads than this share copies.
const MOST: usize = 16;

/// How many copies there may be, the same for all as long as the process lives.
static USED: LazyLock<usize> = LazyLock::new(|| {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    processors.next_power_of_two().min(MOST)
});

impl<T: Default> Shards<T> {
    pub(crate) fn new() -> Self {
        Self { copies: [const { OnceLock::new() }; MOST] }
    }

    /// With every copy made at once.
    pub(crate) fn all() -> Self {
        let shards = Self::new();
        for copy in shards.copies.iter().take(*USED) {
            copy.get_or_init(Box::default);
        }
        shards
    }

    /// The copy of this thread.
    #[inline]
    pub(crate) fn mine(&self) -> &T {
        self.copies[number() % MOST].get_or_init(Box::default)
    }

    /// All that were made.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.copies.iter().filter_map(OnceLock::get).map(|shard| &**shard)
    }
}

/// Whose copy is this thread's. Threads get theirs in the order in which they count for the first time.
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
    NEXT.fetch_add(1, Ordering::Relaxed) % *USED
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
