//! Every link inside the repository leads somewhere: in the built book, and in the papers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use super::{html, markdown};
use crate::shell::{Done, root};

/// What a file offers to links, and what it links to.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Places in it that can be linked to.
    pub(super) anchors: BTreeSet<String>,
    /// Its links, as written, with their lines.
    pub(super) links: Vec<(usize, String)>,
}

/// Checks the built book in `book`, and the papers of the repository.
pub(super) fn check(book: &Path) -> Done {
    let root = root();
    let mut pages = BTreeMap::new();
    for file in files(book, "html")? {
        // The page for what is not there stands at every address at once: its links start at the server's root.
        if !file.ends_with("404.html") {
            pages.insert(file.clone(), html::page(&fs::read_to_string(&file)?));
        }
    }
    let mut papers = files(&root.join("docs"), "md")?;
    papers.extend(direct(&root, "md")?);
    for file in papers {
        pages.insert(file.clone(), markdown::page(&fs::read_to_string(&file)?));
    }
    let count: usize = pages.values().map(|page| page.links.len()).sum();
    println!("{count} links on {} pages", pages.len());
    let dead = dead(&pages, &|file| file.exists());
    dead.iter().for_each(|dead| println!("{}", dead.replace(&format!("{}/", root.display()), "")));
    if dead.is_empty() { Ok(()) } else { Err(format!("{} dead links (above)", dead.len()).into()) }
}

/// The links that lead nowhere, one line each.
fn dead(pages: &BTreeMap<PathBuf, Page>, exists: &dyn Fn(&Path) -> bool) -> Vec<String> {
    let mut dead = Vec::new();
    for (file, page) in pages {
        for (line, link) in &page.links {
            if let Some(reason) = fault(pages, exists, file, link) {
                dead.push(format!("{}:{line}: `{link}`: {reason}", file.display()));
            }
        }
    }
    dead
}

fn fault(
    pages: &BTreeMap<PathBuf, Page>,
    exists: &dyn Fn(&Path) -> bool,
    from: &Path,
    link: &str,
) -> Option<&'static str> {
    // Elsewhere, or made by a script of the page.
    if link.contains("://")
        || link.starts_with("mailto:")
        || link.starts_with("data:")
        || link.starts_with("javascript:")
    {
        return None;
    }
    let (target, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = target.split('?').next().unwrap_or_default();
    let file = if target.is_empty() { from.to_owned() } else { plain(&from.parent()?.join(target)) };
    match pages.get(&file) {
        Some(page) if anchor.is_empty() || page.anchors.contains(anchor) => None,
        Some(_) => Some("the page has no such place"),
        None if exists(&file) => None,
        None => Some("there is no such file"),
    }
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            std::path::Component::ParentDir => drop(plain.pop()),
            std::path::Component::CurDir => {}
            part => plain.push(part),
        }
    }
    plain
}

fn files(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let mut found = direct(folder, extension)?;
    for entry in folder.read_dir()? {
        let path = entry?.path();
        if path.is_dir() {
            found.append(&mut files(&path, extension)?);
        }
    }
    Ok(found)
}

fn direct(folder: &Path, extension: &str) -> io::Result<Vec<PathBuf>> {
    let entries = folder.read_dir()?.collect::<io::Result<Vec<_>>>()?;
    let paths = entries.into_iter().map(|entry| entry.path());
    Ok(paths.filter(|path| path.is_file() && path.extension().is_some_and(|found| found == extension)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_link_is_found_and_a_living_one_is_not() {
        let pages = BTreeMap::from([
            (PathBuf::from("/book/a.html"), html::page("<h1 id=top>A</h1>\n<a href=\"sub/b.html#low\">b</a>")),
            (
                PathBuf::from("/book/sub/b.html"),
                html::page(
                    "<p id='low'><a href=\"../a.html#top\"></a><a href=\"../gone.html\"></a>\n\
                     <img src='../a.html#bottom'><a href=\"https://example.com/x\"></a><a href=\"#low\"></a>",
                ),
            ),
            (
                PathBuf::from("/README.md"),
                markdown::page("# The `key`, twice\n[x](#the-key-twice) [y](LICENSE) [z](NONE)"),
            ),
        ]);
        assert_eq!(
            dead(&pages, &|file| file == Path::new("/LICENSE")),
            [
                "/README.md:2: `NONE`: there is no such file",
                "/book/sub/b.html:1: `../gone.html`: there is no such file",
                "/book/sub/b.html:2: `../a.html#bottom`: the page has no such place",
            ]
        );
    }
}
