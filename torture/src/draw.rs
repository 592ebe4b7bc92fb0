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
    drawn: u32,
}

impl Draw {
    pub(crate) fn new(seed: u64, process: u32) -> Self {
        Self { rng: Rng::with_seed(seed.wrapping_mul(0x9e37_79b9).wrapping_add(u64::from(process))), seed, drawn: 0 }
    }

    pub(crate) fn next(&mut self) -> Drawn {
        self.drawn += 1;
        // All processes count alike, near enough: so they race for the same new account, and for the same key.
        let about = self.drawn / 16;
        let (request, key) = if self.rng.u32(..8) == 0 {
            let key = about.saturating_sub(self.rng.u32(..4));
            // Now and then under a key that stands for another request.
            let other = u64::from(self.rng.u32(..16) == 0);
            let rng = &mut Rng::with_seed(self.seed.wrapping_add(u64::from(key) << 1 | other));
            (request(rng, key / 4), Some(format!("key-{key}")))
        } else {
            (request(&mut self.rng, about / 4), None)
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
}

fn request(rng: &mut Rng, about: u32) -> Request {
    let from = account(rng, about);
    let (guard, alias) = (rng.u32(..GUARDS), rng.u32(..ALIASES));
    let amount = rng.i64(1..150);
    match rng.u32(..100) {
        0..6 => Request::Open { account: account(rng, about), amount: 1000 },
        6..10 => Request::Open { account: ACCOUNTS + about, amount: 10 },
        10..50 => Request::Transfer { from, to: other(rng, about, &[from]), amount, guard },
        50..60 => Request::Share { from, to: some(rng, about, from), amount: amount / 4 + 1 },
        60..70 => {
            let beside = other(rng, about, &[from]);
            Request::Drain { from, beside, to: other(rng, about, &[from, beside]), amount: 4 * amount }
        }
        70..80 => Request::Pay { from, alias, amount },
        80..83 => Request::Point { alias, account: account(rng, about) },
        83..86 => Request::Cap { guard, cap: rng.i64(1..4) * 50 },
        86..95 => Request::Inspect { accounts: some(rng, about, from), guard, least: rng.i64(..4000) },
        _ => Request::Look { account: from },
    }
}

/// Open or not: which it is changes while they are asked for. They become more, so that early on there is money to move.
fn account(rng: &mut Rng, about: u32) -> u32 {
    match rng.u32(..16) {
        0 => 0,
        1..6 => rng.u32(..CROWDED),
        _ => rng.u32(..ACCOUNTS.min(CROWDED + 2 * about)),
    }
}

fn other(rng: &mut Rng, about: u32, but: &[u32]) -> u32 {
    loop {
        let other = account(rng, about);
        if !but.contains(&other) {
            return other;
        }
    }
}

fn some(rng: &mut Rng, about: u32, but: u32) -> BTreeSet<u32> {
    (0..rng.usize(1..5)).map(|_| other(rng, about, &[but])).collect()
}
