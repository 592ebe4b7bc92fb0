//! `cargo xtask book --follow-start`: does what *Ten minutes* and the tutorial say, to the letter, in an empty folder.

use std::{
    env, fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use super::page::{Step, steps, unseen};
use crate::shell::{Done, root};

/// The first is followed in an empty folder, each of the others in the folder that the one before it led to.
const PAGES: [&str; 6] = [
    "ten-minutes.md",
    "tutorial/together.md",
    "tutorial/following.md",
    "tutorial/testing.md",
    "tutorial/reading.md",
    "tutorial/serving.md",
];

pub(super) fn run() -> Done {
    let desk = Desk::new()?;
    let mut folder = desk.0.clone();
    for page in PAGES {
        let at_page = |fault: &dyn std::fmt::Display| format!("{page}: {fault}");
        let text = fs::read_to_string(root().join("book/src").join(page))?;
        let steps = steps(&text).map_err(|fault| at_page(&fault))?;
        folder = desk.follow(folder, &steps).map_err(|fault| at_page(&fault))?;
        println!("\n{page} was followed: {} steps", steps.len());
    }
    Ok(())
}

/// A server that a page starts ends with the lines that started it, also where one of them fails.
const FINALLY: &str = "trap '[ -z \"$!\" ] || kill $! 2>/dev/null || true' EXIT";

/// Where the page is followed: a folder beside nothing but `foldline`.
struct Desk(PathBuf);

impl Desk {
    fn new() -> Result<Self, Box<dyn std::error::Error>> {
        // Not in the repository: a package there would belong to its workspace.
        let desk = Self(env::temp_dir().join(format!("foldline-start-{}", std::process::id())));
        fs::create_dir(&desk.0)?;
        symlink(root(), desk.0.join("foldline"))?;
        // As the workspace builds, into its own target folder: what both depend on is there already.
        let target = root().join("target");
        let config = format!(
            "[build]\ntarget-dir = {target:?}\n[profile.dev]\ndebug = \"line-tables-only\"\n\
             [profile.dev.package.\"*\"]\ndebug = false\n[profile.dev.build-override]\ndebug = false\n"
        );
        fs::create_dir(desk.0.join(".cargo"))?;
        fs::write(desk.0.join(".cargo/config.toml"), config)?;
        Ok(desk)
    }

    /// Takes these steps, from this folder on. Where they lead.
    fn follow(&self, mut folder: PathBuf, steps: &[Step]) -> Result<PathBuf, Box<dyn std::error::Error>> {
        let mut printed = Some(String::new());
        for step in steps {
            match step {
                Step::Run(lines) if lines.contains("curl ") && !there_is("curl") => {
                    println!("\nIGNORED: nobody asks the server, for curl was not found here.\n{lines}");
                    printed = None;
                }
                Step::Run(lines) => {
                    let (led_to, said) = self.type_in(&folder, lines)?;
                    (folder, printed) = (led_to, Some(said));
                }
                Step::See(expected) => {
                    let Some(printed) = &printed else { continue };
                    if let Some(line) = unseen(expected, printed) {
                        return Err(format!("`{line}` was to be printed, and this was:\n{printed}").into());
                    }
                }
                Step::Write { file, text } => {
                    let file = folder.join(file);
                    fs::create_dir_all(file.parent().unwrap_or(&folder))?;
                    fs::write(file, text)?;
                }
                Step::Append { file, text } => {
                    let whole = fs::read_to_string(folder.join(file))? + "\n" + text;
                    fs::write(folder.join(file), whole)?;
                }
            }
        }
        Ok(folder)
    }

    /// Runs lines in a shell. Where they lead, and what they print.
    fn type_in(&self, folder: &Path, lines: &str) -> Result<(PathBuf, String), Box<dyn std::error::Error>> {
        print!("\n{lines}");
        let output = Command::new("sh")
            .args(["-e", "-c", &format!("{FINALLY}\n{lines}\npwd")])
            .current_dir(folder)
            // The one that runs this is set up for this package.
            .env_remove("CARGO_MANIFEST_DIR")
            // What a page takes from the registry is what the workspace was built with, and is here.
            .env("CARGO_NET_OFFLINE", "true")
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .output()?;
        let printed = String::from_utf8(output.stdout)?;
        print!("{printed}");
        if !output.status.success() {
            return Err(format!("this failed:\n{lines}").into());
        }
        let (printed, folder) = printed.trim_end().rsplit_once('\n').unwrap_or(("", printed.trim_end()));
        // The versions that the workspace was tested with, which are downloaded and mostly built.
        let lock = Path::new(folder).join("Cargo.lock");
        if Path::new(folder) != self.0 && !lock.exists() {
            fs::copy(root().join("Cargo.lock"), lock)?;
        }
        Ok((folder.into(), printed.to_owned()))
    }
}

fn there_is(program: &str) -> bool {
    Command::new(program).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok()
}

impl Drop for Desk {
    fn drop(&mut self) {
        if let Err(fault) = fs::remove_dir_all(&self.0) {
            eprintln!("`{}` could not be removed: {fault}", self.0.display());
        }
    }
}
