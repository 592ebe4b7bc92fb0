//! Which events are a runner's: those of its categories, and of its share of the streams.

use crate::{recorded::RawEvent, store::Checkpoint, stream::StreamName};

/// Which events a runner takes in.
#[derive(Debug, Clone)]
pub(in crate::projector) struct Listens {
    pub(in crate::projector) categories: &'static [&'static str],
    /// Which share of the streams, of how many.
    pub(in crate::projector) share: (usize, usize),
}

impl Listens {
    pub(super) fn to(&self, event: &RawEvent) -> bool {
        let category = event.stream().category();
        self.categories.contains(&category)
            && (self.share.1 == 1 || share_of(event.stream(), self.share.1) == self.share.0)
    }
}

/// The same on every machine: what one process took in, another must not take for its own.
fn share_of(stream: &StreamName, shares: usize) -> usize {
    let hash = stream
        .as_str()
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    // The low bits of this hash are the weaker ones.
    usize::try_from((hash >> 32) % shares as u64).unwrap_or(0)
}

/// What of a checkpoint concerns one share.
pub(in crate::projector) fn part_of(whole: &Checkpoint, share: usize, shares: usize) -> Checkpoint {
    let mut part = whole.clone();
    part.parked.retain(|parked| share_of(&StreamName::from(parked.stream.as_str()), shares) == share);
    part
}
