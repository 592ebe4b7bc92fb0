//! What a category may be called.

use syn::LitStr;

use crate::diag::Diagnostics;

/// A category is what stands before the first `-` of a stream's stored name.
pub(crate) fn check(name: &LitStr, diag: &mut Diagnostics) {
    let text = name.value();
    if text.contains('-') {
        let message =
            format!("a category holds no `-`, which divides it from the key: write `\"{}\"`", text.replace('-', "_"));
        diag.error(name, message);
    } else if text.is_empty() || text.contains('\0') || text.len() > 128 {
        diag.error(name, "a category is a word of 1 to 128 bytes: `\"account\"`");
    }
}
