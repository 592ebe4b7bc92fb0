//! A collection of open streams.

use std::{
    borrow::Borrow,
    fmt,
    ops::{Index, IndexMut},
    slice, vec,
};

/// Open streams by key: the handle of a `#[stream]` field that is a collection of keys.
///
/// Indexed by key (`streams.rooms[&id]`), and iterated in key order. A key that stands twice in the field is open once.
#[derive(Clone)]
pub struct StreamMap<K, H> {
    /// Sorted by key.
    streams: Vec<(K, H)>,
}

impl<K: Ord, H> StreamMap<K, H> {
    /// From streams whose keys stand in order, each once.
    pub(crate) fn from_sorted(streams: Vec<(K, H)>) -> Self {
        Self { streams }
    }

    /// How many streams are open.
    #[must_use]
    pub fn len(&self) -> usize {
        self.streams.len()
    }

    /// Whether the field named no stream at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// The stream of `key`, if the field named it.
    pub fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&H>
    where
        K: Borrow<Q>,
    {
        self.find(key).and_then(|at| self.streams.get(at)).map(|(_, stream)| stream)
    }

    /// The stream of `key`, if the field named it, to be told what happened.
    pub fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut H>
    where
        K: Borrow<Q>,
    {
        self.find(key).and_then(|at| self.streams.get_mut(at)).map(|(_, stream)| stream)
    }

    /// Whether the field named the stream of `key`.
    pub fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_some()
    }

    /// Every stream with its key, in key order.
    pub fn iter(&self) -> Iter<'_, K, H> {
        Iter(self.streams.iter())
    }

    /// Every stream with its key, in key order, to be told what happened.
    pub fn iter_mut(&mut self) -> IterMut<'_, K, H> {
        IterMut(self.streams.iter_mut())
    }

    /// The keys, in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &K> {
        self.streams.iter().map(|(key, _)| key)
    }

    /// The streams, in key order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &H> {
        self.streams.iter().map(|(_, stream)| stream)
    }

    /// The streams, in key order, to be told what happened.
    pub fn values_mut(&mut self) -> impl ExactSizeIterator<Item = &mut H> {
        self.streams.iter_mut().map(|(_, stream)| stream)
    }

    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Option<usize>
    where
        K: Borrow<Q>,
    {
        self.streams.binary_search_by(|(known, _)| known.borrow().cmp(key)).ok()
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, H> Index<&Q> for StreamMap<K, H> {
    type Output = H;

    /// # Panics
    /// When the field did not name the stream of `key`; [`get`](StreamMap::get) does not.
    #[track_caller]
    fn index(&self, key: &Q) -> &H {
        match self.get(key) {
            Some(stream) => stream,
            None => undeclared(),
        }
    }
}

impl<K: Ord + Borrow<Q>, Q: Ord + ?Sized, H> IndexMut<&Q> for StreamMap<K, H> {
    /// # Panics
    /// When the field did not name the stream of `key`; [`get_mut`](StreamMap::get_mut) does not.
    #[track_caller]
    fn index_mut(&mut self, key: &Q) -> &mut H {
        match self.get_mut(key) {
            Some(stream) => stream,
            None => undeclared(),
        }
    }
}

#[track_caller]
#[expect(clippy::panic, reason = "indexing panics, as everywhere in Rust; `get` is the way that does not")]
fn undeclared() -> ! {
    panic!("no stream of this key is open: the command's field did not name it (`get` asks without panicking)")
}

impl<'a, K: Ord, H> IntoIterator for &'a StreamMap<K, H> {
    type Item = (&'a K, &'a H);
    type IntoIter = Iter<'a, K, H>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<'a, K: Ord, H> IntoIterator for &'a mut StreamMap<K, H> {
    type Item = (&'a K, &'a mut H);
    type IntoIter = IterMut<'a, K, H>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter_mut()
    }
}

impl<K, H> IntoIterator for StreamMap<K, H> {
    type Item = (K, H);
    type IntoIter = vec::IntoIter<(K, H)>;

    fn into_iter(self) -> Self::IntoIter {
        self.streams.into_iter()
    }
}

impl<K: fmt::Display, H: fmt::Debug> fmt::Debug for StreamMap<K, H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.streams.iter().map(|(_, stream)| stream)).finish()
    }
}

/// The streams of a [`StreamMap`] with their keys, in key order.
#[derive(Debug)]
pub struct Iter<'a, K, H>(slice::Iter<'a, (K, H)>);

impl<'a, K, H> Iterator for Iter<'a, K, H> {
    type Item = (&'a K, &'a H);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, stream)| (key, stream))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, H> ExactSizeIterator for Iter<'_, K, H> {}

/// The streams of a [`StreamMap`] with their keys, in key order, to be told what happened.
#[derive(Debug)]
pub struct IterMut<'a, K, H>(slice::IterMut<'a, (K, H)>);

impl<'a, K, H> Iterator for IterMut<'a, K, H> {
    type Item = (&'a K, &'a mut H);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(key, stream)| (&*key, stream))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<K, H> ExactSizeIterator for IterMut<'_, K, H> {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_key_and_iterates_in_key_order() {
        let mut map = StreamMap::from_sorted(vec![("a".to_owned(), 1), ("b".to_owned(), 2)]);
        assert_eq!(map["b"], 2);
        map["a"] = 7;
        for (_, value) in &mut map {
            *value += 1;
        }
        assert_eq!(map.iter().map(|(key, value)| (key.as_str(), *value)).collect::<Vec<_>>(), [("a", 8), ("b", 3)]);
        assert_eq!(map.get("c"), None);
        assert!(map.get_mut("c").is_none() && map.contains_key("a"));
    }
}
