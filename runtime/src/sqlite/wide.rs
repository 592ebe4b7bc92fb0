//! Statements over many rows of arguments.

use std::{iter::successors, sync::Arc};

use sqlx::AssertSqlSafe;

/// The most rows of one call. What is more takes another call.
pub(super) const WIDEST: usize = 512;

/// A text with `(?, …)` in it, one row of arguments or several of different kinds, as wide as a call needs.
///
/// Its widths are few, so that they stay prepared. Rows that a call does not fill are null.
#[derive(Debug)]
pub(super) struct Wide(Vec<(usize, Arc<str>)>);

impl Wide {
    /// Widens a text of ours.
    pub(super) fn new(sql: &str) -> Self {
        let widths = successors(Some(1), |width| (*width < WIDEST).then_some(width * 2));
        Self(widths.map(|width| (width, widened(sql, width).into())).collect())
    }

    /// The narrowest text for so many rows, and how many it takes.
    ///
    /// Safe: the texts are ours.
    pub(super) fn text(&self, rows: usize) -> (AssertSqlSafe<Arc<str>>, usize) {
        let fitting = self.0.iter().find(|(width, _)| *width >= rows).or(self.0.last());
        fitting.map_or_else(|| (AssertSqlSafe("".into()), 0), |(width, text)| (AssertSqlSafe(Arc::clone(text)), *width))
    }
}

/// How many rows the next call takes, of so many.
pub(super) fn share(rows: usize) -> usize {
    rows.min(WIDEST)
}

fn widened(sql: &str, width: usize) -> String {
    let (mut wide, mut rest) = (String::with_capacity(sql.len() * width), sql);
    while let Some((before, row)) = rest.split_once("(?") {
        let (row, behind) = row.split_once(')').unwrap_or((row, ""));
        wide.push_str(before);
        wide.push_str(&vec![format!("(?{row})"); width].join(", "));
        rest = behind;
    }
    wide + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_as_wide_as_it_has_to_be() {
        let wide = Wide::new("begin; f(1) values (?, ?); values (?); end(2)");
        let width = |rows| wide.text(rows).1;
        assert_eq!([0, 1, 2, 3, 4, 5, 500, 512].map(width), [1, 1, 2, 4, 4, 8, 512, 512]);
        assert_eq!(&*wide.text(0).0.0, "begin; f(1) values (?, ?); values (?); end(2)");
        assert_eq!(&*wide.text(2).0.0, "begin; f(1) values (?, ?), (?, ?); values (?), (?); end(2)");
        assert_eq!([0, 3, 512, 5000].map(share), [0, 3, 512, 512]);
    }
}
