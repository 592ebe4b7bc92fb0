//! What must hold in a `#[projection]` block.

use quote::ToTokens;
use syn::{FnArg, ImplItemFn, Pat, Path, Receiver, ReceiverKind, Safety, Type};

use super::{Model, model::Named};
use crate::{diag::Diagnostics, syntax::types};

const LONGEST_NAME: usize = 40;

pub(crate) fn check(model: &mut Model, diag: &mut Diagnostics) {
    check_name(model, diag);
    if model.handlers.is_empty() {
        let message = "a projection handles at least one event: mark a method, `#[on(AccountEvent::Deposited)] fn deposited(&mut self, account: AccountId, …) { … }`";
        diag.error(&model.state, message);
    }
    if let Some(word) = model.partition_by.as_ref().filter(|word| *word != "key") {
        diag.error(word, "streams are shared out by their keys: write `partition_by = key`");
    }
    for handler in &mut model.handlers {
        let before = diag.len();
        signature(&handler.method, diag);
        if let Some((first, others)) = handler.on.split_first()
            && let Some(other) = others.iter().find(|other| other.events != first.events)
        {
            let message = "the events of one handler are those of one kind of stream, whose key it takes: give this one a handler of its own";
            diag.error(&other.path, message);
        }
        handler.sound &= diag.len() == before;
    }
    said_twice(model, diag);
    let handled =
        |events: &Path| model.handlers.iter().flat_map(|handler| &handler.on).any(|named| named.events == *events);
    for ignored in model.ignored.iter().filter(|ignored| !handled(&ignored.events)) {
        let events = ignored.events.to_token_stream().to_string().replace(' ', "");
        let message = format!(
            "no handler takes an event of `{events}`, so that the projection does not listen to it: leave this out"
        );
        diag.error(&ignored.path, message);
    }
}

/// An event is handled once, or ignored once.
fn said_twice(model: &Model, diag: &mut Diagnostics) {
    let mut seen: Vec<(&Named, String)> = Vec::new();
    let handled = model.handlers.iter().flat_map(|handler| {
        // Two of which only one is ever compiled in may share an event.
        let place = format!("handled by `{}`", handler.method.sig.ident);
        handler.on.iter().filter(|_| handler.conditions.is_empty()).map(move |named| (named, place.clone()))
    });
    let ignored = model.ignored.iter().map(|named| (named, "ignored".to_owned()));
    for (named, place) in handled.chain(ignored) {
        match seen.iter().find(|(other, _)| other.path == named.path) {
            Some((_, first)) => diag.error(&named.path, format!("this event is {first} already: say it once")),
            None => seen.push((named, place)),
        }
    }
}

/// It stands in the names of schemas and tables.
fn check_name(model: &Model, diag: &mut Diagnostics) {
    let name = model.name.value();
    let plain = name.chars().all(|char| char.is_ascii_alphanumeric() || char == '_');
    if name.is_empty() || name.len() > LONGEST_NAME || !plain {
        let message = format!(
            "a projection's name has letters, digits and `_`, {LONGEST_NAME} of them at the most: `name = \"holdings\"`"
        );
        diag.error(&model.name, message);
    }
}

/// A handler takes the key and what it wants of the event, and changes the read model.
fn signature(method: &ImplItemFn, diag: &mut Diagnostics) {
    let sig = &method.sig;
    if let Some(word) = &sig.asyncness {
        let message =
            "a handler is not `async`: it takes in, and `Rows::write` or `Deliver::deliver` writes what it took";
        diag.error(word, message);
    }
    if let Safety::Unsafe(word) = &sig.safety {
        diag.error(word, "a handler is not `unsafe`: the log calls it");
    }
    if let Some(clause) = &sig.generics.where_clause {
        diag.error(clause, "a handler has no generics: what is in the log has one form");
    } else if !sig.generics.params.is_empty() {
        diag.error(&sig.generics, "a handler has no generics: what is in the log has one form");
    }
    match sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) if takes_mut_self(receiver) => {}
        Some(FnArg::Receiver(receiver)) => diag.error(receiver, "a handler changes the read model: write `&mut self`"),
        Some(other) => diag.error(other, "a handler changes the read model: its first argument is `&mut self`"),
        None => diag.error(&sig.ident, "a handler changes the read model: its first argument is `&mut self`"),
    }
    let mut arguments = sig.inputs.iter().filter_map(|argument| match argument {
        FnArg::Typed(argument) => Some(argument),
        FnArg::Receiver(_) => None,
    });
    match arguments.next() {
        None if matches!(sig.inputs.first(), Some(FnArg::Receiver(_))) => {
            let message = "a handler takes the stream's key behind `&mut self`: `account: AccountId`, or `_account: AccountId` if it does not need it";
            diag.error(&sig.ident, message);
        }
        Some(key) if types::peel_references(&key.ty).0 > 0 => {
            diag.error(
                &key.ty,
                "a handler owns the stream's key: take it by value, as the first argument behind `&mut self`",
            );
        }
        _ => {}
    }
    for argument in arguments {
        let references = types::peel_references(&argument.ty).0;
        match &*argument.pat {
            Pat::Ident(pattern) if references > 0 || (pattern.subpat.is_none() && pattern.by_ref.is_none()) => {}
            _ if references > 0 => {}
            pattern => {
                diag.error(pattern, "an argument is a field of the event, by its name: take it apart in the body");
            }
        }
        if let Type::ImplTrait(any) = &*argument.ty {
            diag.error(any, "a handler has no generics: what is in the log has one form");
        }
    }
}

fn takes_mut_self(receiver: &Receiver) -> bool {
    match &receiver.kind {
        ReceiverKind::Reference(_, _, mutable) => mutable.is_some(),
        ReceiverKind::Typed(_, ty) => ty.to_token_stream().to_string() == "& mut Self",
        _ => false,
    }
}
