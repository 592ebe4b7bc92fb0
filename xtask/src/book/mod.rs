//! `cargo xtask book`: builds the book, and checks that its links and those of the papers lead somewhere.

mod follow;
mod html;
mod links;
mod markdown;
mod page;

use crate::shell::{Done, cargo, root, run as call};

#[derive(Debug, Default, clap::Args)]
pub(crate) struct Args {
    /// Instead: do what *Ten minutes* and the tutorial say, copy and paste, in an empty folder
    #[arg(long)]
    pub(crate) follow_start: bool,
}

pub(crate) fn run(args: &Args) -> Done {
    if args.follow_start {
        return follow::run();
    }
    // The builder is a workspace of its own, so that the everyday build knows nothing of mdBook; the target folder is
    // shared, so that what both need is compiled once.
    let target = root().join("target");
    let builder = |what| {
        let mut builder = cargo([what, "--quiet", "--locked", "--manifest-path", "book/builder/Cargo.toml"]);
        builder.arg("--target-dir").arg(&target);
        builder
    };
    call(&mut builder("test"))?;
    call(builder("run").arg("--").arg(root().join("book")).arg(target.join("book")))?;
    links::check(&target.join("book"))
}
