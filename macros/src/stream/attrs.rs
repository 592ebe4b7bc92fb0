//! What `#[stream(…)]` accepts on an impl block.

use darling::{FromMeta, ast::NestedMeta, util::PathList};
use syn::{
    Ident, LitStr, Path, Token, Type, Visibility,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use crate::syntax::options::Name;

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

/// All of them. The key stands apart, because darling reads values as expressions and a key is any type:
/// `key = Key<Account>` would be a comparison.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) key: Option<Type>,
    pub(super) rest: Vec<NestedMeta>,
}

impl Parse for Arguments {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut arguments = Self::default();
        while !input.is_empty() {
            if is_key(input) {
                let name = input.parse::<Ident>()?;
                input.parse::<Token![=]>()?;
                if arguments.key.is_some() {
                    return Err(syn::Error::new(name.span(), "Duplicate field `key`"));
                }
                arguments.key = Some(input.parse()?);
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

fn is_key(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    ahead.call(Ident::parse_any).is_ok_and(|name| name == "key") && ahead.peek(Token![=])
}
