//! The shop over HTTP: a command's request is the command.

use axum::http::StatusCode;
use ecommerce::{
    AddPaymentMethod, BestSellers, BlockPaymentMethod, CancelOrder, Cart, CartId, Customer, CustomerId, ListProduct,
    Order, OrderId, OrdersByCustomer, PaymentMethod, PaymentMethodId, PlaceOrder, Product, PutInCart, Register,
    Restock, Ship, ShopError, Sku, StockLevels, TakeFromCart,
};
use foldline::Projection;
use serde_json::{Value, json};
use support::http::Api;

use crate::shop::Shop;

/// The routes of the shop.
pub(crate) fn api(shop: &Shop) -> serde_json::Result<Api<ShopError>> {
    let Shop { service, best_sellers, orders, stock } = shop.clone();
    let api = Api::new(service, include_str!("openapi.json"), refusal)?
        .creates("/products", "/products", "Puts a product into the catalogue", |list: &ListProduct| &list.product)
        .view("/products", "What can be bought, and how many there are", StockLevels::NAME, move || {
            stock.read(products)
        })
        .state("/products/{product}", "A product", product)
        .does("/products/{product}/arrivals", "Brings new ones of a product", |new: &Restock| &new.product)
        .creates("/customers", "/customers", "Makes somebody a customer", |new: &Register| &new.customer)
        .state("/customers/{customer}", "A customer", customer)
        .creates(
            "/customers/{customer}/payment-methods",
            "/payment-methods",
            "Gives a customer a payment method, which is the one they pay with from now on",
            |new: &AddPaymentMethod| &new.method,
        )
        .view_of(
            "/customers/{customer}/orders",
            "The orders of a customer",
            OrdersByCustomer::NAME,
            move |customer: CustomerId| orders.read(|orders| orders_of(&customer, orders)),
        )
        .state("/payment-methods/{method}", "A payment method", payment_method)
        .ends("/payment-methods/{method}", "Stops a payment method from paying", |block: &BlockPaymentMethod| {
            &block.method
        })
        .state("/carts/{cart}", "What is in a cart", cart)
        .does("/carts/{cart}/items", "Puts so many of a product into a cart", |put: &PutInCart| &put.cart)
        .does("/carts/{cart}/removals", "Takes all of a product out of a cart", |take: &TakeFromCart| &take.cart)
        .creates("/orders", "/orders", "Orders what lies in a cart: all of it, or nothing", |place: &PlaceOrder| {
            &place.order
        })
        .state("/orders/{order}", "An order", order)
        .history::<OrderId>("/orders/{order}/history", "All that happened to an order")
        .ends("/orders/{order}", "Calls an order off", |cancel: &CancelOrder| &cancel.order)
        .does("/orders/{order}/shipment", "Sends an order off, and has it paid", |ship: &Ship| &ship.order)
        .view("/best-sellers", "The ten products that sell best", BestSellers::NAME, move || {
            best_sellers.read(ten_best)
        });
    Ok(api)
}

/// Why the shop says no, over HTTP.
fn refusal(refusal: &ShopError) -> (StatusCode, &'static str) {
    match refusal {
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
    }
}

fn products(stock: &StockLevels) -> Value {
    let shown = stock.iter().map(|(product, level)| {
        json!({ "product": product, "name": level.name, "price": level.price, "available": level.available })
    });
    shown.collect()
}

fn ten_best(sellers: &BestSellers) -> Value {
    let shown = sellers.top(10).into_iter().map(|(product, sold)| json!({ "product": product, "sold": sold }));
    shown.collect()
}

fn orders_of(customer: &CustomerId, orders: &OrdersByCustomer) -> Value {
    let shown =
        orders.of(customer).map(|(order, total, status)| json!({ "order": order, "total": total, "status": status }));
    shown.collect()
}

fn product(product: &Sku, is: &Product) -> Value {
    json!({ "product": product, "name": is.name, "price": is.price, "available": is.available })
}

fn customer(customer: &CustomerId, is: &Customer) -> Value {
    json!({ "customer": customer, "name": is.name, "payment_method": is.payment_method })
}

fn payment_method(method: &PaymentMethodId, is: &PaymentMethod) -> Value {
    json!({ "method": method, "owner": is.owner, "limit": is.limit, "blocked": is.is_blocked })
}

fn cart(cart: &CartId, is: &Cart) -> Value {
    json!({ "cart": cart, "products": is.items, "order": is.order })
}

fn order(order: &OrderId, is: &Order) -> Value {
    json!({
        "order": order, "customer": is.customer, "products": is.items, "total": is.total,
        "payment_method": is.payment_method, "status": is.status,
    })
}
