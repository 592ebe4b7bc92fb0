//! What stands for a projection's code: the same as long as its handlers are.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{ImplItem, ItemImpl, Path};

/// A mark of the block's items, without their attributes and comments, and of the events that are handled and ignored.
///
/// Of the tokens one by one, not of their text: how that is spaced differs between compilers.
pub(super) fn mark<'a>(block: &ItemImpl, events: impl Iterator<Item = &'a Path>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325;
    for item in &block.items {
        let mut item = item.clone();
        if let ImplItem::Fn(method) = &mut item {
            method.attrs.clear();
        }
        stir(&mut hash, item.to_token_stream());
    }
    for event in events {
        stir(&mut hash, event.to_token_stream());
    }
    hash
}

fn stir(hash: &mut u64, tokens: TokenStream) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => {
                add(hash, &format!("{:?}", group.delimiter()));
                stir(hash, group.stream());
                add(hash, "end");
            }
            other => add(hash, &other.to_string()),
        }
    }
}

/// FNV-1a, with a byte behind each token that is in none.
fn add(hash: &mut u64, token: &str) {
    for byte in token.bytes().chain([0xff]) {
        *hash = (*hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn of(block: &ItemImpl) -> u64 {
        mark(block, std::iter::empty())
    }

    #[test]
    fn it_changes_with_the_code_and_with_nothing_else() {
        let block: ItemImpl = parse_quote!(
            impl A {
                /// Says much.
                fn a(&mut self, n: u64) {
                    self.n += n;
                }
            }
        );
        let same: ItemImpl = parse_quote!(impl A { #[inline] fn a(&mut self,n:u64){self.n+=n;} });
        let others: [ItemImpl; 3] = [
            parse_quote!(impl A { fn a(&mut self, n: u64) { self.n -= n; } }),
            parse_quote!(impl A { fn a(&mut self, n: u32) { self.n += n; } }),
            parse_quote!(impl A { fn a(&mut self, n: u64) {} fn b(&mut self) { self.n += n; } }),
        ];
        assert_eq!(of(&block), of(&same));
        for other in &others {
            assert_ne!(of(&block), of(other));
        }
        let event: Path = parse_quote!(E::X);
        assert_ne!(of(&block), mark(&block, [&event].into_iter()));
    }
}
