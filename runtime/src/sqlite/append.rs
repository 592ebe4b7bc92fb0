//! A batch as one transaction: at once if all of it holds, as is usual, else step by step.

use sqlx::sqlite::SqliteConnection;

use super::{
    arguments::{Call, NewKey, NewRow, bind_end},
    calls::{Broken, run},
    faults::is_refusal,
    statements::{ROLLBACK, Statements},
    steps,
    wide::{WIDEST, Wide},
};
use crate::{
    sql::numbers::count,
    store::Commit,
    time::Timestamp,
    writer::{Batch, Found, Verdict},
};

/// Appends a batch. After an error its transaction may still be open.
pub(super) async fn append(
    connection: &mut SqliteConnection,
    statements: &Statements,
    batch: &Batch,
) -> Result<Vec<Verdict>, Broken> {
    if let Some(whole) = Whole::of(batch, statements) {
        match run(connection, whole.call, whole.statements).await {
            Ok(rowids) => {
                let last = rowids.get(whole.events_at).copied().map_or(0, count);
                let head = last.saturating_sub(whole.events);
                return Ok(batch.verdicts(Found { head, ..Found::default() }));
            }
            // Something does not hold. What it is, is looked for from the start.
            Err(Broken::Before(error)) if is_refusal(&error) => {
                sqlx::query(ROLLBACK).execute(&mut *connection).await?;
            }
            Err(broken) => return Err(broken),
        }
    }
    steps::append(connection, statements, batch).await
}

/// A batch in one call.
struct Whole {
    call: Call,
    /// How many statements it has.
    statements: usize,
    /// Which of them inserts the events, and how many these are.
    events_at: usize,
    events: u64,
}

impl Whole {
    /// `None` for a batch that is too large, that may have been sent before, or that asks about a key without keeping it.
    fn of(batch: &Batch, texts: &Statements) -> Option<Self> {
        let commits: Vec<&Commit> = batch.commits().iter().collect();
        let only_asks = commits.iter().any(|commit| commit.is_proof() && commit.key().is_some());
        let (rows, keys) = (NewRow::of(&commits), NewKey::of(&commits));
        let width = batch.expectations().len().max(rows.len()).max(keys.len());
        if batch.known_head().is_some() || only_asks || width > WIDEST {
            return None;
        }
        let text: &Wide = if keys.is_empty() { &texts.at_once } else { &texts.at_once_with_keys };
        let (text, width) = text.text(width);
        let mut call = batch.expectations().iter().fold(sqlx::query(text), bind_end);
        call = pad(call, 3, width - batch.expectations().len());
        let now = Timestamp::now();
        call = rows.iter().fold(call, |call, row| row.bind(call, now));
        if !keys.is_empty() {
            call = pad(call, 8, width - rows.len());
            call = keys.iter().fold(call, |call, key| key.bind(call));
        }
        let statements = if keys.is_empty() { 4 } else { 5 };
        Some(Self { call, statements, events_at: 2, events: rows.len() as u64 })
    }
}

/// Rows of so many columns that are not there. Behind the last that is, nothing needs to be said.
fn pad(call: Call, columns: usize, rows: usize) -> Call {
    (0..columns * rows).fold(call, |call, _| call.bind(None::<i64>))
}
