//! What is done to the processes, their connections, their server or their file.

use std::{fmt, time::Duration};

use fastrand::Rng;
use tokio::{task::JoinSet, time::sleep};

use crate::{Failure, ground::Ground, team::Team};

/// One kind of misfortune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    KilledProcess,
    KilledProcesses,
    FrozenProcess,
    TerminatedBackend,
    TerminatedBackends,
    CancelledStatement,
    CrashedServer,
    CutConnections,
    TornRequest,
    LostAnswer,
    StalledNetwork,
    LateBatches,
    LateBatchesOfTheDead,
    LongTransaction,
    LockedFile,
    LongReader,
    Checkpoint,
    Copy,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KilledProcess => "a process killed",
            Self::KilledProcesses => "all processes killed, and then others started",
            Self::FrozenProcess => "a process frozen for a while",
            Self::TerminatedBackend => "a server's backend terminated",
            Self::TerminatedBackends => "all of the server's backends terminated",
            Self::CancelledStatement => "statements cancelled by the server",
            Self::CrashedServer => "the server killed and restarted",
            Self::CutConnections => "all connections cut, behind the server's back",
            Self::TornRequest => "a request cut in half",
            Self::LostAnswer => "an answer lost with its connection",
            Self::StalledNetwork => "nothing passed for a while",
            Self::LateBatches => "batches late behind a lock, connections cut",
            Self::LateBatchesOfTheDead => "batches late behind a lock, their process killed",
            Self::LongTransaction => "a transaction open for long",
            Self::LockedFile => "the file locked by another program",
            Self::LongReader => "the file read by another program for long",
            Self::Checkpoint => "the WAL brought into the file by another program",
            Self::Copy => "the log copied",
        })
    }
}

impl Fault {
    /// What happens to a log on a server.
    pub(crate) const ON_A_SERVER: &[Self] = &[
        Self::KilledProcess,
        Self::FrozenProcess,
        Self::TerminatedBackend,
        Self::TerminatedBackends,
        Self::CancelledStatement,
        Self::CutConnections,
        Self::TornRequest,
        Self::LostAnswer,
        Self::StalledNetwork,
        Self::LateBatches,
        Self::LateBatchesOfTheDead,
        Self::LongTransaction,
    ];

    /// What happens to one in a file.
    pub(crate) const IN_A_FILE: &[Self] = &[
        Self::KilledProcess,
        Self::KilledProcesses,
        Self::FrozenProcess,
        Self::LockedFile,
        Self::LongReader,
        Self::Checkpoint,
        Self::Copy,
    ];
}

/// Misfortunes in random order, of each kind as many.
#[derive(Debug)]
pub(crate) struct Deck {
    rng: Rng,
    cards: Vec<Fault>,
    all: Vec<Fault>,
}

impl Deck {
    pub(crate) fn new(seed: u64, all: Vec<Fault>) -> Self {
        Self { rng: Rng::with_seed(seed), cards: Vec::new(), all }
    }

    pub(crate) fn draw(&mut self) -> Fault {
        if self.cards.is_empty() {
            self.cards.extend(&self.all);
            self.rng.shuffle(&mut self.cards);
        }
        self.cards.pop().unwrap_or(Fault::KilledProcess)
    }

    /// A time that is mostly short.
    pub(crate) fn while_(&mut self, longest: Duration) -> Duration {
        longest.mul_f64(self.rng.f64() * self.rng.f64())
    }

    pub(crate) fn one(&mut self) -> usize {
        self.rng.usize(..)
    }
}

/// What misfortunes happen to.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) ground: Ground,
    pub(crate) team: Team,
    /// What takes its time beside all that follows.
    pub(crate) beside: JoinSet<()>,
}

impl World {
    pub(crate) async fn suffer(&mut self, fault: Fault, deck: &mut Deck) -> Result<(), Failure> {
        match fault {
            Fault::KilledProcess => self.team.kill(deck.one()).await,
            Fault::KilledProcesses => self.team.kill_all().await,
            Fault::FrozenProcess => {
                let one = deck.one();
                self.team.freeze(one, true)?;
                sleep(deck.while_(Duration::from_millis(800))).await;
                self.team.freeze(one, false)
            }
            Fault::TerminatedBackend => self.ground.database()?.to_backends("pg_terminate_backend", 1).await,
            Fault::TerminatedBackends => self.ground.database()?.to_backends("pg_terminate_backend", i64::MAX).await,
            Fault::CancelledStatement => self.ground.database()?.to_backends("pg_cancel_backend", i64::MAX).await,
            Fault::CrashedServer => self.crash(),
            Fault::CutConnections => {
                self.ground.proxy()?.cut();
                Ok(())
            }
            Fault::TornRequest => {
                self.ground.proxy()?.tear_next_request();
                Ok(())
            }
            Fault::LostAnswer => {
                self.ground.proxy()?.swallow_next_answer();
                Ok(())
            }
            Fault::StalledNetwork => {
                let time = deck.while_(Duration::from_millis(500));
                self.ground.proxy()?.stall(time);
                sleep(time).await;
                Ok(())
            }
            Fault::LateBatches => self.park(None, deck).await,
            Fault::LateBatchesOfTheDead => self.park(Some(deck.one()), deck).await,
            Fault::LongTransaction => self.open_long(deck.while_(Duration::from_secs(20))).await,
            Fault::LockedFile => self.ground.file()?.lock(deck.while_(Duration::from_secs(2))).await,
            Fault::LongReader => {
                let reading = self.ground.file()?.read_long(deck.while_(Duration::from_secs(10))).await?;
                self.beside.spawn(reading);
                Ok(())
            }
            Fault::Checkpoint => self.ground.file()?.checkpoint().await,
            Fault::Copy => self.ground.file()?.copy().await,
        }
    }

    fn crash(&mut self) -> Result<(), Failure> {
        let server = self.ground.database()?.server.as_ref().ok_or("the server is not ours to crash")?;
        server.crash()?;
        Ok(server.restart()?)
    }

    /// Holds the log's lock until batches wait behind it, takes their clients away, and lets the batches run.
    async fn park(&mut self, dead: Option<usize>, deck: &mut Deck) -> Result<(), Failure> {
        let mut holder = self.ground.database()?.connection().await?;
        self.ground.database()?.sql(&mut holder, "begin; select from $schema.append_lock for update").await?;
        sleep(Duration::from_millis(20) + deck.while_(Duration::from_millis(300))).await;
        match dead {
            Some(one) => self.team.kill(one).await?,
            None => self.ground.proxy()?.cut(),
        }
        // Long enough that what comes after it waits behind it, or not.
        sleep(deck.while_(Duration::from_millis(200))).await;
        self.ground.database()?.sql(&mut holder, "commit").await
    }

    async fn open_long(&mut self, time: Duration) -> Result<(), Failure> {
        let database = self.ground.database()?;
        let mut connection = database.connection().await?;
        let begin = "begin isolation level repeatable read; select count(*) from $schema.append_lock";
        database.sql(&mut connection, begin).await?;
        self.beside.spawn(async move {
            sleep(time).await;
            drop(connection);
        });
        Ok(())
    }
}
