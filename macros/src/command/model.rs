//! A command, as the user wrote it.

use quote::format_ident;
use syn::{Attribute, Data, DeriveInput, Expr, Fields, Generics, Ident, LitStr, Type, Visibility};

use super::attrs::{FollowOption, Opening, Options};
use crate::{
    diag::Diagnostics,
    paths::Paths,
    syntax::{attributes, generics, options, types},
};

#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) paths: Paths,
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) generics: Generics,
    /// What metrics, traces and the stored metadata call it.
    pub(crate) name: String,
    pub(crate) name_option: Option<LitStr>,
    /// The struct of open streams.
    pub(crate) streams_ident: Ident,
    /// Its generics: only those that a stream's type needs.
    pub(crate) streams_generics: Generics,
    /// The streams that fields name, then those that are followed.
    pub(crate) streams: Vec<StreamField>,
    /// Every field, for telling one command from another.
    pub(crate) fields: Vec<Ident>,
}

/// A stream that the command opens.
#[derive(Debug)]
pub(crate) struct StreamField {
    pub(crate) ident: Ident,
    pub(crate) vis: Visibility,
    pub(crate) docs: Vec<Attribute>,
    /// The type that names it, without references around it.
    pub(crate) ty: Type,
    /// The same, without the command's lifetimes: open streams borrow nothing, so neither does the struct that holds them.
    pub(crate) open_ty: Type,
    pub(crate) source: Source,
    pub(crate) opening: Opening,
}

/// Where a stream's key comes from.
#[derive(Debug)]
pub(crate) enum Source {
    /// A field, behind so many references.
    Field { references: usize },
    /// An expression over the streams before it.
    Follow(Box<Expr>),
}

impl Model {
    pub(crate) fn read(input: DeriveInput, diag: &mut Diagnostics) -> Self {
        let own: Options = options::parse(&attributes::named(&input.attrs, &["command"]), diag);
        let streams_ident = own.streams.map_or_else(|| format_ident!("{}Streams", input.ident), |name| name.0);
        let mut model = Self {
            paths: Paths::new(own.krate.as_ref()),
            name: own.name.as_ref().map_or_else(|| input.ident.to_string(), LitStr::value),
            name_option: own.name,
            streams_ident,
            streams_generics: Generics::default(),
            streams: Vec::new(),
            fields: Vec::new(),
            vis: input.vis,
            generics: input.generics,
            ident: input.ident,
        };
        let message = "a command is a struct with named fields: `struct Transfer { #[stream] from: AccountId, … }`";
        match input.data {
            Data::Struct(data) => match data.fields {
                Fields::Named(fields) => fields.named.iter().for_each(|field| model.field(field, diag)),
                Fields::Unnamed(fields) => return model.misplaced(fields, message, diag),
                Fields::Unit => {}
            },
            Data::Enum(data) => return model.misplaced(data.enum_token, message, diag),
            Data::Union(data) => return model.misplaced(data.union_token, message, diag),
        }
        own.follows.into_iter().for_each(|follow| model.follow(follow, diag));
        if model.streams.is_empty() {
            let message = "a command touches at least one stream: put `#[stream]` on the field that names it";
            diag.error(&model.ident, message);
        }
        model.streams_generics =
            generics::needed_by(model.streams.iter().map(|stream| &stream.open_ty), &model.generics);
        model
    }

    fn misplaced(self, at: impl quote::ToTokens, message: &str, diag: &mut Diagnostics) -> Self {
        diag.error(at, message);
        self
    }

    fn field(&mut self, field: &syn::Field, diag: &mut Diagnostics) {
        let Some(ident) = field.ident.clone() else { return };
        self.fields.push(ident.clone());
        let marks = attributes::named(&field.attrs, &["stream"]);
        let Some(mark) = marks.first() else { return };
        if let Some(second) = marks.get(1) {
            diag.error(second, "one `#[stream]` a field: put all options into it");
        }
        let (references, ty) = types::peel_references(&field.ty);
        self.streams.push(StreamField {
            ident,
            vis: field.vis.clone(),
            docs: attributes::docs(&field.attrs),
            ty: ty.clone(),
            open_ty: types::unborrowed(ty, &self.generics),
            source: Source::Field { references },
            opening: options::parse([mark], diag),
        });
    }

    fn follow(&mut self, follow: FollowOption, diag: &mut Diagnostics) {
        if self.fields.contains(&follow.ident) || self.streams.iter().any(|stream| stream.ident == follow.ident) {
            let message =
                format!("`{}` is a field or a followed stream already: give this one another name", follow.ident);
            diag.error(&follow.ident, message);
            return;
        }
        self.streams.push(StreamField {
            ident: follow.ident,
            // A followed stream has no field whose visibility it could take; it is as visible as the command.
            vis: self.vis.clone(),
            docs: Vec::new(),
            open_ty: types::unborrowed(&follow.ty, &self.generics),
            ty: follow.ty,
            source: Source::Follow(Box::new(follow.expr)),
            opening: options::read(&follow.opening, diag),
        });
    }
}
