//! The SQL that is sent while the store runs. Its texts never change, so that they stay prepared.

use super::wide::Wide;

pub(super) const BEGIN: &str = include_str!("sql/begin.sql");
pub(super) const COMMIT: &str = "commit";
pub(super) const ROLLBACK: &str = "rollback";
pub(super) const HEAD: &str = include_str!("sql/head.sql");
pub(super) const FIND_COMMIT: &str = include_str!("sql/find_commit.sql");
pub(super) const EARLIER: &str = include_str!("sql/earlier.sql");
pub(super) const CLAIM: &str = include_str!("sql/claim.sql");
pub(super) const RENEW: &str = include_str!("sql/renew.sql");
pub(super) const ADVANCE: &str = include_str!("sql/advance.sql");
pub(super) const RELEASE: &str = include_str!("sql/release.sql");
pub(super) const CHECKPOINT: &str = include_str!("sql/checkpoint.sql");
pub(super) const DROP_CHECKPOINT: &str = include_str!("sql/drop_checkpoint.sql");
pub(super) const SNAPSHOT: &str = include_str!("sql/snapshot.sql");
pub(super) const SAVE_SNAPSHOT: &str = include_str!("sql/save_snapshot.sql");
pub(super) const READ_STREAM: &str = include_str!("sql/read_stream.sql");
pub(super) const READ_LOG: &str = include_str!("sql/read_log.sql");
pub(super) const READ_LOG_FILTERED: &str = include_str!("sql/read_log_filtered.sql");

/// The statements that take many rows.
#[derive(Debug)]
pub(super) struct Statements {
    /// A whole batch: begins, sees the ends of streams, inserts events, commits.
    pub(super) at_once: Wide,
    /// The same, and inserts keys before it commits.
    pub(super) at_once_with_keys: Wide,
    pub(super) stale: Wide,
    pub(super) taken: Wide,
    pub(super) insert_events: Wide,
    pub(super) insert_keys: Wide,
    pub(super) read_streams: Wide,
}

impl Statements {
    pub(super) fn new() -> Self {
        let (see_ends, events) = (include_str!("sql/see_ends.sql"), include_str!("sql/insert_events.sql"));
        let keys = include_str!("sql/insert_keys.sql");
        Self {
            at_once: Wide::new(&["begin immediate;\n", see_ends, events, COMMIT].concat()),
            at_once_with_keys: Wide::new(&["begin immediate;\n", see_ends, events, keys, COMMIT].concat()),
            stale: Wide::new(include_str!("sql/stale.sql")),
            taken: Wide::new(include_str!("sql/taken.sql")),
            insert_events: Wide::new(events),
            insert_keys: Wide::new(keys),
            read_streams: Wide::new(include_str!("sql/read_streams.sql")),
        }
    }
}
