//! What a page shows as the program's own words, names or variants is what the program has.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
};

type Done = Result<(), Box<dyn Error>>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of all files below a folder that end so.
fn texts(folder: &Path, end: &str) -> Result<Vec<(PathBuf, String)>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut texts(&path, end)?);
        } else if path.to_string_lossy().ends_with(end) {
            let text = fs::read_to_string(&path)?;
            found.push((path, text));
        }
    }
    Ok(found)
}

/// The first cells of every table under this head.
fn first_cells<'a>(page: &'a str, head: &'a str) -> impl Iterator<Item = &'a str> {
    let tables = page.split(head).skip(1);
    let rows = tables.flat_map(|table| table.lines().skip(2).take_while(|line| line.starts_with('|')));
    rows.filter_map(|row| Some(row.strip_prefix("| ")?.split(" |").next()?.trim()))
}

#[test]
fn what_the_compiler_says_was_seen_by_a_test() -> Done {
    let seen = texts(&root().join("tests/ui"), ".stderr")?;
    let was_seen = |message: &str| seen.iter().any(|(_, stderr)| stderr.contains(message));
    let mut count = 0;
    for (path, page) in texts(&root().join("book/src/reference"), ".md")? {
        for message in first_cells(&page, "| the compiler says | since |") {
            count += 1;
            // What ends in an ellipsis may have been cut there.
            let known = was_seen(message) || message.strip_suffix('…').is_some_and(was_seen);
            assert!(known, "{}: no compile-fail case has this: {message}", path.display());
        }
    }
    assert!(count > 50, "only {count} messages");
    Ok(())
}

#[test]
fn what_a_store_says_stands_in_its_code() -> Done {
    let code = texts(&root().join("runtime/src"), ".rs")?;
    let page = fs::read_to_string(root().join("book/src/guide/operations.md"))?;
    let headings = page.lines().filter_map(|line| line.strip_prefix("### "));
    let mut count = 0;
    for message in first_cells(&page, "| it says | it is |").chain(headings) {
        count += 1;
        // An ellipsis is whatever stands there, and a value in backticks as well.
        let parts = || {
            message
                .split("`…`")
                .flat_map(|part| part.split('…'))
                .map(|part| part.trim_matches([' ', '`', '(', ')', ',']))
        };
        let said = code
            .iter()
            .chain([&sql()?])
            .any(|(_, code)| code.lines().any(|line| parts().all(|part| line.contains(part))));
        assert!(said, "no line of the runtime has this: {message}");
    }
    assert!(count > 15, "only {count} messages");
    Ok(())
}

fn sql() -> Result<(PathBuf, String), Box<dyn Error>> {
    let path = root().join("runtime/src/postgres/sql/0002_immutable.sql");
    let text = fs::read_to_string(&path)?;
    Ok((path, text))
}

#[test]
fn every_variant_of_an_error_has_its_row() -> Done {
    let code = fs::read_to_string(root().join("runtime/src/error.rs"))?;
    let page = fs::read_to_string(root().join("book/src/reference/errors.md"))?;
    for (error, section) in
        [("pub enum ExecuteError<E> {", "## `ExecuteError<E>`"), ("pub enum StoreError {", "## `StoreError`")]
    {
        let body = code.split(error).nth(1).and_then(|rest| rest.split("\n}").next()).ok_or(error)?;
        let section = page.split(section).nth(1).and_then(|rest| rest.split("\n## ").next()).ok_or(section)?;
        let variants = body
            .lines()
            .filter_map(|line| line.strip_prefix("    "))
            .filter(|line| line.starts_with(char::is_uppercase));
        let variants: Vec<&str> =
            variants.filter_map(|line| line.split(|letter: char| !letter.is_alphanumeric()).next()).collect();
        assert!(variants.len() > 5, "{error} has {variants:?}");
        let cells: Vec<&str> = first_cells(section, "| variant | what happened | what to do |").collect();
        for variant in &variants {
            let has = |cell: &&str| cell.contains(&format!("`{variant}`")) || cell.contains(&format!("`{variant}("));
            assert!(cells.iter().any(has), "no row for `{variant}` of {error}");
        }
    }
    Ok(())
}

#[test]
fn every_metric_that_a_page_names_exists() -> Done {
    // Names in the database that begin like those of metrics.
    let others = ["foldline_migrations", "foldline_holdings"];
    let mut count = 0;
    for (path, page) in texts(&root().join("book/src"), ".md")? {
        for (at, _) in page.match_indices("foldline_") {
            let name = page[at..]
                .split(|letter: char| !(letter.is_ascii_lowercase() || letter == '_'))
                .next()
                .unwrap_or_default();
            let known = foldline::metrics::TABLE.iter().any(|metric| metric.name == name) || others.contains(&name);
            // A beginning of names is none itself.
            let known = known || name.ends_with('_');
            assert!(known, "{}: there is no metric `{name}`", path.display());
            count += 1;
        }
    }
    assert!(count > 5, "only {count} names");
    Ok(())
}
