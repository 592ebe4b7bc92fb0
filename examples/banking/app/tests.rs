//! The bank over HTTP, as its customers and their programs meet it: on every kind of store.

use std::{future::IntoFuture, time::Duration};

use axum::http::Method;
use foldline::{
    sqlx::{self, AssertSqlSafe, Connection, PgConnection},
    testing::{TempSchema, temp_postgres::TempPostgres},
};
use serde_json::{Value, json};
use support::{
    Done,
    testing::{Client, Kind, Reply, Server},
};
use tokio::time::timeout;

use crate::{api::api, bank::Bank};

support::on_every_store! {
    every_endpoint_does_what_the_document_says
    what_is_wrong_is_a_problem
    more_money_than_a_number_holds_is_told_as_text
    a_key_is_good_for_one_command
    a_version_that_is_gone_is_refused
    a_stopped_store_is_said_to_be_stopped
}

async fn start(kind: Kind) -> Done<Server> {
    Server::start(kind, |executor| Ok(api(&Bank::new(executor)?)?)).await
}

async fn open(client: &Client, account: &str, amount: u64) -> Done<Reply> {
    client.post("/accounts", &json!({ "account": account, "owner": account.to_uppercase() })).await?.is(201)?;
    client.post(format!("/accounts/{account}/deposits"), &json!({ "amount": amount })).await?.is(200)
}

async fn balance(client: &Client, account: &str) -> Done<Value> {
    Ok(client.get(format!("/accounts/{account}")).await?.is(200)?.json()?["balance"].clone())
}

async fn every_endpoint_does_what_the_document_says(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    let opened = client.post("/accounts", &json!({ "account": "a/ä", "owner": "Ada" })).await?.is(201)?;
    assert_eq!((opened.header("location"), opened.header("etag")), (Some("/accounts/a%2F%C3%A4"), Some("\"1\"")));
    open(client, "ada", 5_000).await?;
    client.post("/accounts", &json!({ "account": "bob", "owner": "BOB" })).await?.is(201)?;
    let send = json!({ "from": "ada", "to": "bob", "amount": 2_000 });
    let sent = client.post("/transfers", &send).header("x-request-id", "r-1").await?.is(200)?;
    assert_eq!(sent.json()?, json!({ "version": 3, "position": 6, "replayed": false }));
    client.post("/accounts/bob/withdrawals", &json!({ "amount": 500 })).await?.is(200)?;
    for (paid, not_paid) in [(3, 0), (0, 3)] {
        let interest = client.post("/interest", &json!({ "month": "2026-11", "rate": 100 })).await?.is(200)?;
        assert_eq!(interest.json()?, json!({ "paid": paid, "not_paid": not_paid }), "once a month");
    }

    client.post("/freeze", &json!({ "reason": "audit" })).await?.is(200)?;
    let refused = client.post("/transfers", &send).await?.is_problem(409, "frozen")?;
    assert_eq!(refused["detail"], "the bank moves no money at present: audit");
    client.post("/interest", &json!({ "month": "2026-12", "rate": 1 })).await?.is_problem(409, "frozen")?;
    client.post("/thaw", &json!({})).await?.is(200)?;
    let closed = client.delete("/accounts/a%2F%C3%A4").await?.is(200)?.json()?;

    // Whoever names the position of what it did reads what it did.
    let at = format!("?position={}", closed["position"]);
    let list = client.get(format!("/accounts{at}")).await?.is(200)?.json()?;
    let row =
        |account: &str, balance| json!({ "account": account, "owner": account.to_uppercase(), "balance": balance });
    assert_eq!(list, json!({ "accounts": [row("ada", 3_030), row("bob", 1_515)], "together": 4_545 }));
    for (path, tag, balance) in [("/accounts/ada", "\"4\"", 3_030), ("/accounts/ada?version=2", "\"2\"", 5_000)] {
        let account = client.get(path).await?.is(200)?;
        assert_eq!((account.header("etag"), &account.json()?["balance"]), (Some(tag), &json!(balance)));
    }
    let history = client.get("/accounts/ada/history").await?.is(200)?.json()?;
    let events: Vec<_> = history.as_array().into_iter().flatten().map(|event| &event["event"]).collect();
    assert_eq!(events, ["account.opened", "account.deposited", "account.withdrawn", "account.interest_paid"]);
    let sent = &history[2];
    assert_eq!((&sent["data"], &sent["correlation"]), (&json!({ "amount": 2_000 }), &json!("r-1")));
    assert_eq!((&sent["position"], &sent["version"]), (&json!(5), &json!(3)));
    let commit = sent["commit"].as_str().ok_or("it does not say in which commit")?;
    let happened = client.get(format!("/commits/{commit}")).await?.is(200)?.json()?;
    assert_eq!(happened, json!({ "commit": commit, "position": 6 }), "its last event's");

    let statement = client.get(format!("/accounts/bob/statement{at}")).await?;
    if kind == Kind::Memory {
        statement.is_problem(501, "no-rows")?;
    } else {
        let lines = statement.is(200)?.json()?;
        let lines = lines.as_array().into_iter().flatten();
        let lines: Vec<_> = lines.map(|line| json!([line["what"], line["amount"], line["balance"]])).collect();
        let moved = [("paid in", 2_000, 2_000), ("paid out", 500, 1_500), ("interest", 15, 1_515)];
        assert_eq!(lines, moved.map(|(what, amount, balance)| json!([what, amount, balance])));
    }

    let health = client.get("/health").await?.is(200)?.json()?;
    assert_eq!((&health["healthy"], &health["store"]), (&json!(true), &json!("healthy")));
    client.until_it_says("/metrics", "command=\"Transfer\",outcome=\"committed\"").await?;
    client.get("/openapi.json").await?.is(200)?;
    if kind != Kind::Memory {
        server.was_asked_for_everything()?;
    }
    server.stop().await
}

