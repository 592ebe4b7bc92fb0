//! The crates that are built: two for each subject, a smaller and a larger one, under `target/bench-compile`.

use std::{
    env,
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::sample::Subject;

/// A smaller and a larger crate of the same kind.
pub(crate) struct Pair {
    pub(crate) smaller: Project,
    pub(crate) larger: Project,
    /// How many more the larger one holds.
    pub(crate) difference: usize,
}

/// A crate on disk.
pub(crate) struct Project {
    folder: PathBuf,
    /// The code that is measured.
    pub(crate) source: String,
    /// The same without Foldline.
    pub(crate) plain: String,
}

impl Pair {
    pub(crate) fn write(subject: &Subject) -> Result<Self, Box<dyn Error>> {
        let (few, many) = subject.sizes;
        let project = |count| {
            Project::write(&format!("{}-{count}", subject.name), (subject.source)(count), (subject.plain)(count))
        };
        Ok(Self { smaller: project(few)?, larger: project(many)?, difference: many - few })
    }
}

impl Project {
    fn write(name: &str, source: String, plain: String) -> Result<Self, Box<dyn Error>> {
        let root = workspace();
        let folder = root.join("target/bench-compile").join(name);
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nfoldline = {{ path = {root:?} }}\n\n\
             [profile.dev]\nincremental = false\n\n[workspace]\n",
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        // The same versions as the workspace's, so that nothing has to be looked up.
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        Ok(Self { folder, source, plain })
    }

    /// Makes this the crate's code, newer than any build.
    pub(crate) fn put(&self, code: &str) -> std::io::Result<()> {
        fs::write(self.folder.join("src/lib.rs"), code)
    }

    /// Cargo in this crate. All of them share one target folder, and with it their dependencies.
    pub(crate) fn cargo(&self, command: &str) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo
            .args([command, "--offline", "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", workspace().join("target/bench-compile/target"));
        cargo
    }
}

fn workspace() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.ancestors().nth(2).unwrap_or(own).to_owned()
}
