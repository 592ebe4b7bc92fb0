//! A `#[stream]` block, as the user wrote it.

use proc_macro2::TokenStream;
use quote::format_ident;
use syn::{FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, LitStr, Pat, Path, Type, Visibility, ext::IdentExt};

use super::attrs::{Arguments, Options};
use crate::{
    diag::Diagnostics,
    event::{Fact, FactOptions, Facts, Field},
    names,
    paths::Paths,
    syntax::{attributes, options},
};

/// The block, and what its attributes say.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) paths: Paths,
    /// The block without Foldline's attributes.
    pub(crate) block: ItemImpl,
    pub(crate) state: Ident,
    /// `None` when it was forgotten, which is already reported.
    pub(crate) key: Option<Type>,
    pub(crate) category: LitStr,
    pub(crate) vis: Visibility,
    pub(crate) verbs: Ident,
    pub(crate) derives: Vec<Path>,
    pub(crate) facts: Facts,
    /// The method of each fact, beside `facts.list`.
    pub(crate) folds: Vec<Fold>,
}

/// A method that takes a fact in.
#[derive(Debug)]
pub(crate) struct Fold {
    pub(crate) method: ImplItemFn,
    /// Whether it has the form of a fold. If not, this is reported, and it is not called.
    pub(crate) sound: bool,
}

impl Model {
    /// Reads an inherent impl block of a plain type; anything else is no place for `#[stream]`.
    pub(crate) fn read(arguments: TokenStream, mut block: ItemImpl, diag: &mut Diagnostics) -> Option<Self> {
        let before = diag.len();
        let arguments: Arguments = diag.take(syn::parse2(arguments)).unwrap_or_default();
        arguments.faults.into_iter().for_each(|fault| diag.push(fault));
        let options: Options = options::read(&arguments.rest, diag);
        let options_are_sound = diag.len() == before;
        let state = state_of(&block, diag)?;
        if arguments.key.is_none() && options_are_sound {
            let message = format!("say what names one such stream: `#[stream(key = {state}Id)]`");
            diag.push(syn::Error::new(proc_macro2::Span::call_site(), message));
        }
        let category = options.name.unwrap_or_else(|| LitStr::new(&names::snake_case(&state), state.span()));
        let named = |given: Option<options::Name>, default: Ident| given.map_or(default, |name| name.0);
        let mut model = Self {
            paths: Paths::new(options.krate.as_ref()),
            key: arguments.key,
            vis: options.vis.unwrap_or_else(|| syn::parse_quote!(pub)),
            verbs: named(options.facts, format_ident!("{state}Facts")),
            derives: options.derive.iter().cloned().collect(),
            facts: Facts { ident: named(options.events, format_ident!("{state}Event")), list: Vec::new(), sound: true },
            folds: Vec::new(),
            category,
            state,
            block: block.clone(),
        };
        for item in &mut block.items {
            let ImplItem::Fn(method) = item else { continue };
            let marks = attributes::extract_marks(&mut method.attrs, "event", &model.paths);
            if !marks.is_empty() {
                let options = FactOptions::of(&marks, diag);
                model.enter(method, options, diag);
            }
        }
        model.block = block;
        Some(model)
    }

    fn enter(&mut self, method: &mut ImplItemFn, options: FactOptions, diag: &mut Diagnostics) {
        let name = &method.sig.ident;
        let mut variant = names::pascal_case(name);
        variant.set_span(name.span());
        if let Some(other) = self.same_variant(&variant, method) {
            // Of two methods with one name the compiler speaks itself.
            if other != *name {
                let message =
                    format!("its variant would be `{variant}`, as that of `{other}` is: call one of the two otherwise");
                diag.error(name, message);
            }
            return;
        }
        let stem = name.unraw().to_string();
        let mut fact = Fact::new(variant, &self.category.value(), &stem, options, &method.attrs);
        fact.fields = method.sig.inputs.iter_mut().filter_map(field_of).collect();
        // By value is the point: a replayed event is moved into the fold, not cloned. And a fact may change nothing.
        method.attrs.push(syn::parse_quote!(#[allow(clippy::needless_pass_by_value, clippy::unused_self)]));
        self.facts.list.push(fact);
        self.folds.push(Fold { method: method.clone(), sound: true });
        // The check refuses it; the method's body speaks of the argument all the same.
        for argument in &mut method.sig.inputs {
            if let FnArg::Typed(argument) = argument {
                attributes::extract(&mut argument.attrs, "cfg");
            }
        }
    }

    /// The method that has this variant already. Two of which only one is ever compiled in may share it.
    fn same_variant(&self, variant: &Ident, method: &ImplItemFn) -> Option<Ident> {
        let always = |attrs| attributes::conditions(attrs).is_empty();
        let mut taken = self.facts.list.iter().zip(&self.folds);
        let (_, fold) = taken.find(|(fact, fold)| fact.variant == *variant && always(&fold.method.attrs))?;
        always(&method.attrs).then(|| fold.method.sig.ident.clone())
    }
}

/// The field that an argument becomes; its docs and what serde is told go along, and leave the argument. What other
/// attributes are to an argument the compiler says: one that is misspelled would otherwise be gone without a word.
fn field_of(argument: &mut FnArg) -> Option<Field> {
    let FnArg::Typed(argument) = argument else { return None };
    let [docs, serde] = ["doc", "serde"].map(|name| attributes::extract(&mut argument.attrs, name));
    let Pat::Ident(pattern) = &*argument.pat else { return None };
    let text = pattern.ident.unraw().to_string();
    let stored = text.trim_start_matches('_');
    let ident = if stored.is_empty() || stored == text {
        pattern.ident.clone()
    } else {
        let parse = |text: &str| syn::parse_str::<Ident>(text);
        let mut ident =
            parse(stored).or_else(|_| parse(&format!("r#{stored}"))).unwrap_or_else(|_| pattern.ident.clone());
        ident.set_span(pattern.ident.span());
        ident
    };
    Some(Field { ident, ty: (*argument.ty).clone(), docs, serde })
}

/// The state's name, if the block is an inherent one of a plain type.
fn state_of(block: &ItemImpl, diag: &mut Diagnostics) -> Option<Ident> {
    if let Some((path, _)) = &block.trait_ {
        let message = "`#[stream]` belongs on an inherent impl block, `impl Account { … }`: the events are the state's own methods";
        diag.error(path, message);
        return None;
    }
    if !block.generics.params.is_empty() {
        diag.error(&block.generics, "the state of a stream has no generics: what is in the log has one form");
        return None;
    }
    match &*block.self_ty {
        Type::Path(path) if path.qself.is_none() => {
            let last = path.path.segments.last()?;
            if last.arguments.is_empty() {
                return Some(last.ident.clone());
            }
            diag.error(last, "the state of a stream has no generics: what is in the log has one form");
        }
        other => diag.error(other, "the state of a stream is a struct or an enum of this crate"),
    }
    None
}
