//! A PostgreSQL server for tests, benches and examples, that is gone when they are.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    path::PathBuf,
    process::{self, Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Mutex, OnceLock, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    thread::sleep,
    time::{Duration, Instant},
};

use super::programs;

/// The environment variable that names a database to be used instead.
pub const DATABASE_URL: &str = "FOLDLINE_DATABASE_URL";

/// Where a server that was [started with little room](TempPostgres::start_with_little_room) finds its little disk. Nobody else sees
/// it.
pub const LITTLE_ROOM: &str = "/mnt/foldline";

/// A PostgreSQL server: the one that `FOLDLINE_DATABASE_URL` names, or a private one.
///
/// A private one is made from the server programs of this machine, in a temporary folder, reached through a socket in that
/// folder. It goes away with this program, however that ends. It syncs to disk like any other: what it measures counts.
#[derive(Debug)]
pub struct TempPostgres {
    url: String,
    server: Option<Mutex<Server>>,
}

#[derive(Debug)]
struct Server {
    dir: PathBuf,
    guard: Child,
    orders: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

/// Why there is no PostgreSQL server to test with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TempPostgresError {
    /// The server's programs are nowhere.
    #[error(
        "no PostgreSQL server programs were found: run `cargo xtask test --install`, install your system's PostgreSQL server package, or set {DATABASE_URL}"
    )]
    NoPrograms,
    /// The pooler's program is nowhere.
    #[error("PgBouncer was not found: run `cargo xtask test --install`, or install your system's package `pgbouncer`")]
    NoPooler,
    /// The operating system lets us mount nothing, not even where nobody else sees it.
    #[error("there can be no little disk here: it takes Linux, and root or user namespaces")]
    NoLittleRoom,
    /// The server did not start.
    #[error("the temporary PostgreSQL server did not start: {0}")]
    NotStarted(String),
    /// The server belongs to somebody else.
    #[error("the server that {DATABASE_URL} names is not ours to stop")]
    NotOurs,
    /// The operating system refused.
    #[error("the temporary PostgreSQL server could not be run")]
    Io(#[from] io::Error),
}

