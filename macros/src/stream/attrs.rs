//! What `#[stream(…)]` accepts on an impl block.

use darling::{FromMeta, ast::NestedMeta, util::PathList};
use syn::{
    Ident, LitStr, Path, Token, Type, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::syntax::options::{self, Name};

/// The options that darling reads.
#[derive(Debug, Default, FromMeta)]
#[darling(default)]
pub(super) struct Options {
    /// The category.
    pub(super) name: Option<LitStr>,
    /// The enum's name.
    pub(super) events: Option<Name>,
    /// The name of the trait of recording verbs.
    pub(super) facts: Option<Name>,
    /// The visibility of both.
    pub(super) vis: Option<Visibility>,
    /// Further derives for the enum.
    pub(super) derive: PathList,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

impl options::Options for Options {
    const KNOWN: &'static [(&'static str, &'static str)] = &[
        ("key", "key = AccountId"),
        ("name", "name = \"account\""),
        ("events", "events = Happenings"),
        ("facts", "facts = Facts"),
        ("vis", "vis = \"pub(crate)\""),
        ("derive", "derive(Eq, Hash)"),
        ("crate", "crate = path::to::foldline"),
    ];
}

/// All of them. The key stands apart, because darling reads values as expressions and a key is any type:
/// `key = Key<Account>` would be a comparison.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) key: Option<Type>,
    pub(super) rest: Vec<NestedMeta>,
    /// What is wrong with the key.
    pub(super) faults: Vec<syn::Error>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        while !input.is_empty() {
            if is_key(input) {
                arguments.key(input)?;
            } else {
                arguments.rest.push(input.parse()?);
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(arguments)
    }
}

impl Arguments {
    fn key(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let name = input.parse::<Ident>()?;
        input.parse::<Token![=]>()?;
        let key = if let Ok(text) = input.parse::<LitStr>() {
            let message = format!("a key is a type, written bare: `key = {}`", text.value());
            self.faults.push(syn::Error::new(text.span(), message));
            text.parse().ok()
        } else {
            Some(input.parse()?)
        };
        if self.key.is_some() {
            self.faults.push(syn::Error::new(name.span(), "`key` stands twice: say it once"));
        } else {
            self.key = key;
        }
        Ok(())
    }
}

fn is_key(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok_and(|name| name == "key") && ahead.peek(Token![=])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_lists_every_option() {
        options::in_the_book::<Options>(include_str!("../../../book/src/reference/stream.md"), "On the block");
    }
}
