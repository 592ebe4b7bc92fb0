//! What `#[stream(…)]` accepts on a command's field, and `#[command(…)]` on the command.

use darling::{
    Error, FromMeta,
    ast::NestedMeta,
    util::{Flag, SpannedValue},
};
use syn::{
    Expr, Ident, LitStr, Meta, Path, Token, Type,
    parse::{Parse, ParseStream},
};

use crate::syntax::options::{self, Expression, Name};

/// How a stream is opened.
#[derive(Debug, Default, Clone, FromMeta)]
#[darling(default)]
pub(crate) struct Opening {
    pub(crate) read: Flag,
    pub(crate) new: Flag,
    pub(crate) existing: Flag,
    /// The domain's own error for a stream that is not as it must be.
    pub(crate) or: Option<SpannedValue<Expression>>,
}

impl options::Options for Opening {
    const KNOWN: &'static [(&'static str, &'static str)] =
        &[("read", "read"), ("new", "new"), ("existing", "existing"), ("or", "or = BankError::NotOpen")];
}

/// What all `#[command(…)]` of a command say together.
#[derive(Debug, Default, FromMeta)]
#[darling(default)]
pub(super) struct Options {
    /// What metrics, traces and the stored metadata call it.
    pub(super) name: Option<LitStr>,
    /// The name of the struct of open streams.
    pub(super) streams: Option<Name>,
    #[darling(multiple, rename = "follow")]
    pub(super) follows: Vec<FollowOption>,
    #[darling(rename = "crate")]
    pub(super) krate: Option<Path>,
}

impl options::Options for Options {
    const KNOWN: &'static [(&'static str, &'static str)] = &[
        ("name", "name = \"transfer\""),
        ("streams", "streams = OpenStreams"),
        ("follow", "follow(name: Key = expression)"),
        ("crate", "crate = path::to::foldline"),
    ];
    const MANY: &'static str = "follow";
}

/// `follow(method: PaymentMethodId = order.payment_method.clone(), read)`.
#[derive(Debug, Clone)]
pub(super) struct FollowOption {
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) expr: Expr,
    pub(super) opening: Vec<NestedMeta>,
}

impl FromMeta for FollowOption {
    fn from_meta(item: &Meta) -> darling::Result<Self> {
        match item {
            Meta::List(list) => syn::parse2(list.tokens.clone()).map_err(Error::from),
            other => Err(Error::custom(FORM).with_span(other)),
        }
    }
}

const FORM: &str =
    "write `follow(name: KeyType = expression)`, with `read`, `existing`, `new` or `or = …` behind a comma";

impl Parse for FollowOption {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let start = input.span();
        // Where the tokens end too early there is none to point at, and the caret would stand under the derive.
        let explain = |error: syn::Error| {
            let span = if input.is_empty() { start } else { error.span() };
            syn::Error::new(span, format!("{error}: {FORM}"))
        };
        let ident = input.parse().map_err(explain)?;
        input.parse::<Token![:]>().map_err(explain)?;
        let ty = input.parse().map_err(explain)?;
        input.parse::<Token![=]>().map_err(explain)?;
        let expr = input.parse().map_err(explain)?;
        let mut opening = Vec::new();
        while !input.is_empty() {
            input.parse::<Token![,]>().map_err(explain)?;
            if !input.is_empty() {
                opening.push(input.parse()?);
            }
        }
        Ok(Self { ident, ty, expr, opening })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_book_lists_every_option() {
        let page = include_str!("../../../book/src/reference/command.md");
        options::in_the_book::<Opening>(page, "On a field");
        options::in_the_book::<Options>(page, "On the struct");
    }
}
