//! The bank over HTTP, as its customers and their programs meet it: on every kind of store.

use axum::http::Method;
use foldline::testing::temp_postgres::TempPostgres;
use serde_json::{Value, json};
use support::testing::{Client, Done, Kind, Reply, Server};

use crate::{api::api, bank::Bank};

async fn start(kind: Kind) -> Done<Server> {
    Server::start(kind, async |executor, url| Ok(api(Bank::new(executor, url)?)?)).await
}

support::on_every_store! {
    every_endpoint_does_what_the_document_says
    what_is_wrong_is_a_problem
    a_key_is_good_for_one_command
    a_version_that_is_gone_is_refused
    a_stopped_store_is_said_to_be_stopped
}

async fn open(client: &Client, account: &str, amount: u64) -> Done<Reply> {
    client.post("/accounts", &json!({ "account": account, "owner": account.to_uppercase() })).send().await?.is(201)?;
    pay(client, account, amount).await
}

async fn pay(client: &Client, account: &str, amount: u64) -> Done<Reply> {
    let path = format!("/accounts/{account}/deposits");
    client.post(path, &json!({ "amount": amount })).send().await?.is(200)
}

async fn balance(client: &Client, account: &str) -> Done<Value> {
    Ok(client.get(format!("/accounts/{account}")).send().await?.is(200)?.json()?["balance"].clone())
}

async fn every_endpoint_does_what_the_document_says(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    let opened = client.post("/accounts", &json!({ "account": "a/ä", "owner": "Ada" })).send().await?.is(201)?;
    assert_eq!(opened.header("location"), Some("/accounts/a%2F%C3%A4"));
    assert_eq!(opened.header("etag"), Some("\"1\""));
    open(client, "ada", 5_000).await?;
    open(client, "bob", 0).await?;
    let send = json!({ "from": "ada", "to": "bob", "amount": 2_000 });
    let sent = client.post("/transfers", &send).header("x-request-id", "r-1").send().await?.is(200)?;
    assert_eq!(sent.json()?, json!({ "version": 3, "position": 7, "replayed": false }));
    client.post("/accounts/bob/withdrawals", &json!({ "amount": 500 })).send().await?.is(200)?;

    let interest = json!({ "month": "2026-11", "rate": 100 });
    let paid = client.post("/interest", &interest).send().await?.is(200)?.json()?;
    assert_eq!(paid, json!({ "paid": 3, "not_paid": 0 }));
    let paid = client.post("/interest", &interest).send().await?.is(200)?.json()?;
    assert_eq!(paid, json!({ "paid": 0, "not_paid": 3 }), "once a month");

    let frozen = client.post("/freeze", &json!({ "reason": "audit" })).send().await?.is(200)?.json()?;
    let refused = client.post("/transfers", &send).send().await?.is_problem(409, "frozen")?;
    assert_eq!(refused["detail"], "the bank moves no money at present: audit");
    client.post("/interest", &json!({ "month": "2026-12", "rate": 1 })).send().await?.is_problem(409, "frozen")?;
    client.post("/thaw", &json!({})).send().await?.is(200)?;
    let closed = client.request(Method::DELETE, "/accounts/a%2F%C3%A4").send().await?.is(200)?.json()?;
    assert!(closed["position"].as_u64() > frozen["position"].as_u64());

    // Whoever names the position of what it did reads what it did.
    let list = client.get(format!("/accounts?position={}", closed["position"])).send().await?.is(200)?.json()?;
    let row =
        |account: &str, balance| json!({ "account": account, "owner": account.to_uppercase(), "balance": balance });
    assert_eq!(list, json!({ "accounts": [row("ada", 3_030), row("bob", 1_515)], "together": 4_545 }));
    let now = client.get("/accounts/ada").send().await?.is(200)?;
    assert_eq!((now.header("etag"), &now.json()?["balance"]), (Some("\"4\""), &json!(3_030)));
    let then = client.get("/accounts/ada?version=2").send().await?.is(200)?;
    assert_eq!((then.header("etag"), &then.json()?["balance"]), (Some("\"2\""), &json!(5_000)));
    let history = client.get("/accounts/ada/history").send().await?.is(200)?.json()?;
    let events: Vec<_> = history.as_array().into_iter().flatten().map(|event| event["event"].as_str()).collect();
    let happened = ["account.opened", "account.deposited", "account.withdrawn", "account.interest_paid"];
    assert_eq!(events, happened.map(Some));
    assert_eq!(history[2]["data"], json!({ "amount": 2_000 }));

    let statement = client.get(format!("/accounts/bob/statement?position={}", closed["position"])).send().await?;
    if kind == Kind::Memory {
        statement.is_problem(501, "no-rows")?;
    } else {
        let lines = statement.is(200)?.json()?;
        let lines = lines.as_array().into_iter().flatten();
        let lines: Vec<_> = lines.map(|line| json!([line["what"], line["amount"], line["balance"]])).collect();
        let moved = [("paid in", 0, 0), ("paid in", 2_000, 2_000), ("paid out", 500, 1_500), ("interest", 15, 1_515)];
        assert_eq!(lines, moved.map(|(what, amount, balance)| json!([what, amount, balance])));
    }

    let health = client.get("/health").send().await?.is(200)?.json()?;
    assert_eq!((&health["healthy"], &health["store"]), (&json!(true), &json!("healthy")));
    client.until_it_says("/metrics", "command=\"Transfer\",outcome=\"committed\"").await?;
    client.get("/openapi.json").send().await?.is(200)?;
    assert!(server.document.unseen().is_empty(), "not asked for: {:?}", server.document.unseen());
    server.stop().await
}

