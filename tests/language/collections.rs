//! A `#[stream]` field that names many streams, or perhaps none.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use foldline::prelude::*;

use crate::names::{Done, number_key};

number_key!(ShelfId);

#[derive(Debug, Clone, Default)]
struct Shelf {
    books: u64,
}

#[stream(key = ShelfId)]
impl Shelf {
    #[event]
    fn stocked(&mut self, books: u64) {
        self.books += books;
    }
}

#[derive(Command)]
struct Stock<'a> {
    #[stream]
    list: Vec<ShelfId>,
    #[stream]
    pair: [ShelfId; 2],
    #[stream]
    set: BTreeSet<ShelfId>,
    #[stream]
    map: BTreeMap<ShelfId, u64>,
    #[stream]
    hashed: HashSet<ShelfId>,
    #[stream]
    weighed: HashMap<ShelfId, u64>,
    #[stream]
    perhaps: Option<ShelfId>,
    #[stream(read)]
    nothing: Option<ShelfId>,
    #[stream]
    borrowed: &'a ShelfId,
    #[stream(read)]
    listed: &'a Vec<ShelfId>,
}

impl Decide for Stock<'_> {
    type Error = ();

    fn decide(&self, streams: &mut StockStreams) -> Result<(), ()> {
        assert_eq!(streams.list.len(), 2, "a key that stands twice is opened once");
        for (_, shelf) in &mut streams.list {
            shelf.stocked(1);
        }
        for shelf in streams.pair.values_mut() {
            shelf.stocked(2);
        }
        for (_, shelf) in &mut streams.set {
            shelf.stocked(3);
        }
        for (id, books) in &self.map {
            streams.map[id].stocked(*books);
        }
        for (id, shelf) in &mut streams.hashed {
            shelf.stocked(u64::from(id.0));
        }
        for (id, books) in &self.weighed {
            if let Some(shelf) = streams.weighed.get_mut(id) {
                shelf.stocked(*books);
            }
        }
        if let Some(shelf) = &mut streams.perhaps {
            shelf.stocked(6);
        }
        assert!(streams.nothing.is_none());
        streams.borrowed.stocked(7);
        let keys: Vec<_> = streams.listed.iter().map(|(id, shelf)| (id.0, shelf.exists())).collect();
        assert_eq!(keys, [(81, false), (82, false)], "in key order");
        Ok(())
    }
}

#[tokio::test]
async fn every_collection_opens_every_stream_it_names() -> Done {
    let shelf = ShelfId;
    let library = Executor::new(MemoryStore::new());
    let done = library
        .execute(Stock {
            list: vec![shelf(2), shelf(1), shelf(2)],
            pair: [shelf(12), shelf(11)],
            set: BTreeSet::from([shelf(21)]),
            map: BTreeMap::from([(shelf(31), 4), (shelf(32), 40)]),
            hashed: HashSet::from([shelf(41)]),
            weighed: HashMap::from([(shelf(51), 5)]),
            perhaps: Some(shelf(61)),
            nothing: None,
            borrowed: &shelf(71),
            listed: &vec![shelf(82), shelf(81)],
        })
        .await
        .map_err(|_| "stocking works")?;
    assert_eq!(done.position(), Some(11));
    for (id, books) in
        [(1, 1), (2, 1), (11, 2), (12, 2), (21, 3), (31, 4), (32, 40), (41, 41), (51, 5), (61, 6), (71, 7)]
    {
        assert_eq!(library.load(&shelf(id)).await?.map(|shelf| shelf.books), Some(books), "{id}");
        assert_eq!(done.version(&shelf(id)), Some(1));
    }
    assert!(library.load(&shelf(81)).await?.is_none());
    Ok(())
}

#[derive(Command)]
struct Look {
    #[stream(read)]
    shelves: Vec<ShelfId>,
    ask: ShelfId,
}

impl Decide for Look {
    type Error = bool;

    fn decide(&self, streams: &mut LookStreams) -> Result<(), bool> {
        assert_eq!(streams.shelves.get(&self.ask).is_some(), streams.shelves.contains_key(&self.ask));
        Err(streams.shelves.contains_key(&self.ask))
    }
}

#[tokio::test]
async fn no_streams_at_all_are_fine_and_a_stream_that_was_not_named_is_not_there() {
    let library = Executor::new(MemoryStore::new());
    let empty = library.execute(Look { shelves: vec![], ask: ShelfId(1) }).await;
    assert!(matches!(empty, Err(ExecuteError::Rejected(false))));
    let there = library.execute(Look { shelves: vec![ShelfId(1)], ask: ShelfId(1) }).await;
    assert!(matches!(there, Err(ExecuteError::Rejected(true))));
}
