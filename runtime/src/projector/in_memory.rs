//! Read models in this process's memory.

use std::fmt;

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::{
    differences::differences,
    kind::Kind,
    memory_model::MemoryModel,
    model::Trouble,
    options::ProjectionOptions,
    refused,
    runner::Paused,
    view::{Form, View},
};
use crate::{
    error::StoreError,
    projection::{Projection, ProjectionError},
    store::{AnyStore, Difference, Lease, Store},
};

/// A read model in this process's memory: each process that wants it folds its own.
///
/// ```
/// # use foldline_runtime::{Delivery, InMemory, Projection, ProjectionError};
/// # #[derive(Default, Clone)] struct Holdings { total: u64 }
/// # impl Projection for Holdings {
/// #     const NAME: &'static str = "holdings";
/// #     const CATEGORIES: &'static [&'static str] = &["account"];
/// #     fn apply(&mut self, _: Delivery<'_>) -> Result<(), ProjectionError> { Ok(()) }
/// # }
/// let holdings = InMemory::new(Holdings::default());
/// let view = holdings.view();
/// // … hand `holdings` to a projector, and read:
/// assert_eq!(view.read(|holdings| holdings.total), 0);
/// ```
pub struct InMemory<P> {
    pub(super) empty: P,
    pub(super) view: View<P>,
    pub(super) saved: Option<Form<P>>,
}

impl<P: Projection + Clone> InMemory<P> {
    /// A read model that is this before the first event.
    #[must_use]
    pub fn new(empty: P) -> Self {
        Self { view: View::of(empty.clone()), empty, saved: None }
    }

    /// Saves its value beside the log now and then, as JSON, so that it need not be folded from the first event when the
    /// process starts. One that other code has saved is thrown away.
    #[must_use]
    pub fn saved(mut self) -> Self
    where
        P: Serialize + DeserializeOwned,
    {
        self.saved = Some(Form { write: |value| serde_json::to_vec(value), read: |text| serde_json::from_slice(text) });
        self
    }

    /// A handle by which it is read.
    #[must_use]
    pub fn view(&self) -> View<P> {
        self.view.clone()
    }
}

impl<P> fmt::Debug for InMemory<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InMemory").field("saved", &self.saved.is_some()).finish_non_exhaustive()
    }
}

impl<P: Projection + Clone> Kind for InMemory<P> {
    const NAME: &'static str = P::NAME;
    const CATEGORIES: &'static [&'static str] = P::CATEGORIES;
    // All of it is in one value.
    const PARTITIONED: bool = false;
    type Model = MemoryModel<P>;
    type Next = View<P>;

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

    fn next(&self, _: &AnyStore, _: ProjectionOptions) -> Result<(MemoryModel<P>, View<P>), StoreError> {
        let view = View::of(self.empty.clone());
        Ok((MemoryModel::new(self.empty.clone(), view.clone(), None), view))
    }

    async fn differences(&self, _: &AnyStore, next: &View<P>) -> Result<Vec<Difference>, Trouble> {
        let Some(form) = self.saved else {
            let why = format!("`{}` can be compared once it can be written down: `InMemory::new(…).saved()`", P::NAME);
            return Err(Trouble::Broken(refused(why).into()));
        };
        let read = |view: &View<P>| -> Result<Value, serde_json::Error> {
            serde_json::from_slice(&view.read(|value| (form.write)(value))?)
        };
        let both = read(&self.view).and_then(|current| Ok((current, read(next)?)));
        let (current, next) = both.map_err(|error| Trouble::Broken(ProjectionError::write(error)))?;
        Ok(differences(&current, &next))
    }

    async fn swap(
        &self,
        _: &AnyStore,
        next: &View<P>,
        _: &Paused,
        shares: &[Paused],
    ) -> Result<Vec<Option<Lease>>, Trouble> {
        let (value, at) = next.change(|value, position| (std::mem::replace(value, self.empty.clone()), *position));
        self.view.change(|old, position| (*old, *position) = (value, at));
        Ok(shares.iter().map(|_| None).collect())
    }

    async fn discard(&self, _: &AnyStore) {}
}
