//! Where the output finds Foldline: the one place that spells its paths.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::ext::IdentExt;

/// The path to the `foldline` crate: `::foldline`, or what `crate = …` says.
#[derive(Debug, Clone)]
pub(crate) struct Paths(syn::Path);

impl Paths {
    pub(crate) fn new(krate: Option<&syn::Path>) -> Self {
        Self(krate.cloned().unwrap_or_else(|| syn::parse_quote!(::foldline)))
    }

    /// Whether an attribute is the one that Foldline calls `name`: bare, or behind the name of the crate.
    pub(crate) fn is_mark(&self, path: &syn::Path, name: &str) -> bool {
        let words = |path: &syn::Path| -> Vec<String> {
            path.segments.iter().map(|segment| segment.ident.unraw().to_string()).collect()
        };
        let path_words = words(path);
        let Some((last, root)) = path_words.split_last() else { return false };
        let known = path.is_ident(name) || root == ["foldline"] || (!root.is_empty() && root == words(&self.0));
        known && last == name
    }

    /// A public item of the crate.
    pub(crate) fn item(&self, name: &str) -> TokenStream {
        let (root, name) = (&self.0, syn::Ident::new(name, Span::call_site()));
        quote!(#root::#name)
    }

    /// The same with every token at `span`: the compiler shows a path whose tokens lie apart at none of their places.
    pub(crate) fn item_at(&self, name: &str, span: Span) -> TokenStream {
        spanned(self.item(name), span)
    }

    /// What only generated code uses, at a place of the user's.
    pub(crate) fn private_at(&self, name: &str, span: Span) -> TokenStream {
        let (private, name) = (self.private(), syn::Ident::new(name, span));
        spanned(quote!(#private::#name), span)
    }

    /// What only generated code uses.
    pub(crate) fn private(&self) -> TokenStream {
        let root = &self.0;
        quote!(#root::__private)
    }

    /// The path of the serde that Foldline itself uses, as serde's attributes want it: a text.
    pub(crate) fn serde(&self) -> String {
        format!("{}::serde", self.private()).replace(' ', "")
    }
}

fn spanned(tokens: TokenStream, span: Span) -> TokenStream {
    let tokens = tokens.into_iter().map(|mut token| {
        token.set_span(span);
        token
    });
    tokens.collect()
}
