//! Rows and their checkpoint, in one transaction.

use std::time::Duration;

use sqlx::{AssertSqlSafe, Connection, postgres::PgConnection};
use tokio::time::timeout;

use super::{PostgresDatabase, checkpoints::advance_call};
use crate::{
    postgres::{faults::SqlState, schema::Schema},
    sql::{
        pool::{Source, late},
        projections::{WRITING, failed, next_step, not_committed, not_rolled_back, worked},
    },
    store::{Checkpoint, Lease, Work, WriteFault},
};

/// The server ends a transaction whose client was silent for so long: one that is paused must not hold up its successor.
const SILENCE: Duration = Duration::from_secs(5);

/// How many statements' time a whole transaction may take.
const STATEMENTS: u32 = 10;

impl PostgresDatabase {
    /// Does `work` among the tables of `place`. What it did is there once this has returned, and not before; after an error
    /// it is not, unless the error leaves that open.
    pub(super) async fn transaction<T>(
        &self,
        place: &Schema,
        work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, WriteFault>,
    ) -> Result<T, WriteFault> {
        let patience = self.0.connector.patience().saturating_mul(STATEMENTS);
        let mut connection = self.connection(place).await.map_err(WriteFault::Store)?;
        let Ok(done) = timeout(patience, run(&mut connection, place, work)).await else {
            // The connection is dropped, and with it whatever was under way.
            return Err(WriteFault::Store(late(WRITING, patience)));
        };
        if done.as_ref().map_or_else(|(_, sound)| *sound, |_| true) {
            self.give_back(place, connection);
        }
        done.map_err(|(fault, _)| fault)
    }

    pub(super) async fn rows_and_checkpoint(
        &self,
        place: &Schema,
        lease: &Lease,
        to: &Checkpoint,
        work: Work<PgConnection>,
    ) -> Result<Lease, WriteFault> {
        let persistent = !self.0.connector.pooled();
        self.transaction(place, async |connection| {
            work(connection).await.map_err(worked::<SqlState>)?;
            let call = advance_call(&self.0.statements, lease, to, None).persistent(persistent);
            match call.execute(connection).await.map_err(failed::<SqlState>)?.rows_affected() {
                0 => Err(WriteFault::Lost),
                _ => Ok(next_step(lease)),
            }
        })
        .await
    }
}

/// With an error comes whether the connection is still good.
async fn run<T>(
    connection: &mut PgConnection,
    place: &Schema,
    work: impl AsyncFnOnce(&mut PgConnection) -> Result<T, WriteFault>,
) -> Result<T, (WriteFault, bool)> {
    let lost = |error| (failed::<SqlState>(error), false);
    // Safe: the text is ours, and the schema's name is quoted in it. All of it in one round trip.
    let begin = place.fill(&format!(
        "begin isolation level read committed; set local search_path = :\"schema\", public; set local idle_in_transaction_session_timeout = {}",
        SILENCE.as_millis()
    ));
    let mut transaction = connection.begin_with(AssertSqlSafe(begin)).await.map_err(lost)?;
    match work(&mut transaction).await {
        Ok(done) => match transaction.commit().await {
            Ok(()) => Ok(done),
            Err(error) => {
                let fault = not_committed::<SqlState>(error);
                let sound = matches!(fault, WriteFault::Work(_));
                Err((fault, sound))
            }
        },
        Err(fault) => match transaction.rollback().await {
            Ok(()) => Err((fault, true)),
            Err(error) => Err((not_rolled_back::<SqlState>(fault, &error), false)),
        },
    }
}
