//! Stacks that were sampled, as a tree: who was called from where, how often. Pure.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A function, called from the one above it in the tree.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    /// Samples in which it stood there.
    pub(crate) samples: u64,
    pub(crate) callees: BTreeMap<String, Frame>,
}

#[derive(Debug, Default)]
pub(crate) struct Stacks {
    pub(crate) root: Frame,
    /// Samples by function, wherever it was called from.
    within: HashMap<String, u64>,
}

/// Reads what `perf script` says of one program: a line that names it, then its frames, the innermost first, then an empty line.
pub(crate) fn fold(told: &str, program: &str) -> Stacks {
    let mut stacks = Stacks::default();
    for sample in told.split("\n\n") {
        let mut lines = sample.lines().skip_while(|line| line.trim().is_empty());
        let of_program = |comm: &str| comm.trim().strip_prefix(program).is_some_and(|rest| rest.starts_with('-'));
        if !lines.next().is_some_and(of_program) {
            continue;
        }
        let mut frames: Vec<String> = lines.filter_map(name).collect();
        frames.reverse();
        stacks.add(&frames);
    }
    stacks
}

/// The function in a line like `  55d0c0ffee foldline::run::h0123456789abcdef`, without what the compiler added to its name.
fn name(line: &str) -> Option<String> {
    let (_, symbol) = line.trim().split_once(' ')?;
    let (path, last) = symbol.rsplit_once("::").unwrap_or(("", symbol));
    let is_hash = last.len() == 17 && last.starts_with('h') && last[1..].bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(if is_hash && !path.is_empty() { path.to_owned() } else { symbol.to_owned() })
}

impl Stacks {
    pub(crate) fn samples(&self) -> u64 {
        self.root.samples
    }

    fn add(&mut self, frames: &[String]) {
        if frames.is_empty() {
            return;
        }
        self.root.samples += 1;
        let mut at = &mut self.root;
        for frame in frames {
            at = at.callees.entry(frame.clone()).or_default();
            at.samples += 1;
        }
        // Once a sample, however often it calls itself.
        for frame in frames.iter().collect::<BTreeSet<_>>() {
            *self.within.entry(frame.clone()).or_default() += 1;
        }
    }

    /// The functions in which the most samples were, and what share of all that is.
    pub(crate) fn heaviest(&self, count: usize) -> Vec<(f64, &str)> {
        let share = |samples: u64| samples as f64 / self.samples().max(1) as f64;
        let mut all: Vec<(f64, &str)> =
            self.within.iter().map(|(name, samples)| (share(*samples), name.as_str())).collect();
        all.sort_by(|one, other| other.0.total_cmp(&one.0).then_with(|| one.1.cmp(other.1)));
        all.truncate(count);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOLD: &str = "cost-0a1b2c 
\t55d0 bank::fold::h0123456789abcdef
\t55d1 bank::execute
\t55d2 main

cost-0a1b2c 
\t55d0 bank::execute
\t55d1 bank::execute
\t55d2 main

cargo 
\t55d0 main
";

    #[test]
    fn stacks_of_the_program_become_a_tree() {
        let stacks = fold(TOLD, "cost");
        assert_eq!(stacks.samples(), 2, "others are not looked at");
        let execute = &stacks.root.callees["main"].callees["bank::execute"];
        assert_eq!(execute.samples, 2);
        assert_eq!(execute.callees.keys().collect::<Vec<_>>(), ["bank::execute", "bank::fold"]);
        let heaviest = [(1.0, "bank::execute"), (1.0, "main"), (0.5, "bank::fold")];
        assert_eq!(stacks.heaviest(3), heaviest);
    }
}
