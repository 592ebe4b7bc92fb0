//! What the fields of a fact are called in the log.

use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaList, Token, ext::IdentExt, punctuated::Punctuated};

use super::model::{Fact, Field};
use crate::diag::Diagnostics;

/// A name that is written and not read, or that two fields have, is nothing to serde, and shows when the event is read.
pub(super) fn check(fact: &Fact, diag: &mut Diagnostics) {
    let mut before: Vec<Names<'_>> = Vec::new();
    for names in fact.fields.iter().filter_map(Names::of) {
        names.check(diag);
        if let Some((other, name)) = before.iter().find_map(|other| Some((other, names.shared_with(other)?))) {
            let message = format!(
                "`{}` has the stored name \"{}\" already: give one of the two fields another",
                other.field.ident,
                name.value()
            );
            diag.error(name, message);
        }
        before.push(names);
    }
}

/// The names of one field, each at its place.
struct Names<'a> {
    field: &'a Field,
    written: LitStr,
    read: Vec<LitStr>,
    /// `rename(…)`, by which the one may differ from the others.
    divided: Option<MetaList>,
}

impl<'a> Names<'a> {
    /// By `rename` and `alias`, as serde counts them. What is flattened has none.
    fn of(field: &'a Field) -> Option<Self> {
        let own = LitStr::new(&field.ident.unraw().to_string(), field.ident.span());
        let (mut written, mut read, mut aliases, mut divided) = (None, Vec::new(), Vec::new(), None);
        for option in field.serde.iter().flat_map(options) {
            match option {
                Meta::Path(path) if path.is_ident("flatten") => return None,
                Meta::NameValue(pair) if pair.path.is_ident("alias") => aliases.extend(text(&pair.value)),
                Meta::NameValue(pair) if pair.path.is_ident("rename") => {
                    written = text(&pair.value);
                    read.extend(written.clone());
                }
                Meta::List(list) if list.path.is_ident("rename") => {
                    for part in parts(&list) {
                        match part {
                            Meta::NameValue(pair) if pair.path.is_ident("serialize") => written = text(&pair.value),
                            Meta::NameValue(pair) if pair.path.is_ident("deserialize") => {
                                read.extend(text(&pair.value));
                            }
                            _ => {}
                        }
                    }
                    divided = Some(list);
                }
                _ => {}
            }
        }
        if read.is_empty() {
            read.push(own.clone());
        }
        read.extend(aliases);
        Some(Self { field, written: written.unwrap_or(own), read, divided })
    }

    /// What is written has to be found again.
    fn check(&self, diag: &mut Diagnostics) {
        let (Some(list), Some(first)) = (&self.divided, self.read.first()) else { return };
        if !self.reads(&self.written) {
            let written = self.written.value();
            let message = format!(
                "this is written as \"{written}\" and read as \"{}\": say one name, `rename = \"{written}\"`, and those that it had before as `alias = \"…\"`",
                first.value()
            );
            diag.error(list, message);
        }
    }

    fn reads(&self, name: &LitStr) -> bool {
        self.read.iter().any(|read| read.value() == name.value())
    }

    /// A name that is written for one of the two, and read for the other as well.
    fn shared_with(&self, other: &Self) -> Option<&LitStr> {
        // Of two fields with one name the compiler speaks itself, or the check of a method's arguments.
        if self.field.ident.unraw() == other.field.ident.unraw() {
            return None;
        }
        if other.reads(&self.written) {
            return Some(&self.written);
        }
        self.read.iter().find(|read| read.value() == other.written.value())
    }
}

fn options(attr: &Attribute) -> Vec<Meta> {
    match &attr.meta {
        Meta::List(list) => parts(list),
        _ => Vec::new(),
    }
}

/// What cannot be read here, serde cannot read either, and says so.
fn parts(list: &MetaList) -> Vec<Meta> {
    let parsed = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
    parsed.into_iter().flatten().collect()
}

/// A text, perhaps one that a `macro_rules!` passed on.
fn text(value: &Expr) -> Option<LitStr> {
    match value {
        Expr::Group(group) => text(&group.expr),
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.clone()),
        _ => None,
    }
}
