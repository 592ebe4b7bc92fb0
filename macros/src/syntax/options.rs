//! Options in attributes: darling reads the values, and the messages are ours.

use std::collections::HashSet;

use darling::{Error, FromMeta, ast::NestedMeta};
use quote::ToTokens;
use syn::{Attribute, Expr, ExprPath, Ident, Lit, LitStr, Meta};

use crate::diag::{self, Diagnostics};

/// What one kind of attribute accepts.
pub(crate) trait Options: FromMeta + Default {
    /// Each option by its name, and how it is written.
    const KNOWN: &'static [(&'static str, &'static str)];
    /// The one that may stand more than once. It brings its own messages.
    const MANY: &'static str = "";
}

/// The options of all `attrs`, which count as one.
pub(crate) fn parse<'a, T: Options>(attrs: impl IntoIterator<Item = &'a Attribute>, diag: &mut Diagnostics) -> T {
    let mut items = Vec::new();
    for attr in attrs {
        match &attr.meta {
            Meta::Path(_) => {}
            Meta::List(list) => {
                items.extend(diag.take(NestedMeta::parse_meta_list(list.tokens.clone())).unwrap_or_default());
            }
            Meta::NameValue(pair) => {
                let name = attr.path().segments.last().map(|segment| segment.ident.to_string()).unwrap_or_default();
                diag.error(&pair.value, format!("its options stand in parentheses: `#[{name}(…)]`"));
            }
        }
    }
    read(&items, diag)
}

/// The options that `items` spell. What is wrong with one of them is noted, and the others count all the same.
pub(crate) fn read<T: Options>(items: &[NestedMeta], diag: &mut Diagnostics) -> T {
    let mut seen = HashSet::new();
    let mut sound = Vec::new();
    for item in items {
        let Some((at, name)) = name(item) else {
            diag.error(item, format!("this is no option; these are: {}", forms::<T>()));
            continue;
        };
        let Some((_, form)) = T::KNOWN.iter().find(|(known, _)| *known == name) else {
            diag.error(at, unknown::<T>(&name));
            continue;
        };
        if name != T::MANY && !seen.insert(name.clone()) {
            diag.error(at, format!("`{name}` stands twice: say it once"));
            continue;
        }
        match T::from_list(std::slice::from_ref(item)) {
            Ok(_) => sound.push(item.clone()),
            Err(error) if name == T::MANY => diag.darling(error),
            Err(_) => diag.error(item, format!("this option is written `{form}`")),
        }
    }
    T::from_list(&sound).unwrap_or_default()
}

fn name(item: &NestedMeta) -> Option<(&syn::Path, String)> {
    let path = match item {
        NestedMeta::Meta(meta) => meta.path(),
        NestedMeta::NameValueInvalidExpr(pair) => &pair.path,
        NestedMeta::Lit(_) => return None,
    };
    Some((path, path.to_token_stream().to_string()))
}

fn unknown<T: Options>(name: &str) -> String {
    match diag::nearest(name, T::KNOWN.iter().map(|(known, _)| *known)) {
        Some(known) => format!("`{name}` is no option here: did you mean `{known}`?"),
        None => format!("`{name}` is no option here; these are: {}", forms::<T>()),
    }
}

fn forms<T: Options>() -> String {
    T::KNOWN.iter().map(|(_, form)| format!("`{form}`")).collect::<Vec<_>>().join(", ")
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
        .ok_or_else(|| Error::unexpected_expr_type(expr))
    }
}

/// Texts in parentheses: `was("account.paid_in", "account.credited")`.
#[derive(Debug, Clone, Default)]
pub(crate) struct Texts(pub(crate) Vec<LitStr>);

impl FromMeta for Texts {
    fn from_list(items: &[NestedMeta]) -> darling::Result<Self> {
        let texts = items.iter().map(|item| match item {
            NestedMeta::Lit(Lit::Str(text)) => Ok(text.clone()),
            other => Err(Error::unsupported_format("other than a text").with_span(other)),
        });
        texts.collect::<darling::Result<Vec<_>>>().map(Self)
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

/// That the book's table in this section of a page lists exactly the options that there are, each as it is written.
#[cfg(test)]
pub(crate) fn in_the_book<T: Options>(page: &str, section: &str) {
    let rows = page.split(&format!("## {section}\n")).nth(1).and_then(|rest| rest.split("\n## ").next());
    let table = rows.and_then(|rest| rest.split("| option | means |").nth(1)).unwrap_or_default();
    let rows = table.split("\n\n").next().unwrap_or_default().lines();
    let shown: Vec<&str> = rows.filter_map(|row| row.strip_prefix("| `")?.split("` |").next()).collect();
    let known: Vec<&str> = T::KNOWN.iter().map(|(_, form)| *form).collect();
    assert_eq!(shown, known, "the table under \"{section}\"");
}
