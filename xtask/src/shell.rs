//! Running other programs, each shown before it runs.

use std::{
    error::Error,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// How a command of this project ends: well, or with words for the person who started it.
pub(crate) type Done = Result<(), Box<dyn Error>>;

/// The folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned()
}

/// The cargo that runs this, in the repository's folder.
pub(crate) fn cargo<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(args).stdin(Stdio::null());
    cargo
}

/// Runs a program to its end.
pub(crate) fn run(command: &mut Command) -> Done {
    show(command);
    let status = command.status().map_err(|fault| format!("`{}` does not start: {fault}", line(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` failed", line(command)).into()) }
}

/// Runs a program to its end, hands on what it prints, and shows each line to `look` on the way.
pub(crate) fn run_watched(command: &mut Command, mut look: impl FnMut(&str)) -> Done {
    show(command);
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|fault| format!("`{}` does not start: {fault}", line(command)))?;
    if let Some(out) = child.stdout.take() {
        for printed in BufReader::new(out).split(b'\n') {
            let printed = printed?;
            let printed = String::from_utf8_lossy(&printed);
            println!("{printed}");
            look(&printed);
        }
    }
    if child.wait()?.success() { Ok(()) } else { Err(format!("`{}` failed", line(command)).into()) }
}

fn show(command: &Command) {
    println!("\n$ {}", line(command));
}

/// A command as a person would type it.
fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}
