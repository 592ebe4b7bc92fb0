//! A page names nothing that does not exist: neither in its blocks, which are compiled, nor between its lines.

use std::{
    collections::{HashMap, HashSet},
    error::Error,
    fs,
    path::{Path, PathBuf},
};

use syn::visit::{self, Visit};

/// What stands in no code: settings and programs of PostgreSQL and what it calls things by itself, words of HTTP, and what a
/// page advises against.
const OTHERS: [&str; 22] = [
    "ETag",
    "Idempotency",
    "NOTIFY",
    "Trait",
    "_amount",
    "_reason",
    "balance_changed",
    "bank_balances",
    "commit_delay",
    "events_pkey",
    "foldline_holdings",
    "full_page_writes",
    "idle_in_transaction_session_timeout",
    "max_wal_size",
    "pg_basebackup",
    "pg_dump",
    "pg_test_fsync",
    "remote_write",
    "shared_buffers",
    "synchronous_standby_names",
    "wal_compression",
    "pg_",
];

fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in folder.read_dir()? {
        let path = entry?.path();
        match path.extension().and_then(|end| end.to_str()) {
            // What other systems are called is nothing of ours.
            None if path.is_dir() && !path.ends_with("peers") => files(&path, ends, found)?,
            Some(end) if ends.contains(&end) => found.push(path),
            _ => {}
        }
    }
    Ok(())
}

/// Of each type and trait of ours, what stands behind its `::`.
#[derive(Default)]
struct Members(HashMap<String, HashSet<String>>);

impl Members {
    fn add(&mut self, owner: &syn::Ident, member: &syn::Ident) {
        self.0.entry(owner.to_string()).or_default().insert(member.to_string());
    }
}

impl<'ast> Visit<'ast> for Members {
    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        item.variants.iter().for_each(|variant| self.add(&item.ident, &variant.ident));
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.0.entry(item.ident.to_string()).or_default();
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        for member in &item.items {
            match member {
                syn::TraitItem::Fn(member) => self.add(&item.ident, &member.sig.ident),
                syn::TraitItem::Const(member) => self.add(&item.ident, &member.ident),
                syn::TraitItem::Type(member) => self.add(&item.ident, &member.ident),
                _ => {}
            }
        }
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        if let syn::Type::Path(owner) = &*item.self_ty
            && let Some(owner) = owner.path.segments.last()
        {
            for member in &item.items {
                match member {
                    syn::ImplItem::Fn(member) => self.add(&owner.ident, &member.sig.ident),
                    syn::ImplItem::Const(member) => self.add(&owner.ident, &member.ident),
                    _ => {}
                }
            }
        }
        visit::visit_item_impl(self, item);
    }
}

/// The words of a text, each with what stands right before and behind it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str, &str)> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(is_word)?;
        at = start + text.get(start..)?.find(|letter| !is_word(letter)).unwrap_or(text.len() - start);
        Some((text.get(..start)?, text.get(start..at)?, text.get(at..)?))
    })
}

/// What stands between backticks on a page, outside of its blocks; of a table with another system's words, in the last cell.
fn inline(page: &str, of_others: bool) -> impl Iterator<Item = &str> {
    let text = page.split("```").step_by(2).flat_map(str::lines);
    let ours = text.filter_map(move |line| match line.strip_prefix('|') {
        Some(_) if of_others => line.trim_end_matches([' ', '|']).rsplit(" | ").next(),
        None if of_others => None,
        _ => Some(line),
    });
    ours.flat_map(|line| line.split('`').skip(1).step_by(2))
}

/// The first thing in a piece of code that nothing in the repository is called.
fn unknown<'a>(code: &'a str, members: &Members, known: &HashSet<String>, text: &str) -> Option<&'a str> {
    words(code).find_map(|(before, word, behind)| {
        let is_type = word.starts_with(|letter: char| letter.is_ascii_uppercase()) && word.len() > 1;
        if let Some(member) = behind.strip_prefix("::").filter(|_| is_type)
            && let Some((_, member, _)) = words(member).next().filter(|(before, ..)| before.is_empty())
        {
            let is_there = match members.0.get(word) {
                Some(ours) => ours.contains(member),
                None => text.contains(&format!("{word}::{member}")),
            };
            return (!is_there).then_some(code);
        }
        let looks_like_a_name = is_type || word.contains('_') || before.ends_with('.') || behind.starts_with('(');
        let names_something = looks_like_a_name && !word.starts_with(|letter: char| letter.is_ascii_digit());
        (names_something && !known.contains(word)).then_some(word)
    })
}

#[test]
fn every_name_on_a_page_is_something() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let (mut code, mut pages) = (Vec::new(), Vec::new());
    for folder in
        ["benches", "book/doctests/src", "examples", "macros", "ops", "runtime", "src", "tests", "torture", "xtask"]
    {
        files(&root.join(folder), &["rs", "sql", "sh", "toml", "stderr", "yml", "yaml"], &mut code)?;
    }
    files(&root.join("book/src"), &["md"], &mut pages)?;
    let (mut members, mut text) = (Members::default(), String::new());
    for path in code {
        let file = fs::read_to_string(&path)?;
        let is_ours = path.starts_with(root.join("runtime/src")) || path.starts_with(root.join("src"));
        if is_ours && path.extension().is_some_and(|end| end == "rs") {
            members.visit_file(&syn::parse_file(&file).map_err(|fault| format!("{}: {fault}", path.display()))?);
        }
        // What only a comment says need not be so.
        file.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .for_each(|line| text = std::mem::take(&mut text) + line + "\n");
    }
    let mut read = Vec::new();
    // One is written by a run, and says what other systems call what they do.
    for path in pages.into_iter().filter(|path| !path.ends_with("performance/figures.md")) {
        let page = fs::read_to_string(&path)?;
        page.split("```").skip(1).step_by(2).for_each(|block| text.push_str(block));
        read.push((path, page));
    }
    let mut known: HashSet<String> = words(&text).map(|(_, word, _)| word.to_owned()).collect();
    known.extend(OTHERS.map(str::to_owned));

    let (mut count, mut faults) = (0, Vec::new());
    for (path, page) in &read {
        for code in inline(page, path.iter().any(|part| part == "coming-from")) {
            count += 1;
            faults.extend(unknown(code, &members, &known, &text).map(|name| format!("{}: `{name}`", path.display())));
        }
    }
    assert!(faults.is_empty(), "there is no such thing:\n{}", faults.join("\n"));
    assert!(count > 900, "only {count} pieces of code");
    Ok(())
}
