//! Where the rows of projections are, and which schemas are theirs to write to and to drop.
//!
//! A schema's name proves nothing: the log `shop` with a projection `orders` and another log `shop_orders` meet in one. So each
//! schema bears a mark that says whose it is, in its comment: that stays with it under another name, and in a dump.

use sqlx::{Row, postgres::PgConnection};

use super::{PostgresDatabase, builds::failed};
use crate::{
    error::{PlaceFault, StoreError},
    postgres::schema::Schema,
    store::{Build, WriteFault},
};

/// What a name of a schema stands for.
enum Found {
    Nothing,
    /// Ours by its mark.
    Ours,
    /// Nobody's, and nothing is in it: whoever made it made it for us.
    Empty {
        /// Whether we own it, and it bears no comment of anybody's.
        to_be_marked: bool,
    },
    Theirs(PlaceFault),
}

impl PostgresDatabase {
    /// The schema of a projection's tables.
    pub(super) fn place(&self, projection: &str, build: Build) -> Result<Schema, StoreError> {
        let suffix = match build {
            Build::Current => "",
            Build::Next => "_next",
        };
        Schema::new(&format!("{}_{projection}{suffix}", self.0.schema.name()))
    }

    /// Where the rows are for the moment that it takes to let go of them.
    pub(super) fn old_place(&self, projection: &str) -> Result<Schema, StoreError> {
        Schema::new(&format!("{}_{projection}_old", self.0.schema.name()))
    }

    /// Makes a schema for a projection, or takes the one that was made for it.
    pub(super) async fn make_place(
        &self,
        connection: &mut PgConnection,
        projection: &str,
        place: &Schema,
    ) -> Result<(), WriteFault> {
        let mark = self.mark(projection, place);
        match self.look(connection, projection, place).await? {
            Found::Nothing => {
                self.ours(connection, &format!("create schema {}; {mark}", place.quoted())).await.map(drop)
            }
            Found::Empty { to_be_marked: true } => self.ours(connection, &mark).await.map(drop),
            // Where the application may not make schemas, it may not mark them either.
            Found::Empty { to_be_marked: false } | Found::Ours => Ok(()),
            Found::Theirs(reason) => Err(taken(place, reason)),
        }
    }

    /// Refuses a schema that is not the projection's; says whether it is there at all.
    pub(super) async fn is_there(
        &self,
        connection: &mut PgConnection,
        projection: &str,
        place: &Schema,
    ) -> Result<bool, WriteFault> {
        match self.look(connection, projection, place).await? {
            Found::Nothing => Ok(false),
            Found::Ours => Ok(true),
            Found::Empty { .. } => Err(taken(place, PlaceFault::Unmarked { remedy: self.mark(projection, place) })),
            Found::Theirs(reason) => Err(taken(place, reason)),
        }
    }

    /// Refuses a schema that is somebody else's beyond doubt: rows from before there were marks bear none.
    pub(super) async fn is_nobody_elses(
        &self,
        connection: &mut PgConnection,
        projection: &str,
        place: &Schema,
    ) -> Result<(), WriteFault> {
        match self.look(connection, projection, place).await? {
            Found::Theirs(reason @ (PlaceFault::Log | PlaceFault::Another { .. })) => Err(taken(place, reason)),
            _ => Ok(()),
        }
    }

    /// Whether nothing is in a schema, and it can be made the projection's.
    pub(super) async fn is_made_for_it(
        &self,
        connection: &mut PgConnection,
        projection: &str,
        place: &Schema,
    ) -> Result<bool, WriteFault> {
        // One that cannot be marked would be refused when it is to be put in the place of the present one: better now.
        Ok(matches!(self.look(connection, projection, place).await?, Found::Empty { to_be_marked: true }))
    }

    /// Drops a schema if it is there and the projection's, with all that is in it.
    pub(super) async fn drop_place(
        &self,
        connection: &mut PgConnection,
        projection: &str,
        place: &Schema,
    ) -> Result<(), WriteFault> {
        if self.is_there(connection, projection, place).await? {
            self.ours(connection, &format!("drop schema {} cascade", place.quoted())).await?;
        }
        Ok(())
    }

    async fn look(&self, connection: &mut PgConnection, projection: &str, place: &Schema) -> Result<Found, WriteFault> {
        let look = "select obj_description(n.oid, 'pg_namespace'), pg_has_role(n.nspowner, 'USAGE'),
                exists (select from pg_class where relnamespace = n.oid and relname = 'foldline_migrations'),
                exists (select from pg_class where relnamespace = n.oid)
                    or exists (select from pg_type where typnamespace = n.oid)
                    or exists (select from pg_proc where pronamespace = n.oid)
            from pg_namespace n where n.nspname = $1";
        let look = sqlx::query(look).persistent(false).bind(place.name().to_owned());
        let Some(row) = look.fetch_optional(connection).await.map_err(failed)? else { return Ok(Found::Nothing) };
        let comment: Option<String> = row.try_get(0).map_err(failed)?;
        let flag = |column: usize| row.try_get::<bool, _>(column).map_err(failed);
        let (owned, is_log, holds_something) = (flag(1)?, flag(2)?, flag(3)?);
        Ok(match comment {
            _ if is_log => Found::Theirs(PlaceFault::Log),
            Some(mark) if mark == self.owner(projection) => Found::Ours,
            Some(mark) if mark.starts_with(MARK) => Found::Theirs(PlaceFault::Another { mark }),
            _ if holds_something => Found::Theirs(PlaceFault::Unmarked { remedy: self.mark(projection, place) }),
            comment => Found::Empty { to_be_marked: owned && comment.is_none() },
        })
    }

    /// What is written on a schema of this projection.
    fn owner(&self, projection: &str) -> String {
        format!("{MARK}{projection} of the log {}", self.0.schema.name())
    }

    /// The statement that writes it there.
    fn mark(&self, projection: &str, place: &Schema) -> String {
        format!("comment on schema {} is '{}'", place.quoted(), self.owner(projection).replace('\'', "''"))
    }
}

/// What all marks begin with.
const MARK: &str = "Foldline: rows of the projection ";

fn taken(place: &Schema, reason: PlaceFault) -> WriteFault {
    WriteFault::Store(StoreError::PlaceTaken { place: place.name().into(), reason })
}
