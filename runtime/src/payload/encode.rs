//! Writing the fields of an enum variant as one JSON object.

use serde::{
    Serialize, Serializer,
    ser::{Error as _, Impossible, SerializeStructVariant},
};
use serde_json::Error;

/// Takes the struct-like variant of an enum of facts, and appends its fields to a payload.
#[doc(hidden)]
#[derive(Debug)]
pub struct PayloadSerializer<'a> {
    payload: &'a mut Vec<u8>,
}

impl<'a> PayloadSerializer<'a> {
    /// Appends to `payload`.
    pub fn new(payload: &'a mut Vec<u8>) -> Self {
        Self { payload }
    }
}

/// Refuses everything that is no struct-like variant.
macro_rules! refuse {
    ($($method:ident($($ty:ty),*) -> $ok:ty;)*) => {
        $(fn $method(self, $(_: $ty),*) -> Result<$ok, Error> {
            Err(Error::custom("a fact is written as an enum variant with named fields"))
        })*
    };
}

type Never = Impossible<(), Error>;

impl<'a> Serializer for PayloadSerializer<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Never;
    type SerializeTuple = Never;
    type SerializeTupleStruct = Never;
    type SerializeTupleVariant = Never;
    type SerializeMap = Never;
    type SerializeStruct = Never;
    type SerializeStructVariant = Fields<'a>;

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Error> {
        self.payload.push(b'{');
        Ok(Fields { payload: self.payload, first: true })
    }

    // How serde writes a struct-like variant with a flattened field.
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        let start = self.payload.len();
        value.serialize(&mut serde_json::Serializer::new(&mut *self.payload))?;
        if self.payload.get(start) == Some(&b'{') {
            Ok(())
        } else {
            Err(Error::custom("a payload is one JSON object, so that fields can be added to it later"))
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, _: &T) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, _: &T) -> Result<(), Error> {
        self.serialize_unit()
    }

    refuse! {
        serialize_bool(bool) -> ();
        serialize_i8(i8) -> ();
        serialize_i16(i16) -> ();
        serialize_i32(i32) -> ();
        serialize_i64(i64) -> ();
        serialize_u8(u8) -> ();
        serialize_u16(u16) -> ();
        serialize_u32(u32) -> ();
        serialize_u64(u64) -> ();
        serialize_f32(f32) -> ();
        serialize_f64(f64) -> ();
        serialize_char(char) -> ();
        serialize_str(&str) -> ();
        serialize_bytes(&[u8]) -> ();
        serialize_none() -> ();
        serialize_unit() -> ();
        serialize_unit_struct(&'static str) -> ();
        serialize_unit_variant(&'static str, u32, &'static str) -> ();
        serialize_seq(Option<usize>) -> Never;
        serialize_tuple(usize) -> Never;
        serialize_tuple_struct(&'static str, usize) -> Never;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Never;
        serialize_map(Option<usize>) -> Never;
        serialize_struct(&'static str, usize) -> Never;
    }
}

/// The fields on their way: what a JSON struct is made of.
#[doc(hidden)]
#[derive(Debug)]
pub struct Fields<'a> {
    payload: &'a mut Vec<u8>,
    first: bool,
}

impl SerializeStructVariant for Fields<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        if !self.first {
            self.payload.push(b',');
        }
        self.first = false;
        serde_json::to_writer(&mut *self.payload, name)?;
        self.payload.push(b':');
        serde_json::to_writer(&mut *self.payload, value)
    }

    fn end(self) -> Result<(), Error> {
        self.payload.push(b'}');
        Ok(())
    }
}
