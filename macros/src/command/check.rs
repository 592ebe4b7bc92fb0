//! What must hold across a command's options.

use darling::util::Flag;
use syn::spanned::Spanned;

use super::{Model, attrs::Opening, model::Source};
use crate::diag::Diagnostics;

/// As many as the executor will step through.
const HOPS: usize = 16;

pub(crate) fn check(model: &Model, diag: &mut Diagnostics) {
    for stream in &model.streams {
        opening(&stream.opening, diag);
    }
    if let Some(name) = &model.name_option
        && name.value().trim().is_empty()
    {
        diag.error(name, "a command's name is what metrics and traces call it: write a word");
    }
    let follows = model.streams.iter().filter(|stream| matches!(stream.source, Source::Follow(_)));
    for beyond in follows.skip(HOPS) {
        let message =
            format!("a command follows at most {HOPS} streams one after another: name some of them in fields");
        diag.error(&beyond.ident, message);
    }
}

/// `read`, `new` and `existing` as far as they go together.
fn opening(opening: &Opening, diag: &mut Diagnostics) {
    let mut clash = |one: &Flag, two: &Flag, message: &str| {
        if one.is_present() && two.is_present() {
            diag.push(syn::Error::new(two.span(), message));
        }
    };
    let message = "a stream that must be `new` holds nothing to `read`: drop one of the two";
    clash(&opening.read, &opening.new, message);
    clash(&opening.new, &opening.existing, "a stream is either `new` or `existing`: drop one of the two");
    if let Some(or) = &opening.or
        && !opening.new.is_present()
        && !opening.existing.is_present()
    {
        let message = "`or` is the error for a stream that is not as it must be: say `new` or `existing` with it";
        diag.push(syn::Error::new(or.0.span(), message));
    }
}
