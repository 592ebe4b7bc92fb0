//! From attributes to code, the same way for every macro: read, check, emit. On a mistake the messages stand beside the
//! code all the same, as far as it could be written, so that one mistake gives one error and not a row of its consequences.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{DeriveInput, Item};

use crate::{command, diag::Diagnostics, event, projection, stream};

/// `#[stream(…)]` on an impl block.
pub(crate) fn attribute_stream(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let code = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => {
            let plain = block.clone();
            match stream::Model::read(arguments, block, &mut diag) {
                Some(mut model) => {
                    stream::check(&mut model, &mut diag);
                    stream::emit(&model)
                }
                None => without_marks(plain, "event"),
            }
        }
        Ok(other) => {
            let message = "`#[stream(key = …)]` belongs on an impl block of the state: `impl Account { #[event] fn opened(…) … }`";
            diag.error(first_token(&other), message);
            other.into_token_stream()
        }
        Err(error) => {
            diag.push(error);
            item
        }
    };
    beside(code, diag)
}

/// `#[projection(…)]` on an impl block.
pub(crate) fn attribute_projection(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let code = match syn::parse2::<Item>(item.clone()) {
        Ok(Item::Impl(block)) => {
            let plain = block.clone();
            match projection::Model::read(arguments, block, &mut diag) {
                Some(mut model) => {
                    projection::check(&mut model, &mut diag);
                    projection::emit(&model)
                }
                None => without_marks(plain, "on"),
            }
        }
        Ok(other) => {
            let message =
                "`#[projection]` belongs on an impl block of the read model: `impl Holdings { #[on(…)] fn … }`";
            diag.error(first_token(&other), message);
            other.into_token_stream()
        }
        Err(error) => {
            diag.push(error);
            item
        }
    };
    beside(code, diag)
}

/// `#[derive(Event)]`.
pub(crate) fn derive_event(input: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let Some(input) = diag.take(syn::parse2::<DeriveInput>(input)) else { return diag.into_tokens() };
    let (facts, paths) = event::from_enum(&input, &mut diag);
    event::check(&facts, &mut diag);
    let code = if matches!(input.data, syn::Data::Enum(_)) && input.generics.params.is_empty() {
        event::emit(&facts, &paths)
    } else {
        TokenStream::new()
    };
    beside(code, diag)
}

/// `#[derive(Command)]`.
pub(crate) fn derive_command(input: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let Some(input) = diag.take(syn::parse2::<DeriveInput>(input)) else { return diag.into_tokens() };
    let model = command::Model::read(input, &mut diag);
    command::check(&model, &mut diag);
    beside(command::emit(&model), diag)
}

/// `#[event]` or `#[on]` where no macro took it.
pub(crate) fn stray(name: &str, block: &str, item: TokenStream) -> TokenStream {
    let mut diag = Diagnostics::default();
    let message = format!("`#[{name}]` belongs on a method inside of a `#[{block}]` impl block");
    diag.push(syn::Error::new(proc_macro2::Span::call_site(), message));
    beside(item, diag)
}

fn beside(mut code: TokenStream, diag: Diagnostics) -> TokenStream {
    code.extend(diag.into_tokens());
    code
}

/// The block as plain code: a mark that stayed would be a second error for the same mistake.
fn without_marks(mut block: syn::ItemImpl, mark: &str) -> TokenStream {
    for item in &mut block.items {
        if let syn::ImplItem::Fn(method) = item {
            // Where Foldline is found was not read, or could not be: what is called so is taken for ours.
            method.attrs.retain(|attr| attr.path().segments.last().is_none_or(|last| last.ident != mark));
        }
    }
    block.into_token_stream()
}

/// The keyword, so that the caret stands under one word and not under a whole item.
fn first_token(item: &Item) -> TokenStream {
    let mut plain = item
        .to_token_stream()
        .into_iter()
        .skip_while(|token| matches!(token, proc_macro2::TokenTree::Punct(_) | proc_macro2::TokenTree::Group(_)));
    plain.next().map(TokenStream::from).unwrap_or_default()
}

#[cfg(test)]
mod expansions;
