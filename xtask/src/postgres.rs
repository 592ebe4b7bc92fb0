//! The PostgreSQL server that tests start: found on this machine, or installed when that is asked for.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::shell::{Done, run};

/// Finds the server's programs; installs them if they are missing and `install` says so.
pub(crate) fn ensure(install: bool) -> Done {
    if let Some(folder) = find() {
        println!("PostgreSQL server: {}", folder.display());
        return Ok(());
    }
    let Some(manager) = Manager::of_this_machine() else {
        return Err(
            "the tests need a PostgreSQL server, which was not found here, nor apt-get, dnf or brew to install \
                    it with: install PostgreSQL 14 or newer, with `initdb` and `postgres` on the PATH"
                .into(),
        );
    };
    if !install {
        return Err(format!(
            "the tests need a PostgreSQL server, which was not found here. This installs it, by {}, and runs them:\n\n    \
             cargo xtask test --install\n",
            manager.program()
        )
        .into());
    }
    println!("PostgreSQL server: not found; installing it by {}", manager.program());
    for mut step in manager.steps() {
        run(&mut step)?;
    }
    let folder = find().ok_or("PostgreSQL was installed, and `initdb` is still nowhere to be found")?;
    println!("PostgreSQL server: {}", folder.display());
    Ok(())
}

/// The folder of the server's programs.
fn find() -> Option<PathBuf> {
    candidates().into_iter().find(|folder| ["initdb", "postgres"].iter().all(|program| folder.join(program).is_file()))
}

/// Where they may be: on the PATH; where Debian, Fedora and Homebrew put versioned servers, newest first; and where
/// `pg_config` says.
fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::var_os("PATH").iter().flat_map(env::split_paths).collect();
    folders.extend(versions(Path::new("/usr/lib/postgresql"), "", "bin"));
    folders.extend(versions(Path::new("/usr"), "pgsql-", "bin"));
    folders.extend(versions(Path::new("/opt/homebrew/opt"), "postgresql", "bin"));
    folders.extend(versions(Path::new("/usr/local/opt"), "postgresql", "bin"));
    if let Ok(told) = Command::new("pg_config").arg("--bindir").output() {
        folders.push(String::from_utf8_lossy(&told.stdout).trim().into());
    }
    folders
}

/// `folder/<prefix>*/<leaf>`, the highest version first.
fn versions(folder: &Path, prefix: &str, leaf: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in folder.read_dir().into_iter().flatten().flatten() {
        let name = entry.file_name();
        if let Some(version) = name.to_string_lossy().strip_prefix(prefix) {
            // `postgresql@17`, `pgsql-16`, `15`; a name without a version comes last.
            let digits = version.trim_start_matches('@');
            found.push((digits.parse().unwrap_or(0), entry.path().join(leaf)));
        }
    }
    found.sort_unstable_by(|one, two| two.cmp(one));
    found.into_iter().map(|(_, path)| path).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Brew,
}

impl Manager {
    fn of_this_machine() -> Option<Self> {
        let path = env::var_os("PATH")?;
        let there = |program: &str| env::split_paths(&path).any(|folder| folder.join(program).is_file());
        [Self::Apt, Self::Dnf, Self::Brew].into_iter().find(|manager| there(manager.program()))
    }

    fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Brew => "brew",
        }
    }

    /// What to run, one after another.
    fn steps(self) -> Vec<Command> {
        match self {
            Self::Apt => vec![as_root("apt-get", &["update"]), as_root("apt-get", &["install", "-y", "postgresql"])],
            Self::Dnf => vec![as_root("dnf", &["install", "-y", "postgresql-server"])],
            Self::Brew => {
                let mut brew = Command::new("brew");
                brew.args(["install", "postgresql"]);
                vec![brew]
            }
        }
    }
}

/// System packages are root's; a plain user is asked by sudo.
fn as_root(program: &str, args: &[&str]) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|told| told.stdout.trim_ascii() == b"0");
    let mut command = if root {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["--preserve-env=DEBIAN_FRONTEND", program]);
        sudo
    };
    command.args(args).env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(test)]
mod tests {
    use std::{error::Error, fs};

    use super::*;

    #[test]
    fn the_newest_version_comes_first() -> Result<(), Box<dyn Error>> {
        let folder = env::temp_dir().join(format!("foldline-xtask-{}", std::process::id()));
        for name in ["postgresql@9", "postgresql@17", "postgresql", "postgresql@16", "redis"] {
            fs::create_dir_all(folder.join(name))?;
        }
        let found = versions(&folder, "postgresql", "bin");
        fs::remove_dir_all(&folder)?;
        let expected = ["postgresql@17", "postgresql@16", "postgresql@9", "postgresql"];
        assert_eq!(found, expected.map(|name| folder.join(name).join("bin")));
        Ok(())
    }
}
