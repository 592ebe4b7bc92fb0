//! Where the programs of PostgreSQL are on this machine. The project's own commands read this file too.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The folder of the server's programs, `initdb` and `postgres`: on the PATH, where systems put versioned servers, or where
/// `pg_config` says.
pub(crate) fn server() -> Option<PathBuf> {
    let complete = |dir: &PathBuf| dir.join("initdb").is_file() && dir.join("postgres").is_file();
    path().into_iter().chain(versioned()).find(complete).or_else(|| told().filter(complete))
}

/// The pooler's program, `pgbouncer`; systems keep it where only root looks.
pub(crate) fn pooler() -> Option<PathBuf> {
    let more = ["/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin"].map(PathBuf::from);
    path().into_iter().chain(more).map(|dir| dir.join("pgbouncer")).find(|program| program.is_file())
}

/// The folders of the PATH.
pub(crate) fn path() -> Vec<PathBuf> {
    env::var_os("PATH").iter().flat_map(env::split_paths).collect()
}

/// Where Debian, Fedora and Homebrew put their versions of the server, the newest of each first.
fn versioned() -> Vec<PathBuf> {
    let places = [
        ("/usr/lib/postgresql", ""),
        ("/usr", "pgsql-"),
        ("/opt/homebrew/opt", "postgresql"),
        ("/usr/local/opt", "postgresql"),
    ];
    places.iter().flat_map(|(place, prefix)| versions(Path::new(place), prefix)).collect()
}

/// `place/<prefix>*/bin`, the highest version first.
pub(crate) fn versions(place: &Path, prefix: &str) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if let Some(version) = name.to_string_lossy().strip_prefix(prefix) {
            // `postgresql@17`, `pgsql-16`, `15`; a name without a version comes last.
            let digits = version.trim_start_matches('@');
            found.push((digits.parse().unwrap_or(0), entry.path().join("bin")));
        }
    }
    found.sort_unstable_by(|one, two| two.cmp(one));
    found.into_iter().map(|(_, dir)| dir).collect()
}

fn told() -> Option<PathBuf> {
    let told = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok()?;
    Some(String::from_utf8_lossy(told.stdout.trim_ascii()).into_owned().into())
}
