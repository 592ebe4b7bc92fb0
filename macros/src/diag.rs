//! Every error of one macro call, reported together.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far. A macro goes on after each, so that its user sees all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<syn::Error>);

impl Diagnostics {
    /// Notes a mistake at the user's tokens: what is wrong, and what to write instead.
    pub(crate) fn error(&mut self, at: impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(at, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// Takes the value of a fallible step, or notes its mistakes.
    pub(crate) fn take<T>(&mut self, result: darling::Result<T>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.0.extend(error.flatten().into_iter().map(syn::Error::from));
                None
            }
        }
    }

    /// The same for a step that parses.
    pub(crate) fn take_parsed<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// The compiler errors to put beside the output.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.into_iter().map(syn::Error::into_compile_error).collect()
    }
}
