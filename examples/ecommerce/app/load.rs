//! Orders of random products, as many as there can be.

use std::sync::Arc;

use ecommerce::{
    AddPaymentMethod, CustomerId, Items, ListProduct, Money, Name, OrderEvent, PlaceOrder, PutInCart, Quantity,
    Register, Restock, Sku,
};
use foldline::prelude::*;
use futures_util::TryStreamExt;
use support::{
    Done,
    load::{LoadArgs, prepare},
};

use crate::shop::Shop;

/// Orders of random products: each is a product put into a cart, and the cart ordered.
#[derive(Debug, clap::Args)]
pub(crate) struct ShopLoad {
    #[command(flatten)]
    load: LoadArgs,
    /// How many products there are to order
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..))]
    products: u32,
    /// How many customers order
    #[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..))]
    accounts: u32,
}

/// Who buys what. Its names are those of one run, so that no other's are in its way.
struct Market {
    executor: Executor,
    run: u64,
    customers: Vec<CustomerId>,
    products: Vec<Sku>,
}

impl ShopLoad {
    pub(crate) async fn run(&self, shop: &Shop) -> Done {
        let executor = &shop.service.executor;
        let market = Arc::new(self.open_market(executor).await?);
        let before = shop.service.caught_up().await?;
        let held = || {
            let orders = shop.orders.read(ecommerce::OrdersByCustomer::count);
            (orders, shop.best_sellers.read(ecommerce::BestSellers::total))
        };
        let (orders_before, units_before) = held();

        let yes = self.load.drive(executor, move |nth| order(Arc::clone(&market), nth)).await?;

        let head = shop.service.caught_up().await?;
        let (mut logged, mut units) = (0, 0);
        let mut log = executor.log(before).until(head).categories(["order"]).typed::<OrderEvent>();
        while let Some(record) = log.try_next().await? {
            if let OrderEvent::Placed { items, .. } = record.event {
                logged += 1;
                units += items.values().map(|quantity| quantity.units()).sum::<i64>();
            }
        }
        let (orders, units_held) = held();
        let read = ((orders - orders_before) as u64, units_held - units_before);
        if yes != logged || read != (logged, units) {
            let all = format!(
                "{yes} orders were a yes; of (orders, pieces) the log holds {logged:?}, {units:?}, and the read models {read:?}"
            );
            return Err(all.into());
        }
        println!("Checked: the log and the read models hold the same {logged} orders, of {units} pieces.");
        Ok(())
    }

    /// Products of which there are plenty, and customers whose cards are good for all of it.
    async fn open_market(&self, executor: &Executor) -> Done<Market> {
        let run = executor.store().head().await?;
        let products = (0..self.products).map(|nth| format!("{run}-{nth}").parse()).collect::<Result<Vec<Sku>, _>>()?;
        let customers = (0..self.accounts).map(|nth| format!("load-{run}-{nth}").parse());
        let customers = customers.collect::<Result<Vec<CustomerId>, _>>()?;

        let (name, price): (Name, _) = ("Something to sell".parse()?, Money::cents(100));
        let list = products.iter().map(|product| ListProduct { product: product.clone(), name: name.clone(), price });
        prepare(executor, list).await?;
        let quantity = Quantity::try_new(1_000_000)?;
        prepare(executor, products.iter().map(|product| Restock { product: product.clone(), quantity })).await?;
        let register = customers.iter().map(|customer| Register { customer: customer.clone(), name: name.clone() });
        prepare(executor, register).await?;
        let limit = Money::cents(1_000_000);
        let card = |customer: &CustomerId| -> Done<_> {
            let method = format!("card-of-{customer}").parse()?;
            Ok(AddPaymentMethod { customer: customer.clone(), method, limit })
        };
        prepare(executor, customers.iter().map(card).collect::<Done<Vec<_>>>()?).await?;
        Ok(Market { executor: executor.clone(), run, customers, products })
    }
}

async fn order(market: Arc<Market>, nth: u64) -> Result<(), String> {
    place_one(&market, nth).await.map_err(|error| error.to_string())
}

async fn place_one(market: &Market, nth: u64) -> Done {
    let product = fastrand::choice(&market.products).ok_or("there are no products")?.clone();
    let customer = fastrand::choice(&market.customers).ok_or("there are no customers")?.clone();
    let quantity = Quantity::try_new(fastrand::u32(1..=3))?;
    let name = format!("load-{}-{nth}", market.run);
    let place = PlaceOrder {
        order: name.parse()?,
        cart: name.parse()?,
        customer,
        products: Items::from([(product.clone(), quantity)]),
    };
    market.executor.execute(PutInCart { cart: place.cart.clone(), product, quantity }).await?;
    market.executor.execute(place).await?;
    Ok(())
}
