//! Builds the book: `book-builder <the book's folder> <where to build it>`. `cargo xtask book` runs this.

mod diagram;

use std::{env, error::Error};

use mdbook_driver::MDBook;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1);
    let (Some(book), Some(out)) = (arguments.next(), arguments.next()) else {
        return Err("book-builder <the book's folder> <where to build it>".into());
    };
    let mut book = MDBook::load(book)?;
    book.config.build.build_dir = out.into();
    book.book.for_each_chapter_mut(|chapter| chapter.content = diagram::draw_all(&chapter.content));
    // The whole chain of causes: without it a broken page says only that rendering failed.
    book.build().map_err(|fault| format!("{fault:#}").into())
}
