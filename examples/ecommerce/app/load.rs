//! Orders of random products, as many as there can be.

use std::sync::Arc;

use ecommerce::{
    AddPaymentMethod, CustomerId, Items, ListProduct, Money, OrderEvent, PlaceOrder, PutInCart, Quantity, Register,
    Restock, ShopError, Sku,
};
use foldline::prelude::*;
use futures_util::TryStreamExt;
use support::load::LoadArgs;

use crate::{Done, shop::Shop};

/// Orders of random products: each is a product put into a cart, and the cart ordered.
#[derive(Debug, clap::Args)]
pub(crate) struct ShopLoad {
    #[command(flatten)]
    load: LoadArgs,
    /// Of how many products
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    products: u32,
    /// By how many customers
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    accounts: u32,
}

/// Who buys what. Its names are those of one run, so that no other's are in its way.
struct Market {
    run: u64,
    customers: Vec<CustomerId>,
    products: Vec<Sku>,
}

impl ShopLoad {
    pub(crate) async fn run(&self, shop: &Shop) -> Done {
        let executor = &shop.service.executor;
        let market = Arc::new(self.open_market(executor).await?);
        let before = shop.caught_up().await?;
        let count = || {
            (
                shop.orders.read(ecommerce::OrdersByCustomer::count),
                shop.best_sellers.read(ecommerce::BestSellers::total),
            )
        };
        let (orders_before, sold_before) = count();

        let report = self.load.drive(executor, {
            let executor = executor.clone();
            move |nth| order(executor.clone(), Arc::clone(&market), nth)
        });
        let report = report.await?;
        println!("{report}");

        let head = shop.caught_up().await?;
        let (mut logged, mut units) = (0, 0);
        let mut log = executor.log(before).until(head).categories(["order"]).typed::<OrderEvent>();
        while let Some(record) = log.try_next().await? {
            if let OrderEvent::Placed { items, .. } = record.event {
                logged += 1;
                units += items.values().map(|quantity| quantity.units()).sum::<i64>();
            }
        }
        let (orders, sold) = count();
        let (orders, sold) = ((orders - orders_before) as u64, sold - sold_before);
        let yes = report.succeeded();
        if (yes, yes, units) != (logged, orders, sold) {
            let all = format!(
                "{yes} orders were a yes; the log holds {logged} with {units} pieces, the read models {orders} with {sold}"
            );
            return Err(all.into());
        }
        println!("\nChecked: the log and the read models hold the same {logged} orders, of {units} pieces.");
        report.draw(&self.load.plot)?;
        println!("Drawn: {}", self.load.plot.display());
        Ok(())
    }

    /// Products of which there are plenty, and customers whose cards are good for all of it.
    async fn open_market(&self, executor: &Executor) -> Done<Market> {
        let run = executor.store().head().await?;
        let products: Vec<Sku> =
            (0..self.products).map(|nth| format!("{run}-{nth}").parse()).collect::<Result<_, _>>()?;
        let name: ecommerce::Name = "Something to sell".parse()?;
        let plenty = Quantity::try_new(1_000_000)?;
        let price = Money::cents(100);
        let list = products.iter().map(|product| ListProduct { product: product.clone(), name: name.clone(), price });
        must(executor.execute_all(list.collect::<Vec<_>>()).await)?;
        let restock = products.iter().map(|product| Restock { product: product.clone(), quantity: plenty });
        must(executor.execute_all(restock.collect::<Vec<_>>()).await)?;

        let names = (0..self.accounts).map(|nth| format!("load-{run}-{nth}").parse());
        let customers: Vec<CustomerId> = names.collect::<Result<_, _>>()?;
        let register = customers.iter().map(|customer| Register { customer: customer.clone(), name: name.clone() });
        must(executor.execute_all(register.collect::<Vec<_>>()).await)?;
        let card = |customer: &CustomerId| -> Done<_> {
            let method = format!("card-of-{customer}").parse()?;
            Ok(AddPaymentMethod { customer: customer.clone(), method, limit: Money::cents(1_000_000) })
        };
        must(executor.execute_all(customers.iter().map(card).collect::<Done<Vec<_>>>()?).await)?;
        Ok(Market { run, customers, products })
    }
}

async fn order(executor: Executor, market: Arc<Market>, nth: u64) -> Result<(), String> {
    let said = |error: ExecuteError<ShopError>| error.to_string();
    let product = fastrand::choice(&market.products).ok_or("there are no products")?.clone();
    let customer = fastrand::choice(&market.customers).ok_or("there are no customers")?.clone();
    let quantity = Quantity::try_new(fastrand::u32(1..=3)).map_err(|error| error.to_string())?;
    let cart = format!("load-{}-{nth}", market.run);
    let order = cart.parse().map_err(|error| format!("{error}"))?;
    let cart: ecommerce::CartId = cart.parse().map_err(|error| format!("{error}"))?;
    let put = PutInCart { cart: cart.clone(), product: product.clone(), quantity };
    executor.execute(put).await.map_err(said)?;
    let place = PlaceOrder { order, cart, customer, products: Items::from([(product, quantity)]) };
    executor.execute(place).await.map(drop).map_err(said)
}

/// All of them, or the first that was not done.
fn must(outcomes: Vec<Result<Committed, ExecuteError<ShopError>>>) -> Done {
    Ok(outcomes.into_iter().try_for_each(|outcome| outcome.map(drop))?)
}
