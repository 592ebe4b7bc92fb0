//! A reader is given the log as it is, in order, and nothing later changes what it was given.

use super::{
    super::{
        record::Tailed,
        violation::{Promise, Violation},
    },
    Case,
};

pub(super) fn check(case: &Case<'_>) -> Vec<Violation> {
    case.history.tails.iter().filter_map(|tail| one(case, tail)).collect()
}

fn one(case: &Case<'_>, tail: &[Tailed]) -> Option<Violation> {
    let after = tail.first()?.after;
    let given = tail.iter().flat_map(|page| &page.events);
    let log = case.log.facts().iter().skip(usize::try_from(after).unwrap_or(usize::MAX)).map(Some);
    given.zip(log.chain(std::iter::repeat(None))).find_map(|(given, fact)| {
        let actual = fact.map(|fact| (fact.position, fact.version, fact.stream, fact.commit));
        (actual != Some(*given)).then(|| {
            let (position, version, stream, commit) = given;
            let what =
                format!("a reader was given {stream} version {version}, commit {commit}, as position {position}");
            Violation::new(Promise::Tailed, what).line("where the log has").facts(fact)
        })
    })
}
