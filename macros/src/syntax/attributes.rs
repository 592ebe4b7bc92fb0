//! Picking attributes apart.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

use crate::paths::Paths;

/// Takes the attributes called `name` out.
pub(crate) fn extract(attrs: &mut Vec<Attribute>, name: &str) -> Vec<Attribute> {
    attrs.extract_if(.., |attr| attr.path().is_ident(name)).collect()
}

/// Takes Foldline's own attributes called `name` out.
pub(crate) fn extract_marks(attrs: &mut Vec<Attribute>, name: &str, paths: &Paths) -> Vec<Attribute> {
    attrs.extract_if(.., |attr| paths.is_mark(attr.path(), name)).collect()
}

/// The attributes that decide whether something exists: those that go along to what is generated from it.
pub(crate) fn conditions(attrs: &[Attribute]) -> Vec<Attribute> {
    named(attrs, &["cfg"])
}

/// The doc comments.
pub(crate) fn docs(attrs: &[Attribute]) -> Vec<Attribute> {
    named(attrs, &["doc"])
}

/// The attributes with one of these names.
pub(crate) fn named(attrs: &[Attribute], names: &[&str]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| names.iter().any(|name| attr.path().is_ident(name))).cloned().collect()
}

/// The text of the doc comments.
pub(crate) fn doc_text(attrs: &[Attribute]) -> String {
    let lines: Vec<String> = attrs
        .iter()
        .filter_map(|attr| match &attr.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    lines.join("\n").trim().to_owned()
}
