//! The code that `#[derive(Command)]` writes.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Ident, ext::IdentExt, spanned::Spanned};

use super::{
    Model,
    model::{Source, StreamField},
};
use crate::{paths::Paths, syntax::attributes};

/// ```ignore
/// pub struct CaptureStreams { pub order: Writes<OrderId>, pub method: Reads<PaymentMethodId> }
/// const _: () = {
///     impl Debug for CaptureStreams { … }
///     impl<'s> Declares<'s> for Capture { type Open = &'s mut CaptureStreams; }
///     // Apart from the impl of `Command`, whose assumptions would hide what a handle is.
///     impl Capture { fn __follow_method(&self, order: &Writes<OrderId>) -> PaymentMethodId { order.payment_method.clone() } }
///     impl Command for Capture where for<'x> OrderId: Names<'x>, for<'x> PaymentMethodId: Names<'x> {
///         const NAME: &'static str = "Capture";
///         type Streams = CaptureStreams;
///         fn open(&self, opener: &mut Opener<'_>) -> Result<CaptureStreams, Paused> {
///             let order = opener.declare("order", &self.order, Access::write().existing());
///             opener.ready()?;
///             let order = <OrderId as Names>::writes(&order, opener)?;
///             let method = opener.declare("method", &self.__follow_method(&order), Access::read());
///             opener.ready()?;
///             let method = <PaymentMethodId as Names>::reads(&method, opener)?;
///             Ok(CaptureStreams { order, method })
///         }
///         fn otherwise(…) { … }
///         fn fingerprint(…) { … }
///     }
/// };
/// ```
pub(crate) fn emit(model: &Model) -> TokenStream {
    let streams = streams_struct(model);
    let parts = [debug(model), declares(model), follows(model), command(model)];
    quote! {
        #streams
        const _: () = { #(#parts)* };
    }
}

/// The handle that a stream becomes. Every token at the field's type, so that a type that names no stream is shown there.
fn handle(stream: &StreamField, paths: &Paths) -> TokenStream {
    let ty = &stream.open_ty;
    let alias = paths.item_at(if stream.opening.read.is_present() { "Reads" } else { "Writes" }, ty.span());
    quote_spanned!(ty.span()=> #alias<#ty>)
}

fn streams_struct(model: &Model) -> TokenStream {
    let Model { vis, ident, streams_ident, streams_generics, paths, .. } = model;
    let fields = model.streams.iter().map(|stream| {
        let (name, vis, handle) = (&stream.ident, &stream.vis, handle(stream, paths));
        let docs = match attributes::doc_text(&stream.docs) {
            text if text.is_empty() => format!("The open stream of `{name}`."),
            text => text,
        };
        quote! { #[doc = #docs] #vis #name: #handle }
    });
    let where_clause = &streams_generics.where_clause;
    let docs = format!("The open streams of a [`{ident}`].");
    quote! {
        #[doc = #docs]
        // A stream may be there to be checked, and never looked at.
        #[allow(dead_code)]
        #vis struct #streams_ident #streams_generics #where_clause { #(#fields,)* }
    }
}

fn debug(model: &Model) -> TokenStream {
    let (streams, text) = (&model.streams_ident, model.streams_ident.to_string());
    let (impl_generics, ty_generics, where_clause) = model.streams_generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics ::core::fmt::Debug for #streams #ty_generics #where_clause {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.debug_struct(#text).finish_non_exhaustive()
            }
        }
    }
}

fn declares(model: &Model) -> TokenStream {
    let Model { ident, streams_ident, paths, .. } = model;
    let declares = paths.item("Declares");
    let mut generics = model.generics.clone();
    let open = hidden("'__s");
    generics.params.insert(0, syn::parse_quote!(#open));
    let (impl_generics, ..) = generics.split_for_impl();
    let (_, ty_generics, where_clause) = model.generics.split_for_impl();
    let (_, streams_generics, _) = model.streams_generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #declares<#open> for #ident #ty_generics #where_clause {
            type Open = &#open mut #streams_ident #streams_generics;
        }
    }
}

fn hidden(name: &str) -> syn::Lifetime {
    syn::Lifetime::new(name, Span::call_site())
}

/// Each followed stream's expression, as a method that sees `self` and the handles before it by name.
fn follows(model: &Model) -> TokenStream {
    let Model { ident, paths, .. } = model;
    let methods = model.streams.iter().enumerate().filter_map(|(at, stream)| {
        let Source::Follow(expr) = &stream.source else { return None };
        let (name, ty) = (follow_name(stream), &stream.ty);
        let before = model.streams.iter().take(at);
        let handles: Vec<_> = before.clone().map(|stream| handle(stream, paths)).collect();
        let before: Vec<_> = before.map(|stream| &stream.ident).collect();
        Some(quote! {
            #[allow(unused_variables, clippy::all, clippy::pedantic)]
            fn #name(&self, #(#before: &#handles),*) -> #ty {
                #expr
            }
        })
    });
    let methods: Vec<_> = methods.collect();
    if methods.is_empty() {
        return TokenStream::new();
    }
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! { impl #impl_generics #ident #ty_generics #where_clause { #(#methods)* } }
}

fn follow_name(stream: &StreamField) -> Ident {
    format_ident!("__follow_{}", stream.ident)
}

