//! Circles among things that name one another.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who names whom.
#[derive(Debug)]
pub(super) struct Graph<N>(BTreeMap<N, BTreeSet<N>>);

impl<N: Ord + Copy> Graph<N> {
    pub(super) fn new(edges: impl IntoIterator<Item = (N, N)>) -> Self {
        let mut graph = BTreeMap::<N, BTreeSet<N>>::new();
        for (from, to) in edges {
            graph.entry(from).or_default().insert(to);
        }
        Self(graph)
    }

    /// The shortest way from `from` to `to`, both included.
    pub(super) fn way(&self, from: N, to: N) -> Option<Vec<N>> {
        let mut came_from = BTreeMap::from([(from, from)]);
        let mut open = VecDeque::from([from]);
        while let Some(at) = open.pop_front() {
            if at == to {
                let mut way = vec![to];
                while let Some(&before) =
                    way.last().and_then(|last| came_from.get(last)).filter(|&&before| way.last() != Some(&before))
                {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            for &next in self.0.get(&at).into_iter().flatten() {
                came_from.entry(next).or_insert_with(|| {
                    open.push_back(next);
                    at
                });
            }
        }
        None
    }
}
