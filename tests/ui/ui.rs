//! What the macros accept, and what they say to those who got it wrong.
//!
//! After a change of a message: `TRYBUILD=overwrite cargo test -p foldline-ui`, and read every line of the diff.
//! One mistake gives one error, it points at the user's own token, and it names the remedy.

use std::{
    env,
    process::{Command, Stdio},
};

#[test]
fn mistakes_get_one_error_with_a_remedy() {
    if incrementally("mistakes_get_one_error_with_a_remedy") {
        let cases = trybuild::TestCases::new();
        cases.compile_fail("stream/fail/*.rs");
        cases.compile_fail("event/fail/*.rs");
        cases.compile_fail("command/fail/*.rs");
        cases.compile_fail("projection/fail/*.rs");
    }
}

#[test]
fn what_is_meant_to_work_works() {
    // Nothing of it needs to be incremental, but with other flags every dependency would be compiled once more.
    if incrementally("what_is_meant_to_work_works") {
        let cases = trybuild::TestCases::new();
        cases.pass("stream/pass/*.rs");
        cases.pass("event/pass/*.rs");
        cases.pass("command/pass/*.rs");
        cases.pass("projection/pass/*.rs");
    }
}

/// Whether the cases are compiled incrementally, as a user's are. If not, the test runs itself again in that way.
///
/// What the compiler says twice and what it says once has differed between the two ways. Trybuild switches the
/// incremental one off by a variable, so that only flags which go past that variable switch it on. (An error repeated
/// word for word at one place is merged in either way, for users as for trybuild.)
fn incrementally(test: &str) -> bool {
    const AGAIN: &str = "FOLDLINE_UI_INCREMENTALLY";
    if env::var_os(AGAIN).is_some() {
        return true;
    }
    let cache = concat!("incremental=", env!("CARGO_TARGET_TMPDIR"), "/ui-incremental");
    // All but the last are trybuild's own flags, which these take the place of.
    let flags =
        ["--cfg", "trybuild", "--verbose", "--diagnostic-width=140", "-A", "dead_code", "-C", cache].join("\u{1f}");
    let itself = env::current_exe().and_then(|itself| {
        Command::new(itself)
            .args(["--exact", test, "--nocapture"])
            .env("CARGO_ENCODED_RUSTFLAGS", flags)
            .env(AGAIN, "1")
            .stdin(Stdio::null())
            .status()
    });
    assert!(itself.is_ok_and(|status| status.success()), "read what the cases say, above");
    false
}
