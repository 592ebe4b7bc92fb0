//! The shop over HTTP, as its customers and their programs meet it: on every kind of store.

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use support::{
    Done,
    testing::{Client, Kind, Reply, Server},
};

use crate::{api::api, shop::Shop};

support::on_every_store! {
    every_endpoint_does_what_the_document_says
    what_is_wrong_is_a_problem
    a_key_and_a_version_are_honoured
    of_sixty_four_who_order_the_last_one_exactly_one_gets_it
    a_stopped_store_is_said_to_be_stopped
}

async fn start(kind: Kind) -> Done<Server> {
    Server::start(kind, |executor| Ok(api(&Shop::new(executor)?)?)).await
}

/// A product for five euros, so many of it.
async fn sells(client: &Client, product: &str, units: u32) -> Done<Reply> {
    let list = json!({ "product": product, "name": "Something to sell", "price": 500 });
    client.post("/products", &list).await?.is(201)?;
    client.post(format!("/products/{product}/arrivals"), &json!({ "quantity": units })).await?.is(200)
}

/// A customer with a card, and so many of a product in the cart. The answer is the order to be placed.
async fn comes_in(client: &Client, who: &str, product: &str, units: u32) -> Done<Value> {
    client.post("/customers", &json!({ "customer": who, "name": who })).await?.is(201)?;
    let card = json!({ "method": format!("card-{who}"), "limit": 10_000 });
    client.post(format!("/customers/{who}/payment-methods"), &card).await?.is(201)?;
    let item = json!({ "product": product, "quantity": units });
    client.post(format!("/carts/cart-{who}/items"), &item).await?.is(200)?;
    let (order, cart) = (format!("order-{who}"), format!("cart-{who}"));
    Ok(json!({ "order": order, "cart": cart, "customer": who, "products": { product: units } }))
}

async fn every_endpoint_does_what_the_document_says(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "TEA", 10).await?;
    sells(client, "POT", 1).await?;
    let order = comes_in(client, "ada", "TEA", 3).await?;
    client.post("/carts/cart-ada/items", &json!({ "product": "POT", "quantity": 1 })).await?.is(200)?;
    client.post("/carts/cart-ada/removals", &json!({ "product": "POT" })).await?.is(200)?;
    let placed = client.post("/orders", &order).await?.is(201)?;
    assert_eq!(placed.header("location"), Some("/orders/order-ada"));
    client.post("/orders/order-ada/shipment", &json!({})).await?.is(200)?;
    client.post("/orders", &comes_in(client, "bob", "TEA", 2).await?).await?.is(201)?;
    client.post("/orders", &comes_in(client, "carol", "POT", 1).await?).await?.is(201)?;
    let cancelled = client.delete("/orders/order-bob").await?.is(200)?.json()?;
    let last = client.delete("/payment-methods/card-ada").await?.is(200)?.json()?;
    assert!(last["position"].as_u64() > cancelled["position"].as_u64());

    let at = format!("?position={}", last["position"]);
    let tea = json!({ "product": "TEA", "name": "Something to sell", "price": 500, "available": 7 });
    let pot = json!({ "product": "POT", "name": "Something to sell", "price": 500, "available": 0 });
    for (path, shown) in [
        ("/carts/cart-ada", json!({ "cart": "cart-ada", "products": { "TEA": 3 }, "order": "order-ada" })),
        (
            "/orders/order-ada",
            json!({
                "order": "order-ada", "customer": "ada", "products": { "TEA": 3 }, "total": 1_500,
                "payment_method": "card-ada", "status": "shipped",
            }),
        ),
        ("/customers/ada", json!({ "customer": "ada", "name": "ada", "payment_method": "card-ada" })),
        (
            "/payment-methods/card-ada",
            json!({ "method": "card-ada", "owner": "ada", "limit": 10_000, "blocked": true }),
        ),
        ("/products/TEA", tea.clone()),
        (&format!("/products{at}"), json!([pot, tea])),
        (
            &format!("/customers/bob/orders{at}"),
            json!([{ "order": "order-bob", "total": 1_000, "status": "cancelled" }]),
        ),
        (&format!("/best-sellers{at}"), json!([{ "product": "TEA", "sold": 3 }, { "product": "POT", "sold": 1 }])),
    ] {
        assert_eq!(client.get(path).await?.is(200)?.json()?, shown, "{path}");
    }
    let history = client.get("/orders/order-bob/history").await?.is(200)?.json()?;
    assert_eq!((&history[0]["event"], &history[1]["event"]), (&json!("order.placed"), &json!("order.cancelled")));
    let commit = history[1]["commit"].as_str().ok_or("it does not say in which commit")?;
    let happened = client.get(format!("/commits/{commit}")).await?.is(200)?.json()?;
    assert_eq!(happened["position"], cancelled["position"]);

    assert_eq!(client.get("/health").await?.is(200)?.json()?["healthy"], true);
    client.until_it_says("/metrics", "command=\"PlaceOrder\",outcome=\"committed\"").await?;
    client.get("/openapi.json").await?.is(200)?;
    server.was_asked_for_everything()?;
    server.stop().await
}

