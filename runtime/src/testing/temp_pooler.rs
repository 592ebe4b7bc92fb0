//! A pooler in front of a temporary server.

use std::{
    path::PathBuf,
    process::{Child, ChildStdin, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use super::{
    programs,
    temp_postgres::{TempPostgres, TempPostgresError, fresh_dir, unprivileged},
};

/// A PgBouncer in transaction mode, reached through a socket in a temporary folder. It goes away with this program, however
/// that ends.
#[derive(Debug)]
pub struct TempPooler {
    url: String,
    dir: PathBuf,
    guard: Child,
    /// Its guard stops it once this is closed.
    life: Option<ChildStdin>,
}

impl TempPooler {
    /// A pooler that refuses settings it cannot keep for its clients, as they come.
    ///
    /// # Errors
    /// When there is no program for it, the server is not a private one, or it does not start.
    pub fn in_front_of(server: &TempPostgres) -> Result<Self, TempPostgresError> {
        Self::start(server, "")
    }

    /// A pooler that was told to drop the settings it cannot keep (`ignore_startup_parameters`), as many are.
    ///
    /// # Errors
    /// When there is no program for it, the server is not a private one, or it does not start.
    pub fn that_drops_settings(server: &TempPostgres) -> Result<Self, TempPostgresError> {
        Self::start(server, "options, extra_float_digits")
    }

    fn start(server: &TempPostgres, ignore: &str) -> Result<Self, TempPostgresError> {
        let program = programs::pooler().ok_or(TempPostgresError::NoPooler)?;
        let socket = server.socket_folder().ok_or(TempPostgresError::NotOurs)?;
        let dir = fresh_dir();
        let mut guard = unprivileged("sh")?
            .args(["-c", include_str!("temp_pooler.sh"), "sh"])
            .args([&program, &dir, &socket])
            .arg(ignore)
            .current_dir("/")
            .stdin(Stdio::piped())
            .spawn()?;
        let life = guard.stdin.take();
        let url = format!("postgres://foldline@localhost:6432/postgres?host={}", dir.display());
        let pooler = Self { url, dir, guard, life };
        pooler.wait_until_ready()?;
        Ok(pooler)
    }

    fn wait_until_ready(&self) -> Result<(), TempPostgresError> {
        let began = Instant::now();
        while !self.dir.join(".s.PGSQL.6432").exists() {
            if began.elapsed() > Duration::from_secs(30) {
                let said = std::fs::read_to_string(self.dir.join("log")).unwrap_or_default();
                return Err(TempPostgresError::NotStarted(said));
            }
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for TempPooler {
    fn drop(&mut self) {
        self.life.take();
        let _ = self.guard.wait();
    }
}
