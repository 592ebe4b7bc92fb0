//! The SQL that is sent while the store runs. Its texts never change, so that they stay prepared.

use super::wide::Wide;

pub(super) const HEAD: &str = include_str!("sql/head.sql");
pub(super) const FIND_COMMIT: &str = include_str!("sql/find_commit.sql");
pub(super) const EARLIER: &str = include_str!("sql/earlier.sql");
pub(super) const READ_STREAM: &str = include_str!("sql/read_stream.sql");
pub(super) const READ_LOG: &str = include_str!("sql/read_log.sql");
pub(super) const READ_LOG_FILTERED: &str = include_str!("sql/read_log_filtered.sql");
pub(super) const COMMIT: &str = "commit";

/// The statements that take many rows.
#[derive(Debug)]
pub(super) struct Statements {
    /// Begins a batch: answers with the head, then as `stale` does.
    pub(super) begin_stale: Wide,
    pub(super) stale: Wide,
    pub(super) taken: Wide,
    pub(super) insert_keys: Wide,
    pub(super) insert_events: Wide,
    /// Inserts the last events of a batch, and ends it.
    pub(super) insert_events_commit: Wide,
    pub(super) read_streams: Wide,
}

impl Statements {
    pub(super) fn new() -> Self {
        let stale = include_str!("sql/stale.sql");
        let insert_events = include_str!("sql/insert_events.sql");
        Self {
            begin_stale: Wide::new(&[include_str!("sql/begin.sql"), stale].concat()),
            stale: Wide::new(stale),
            taken: Wide::new(include_str!("sql/taken.sql")),
            insert_keys: Wide::new(include_str!("sql/insert_keys.sql")),
            insert_events: Wide::new(insert_events),
            insert_events_commit: Wide::new(&[insert_events, COMMIT].concat()),
            read_streams: Wide::new(include_str!("sql/read_streams.sql")),
        }
    }
}
