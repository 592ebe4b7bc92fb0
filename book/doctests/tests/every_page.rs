//! A page that is not compiled cannot be trusted: every page of the book stands in `src/lib.rs`.

#[test]
fn every_page_of_the_summary_is_compiled() {
    let summary = include_str!("../../src/SUMMARY.md");
    let compiled = include_str!("../src/lib.rs");
    let pages: Vec<&str> =
        summary.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|page| !page.is_empty()).collect();
    assert!(!pages.is_empty(), "the summary names no page");
    let missing: Vec<&str> =
        pages.into_iter().filter(|page| !compiled.contains(&format!("include_str!(\"../../src/{page}\")"))).collect();
    assert!(missing.is_empty(), "add to book/doctests/src/lib.rs: {missing:?}");
}
