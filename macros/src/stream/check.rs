//! What must hold in a `#[stream]` block.

use std::collections::HashSet;

use quote::ToTokens;
use syn::{FnArg, ImplItemFn, Pat, Path, Receiver, ReceiverKind, ReturnType, Safety, Type, ext::IdentExt};

use super::Model;
use crate::{diag::Diagnostics, event, syntax::attributes};

/// The words of an open stream's handle.
const RESERVED: [&str; 4] = ["emit", "key", "version", "exists"];

/// What every enum of events derives.
const DERIVED: [&str; 3] = ["Debug", "Clone", "PartialEq"];

pub(crate) fn check(model: &mut Model, diag: &mut Diagnostics) {
    event::check_category(&model.category, diag);
    event::check(&model.facts, diag);
    model.derives.retain(|path| !is_derived(path, diag));
    if model.facts.list.is_empty() {
        let message = "a stream has at least one event: mark a method, `#[event] fn opened(&mut self, …) { … }`";
        diag.error(&model.state, message);
    }
    for (fold, fact) in model.folds.iter_mut().zip(&mut model.facts.list) {
        let before = diag.len();
        signature(&fold.method, diag);
        if diag.len() > before {
            fold.sound = false;
            fact.fields.clear();
        }
    }
}

/// Whether the enum has this without being asked. Derived once more, its error would speak of impls that nobody wrote.
fn is_derived(path: &Path, diag: &mut Diagnostics) -> bool {
    let derived = path.segments.last().is_some_and(|last| DERIVED.iter().any(|name| last.ident == name));
    if derived {
        diag.error(path, "the enum is `Debug`, `Clone` and `PartialEq` already: leave it out");
    }
    derived
}

/// An event method takes the state and the fact's fields, and changes the state: nothing else.
fn signature(method: &ImplItemFn, diag: &mut Diagnostics) {
    let sig = &method.sig;
    let name = sig.ident.unraw().to_string();
    if RESERVED.contains(&name.as_str()) {
        let message = format!(
            "`{name}` is a word of the open stream itself: call the event something else, and keep its stored name with `#[event(name = \"…\")]`"
        );
        diag.error(&sig.ident, message);
    }
    if let Some(word) = &sig.asyncness {
        diag.error(word, "a fold is not `async`: it adds up what has happened, and waits for nothing");
    }
    if let Safety::Unsafe(word) = &sig.safety {
        diag.error(word, "a fold is not `unsafe`: the log calls it");
    }
    if let Some(clause) = &sig.generics.where_clause {
        diag.error(clause, "an event has no generics: what is in the log has one form");
    } else if !sig.generics.params.is_empty() {
        diag.error(&sig.generics, "an event has no generics: what is in the log has one form");
    }
    if let ReturnType::Type(arrow, ty) = &sig.output {
        let mut tokens = arrow.to_token_stream();
        ty.to_tokens(&mut tokens);
        diag.error(tokens, "a fold returns nothing: what is in the log has happened, and cannot be refused any more");
    }
    match sig.inputs.first() {
        Some(FnArg::Receiver(receiver)) if takes_mut_self(receiver) => {}
        Some(FnArg::Receiver(receiver)) => diag.error(receiver, "an event changes the state: write `&mut self`"),
        Some(other) => diag.error(other, "an event changes the state: its first argument is `&mut self`"),
        None => diag.error(&sig.ident, "an event changes the state: its first argument is `&mut self`"),
    }
    let mut fields = HashSet::new();
    for argument in sig.inputs.iter().skip(1) {
        let FnArg::Typed(argument) = argument else { continue };
        if let Some(condition) = attributes::conditions(&argument.attrs).first() {
            diag.error(condition, "an event has the same fields in every build: put `#[cfg(…)]` on the method");
        }
        match &*argument.pat {
            Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => {
                let text = pattern.ident.unraw().to_string();
                if text.trim_start_matches('_').is_empty() {
                    diag.error(
                        pattern,
                        "an argument is a field of the event and needs a name: `_reason` is the field `reason`",
                    );
                } else if !fields.insert(text.trim_start_matches('_').to_owned()) {
                    diag.error(pattern, "another argument is this field already: give one of the two another name");
                }
            }
            Pat::Wild(wild) => {
                diag.error(
                    wild,
                    "an argument is a field of the event and needs a name: `_reason` is the field `reason`",
                );
            }
            pattern => {
                diag.error(
                    pattern,
                    "an argument is a field of the event: give it a name, and take it apart in the body",
                );
            }
        }
        match &*argument.ty {
            Type::Reference(reference) => {
                let message = "an event owns its fields: take the value, which is moved into the fold and not cloned";
                diag.error(reference, message);
            }
            Type::ImplTrait(any) => diag.error(any, "an event has no generics: what is in the log has one form"),
            _ => {}
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