async fn what_is_wrong_is_a_problem(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    open(client, "ada", 100).await?;
    open(client, "bob", 0).await?;
    let deposit = |body: &str| client.post("/accounts/ada/deposits", &json!({})).body(body);
    let no_amount = ["", "-1", "1.5", "\"1\"", "340282366920938463463374607431768211456"];
    for wrong in no_amount.map(|amount| format!("{{\"amount\": {amount}}}")) {
        deposit(&wrong).send().await?.is_problem(400, "wrong-body")?;
    }
    for wrong in [r#"{"sum": 1}"#, r#"{"amount": 1, "to": 2}"#] {
        deposit(wrong).send().await?.is_problem(422, "wrong-body")?;
    }
    let no_json = client.request(Method::POST, "/accounts/ada/deposits").body("{}");
    no_json.send().await?.is_problem(415, "wrong-body")?;
    let long = format!("{{\"amount\": {}1}}", " ".repeat(64 * 1024));
    deposit(&long).send().await?.is_problem(413, "wrong-body")?;
    let no_owner = json!({ "account": "eve", "owner": "  " });
    client.post("/accounts", &no_owner).send().await?.is_problem(422, "wrong-body")?;
    let no_text = json!({ "account": "e\0e", "owner": "Eve" });
    client.post("/accounts", &no_text).send().await?.is_problem(400, "cannot-be-stored")?;
    client.get(format!("/accounts/{}", "x".repeat(65))).send().await?.is_problem(400, "wrong-path")?;
    client.get("/accounts/ada?version=two").send().await?.is_problem(400, "wrong-query")?;

    client.get("/accounts/eve").send().await?.is_problem(404, "not-found")?;
    client.get("/accounts/eve/history").send().await?.is_problem(404, "not-found")?;
    client.get("/accounts/ada?version=3").send().await?.is_problem(404, "not-yet")?;
    client.get("/accounts?position=1000").send().await?.is_problem(404, "not-yet")?;
    client.get("/nowhere").send().await?.is_problem(404, "not-found")?;
    client.request(Method::DELETE, "/transfers").send().await?.is_problem(405, "wrong-method")?;
    client.post("/accounts/eve/deposits", &json!({ "amount": 1 })).send().await?.is_problem(404, "not-open")?;

    let send = |to: &str, amount| client.post("/transfers", &json!({ "from": "ada", "to": to, "amount": amount }));
    send("eve", 1).send().await?.is_problem(404, "not-open")?;
    send("bob", 101).send().await?.is_problem(409, "insufficient-funds")?;
    send("ada", 1).send().await?.is_problem(422, "named-twice")?;
    let again = json!({ "account": "ada", "owner": "Eve" });
    client.post("/accounts", &again).send().await?.is_problem(409, "already-open")?;
    client.request(Method::DELETE, "/accounts/ada").send().await?.is_problem(409, "not-empty")?;
    client.post("/thaw", &json!({})).send().await?.is_problem(409, "rejected")?;
    assert_eq!(balance(client, "ada").await?, 100, "nothing of all that has happened");
    server.stop().await
}

