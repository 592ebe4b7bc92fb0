//! What a second core adds on this machine: cores that share their insides, or a neighbour, do not do twice what one does.

use std::{
    hint::black_box,
    thread::{available_parallelism, scope},
    time::{Duration, Instant},
};

const LONG: Duration = Duration::from_millis(300);

/// How many times as much all cores do as one of them, if nothing is shared between them but the machine.
pub(crate) fn all_to_one() -> f64 {
    let cores = available_parallelism().map_or(1, usize::from);
    let one = turns(1);
    if one > 0 { turns(cores) as f64 / one as f64 } else { 0.0 }
}

/// How often so many threads together get through a loop of multiplications.
fn turns(threads: usize) -> u64 {
    scope(|scope| {
        let busy: Vec<_> = (0..threads).map(|_| scope.spawn(spin)).collect();
        busy.into_iter().filter_map(|thread| thread.join().ok()).sum()
    })
}

fn spin() -> u64 {
    let (began, mut turns, mut number) = (Instant::now(), 0, 1_u64);
    while began.elapsed() < LONG {
        for factor in 0..10_000_u64 {
            number = black_box(number.wrapping_mul(factor | 1).rotate_left(7));
        }
        turns += 1;
    }
    turns
}
