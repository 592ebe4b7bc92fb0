//! Turning one kind of name into another.

use syn::ext::IdentExt;

/// `PaymentMethod` as `payment_method`.
pub(crate) fn snake_case(ident: &syn::Ident) -> String {
    let text = ident.unraw().to_string();
    let chars: Vec<char> = text.chars().collect();
    let mut snake = String::with_capacity(text.len() + 4);
    for (at, &char) in chars.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| chars.get(before));
        let after = chars.get(at + 1);
        // A word begins at an upper-case letter that follows a lower-case one, or that ends a run of capitals.
        let begins = char.is_uppercase()
            && before.is_some_and(|before| {
                *before != '_' && (!before.is_uppercase() || after.is_some_and(|after| after.is_lowercase()))
            });
        if begins {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
    }
    snake
}

/// `payment_captured` as `PaymentCaptured`.
pub(crate) fn pascal_case(ident: &syn::Ident) -> syn::Ident {
    let text = ident.unraw().to_string();
    let pascal: String = text
        .split('_')
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().into_iter().flat_map(char::to_uppercase).chain(chars)
        })
        .collect();
    // `self` and `_2fa` would be `Self` and `2fa`, which are no identifiers; and of `__` nothing would be left.
    let tries = [pascal.clone(), format!("{pascal}_"), format!("_{pascal}")];
    let valid = tries.iter().find_map(|name| syn::parse_str::<syn::Ident>(name).ok());
    valid.unwrap_or_else(|| ident.clone()).spanned(ident)
}

trait Spanned {
    fn spanned(self, like: &syn::Ident) -> Self;
}

impl Spanned for syn::Ident {
    fn spanned(mut self, like: &syn::Ident) -> Self {
        self.set_span(like.span());
        self
    }
}

#[cfg(test)]
mod tests {
    use quote::format_ident;

    use super::*;

    #[test]
    fn snake_case_breaks_at_words() {
        for (camel, snake) in [
            ("Account", "account"),
            ("PaymentMethod", "payment_method"),
            ("HTTPServer", "http_server"),
            ("OrderV2", "order_v2"),
            ("already_snake", "already_snake"),
        ] {
            assert_eq!(snake_case(&format_ident!("{camel}")), snake);
        }
    }

    #[test]
    fn pascal_case_joins_words() {
        for (snake, pascal) in [
            ("opened", "Opened"),
            ("payment_captured", "PaymentCaptured"),
            ("r#move", "Move"),
            ("_2fa_enabled", "_2faEnabled"),
            ("__", "__"),
        ] {
            let ident: syn::Ident = syn::parse_str(snake).unwrap_or_else(|_| format_ident!("broken"));
            assert_eq!(pascal_case(&ident), pascal);
        }
    }
}
