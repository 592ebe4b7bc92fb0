//! The runners of one projection, each with its share of the streams.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, oneshot, watch};

use super::{
    feed::Feed,
    kind::Kind,
    model::Model,
    options::ProjectionOptions,
    refused,
    runner::{Command, Listens, Paused, Place, Runner},
    status::{Failure, Progress, Report},
    waiting::Waiting,
};
use crate::{error::StoreError, stream::StreamName};

/// A runner, from outside.
#[derive(Clone)]
pub(super) struct Running {
    pub(super) name: Arc<str>,
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) report: watch::Receiver<Report>,
}

impl Running {
    /// Tells it something, and waits for its answer; `None` if it has none.
    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (reply, answer) = oneshot::channel();
        self.commands.send(command(reply)).await.ok()?;
        answer.await.ok()
    }

    pub(super) async fn resume(&self) {
        self.ask(Command::Resume).await;
    }

    pub(super) async fn stop(&self) {
        self.ask(Command::Stop).await;
    }

    pub(super) async fn replay(&self, stream: Option<StreamName>) -> Option<Result<(), Failure>> {
        self.ask(|reply| Command::Replay(stream, reply)).await
    }

    /// Lets it stand still once it is at this position, or behind it.
    pub(super) async fn pause(&self, at: u64) -> Option<Paused> {
        self.ask(|reply| Command::Pause(at, reply)).await
    }

    /// The same, for one that stands still already: it is told before it goes on, so that it cannot be beyond by then.
    ///
    /// Nobody waits for a place in its queue, which is not emptied while it stands still.
    pub(super) fn pause_next(&self, at: u64) -> Option<oneshot::Receiver<Paused>> {
        let (reply, answer) = oneshot::channel();
        self.commands.try_send(Command::Pause(at, reply)).ok()?;
        Some(answer)
    }
}

/// The runners of one projection.
pub(super) struct Shares<K> {
    pub(super) kind: K,
    pub(super) feed: Arc<Feed>,
    pub(super) options: ProjectionOptions,
    pub(super) waiting: Arc<Waiting>,
    pub(super) runs: Vec<Running>,
    /// How far a rebuild is, if one is under way here.
    rebuild: Mutex<Option<Progress>>,
}

impl<K: Kind> Shares<K> {
    pub(super) fn start(
        kind: K,
        feed: &Arc<Feed>,
        options: ProjectionOptions,
        waiting: &Arc<Waiting>,
    ) -> Result<Self, StoreError> {
        check_name(K::NAME)?;
        let shares = options.partitions;
        if shares > 1 && !K::PARTITIONED {
            return Err(refused(format!(
                "`{}` cannot be shared out: say that its streams have nothing to do with each other, `#[projection(partition_by = key)]`",
                K::NAME
            )));
        }
        let (feed, waiting) = (Arc::clone(feed), Arc::clone(waiting));
        let mut all =
            Self { kind, feed, options, waiting, runs: Vec::with_capacity(shares), rebuild: Mutex::default() };
        for share in 0..shares {
            let name = if shares == 1 { K::NAME.to_owned() } else { format!("{}/{}of{shares}", K::NAME, share + 1) };
            let model = all.kind.model(all.feed.store(), &name, options)?;
            all.runs.push(all.run(model, &name, (share, shares)));
        }
        Ok(all)
    }

    /// Runs a model on a task of its own.
    pub(super) fn run(&self, model: impl Model, name: &str, share: (usize, usize)) -> Running {
        let (commands, orders) = mpsc::channel(16);
        let (report, reports) = watch::channel(Report::new());
        let place = Place {
            name: name.into(),
            feed: Arc::clone(&self.feed),
            listens: Listens { categories: K::CATEGORIES, share },
            options: self.options,
            commands: orders,
            report,
            waiting: Arc::clone(&self.waiting),
        };
        tokio::spawn(Runner::new(model, place).run());
        Running { name: name.into(), commands, report: reports }
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, Option<Progress>> {
        self.rebuild.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A name stands in names of schemas and tables, beside those of what is being built and what it took the place of.
fn check_name(name: &str) -> Result<(), StoreError> {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_';
    if name.is_empty() || name.len() > 40 || !name.chars().all(plain) {
        return Err(refused(format!(
            "a projection cannot be called `{name}`: letters, digits and `_`, 40 of them at the most"
        )));
    }
    match ["_next", "_old"].into_iter().find(|kept| name.ends_with(kept)) {
        Some(kept) => Err(refused(format!(
            "a projection cannot be called `{name}`: `{kept}` at the end is kept for rebuilds; call it otherwise"
        ))),
        None => Ok(()),
    }
}
