//! Every error of one macro call, reported together.

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far. A macro goes on after each, so that its user sees all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Diagnostics(Vec<syn::Error>);

impl Diagnostics {
    /// Notes a mistake at the user's tokens: what is wrong, and what to write instead.
    pub(crate) fn error(&mut self, at: impl ToTokens, message: impl std::fmt::Display) {
        self.0.push(syn::Error::new_spanned(at, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        self.0.push(error);
    }

    /// Notes what darling found.
    pub(crate) fn darling(&mut self, error: darling::Error) {
        self.0.extend(error.flatten().into_iter().map(syn::Error::from));
    }

    /// How many mistakes there are so far.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes the value of a fallible step, or notes its mistake.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.0.push(error)).ok()
    }

    /// The compiler errors to put beside the output.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.into_iter().map(syn::Error::into_compile_error).collect()
    }
}

/// The known word that was most likely meant by an unknown one.
pub(crate) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let close = |known: &str| {
        let begins = word.len() >= 3 && (known.starts_with(word) || word.starts_with(known));
        let steps = distance(word, known);
        (begins || steps <= 1 + known.len() / 5).then_some(steps)
    };
    known.filter_map(|known| Some((close(known)?, known))).min().map(|(_, known)| known)
}

/// How many letters to change, drop, add, or swap with their neighbour.
fn distance(one: &str, two: &str) -> usize {
    let (one, two): (Vec<char>, Vec<char>) = (one.chars().collect(), two.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=two.len()).collect()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in two.iter().enumerate() {
            let mut steps = (rows[i][j] + usize::from(a != b)).min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == two[j - 1] && one[i - 1] == *b {
                steps = steps.min(rows[i - 1][j - 1] + 1);
            }
            row.push(steps);
        }
        rows.push(row);
    }
    rows[one.len()][two.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_understood_and_another_word_is_not() {
        let known = ["read", "new", "existing", "or"];
        for (word, meant) in [
            ("raed", Some("read")),
            ("exist", Some("existing")),
            ("existng", Some("existing")),
            ("nwe", Some("new")),
            ("write", None),
            ("key", None),
        ] {
            assert_eq!(nearest(word, known.into_iter()), meant, "{word}");
        }
    }
}
