//! Random requests, and random ways to make them.

use std::{collections::BTreeSet, time::Duration};

use crate::history::{Name, Request};
use fastrand::Rng;

use crate::act::Manner;

/// Most of what processes fight over are these accounts. The first of them is hot.
const CROWDED: u32 = 24;
/// The others are met by two processes now and then.
const ACCOUNTS: u32 = 600;
const GUARDS: u32 = 3;
const ALIASES: u32 = 6;

/// An age has streams of its own. Else they would grow with the log, and a long torture would read them again and again and do
/// little else.
const AGE: Age = Age { processes: 3, draws: 8192, accounts: 4 * ACCOUNTS };

/// When an age ends.
struct Age {
    /// So many later processes live in the next.
    processes: u32,
    /// Who has asked for so much counts as a later process.
    draws: u32,
    accounts: u32,
}

/// What one call is to be.
#[derive(Debug)]
pub(crate) struct Drawn {
    pub(crate) request: Request,
    pub(crate) key: Option<String>,
    pub(crate) expected: Option<(Name, u64)>,
    pub(crate) manner: Manner,
    /// The caller turns away after so long.
    pub(crate) patience: Option<Duration>,
}

/// One process's requests. Those with keys are the same in all processes, so that they meet.
#[derive(Debug)]
pub(crate) struct Draw {
    rng: Rng,
    seed: u64,
    process: u32,
    drawn: u32,
}

impl Draw {
    pub(crate) fn new(seed: u64, process: u32) -> Self {
        let rng = Rng::with_seed(seed.wrapping_mul(0x9e37_79b9).wrapping_add(u64::from(process)));
        Self { rng, seed, process, drawn: 0 }
    }

    pub(crate) fn next(&mut self) -> Drawn {
        self.drawn += 1;
        // All processes count alike, near enough: so they race for the same new account, and for the same key.
        let about = self.drawn / 16;
        let age = self.age();
        let (request, key) = if self.rng.u32(..8) == 0 {
            let key = about.saturating_sub(self.rng.u32(..4));
            // Now and then under a key that stands for another request.
            let other = u64::from(self.rng.u32(..16) == 0);
            let seed = self.seed.wrapping_add(u64::from(age) << 32 | u64::from(key) << 1 | other);
            (Realm { age, about: key / 4 }.request(&mut Rng::with_seed(seed)), Some(format!("key-{age}-{key}")))
        } else {
            (Realm { age, about: about / 4 }.request(&mut self.rng), None)
        };
        let key = key.filter(|_| !matches!(request, Request::Look { .. }));
        let expected = match &request {
            Request::Transfer { from, .. } | Request::Share { from, .. } if self.rng.u32(..32) == 0 => {
                Some((Name::Account(*from), self.rng.u64(..8)))
            }
            _ => None,
        };
        let timeout = if self.rng.u32(..50) == 0 { self.rng.u64(1..30) } else { 20_000 };
        let manner = Manner { timeout: Duration::from_millis(timeout), with_states: self.rng.u32(..4) == 0 };
        let patience = (self.rng.u32(..50) == 0).then(|| Duration::from_micros(self.rng.u64(..20_000)));
        Drawn { request, key, expected, manner, patience }
    }

    /// Processes come and go, so they pass from one age to the next at about the same time, and now and then look back.
    fn age(&mut self) -> u32 {
        let age = (self.process + self.drawn / AGE.draws) / AGE.processes;
        age.saturating_sub(u32::from(self.rng.u32(..8) == 0))
    }
}

/// The streams that may be asked for.
#[derive(Clone, Copy)]
struct Realm {
    age: u32,
    /// How far it has been asked for.
    about: u32,
}

impl Realm {
    fn request(self, rng: &mut Rng) -> Request {
        let from = self.account(rng);
        let (guard, alias) = (self.age * GUARDS + rng.u32(..GUARDS), self.age * ALIASES + rng.u32(..ALIASES));
        let amount = rng.i64(1..150);
        match rng.u32(..100) {
            0..6 => Request::Open { account: self.account(rng), amount: 1000 },
            6..10 => Request::Open { account: self.first() + ACCOUNTS + self.about, amount: 10 },
            10..50 => Request::Transfer { from, to: self.other(rng, &[from]), amount, guard },
            50..60 => Request::Share { from, to: self.some(rng, from), amount: amount / 4 + 1 },
            60..70 => {
                let beside = self.other(rng, &[from]);
                Request::Drain { from, beside, to: self.other(rng, &[from, beside]), amount: 4 * amount }
            }
            70..80 => Request::Pay { from, alias, amount },
            80..83 => Request::Point { alias, account: self.account(rng) },
            83..86 => Request::Cap { guard, cap: rng.i64(1..4) * 50 },
            86..95 => Request::Inspect { accounts: self.some(rng, from), guard, least: rng.i64(..4000) },
            _ => Request::Look { account: from },
        }
    }

    fn first(self) -> u32 {
        self.age * AGE.accounts
    }

    /// Open or not: which it is changes while they are asked for. They become more, so that early on there is money to move.
    fn account(self, rng: &mut Rng) -> u32 {
        let account = match rng.u32(..16) {
            0 => 0,
            1..6 => rng.u32(..CROWDED),
            _ => rng.u32(..ACCOUNTS.min(CROWDED + 2 * self.about)),
        };
        self.first() + account
    }

    fn other(self, rng: &mut Rng, but: &[u32]) -> u32 {
        loop {
            let other = self.account(rng);
            if !but.contains(&other) {
                return other;
            }
        }
    }

    fn some(self, rng: &mut Rng, but: u32) -> BTreeSet<u32> {
        (0..rng.usize(1..5)).map(|_| self.other(rng, &[but])).collect()
    }
}
