//! The code that stores and reads facts.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::{Ident, LitStr, ext::IdentExt};

use super::{
    check::shared_names,
    model::{Fact, Facts, path_of, type_text},
    stored::Stored,
};
use crate::{paths::Paths, syntax::attributes};

/// ```ignore
/// const _: () = {
///     use foldline::__private::Unstorable as _;
///     type __Field0 = Money;
///
///     // How the facts are stored: serde's own code, on a hidden twin of the enum, so that the enum itself has no public
///     // `Serialize` that would store a fact in another form. That its fields can be stored is assumed here.
///     #[derive(Serialize, Deserialize)]
///     #[serde(remote = "AccountEvent", bound(serialize = "for<'x> <__Field0 as Assumed<'x>>::Type: Serialize", …))]
///     enum __Payload { #[serde(rename = "account.deposited")] Deposited { amount: Money } }
///
///     const __TYPES: &[EventType] = &[EventType::new("account.deposited").fields(…).docs(…)];
///
///     impl Event for AccountEvent {
///         const TYPES: &'static [EventType] = __TYPES;
///         fn name(&self) -> &'static str { match *self { Self::Deposited { .. } => "account.deposited" } }
///         fn encode(…) { __Payload::serialize(self, …) }
///         fn decode(…) { __Payload::deserialize(…) }
///     }
///
///     // … and demanded here, at the field's type.
///     storable::<Money>();
///
///     // Only for a fact with a `#[cfg]`: no other in this build has its name.
///     told_apart("Deposited", __TYPES);
/// };
/// ```
pub(crate) fn emit(facts: &Facts, paths: &Paths) -> TokenStream {
    let private = paths.private();
    let event_type = paths.item("EventType");
    let stored = Stored::of(facts);
    let (aliases, demands) = (stored.aliases(), stored.demands(paths));
    let twin = twin(facts, &stored, paths);
    let entries = facts.list.iter().map(|fact| entry(fact, paths));
    let (event, told_apart) = (event(facts, paths), told_apart(facts, paths));
    quote! {
        #[allow(unreachable_patterns)]
        const _: () = {
            #[allow(unused_imports)]
            use #private::Unstorable as _;
            #aliases
            #twin
            const __TYPES: &[#event_type] = &[#(#entries),*];
            #event
            #demands
            #told_apart
        };
    }
}

/// That no other fact has a stored name of one that not every build has, at its name. What every build has is reported.
fn told_apart(facts: &Facts, paths: &Paths) -> TokenStream {
    if !shared_names(facts).is_empty() {
        return TokenStream::new();
    }
    let depending = facts.list.iter().filter(|fact| !fact.conditions.is_empty());
    let calls = depending.map(|Fact { name, conditions, variant, .. }| {
        let (told_apart, variant) = (paths.private_at("told_apart", name.span()), variant.unraw().to_string());
        let check = quote_spanned!(name.span()=> #told_apart(#variant, __TYPES));
        quote!(#(#conditions)* #check;)
    });
    calls.collect()
}

/// How the enum is stored.
fn twin(facts: &Facts, stored: &Stored<'_>, paths: &Paths) -> TokenStream {
    let (payload, private) = (payload(facts), paths.private());
    if !facts.sound {
        return quote! { enum #payload {} };
    }
    let (remote, serde, bounds) = (facts.ident.to_string(), paths.serde(), stored.bounds(paths));
    let variants = facts.list.iter().map(variant);
    quote! {
        #[derive(#private::serde::Serialize, #private::serde::Deserialize)]
        #[serde(remote = #remote, crate = #serde #bounds)]
        enum #payload { #(#variants,)* }
    }
}

fn payload(facts: &Facts) -> Ident {
    path_of("__Payload", &facts.ident)
}

fn event(facts: &Facts, paths: &Paths) -> TokenStream {
    let (ident, payload, private) = (&facts.ident, payload(facts), paths.private());
    let (event, event_type) = (paths.item("Event"), paths.item("EventType"));
    let (decode_error, encode_error) = (paths.item("DecodeError"), paths.item("EncodeError"));
    let names = facts.list.iter().map(|Fact { variant, name, conditions, .. }| {
        quote! { #(#conditions)* Self::#variant { .. } => #name }
    });
    // Only a version that differs from the first is worth a second match.
    let versions = facts.list.iter().filter(|fact| fact.version != 1).map(|fact| {
        let Fact { variant, version, conditions, .. } = fact;
        quote! { #(#conditions)* Self::#variant { .. } => #version }
    });
    quote! {
        #[automatically_derived]
        impl #event for #ident {
            const TYPES: &'static [#event_type] = __TYPES;

            fn name(&self) -> &'static ::core::primitive::str {
                // Not of the reference: that has a value even where the build leaves no variant.
                match *self { #(#names,)* }
            }

            fn schema_version(&self) -> ::core::primitive::u32 {
                #[allow(clippy::match_same_arms)]
                match self { #(#versions,)* _ => 1 }
            }

            fn encode(
                &self,
                payload: &mut ::std::vec::Vec<::core::primitive::u8>,
            ) -> ::core::result::Result<(), #encode_error> {
                #private::encoded(#payload::serialize(self, #private::PayloadSerializer::new(payload)))
            }

            fn decode(
                name: &::core::primitive::str,
                version: ::core::primitive::u32,
                payload: &[::core::primitive::u8],
            ) -> ::core::result::Result<Self, #decode_error> {
                let known = #private::known(__TYPES, name, version)?;
                #private::decoded(#payload::deserialize(#private::PayloadDeserializer::new(known.name, payload)))
            }
        }
    }
}

/// The variant of the hidden twin. It always has braces: a fact without fields is stored as `{}`, so that fields can be
/// added later.
fn variant(fact: &Fact) -> TokenStream {
    let Fact { variant, name, conditions, .. } = fact;
    let fields = fact.fields.iter().map(|field| {
        let (ident, ty, serde) = (&field.ident, &field.ty, &field.serde);
        quote! { #(#serde)* #ident: #ty }
    });
    quote! { #(#conditions)* #[serde(rename = #name)] #variant { #(#fields),* } }
}

/// The fact in the catalogue.
fn entry(fact: &Fact, paths: &Paths) -> TokenStream {
    let (event_type, event_field) = (paths.item("EventType"), paths.item("EventField"));
    let Fact { name, was, version, conditions, .. } = fact;
    let variant = LitStr::new(&fact.variant.unraw().to_string(), fact.variant.span());
    let mut entry = quote!(#event_type::new(#name).variant(#variant));
    if !was.is_empty() {
        entry.extend(quote!(.was(&[#(#was),*])));
    }
    if *version != 1 {
        entry.extend(quote!(.version(#version)));
    }
    if !fact.fields.is_empty() {
        let fields = fact.fields.iter().map(|field| {
            let name = LitStr::new(&field.ident.unraw().to_string(), field.ident.span());
            let ty = type_text(&field.ty);
            quote!(#event_field::new(#name, #ty))
        });
        entry.extend(quote!(.fields(&[#(#fields),*])));
    }
    let docs = attributes::doc_text(&fact.docs);
    if !docs.is_empty() {
        entry.extend(quote!(.docs(#docs)));
    }
    quote!(#(#conditions)* #entry)
}
