//! From a read model to a task that runs it.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot, watch};

use super::{
    feed::Feed,
    in_memory::{InMemory, MemoryModel},
    model::Model,
    options::ProjectionOptions,
    refused,
    runner::{Command, Listens, Place, Runner},
    status::Report,
    waiting::Waiting,
};
use crate::{
    error::StoreError,
    projection::Projection,
    store::{AnyStore, Store},
};

/// A projection that is run here.
pub(super) struct Running {
    pub(super) name: Arc<str>,
    pub(super) commands: mpsc::Sender<Command>,
    pub(super) report: watch::Receiver<Report>,
}

impl Running {
    pub(super) async fn stop(&self) {
        let (told, stopped) = oneshot::channel();
        if self.commands.send(Command::Stop(told)).await.is_ok() {
            let _ = stopped.await;
        }
    }
}

/// A read model that a projector can run.
pub trait Run: sealed::Planned {}

impl<T: sealed::Planned> Run for T {}

mod sealed {
    use super::Plan;

    /// Nobody outside can name it.
    pub trait Planned: Send + 'static {
        #[expect(private_interfaces, reason = "nobody outside can call it")]
        fn plan(self) -> Box<dyn Plan>;
    }
}

impl<K: Kind> sealed::Planned for K {
    #[expect(private_interfaces, reason = "nobody outside can call it")]
    fn plan(self) -> Box<dyn Plan> {
        Box::new(self)
    }
}

pub(super) fn plan(model: impl Run) -> Box<dyn Plan> {
    sealed::Planned::plan(model)
}

/// What the kinds of read models have in common.
pub(super) trait Kind: Send + 'static {
    /// What its checkpoint is kept under.
    const NAME: &'static str;
    /// The categories that it listens to.
    const CATEGORIES: &'static [&'static str];
    /// Whether it may be shared out.
    const PARTITIONED: bool;
    /// What runs it.
    type Model: Model;

    /// What runs the share of it that is kept under this name.
    fn model(&self, store: &AnyStore, name: &str, options: ProjectionOptions) -> Result<Self::Model, StoreError>;
}

/// A read model whose kind is forgotten.
pub(super) trait Plan: Send {
    fn name(&self) -> &'static str;
    fn categories(&self) -> &'static [&'static str];
    fn start(
        self: Box<Self>,
        feed: &Arc<Feed>,
        options: ProjectionOptions,
        waiting: &Arc<Waiting>,
    ) -> Result<Vec<Running>, StoreError>;
}

impl<K: Kind> Plan for K {
    fn name(&self) -> &'static str {
        K::NAME
    }

    fn categories(&self) -> &'static [&'static str] {
        K::CATEGORIES
    }

    fn start(
        self: Box<Self>,
        feed: &Arc<Feed>,
        options: ProjectionOptions,
        waiting: &Arc<Waiting>,
    ) -> Result<Vec<Running>, StoreError> {
        start(&*self, feed, options, waiting)
    }
}

fn start<T: Kind>(
    model: &T,
    feed: &Arc<Feed>,
    options: ProjectionOptions,
    waiting: &Arc<Waiting>,
) -> Result<Vec<Running>, StoreError> {
    check_name(T::NAME)?;
    let shares = options.partitions;
    if shares > 1 && !T::PARTITIONED {
        return Err(refused(format!(
            "`{}` cannot be shared out: say that its streams have nothing to do with each other, `#[projection(partition_by = key)]`",
            T::NAME
        )));
    }
    let mut runs = Vec::with_capacity(shares);
    for share in 0..shares {
        let name = if shares == 1 { T::NAME.to_owned() } else { format!("{}/{}of{shares}", T::NAME, share + 1) };
        let model = model.model(feed.store(), &name, options)?;
        let (commands, orders) = mpsc::channel(16);
        let (report, reports) = watch::channel(Report::new());
        let place = Place {
            feed: Arc::clone(feed),
            listens: Listens { categories: T::CATEGORIES, share: (share, shares) },
            options,
            commands: orders,
            report,
            waiting: Arc::clone(waiting),
        };
        tokio::spawn(Runner::new(model, place).run());
        runs.push(Running { name: name.into(), commands, report: reports });
    }
    Ok(runs)
}

/// A name stands in names of schemas and tables.
fn check_name(name: &str) -> Result<(), StoreError> {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_';
    if !name.is_empty() && name.len() <= 40 && name.chars().all(plain) {
        return Ok(());
    }
    Err(refused(format!("a projection cannot be called `{name}`: letters, digits and `_`, 40 of them at the most")))
}

impl<P: Projection + Clone> Kind for InMemory<P> {
    const NAME: &'static str = P::NAME;
    const CATEGORIES: &'static [&'static str] = P::CATEGORIES;
    // All of it is in one value.
    const PARTITIONED: bool = false;
    type Model = MemoryModel<P>;

    fn model(&self, store: &AnyStore, _: &str, _: ProjectionOptions) -> Result<MemoryModel<P>, StoreError> {
        let saved = match (self.saved, store.checkpoints()) {
            (None, _) => None,
            (Some(form), Some(checkpoints)) => Some((checkpoints, form)),
            (Some(_), None) => {
                return Err(refused(format!("the value of `{}` cannot be saved with this store", P::NAME)));
            }
        };
        Ok(MemoryModel::new(self.empty.clone(), self.view.clone(), saved))
    }
}