async fn a_key_is_good_for_one_command(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    open(client, "ada", 100).await?;
    let pay = |amount| {
        let deposit = client.post("/accounts/ada/deposits", &json!({ "amount": amount }));
        deposit.header("idempotency-key", "salary-11")
    };
    let first = pay(7).send().await?.is(200)?.json()?;
    let again = pay(7).send().await?.is(200)?.json()?;
    assert_eq!((&again["position"], &again["version"]), (&first["position"], &first["version"]));
    assert_eq!((&first["replayed"], &again["replayed"]), (&json!(false), &json!(true)));
    let reused = pay(8).send().await?.is_problem(422, "key-reused")?;
    assert!(reused["commit"].is_string(), "{reused}");
    assert_eq!(balance(client, "ada").await?, 107, "once");
    let empty = client.post("/accounts/ada/deposits", &json!({ "amount": 1 })).header("idempotency-key", "");
    empty.send().await?.is_problem(400, "wrong-header")?;
    let long =
        client.post("/accounts/ada/deposits", &json!({ "amount": 1 })).header("idempotency-key", "x".repeat(1_025));
    long.send().await?.is_problem(413, "too-large")?;
    server.stop().await
}

async fn a_version_that_is_gone_is_refused(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    let tag = open(client, "ada", 100).await?.header("etag").map(String::from).ok_or("no tag")?;
    let take = |tag: &str| {
        let take = client.post("/accounts/ada/withdrawals", &json!({ "amount": 10 }));
        take.header("if-match", tag)
    };
    let next = take(&tag).send().await?.is(200)?;
    let gone = take(&tag).send().await?.is_problem(412, "version-mismatch")?;
    assert_eq!(gone["version"], 3);
    take(next.header("etag").ok_or("no tag")?).send().await?.is(200)?;
    take("W/\"4\"").send().await?.is_problem(400, "wrong-header")?;
    assert_eq!(balance(client, "ada").await?, 80);
    server.stop().await
}

async fn a_stopped_store_is_said_to_be_stopped(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    open(client, "ada", 100).await?;
    server.service.executor.shutdown().await;
    let deposit = client.post("/accounts/ada/deposits", &json!({ "amount": 1 })).send().await?;
    assert_eq!(deposit.header("retry-after"), Some("1"));
    deposit.is_problem(503, "store-stopped")?;
    let health = client.get("/health").send().await?.is(503)?.json()?;
    assert_eq!(health["healthy"], false);
    server.stop().await
}

/// The server is killed, and started again: whoever asks with a key and patience is served once.
#[tokio::test]
async fn a_database_that_is_gone_is_said_to_be_gone_and_used_when_it_is_back() -> Done {
    let database = TempPostgres::start_private()?;
    let server = Server::at(database.url(), async |executor, url| Ok(api(Bank::new(executor, url)?)?)).await?;
    let client = &server.client;
    open(client, "ada", 100).await?;
    let deposit = || {
        let deposit = client.post("/accounts/ada/deposits", &json!({ "amount": 1 }));
        deposit.header("idempotency-key", "while-it-was-gone").send()
    };
    database.crash()?;
    let gone = deposit().await?;
    match gone.status.as_u16() {
        503 => gone.is_problem(503, "store-stopped")?,
        _ => gone.is_problem(504, "timeout")?,
    };
    assert_eq!(client.get("/health").send().await?.is(503)?.json()?["healthy"], false);

    database.restart()?;
    while !deposit().await?.status.is_success() {}
    assert_eq!(balance(client, "ada").await?, 101, "once");
    server.stop().await
}
