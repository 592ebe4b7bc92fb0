//! Something for each name that a program has: found without a lock, and never forgotten.

use std::{iter, sync::OnceLock};

/// By the text's address, which a command's name keeps for the life of the program. A name that stands at two addresses has
/// two things: whoever tells of them adds them up.
#[derive(Debug)]
pub(crate) struct Names<T> {
    heads: [Link<T>; HEADS],
}

const HEADS: usize = 128;

type Link<T> = OnceLock<Box<Node<T>>>;

#[derive(Debug)]
struct Node<T> {
    name: &'static str,
    next: Link<T>,
    /// In here, for each pointer that is followed may lead out of what the processor has at hand.
    thing: T,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { heads: [const { OnceLock::new() }; HEADS] }
    }
}

impl<T> Names<T> {
    /// What stands for `name`; made if it is the first time.
    #[inline]
    pub(crate) fn of(&self, name: &'static str, make: impl Fn() -> T) -> &T {
        // Texts of several bytes stand apart: their lowest bits say little.
        let hash = name.as_ptr().addr() ^ (name.as_ptr().addr() >> 7);
        let mut link = &self.heads[hash % HEADS];
        loop {
            // Whoever comes first to an end of the chain stands there; for others there is the next.
            let node = link.get_or_init(|| Box::new(Node { name, next: OnceLock::new(), thing: make() }));
            if std::ptr::eq(node.name, name) {
                return &node.thing;
            }
            link = &node.next;
        }
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &T)> {
        let chains = self.heads.iter().filter_map(OnceLock::get);
        let nodes = chains.flat_map(|head| iter::successors(Some(head), |node| node.next.get()));
        nodes.map(|node| (node.name, &node.thing))
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
    fn a_name_has_one_thing_where_its_text_stands_whoever_asks() {
        let (names, made) = (Names::<usize>::default(), AtomicUsize::new(0));
        let texts: Vec<&'static str> = (0..500).map(leaked).collect();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for (number, name) in texts.iter().enumerate() {
                        let make = || {
                            made.fetch_add(1, Ordering::Relaxed);
                            number
                        };
                        assert_eq!((*names.of(name, make), *names.of(name, || 1000)), (number, number));
                    }
                });
            }
        });
        assert_eq!(made.load(Ordering::Relaxed), 500);
        let mut all: Vec<_> = names.all().map(|(name, number)| (*number, name)).collect();
        all.sort_unstable();
        assert_eq!(all, texts.into_iter().enumerate().collect::<Vec<_>>());
    }
}
