//! Many customers at once, on a real executor: nothing is sold twice, and nothing gets lost.

mod books;
mod market;

use std::{error::Error, future::IntoFuture};

use ecommerce::{BlockPaymentMethod, CancelOrder, Items, OrderStatus, PlaceOrder, Ship, ShopError, Sku};
use foldline::prelude::*;
use futures_util::future::join;

use crate::{
    books::balance,
    market::{at_once, branch, buyer, open_shop, quantity},
};

type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_sixty_four_who_want_the_last_one_exactly_one_gets_it() -> Done {
    let pot: Sku = "POT".parse()?;
    for _ in 0..4 {
        let shop = open_shop([(&pot, 1)]).await?;
        let mut orders = Vec::new();
        for number in 0..64 {
            orders.push(buyer(&shop, number, Items::from([(pot.clone(), quantity(1)?)])).await?);
        }

        let outcomes = at_once(&shop, orders.clone()).await?;

        let winners = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
        assert_eq!(winners, 1);
        for outcome in outcomes {
            match outcome {
                Ok(_) | Err(ExecuteError::Rejected(ShopError::OutOfStock { available: 0, .. })) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let sold = balance(&shop, [&pot], orders.iter().map(|order| &order.order)).await?;
        assert_eq!(sold, 1);
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn stock_is_conserved_while_orders_come_and_go() -> Done {
    for seed in 0..4 {
        let mut random = fastrand::Rng::with_seed(seed);
        let products: Vec<Sku> = ["CUP", "POT", "TEA"].into_iter().map(str::parse).collect::<Result<_, _>>()?;
        let shop = open_shop(products.iter().map(|sku| (sku, 20))).await?;
        let mut orders = Vec::new();
        for number in 0..64 {
            let wanted = random.choose_multiple(products.iter(), 2);
            let wanted = wanted.into_iter().map(|sku| Ok((sku.clone(), quantity(random.u32(1..=3))?)));
            orders.push(buyer(&shop, number, wanted.collect::<Done<Items>>()?).await?);
        }
        let whims: Vec<Whim> = orders.iter().map(|_| Whim::any(&mut random)).collect();

        let branches = [branch(&shop), branch(&shop)];
        let lives: Vec<_> = orders
            .iter()
            .zip(whims)
            .zip(branches.iter().cycle())
            .map(|((order, whim), shop)| tokio::spawn(order_and_follow(shop.clone(), order.clone(), whim)))
            .collect();
        for life in lives {
            life.await?.map_err(|error| format!("seed {seed}: {error}"))?;
        }

        balance(&shop, &products, orders.iter().map(|order| &order.order)).await?;
    }
    Ok(())
}

/// What a customer does once the order is placed.
enum Whim {
    Wait,
    Cancel,
    /// A double click.
    CancelTwice,
    /// Just when it is sent off.
    CancelLate,
}

impl Whim {
    fn any(random: &mut fastrand::Rng) -> Self {
        match random.u8(0..4) {
            0 => Self::Wait,
            1 => Self::Cancel,
            2 => Self::CancelTwice,
            _ => Self::CancelLate,
        }
    }
}

async fn order_and_follow(shop: Executor, place: PlaceOrder, whim: Whim) -> Done {
    let order = place.order.clone();
    match shop.execute(place).await {
        Ok(_) => {}
        Err(ExecuteError::Rejected(ShopError::OutOfStock { .. })) => return Ok(()),
        Err(other) => return Err(other.into()),
    }
    let cancel = CancelOrder { order: order.clone() };
    match whim {
        Whim::Wait => {}
        Whim::Cancel => {
            shop.execute(cancel).await?;
        }
        Whim::CancelTwice => {
            let outcomes = at_once(&shop, vec![cancel.clone(), cancel]).await?;
            let cancelled = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
            assert_eq!(cancelled, 1, "{order} was given back once: {outcomes:?}");
        }
        Whim::CancelLate => {
            let sender = tokio::spawn({
                let (shop, ship) = (branch(&shop), Ship { order: order.clone() });
                async move { shop.execute(ship).await }
            });
            let cancelled = shop.execute(cancel).await;
            let shipped = sender.await?;
            let status = shop.load(&order).await?.map(|order| order.status);
            match (&cancelled, &shipped) {
                (Ok(_), Err(_)) => assert_eq!(status, Some(OrderStatus::Cancelled)),
                (Err(_), Ok(_)) => assert_eq!(status, Some(OrderStatus::Shipped)),
                _ => return Err(format!("{order} is to be cancelled or shipped: {cancelled:?}, {shipped:?}").into()),
            }
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_order_is_placed_on_a_card_that_is_blocked_by_then() -> Done {
    let tea: Sku = "TEA".parse()?;
    let shop = open_shop([(&tea, 1)]).await?;
    let place = buyer(&shop, 0, Items::from([(tea, quantity(1)?)])).await?;
    let block = BlockPaymentMethod { method: "card-0".parse()? };

    // The order only reads the card, and has read it by the time it is blocked.
    let (blocked, placed) = join(shop.execute(block).into_future(), branch(&shop).execute(place).into_future()).await;

    let blocked = blocked?.position();
    match placed {
        Ok(placed) => assert!(placed.position() < blocked, "{placed:?} although blocked at {blocked:?}"),
        Err(ExecuteError::Rejected(ShopError::PaymentMethodBlocked)) => {}
        Err(other) => return Err(other.into()),
    }
    Ok(())
}
