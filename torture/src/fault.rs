//! What is done to the processes, their connections and their server.

use std::{fmt, time::Duration};

use fastrand::Rng;
use tokio::{task::JoinSet, time::sleep};

use crate::{Failure, database::Database, proxy::Proxy, team::Team};

/// One kind of misfortune.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    KilledProcess,
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
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KilledProcess => "a process killed",
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
        })
    }
}

impl Fault {
    const EVERYWHERE: [Self; 12] = [
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
}

/// Misfortunes in random order, of each kind as many.
#[derive(Debug)]
pub(crate) struct Deck {
    rng: Rng,
    cards: Vec<Fault>,
    crashes: bool,
}

impl Deck {
    pub(crate) fn new(seed: u64, crashes: bool) -> Self {
        Self { rng: Rng::with_seed(seed), cards: Vec::new(), crashes }
    }

    pub(crate) fn draw(&mut self) -> Fault {
        if self.cards.is_empty() {
            self.cards.extend(Fault::EVERYWHERE);
            self.cards.extend(self.crashes.then_some(Fault::CrashedServer));
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
    pub(crate) database: Database,
    pub(crate) proxy: Proxy,
    pub(crate) team: Team,
    /// What takes its time beside all that follows.
    pub(crate) beside: JoinSet<()>,
}

impl World {
    pub(crate) async fn suffer(&mut self, fault: Fault, deck: &mut Deck) -> Result<(), Failure> {
        match fault {
            Fault::KilledProcess => self.team.kill(deck.one()).await,
            Fault::FrozenProcess => {
                let one = deck.one();
                self.team.freeze(one, true)?;
                sleep(deck.while_(Duration::from_millis(800))).await;
                self.team.freeze(one, false)
            }
            Fault::TerminatedBackend => self.database.to_backends("pg_terminate_backend", 1).await,
            Fault::TerminatedBackends => self.database.to_backends("pg_terminate_backend", i64::MAX).await,
            Fault::CancelledStatement => self.database.to_backends("pg_cancel_backend", i64::MAX).await,
            Fault::CrashedServer => self.crash(),
            Fault::CutConnections => {
                self.proxy.cut();
                Ok(())
            }
            Fault::TornRequest => {
                self.proxy.tear_next_request();
                Ok(())
            }
            Fault::LostAnswer => {
                self.proxy.swallow_next_answer();
                Ok(())
            }
            Fault::StalledNetwork => {
                let time = deck.while_(Duration::from_millis(500));
                self.proxy.stall(time);
                sleep(time).await;
                Ok(())
            }
            Fault::LateBatches => self.park(None, deck).await,
            Fault::LateBatchesOfTheDead => self.park(Some(deck.one()), deck).await,
            Fault::LongTransaction => self.open_long(deck.while_(Duration::from_secs(20))).await,
        }
    }

    fn crash(&mut self) -> Result<(), Failure> {
        let server = self.database.server.as_ref().ok_or("the server is not ours to crash")?;
        server.crash()?;
        Ok(server.restart()?)
    }

    /// Holds the log's lock until batches wait behind it, takes their clients away, and lets the batches run.
    async fn park(&mut self, dead: Option<usize>, deck: &mut Deck) -> Result<(), Failure> {
        let mut holder = self.database.connection().await?;
        self.database.sql(&mut holder, "begin; select from $schema.append_lock for update").await?;
        sleep(Duration::from_millis(20) + deck.while_(Duration::from_millis(300))).await;
        match dead {
            Some(one) => self.team.kill(one).await?,
            None => self.proxy.cut(),
        }
        // Long enough that what comes after it waits behind it, or not.
        sleep(deck.while_(Duration::from_millis(200))).await;
        self.database.sql(&mut holder, "commit").await
    }

    async fn open_long(&mut self, time: Duration) -> Result<(), Failure> {
        let mut connection = self.database.connection().await?;
        let begin = "begin isolation level repeatable read; select count(*) from $schema.append_lock";
        self.database.sql(&mut connection, begin).await?;
        self.beside.spawn(async move {
            sleep(time).await;
            drop(connection);
        });
        Ok(())
    }
}
