//! Many customers at once, who order more than there is and change their minds: nothing is sold twice, and nothing gets lost.

use std::{collections::BTreeMap, future::IntoFuture};

use ecommerce::{
    AddPaymentMethod, CancelOrder, CustomerId, Items, ListProduct, Money, OrderStatus, PlaceOrder, ProductEvent,
    PutInCart, Quantity, Register, Restock, Ship, ShopError, Sku,
};
use foldline::{RetryPolicy, prelude::*, testing::Queueing};
use futures_util::{
    TryStreamExt,
    future::{join, try_join_all},
};
use support::Done;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stock_is_conserved_while_orders_come_and_go() -> Done {
    let store = Queueing::before(MemoryStore::new());
    // Each as in a process of its own: none knows what the others are about to do. However often they are faster, nobody
    // gives up.
    let branch = || Executor::builder(store.clone()).retry(RetryPolicy::retries(u32::MAX)).build();
    let (shop, other) = (branch(), branch());
    let products: Vec<Sku> = ["CUP", "POT", "TEA"].into_iter().map(str::parse).collect::<Result<_, _>>()?;
    for product in &products {
        let (name, price) = ("Something to sell".parse()?, Money::cents(100));
        shop.execute(ListProduct { product: product.clone(), name, price }).await?;
        shop.execute(Restock { product: product.clone(), quantity: Quantity::try_new(20)? }).await?;
    }
    let mut random = fastrand::Rng::with_seed(7);
    let (mut orders, mut customers) = (Vec::new(), Vec::new());
    for number in 0..64 {
        let mut wanted = Items::new();
        for product in random.choose_multiple(&products, 2) {
            wanted.insert(product.clone(), Quantity::try_new(random.u32(1..=3))?);
        }
        orders.push(comes_in(&shop, number, wanted).await?);
    }

    for (order, (here, there)) in orders.iter().zip([(&shop, &other), (&other, &shop)].into_iter().cycle()) {
        let life = order_and_change_ones_mind(here.clone(), there.clone(), order.clone(), random.bool());
        customers.push(tokio::spawn(life));
    }
    let served: Vec<bool> = try_join_all(customers).await?.into_iter().collect::<Done<_>>()?;
    assert!(served.contains(&true) && served.contains(&false), "some were served, and some came too late");

    let mut sold = BTreeMap::<Sku, i64>::new();
    for order in &orders {
        let Some(order) = shop.load(&order.order).await? else { continue };
        for (product, quantity) in order.items.iter().filter(|_| order.status != OrderStatus::Cancelled) {
            *sold.entry(product.clone()).or_default() += quantity.units();
        }
    }
    for product in &products {
        let left = never_oversold(&shop, product).await?;
        assert_eq!(left + sold.get(product).copied().unwrap_or_default(), 20, "some of {product} got lost");
    }
    Ok(())
}

/// Somebody comes in with a card and puts these into a cart. The answer is the order that they are about to place.
async fn comes_in(shop: &Executor, number: u32, products: Items) -> Done<PlaceOrder> {
    let customer: CustomerId = format!("customer-{number}").parse()?;
    shop.execute(Register { customer: customer.clone(), name: "Somebody".parse()? }).await?;
    let (method, limit) = (format!("card-{number}").parse()?, Money::cents(100_000));
    shop.execute(AddPaymentMethod { customer: customer.clone(), method, limit }).await?;
    let (order, cart) = (format!("order-{number}").parse()?, format!("cart-{number}").parse()?);
    let order = PlaceOrder { order, cart, customer, products };
    for (product, quantity) in &order.products {
        shop.execute(PutInCart { cart: order.cart.clone(), product: product.clone(), quantity: *quantity }).await?;
    }
    Ok(order)
}

/// Whether there was enough. Who was served cancels, just when the order is sent off or cancelled by a second click: one of the
/// two happens.
async fn order_and_change_ones_mind(here: Executor, there: Executor, place: PlaceOrder, ships: bool) -> Done<bool> {
    let order = place.order.clone();
    match here.execute(place).await {
        Ok(_) => {}
        Err(ExecuteError::Rejected(ShopError::OutOfStock { .. })) => return Ok(false),
        Err(other) => return Err(other.into()),
    }
    let cancel = || CancelOrder { order: order.clone() };
    let other = async {
        if ships { there.execute(Ship { order: order.clone() }).await } else { there.execute(cancel()).await }
    };
    let (cancelled, other) = join(here.execute(cancel()).into_future(), other).await;
    if cancelled.is_ok() == other.is_ok() {
        return Err(format!("one of the two is to happen to {order}: {cancelled:?}, {other:?}").into());
    }
    Ok(true)
}

/// How many are left by the product's own history, in which never more were put aside than there were.
async fn never_oversold(shop: &Executor, product: &Sku) -> Done<i64> {
    let mut available = 0;
    let mut history = shop.history(product).read();
    while let Some(record) = history.try_next().await? {
        available += match record.event {
            ProductEvent::Listed { .. } => 0,
            ProductEvent::Restocked { quantity } | ProductEvent::Released { quantity, .. } => quantity.units(),
            ProductEvent::Reserved { quantity, .. } => -quantity.units(),
        };
        assert!(available >= 0, "{product} was oversold at position {}", record.position());
    }
    Ok(available)
}
