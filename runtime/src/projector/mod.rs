//! Running projections: one reader of the log for all of them, a checkpoint for each.

mod at_least_once;
mod batch;
mod behind;
mod build;
mod differences;
mod error;
mod feed;
mod gauges;
mod in_memory;
mod in_sql;
mod kind;
mod lease;
mod memory_model;
mod model;
mod options;
mod plan;
mod rebuild;
mod runner;
mod shares;
mod status;
mod trace;
mod view;
mod waiting;

use std::{collections::HashSet, fmt, sync::Arc};

pub use self::{
    at_least_once::{AtLeastOnce, Deliver},
    error::ProjectorError,
    in_memory::InMemory,
    in_sql::InSql,
    options::{OnError, ProjectionOptions},
    plan::Run,
    rebuild::{Compared, Rebuild},
    status::{FailedEvent, Failure, Progress, ProjectionStatus, RunState},
    view::View,
    waiting::{Reached, WaitFor},
};
use self::{
    behind::Behind,
    plan::{AnyShares, Plan},
    waiting::Waiting,
};
use crate::{
    error::StoreError,
    store::{AnyStore, Store},
    stream::StreamName,
};

/// Runs projections. Cheap to clone; they are run until the last clone is dropped.
#[derive(Clone)]
pub struct Projector(Arc<Shared>);

struct Shared {
    store: AnyStore,
    shares: Vec<Arc<dyn AnyShares>>,
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
    /// When the store cannot say how far the log reaches, or what comes next in it.
    pub async fn status(&self) -> Result<Vec<ProjectionStatus>, StoreError> {
        let head = self.0.store.head().await?;
        let of_one = |shares: &Arc<dyn AnyShares>| {
            let rebuild = shares.rebuild();
            let statuses = shares.runs().iter().map(|run| run.report.borrow().status(&run.name, head, rebuild));
            statuses.collect::<Vec<_>>()
        };
        let mut statuses: Vec<_> = self.0.shares.iter().flat_map(of_one).collect();
        for status in &mut statuses {
            status.lag_time = Behind::default().age(&self.0.store, status.position, status.lag).await?;
        }
        Ok(statuses)
    }

    /// Waits until every projection has taken in what an execution came to, or all up to a position:
    /// `projector.wait_for(&done).await?`.
    ///
    /// What is left aside (parked) is not waited for.
    pub fn wait_for(&self, what: impl Reached) -> WaitFor {
        let runs = self.0.shares.iter().flat_map(|shares| shares.runs());
        let reports = runs.map(|run| (Arc::clone(&run.name), run.report.clone())).collect();
        let waiting = Arc::clone(&self.0.waiting);
        WaitFor { position: what.position(), reports, timeout: None, waiting, unknown: None }
    }

    /// Lets a projection that has stopped go on, beginning with the event at which it stopped.
    ///
    /// # Errors
    /// When no projection of this name is run here.
    pub async fn resume(&self, projection: &str) -> Result<(), ProjectorError> {
        for run in self.named(projection)?.runs() {
            run.resume().await;
        }
        Ok(())
    }

    /// Lets a projection take in nothing more, until it is resumed. Its checkpoint is kept.
    ///
    /// # Errors
    /// When no projection of this name is run here.
    pub async fn stop(&self, projection: &str) -> Result<(), ProjectorError> {
        for run in self.named(projection)?.runs() {
            run.stop().await;
        }
        Ok(())
    }

    /// Takes in what a projection has left aside: of one stream, by its name, or of all (`None`). Each comes out where the
    /// others are; what still cannot be taken in stays aside, from that event on.
    ///
    /// # Errors
    /// When an event still cannot be taken in, no projection of this name is run here, or the store cannot answer.
    pub async fn replay(&self, projection: &str, stream: Option<&str>) -> Result<(), ProjectorError> {
        let named = || projection.to_owned();
        for run in self.named(projection)?.runs() {
            match run.replay(stream.map(StreamName::from)).await {
                Some(Ok(())) => {}
                Some(Err(failure)) => {
                    return Err(ProjectorError::Failed { projection: named(), failure: Box::new(failure) });
                }
                None => return Err(ProjectorError::NotHere { projection: named() }),
            }
        }
        Ok(())
    }

    /// Builds a read model anew, from the first event on, while the present one goes on serving, and puts it in its place.
    pub fn rebuild(&self, projection: &str) -> Rebuild {
        Rebuild { shares: self.named(projection).map(Arc::clone), listener: None }
    }

    /// Builds a read model anew, and says what differs from the present one before it takes its place.
    ///
    /// # Errors
    /// When an event cannot be taken in, the projection is not run here, or the store cannot.
    pub async fn rebuild_and_compare(&self, projection: &str) -> Result<Compared, ProjectorError> {
        self.rebuild(projection).compare().await
    }

    /// Stops all of them, keeps their checkpoints, and lets other processes take over at once.
    pub async fn shutdown(&self) {
        for run in self.0.shares.iter().flat_map(|shares| shares.runs()) {
            run.stop().await;
        }
    }

    fn named(&self, projection: &str) -> Result<&Arc<dyn AnyShares>, ProjectorError> {
        let named = self.0.shares.iter().find(|shares| shares.name() == projection);
        named.ok_or_else(|| ProjectorError::Unknown { projection: projection.to_owned() })
    }
}

impl fmt::Debug for Projector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.shares.iter().map(|shares| shares.name())).finish()
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
        self.plans.push((plan::plan(model), options));
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
        let shared = self.plans.len() > 1;
        let feed = feed::Feed::new(self.store.clone(), Some(categories), page, self.pages, shared);
        let waiting = Arc::<Waiting>::default();
        let plans = self.plans.into_iter();
        let shares = plans.map(|(plan, options)| plan.start(&feed, options, &waiting)).collect::<Result<_, _>>()?;
        let projections = Arc::new(Shared { store: self.store, shares, waiting });
        gauges::start(&projections);
        Ok(Projector(projections))
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
