//! `cargo xtask book`: builds the book, and checks that its links and those of the papers lead somewhere.

mod html;
mod links;
mod markdown;

use crate::shell::{Done, cargo, root, run as call};

pub(crate) fn run() -> Done {
    // The builder is a workspace of its own, so that the everyday build knows nothing of mdBook; the target folder is
    // shared, so that what both need is compiled once.
    let target = root().join("target");
    let mut build = cargo(["run", "--quiet", "--locked", "--manifest-path", "book/builder/Cargo.toml", "--target-dir"]);
    call(build.arg(&target).arg("--").arg(root().join("book")).arg(target.join("book")))?;
    links::check(&target.join("book"))
}
