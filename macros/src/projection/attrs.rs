//! What `#[projection(…)]` accepts on an impl block, and `#[on(…)]` on a handler.

use darling::{Error, FromMeta, ast::NestedMeta};
use syn::{LitInt, LitStr, Meta, Path};

use crate::syntax::options::{self, Name};

/// The options of the block.
#[derive(Debug, Default, FromMeta)]
#[darling(default)]
pub(super) struct Options {
    /// What its checkpoint is kept under.
    pub(super) name: Option<LitStr>,
    /// Events that are left out on purpose.
    #[darling(multiple, rename = "ignore")]
    pub(super) ignored: Vec<Events>,
    /// That its streams have nothing to do with each other.
    pub(super) partition_by: Option<Name>,
    /// What stands for its code.
    pub(super) code: Option<LitInt>,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

impl options::Options for Options {
    const KNOWN: &'static [(&'static str, &'static str)] = &[
        ("name", "name = \"holdings\""),
        ("ignore", "ignore(AccountEvent::Opened)"),
        ("partition_by", "partition_by = key"),
        ("code", "code = 2"),
        ("crate", "crate = path::to::foldline"),
    ];
    const MANY: &'static str = "ignore";
}

/// Events, by the paths of their variants.
#[derive(Debug, Clone, Default)]
pub(super) struct Events(pub(super) Vec<Path>);

impl FromMeta for Events {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let paths = items.iter().map(|item| match item {
            NestedMeta::Meta(Meta::Path(path)) => Ok(path.clone()),
            other => Err(Error::custom(FORM).with_span(other)),
        });
        paths.collect::<darling::Result<Vec<_>>>().map(Self)
    }
}

pub(super) const FORM: &str = "an event is written as the variant that it is: `AccountEvent::Deposited`";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_lists_every_option() {
        options::in_the_book::<Options>(include_str!("../../../book/src/reference/projection.md"), "On the block");
    }
}
