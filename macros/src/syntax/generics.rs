//! Which of a type's generics a part of it needs.

use std::collections::HashSet;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Generics, Type};

/// The generics that `types` mention, with their bounds, and with those that these mention in turn.
pub(crate) fn needed_by<'a>(types: impl Iterator<Item = &'a Type>, generics: &Generics) -> Generics {
    let mut mentioned = HashSet::new();
    types.for_each(|ty| collect(ty.to_token_stream(), &mut mentioned));
    // A bound of a parameter that is needed may mention one that is not, yet.
    loop {
        let before = mentioned.len();
        for param in &generics.params {
            if mentioned.contains(&name(param)) {
                collect(param.to_token_stream(), &mut mentioned);
            }
        }
        if mentioned.len() == before {
            break;
        }
    }
    let known: HashSet<String> = generics.params.iter().map(name).collect();
    let mut needed = generics.clone();
    needed.params = generics.params.iter().filter(|param| mentioned.contains(&name(param))).cloned().collect();
    if let Some(clause) = &mut needed.where_clause {
        let kept = clause.predicates.iter().filter(|predicate| {
            let mut used = HashSet::new();
            collect(predicate.to_token_stream(), &mut used);
            used.iter().filter(|used| known.contains(*used)).all(|used| mentioned.contains(used))
                && used.iter().any(|used| known.contains(used))
        });
        clause.predicates = kept.cloned().collect();
    }
    if needed.params.is_empty() {
        needed = Generics::default();
    }
    needed
}

fn name(param: &GenericParam) -> String {
    match param {
        GenericParam::Lifetime(param) => param.lifetime.to_string(),
        GenericParam::Type(param) => param.ident.to_string(),
        GenericParam::Const(param) => param.ident.to_string(),
    }
}

/// Every identifier and lifetime in the tokens. A field or path segment of a parameter's name counts too: the worst that
/// this does is to keep a parameter that is not needed.
fn collect(tokens: TokenStream, names: &mut HashSet<String>) {
    let mut lifetime = false;
    for token in tokens {
        match token {
            TokenTree::Group(group) => collect(group.stream(), names),
            TokenTree::Ident(ident) => {
                names.insert(if lifetime { format!("'{ident}") } else { ident.to_string() });
                lifetime = false;
            }
            TokenTree::Punct(punct) => lifetime = punct.as_char() == '\'',
            TokenTree::Literal(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn keeps_what_is_mentioned_and_what_that_mentions() {
        let generics: Generics = {
            let item: syn::ItemStruct = parse_quote! {
                struct Command<'a, K: Into<L>, L, M, const N: usize> where K: Clone, M: Clone, L: From<M> {
                    keys: [K; N],
                }
            };
            item.generics
        };
        let keys: Type = parse_quote!([K; N]);
        let needed = needed_by([&keys].into_iter(), &generics);
        assert_eq!(needed.params.to_token_stream().to_string(), "K : Into < L > , L , const N : usize");
        assert_eq!(needed.where_clause.to_token_stream().to_string(), "where K : Clone");
    }
}
