//! The tables of a store's options show the options that there are, and what they are set to.

use std::{collections::BTreeMap, error::Error, fmt::Debug, fs, path::Path};

use foldline::{PostgresOptions, SqliteOptions};

/// The fields of options, as `Debug` prints them.
fn fields(options: &impl Debug) -> BTreeMap<String, String> {
    let printed = format!("{options:?}");
    let inner = printed.split_once(" { ").map_or("", |(_, inner)| inner.trim_end_matches(" }"));
    let mut depth = 0;
    // What stands between brackets belongs to one field.
    let fields = inner.split(|letter| {
        depth += i32::from("{([".contains(letter)) - i32::from("})]".contains(letter));
        letter == ',' && depth == 0
    });
    let pairs = fields.filter_map(|field| field.trim().split_once(": "));
    pairs.map(|(name, value)| (name.to_owned(), value.trim_matches(['"', '(', ')']).to_owned())).collect()
}

/// A value as `Debug` prints it, from how a table says it.
fn debugged(cell: &str) -> String {
    match cell.trim_matches('`').split_once(' ') {
        Some((minutes, "min")) => {
            minutes.parse().map_or_else(|_| cell.into(), |minutes: u64| format!("{}s", minutes * 60))
        }
        Some((number, unit @ ("s" | "ms"))) => format!("{number}{unit}"),
        _ if cell == "yes" => "true".into(),
        _ if cell == "no" => "false".into(),
        _ => cell.trim_matches('`').into(),
    }
}

fn compare(section: &str, production: &impl Debug, development: &impl Debug) -> Result<(), Box<dyn Error>> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/guide/stores.md"))?;
    let table = page.split(section).nth(1).and_then(|rest| rest.split("| option |").nth(1)).ok_or("no table")?;
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let cells = rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
    let mut shown: BTreeMap<String, [String; 2]> = BTreeMap::new();
    for row in cells {
        let [name, production, development, _] = row.as_slice() else { return Err(format!("{row:?}").into()) };
        let name = name.trim_matches('`').split('(').next().unwrap_or_default();
        shown.insert(name.to_owned(), [debugged(production), debugged(development)]);
    }

    let (production, development) = (fields(production), fields(development));
    assert_eq!(shown.keys().collect::<Vec<_>>(), production.keys().collect::<Vec<_>>(), "{section}: the options");
    for (name, [in_production, in_development]) in &shown {
        for (shown, set) in [(in_production, &production[name]), (in_development, &development[name])] {
            // What is a struct of its own has a place of its own.
            assert!(set.contains('{') || shown == set, "{section}: `{name}` is `{set}`, and the page says `{shown}`");
        }
    }
    Ok(())
}

#[test]
fn the_options_of_postgres_are_those_of_the_page() -> Result<(), Box<dyn Error>> {
    compare("\n## PostgreSQL\n", &PostgresOptions::production(), &PostgresOptions::development())
}

#[test]
fn the_options_of_sqlite_are_those_of_the_page() -> Result<(), Box<dyn Error>> {
    compare("\n## SQLite\n", &SqliteOptions::production(), &SqliteOptions::development())
}
