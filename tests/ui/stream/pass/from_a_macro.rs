//! A domain that `macro_rules!` writes.

use foldline::prelude::*;

#[macro_use]
#[path = "../../support.rs"]
mod support;

mod money {
    #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
    pub struct Money(pub u64);
}

macro_rules! counter {
    ($state:ident, $key:ident, $value:ty, $command:ident, $verb:ident, |$self:ident, $by:ident| $body:expr) => {
        key!($key);

        #[derive(Debug, Clone, Default)]
        pub struct $state {
            total: u64,
        }

        #[stream(key = $key)]
        impl $state {
            #[event]
            fn $verb(&mut $self, $by: $value, kind: $crate::money::Money) {
                $self.total += kind.0;
                $body
            }
        }

        #[derive(Debug, Command)]
        pub struct $command {
            #[stream(existing, or = ())]
            counter: $key,
            #[stream(read)]
            others: Vec<$key>,
            by: $value,
        }

        impl Decide for $command {
            type Error = ();

            fn decide(&self, streams: &mut paste!($command)) -> Result<(), ()> {
                let others: u64 = streams.others.values().map(|other| other.total).sum();
                streams.counter.$verb(self.by.clone(), $crate::money::Money(others));
                Ok(())
            }
        }
    };
}

macro_rules! paste {
    (Count) => {
        CountStreams
    };
}

counter!(Counter, CounterId, u64, Count, counted, |self, by| self.total += by);

#[derive(Debug, Command)]
struct Start {
    #[stream(new)]
    counter: CounterId,
}

impl Decide for Start {
    type Error = ();

    fn decide(&self, streams: &mut StartStreams) -> Result<(), ()> {
        streams.counter.counted(1, money::Money(0));
        Ok(())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let counters = Executor::new(MemoryStore::new());
    for counter in [CounterId(1), CounterId(2)] {
        counters.execute(Start { counter }).await.unwrap();
    }
    let count = |counter| Count { counter: CounterId(counter), others: vec![CounterId(2)], by: 5 };
    counters.execute(count(1)).await.unwrap();
    assert!(matches!(counters.execute(count(3)).await, Err(ExecuteError::Rejected(()))));
    assert_eq!(counters.load(&CounterId(1)).await.unwrap().unwrap().total, 7);
}
