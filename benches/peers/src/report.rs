//! What a run says: printed as it comes, and kept for the book.

use std::time::Duration;

use crate::{
    part::Part,
    table::{Cell, SHARES},
    workload::Workload,
};

/// One figure of one system.
#[derive(Debug)]
pub(crate) struct Point {
    pub(crate) part: Part,
    pub(crate) workload: Workload,
    pub(crate) concurrency: usize,
    /// How many events the log had before.
    pub(crate) events: usize,
    pub(crate) system: String,
    pub(crate) rate: f64,
    /// One for each of [`SHARES`].
    pub(crate) within: Vec<Duration>,
}

#[derive(Debug, Default)]
pub(crate) struct Report {
    /// All that was said, as Markdown.
    pub(crate) text: String,
    pub(crate) points: Vec<Point>,
    /// What was wanted of the figures, and what they are, as Markdown.
    pub(crate) wanted: String,
}

impl Report {
    pub(crate) fn say(&mut self, text: impl AsRef<str>) {
        println!("{}", text.as_ref());
        self.text.push_str(text.as_ref());
        self.text.push('\n');
    }

    /// Keeps what is right for the charts: a fast wrong answer has no place in them.
    pub(crate) fn keep(&mut self, part: Part, (workload, concurrency): (Workload, usize), system: &str, cell: &Cell) {
        if cell.wrong().is_none() && cell.rate() > 0.0 {
            let within = (0..SHARES.len()).map(|nth| cell.within(nth)).collect();
            let (events, system, rate) = (0, system.to_owned(), cell.rate());
            self.points.push(Point { part, workload, concurrency, events, system, rate, within });
        }
    }
}
