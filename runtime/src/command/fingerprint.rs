//! Telling one command from another under the same idempotency key.

use std::{
    collections::{HashMap, HashSet},
    fmt::{self, Debug, Write},
};

/// A digest of a command: its name, its streams, and its other fields as far as they print.
///
/// The same in every process and on every machine (FNV-1a, 128 bits).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint(u128);

impl Fingerprint {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

    pub(crate) fn new() -> Self {
        Self(Self::BASIS)
    }

    /// Adds a field by its name and text.
    pub fn field(&mut self, name: &str, value: &dyn Debug) -> &mut Self {
        // A `Debug` that fails leaves a shorter text behind; what it wrote still counts.
        let _ = write!(self, "{name}={value:?}");
        self.bytes(&[0]);
        self
    }

    /// Adds a text as it is.
    pub(crate) fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(Self::PRIME);
        }
    }

    /// The digest, for stores.
    #[must_use]
    pub fn as_u128(&self) -> u128 {
        self.0
    }
}

impl Write for Fingerprint {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.bytes(text.as_bytes());
        Ok(())
    }
}

/// Reads a field for [`Fingerprint`] whatever its type offers: its text if it is `Debug` (hash maps and sets sorted, since
/// theirs differs from run to run), else nothing.
///
/// The three steps are told apart by method resolution: `(&Probe(&field)).probe("field", fingerprint)`.
#[doc(hidden)]
#[derive(Debug)]
pub struct Probe<'a, T: ?Sized>(pub &'a T);

// One impl over a trait, not one a type: a field of a type that does not exist would be told that both fit.
impl<T: Unordered> Probe<'_, T> {
    #[doc(hidden)]
    pub fn probe(&self, name: &str, fingerprint: &mut Fingerprint) {
        let mut entries = self.0.entries();
        entries.sort_unstable();
        fingerprint.field(name, &entries);
    }
}

/// What prints in another order in every run.
#[doc(hidden)]
pub trait Unordered {
    fn entries(&self) -> Vec<String>;
}

impl<K: Debug, V: Debug, H> Unordered for HashMap<K, V, H> {
    fn entries(&self) -> Vec<String> {
        self.iter().map(|entry| format!("{entry:?}")).collect()
    }
}

impl<K: Debug, H> Unordered for HashSet<K, H> {
    fn entries(&self) -> Vec<String> {
        self.iter().map(|entry| format!("{entry:?}")).collect()
    }
}

impl<T: Unordered + ?Sized> Unordered for &T {
    fn entries(&self) -> Vec<String> {
        (**self).entries()
    }
}

#[doc(hidden)]
pub trait ProbeDebug {
    fn probe(&self, name: &str, fingerprint: &mut Fingerprint);
}

impl<T: Debug + ?Sized> ProbeDebug for Probe<'_, T> {
    fn probe(&self, name: &str, fingerprint: &mut Fingerprint) {
        fingerprint.field(name, &self.0);
    }
}

#[doc(hidden)]
pub trait ProbeNothing {
    fn probe(&self, name: &str, fingerprint: &mut Fingerprint);
}

impl<T: ?Sized> ProbeNothing for &Probe<'_, T> {
    fn probe(&self, _: &str, _: &mut Fingerprint) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Silent;

    fn of(add: impl FnOnce(&mut Fingerprint)) -> u128 {
        let mut fingerprint = Fingerprint::new();
        add(&mut fingerprint);
        fingerprint.as_u128()
    }

    #[test]
    fn tells_values_fields_and_borders_apart() {
        let one = of(|f| {
            f.field("a", &1).field("b", &2);
        });
        for other in [
            of(|f| {
                f.field("a", &1).field("b", &3);
            }),
            of(|f| {
                f.field("b", &2).field("a", &1);
            }),
            of(|f| {
                f.field("a", &12);
            }),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn a_field_is_read_by_what_its_type_offers() {
        let many: HashMap<u32, u32> = (0..100).map(|n| (n, n)).collect();
        let again: HashMap<u32, u32> = (0..100).rev().map(|n| (n, n)).collect();
        let print = |map: &HashMap<u32, u32>| of(|f| Probe(map).probe("map", f));
        assert_eq!(print(&many), print(&again));
        assert_eq!(of(|f| Probe(&&many).probe("map", f)), print(&again), "by reference, too");
        assert_ne!(of(|f| Probe(&1).probe("n", f)), of(|f| Probe(&2).probe("n", f)));
        assert_eq!(of(|f| (&Probe(&Silent)).probe("s", f)), of(|_| ()));
    }
}
