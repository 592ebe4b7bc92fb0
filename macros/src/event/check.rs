//! What must hold across facts.

use std::collections::HashMap;

use proc_macro2::{Ident, TokenTree};
use syn::{LitStr, Meta, Type};

use super::{
    field_names,
    model::{Facts, Field},
};
use crate::{diag::Diagnostics, syntax::types::peel_references};

/// What a database keeps in four bytes.
const LAST_VERSION: u32 = i32::MAX as u32;

/// Names must tell facts apart, the past ones included, and versions count from 1.
pub(crate) fn check(facts: &Facts, diag: &mut Diagnostics) {
    for (name, other) in shared_names(facts) {
        let message = format!(
            "`{other}` is stored as \"{}\" already: give one of the two another name with `#[event(name = \"…\")]`",
            name.value()
        );
        diag.error(name, message);
    }
    for fact in &facts.list {
        for name in fact.names() {
            if name.value().is_empty() || name.value().contains('\0') {
                diag.error(name, "a stored name is some text: `name = \"account.opened\"`");
            }
        }
        if fact.version == 0 {
            let message = "schema versions count from 1: leave `version` out, or say 2 or more once the fields change";
            diag.push(syn::Error::new(fact.version_span, message));
        }
        if fact.version > LAST_VERSION {
            diag.push(syn::Error::new(fact.version_span, format!("schema versions end at {LAST_VERSION}")));
        }
        fact.fields.iter().for_each(|field| check_stored(field, diag));
        field_names::check(fact, diag);
    }
}

/// The stored names of facts that another fact has already, each with that fact.
///
/// Which of those under a `#[cfg]` there are is not known yet: of them the compiler is asked, see `told_apart`.
pub(super) fn shared_names(facts: &Facts) -> Vec<(&LitStr, &Ident)> {
    let mut taken: HashMap<String, &Ident> = HashMap::new();
    let always = facts.list.iter().filter(|fact| fact.conditions.is_empty());
    let names = always.flat_map(|fact| fact.names().map(move |name| (name, &fact.variant)));
    names.filter_map(|(name, variant)| Some((name, taken.insert(name.value(), variant)?))).collect()
}

/// What is folded now has to be what is read later: a field that is left out when written has to have another way back.
fn check_stored(field: &Field, diag: &mut Diagnostics) {
    let words: Vec<Ident> = field.serde.iter().flat_map(words).collect();
    let find = |wanted: &str| words.iter().find(|word| *word == wanted);
    if let Some(word) = find("skip").or_else(|| find("skip_serializing")).or_else(|| find("skip_deserializing")) {
        diag.error(word, "what is not stored is not part of the event: leave the field out");
    }
    // With code of the user's that reads it, serde asks for an `Option` as well.
    let read_by_itself = find("with").or_else(|| find("deserialize_with")).is_none();
    let missed = find("default").is_none() && !(is_option(&field.ty) && read_by_itself);
    if let Some(word) = find("skip_serializing_if").filter(|_| missed) {
        diag.error(word, "what is left out cannot be read back: add `default`, and leave out nothing but the default");
    }
}

fn words(attr: &syn::Attribute) -> Vec<Ident> {
    let Meta::List(list) = &attr.meta else { return Vec::new() };
    let words = list.tokens.clone().into_iter().filter_map(|token| match token {
        TokenTree::Ident(word) => Some(word),
        _ => None,
    });
    words.collect()
}

/// Serde reads a missing one as `None`, where it reads it by itself.
fn is_option(ty: &Type) -> bool {
    let (_, Type::Path(path)) = peel_references(ty) else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Option")
}
