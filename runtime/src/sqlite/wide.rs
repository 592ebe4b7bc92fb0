//! Statements over many rows of arguments.

use std::sync::Arc;

use sqlx::AssertSqlSafe;

/// The most rows of one call. What is more takes another call.
const WIDEST: usize = 512;

/// A statement with `values (?, …)` in it, as wide as a call needs.
///
/// Its widths are few, so that they stay prepared. Rows that a call does not fill are null.
#[derive(Debug)]
pub(super) struct Wide(Vec<(usize, Arc<str>)>);

impl Wide {
    /// Widens a text of ours, which has one row of arguments.
    pub(super) fn new(sql: &str) -> Self {
        let row = sql.find("(?").and_then(|start| sql.get(start..=start + sql.get(start..)?.find(')')?));
        let row = row.unwrap_or_default();
        let widths = std::iter::successors(Some(1), |width| (*width < WIDEST).then_some(width * 2));
        Self(widths.map(|width| (width, sql.replacen(row, &vec![row; width].join(", "), 1).into())).collect())
    }

    /// The narrowest text for so many rows.
    ///
    /// Safe: the texts are ours.
    pub(super) fn text(&self, rows: usize) -> AssertSqlSafe<Arc<str>> {
        let fitting = self.0.iter().find(|(width, _)| *width >= rows).or(self.0.last());
        AssertSqlSafe(fitting.map(|(_, text)| Arc::clone(text)).unwrap_or_default())
    }
}

/// How many rows the next call takes, of so many.
pub(super) fn share(rows: usize) -> usize {
    rows.min(WIDEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_it_has_to_be() {
        let wide = Wide::new("begin;\nselect * from (values (?, ?)) where f(1)");
        let width = |rows| wide.text(rows).0.matches("(?, ?)").count();
        assert_eq!([0, 1, 2, 3, 4, 5, 500, 512].map(width), [1, 1, 2, 4, 4, 8, 512, 512]);
        assert_eq!(&*wide.text(2).0, "begin;\nselect * from (values (?, ?), (?, ?)) where f(1)");
        assert_eq!([0, 3, 512, 5000].map(share), [0, 3, 512, 512]);
    }
}
