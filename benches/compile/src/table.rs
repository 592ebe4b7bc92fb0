//! The figures beside their budgets.

use std::fmt::Write;

use crate::{measure::Time, sample::Subject};

/// One subject's figures.
pub(crate) struct Row {
    title: &'static str,
    time: Time,
    lines: f64,
    budget: Option<(f64, f64)>,
}

impl Row {
    pub(crate) fn new(subject: &Subject, time: Time, lines: f64) -> Self {
        Self { title: subject.title, time, lines, budget: subject.budget }
    }

    /// Whether it keeps its budget. The processors' time counts: the wall clock knows other people's builds.
    pub(crate) fn within(&self) -> bool {
        self.budget.is_none_or(|(milliseconds, lines)| self.time.user <= milliseconds && self.lines <= lines)
    }
}

pub(crate) fn markdown(rows: &[Row]) -> String {
    let mut table = String::from(
        "| debug build | user ms | least | wall ms | budget | generated lines | budget |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for Row { title, time: Time { wall, user, least }, lines, budget } in rows {
        let (most_ms, most_lines) = match budget {
            Some((milliseconds, lines)) => (format!("{milliseconds:.0}"), format!("{lines:.0}")),
            None => (String::new(), String::new()),
        };
        let _ =
            writeln!(table, "| {title} | {user:.1} | {least:.1} | {wall:.1} | {most_ms} | {lines:.0} | {most_lines} |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::SUBJECTS;

    #[test]
    fn a_figure_over_its_budget_is_not_within_it() {
        let row = |user, lines| {
            SUBJECTS.first().map(|subject| Row::new(subject, Time { wall: 999.0, user, least: user }, lines))
        };
        let within = |user, lines| row(user, lines).is_some_and(|row| row.within());
        assert!(within(60.0, 250.0));
        assert!(!within(60.1, 250.0));
        assert!(!within(60.0, 250.5));
    }
}
