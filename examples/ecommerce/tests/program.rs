//! The program itself, as its user runs it.

use foldline::testing::{TempFolder, TempSchema, temp_postgres::TempPostgres};
use support::{
    Done,
    testing::{Running, Signal, says},
};

const SHOP: &str = env!("CARGO_BIN_EXE_ecommerce");

#[test]
fn without_arguments_it_tells_how_one_of_sixty_four_gets_the_last_pot() -> Done {
    let story = says(SHOP, &[])?;
    for part in [
        "Clay pot, for 15.00, comes into the catalogue.",
        "To 63 the shop says that no pot is left.",
        "thinks better of it, and cancels.",
        "tries again.",
        "would cancel it now. Rejected: the order has been shipped.",
        "Somebody would order with it. Rejected: the payment method is blocked.",
        "Darjeeling                   5.00        9 left",
        "Clay pot                    15.00        0 left",
        "--store sqlite:shop.db log --follow",
    ] {
        assert!(story.contains(part), "`{part}` is missing:\n{story}");
    }
    assert!(!story.contains("Its log is sqlite:shop.db"), "it leaves nothing behind:\n{story}");
    assert_eq!(story.matches("order.placed").count(), 2, "one, and one after it was cancelled:\n{story}");
    Ok(())
}

#[test]
fn on_a_file_it_goes_on_where_it_stopped() -> Done {
    let folder = TempFolder::fresh()?;
    let url = format!("sqlite:{}", folder.file("shop.db").display());
    let shop = |arguments: &[&str]| says(SHOP, &[&["--store", &url], arguments].concat());
    // Each time ten packets of tea arrive and one is sold.
    for left in [9, 18] {
        let story = shop(&["demo"])?;
        assert!(story.contains("order.shipped"), "{story}");
        let products = shop(&["products"])?;
        assert!(products.lines().any(|line| line.ends_with(&format!(" {left} left"))), "not {left}:\n{products}");
    }
    let log = shop(&["log"])?;
    let shipped = log.lines().find(|line| line.contains("order.shipped")).ok_or("nothing was sent off")?;
    let order = shipped.split_whitespace().nth(1).and_then(|stream| stream.strip_prefix("order-")).ok_or("no order")?;
    let history = shop(&["history", order])?;
    assert!(history.ends_with("At version 2: Shipped, 20.00 in all\n"), "{history}");
    let history = shop(&["history", order, "--at", "1"])?;
    assert!(history.ends_with("At version 1: Open, 20.00 in all\n"), "{history}");
    Ok(())
}

#[test]
fn load_leaves_a_log_that_adds_up_and_a_picture() -> Done {
    let (folder, database) = (TempFolder::fresh()?, TempPostgres::shared()?);
    let (schema, plot) = (TempSchema::on(database), folder.file("load.svg").display().to_string());
    let postgres = schema.url();
    for (store, count, how) in [
        (&*postgres, 2_000, &["--commands", "2000", "--concurrency", "100"][..]),
        ("memory:", 300, &["--rate", "300", "--seconds", "1"]),
    ] {
        let said = says(SHOP, &[&["--store", store, "load", "--accounts", "100", "--plot", &plot], how].concat())?;
        println!("{said}");
        assert!(said.contains(&format!("{count} asked for")) && said.contains("100.00 % succeeded"), "{said}");
        assert!(said.contains(&format!("the read models hold the same {count} orders")), "{said}");
        assert!(std::fs::read_to_string(&plot)?.ends_with("</svg>\n"));
        std::fs::remove_file(&plot)?;
    }
    Ok(())
}

#[test]
fn asked_to_stop_it_stops() -> Done {
    let serving = Running::start(SHOP, &["--store", "memory:", "serve", "--listen", "127.0.0.1:0"])?;
    assert!(serving.next_line()?.starts_with("Serving at http://127.0.0.1:"));
    serving.ask(Signal::TERM)?;
    assert!(serving.stops()?.ends_with("Stopped."));
    Ok(())
}
