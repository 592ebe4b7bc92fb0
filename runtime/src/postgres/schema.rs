//! A log is a schema: its name, and the SQL that speaks to it.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

use crate::error::StoreError;

/// The longest name that PostgreSQL keeps, in bytes.
const NAME_BYTES: usize = 63;

/// The name of the schema that a log lives in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Schema(Arc<str>);

impl Schema {
    pub(super) fn new(name: &str) -> Result<Self, StoreError> {
        let size = name.len();
        if size > NAME_BYTES {
            return Err(StoreError::TooLarge { what: "the schema's name in bytes", size, limit: NAME_BYTES });
        }
        if name.contains('\0') {
            return Err(StoreError::Nul { what: "the schema's name" });
        }
        // In a search path, quoted or not, `$user` is the schema of whoever asks.
        if name.is_empty() || name.starts_with("pg_") || name == "$user" {
            let context = format!("`{name}` cannot be the name of a schema").into();
            return Err(StoreError::Failed { context, source: None });
        }
        Ok(Self(name.into()))
    }

    pub(super) fn name(&self) -> &str {
        &self.0
    }

    /// A name in this schema, quoted.
    pub(super) fn qualify(&self, name: &str) -> String {
        format!("{}.{name}", self.quoted())
    }

    pub(super) fn quoted(&self) -> String {
        format!("\"{}\"", self.0.replace('"', "\"\""))
    }

    /// A text of ours, with the schema in the place of `:"schema"`, which is how `psql` spells it as well.
    pub(super) fn fill(&self, sql: &str) -> String {
        sql.replace(":\"schema\"", &self.quoted())
    }
}

/// A statement for one schema. Its text never changes, so that it stays prepared.
#[derive(Debug, Clone)]
pub(super) struct Statement(Arc<str>);

impl Statement {
    /// Safe: the texts are ours, and the schema's name is quoted in them.
    pub(super) fn text(&self) -> AssertSqlSafe<Arc<str>> {
        AssertSqlSafe(Arc::clone(&self.0))
    }
}

macro_rules! statements {
    ($($name:ident),* $(,)?) => {
        /// Every statement that is sent while the store runs.
        #[derive(Debug)]
        pub(super) struct Statements { $(pub(super) $name: Statement),* }

        impl Statements {
            pub(super) fn new(schema: &Schema) -> Self {
                Self { $($name: Statement(schema.fill(include_str!(concat!("sql/", stringify!($name), ".sql"))).into())),* }
            }
        }
    };
}

statements! {
    append, append_one, read_stream, read_streams, read_log, read_log_filtered, head, find_commit,
    claim, checkpoint, renew, release, advance, drop_checkpoint, snapshot, save_snapshot,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_quoted_whatever_it_holds() {
        let schema = Schema::new("Ada's \"bank\"; drop").map(|schema| schema.fill("select :\"schema\".x")).ok();
        assert_eq!(schema.as_deref(), Some("select \"Ada's \"\"bank\"\"; drop\".x"));
        for name in ["", "pg_catalog", "$user", "nul\0", &"x".repeat(64)] {
            assert!(Schema::new(name).is_err(), "{name}");
        }
    }
}
