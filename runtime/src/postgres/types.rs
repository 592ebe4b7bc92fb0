//! How our texts and numbers look on the wire.

use sqlx::{
    Decode, Encode, Postgres, Type,
    encode::IsNull,
    error::BoxDynError,
    postgres::{PgArgumentBuffer, PgHasArrayType, PgTypeInfo, PgValueRef, types::Oid},
};
use uuid::Uuid;

use crate::id::CommitId;

/// JSON as text, handed on as it is: the server checks it, nobody parses it.
#[derive(Debug, Clone, Copy)]
pub(super) struct JsonText<'a>(pub(super) &'a [u8]);

/// JSON as it was kept.
#[derive(Debug)]
pub(super) struct StoredJson(pub(super) Vec<u8>);

// The same in every PostgreSQL.
const JSON: Oid = Oid(114);
const JSON_ARRAY: Oid = Oid(199);

impl Type<Postgres> for JsonText<'_> {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(JSON)
    }
}

impl PgHasArrayType for JsonText<'_> {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(JSON_ARRAY)
    }
}

impl Encode<'_, Postgres> for JsonText<'_> {
    fn encode_by_ref(&self, buffer: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
        buffer.extend_from_slice(self.0);
        Ok(IsNull::No)
    }
}

impl Type<Postgres> for StoredJson {
    fn type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(JSON)
    }
}

impl PgHasArrayType for StoredJson {
    fn array_type_info() -> PgTypeInfo {
        PgTypeInfo::with_oid(JSON_ARRAY)
    }
}

impl<'r> Decode<'r, Postgres> for StoredJson {
    fn decode(value: PgValueRef<'r>) -> Result<Self, BoxDynError> {
        Ok(Self(value.as_bytes()?.to_vec()))
    }
}

pub(super) fn uuid(id: CommitId) -> Uuid {
    Uuid::from_u128(id.as_u128())
}

pub(super) fn commit_id(id: Uuid) -> CommitId {
    CommitId::from_u128(id.as_u128())
}

/// An index, as SQL counts.
pub(super) fn nth(index: usize) -> i32 {
    i32::try_from(index).unwrap_or(i32::MAX - 1) + 1
}

/// An index, as SQL counted it; none if it is none.
pub(super) fn index(nth: i32) -> usize {
    usize::try_from(nth).map_or(usize::MAX, |nth| nth.wrapping_sub(1))
}
