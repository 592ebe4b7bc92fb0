//! Running projections: one reader of the log for all of them, a checkpoint for each.

mod at_least_once;
mod batch;
mod feed;
mod in_memory;
mod in_sql;
mod lease;
mod model;
mod options;
mod runner;
mod start;
mod status;
mod waiting;

use std::{collections::HashSet, fmt, sync::Arc};

pub use self::{
    at_least_once::{AtLeastOnce, Deliver},
    in_memory::{InMemory, View},
    in_sql::InSql,
    options::{OnError, ProjectionOptions},
    start::Run,
    status::{FailedEvent, Failure, Progress, ProjectionStatus, RunState},
    waiting::{Reached, WaitError, WaitFor},
};
use self::{
    runner::Command,
    start::{Plan, Running},
    waiting::{Waiting, projection_of},
};
use crate::{
    error::StoreError,
    store::{AnyStore, Store},
};

/// Runs projections. Cheap to clone; they are run until the last clone is dropped.
#[derive(Clone)]
pub struct Projector(Arc<Shared>);

struct Shared {
    store: AnyStore,
    runs: Vec<Running>,
    waiting: Arc<Waiting>,
}

impl Projector {
    /// A projector that reads the log of this store. Hand it projections, then start it.
    pub fn builder(store: impl Store) -> ProjectorBuilder {
        ProjectorBuilder { store: AnyStore::new(store), plans: Vec::new(), pages: 8 }
    }

    /// Where each projection stands.
    ///
    /// # Errors
    /// When the store cannot say how far the log reaches.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, StoreError> {
        let head = self.0.store.head().await?;
        Ok(self.0.runs.iter().map(|run| run.report.borrow().status(&run.name, head)).collect())
    }

    /// Waits until every projection has taken in what an execution came to, or all up to a position:
    /// `projector.wait_for(&done).await?`.
    ///
    /// What is left aside (parked) is not waited for.
    pub fn wait_for(&self, what: impl Reached) -> WaitFor {
        let reports = self.0.runs.iter().map(|run| (Arc::clone(&run.name), run.report.clone())).collect();
        let waiting = Arc::clone(&self.0.waiting);
        WaitFor { position: what.position(), reports, timeout: None, waiting, unknown: None }
    }

    /// Lets a projection that has stopped go on, beginning with the event at which it stopped.
    ///
    /// # Errors
    /// When no projection of this name is run here.
    pub async fn resume(&self, projection: &str) -> Result<(), WaitError> {
        for run in self.named(projection)? {
            let _ = run.commands.send(Command::Resume).await;
        }
        Ok(())
    }

    /// Lets a projection take in nothing more, until it is resumed. Its checkpoint is kept.
    ///
    /// # Errors
    /// When no projection of this name is run here.
    pub async fn stop(&self, projection: &str) -> Result<(), WaitError> {
        for run in self.named(projection)? {
            run.stop().await;
        }
        Ok(())
    }

    /// Stops all of them, keeps their checkpoints, and lets other processes take over at once.
    pub async fn shutdown(&self) {
        for run in &self.0.runs {
            run.stop().await;
        }
    }

    fn named(&self, projection: &str) -> Result<Vec<&Running>, WaitError> {
        let named: Vec<&Running> = self.0.runs.iter().filter(|run| projection_of(&run.name) == projection).collect();
        if named.is_empty() { Err(WaitError::Unknown { projection: projection.to_owned() }) } else { Ok(named) }
    }
}

impl fmt::Debug for Projector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.runs.iter().map(|run| &run.name)).finish()
    }
}

/// A projector to be.
#[must_use = "call `.start()`"]
pub struct ProjectorBuilder {
    store: AnyStore,
    plans: Vec<(Box<dyn Plan>, ProjectionOptions)>,
    pages: usize,
}

impl ProjectorBuilder {
    /// Runs a read model with the usual settings: an [`InMemory`], an [`InSql`], or what is delivered [`AtLeastOnce`].
    pub fn run(self, model: impl Run) -> Self {
        self.run_with(model, ProjectionOptions::default())
    }

    /// Runs a read model with settings of its own.
    pub fn run_with(mut self, model: impl Run, options: ProjectionOptions) -> Self {
        self.plans.push((start::plan(model), options));
        self
    }

    /// How many pages of the log are kept for those who come by a little later; 8 by default.
    pub fn buffer(mut self, pages: usize) -> Self {
        self.pages = pages;
        self
    }

    /// Starts them all, on the current tokio runtime.
    ///
    /// # Errors
    /// When a read model cannot be kept with this store, or two have one name.
    pub fn start(self) -> Result<Projector, StoreError> {
        let mut names = HashSet::new();
        if let Some(twice) = self.plans.iter().map(|(plan, _)| plan.name()).find(|name| !names.insert(*name)) {
            return Err(refused(format!("two projections are called `{twice}`: rename one of them")));
        }
        let categories: HashSet<&str> = self.plans.iter().flat_map(|(plan, _)| plan.categories()).copied().collect();
        let categories = categories.into_iter().map(String::from).collect();
        let page = self.plans.iter().map(|(_, options)| options.batch).max().unwrap_or(1);
        let feed = feed::Feed::new(self.store.clone(), Some(categories), page, self.pages);
        let waiting = Arc::<Waiting>::default();
        let mut runs = Vec::new();
        for (plan, options) in self.plans {
            runs.extend(plan.start(&feed, options, &waiting)?);
        }
        Ok(Projector(Arc::new(Shared { store: self.store, runs, waiting })))
    }
}

impl fmt::Debug for ProjectorBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.plans.iter().map(|(plan, _)| plan.name())).finish()
    }
}

/// What cannot be run.
fn refused(context: String) -> StoreError {
    StoreError::Failed { context: context.into(), source: None }
}
