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

/// Where a reader looks a message up: headings, and first cells of the tables of messages.
fn looked_up() -> Result<Vec<String>, Box<dyn Error>> {
    let page = fs::read_to_string(root().join("book/src/guide/operations.md"))?;
    let headings = page.lines().filter_map(|line| line.strip_prefix("### "));
    let headings = headings.filter(|heading| !["Others", "Who holds it"].contains(heading));
    Ok(first_cells(&page, "| it says | it is |").chain(headings).map(str::to_owned).collect())
}

#[test]
fn what_the_page_of_messages_says_stands_in_the_code() -> Done {
    let mut code = texts(&root().join("runtime/src"), ".rs")?;
    code.push(sql()?);
    let messages = looked_up()?;
    for message in &messages {
        // An ellipsis is whatever stands there, and a value in backticks as well.
        let parts: Vec<&str> = message
            .split("`…`")
            .flat_map(|part| part.split('…'))
            .map(|part| part.trim_matches([' ', '`', '(', ')', ',']))
            .collect();
        let said = code.iter().any(|(_, code)| code.lines().any(|line| parts.iter().all(|part| line.contains(part))));
        assert!(said, "no line of the runtime has this: {message}");
    }
    assert!(messages.len() > 60, "only {} messages", messages.len());
    Ok(())
}

/// The messages of the errors in a piece of code, an ellipsis for what is filled in.
fn messages(code: &str) -> impl Iterator<Item = String> {
    let texts = code.split("#[error(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
    texts.map(|rest| {
        let (mut message, mut letters, mut inside) = (String::new(), rest.chars(), false);
        while let Some(letter) = letters.next() {
            match letter {
                '"' => break,
                '\\' => message.extend(letters.next()),
                '{' => inside = true,
                '}' => {
                    inside = false;
                    message.push('…');
                }
                letter if !inside => message.push(letter),
                _ => {}
            }
        }
        message.replace("… …", "…")
    })
}

#[test]
fn every_message_of_an_error_can_be_looked_up() -> Done {
    let known: Vec<String> = looked_up()?.iter().map(|message| message.trim_end_matches('…').to_owned()).collect();
    let mut count = 0;
    for (path, code) in texts(&root().join("runtime/src"), ".rs")? {
        for message in messages(&code) {
            count += 1;
            let found = known.iter().any(|known| !known.is_empty() && message.starts_with(known.as_str()));
            assert!(found, "{}: not in book/src/guide/operations.md: {message}", path.display());
        }
    }
    assert!(count > 40, "only {count} messages");
    Ok(())
}

#[test]
fn every_advice_of_a_database_can_be_looked_up() -> Done {
    let known = looked_up()?;
    let mut count = 0;
    for dialect in ["postgres", "sqlite"] {
        let code = fs::read_to_string(root().join(format!("runtime/src/{dialect}/faults.rs")))?;
        let advice = code.split("fn advice").nth(1).and_then(|rest| rest.split("_ => return").next()).ok_or(dialect)?;
        // Codes are in quotes as well, and no sentences.
        for text in advice.split('"').skip(1).step_by(2).filter(|text| text.contains(' ')) {
            count += 1;
            assert!(known.iter().any(|known| known == text), "not in book/src/guide/operations.md: {text}");
        }
    }
    assert!(count > 8, "only {count} pieces of advice");
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

#[test]
fn the_code_of_others_is_the_code_that_is_measured() -> Done {
    // However it is broken into lines, and whoever may see it.
    let plain = |code: &str| code.replace("pub(super) ", "").replace(|c: char| c.is_whitespace() || c == ',', "");
    let mut count = 0;
    for (page, bank) in [("eventcore", "eventcore"), ("disintegrate", "disintegrate"), ("cqrs-es", "cqrs")] {
        let measured = plain(&fs::read_to_string(root().join(format!("benches/peers/src/systems/{bank}_bank.rs")))?);
        let page = fs::read_to_string(root().join(format!("book/src/coming-from/{page}.md")))?;
        let block = page.split("```rust,ignore\n").nth(1).and_then(|rest| rest.split("```").next()).ok_or("no code")?;
        let (_, block) = block.split_once('\n').ok_or("a block begins with the system's name")?;
        for piece in block.split("\n\n") {
            count += 1;
            assert!(measured.contains(&plain(piece)), "{bank}_bank.rs has no such piece:\n{piece}");
        }
    }
    assert!(count > 15, "only {count} pieces");
    Ok(())
}

#[test]
fn every_alert_has_its_row() -> Done {
    let rules = fs::read_to_string(root().join("ops/prometheus/foldline.rules.yml"))?;
    let page = fs::read_to_string(root().join("book/src/guide/operations.md"))?;
    let fired: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let rows: Vec<&str> = first_cells(&page, "| alert | look at | then |").map(|cell| cell.trim_matches('`')).collect();
    assert!(!fired.is_empty() && fired == rows, "the rules fire {fired:?}, and the page has {rows:?}");
    Ok(())
}