fn command(model: &Model) -> TokenStream {
    let Model { ident, name, streams_ident, paths, .. } = model;
    let command = paths.item("Command");
    let mut generics = model.generics.clone();
    if !model.streams.is_empty() {
        let names = paths.item("Names");
        let clause = generics.make_where_clause();
        // Of a type that borrows, the clause would hide that its unborrowed twin opens the same streams.
        for stream in model.streams.iter().filter(|stream| stream.ty == stream.open_ty) {
            let ty = &stream.ty;
            // The lifetime keeps the compiler from checking here what the struct's field has reported already.
            clause.predicates.push(syn::parse_quote!(for<'__x> #ty: #names<'__x>));
        }
    }
    let (impl_generics, _, where_clause) = generics.split_for_impl();
    let (_, ty_generics, _) = model.generics.split_for_impl();
    let (_, streams_generics, _) = model.streams_generics.split_for_impl();
    let (open, otherwise, fingerprint) = (open(model), otherwise(model), fingerprint(model));
    quote! {
        #[automatically_derived]
        impl #impl_generics #command for #ident #ty_generics #where_clause {
            const NAME: &'static ::core::primitive::str = #name;
            type Streams = #streams_ident #streams_generics;

            #open

            #otherwise
            #fingerprint
        }
    }
}

/// Declares what the fields name, waits, and opens it; then the same for each followed stream, one hop each.
fn open(model: &Model) -> TokenStream {
    let Model { streams_ident, streams_generics, paths, .. } = model;
    let [opener, paused] = ["Opener", "Paused"].map(|name| paths.item(name));
    let (_, streams_generics, _) = streams_generics.split_for_impl();
    let own = model.streams.iter().filter(|stream| matches!(stream.source, Source::Field { .. }));
    let declared = own.clone().map(|stream| declare(model, stream));
    let opened = own.map(|stream| bind(stream, paths));
    let hops = model.streams.iter().filter(|stream| matches!(stream.source, Source::Follow(_))).map(|stream| {
        let (declare, bind) = (declare(model, stream), bind(stream, paths));
        quote! { #declare opener.ready()?; #bind }
    });
    let names = model.streams.iter().map(|stream| &stream.ident);
    let locals = model.streams.iter().map(local);
    quote! {
        fn open(
            &self,
            opener: &mut #opener<'_>,
        ) -> ::core::result::Result<#streams_ident #streams_generics, #paused> {
            #(#declared)*
            opener.ready()?;
            #(#opened)*
            #(#hops)*
            ::core::result::Result::Ok(#streams_ident { #(#names: #locals),* })
        }
    }
}

/// A local that no user's name can shadow: macros do not protect names that both sides spell alike.
fn local(stream: &StreamField) -> Ident {
    format_ident!("__{}", stream.ident)
}

fn declare(model: &Model, stream: &StreamField) -> TokenStream {
    let (local, field) = (local(stream), stream.ident.unraw().to_string());
    let access = access(stream, &model.paths);
    let key = match &stream.source {
        Source::Field { references } => {
            let (name, stars) = (&stream.ident, std::iter::repeat_n(quote!(*), *references));
            quote!(&#(#stars)* self.#name)
        }
        Source::Follow(_) => {
            let name = follow_name(stream);
            let before = model.streams.iter().take_while(|other| other.ident != stream.ident).map(self::local);
            quote!(&Self::#name(self, #(&#before),*))
        }
    };
    quote! { let #local = opener.declare(#field, #key, #access); }
}

fn access(stream: &StreamField, paths: &Paths) -> TokenStream {
    let access = paths.item("Access");
    let opening = &stream.opening;
    let base = match (opening.read.is_present(), opening.new.is_present()) {
        (true, _) => quote!(#access::read()),
        (_, true) => quote!(#access::new()),
        _ => quote!(#access::write()),
    };
    if opening.existing.is_present() { quote!(#base.existing()) } else { base }
}

fn bind(stream: &StreamField, paths: &Paths) -> TokenStream {
    let (local, ty, names) = (local(stream), &stream.open_ty, paths.item("Names"));
    let method = format_ident!("{}", if stream.opening.read.is_present() { "reads" } else { "writes" });
    quote! { let #local = <#ty as #names<'static>>::#method(&#local, opener)?; }
}

fn otherwise(model: &Model) -> Option<TokenStream> {
    let decide = model.paths.item("Decide");
    let arms = model.streams.iter().filter_map(|stream| {
        let (field, or) = (stream.ident.unraw().to_string(), &stream.opening.or.as_ref()?.0);
        Some(quote! {
            #field => {
                let otherwise: <Self as #decide>::Error = #or;
                ::core::option::Option::Some(otherwise)
            }
        })
    });
    let arms: Vec<_> = arms.collect();
    (!arms.is_empty()).then(|| {
        quote! {
            fn otherwise(&self, field: &::core::primitive::str) -> ::core::option::Option<<Self as #decide>::Error> {
                match field { #(#arms,)* _ => ::core::option::Option::None }
            }
        }
    })
}

fn fingerprint(model: &Model) -> TokenStream {
    let (private, fingerprint) = (model.paths.private(), model.paths.item("Fingerprint"));
    let fields = model.fields.iter().map(|field| {
        let name = field.unraw().to_string();
        quote! { (&#private::Probe(&self.#field)).probe(#name, fingerprint); }
    });
    quote! {
        #[allow(clippy::needless_borrow)]
        fn fingerprint(&self, fingerprint: &mut #fingerprint) {
            #[allow(unused_imports)]
            use #private::{ProbeDebug as _, ProbeNothing as _};
            #(#fields)*
        }
    }
}
