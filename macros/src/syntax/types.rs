//! Questions to types.

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Generics, Ident, Type};

/// What stands behind the references around a type, and how many those are.
pub(crate) fn peel_references(mut ty: &Type) -> (usize, &Type) {
    let mut depth = 0;
    loop {
        match ty {
            Type::Reference(reference) => (depth, ty) = (depth + 1, &reference.elem),
            // A type that a `macro_rules!` passed on comes in an invisible group.
            Type::Group(group) => ty = &group.elem,
            Type::Paren(paren) => ty = &paren.elem,
            _ => return (depth, ty),
        }
    }
}

/// The type, with the lifetimes that `generics` declares as `'static`.
pub(crate) fn unborrowed(ty: &Type, generics: &Generics) -> Type {
    let declared: Vec<&Ident> = generics.lifetimes().map(|param| &param.lifetime.ident).collect();
    if declared.is_empty() {
        return ty.clone();
    }
    syn::parse2(with_static(ty.to_token_stream(), &declared)).unwrap_or_else(|_| ty.clone())
}

fn with_static(tokens: TokenStream, lifetimes: &[&Ident]) -> TokenStream {
    let mut quoted = false;
    let tokens = tokens.into_iter().map(|token| match token {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), with_static(group.stream(), lifetimes));
            inner.set_span(group.span());
            quoted = false;
            inner.into()
        }
        TokenTree::Ident(ident) if quoted && lifetimes.contains(&&ident) => {
            quoted = false;
            Ident::new("static", ident.span()).into()
        }
        token => {
            quoted = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
            token
        }
    });
    tokens.collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    #[test]
    fn only_declared_lifetimes_become_static() {
        let item: syn::ItemStruct = parse_quote!(
            struct Command<'a, 'b>;
        );
        let ty: Type = parse_quote!(BTreeMap<Id<'a>, [(&'b str, for<'c> fn(&'c a)); 2]>);
        let expected: Type = parse_quote!(BTreeMap<Id<'static>, [(&'static str, for<'c> fn(&'c a)); 2]>);
        assert_eq!(unborrowed(&ty, &item.generics), expected);
    }
}
