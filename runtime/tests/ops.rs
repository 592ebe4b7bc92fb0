//! The dashboard and the rules speak of metrics that there are, and the dashboard of all of them.

use std::{collections::BTreeSet, error::Error, fs, io, path::Path};

use foldline_runtime::metrics::{Kind, TABLE};

fn read(file: &str) -> io::Result<String> {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../ops").join(file))
}

/// The metrics that a file names.
fn named(file: &str) -> io::Result<BTreeSet<String>> {
    let text = read(file)?;
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    Ok(words.filter(|word| word.starts_with("foldline_")).map(metric).collect())
}

/// A histogram's parts are exported under names of their own.
fn metric(name: &str) -> String {
    let whole = ["_bucket", "_sum", "_count"].iter().find_map(|part| name.strip_suffix(part)).unwrap_or(name);
    let is_histogram = TABLE.iter().any(|metric| metric.name == whole && metric.kind == Kind::Histogram);
    if is_histogram { whole } else { name }.to_owned()
}

#[test]
fn every_metric_that_is_named_is_in_the_table() -> Result<(), Box<dyn Error>> {
    let table: BTreeSet<String> = TABLE.iter().map(|metric| metric.name.to_owned()).collect();
    for file in ["grafana/foldline.json", "prometheus/foldline.rules.yml", "prometheus/foldline.rules.test.yml"] {
        let named = named(file)?;
        assert!(!named.is_empty(), "{file} names no metric");
        assert_eq!(named.difference(&table).collect::<Vec<_>>(), [""; 0], "{file}");
    }
    let shown = named("grafana/foldline.json")?;
    assert_eq!(table.difference(&shown).collect::<Vec<_>>(), [""; 0], "the dashboard shows all of them");
    Ok(())
}

#[test]
fn every_rule_is_tried() -> Result<(), Box<dyn Error>> {
    let told = |text: &str, key: &str| -> BTreeSet<String> {
        text.lines().filter_map(|line| line.trim_start().strip_prefix(key)).map(|name| name.trim().to_owned()).collect()
    };
    let rules = told(&read("prometheus/foldline.rules.yml")?, "- alert:");
    assert!(!rules.is_empty());
    assert_eq!(told(&read("prometheus/foldline.rules.test.yml")?, "- alertname:"), rules);
    Ok(())
}
