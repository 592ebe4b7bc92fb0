//! The PostgreSQL server that tests start, and the pooler before it: found on this machine, or installed when that is asked for.

use std::{path::PathBuf, process::Command};

use self::programs::{path, pooler, server};
use crate::shell::{Done, run};

// The tests' own file: both look in the same places. It needs nothing but the standard library.
#[path = "../../runtime/src/testing/programs.rs"]
mod programs;

/// A program of others that tests start.
struct Tool {
    name: &'static str,
    find: fn() -> Option<PathBuf>,
    package: fn(Manager) -> &'static str,
}

const SERVER: Tool = Tool {
    name: "PostgreSQL server",
    find: server,
    package: |manager| match manager {
        Manager::Dnf => "postgresql-server",
        Manager::Apt | Manager::Brew => "postgresql",
    },
};

const POOLER: Tool = Tool { name: "PgBouncer", find: pooler, package: |_| "pgbouncer" };

/// Finds the server's programs; installs them if they are missing and `install` says so.
pub(crate) fn ensure(install: bool) -> Done {
    if SERVER.found() || (install && SERVER.install()?) {
        return Ok(());
    }
    let lacking = "the tests need a PostgreSQL server, which was not found here";
    Err(match Manager::of_this_machine() {
        None => format!(
            "{lacking}, nor apt-get, dnf or brew to install it with: install PostgreSQL 14 or newer, with `initdb` and `postgres` on the PATH"
        ),
        Some(manager) => format!(
            "{lacking}. This installs it, by {}, and runs them:\n\n    cargo xtask test --install\n",
            manager.program()
        ),
    }
    .into())
}

/// Whether there is a pooler to test behind; installs it if it is missing and `install` says so.
pub(crate) fn ensure_pooler(install: bool) -> Result<bool, Box<dyn std::error::Error>> {
    Ok(POOLER.found() || (install && POOLER.install()?))
}

impl Tool {
    fn found(&self) -> bool {
        let found = (self.find)();
        if let Some(place) = &found {
            println!("{}: {}", self.name, place.display());
        }
        found.is_some()
    }

    /// Whether it could be installed: not where there is nothing to install it with.
    fn install(&self) -> Result<bool, Box<dyn std::error::Error>> {
        let Some(manager) = Manager::of_this_machine() else { return Ok(false) };
        println!("{}: not found; installing it by {}", self.name, manager.program());
        for mut step in manager.steps((self.package)(manager)) {
            run(&mut step)?;
        }
        if self.found() {
            return Ok(true);
        }
        Err(format!("{} was installed, and is still nowhere to be found", self.name).into())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manager {
    Apt,
    Dnf,
    Brew,
}

impl Manager {
    fn of_this_machine() -> Option<Self> {
        let folders = path();
        let there = |program: &str| folders.iter().any(|folder| folder.join(program).is_file());
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
    fn steps(self, package: &str) -> Vec<Command> {
        match self {
            Self::Apt => vec![as_root("apt-get", &["update"]), as_root("apt-get", &["install", "-y", package])],
            Self::Dnf => vec![as_root("dnf", &["install", "-y", package])],
            Self::Brew => {
                let mut brew = Command::new("brew");
                brew.args(["install", package]);
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
    use std::{env, error::Error, fs};

    use super::programs::versions;

    #[test]
    fn the_newest_version_comes_first() -> Result<(), Box<dyn Error>> {
        let folder = env::temp_dir().join(format!("foldline-xtask-{}", std::process::id()));
        for name in ["postgresql@9", "postgresql@17", "postgresql", "postgresql@16", "redis"] {
            fs::create_dir_all(folder.join(name))?;
        }
        let found = versions(&folder, "postgresql");
        fs::remove_dir_all(&folder)?;
        let expected = ["postgresql@17", "postgresql@16", "postgresql@9", "postgresql"];
        assert_eq!(found, expected.map(|name| folder.join(name).join("bin")));
        Ok(())
    }
}
