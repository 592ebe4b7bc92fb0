//! `cargo xtask floors`: in each crate imports run downwards, and in no circle.

mod check;
mod graph;
mod source;
mod table;
#[cfg(test)]
mod tests;
mod tokens;

use std::{fs, path::Path};

use crate::shell::{Done, root};

pub(crate) fn run() -> Done {
    let repository = root();
    let read = |file: &Path| fs::read_to_string(repository.join(file));
    let mut faults = Vec::new();
    for house in table::HOUSES {
        let source = source::read(Path::new(house.root), &read)?;
        println!("{}: {} modules, {} imports", house.name, source.modules.len(), source.mentions.len());
        faults.append(&mut check::faults(house, &source));
    }
    faults.iter().for_each(|fault| println!("{fault}"));
    match faults.len() {
        0 => Ok(()),
        count => Err(format!("{count} imports (above) that the floors do not allow").into()),
    }
}
