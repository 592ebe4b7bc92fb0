//! A `#[projection]` block, as the user wrote it.

use darling::ast::NestedMeta;
use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{
    Attribute, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, LitStr, Meta, Pat, Path, PathSegment, Type,
    spanned::Spanned,
};

use super::{
    attrs::{Events, FORM, Options},
    code,
};
use crate::{
    diag::Diagnostics,
    names,
    paths::Paths,
    syntax::{attributes, options, types},
};

/// The block, and what its attributes say.
#[derive(Debug)]
pub(crate) struct Model {
    pub(super) paths: Paths,
    /// The block without Foldline's attributes.
    pub(super) block: ItemImpl,
    pub(super) state: Ident,
    pub(super) name: LitStr,
    pub(super) partition_by: Option<Ident>,
    pub(super) ignored: Vec<Named>,
    pub(super) code: u64,
    pub(super) handlers: Vec<Handler>,
}

/// An event by its variant.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) path: Path,
    /// The enum.
    pub(super) events: Path,
    pub(super) variant: Ident,
}

/// A method that takes events in.
#[derive(Debug)]
pub(super) struct Handler {
    pub(super) method: ImplItemFn,
    pub(super) on: Vec<Named>,
    /// The type of its first argument.
    pub(super) key: Option<Type>,
    /// The others.
    pub(super) takes: Vec<Takes>,
    /// `#[cfg(…)]`.
    pub(super) conditions: Vec<Attribute>,
    /// Whether it has the form of a handler. If not, this is reported, and it is not called.
    pub(super) sound: bool,
}

/// What a handler takes beside the key.
#[derive(Debug)]
pub(super) enum Takes {
    /// A field of the event, by value.
    Field(Ident),
    /// The record, at the place of its type.
    Record(Span),
}

impl Model {
    /// Reads an inherent impl block of a plain type; anything else is no place for `#[projection]`.
    pub(crate) fn read(arguments: TokenStream, mut block: ItemImpl, diag: &mut Diagnostics) -> Option<Self> {
        let items = diag.take(NestedMeta::parse_meta_list(arguments)).unwrap_or_default();
        let options: Options = options::read(&items, diag);
        let state = state_of(&block, diag)?;
        let (paths, mut handlers) = (Paths::new(options.krate.as_ref()), Vec::new());
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            let marks = attributes::extract_marks(&mut method.attrs, "on", &paths);
            if !marks.is_empty() {
                let on = events_of(&marks, diag);
                handlers.push(Handler::of(method.clone(), on));
                // A handler owns what it is given, and not every event changes something.
                method.attrs.push(syn::parse_quote!(#[allow(clippy::needless_pass_by_value, clippy::unused_self)]));
            }
        }
        let ignored: Vec<Named> =
            options.ignored.iter().flat_map(|Events(paths)| paths).filter_map(|path| Named::of(path, diag)).collect();
        let named = handlers.iter().flat_map(|handler| &handler.on).chain(&ignored).map(|named| &named.path);
        let written = options.code.as_ref().and_then(|code| diag.take(code.base10_parse()));
        let code = written.unwrap_or_else(|| code::mark(&block, named));
        Some(Self {
            paths,
            name: options.name.unwrap_or_else(|| LitStr::new(&names::snake_case(&state), state.span())),
            partition_by: options.partition_by.map(|name| name.0),
            ignored,
            code,
            handlers,
            state,
            block,
        })
    }

    /// The enums that its handlers take events of, each once, with the key type of the first handler.
    pub(super) fn streams(&self) -> Vec<(&Path, &Type)> {
        let mut streams: Vec<(&Path, &Type)> = Vec::new();
        for handler in self.handlers.iter().filter(|handler| handler.sound) {
            let (Some(first), Some(key)) = (handler.on.first(), &handler.key) else { continue };
            if streams.iter().all(|(events, _)| **events != first.events) {
                streams.push((&first.events, key));
            }
        }
        streams
    }
}

impl Named {
    fn of(path: &Path, diag: &mut Diagnostics) -> Option<Self> {
        let mut events = path.clone();
        let variant = events.segments.pop();
        match variant {
            Some(PathSegment { ident, arguments }) if arguments.is_empty() && !events.segments.is_empty() => {
                events.segments.pop_punct();
                Some(Self { path: path.clone(), events, variant: ident })
            }
            _ => {
                diag.error(path, FORM);
                None
            }
        }
    }
}

/// The events of `#[on(…)]`.
fn events_of(marks: &[Attribute], diag: &mut Diagnostics) -> Vec<Named> {
    if let Some(second) = marks.get(1) {
        diag.error(second, "one `#[on(…)]` a handler: put all events into it");
    }
    let Some(mark) = marks.first() else { return Vec::new() };
    let list = match &mark.meta {
        Meta::List(list) if !list.tokens.is_empty() => list,
        other => {
            diag.error(other, "say which events it takes in: `#[on(AccountEvent::Deposited)]`");
            return Vec::new();
        }
    };
    let Some(items) = diag.take(NestedMeta::parse_meta_list(list.tokens.clone())) else { return Vec::new() };
    let paths = items.iter().filter_map(|item| match item {
        NestedMeta::Meta(Meta::Path(path)) => Named::of(path, diag),
        other => {
            diag.error(other, FORM);
            None
        }
    });
    paths.collect()
}

impl Handler {
    fn of(method: ImplItemFn, on: Vec<Named>) -> Self {
        let arguments: Vec<_> = method
            .sig
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(argument) => Some(argument),
                FnArg::Receiver(_) => None,
            })
            .collect();
        let takes = arguments.iter().skip(1).filter_map(|argument| {
            match (&*argument.pat, types::peel_references(&argument.ty)) {
                (_, (1.., _)) => Some(Takes::Record(argument.ty.span())),
                (Pat::Ident(pattern), _) => Some(Takes::Field(pattern.ident.clone())),
                _ => None,
            }
        });
        Self {
            key: arguments.first().map(|first| (*first.ty).clone()),
            takes: takes.collect(),
            conditions: attributes::conditions(&method.attrs),
            sound: !on.is_empty(),
            on,
            method,
        }
    }
}

/// The read model's name, if the block is an inherent one of a plain type.
fn state_of(block: &ItemImpl, diag: &mut Diagnostics) -> Option<Ident> {
    if let Some((path, _)) = &block.trait_ {
        let message = "`#[projection]` belongs on an inherent impl block, `impl Holdings { … }`: the handlers are the read model's own methods";
        diag.error(path, message);
        return None;
    }
    if !block.generics.params.is_empty() {
        diag.error(
            &block.generics,
            "a projection has no generics: what its checkpoint is kept under stands for one read model",
        );
        return None;
    }
    match &*block.self_ty {
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            if last.arguments.is_empty() {
                return Some(last.ident.clone());
            }
            diag.error(
                last,
                "a projection has no generics: what its checkpoint is kept under stands for one read model",
            );
        }
        other => diag.error(other.to_token_stream(), "a projection is a struct or an enum of this crate"),
    }
    None
}
