//! Small values that are cheap to copy and to compare: a search holds hundreds of thousands of them.

use std::{
    fmt,
    hash::{Hash, Hasher},
};

/// One attempt of a command to commit: fresh for every submission. 0 is nobody's.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Id(pub(crate) u8);

/// How often a command may submit. With all rules kept none of the scenarios needs so many.
pub(crate) const SUBMISSIONS: u8 = 7;

impl Id {
    pub(crate) const NONE: Self = Self(0);
    /// Any commit that came to nothing.
    pub(crate) const FAILED: Self = Self(63);

    pub(crate) fn of(command: usize, submission: u8) -> Self {
        Self(command as u8 * (SUBMISSIONS + 1) + submission)
    }

    pub(crate) fn command(self) -> usize {
        usize::from(self.0 / (SUBMISSIONS + 1))
    }

    pub(crate) fn submission(self) -> u8 {
        self.0 % (SUBMISSIONS + 1)
    }

    pub(crate) fn is_some(self) -> bool {
        self.0 != 0
    }

    pub(crate) fn is_pending(self) -> bool {
        self.is_some() && self != Self::FAILED
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_some() { write!(f, "c{}#{}", self.command(), self.submission()) } else { write!(f, "-") }
    }
}

/// A set of commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Ids(u64);

impl Ids {
    pub(crate) fn insert(&mut self, id: Id) {
        self.0 |= 1 << id.0;
    }

    pub(crate) fn contains(self, id: Id) -> bool {
        self.0 & (1 << id.0) != 0
    }

    pub(crate) fn clear(&mut self) {
        self.0 = 0;
    }
}

/// What a stream holds, or is thought to hold: the commits of its events in order, a byte each.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct View(u64);

impl View {
    pub(crate) const NOTHING: Self = Self(0);

    pub(crate) fn version(self) -> u8 {
        ((71 - self.0.leading_zeros()) / 8) as u8
    }

    pub(crate) fn last(self) -> Id {
        self.at(self.version().wrapping_sub(1))
    }

    pub(crate) fn at(self, index: u8) -> Id {
        if index < 8 { Id((self.0 >> (8 * index)) as u8) } else { Id::NONE }
    }

    pub(crate) fn with(self, id: Id) -> Self {
        Self(self.0 | u64::from(id.0) << (8 * self.version().min(7)))
    }

    pub(crate) fn is_prefix_of(self, other: Self) -> bool {
        let bits = 8 * u32::from(self.version());
        bits >= 64 || (self.0 ^ other.0) & ((1 << bits) - 1) == 0
    }

    pub(crate) fn is_nothing(self) -> bool {
        self.0 == 0
    }
}

impl fmt::Debug for View {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries((0..self.version()).map(|index| self.at(index))).finish()
    }
}

/// A short list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct List<T, const N: usize> {
    items: [T; N],
    len: u8,
}

impl<T: Copy + Default, const N: usize> Default for List<T, N> {
    fn default() -> Self {
        Self { items: [T::default(); N], len: 0 }
    }
}

impl<T: Copy + Default, const N: usize> List<T, N> {
    pub(crate) fn push(&mut self, item: T) {
        self.items[usize::from(self.len)] = item;
        self.len += 1;
    }

    pub(crate) fn remove(&mut self, index: usize) -> T {
        let removed = self.items[index];
        self.items.copy_within(index + 1.., index);
        self.len -= 1;
        // What is behind the end is always the same, so that equal lists are equal.
        self.items[usize::from(self.len)] = T::default();
        removed
    }

    pub(crate) fn as_slice(&self) -> &[T] {
        &self.items[..usize::from(self.len)]
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn is_full(&self) -> bool {
        usize::from(self.len) == N
    }
}

impl<T: Hash, const N: usize> Hash for List<T, N> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u8(self.len);
        self.items[..usize::from(self.len)].iter().for_each(|item| item.hash(state));
    }
}

impl<T: fmt::Debug, const N: usize> fmt::Debug for List<T, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.items[..usize::from(self.len)]).finish()
    }
}
