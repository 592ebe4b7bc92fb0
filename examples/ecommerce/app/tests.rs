//! The shop over HTTP, as its customers and their programs meet it: on every kind of store.

use axum::http::Method;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use support::testing::{Client, Done, Kind, Reply, Server};

use crate::{api::api, shop::Shop};

async fn start(kind: Kind) -> Done<Server> {
    Server::start(kind, async |executor, _| Ok(api(Shop::new(executor)?)?)).await
}

support::on_every_store! {
    every_endpoint_does_what_the_document_says
    what_is_wrong_is_a_problem
    a_key_and_a_version_are_honoured
    of_sixty_four_who_order_the_last_one_exactly_one_gets_it
    a_stopped_store_is_said_to_be_stopped
}

/// A product for five euros, so many of it.
async fn sells(client: &Client, product: &str, units: u32) -> Done<Reply> {
    let list = json!({ "product": product, "name": "Something to sell", "price": 500 });
    client.post("/products", &list).send().await?.is(201)?;
    client.post(format!("/products/{product}/arrivals"), &json!({ "quantity": units })).send().await?.is(200)
}

/// A customer with a card, and so many of a product in the cart. The answer is the order to be placed.
async fn comes_in(client: &Client, who: &str, product: &str, units: u32) -> Done<Value> {
    client.post("/customers", &json!({ "customer": who, "name": who })).send().await?.is(201)?;
    let card = json!({ "method": format!("card-{who}"), "limit": 10_000 });
    client.post(format!("/customers/{who}/payment-methods"), &card).send().await?.is(201)?;
    let item = json!({ "product": product, "quantity": units });
    client.post(format!("/carts/cart-{who}/items"), &item).send().await?.is(200)?;
    let (order, cart) = (format!("order-{who}"), format!("cart-{who}"));
    Ok(json!({ "order": order, "cart": cart, "customer": who, "products": { product: units } }))
}

async fn every_endpoint_does_what_the_document_says(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "TEA", 10).await?;
    sells(client, "POT", 1).await?;
    let order = comes_in(client, "ada", "TEA", 3).await?;
    let pot = json!({ "product": "POT", "quantity": 1 });
    client.post("/carts/cart-ada/items", &pot).send().await?.is(200)?;
    client.post("/carts/cart-ada/removals", &json!({ "product": "POT" })).send().await?.is(200)?;
    let cart = client.get("/carts/cart-ada").send().await?.is(200)?;
    assert_eq!(
        (cart.header("etag"), cart.json()?),
        (Some("\"3\""), json!({ "products": { "TEA": 3 }, "order": null }))
    );
    let placed = client.post("/orders", &order).send().await?.is(201)?;
    assert_eq!(placed.header("location"), Some("/orders/order-ada"));
    client.post("/orders/order-ada/shipment", &json!({})).send().await?.is(200)?;
    let other = comes_in(client, "bob", "TEA", 2).await?;
    client.post("/orders", &other).send().await?.is(201)?;
    let last = client.request(Method::DELETE, "/orders/order-bob").send().await?.is(200)?.json()?;

    let at = format!("?position={}", last["position"]);
    let shown = client.get("/orders/order-ada").send().await?.is(200)?.json()?;
    let whole = json!({
        "order": "order-ada", "customer": "ada", "products": { "TEA": 3 }, "total": 1_500,
        "payment_method": "card-ada", "status": "shipped",
    });
    assert_eq!(shown, whole);
    let history = client.get("/orders/order-bob/history").send().await?.is(200)?.json()?;
    assert_eq!((&history[0]["event"], &history[1]["event"]), (&json!("order.placed"), &json!("order.cancelled")));
    let orders = client.get(format!("/customers/bob/orders{at}")).send().await?.is(200)?.json()?;
    assert_eq!(orders, json!([{ "order": "order-bob", "total": 1_000, "status": "cancelled" }]));
    let products = client.get(format!("/products{at}")).send().await?.is(200)?.json()?;
    assert_eq!((&products[0]["available"], &products[1]["available"]), (&json!(1), &json!(7)));
    let best = client.get(format!("/best-sellers{at}")).send().await?.is(200)?.json()?;
    assert_eq!(best, json!([{ "product": "TEA", "sold": 3 }]));

    client.request(Method::DELETE, "/payment-methods/card-ada").send().await?.is(200)?;
    assert_eq!(client.get("/health").send().await?.is(200)?.json()?["healthy"], true);
    client.until_it_says("/metrics", "command=\"PlaceOrder\",outcome=\"committed\"").await?;
    client.get("/openapi.json").send().await?.is(200)?;
    assert!(server.document.unseen().is_empty(), "not asked for: {:?}", server.document.unseen());
    server.stop().await
}

