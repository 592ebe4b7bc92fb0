//! What `#[event(…)]` accepts.

use darling::{FromMeta, util::SpannedValue};
use syn::LitStr;

use crate::syntax::options::{Options, Texts};

/// On a fact: a method of a `#[stream]` block, or a variant under `#[derive(Event)]`.
#[derive(Debug, Default, FromMeta)]
#[darling(default)]
pub(crate) struct FactOptions {
    /// Its full stored name.
    pub(crate) name: Option<LitStr>,
    /// Names it was stored under before.
    pub(crate) was: Texts,
    /// Its schema version.
    pub(crate) version: Option<SpannedValue<u32>>,
}

impl Options for FactOptions {
    const KNOWN: &'static [(&'static str, &'static str)] =
        &[("name", "name = \"account.credited\""), ("was", "was(\"account.paid_in\", …)"), ("version", "version = 2")];
}

/// On an enum under `#[derive(Event)]`.
#[derive(Debug, Default, FromMeta)]
#[darling(default)]
pub(super) struct EnumOptions {
    /// The first part of its facts' stored names.
    pub(super) category: Option<LitStr>,
    #[darling(rename = "crate")]
    pub(super) krate: Option<syn::Path>,
}

impl Options for EnumOptions {
    const KNOWN: &'static [(&'static str, &'static str)] =
        &[("category", "category = \"account\""), ("crate", "crate = path::to::foldline")];
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::options;

    #[test]
    fn the_book_lists_every_option() {
        options::in_the_book::<FactOptions>(include_str!("../../../book/src/reference/stream.md"), "On a method");
        options::in_the_book::<EnumOptions>(include_str!("../../../book/src/reference/event.md"), "On the enum");
    }
}
