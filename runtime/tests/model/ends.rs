//! What a writer knows of the streams that it wrote itself: `writer/ends.rs`.

use crate::{
    log::{Log, same_end},
    small::{Id, View},
    state::{Commit, STREAMS, Scenario},
};

/// Streams as they ended when the log ended `at` the commit `last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(crate) struct Ends {
    at: u8,
    last: Id,
    streams: [View; STREAMS],
}

impl Ends {
    /// Whether the log need not look at what was seen of a stream.
    pub(crate) fn vouches(&self, stream: usize, seen: View, log: &Log, scenario: &Scenario) -> bool {
        let known = self.streams[stream];
        let unmoved = self.at == log.head() && log.events().last().map(|(id, _)| *id) == Some(self.last);
        !known.is_nothing() && same_end(seen, known, scenario) && (unmoved || !scenario.rules.asks_where_the_log_ends)
    }

    /// A commit of a batch that was answered when it was first sent is stored, its last event at this position.
    pub(crate) fn learn(&mut self, commit: &Commit, position: u8, scenario: &Scenario) {
        let plan = &scenario.plans[commit.id.command()];
        let written = || plan.streams().filter(|stream| commit.records && plan.writes(*stream));
        let before = position - written().count() as u8;
        if self.at != before && scenario.rules.forgets_after_strangers {
            self.streams = [View::NOTHING; STREAMS];
        }
        (self.at, self.last) = (position, commit.id);
        for stream in written() {
            self.streams[stream] = commit.saw[stream].with(commit.id);
        }
    }
}
