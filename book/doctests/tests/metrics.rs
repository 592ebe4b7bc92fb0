//! The book's table of metrics is the code's.

use std::{env, error::Error, fs, path::Path};

#[test]
fn the_table_of_metrics_is_the_one_in_the_code() -> Result<(), Box<dyn Error>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../src/reference/metrics.md");
    let page = fs::read_to_string(&file)?;
    let (head, rest) = page.split_once("| metric |").ok_or("the page has no table")?;
    let (_, tail) = rest.split_once("\n\n").ok_or("nothing stands behind the table")?;
    let true_page = format!("{head}{}\n{tail}", foldline::metrics::markdown());
    if page != true_page && env::var_os("WRITE_BOOK").is_some() {
        fs::write(&file, &true_page)?;
        return Ok(());
    }
    assert!(
        page == true_page,
        "the code's table is another: `WRITE_BOOK=1 cargo test -p book-doctests` writes it anew"
    );
    Ok(())
}
