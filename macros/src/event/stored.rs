//! Which field types serde stores, and how a type that it cannot store gets one error, at the user's token.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};
use syn::{Attribute, Ident, Type};

use super::model::{Fact, Facts};
use crate::paths::Paths;

/// Words of `#[serde(…)]` by which a field is stored in another way than its type's own.
const OTHERWISE: [&str; 7] =
    ["with", "serialize_with", "deserialize_with", "skip", "skip_serializing", "skip_deserializing", "bound"];

/// The field types that are stored in their own way.
pub(super) struct Stored<'a> {
    /// Each once, of facts that are always there: a bound is a text, and knows no `#[cfg]`.
    assumed: Vec<(Ident, &'a Type)>,
    demanded: Vec<(&'a Fact, &'a Type)>,
}

impl<'a> Stored<'a> {
    pub(super) fn of(facts: &'a Facts) -> Self {
        let mut stored = Self { assumed: Vec::new(), demanded: Vec::new() };
        for fact in &facts.list {
            for field in fact.fields.iter().filter(|field| !field.serde.iter().any(stores_otherwise)) {
                if stored.demanded.iter().any(|(other, ty)| **ty == field.ty && other.conditions == fact.conditions) {
                    continue;
                }
                stored.demanded.push((fact, &field.ty));
                if fact.conditions.is_empty() {
                    // A text cannot hold every type: `$crate::Money` from a `macro_rules!` would not read back.
                    let alias = format_ident!("__Field{}", stored.assumed.len());
                    stored.assumed.push((alias, &field.ty));
                }
            }
        }
        stored
    }

    pub(super) fn aliases(&self) -> TokenStream {
        self.assumed.iter().map(|(alias, ty)| quote!(type #alias = #ty;)).collect()
    }

    /// What serde's code assumes of the types.
    pub(super) fn bounds(&self, paths: &Paths) -> Option<TokenStream> {
        let private = paths.private().to_string().replace(' ', "");
        let bound = |what: &str| {
            let one = |alias: &Ident| {
                format!("for<'__x> <{alias} as {private}::Assumed<'__x>>::Type: {private}::serde::{what}")
            };
            self.assumed.iter().map(|(alias, _)| one(alias)).collect::<Vec<_>>().join(", ")
        };
        let (serialize, deserialize) = (bound("Serialize"), bound("Deserialize<'de>"));
        (!self.assumed.is_empty()).then(|| quote!(, bound(serialize = #serialize, deserialize = #deserialize)))
    }

    /// What is demanded of them, each at its own token.
    pub(super) fn demands(&self, paths: &Paths) -> TokenStream {
        let private = paths.private();
        let demand = |(fact, ty): &(&Fact, &Type)| {
            let conditions = &fact.conditions;
            quote!(#(#conditions)* #private::storable::<#ty>();)
        };
        self.demanded.iter().map(demand).collect()
    }
}

fn stores_otherwise(attr: &Attribute) -> bool {
    let syn::Meta::List(list) = &attr.meta else { return false };
    list.tokens.to_token_stream().into_iter().any(|token| match token {
        TokenTree::Ident(word) => OTHERWISE.iter().any(|otherwise| word == otherwise),
        _ => false,
    })
}