async fn what_is_wrong_is_a_problem(kind: Kind) -> Done {
    let (server, has_rows) = (start(kind).await?, kind != Kind::Memory);
    let client = &server.client;
    open(client, "ada", 100).await?;
    open(client, "bob", 0).await?;
    let long = format!("{{\"amount\": {}1}}", " ".repeat(64 * 1024));
    let far = format!("/accounts/{}", "x".repeat(65));
    for (method, path, body, status, kind) in [
        // What is asked for makes no sense.
        ("POST", "/accounts/ada/deposits", r#"{"amount": }"#, 400, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"amount": -1}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"amount": 1.5}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"amount": "1"}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"amount": 340282366920938463463374607431768211456}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"sum": 1}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"amount": 1, "account": "bob"}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"amount": 1, "currency": "JPY"}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", r#"{"amount": 1, "bank": "mine"}"#, 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", "[1]", 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", "", 422, "wrong-body"),
        ("POST", "/accounts/ada/deposits", &long, 413, "wrong-body"),
        ("POST", "/accounts", r#"{"account": "eve", "owner": "  "}"#, 422, "wrong-body"),
        ("POST", "/accounts", r#"{"account": "e\u0000e", "owner": "Eve"}"#, 400, "cannot-be-stored"),
        ("GET", &far, "", 400, "wrong-path"),
        ("GET", "/accounts/ada?version=two", "", 400, "wrong-query"),
        ("GET", "/accounts/ada?version=0", "", 400, "wrong-query"),
        ("GET", "/accounts/a%00b/statement", "", 400, "cannot-be-stored"),
        // What is asked for is not there.
        ("GET", "/accounts/eve", "", 404, "not-found"),
        ("GET", "/accounts/eve/history", "", 404, "not-found"),
        ("GET", "/accounts/eve/statement", "", 404, "not-found"),
        ("GET", "/accounts/ada?version=3", "", 404, "not-yet"),
        ("GET", "/accounts/ada/history?version=3", "", 404, "not-yet"),
        ("GET", "/accounts?position=1000", "", 404, "not-yet"),
        ("GET", "/commits/01a1ff61-2b54-7880-b77b-f47a199b7ef9", "", 404, "not-found"),
        ("GET", "/commits/that-one", "", 400, "wrong-path"),
        ("GET", "/nowhere", "", 404, "not-found"),
        ("DELETE", "/transfers", "", 405, "wrong-method"),
        // The bank says no.
        ("POST", "/accounts/eve/deposits", r#"{"amount": 1}"#, 404, "not-open"),
        ("POST", "/transfers", r#"{"from": "ada", "to": "eve", "amount": 1}"#, 404, "not-open"),
        ("POST", "/transfers", r#"{"from": "ada", "to": "bob", "amount": 101}"#, 409, "insufficient-funds"),
        ("POST", "/transfers", r#"{"from": "ada", "to": "ada", "amount": 1}"#, 422, "named-twice"),
        ("POST", "/accounts", r#"{"account": "ada", "owner": "Eve"}"#, 409, "already-open"),
        ("DELETE", "/accounts/ada", "", 409, "not-empty"),
        ("POST", "/thaw", "", 409, "rejected"),
    ] {
        let asked = client.request(method.parse()?, path, body).header("content-type", "application/json");
        asked.await?.is_problem(status, kind).map_err(|error| format!("{method} {path} {body}: {error}"))?;
    }
    let (status, what) = if has_rows { (404, "not-yet") } else { (501, "no-rows") };
    client.get("/accounts/ada/statement?position=1000").await?.is_problem(status, what)?;
    let no_json = client.request(Method::POST, "/accounts/ada/deposits", r#"{"amount": 1}"#);
    no_json.await?.is_problem(415, "wrong-body")?;
    assert_eq!(balance(client, "ada").await?, 100, "nothing of all that has happened");
    server.stop().await
}

async fn more_money_than_a_number_holds_is_told_as_text(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    open(client, "ada", u64::MAX).await?;
    let more = client.post("/accounts/ada/deposits", &json!({ "amount": u64::MAX })).await?.is(200)?.json()?;
    let much = json!((2 * u128::from(u64::MAX)).to_string());
    assert_eq!(balance(client, "ada").await?, much);
    let at = format!("?position={}", more["position"]);
    let list = client.get(format!("/accounts{at}")).await?.is(200)?.json()?;
    assert_eq!((&list["together"], &list["accounts"][0]["balance"]), (&much, &much));
    if kind != Kind::Memory {
        let lines = client.get(format!("/accounts/ada/statement{at}")).await?.is(200)?.json()?;
        assert_eq!((&lines[1]["amount"], &lines[1]["balance"]), (&json!(u64::MAX), &much));
    }
    server.stop().await
}

async fn a_key_is_good_for_one_command(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    open(client, "ada", 100).await?;
    let pay = |amount, key: &str| {
        client.post("/accounts/ada/deposits", &json!({ "amount": amount })).header("idempotency-key", key)
    };
    let first = pay(7, "salary-11").await?.is(200)?.json()?;
    let again = pay(7, "salary-11").await?.is(200)?.json()?;
    assert_eq!((&again["position"], &again["version"]), (&first["position"], &first["version"]));
    assert_eq!((&first["replayed"], &again["replayed"]), (&json!(false), &json!(true)));
    let reused = pay(8, "salary-11").await?.is_problem(422, "key-reused")?;
    let commit = reused["commit"].as_str().ok_or("it does not say which")?;
    let found = client.get(format!("/commits/{commit}")).await?.is(200)?.json()?;
    assert_eq!(found, json!({ "commit": commit, "position": first["position"] }));
    pay(1, "").await?.is_problem(400, "wrong-header")?;
    pay(1, &"x".repeat(1_025)).await?.is_problem(413, "too-large")?;
    assert_eq!(balance(client, "ada").await?, 107, "once");
    server.stop().await
}

async fn a_version_that_is_gone_is_refused(kind: Kind) -> Done {
    let server = start(kind).await?;
    let client = &server.client;
    let opened = open(client, "ada", 100).await?;
    let take = |tag: Option<&str>| {
        let take = client.post("/accounts/ada/withdrawals", &json!({ "amount": 10 }));
        take.header("if-match", tag.unwrap_or("no tag"))
    };
    let next = take(opened.header("etag")).await?.is(200)?;
    let gone = take(opened.header("etag")).await?.is_problem(412, "version-mismatch")?;
    assert_eq!(gone["version"], 3);
    take(next.header("etag")).await?.is(200)?;
    take(Some("W/\"4\"")).await?.is_problem(400, "wrong-header")?;
    assert_eq!(balance(client, "ada").await?, 80);
    server.stop().await
}

async fn a_stopped_store_is_said_to_be_stopped(kind: Kind) -> Done {
    let server = start(kind).await?;
    open(&server.client, "ada", 100).await?;
    server.stops_and_says_so("/accounts/ada/deposits", &json!({ "amount": 1 })).await
}

/// The server is killed, and started again: whoever asks with a key and patience is served once.
#[tokio::test]
async fn a_database_that_is_gone_is_said_to_be_gone_and_used_when_it_is_back() -> Done {
    let database = TempPostgres::start_private()?;
    let server = Server::at(database.url(), |executor| Ok(api(&Bank::new(executor)?)?)).await?;
    let client = &server.client;
    open(client, "ada", 100).await?;
    let deposit = || {
        let deposit = client.post("/accounts/ada/deposits", &json!({ "amount": 1 }));
        deposit.header("idempotency-key", "while-it-was-gone")
    };
    database.crash()?;
    let gone = deposit().await?;
    match gone.status.as_u16() {
        503 => gone.is_problem(503, "store-stopped")?,
        _ => gone.is_problem(504, "timeout")?,
    };
    assert_eq!(client.get("/health").await?.is(503)?.json()?["healthy"], false);

    database.restart()?;
    while !deposit().await?.status.is_success() {}
    assert_eq!(balance(client, "ada").await?, 101, "once");
    server.stop().await
}

/// Somebody else holds the rows of a read model, and it waits for them.
#[tokio::test]
async fn a_read_model_that_waits_holds_up_nobody_else_and_nobody_for_ever() -> Done {
    let database = TempPostgres::shared()?;
    let schema = TempSchema::on(database);
    let server = Server::at(&schema.url(), |executor| Ok(api(&Bank::new(executor)?)?)).await?;
    let client = &server.client;
    open(client, "ada", 100).await?;
    client.get("/accounts/ada/statement?position=2").await?.is(200)?;

    let mut holder = PgConnection::connect(database.url()).await?;
    let hold = format!("begin; lock table \"{}_statements\".statements in access exclusive mode", &*schema);
    sqlx::raw_sql(AssertSqlSafe(hold)).execute(&mut holder).await?;
    let opened = open(client, "bob", 100).await?.json()?;
    let at = format!("?position={}", opened["position"]);
    let statement = || client.get(format!("/accounts/bob/statement{at}"));
    // Far longer than it waits, so that it fails instead of hanging.
    timeout(Duration::from_secs(60), statement().into_future()).await??.is_problem(503, "read-model-behind")?;
    client.get(format!("/accounts{at}")).await?.is(200)?;
    client.post("/interest", &json!({ "month": "2026-11", "rate": 100 })).await?.is(200)?;
    assert_eq!(balance(client, "bob").await?, 101);

    holder.close().await?;
    while !statement().await?.status.is_success() {}
    server.stop().await
}
