//! Something for each name that a program has: found without a lock, and never forgotten.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// By the text's address first, which a command's name keeps for the life of the program; a name that stands at two
/// addresses still has one thing.
#[derive(Debug)]
pub(crate) struct Names<T> {
    heads: [Link<T>; HEADS],
    /// All of them, each name once. Held while one is made.
    made: Mutex<Vec<(&'static str, Arc<T>)>>,
}

const HEADS: usize = 128;

type Link<T> = OnceLock<Box<Node<T>>>;

#[derive(Debug)]
struct Node<T> {
    name: &'static str,
    thing: Arc<T>,
    next: Link<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { heads: [const { OnceLock::new() }; HEADS], made: Mutex::default() }
    }
}

impl<T> Names<T> {
    /// What stands for `name`; made if it is the first time.
    #[inline]
    pub(crate) fn of(&self, name: &'static str, make: impl FnOnce() -> T) -> &Arc<T> {
        match self.find(name) {
            Ok(thing) => thing,
            Err(end) => self.enter(name, end, make),
        }
    }

    /// All of them, by name.
    pub(crate) fn all(&self) -> Vec<(&'static str, Arc<T>)> {
        let mut all = self.made.lock().unwrap_or_else(PoisonError::into_inner).clone();
        all.sort_unstable_by_key(|(name, _)| *name);
        all
    }

    /// What stands for `name`, or the end of the chain where it would.
    #[inline]
    fn find(&self, name: &'static str) -> Result<&Arc<T>, &Link<T>> {
        // Texts of several bytes stand apart: their lowest bits say little.
        let hash = name.as_ptr().addr() ^ (name.as_ptr().addr() >> 7);
        let mut link = &self.heads[hash % HEADS];
        while let Some(node) = link.get() {
            if std::ptr::eq(node.name, name) {
                return Ok(&node.thing);
            }
            link = &node.next;
        }
        Err(link)
    }

    #[cold]
    fn enter<'a>(&'a self, name: &'static str, end: &'a Link<T>, make: impl FnOnce() -> T) -> &'a Arc<T> {
        let thing = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            match made.iter().find(|(known, _)| *known == name) {
                Some((_, thing)) => Arc::clone(thing),
                None => {
                    let thing = Arc::new(make());
                    made.push((name, Arc::clone(&thing)));
                    thing
                }
            }
        };
        let mut link = end;
        loop {
            // Whoever came first to this end stands there, maybe with the same name; then the next end will do.
            let new = || Box::new(Node { name, thing: Arc::clone(&thing), next: OnceLock::new() });
            let node = link.get_or_init(new);
            if std::ptr::eq(node.name, name) {
                return &node.thing;
            }
            link = &node.next;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::atomic::{AtomicUsize, Ordering},
        thread,
    };

    use super::*;

    fn leaked(number: usize) -> &'static str {
        Box::leak(format!("Command{number}").into_boxed_str())
    }

    #[test]
    fn a_name_has_one_thing_wherever_its_text_stands_and_whoever_asks() {
        let (names, made) = (Names::<usize>::default(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for number in 0..500 {
                        let name = leaked(number);
                        let make = || {
                            made.fetch_add(1, Ordering::Relaxed);
                            number
                        };
                        assert_eq!((**names.of(name, make), **names.of(name, || 1000)), (number, number));
                    }
                });
            }
        });
        assert_eq!((made.load(Ordering::Relaxed), names.all().len()), (500, 500));
        assert!(names.all().is_sorted_by_key(|(name, _)| *name));
    }
}
