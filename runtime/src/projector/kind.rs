//! What the kinds of read models have in common.

use super::{
    model::{Model, Trouble},
    options::ProjectionOptions,
    runner::Paused,
};
use crate::{
    error::StoreError,
    store::{AnyStore, Difference, Lease},
};

/// A kind of read model.
pub(super) trait Kind: Send + Sync + 'static {
    /// What its checkpoint is kept under.
    const NAME: &'static str;
    /// The categories that it listens to.
    const CATEGORIES: &'static [&'static str];
    /// Whether it may be shared out.
    const PARTITIONED: bool;
    /// What runs it.
    type Model: Model;
    /// What is built to take its place.
    type Next: Send + Sync + 'static;

    /// What runs the share of it that is kept under this name.
    fn model(&self, store: &AnyStore, name: &str, options: ProjectionOptions) -> Result<Self::Model, StoreError>;

    /// What builds it anew beside the present one.
    fn next(&self, store: &AnyStore, options: ProjectionOptions) -> Result<(Self::Model, Self::Next), StoreError>;

    /// What differs between the present and the next, which are at one position and stand still.
    fn differences(
        &self,
        store: &AnyStore,
        next: &Self::Next,
    ) -> impl Future<Output = Result<Vec<Difference>, Trouble>> + Send;

    /// Puts the next in the place of the present. All of them stand still.
    fn swap(
        &self,
        store: &AnyStore,
        next: &Self::Next,
        builder: &Paused,
        shares: &[Paused],
    ) -> impl Future<Output = Result<Vec<Option<Lease>>, Trouble>> + Send;

    /// Takes the next away.
    fn discard(&self, store: &AnyStore) -> impl Future<Output = ()> + Send;
}