async fn what_is_wrong_is_a_problem(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "TEA", 1).await?;
    let order = comes_in(client, "ada", "TEA", 2).await?.to_string();
    let other = order.replace(":2}", ":1}");
    for (method, path, body, status, kind) in [
        // What is asked for makes no sense.
        ("POST", "/products/TEA/arrivals", "{", 400, "wrong-body"),
        ("POST", "/products/TEA/arrivals", r#"{"quantity": 0}"#, 422, "wrong-body"),
        ("POST", "/products/TEA/arrivals", r#"{"quantity": 1000001}"#, 422, "wrong-body"),
        ("POST", "/products/TEA/arrivals", r#"{"quantity": "1"}"#, 422, "wrong-body"),
        ("GET", "/customers/%00/orders?position=x", "", 400, "wrong-query"),
        // What is asked for is not there.
        ("GET", "/orders/nobody", "", 404, "not-found"),
        ("GET", "/carts/nobody", "", 404, "not-found"),
        ("POST", "/products/CUP/arrivals", r#"{"quantity": 1}"#, 404, "unknown-product"),
        ("POST", "/carts/cart-ada/removals", r#"{"product": "CUP"}"#, 404, "not-in-cart"),
        ("POST", "/customers/bob/payment-methods", r#"{"method": "m", "limit": 1}"#, 404, "unknown-customer"),
        ("POST", "/orders/nobody/shipment", "", 404, "unknown-order"),
        ("DELETE", "/payment-methods/none", "", 404, "unknown-payment-method"),
        // The shop says no.
        ("POST", "/products", r#"{"product": "TEA", "name": "Tea", "price": 1}"#, 409, "already-listed"),
        ("POST", "/orders", &order, 409, "out-of-stock"),
        ("POST", "/orders", &other, 409, "cart-changed"),
    ] {
        let asked = client.request(method.parse()?, path, body).header("content-type", "application/json");
        asked.await?.is_problem(status, kind).map_err(|error| format!("{method} {path} {body}: {error}"))?;
    }
    client.delete("/payment-methods/card-ada").await?.is(200)?;
    client.post("/products/TEA/arrivals", &json!({ "quantity": 1 })).await?.is(200)?;
    client.post("/orders", &order.parse()?).await?.is_problem(409, "no-payment")?;
    server.stop().await
}

async fn a_key_and_a_version_are_honoured(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "TEA", 10).await?;
    let order = comes_in(client, "ada", "TEA", 2).await?;
    let place = |order: &Value| client.post("/orders", order).header("idempotency-key", "click-1");
    let first = place(&order).await?.is(201)?.json()?;
    let again = place(&order).await?.is(201)?.json()?;
    assert_eq!((&first["position"], &again["replayed"]), (&again["position"], &json!(true)));
    let mut other = order.clone();
    other["order"] = json!("order-2");
    place(&other).await?.is_problem(422, "key-reused")?;
    client.post("/orders", &order).await?.is_problem(409, "already-ordered")?;

    let ship = |tag: &str| client.post("/orders/order-ada/shipment", &json!({})).header("if-match", tag);
    let gone = ship("\"7\"").await?.is_problem(412, "version-mismatch")?;
    assert_eq!(gone["version"], 1);
    ship("\"1\"").await?.is(200)?;
    server.stop().await
}

async fn of_sixty_four_who_order_the_last_one_exactly_one_gets_it(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "POT", 1).await?;
    let names: Vec<_> = (0..64).map(|number| format!("buyer-{number}")).collect();
    let orders = try_join_all(names.iter().map(|who| comes_in(client, who, "POT", 1))).await?;

    let replies = try_join_all(orders.iter().map(|order| client.post("/orders", order).into_future())).await?;

    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status.is_success());
    assert_eq!((won.len(), lost.len()), (1, 63));
    for reply in lost {
        reply.is_problem(409, "out-of-stock")?;
    }
    assert_eq!(client.get("/products/POT").await?.is(200)?.json()?["available"], 0);
    server.stop().await
}

async fn a_stopped_store_is_said_to_be_stopped(kind: Kind) -> Done {
    let server = start(kind).await?;
    sells(&server.client, "TEA", 10).await?;
    server.stops_and_says_so("/products/TEA/arrivals", &json!({ "quantity": 1 })).await
}
