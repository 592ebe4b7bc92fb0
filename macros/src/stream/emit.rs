//! The code that `#[stream]` writes.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, FnArg, Path};

use super::{Model, model::Fold};
use crate::{
    event::{self, Fact},
    syntax::attributes,
};

/// ```ignore
/// impl Account { … }                                  // the block, as it was
/// pub enum AccountEvent { Deposited { amount: Money } }
/// pub trait AccountFacts { fn deposited(&mut self, amount: Money) where Self: Records<AccountEvent> { … } }
/// impl AccountFacts for StreamMut<Account> {}
/// impl AccountFacts for StreamRef<Account> {}         // so that recording on it gets an error with its remedy
/// const _: () = { … impl Event for AccountEvent … };
/// impl Stream for Account { fn apply(…) { match event { AccountEvent::Deposited { amount } => self.deposited(amount) } } }
/// impl StreamKey for AccountId { type State = Account; }
/// ```
pub(crate) fn emit(model: &Model) -> TokenStream {
    let block = &model.block;
    let parts = [facts_enum(model), verbs(model), event::emit(&model.facts, &model.paths), stream(model)];
    quote! { #block #(#parts)* }
}

fn facts_enum(model: &Model) -> TokenStream {
    let Model { vis, derives, state, .. } = model;
    let ident = &model.facts.ident;
    // Serde's own derives, where a user asks for them, want the fields' attributes too.
    let keeps_serde = derives.iter().any(is_serde);
    let variants = model.facts.list.iter().map(|fact| {
        let Fact { variant, docs, conditions, .. } = fact;
        let fields = fact.fields.iter().map(|field| {
            let (ident, ty, docs) = (&field.ident, &field.ty, &field.docs);
            let serde: &[Attribute] = if keeps_serde { &field.serde } else { &[] };
            quote! { #(#docs)* #(#serde)* #ident: #ty }
        });
        let fields = if fact.fields.is_empty() { TokenStream::new() } else { quote!({ #(#fields),* }) };
        quote! { #(#docs)* #(#conditions)* #variant #fields }
    });
    let docs = format!("What can happen to [`{state}`].");
    quote! {
        #[doc = #docs]
        #[allow(missing_docs, private_interfaces)]
        #[derive(::core::fmt::Debug, ::core::clone::Clone, ::core::cmp::PartialEq, #(#derives),*)]
        #vis enum #ident { #(#variants),* }
    }
}

fn is_serde(path: &Path) -> bool {
    path.segments.last().is_some_and(|last| last.ident == "Serialize" || last.ident == "Deserialize")
}

fn verbs(model: &Model) -> TokenStream {
    let Model { vis, verbs, state, paths, .. } = model;
    let [records, stream_mut, stream_ref] = ["Records", "StreamMut", "StreamRef"].map(|name| paths.item(name));
    let methods = model.facts.list.iter().zip(&model.folds).map(|(fact, fold)| verb(model, fact, fold, &records));
    let docs = format!("Tells an open [`{state}`] stream what happened.");
    quote! {
        #[doc = #docs]
        #[allow(dead_code, private_interfaces, private_bounds, clippy::too_many_arguments)]
        #vis trait #verbs {
            #(#methods)*
        }

        #[automatically_derived]
        impl #verbs for #stream_mut<#state> {}

        #[automatically_derived]
        impl #verbs for #stream_ref<#state> {}
    }
}

fn verb(model: &Model, fact: &Fact, fold: &Fold, records: &TokenStream) -> TokenStream {
    let (events, Fact { variant, conditions, .. }) = (&model.facts.ident, fact);
    let name = &fold.method.sig.ident;
    if !fold.sound {
        return stand_in(fold);
    }
    let fields: Vec<_> = fact.fields.iter().map(|field| &field.ident).collect();
    let types = fact.fields.iter().map(|field| &field.ty);
    let docs = match attributes::doc_text(&fact.docs) {
        text if text.is_empty() => format!("Records [`{events}::{variant}`]."),
        text => format!("Records [`{events}::{variant}`]: {text}"),
    };
    quote! {
        #[doc = #docs]
        #(#conditions)*
        fn #name(&mut self, #(#fields: #types),*)
        where
            Self: #records<#events>,
        {
            #records::record(self, #events::#variant { #(#fields),* });
        }
    }
}

/// Takes what the faulty method takes, so that those who call it are not told of its fault.
fn stand_in(fold: &Fold) -> TokenStream {
    let sig = &fold.method.sig;
    let (name, where_clause) = (&sig.ident, &sig.generics.where_clause);
    let generics = &sig.generics.params;
    let types = sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => Some(&argument.ty),
        FnArg::Receiver(_) => None,
    });
    quote! { fn #name<#generics>(&mut self, #(_: #types),*) #where_clause {} }
}

fn stream(model: &Model) -> TokenStream {
    let Model { state, category, paths, key, .. } = model;
    let events = &model.facts.ident;
    let (stream, stream_key) = (paths.item("Stream"), paths.item("StreamKey"));
    // A block without a key is reported once; a type that stands in for it keeps the rest of the user's code in sense.
    let private = paths.private();
    let key_type = key.as_ref().map_or_else(|| quote!(#private::NoKey<#state>), ToTokens::to_token_stream);
    let arms = model.facts.list.iter().zip(&model.folds).map(|(fact, fold)| {
        let Fact { variant, conditions, .. } = fact;
        if !fold.sound {
            return quote! { #(#conditions)* #events::#variant {} => {} };
        }
        let name = &fold.method.sig.ident;
        let fields: Vec<_> = fact.fields.iter().map(|field| &field.ident).collect();
        quote! { #(#conditions)* #events::#variant { #(#fields),* } => Self::#name(self, #(#fields),*) }
    });
    let key = key.as_ref().map(|key| {
        quote! {
            #[automatically_derived]
            impl #stream_key for #key {
                type State = #state;
            }
        }
    });
    // The lifetime keeps the compiler from checking the key here: what it lacks is said where it becomes a `StreamKey`.
    let is_key = model.key.as_ref().map(|key| quote!(where for<'__x> #key: #private::KeyOf<'__x, #state>));
    // Asked for in bodies: as supertraits they would be asked for wherever a stream is named.
    let initial = quote_spanned!(state.span()=> <#state as ::core::default::Default>::default());
    let clone = quote_spanned!(state.span()=> <#state as ::core::clone::Clone>::clone);
    quote! {
        #[automatically_derived]
        impl #stream for #state #is_key {
            type Key = #key_type;
            type Event = #events;
            const CATEGORY: &'static ::core::primitive::str = #category;

            fn initial() -> Self {
                #initial
            }

            fn duplicate(&self) -> Self {
                #clone(self)
            }

            fn apply(&mut self, event: #events) {
                match event { #(#arms),* }
            }
        }

        #key
    }
}
