//! How a field that cannot be stored gets one error, at its type, and not one from every line of serde's that meets it.
//!
//! Generated code assumes of every field that serde can write and read it ([`Assumed`]), demands it once, where the
//! field's type stands ([`storable`]), and where it does not hold falls back on code that fits anything ([`Unstorable`]).

use serde::{
    Deserializer, Serialize, Serializer,
    de::{DeserializeOwned, Error as _},
    ser::Error as _,
};

/// What serde can write and read.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in an event",
    label = "a field of this type cannot be written as JSON and read back",
    note = "derive it where the type is declared: `#[derive(serde::Serialize, serde::Deserialize)]`; a type of another crate often has a feature `serde`, or goes with `#[serde(with = \"…\")]` on the field"
)]
pub trait Storable {}

// Without this the message would speak of serde's traits, one error for each.
#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> Storable for T {}

/// Refuses a type that cannot be stored.
pub const fn storable<T: Storable>() {}

/// The type itself. The compiler believes a `where` clause that takes this way and mentions the lifetime, `for<'x>`,
/// without checking it where it is written.
pub trait Assumed<'x> {
    /// The type itself.
    type Type: ?Sized;
}

impl<T: ?Sized> Assumed<'_> for T {
    type Type = T;
}

/// Stands in for serde's code on a payload with a field that cannot be stored. It never runs, since such a program does
/// not compile.
pub trait Unstorable: Sized {
    /// Writes nothing.
    ///
    /// # Errors
    /// Always.
    fn serialize<E, S: Serializer>(_: &E, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("it has a field that cannot be stored"))
    }

    /// Reads nothing.
    ///
    /// # Errors
    /// Always.
    fn deserialize<'de, E, D: Deserializer<'de>>(_: D) -> Result<E, D::Error> {
        Err(D::Error::custom("it has a field that cannot be stored"))
    }
}

impl<T> Unstorable for T {}
