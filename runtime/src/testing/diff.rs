//! Expected and actual, one beside the other.

use std::fmt::{Debug, Write};

use similar::{ChangeTag, TextDiff};

/// The lines that are expected and missing, marked `-`, and those that are there instead, marked `+`.
pub(super) fn diff<T: Debug>(expected: &T, actual: &T) -> String {
    let (expected, actual) = (format!("{expected:#?}\n"), format!("{actual:#?}\n"));
    let mut shown = String::from("\n- expected\n+ actual\n\n");
    for change in TextDiff::from_lines(&expected, &actual).iter_all_changes() {
        let mark = match change.tag() {
            ChangeTag::Delete => '-',
            ChangeTag::Insert => '+',
            ChangeTag::Equal => ' ',
        };
        // Writing to a string does not fail.
        let _ = write!(shown, "{mark} {change}");
    }
    shown
}

/// How an expectation fails: at the line that expected.
#[track_caller]
#[expect(clippy::panic, reason = "this is how a test fails")]
pub(super) fn fail(message: &str) -> ! {
    panic!("{message}")
}
