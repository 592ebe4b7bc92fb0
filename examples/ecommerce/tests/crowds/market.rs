//! A shop with something in it, and people who come in.

use std::sync::Arc;

use ecommerce::{
    AddPaymentMethod, CartId, CustomerId, Items, ListProduct, Money, PlaceOrder, PutInCart, Quantity, Register,
    Restock, Sku,
};
use foldline::{Command, RetryPolicy, prelude::*, storage::Store, testing::Queueing};
use tokio::sync::Barrier;

use crate::Done;

/// A shop that has so many of each product, for one euro apiece.
pub(crate) async fn open_shop(stock: impl IntoIterator<Item = (&Sku, u32)>) -> Done<Executor> {
    let shop = executor(Queueing::before(MemoryStore::new()));
    for (product, units) in stock {
        let list =
            ListProduct { product: product.clone(), name: "Something to sell".parse()?, price: Money::cents(100) };
        shop.execute(list).await?;
        shop.execute(Restock { product: product.clone(), quantity: quantity(units)? }).await?;
    }
    Ok(shop)
}

/// Another executor on the same store: as in another process, it knows nothing of what this one is about to do.
pub(crate) fn branch(shop: &Executor) -> Executor {
    executor(shop.store().clone())
}

/// However many want the same: whoever is not the first decides again, and nobody gives up.
fn executor(store: impl Store) -> Executor {
    Executor::builder(store).retry(RetryPolicy::retries(u32::MAX)).build()
}

/// Customer `number` comes in with a card and puts these into a cart; the order they are about to place is the answer.
pub(crate) async fn buyer(shop: &Executor, number: u32, products: Items) -> Done<PlaceOrder> {
    let customer: CustomerId = format!("customer-{number}").parse()?;
    let cart: CartId = format!("cart-{number}").parse()?;
    shop.execute(Register { customer: customer.clone(), name: "Somebody".parse()? }).await?;
    let (method, limit) = (format!("card-{number}").parse()?, Money::cents(100_000));
    shop.execute(AddPaymentMethod { customer: customer.clone(), method, limit }).await?;
    for (product, quantity) in &products {
        let put = PutInCart { cart: cart.clone(), product: product.clone(), quantity: *quantity };
        shop.execute(put).await?;
    }
    Ok(PlaceOrder { order: format!("order-{number}").parse()?, cart, customer, products })
}

/// Everybody asks in the same moment, each on a task of their own: half of them here, and half each at a branch.
pub(crate) async fn at_once<C: Command<Error: Send> + 'static>(
    shop: &Executor,
    commands: Vec<C>,
) -> Done<Vec<Result<Committed, ExecuteError<C::Error>>>> {
    let start = Arc::new(Barrier::new(commands.len()));
    let asking = commands.into_iter().enumerate().map(|(number, command)| {
        let shop = if number % 2 == 0 { shop.clone() } else { branch(shop) };
        let start = Arc::clone(&start);
        tokio::spawn(async move {
            start.wait().await;
            shop.execute(command).await
        })
    });
    let mut outcomes = Vec::new();
    for asked in asking.collect::<Vec<_>>() {
        outcomes.push(asked.await?);
    }
    Ok(outcomes)
}

pub(crate) fn quantity(units: u32) -> Done<Quantity> {
    Ok(Quantity::try_new(units)?)
}
