//! A page that is to be followed: what a reader would do, step by step.

/// One thing that a reader does, or looks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Types these lines.
    Run(String),
    /// Expects what was typed last to print these lines, in this order.
    See(Vec<String>),
    /// Puts this into a file.
    Write { file: String, text: String },
    /// Puts this at the end of a file.
    Append { file: String, text: String },
}

/// The steps of a page: its blocks of code, and what the words before each say to do with it.
///
/// A block that nothing is said about is a fault: a reader would not know what to do with it.
pub(super) fn steps(page: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let (mut said, mut block): (&str, Option<(&str, String)>) = ("", None);
    for (index, line) in page.lines().enumerate() {
        match (line.strip_prefix("```"), block.take()) {
            // Something to look at.
            (Some(_), Some((language, _))) if language.starts_with("diagram") => {}
            (Some(_), Some((language, text))) => {
                let step = step(said, language, text).ok_or(format!("line {}: what to do with this?", index + 1))?;
                steps.push(step);
                said = "";
            }
            (Some(language), None) => block = Some((language, String::new())),
            // Which a reader of the book does not see, and so does not copy.
            (None, Some((language, text))) if language.starts_with("rust") && is_hidden(line) => {
                block = Some((language, text));
            }
            (None, Some((language, text))) => block = Some((language, text + line + "\n")),
            (None, None) if line.trim().is_empty() => {}
            (None, None) => said = line,
        }
    }
    if steps.is_empty() { Err("there is nothing to follow".into()) } else { Ok(steps) }
}

fn is_hidden(line: &str) -> bool {
    line.trim() == "#" || line.trim_start().starts_with("# ")
}

fn step(said: &str, language: &str, text: String) -> Option<Step> {
    let file = || said.rsplit('`').nth(1).map(str::to_owned);
    match language.split(',').next()? {
        "sh" => Some(Step::Run(text)),
        "text" => Some(Step::See(text.lines().map(str::to_owned).collect())),
        "rust" if said.contains("into `") => Some(Step::Write { file: file()?, text }),
        "rust" if said.contains("at the end of `") => Some(Step::Append { file: file()?, text }),
        _ => None,
    }
}

/// The first of these lines that was not printed behind the others.
pub(super) fn unseen<'a>(expected: &'a [String], printed: &str) -> Option<&'a str> {
    let mut printed = printed.lines();
    // Its beginning is enough: test programs say at the end of a line how long they took.
    let missing = expected.iter().find(|line| !printed.any(|printed| printed.starts_with(line.as_str())));
    missing.map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_to_do_with_each_block() {
        let page = "# Bank\n\n```sh\ncargo new bank\n```\n\nSo:\n```diagram A bank\n[ ]\n```\n\
                    Put this into `src/main.rs`:\n\n```rust,ignore\n# mod unseen;\nfn main() {}\n```\n\n\
                    And this at the end of `src/main.rs`:\n```rust\n// end\n```\n```text\nhello\n```\n";
        let file = || "src/main.rs".to_owned();
        assert_eq!(
            steps(page),
            Ok(vec![
                Step::Run("cargo new bank\n".into()),
                Step::Write { file: file(), text: "fn main() {}\n".into() },
                Step::Append { file: file(), text: "// end\n".into() },
                Step::See(vec!["hello".into()]),
            ])
        );
        assert_eq!(steps("It looks so:\n```rust\nfn main() {}\n```"), Err("line 4: what to do with this?".into()));
        assert!(steps("nothing").is_err());
    }

    #[test]
    fn what_is_not_printed_in_order_is_missed() {
        let expected = ["a".to_owned(), "b".to_owned()];
        assert_eq!(unseen(&expected, "x\na 1\nb"), None);
        assert_eq!(unseen(&expected, "b\na"), Some("b"));
    }
}
