//! Which durations are counted together: sixteen steps from a power of two to the next, so that a bucket's middle is never
//! more than 3.2 % away from what it stands for. From a nanosecond to 73 minutes.

/// How many there are.
pub(super) const BUCKETS: usize = (EXPONENTS - STEP_BITS + 1) as usize * STEPS;

/// Steps within a power of two, and the bits that say which.
const STEPS: usize = 1 << STEP_BITS;
const STEP_BITS: u32 = 4;

/// Durations below two to this are told apart.
const EXPONENTS: u32 = 42;

/// The bucket of so many nanoseconds.
pub(super) fn bucket_of(nanos: u64) -> usize {
    if nanos < STEPS as u64 {
        return nanos as usize;
    }
    let shift = nanos.ilog2() - STEP_BITS;
    let step = (nanos >> shift) as usize - STEPS;
    ((shift as usize + 1) * STEPS + step).min(BUCKETS - 1)
}

/// The nanoseconds in the middle of a bucket.
pub(super) fn middle_of(bucket: usize) -> u64 {
    let (row, step) = (bucket / STEPS, (bucket % STEPS) as u64);
    if row == 0 {
        return step;
    }
    let shift = row as u32 - 1;
    let low = (STEPS as u64 + step) << shift;
    low + ((1 << shift) >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_bucket_stands_for_is_near_what_went_in() {
        let mut nanos = 1_u64;
        while nanos < 1 << (EXPONENTS - 1) {
            for value in [nanos, nanos + nanos / 3, nanos + nanos / 2 + 1] {
                let middle = middle_of(bucket_of(value));
                let off = middle.abs_diff(value) as f64 / value as f64;
                assert!(off <= 0.032, "{value} counts as {middle}");
            }
            nanos = nanos + nanos / 7 + 1;
        }
    }

    #[test]
    fn buckets_follow_one_another_and_the_last_takes_the_rest() {
        for bucket in 0..BUCKETS {
            assert_eq!(bucket_of(middle_of(bucket)), bucket);
        }
        assert_eq!(bucket_of((1 << EXPONENTS) - 1), BUCKETS - 1);
        assert_eq!(bucket_of(u64::MAX), BUCKETS - 1);
    }
}
