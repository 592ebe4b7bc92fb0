//! Questions to types.

use syn::Type;

/// What stands behind the references around a type, and how many those are.
pub(crate) fn peel_references(mut ty: &Type) -> (usize, &Type) {
    let mut depth = 0;
    loop {
        match ty {
            Type::Reference(reference) => (depth, ty) = (depth + 1, &reference.elem),
            // A type that a `macro_rules!` passed on comes in an invisible group.
            Type::Group(group) => ty = &group.elem,
            Type::Paren(paren) => ty = &paren.elem,
            _ => return (depth, ty),
        }
    }
}
