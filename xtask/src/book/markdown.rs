//! Anchors and links of a paper in Markdown: headings, and links written `[text](target)`.

use super::links::Page;

pub(super) fn page(markdown: &str) -> Page {
    let mut page = Page::default();
    let mut in_code = false;
    for (index, line) in markdown.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        } else if !in_code {
            if line.starts_with('#') {
                page.anchors.insert(slug(line.trim_start_matches('#')));
            }
            page.links.extend(targets(line).map(|target| (index + 1, target.to_owned())));
        }
    }
    page
}

/// The anchor that a heading gets: its letters and digits in lower case, `-` for each space.
fn slug(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

fn targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next())
}
