//! The code that `#[projection]` writes.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::{Ident, LitStr, Path, Type, ext::IdentExt, spanned::Spanned};

use super::{
    Model,
    model::{Handler, Named, Takes},
};
use crate::paths::Paths;

/// ```ignore
/// impl Holdings { … }                                 // the block, as it was
/// const _: () = {
///     type __Events0 = AccountEvent;
///     type __Key0 = AccountId;
///
///     // That a key is one of the event's stream is assumed here …
///     impl Projection for Holdings where for<'x> __Key0: KeyTo<'x, __Events0> {
///         const NAME: &'static str = "holdings";
///         const CATEGORIES: &'static [&'static str] = &[<__Key0 as KeyTo<__Events0>>::CATEGORY];
///         const CODE: u64 = 42;
///         fn apply(&mut self, __delivery: Delivery<'_>) -> Result<(), ProjectionError> {
///             let category = __delivery.record().stream().category();
///             if category == <__Key0 as KeyTo<__Events0>>::CATEGORY {
///                 return match __delivery.event::<__Events0>()? {
///                     __Events0::Deposited { amount, .. } => handled(Self::deposited(self, __delivery.key()?, amount)),
///                     __Events0::Closed { .. } => Ok(()),        // ignored
///                     _ => Ok(()),                               // none: see below
///                 };
///             }
///             Ok(())
///         }
///     }
///
///     // … and demanded here, at the handler's argument.
///     key_to::<AccountId, __Events0>();
///     forgets_nothing("Holdings", "AccountEvent", <__Events0 as Event>::TYPES, &["Deposited", "Closed"]);
/// };
/// ```
pub(crate) fn emit(model: &Model) -> TokenStream {
    let block = &model.block;
    let streams: Vec<Heard<'_>> = model
        .streams()
        .into_iter()
        .enumerate()
        .map(|(index, (events, key))| Heard::of(model, index, events, key))
        .collect();
    let aliases = streams.iter().map(|Heard { alias, events, .. }| quote!(type #alias = #events;));
    let (projection, demands) = (projection(model, &streams), streams.iter().map(|heard| heard.demands(model)));
    quote! {
        #block

        const _: () = {
            #(#aliases)*
            #projection
            #(#demands)*
        };
    }
}

/// The place of a user's token, with our meaning.
fn at(place: Span) -> Span {
    place.resolved_at(Span::call_site())
}

/// The events of one kind of stream that the projection listens to.
struct Heard<'a> {
    /// A path of its own for the enum, so that one that does not exist is missed once.
    alias: Ident,
    events: &'a Path,
    key: &'a Type,
    handlers: Vec<&'a Handler>,
    ignored: Vec<&'a Named>,
}

impl<'a> Heard<'a> {
    fn of(model: &'a Model, index: usize, events: &'a Path, key: &'a Type) -> Self {
        let of_it = |named: &&Named| named.events == *events;
        Self {
            alias: format_ident!("__Events{index}", span = events.span()),
            events,
            key,
            handlers: model.handlers.iter().filter(|handler| handler.on.iter().any(|named| of_it(&named))).collect(),
            ignored: model.ignored.iter().filter(of_it).collect(),
        }
    }

    fn category(&self, paths: &Paths) -> TokenStream {
        let (private, alias, key) = (paths.private(), &self.alias, self.key);
        quote!(<#key as #private::KeyTo<'_, #alias>>::CATEGORY)
    }

    fn sound(&self) -> impl Iterator<Item = (&'a Handler, &Type)> {
        let sound = self.handlers.iter().filter(|handler| handler.sound);
        sound.filter_map(|handler| Some((*handler, handler.key.as_ref()?)))
    }

    fn arms(&self, paths: &Paths) -> TokenStream {
        let alias = &self.alias;
        let handled = self.sound().flat_map(|(handler, key)| {
            handler.on.iter().map(move |Named { variant, .. }| {
                let (name, conditions) = (&handler.method.sig.ident, &handler.conditions);
                let fields = handler.takes.iter().filter_map(|takes| match takes {
                    Takes::Field(field) => Some(field),
                    Takes::Record(_) => None,
                });
                let given = handler.takes.iter().map(|takes| match takes {
                    Takes::Field(field) => field.to_token_stream(),
                    Takes::Record(span) => quote_spanned!(at(*span)=> __delivery.record()),
                });
                // Seen where the user wrote what it returns, meant as ours.
                let returned = Ident::new("returned", at(handler.method.sig.output.span()));
                let handled = paths.private_at("handled", returned.span());
                quote! {
                    #(#conditions)*
                    #alias::#variant { #(#fields,)* .. } => {
                        let returned = Self::#name(self, __delivery.key::<#key>()?, #(#given),*);
                        #handled(#returned)
                    }
                }
            })
        });
        let result = quote!(::core::result::Result::Ok(()));
        let ignored = self.ignored.iter().map(|Named { variant, .. }| quote!(#alias::#variant { .. } => #result,));
        // The last arm is for none: what is forgotten does not compile, see `demands`.
        quote!(#(#handled)* #(#ignored)* #[allow(unreachable_patterns)] _ => #result)
    }

    /// That the keys are the streams' own, and that no event is forgotten.
    fn demands(&self, model: &Model) -> TokenStream {
        let (private, alias, events) = (model.paths.private(), &self.alias, self.events);
        let mut keys: Vec<&Type> = Vec::new();
        for (_, key) in self.sound() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let keys = keys.iter().map(|key| quote!(#private::key_to::<#key, #alias>();));
        let text = |variant: &Ident| LitStr::new(&variant.unraw().to_string(), variant.span());
        let handled = self.handlers.iter().flat_map(|handler| {
            handler.on.iter().map(|named| {
                let (conditions, variant) = (&handler.conditions, text(&named.variant));
                quote!(#(#conditions)* #variant)
            })
        });
        let ignored = self.ignored.iter().map(|named| text(&named.variant).to_token_stream());
        let named = handled.chain(ignored);
        let state = model.state.to_string();
        let spelled = events.to_token_stream().to_string().replace(' ', "");
        let event = model.paths.item("Event");
        let forgets_nothing = model.paths.private_at("forgets_nothing", model.state.span());
        let check = quote_spanned!(model.state.span()=> (#state, #spelled, <#alias as #event>::TYPES, &[#(#named),*]));
        quote!(#(#keys)* #forgets_nothing #check;)
    }
}

fn projection(model: &Model, streams: &[Heard<'_>]) -> TokenStream {
    let Model { state, name, paths, code, .. } = model;
    let private = paths.private();
    let [projection, delivery, error] = ["Projection", "Delivery", "ProjectionError"].map(|name| paths.item(name));
    let partitioned = model.partition_by.is_some();
    let bounds = streams.iter().flat_map(|heard| {
        let mut keys: Vec<&Type> = Vec::new();
        for (_, key) in heard.sound() {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        let alias = &heard.alias;
        keys.into_iter().map(|key| quote!(for<'__x> #key: #private::KeyTo<'__x, #alias>)).collect::<Vec<_>>()
    });
    let categories = streams.iter().map(|heard| heard.category(paths));
    let taken = streams.iter().map(|heard| {
        let (category, alias, arms) = (heard.category(paths), &heard.alias, heard.arms(paths));
        quote! {
            if category == #category {
                return match __delivery.event::<#alias>()? { #arms };
            }
        }
    });
    quote! {
        #[automatically_derived]
        impl #projection for #state where #(#bounds,)* {
            const NAME: &'static ::core::primitive::str = #name;
            const CATEGORIES: &'static [&'static ::core::primitive::str] = &[#(#categories),*];
            const CODE: ::core::primitive::u64 = #code;
            const PARTITIONED: ::core::primitive::bool = #partitioned;

            fn apply(&mut self, __delivery: #delivery<'_>) -> ::core::result::Result<(), #error> {
                let category = __delivery.record().stream().category();
                #(#taken)*
                ::core::result::Result::Ok(())
            }
        }
    }
}