async fn what_is_wrong_is_a_problem(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "TEA", 1).await?;
    let order = comes_in(client, "ada", "TEA", 2).await?;
    let arrive = |body: &str| client.post("/products/TEA/arrivals", &json!({})).body(body);
    arrive("{").send().await?.is_problem(400, "wrong-body")?;
    for wrong in [r#"{"quantity": 0}"#, r#"{"quantity": 1000001}"#, r#"{"quantity": "1"}"#, "[]"] {
        arrive(wrong).send().await?.is_problem(422, "wrong-body")?;
    }
    client.get("/customers/%00/orders?position=x").send().await?.is_problem(400, "wrong-query")?;
    client.get("/orders/nobody").send().await?.is_problem(404, "not-found")?;
    client.get("/carts/nobody").send().await?.is_problem(404, "not-found")?;
    let unknown = client.post("/products/CUP/arrivals", &json!({ "quantity": 1 })).send().await?;
    unknown.is_problem(404, "unknown-product")?;
    client.post("/orders/nobody/shipment", &json!({})).send().await?.is_problem(404, "unknown-order")?;
    client.request(Method::DELETE, "/payment-methods/none").send().await?.is_problem(404, "unknown-payment-method")?;

    let refused = client.post("/orders", &order).send().await?.is_problem(409, "out-of-stock")?;
    assert_eq!(refused["detail"], "of `TEA`, only 1 can still be had");
    let mut other = order.clone();
    other["products"]["TEA"] = json!(1);
    client.post("/orders", &other).send().await?.is_problem(409, "cart-changed")?;
    client.request(Method::DELETE, "/payment-methods/card-ada").send().await?.is(200)?;
    arrive(r#"{"quantity": 1}"#).send().await?.is(200)?;
    client.post("/orders", &order).send().await?.is_problem(409, "no-payment")?;
    server.stop().await
}

async fn a_key_and_a_version_are_honoured(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "TEA", 10).await?;
    let order = comes_in(client, "ada", "TEA", 2).await?;
    let place = |order: &Value| client.post("/orders", order).header("idempotency-key", "click-1");
    let first = place(&order).send().await?.is(201)?.json()?;
    let again = place(&order).send().await?.is(201)?.json()?;
    assert_eq!((&first["position"], &again["replayed"]), (&again["position"], &json!(true)));
    let mut other = order.clone();
    other["order"] = json!("order-2");
    place(&other).send().await?.is_problem(422, "key-reused")?;
    client.post("/orders", &order).send().await?.is_problem(409, "already-ordered")?;

    let ship = |tag: &str| client.post("/orders/order-ada/shipment", &json!({})).header("if-match", tag);
    let gone = ship("\"7\"").send().await?.is_problem(412, "version-mismatch")?;
    assert_eq!(gone["version"], 1);
    ship("\"1\"").send().await?.is(200)?;
    server.stop().await
}

async fn of_sixty_four_who_order_the_last_one_exactly_one_gets_it(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "POT", 1).await?;
    let names: Vec<_> = (0..64).map(|number| format!("buyer-{number}")).collect();
    let orders = try_join_all(names.iter().map(|who| comes_in(client, who, "POT", 1))).await?;

    let replies = try_join_all(orders.iter().map(|order| client.post("/orders", order).send())).await?;

    let (won, lost): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status.is_success());
    assert_eq!((won.len(), lost.len()), (1, 63));
    for reply in lost {
        reply.is_problem(409, "out-of-stock")?;
    }
    let at = won[0].json()?["position"].clone();
    let products = client.get(format!("/products?position={at}")).send().await?.is(200)?.json()?;
    assert_eq!(products[0]["available"], 0);
    server.stop().await
}

async fn a_stopped_store_is_said_to_be_stopped(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    sells(client, "TEA", 10).await?;
    server.service.executor.shutdown().await;
    let arrive = client.post("/products/TEA/arrivals", &json!({ "quantity": 1 })).send().await?;
    assert_eq!(arrive.header("retry-after"), Some("1"));
    arrive.is_problem(503, "store-stopped")?;
    assert_eq!(client.get("/health").send().await?.is(503)?.json()?["healthy"], false);
    server.stop().await
}
