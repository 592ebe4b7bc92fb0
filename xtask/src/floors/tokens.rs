//! Paths in the tokens of a macro call or definition, of which there is no syntax tree.

use proc_macro2::{TokenStream, TokenTree};

/// Every path that starts with `crate` or `super`, with its line: `crate::store::Seen`.
pub(super) fn paths(tokens: TokenStream) -> Vec<(Vec<String>, usize)> {
    let mut found = Vec::new();
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Group(group) => found.append(&mut paths(group.stream())),
            TokenTree::Ident(first) if first == "crate" || first == "super" => {
                let mut path = vec![first.to_string()];
                while tokens.next_if(is_colon).is_some() && tokens.next_if(is_colon).is_some() {
                    let Some(TokenTree::Ident(next)) = tokens.next_if(|next| matches!(next, TokenTree::Ident(_)))
                    else {
                        break;
                    };
                    path.push(next.to_string());
                }
                if path.len() > 1 {
                    found.push((path, first.span().start().line));
                }
            }
            _ => {}
        }
    }
    found
}

fn is_colon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ':')
}
