//! An enum of facts, as the user wrote it.

use proc_macro2::Span;
use quote::ToTokens;
use syn::{Attribute, Data, DeriveInput, Fields, Ident, LitStr, Type, spanned::Spanned};

use super::{
    attrs::{EnumOptions, FactOptions},
    category,
};
use crate::{
    diag::Diagnostics,
    names,
    paths::Paths,
    syntax::{attributes, options},
};

/// All facts of one kind of stream.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The enum.
    pub(crate) ident: Ident,
    pub(crate) list: Vec<Fact>,
    /// Whether serde can be asked to store them. If not, this is reported.
    pub(crate) sound: bool,
}

/// Something that can happen.
#[derive(Debug)]
pub(crate) struct Fact {
    /// The variant.
    pub(crate) variant: Ident,
    /// The name it is stored under.
    pub(crate) name: LitStr,
    pub(crate) was: Vec<LitStr>,
    pub(crate) version: u32,
    pub(crate) version_span: Span,
    pub(crate) fields: Vec<Field>,
    pub(crate) docs: Vec<Attribute>,
    /// `#[cfg(…)]`.
    pub(crate) conditions: Vec<Attribute>,
}

/// One of its fields.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) ident: Ident,
    pub(crate) ty: Type,
    pub(crate) docs: Vec<Attribute>,
    /// `#[serde(…)]`, which decides how the field is stored.
    pub(crate) serde: Vec<Attribute>,
}

impl FactOptions {
    /// What the one `#[event]` of a fact says.
    pub(crate) fn of(marks: &[Attribute], diag: &mut Diagnostics) -> Self {
        if let Some(second) = marks.get(1) {
            diag.error(second, "one `#[event]` a fact: put all options into it");
        }
        options::parse(marks.first(), diag)
    }
}

impl Fact {
    /// A fact of `category`, by the name of its method or variant, with what `#[event(…)]` says of it.
    pub(crate) fn new(variant: Ident, category: &str, stem: &str, options: FactOptions, attrs: &[Attribute]) -> Self {
        let name = options.name.unwrap_or_else(|| LitStr::new(&format!("{category}.{stem}"), variant.span()));
        let version_span = options.version.as_ref().map_or_else(|| variant.span(), darling::util::SpannedValue::span);
        Self {
            variant,
            name,
            was: options.was.0,
            version: options.version.map_or(1, |version| *version),
            version_span,
            fields: Vec::new(),
            docs: attributes::docs(attrs),
            conditions: attributes::conditions(attrs),
        }
    }

    /// The name it is stored under, and those that it was stored under before.
    pub(super) fn names(&self) -> impl Iterator<Item = &LitStr> {
        std::iter::once(&self.name).chain(&self.was)
    }
}

/// A type, as the catalogue shows it.
pub(super) fn type_text(ty: &Type) -> String {
    let mut text = String::new();
    for token in ty.to_token_stream().to_string().split(' ') {
        // Tokens print with blanks between them all; a person writes them only behind commas and between words.
        let word = |char: Option<char>| char.is_some_and(|char| char.is_alphanumeric() || char == '_');
        if text.ends_with([',', ';']) || (word(text.chars().last()) && word(token.chars().next())) {
            text.push(' ');
        }
        text.push_str(token);
    }
    text
}

const MISPLACED: &str = "`#[derive(Event)]` belongs on an enum, one variant a fact";

/// The facts of a hand-written enum, and where it finds Foldline.
pub(crate) fn from_enum(input: &DeriveInput, diag: &mut Diagnostics) -> (Facts, Paths) {
    let before = diag.len();
    let own: EnumOptions = options::parse(&attributes::named(&input.attrs, &["event"]), diag);
    let category = own.category.as_ref().map(LitStr::value);
    if category.is_none() && diag.len() == before {
        diag.error(&input.ident, "its facts need a category: `#[event(category = \"account\")]`");
    }
    if let Some(written) = &own.category {
        category::check(written, diag);
    }
    let mut facts = Facts { ident: input.ident.clone(), list: Vec::new(), sound: true };
    if !input.generics.params.is_empty() {
        diag.error(&input.generics, "an event has no generics: what is in the log has one form");
    }
    match &input.data {
        Data::Enum(data) => {
            for variant in &data.variants {
                let options = FactOptions::of(&attributes::named(&variant.attrs, &["event"]), diag);
                let stem = names::snake_case(&variant.ident);
                let category = category.as_deref().unwrap_or_default();
                let mut fact = Fact::new(variant.ident.clone(), category, &stem, options, &variant.attrs);
                if matches!(variant.fields, Fields::Unnamed(_)) {
                    let message = "the fields of a fact have names, which are stored: write `Name { field: Type }`";
                    diag.error(&variant.fields, message);
                    facts.sound = false;
                }
                fact.fields = variant.fields.iter().filter_map(Field::of).collect();
                facts.list.push(fact);
            }
        }
        Data::Struct(data) => diag.error(data.struct_token, MISPLACED),
        Data::Union(data) => diag.error(data.union_token, MISPLACED),
    }
    (facts, Paths::new(own.krate.as_ref()))
}

impl Field {
    fn of(field: &syn::Field) -> Option<Self> {
        Some(Self {
            ident: field.ident.clone()?,
            ty: field.ty.clone(),
            docs: attributes::docs(&field.attrs),
            serde: attributes::named(&field.attrs, &["serde"]),
        })
    }
}

/// A hidden name that no user type has, at the place of a user's token.
pub(crate) fn path_of(name: &str, at: &impl Spanned) -> Ident {
    Ident::new(name, at.span())
}
