//! Reading an enum variant from its name and the JSON object of its fields.

use serde::{
    Deserializer,
    de::{DeserializeSeed, EnumAccess, Error as _, IntoDeserializer, VariantAccess, Visitor, value::StrDeserializer},
    forward_to_deserialize_any,
};
use serde_json::Error;

/// Gives the variant of an enum of facts that is stored as `name`, with the fields that stand in `payload`.
#[doc(hidden)]
pub struct PayloadDeserializer<'de> {
    name: &'static str,
    // Not yet a deserializer: the variant access is moved about until its fields are asked for, and this is smaller.
    payload: &'de [u8],
}

impl<'de> PayloadDeserializer<'de> {
    /// For the fact stored as `name`.
    #[must_use]
    pub fn new(name: &'static str, payload: &'de [u8]) -> Self {
        Self { name, payload }
    }
}

impl std::fmt::Debug for PayloadDeserializer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PayloadDeserializer").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'de> Deserializer<'de> for PayloadDeserializer<'de> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(self, _: &'static str, _: &[&str], visitor: V) -> Result<V::Value, Error> {
        visitor.visit_enum(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("a fact is read as an enum"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for PayloadDeserializer<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for PayloadDeserializer<'de> {
    type Error = Error;

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let mut json = serde_json::Deserializer::from_slice(self.payload);
        let value = json.deserialize_struct("fact", fields, visitor)?;
        json.end()?;
        Ok(value)
    }

    // How serde reads a struct-like variant with a flattened field.
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let mut json = serde_json::Deserializer::from_slice(self.payload);
        let value = seed.deserialize(&mut json)?;
        json.end()?;
        Ok(value)
    }

    fn unit_variant(self) -> Result<(), Error> {
        Err(Error::custom("a fact without fields is stored as {}"))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("the fields of a fact have names"))
    }
}
