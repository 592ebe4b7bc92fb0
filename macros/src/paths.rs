//! Where the output finds Foldline: the one place that spells its paths.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

/// The path to the `foldline` crate: `::foldline`, or what `crate = …` says.
#[derive(Debug, Clone)]
pub(crate) struct Paths(TokenStream);

impl Paths {
    pub(crate) fn new(krate: Option<&syn::Path>) -> Self {
        Self(krate.map_or_else(|| quote!(::foldline), ToTokens::to_token_stream))
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
