//! The shop over HTTP.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use ecommerce::{
    AddPaymentMethod, BlockPaymentMethod, CancelOrder, CartId, CustomerId, Items, ListProduct, Money, Name, OrderId,
    OrderStatus, PaymentMethodId, PlaceOrder, PutInCart, Quantity, Register, Restock, Ship, ShopError, Sku,
    TakeFromCart,
};
use foldline::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use support::http::{Answer, Api, Body, Conditions, Id, Params, Problem, events};

use crate::shop::Shop;

type Answered = Result<Answer, Problem>;

/// The routes of the shop.
pub(crate) fn api(shop: Shop) -> serde_json::Result<Api<Shop>> {
    let api = Api::new(shop.service.clone(), shop, include_str!("openapi.json"))?
        .post("/products", list)
        .get("/products", products)
        .post("/products/{product}/arrivals", restock)
        .post("/customers", register)
        .post("/customers/{customer}/payment-methods", add_payment_method)
        .get("/customers/{customer}/orders", orders)
        .delete("/payment-methods/{method}", block_payment_method)
        .get("/carts/{cart}", cart)
        .post("/carts/{cart}/items", put_in_cart)
        .post("/carts/{cart}/removals", take_from_cart)
        .post("/orders", place)
        .get("/orders/{order}", order)
        .delete("/orders/{order}", cancel)
        .post("/orders/{order}/shipment", ship)
        .get("/orders/{order}/history", history)
        .get("/best-sellers", best_sellers);
    Ok(api)
}

