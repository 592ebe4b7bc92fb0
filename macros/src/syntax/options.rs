//! Options in attributes, in the forms that darling does not read by itself.

use darling::{Error, FromMeta, ast::NestedMeta};
use syn::{Attribute, Expr, ExprLit, ExprPath, Ident, Lit, LitStr, Meta};

/// The options of `#[name]` or `#[name(…)]`.
pub(crate) fn parse<T: FromMeta>(attr: &Attribute) -> darling::Result<T> {
    match &attr.meta {
        Meta::Path(_) => T::from_list(&[]),
        Meta::List(list) => T::from_list(&NestedMeta::parse_meta_list(list.tokens.clone())?),
        Meta::NameValue(pair) => {
            let name = attr.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
            Err(Error::custom(format!("its options stand in parentheses: `#[{name}(…)]`")).with_span(&pair.value))
        }
    }
}

/// A name, written bare: `events = Happenings`.
#[derive(Debug, Clone)]
pub(crate) struct Name(pub(crate) Ident);

impl FromMeta for Name {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Path(ExprPath { path, qself: None, .. }) => path.get_ident().cloned().map(Self),
            Expr::Group(group) => return Self::from_expr(&group.expr),
            _ => None,
        }
        .ok_or_else(|| Error::custom("this is a name, written bare: `events = Happenings`").with_span(expr))
    }
}

/// Texts in parentheses: `was("account.paid_in", "account.credited")`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts(pub(crate) Vec<LitStr>);

impl FromMeta for Texts {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let texts = items.iter().map(|item| match item {
            NestedMeta::Lit(Lit::Str(text)) => Ok(text.clone()),
            other => Err(Error::custom("names stand in quotes here: `was(\"account.paid_in\")`").with_span(other)),
        });
        texts.collect::<darling::Result<Vec<_>>>().map(Self)
    }

    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        match expr {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => {
                Err(Error::custom(format!("write `was(\"{}\")`", text.value())).with_span(expr))
            }
            _ => Err(Error::custom("write `was(\"…\", …)`").with_span(expr)),
        }
    }
}

/// Any expression, as it stands.
#[derive(Debug, Clone)]
pub(crate) struct Expression(pub(crate) Expr);

impl FromMeta for Expression {
    fn from_expr(expr: &Expr) -> darling::Result<Self> {
        Ok(Self(expr.clone()))
    }
}
