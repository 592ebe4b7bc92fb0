//! A list that grows without being moved.

/// How many items stand together.
const PAGE: usize = 256;

/// Grows by a page: it never holds more room than that to spare, and never stops a commit to copy what came before.
#[derive(Debug)]
pub(super) struct Pages<T>(Vec<Vec<T>>);

impl<T> Default for Pages<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Pages<T> {
    pub(super) fn len(&self) -> usize {
        self.0.last().map_or(0, |last| (self.0.len() - 1) * PAGE + last.len())
    }

    pub(super) fn get(&self, index: usize) -> Option<&T> {
        self.0.get(index / PAGE)?.get(index % PAGE)
    }

    pub(super) fn push(&mut self, item: T) {
        match self.0.last_mut().filter(|last| last.len() < PAGE) {
            Some(last) => last.push(item),
            None => {
                let mut page = Vec::with_capacity(PAGE);
                page.push(item);
                self.0.push(page);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_found_across_pages() {
        let mut pages = Pages::default();
        assert_eq!((pages.len(), pages.get(0)), (0, None));
        for n in 0..3 * PAGE {
            pages.push(n);
            assert_eq!((pages.len(), pages.get(n), pages.get(n + 1)), (n + 1, Some(&n), None));
        }
        assert!((0..3 * PAGE).all(|n| pages.get(n) == Some(&n)));
    }
}