/// Why the shop says no, over HTTP.
fn problem(error: ExecuteError<ShopError>) -> Problem {
    Problem::of(error, |refusal| match refusal {
        ShopError::UnknownProduct(_) => (StatusCode::NOT_FOUND, "unknown-product"),
        ShopError::UnknownCustomer => (StatusCode::NOT_FOUND, "unknown-customer"),
        ShopError::UnknownPaymentMethod => (StatusCode::NOT_FOUND, "unknown-payment-method"),
        ShopError::UnknownOrder => (StatusCode::NOT_FOUND, "unknown-order"),
        ShopError::NotInCart(_) => (StatusCode::NOT_FOUND, "not-in-cart"),
        ShopError::AlreadyListed(_) => (StatusCode::CONFLICT, "already-listed"),
        ShopError::OutOfStock { .. } => (StatusCode::CONFLICT, "out-of-stock"),
        ShopError::AlreadyOrdered => (StatusCode::CONFLICT, "already-ordered"),
        ShopError::CartChanged => (StatusCode::CONFLICT, "cart-changed"),
        ShopError::NoPaymentMethod | ShopError::PaymentMethodBlocked | ShopError::OverLimit { .. } => {
            (StatusCode::CONFLICT, "no-payment")
        }
        _ => (StatusCode::CONFLICT, "rejected"),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    product: Sku,
    name: Name,
    price: Money,
}

async fn list(State(shop): State<Shop>, conditions: Conditions, Body(new): Body<Listing>) -> Answered {
    let product = new.product.clone();
    let command = ListProduct { product: new.product, name: new.name, price: new.price };
    let answer = conditions.execute(&shop.service.executor, command, &product).await;
    answer.map(|answer| answer.created("/products", &product)).map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Arrival {
    quantity: Quantity,
}

async fn restock(
    State(shop): State<Shop>,
    Id(product): Id<Sku>,
    conditions: Conditions,
    Body(Arrival { quantity }): Body<Arrival>,
) -> Answered {
    let command = Restock { product: product.clone(), quantity };
    conditions.execute(&shop.service.executor, command, &product).await.map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Registration {
    customer: CustomerId,
    name: Name,
}

async fn register(State(shop): State<Shop>, conditions: Conditions, Body(new): Body<Registration>) -> Answered {
    let command = Register { customer: new.customer.clone(), name: new.name };
    let answer = conditions.execute(&shop.service.executor, command, &new.customer).await;
    answer.map(|answer| answer.created("/customers", &new.customer)).map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewMethod {
    method: PaymentMethodId,
    limit: Money,
}

async fn add_payment_method(
    State(shop): State<Shop>,
    Id(customer): Id<CustomerId>,
    conditions: Conditions,
    Body(NewMethod { method, limit }): Body<NewMethod>,
) -> Answered {
    let command = AddPaymentMethod { customer: customer.clone(), method: method.clone(), limit };
    let answer = conditions.execute(&shop.service.executor, command, &customer).await;
    answer.map(|answer| answer.created("/payment-methods", &method)).map_err(problem)
}

async fn block_payment_method(
    State(shop): State<Shop>,
    Id(method): Id<PaymentMethodId>,
    conditions: Conditions,
) -> Answered {
    let command = BlockPaymentMethod { method: method.clone() };
    conditions.execute(&shop.service.executor, command, &method).await.map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    product: Sku,
    quantity: Quantity,
}

async fn put_in_cart(
    State(shop): State<Shop>,
    Id(cart): Id<CartId>,
    conditions: Conditions,
    Body(Item { product, quantity }): Body<Item>,
) -> Answered {
    let command = PutInCart { cart: cart.clone(), product, quantity };
    conditions.execute(&shop.service.executor, command, &cart).await.map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Removal {
    product: Sku,
}

async fn take_from_cart(
    State(shop): State<Shop>,
    Id(cart): Id<CartId>,
    conditions: Conditions,
    Body(Removal { product }): Body<Removal>,
) -> Answered {
    let command = TakeFromCart { cart: cart.clone(), product };
    conditions.execute(&shop.service.executor, command, &cart).await.map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placing {
    order: OrderId,
    cart: CartId,
    customer: CustomerId,
    /// What the customer saw in the cart.
    products: Items,
}

async fn place(State(shop): State<Shop>, conditions: Conditions, Body(placing): Body<Placing>) -> Answered {
    let Placing { order, cart, customer, products } = placing;
    let command = PlaceOrder { order: order.clone(), cart, customer, products };
    let answer = conditions.execute(&shop.service.executor, command, &order).await;
    answer.map(|answer| answer.created("/orders", &order)).map_err(problem)
}

async fn cancel(State(shop): State<Shop>, Id(order): Id<OrderId>, conditions: Conditions) -> Answered {
    let command = CancelOrder { order: order.clone() };
    conditions.execute(&shop.service.executor, command, &order).await.map_err(problem)
}

async fn ship(State(shop): State<Shop>, Id(order): Id<OrderId>, conditions: Conditions) -> Answered {
    let command = Ship { order: order.clone() };
    conditions.execute(&shop.service.executor, command, &order).await.map_err(problem)
}

/// With what happened at this position.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    position: Option<u64>,
}

async fn products(State(shop): State<Shop>, Params(when): Params<When>) -> Result<Json<Value>, Problem> {
    shop.service.seen(when.position).await?;
    let shown = |(product, level): (&Sku, &ecommerce::Level)| json!({ "product": product, "name": level.name, "price": level.price, "available": level.available });
    Ok(Json(shop.stock.read(|stock| stock.iter().map(shown).collect())))
}

async fn best_sellers(State(shop): State<Shop>, Params(when): Params<When>) -> Result<Json<Value>, Problem> {
    shop.service.seen(when.position).await?;
    let shown = |(product, sold): (&Sku, i64)| json!({ "product": product, "sold": sold });
    Ok(Json(shop.best_sellers.read(|sellers| sellers.top(10).into_iter().map(shown).collect())))
}

async fn orders(
    State(shop): State<Shop>,
    Id(customer): Id<CustomerId>,
    Params(when): Params<When>,
) -> Result<Json<Value>, Problem> {
    shop.service.seen(when.position).await?;
    let shown = |(order, total, status): (&OrderId, Money, OrderStatus)| json!({ "order": order, "total": total, "status": status });
    Ok(Json(shop.orders.read(|orders| orders.of(&customer).map(shown).collect())))
}

async fn cart(State(shop): State<Shop>, Id(cart): Id<CartId>) -> Result<Response, Problem> {
    let Some(loaded) = shop.service.executor.load(&cart).await? else { return Err(Problem::never(&cart)) };
    Ok(Answer::state(&loaded, json!({ "products": loaded.items, "order": loaded.order })))
}

async fn order(State(shop): State<Shop>, Id(order): Id<OrderId>) -> Result<Response, Problem> {
    let Some(loaded) = shop.service.executor.load(&order).await? else { return Err(Problem::never(&order)) };
    let shown = json!({
        "order": order, "customer": loaded.customer, "products": loaded.items, "total": loaded.total,
        "payment_method": loaded.payment_method, "status": loaded.status,
    });
    Ok(Answer::state(&loaded, shown))
}

async fn history(State(shop): State<Shop>, Id(order): Id<OrderId>) -> Result<Response, Problem> {
    events(&shop.service.executor, &order).await
}