impl TempPostgres {
    /// The server that all tests of this program share; started by the first that asks.
    ///
    /// # Errors
    /// When there is none, and none can be started.
    pub fn shared() -> Result<&'static Self, TempPostgresError> {
        static SHARED: OnceLock<TempPostgres> = OnceLock::new();
        static STARTING: Mutex<()> = Mutex::new(());
        let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        match SHARED.get() {
            Some(running) => Ok(running),
            None => {
                let started = Self::start()?;
                Ok(SHARED.get_or_init(|| started))
            }
        }
    }

    /// The server that `FOLDLINE_DATABASE_URL` names, or a private one.
    ///
    /// # Errors
    /// When there is none, and none can be started.
    pub fn start() -> Result<Self, TempPostgresError> {
        match env::var(DATABASE_URL) {
            Ok(url) if !url.is_empty() => Ok(Self { url, server: None }),
            _ => Self::start_private(),
        }
    }

    /// A private server, that may be crashed.
    ///
    /// # Errors
    /// When none can be started.
    pub fn start_private() -> Result<Self, TempPostgresError> {
        Self::start_as(unprivileged("sh")?, None)
    }

    /// A private server for which the folder [`LITTLE_ROOM`] is a disk of 4 MB: for a tablespace that is soon full.
    ///
    /// # Errors
    /// When none can be started, or this machine lets us have no such disk.
    pub fn start_with_little_room() -> Result<Self, TempPostgresError> {
        Self::start_as(with_little_room(&unprivileged("sh")?)?, Some(LITTLE_ROOM))
    }

    fn start_as(mut shell: Command, room: Option<&str>) -> Result<Self, TempPostgresError> {
        let programs = programs::server().ok_or(TempPostgresError::NoPrograms)?;
        let dir = fresh_dir();
        let mut guard = shell
            .args(["-c", include_str!("temp_postgres.sh"), "sh"])
            .args([&programs, &dir])
            .args(room)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let missing = || io::Error::other("no pipe to the server's guard");
        let orders = Some(guard.stdin.take().ok_or_else(missing)?);
        let replies = BufReader::new(guard.stdout.take().ok_or_else(missing)?);
        let url = format!("postgres://foldline@localhost/postgres?host={}", dir.display());
        let mut server = Server { dir, guard, orders, replies };
        server.wait_until_ready()?;
        Ok(Self { url, server: Some(Mutex::new(server)) })
    }

    /// Where it is reached.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder of its socket, `.s.PGSQL.5432`, if it is private.
    #[must_use]
    pub fn socket_folder(&self) -> Option<PathBuf> {
        self.server.as_ref().map(|server| server.lock().unwrap_or_else(PoisonError::into_inner).dir.clone())
    }

    /// The name of a schema that nobody else uses: each test has its own log.
    #[must_use]
    pub fn fresh_schema(&self) -> String {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        format!("test_{:x}_{}_{count}", fastrand::u64(..), process::id())
    }

    /// Stops the server without any grace, as a power failure would; the next start recovers what was durable.
    ///
    /// # Errors
    /// When it is not ours, or does not obey.
    pub fn crash(&self) -> Result<(), TempPostgresError> {
        self.with_server(|server| {
            server.order("crash")?;
            let mut reply = String::new();
            server.replies.read_line(&mut reply)?;
            Ok(())
        })
    }

    /// Starts it again after a [`crash`](Self::crash).
    ///
    /// # Errors
    /// When it is not ours, or does not start.
    pub fn restart(&self) -> Result<(), TempPostgresError> {
        self.with_server(|server| {
            server.order("start")?;
            server.wait_until_ready()
        })
    }

    fn with_server<T>(
        &self,
        act: impl FnOnce(&mut Server) -> Result<T, TempPostgresError>,
    ) -> Result<T, TempPostgresError> {
        let server = self.server.as_ref().ok_or(TempPostgresError::NotOurs)?;
        act(&mut server.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Server {
    fn order(&mut self, order: &str) -> Result<(), TempPostgresError> {
        match &mut self.orders {
            Some(orders) => Ok(writeln!(orders, "{order}")?),
            None => Err(TempPostgresError::NotOurs),
        }
    }

    fn wait_until_ready(&mut self) -> Result<(), TempPostgresError> {
        let began = Instant::now();
        loop {
            // The server keeps its state in this file; nothing has to be connected to find out.
            let state = fs::read_to_string(self.dir.join("data/postmaster.pid")).unwrap_or_default();
            if state.lines().any(|line| line.trim() == "ready") {
                return Ok(());
            }
            if self.guard.try_wait()?.is_some() || began.elapsed() > Duration::from_secs(60) {
                let mut said = fs::read_to_string(self.dir.join("log")).unwrap_or_default();
                if let Some(mut errors) = self.guard.stderr.take().filter(|_| said.is_empty()) {
                    errors.read_to_string(&mut said)?;
                }
                return Err(TempPostgresError::NotStarted(said));
            }
            sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Its guard stops the server and removes the folder once nobody gives orders any more.
        self.orders.take();
        let _ = self.guard.wait();
    }
}

pub(super) fn fresh_dir() -> PathBuf {
    // Short: the path of a socket has a limit of about a hundred bytes.
    env::temp_dir().join(format!("foldline-{}-{:08x}", process::id(), fastrand::u32(..)))
}

/// A command that does not run as root, for the server refuses to.
pub(super) fn unprivileged(program: &str) -> Result<Command, TempPostgresError> {
    let output = |command: &mut Command| command.stderr(Stdio::null()).output();
    let is_root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !is_root {
        return Ok(Command::new(program));
    }
    let exists = |user: &&str| output(Command::new("id").arg("-u").arg(user)).is_ok_and(|id| id.status.success());
    let user = ["postgres", "nobody"].into_iter().find(exists);
    let user = user.ok_or_else(|| TempPostgresError::NotStarted("there is no user `postgres` or `nobody`".into()))?;
    let mut command = if programs::path().iter().any(|dir| dir.join("setpriv").is_file()) {
        let group = output(Command::new("id").args(["-g", user]))?;
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={user}"));
        command.arg(format!("--regid={}", String::from_utf8_lossy(group.stdout.trim_ascii())));
        command.args(["--clear-groups", "--"]);
        command
    } else {
        let mut command = Command::new("runuser");
        command.args(["-u", user, "--"]);
        command
    };
    command.arg(program);
    Ok(command)
}

/// The same command where a little disk is mounted, in a namespace that goes away with its last process.
fn with_little_room(command: &Command) -> Result<Command, TempPostgresError> {
    let mount = "mount -t tmpfs -o size=4m,mode=1777 foldline /mnt && ";
    let in_namespace = |arguments: &[&str], then: &str| {
        let mut unshare = Command::new("unshare");
        unshare.args(arguments).args(["sh", "-c", &format!("{mount} {then}"), "sh"]);
        unshare
    };
    let ways = [
        in_namespace(&["--mount"], "exec \"$@\""),
        // Whoever may not mount may in a namespace of users, as its root; and is somebody else again in the next.
        in_namespace(&["--map-root-user", "--mount"], "exec unshare --user --map-user=1 --map-group=1 -- \"$@\""),
    ];
    for mut way in ways {
        let copy = |way: &Command| {
            let mut copy = Command::new(way.get_program());
            copy.args(way.get_args());
            copy
        };
        let works = copy(&way).arg("true").stderr(Stdio::null()).status().is_ok_and(|status| status.success());
        if works {
            way.arg(command.get_program()).args(command.get_args());
            return Ok(way);
        }
    }
    Err(TempPostgresError::NoLittleRoom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_recovers_and_leaves_nothing() -> Result<(), TempPostgresError> {
        let postgres = TempPostgres::start_private()?;
        let dir = postgres.socket_folder().ok_or(TempPostgresError::NotOurs)?;
        assert!(dir.join(".s.PGSQL.5432").exists());
        postgres.crash()?;
        postgres.restart()?;
        assert!(dir.join(".s.PGSQL.5432").exists());
        drop(postgres);
        assert!(!dir.exists(), "{} is still there", dir.display());
        Ok(())
    }
}
