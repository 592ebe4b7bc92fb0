//! The shop's story, told while it happens.

use std::{fmt::Display, str::FromStr};

use ecommerce::{
    AddPaymentMethod, BlockPaymentMethod, CancelOrder, CustomerId, Items, ListProduct, Money, PlaceOrder, PutInCart,
    Quantity, Register, Restock, Ship, ShopError, Sku,
};
use foldline::prelude::*;
use futures_util::TryStreamExt;
use support::{Opened, log::Line};

use crate::{Done, shop::Shop};

/// How many want the last pot.
const BUYERS: usize = 64;

/// Tells it. On a log that has heard it before, what is there is there.
pub(crate) async fn tell(shop: &Shop, place: &Opened) -> Done {
    let executor = &shop.service.executor;
    let before = executor.store().head().await?;
    let (tea, pot): (Sku, Sku) = ("TEA".parse()?, "POT".parse()?);
    let one = Quantity::try_new(1)?;

    println!("A shop opens. Its log is {}.\n", place.url);
    for (product, name, price) in [(&tea, "Darjeeling", 5), (&pot, "Clay pot", 15)] {
        let list = ListProduct { product: product.clone(), name: name.parse()?, price: euros(price) };
        say(format!("{name}, for {}, comes into the catalogue", euros(price)), executor.execute(list).await)?;
    }
    say(
        "Ten packets of tea arrive",
        executor.execute(Restock { product: tea.clone(), quantity: Quantity::try_new(10)? }).await,
    )?;
    say("A single pot arrives", executor.execute(Restock { product: pot.clone(), quantity: one }).await)?;

    println!("\n{BUYERS} people want that pot, all at once, and a packet of tea with it.\n");
    let wanted = Items::from([(pot, one), (tea.clone(), one)]);
    let mut orders = Vec::new();
    for number in 1..=BUYERS {
        orders.push(comes_in(executor, format!("buyer-{number}-{before}"), wanted.clone()).await?);
    }
    let (mut winner, mut loser, mut losers) = (None, None, 0);
    for (order, outcome) in orders.iter().zip(executor.execute_all(orders.clone()).await) {
        match outcome {
            Err(ExecuteError::Rejected(ShopError::OutOfStock { .. })) => (loser, losers) = (Some(order), losers + 1),
            outcome => {
                say(format!("{} orders both", order.customer), outcome)?;
                winner = Some(order);
            }
        }
    }
    println!("  To {losers} the shop says that no pot is left. Of their orders nothing is stored, not even the tea.");
    if let Some((winner, loser)) = winner.zip(loser) {
        let cancel = CancelOrder { order: winner.order.clone() };
        say(format!("{} thinks better of it, and cancels", winner.customer), executor.execute(cancel).await)?;
        say(format!("{} tries again", loser.customer), executor.execute(loser.clone()).await)?;
        let ship = Ship { order: loser.order.clone() };
        say("That is sent off, and paid as was said when it was ordered", executor.execute(ship).await)?;
        let cancel = CancelOrder { order: loser.order.clone() };
        say(format!("{} would cancel it now", loser.customer), executor.execute(cancel).await)?;
    }
    let eve = comes_in(executor, format!("eve-{before}"), Items::from([(tea, one)])).await?;
    let block = BlockPaymentMethod { method: named("card-of", &eve.customer)? };
    say("Eve's card is reported lost", executor.execute(block).await)?;
    say("Somebody would order with it", executor.execute(eve).await)?;

    let head = shop.caught_up().await?;
    println!("\nThe stock and what was sold, each by a projection of the log:\n");
    shop.stock.read(|stock| {
        for (product, level) in stock.iter() {
            println!("  {product:<6} {:<16} {:>8} {:>6} left", level.name, level.price, level.available);
        }
    });
    shop.best_sellers.read(|sellers| {
        for (product, sold) in sellers.top(3) {
            println!("  {product:<6} {sold:>32} sold");
        }
    });
    println!("\nWhat was written to the streams of orders and products meanwhile:\n");
    let mut log = executor.log(before).until(head).categories(["order", "product"]).raw();
    while let Some(event) = log.try_next().await? {
        println!("  {}", Line(&event));
    }
    what_next(place);
    Ok(())
}

/// Somebody comes in, brings a card and puts these into a cart. The answer is the order that they are about to place.
async fn comes_in(executor: &Executor, who: String, products: Items) -> Done<PlaceOrder> {
    let customer: CustomerId = who.parse()?;
    executor.execute(Register { customer: customer.clone(), name: who.parse()? }).await?;
    let method = named("card-of", &customer)?;
    executor.execute(AddPaymentMethod { customer: customer.clone(), method, limit: euros(100) }).await?;
    let order =
        PlaceOrder { order: named("order-of", &customer)?, cart: named("cart-of", &customer)?, customer, products };
    for (product, quantity) in &order.products {
        let put = PutInCart { cart: order.cart.clone(), product: product.clone(), quantity: *quantity };
        executor.execute(put).await?;
    }
    Ok(order)
}

fn named<T: FromStr>(what: &str, customer: &CustomerId) -> Result<T, T::Err> {
    format!("{what}-{customer}").parse()
}

fn euros(euros: u64) -> Money {
    Money::cents(euros * 100)
}

/// One line of the story: where in the log it ended, or why the shop would not have it.
fn say(line: impl Display, outcome: Result<Committed, ExecuteError<ShopError>>) -> Done {
    match outcome {
        Ok(done) => println!("  {:<62} log position {}", format!("{line}."), done.position().unwrap_or_default()),
        Err(ExecuteError::Rejected(why)) => println!("  {line}. Rejected: {why}."),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn what_next(place: &Opened) {
    let url = if place.is_passing() { "sqlite:shop.db" } else { &place.url };
    println!("\nWhat to try next:\n");
    for (task, why) in [
        ("", "the same where it stays: run it twice"),
        ("serve", "the shop over HTTP; /openapi.json says what it can do"),
        ("log --follow", "the log, while something happens elsewhere"),
        ("products", "what can be bought"),
        ("load", "many orders at once"),
    ] {
        println!("  {:<66} {why}", format!("cargo run -p ecommerce -- --store {url} {task}"));
    }
    println!("\nThe domain is in examples/ecommerce/src: product.rs and commands/orders.rs first.");
}
