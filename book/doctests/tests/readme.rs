//! The README shows code of the bank that one can run, not code like it.

use std::{error::Error, fs, path::Path};

#[test]
fn every_rust_block_of_the_readme_stands_in_the_bank() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut bank = String::new();
    for entry in root.join("examples/banking/src").read_dir()? {
        let path = entry?.path();
        if path.is_file() {
            bank += &fs::read_to_string(path)?;
        }
    }
    let readme = fs::read_to_string(root.join("README.md"))?;
    let blocks: Vec<&str> = readme.split("```rust\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert!(!blocks.is_empty(), "the README shows no code");
    for block in blocks {
        assert!(bank.contains(block), "no file in examples/banking/src holds this:\n{block}");
    }
    Ok(())
}
