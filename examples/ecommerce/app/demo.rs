//! The shop's story, told while it happens.

use ecommerce::{
    AddPaymentMethod, BlockPaymentMethod, CancelOrder, CustomerId, Items, ListProduct, Money, PlaceOrder, PutInCart,
    Quantity, Register, Restock, Ship, ShopError, Sku,
};
use foldline::prelude::*;
use support::{
    Done, Opened,
    log::print,
    story::{say, what_next},
};

use crate::shop::Shop;

/// How many want the last pot.
const BUYERS: usize = 64;

/// Tells it. On a log that has heard it before, what is there is there.
pub(crate) async fn tell(shop: &Shop, place: &Opened) -> Done {
    let executor = &shop.service.executor;
    let before = executor.store().head().await?;
    let (tea, pot): (Sku, Sku) = ("TEA".parse()?, "POT".parse()?);
    let (one, ten) = (Quantity::try_new(1)?, Quantity::try_new(10)?);

    println!("A shop opens. Its log is {}.\n", place.url);
    for (product, name, price) in [(&tea, "Darjeeling", 5), (&pot, "Clay pot", 15)] {
        let list = ListProduct { product: product.clone(), name: name.parse()?, price: euros(price) };
        say(format!("{name}, for {}, comes into the catalogue", euros(price)), executor.execute(list).await)?;
    }
    for (line, product, quantity) in [("Ten packets of tea arrive", &tea, ten), ("A single pot arrives", &pot, one)] {
        say(line, executor.execute(Restock { product: product.clone(), quantity }).await)?;
    }

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
        let cancel = |order: &PlaceOrder| CancelOrder { order: order.order.clone() };
        let outcome = executor.execute(cancel(winner)).await;
        say(format!("{} thinks better of it, and cancels", winner.customer), outcome)?;
        say(format!("{} tries again", loser.customer), executor.execute(loser.clone()).await)?;
        let ship = Ship { order: loser.order.clone() };
        say("That is sent off, and paid as was said when it was ordered", executor.execute(ship).await)?;
        say(format!("{} would cancel it now", loser.customer), executor.execute(cancel(loser)).await)?;
    }
    let eve = comes_in(executor, format!("eve-{before}"), Items::from([(tea, one)])).await?;
    let block = BlockPaymentMethod { method: format!("card-of-{}", eve.customer).parse()? };
    say("Eve's card is reported lost", executor.execute(block).await)?;
    say("Somebody would order with it", executor.execute(eve).await)?;

    let head = shop.service.caught_up().await?;
    println!("\nThe stock and what was sold, each by a projection of the log:\n");
    shop.list();
    shop.best_sellers.read(|sellers| {
        for (product, sold) in sellers.top(3) {
            println!("  {product:<16} {sold:>42} sold");
        }
    });
    println!("\nWhat was written to the streams of orders and products meanwhile:\n");
    print(executor.log(before).until(head).categories(["order", "product"]).raw()).await?;
    what_next("ecommerce", place, crate::USUAL, ("products", "what can be bought"));
    Ok(())
}

/// Somebody comes in, brings a card and puts these into a cart. The answer is the order that they are about to place.
async fn comes_in(executor: &Executor, who: String, products: Items) -> Done<PlaceOrder> {
    let customer: CustomerId = who.parse()?;
    executor.execute(Register { customer: customer.clone(), name: who.parse()? }).await?;
    let method = format!("card-of-{who}").parse()?;
    executor.execute(AddPaymentMethod { customer: customer.clone(), method, limit: euros(100) }).await?;
    let (order, cart) = (format!("order-of-{who}").parse()?, format!("cart-of-{who}").parse()?);
    let order = PlaceOrder { order, cart, customer, products };
    for (product, quantity) in &order.products {
        let put = PutInCart { cart: order.cart.clone(), product: product.clone(), quantity: *quantity };
        executor.execute(put).await?;
    }
    Ok(order)
}

fn euros(euros: u64) -> Money {
    Money::cents(euros * 100)
}
