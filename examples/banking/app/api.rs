//! The bank over HTTP.

use axum::{Json, extract::State, http::StatusCode, response::Response};
use banking::{
    AccountId, BankError, Close, Deposit, Freeze, Money, Month, Open, Owner, PayInterest, Rate, Reason, Thaw, TheBank,
    Transfer, Withdraw,
};
use foldline::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use support::http::{Answer, Api, Body, Conditions, Id, Params, Problem, events};

use crate::bank::Bank;

type Answered = Result<Answer, Problem>;

/// The routes of the bank.
pub(crate) fn api(bank: Bank) -> serde_json::Result<Api<Bank>> {
    let api = Api::new(bank.service.clone(), bank, include_str!("openapi.json"))?
        .post("/accounts", open)
        .get("/accounts", accounts)
        .get("/accounts/{account}", account)
        .delete("/accounts/{account}", close)
        .get("/accounts/{account}/history", history)
        .get("/accounts/{account}/statement", statement)
        .post("/accounts/{account}/deposits", deposit)
        .post("/accounts/{account}/withdrawals", withdraw)
        .post("/transfers", transfer)
        .post("/interest", interest)
        .post("/freeze", freeze)
        .post("/thaw", thaw);
    Ok(api)
}

/// Why the bank says no, over HTTP.
fn problem(error: ExecuteError<BankError>) -> Problem {
    Problem::of(error, |refusal| match refusal {
        BankError::NotOpen => (StatusCode::NOT_FOUND, "not-open"),
        BankError::AlreadyOpen => (StatusCode::CONFLICT, "already-open"),
        BankError::InsufficientFunds => (StatusCode::CONFLICT, "insufficient-funds"),
        BankError::NotEmpty { .. } => (StatusCode::CONFLICT, "not-empty"),
        BankError::Frozen { .. } => (StatusCode::CONFLICT, "frozen"),
        _ => (StatusCode::CONFLICT, "rejected"),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opening {
    account: AccountId,
    owner: Owner,
}

async fn open(State(bank): State<Bank>, conditions: Conditions, Body(new): Body<Opening>) -> Answered {
    let command = Open { account: new.account.clone(), owner: new.owner };
    let answer = conditions.execute(&bank.service.executor, command, &new.account).await;
    answer.map(|answer| answer.created("/accounts", &new.account)).map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    amount: Money,
}

async fn deposit(
    State(bank): State<Bank>,
    Id(account): Id<AccountId>,
    conditions: Conditions,
    Body(Payment { amount }): Body<Payment>,
) -> Answered {
    let command = Deposit { account: account.clone(), bank: TheBank, amount };
    conditions.execute(&bank.service.executor, command, &account).await.map_err(problem)
}

async fn withdraw(
    State(bank): State<Bank>,
    Id(account): Id<AccountId>,
    conditions: Conditions,
    Body(Payment { amount }): Body<Payment>,
) -> Answered {
    let command = Withdraw { account: account.clone(), bank: TheBank, amount };
    conditions.execute(&bank.service.executor, command, &account).await.map_err(problem)
}

async fn close(State(bank): State<Bank>, Id(account): Id<AccountId>, conditions: Conditions) -> Answered {
    let command = Close { account: account.clone() };
    conditions.execute(&bank.service.executor, command, &account).await.map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sending {
    from: AccountId,
    to: AccountId,
    amount: Money,
}

/// Its version is that of the account that the money comes from.
async fn transfer(State(bank): State<Bank>, conditions: Conditions, Body(sending): Body<Sending>) -> Answered {
    let Sending { from, to, amount } = sending;
    let command = Transfer { from: from.clone(), to, bank: TheBank, amount };
    conditions.execute(&bank.service.executor, command, &from).await.map_err(problem)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Interest {
    month: Month,
    /// In hundredths of a per cent.
    rate: Rate,
}

/// To all accounts that have not had it. Asked again, it goes on where it stopped.
async fn interest(
    State(bank): State<Bank>,
    Body(Interest { month, rate }): Body<Interest>,
) -> Result<Json<Value>, Problem> {
    let executor = &bank.service.executor;
    bank.service.seen(Some(executor.store().head().await?)).await?;
    let pay = |account: &AccountId| PayInterest { account: account.clone(), bank: TheBank, month: month.clone(), rate };
    let commands: Vec<_> = bank.balances.read(|balances| balances.iter().map(|(account, ..)| pay(account)).collect());
    let (mut paid, mut not_paid) = (0, 0);
    for outcome in executor.execute_all(commands).await {
        match outcome {
            Ok(_) => paid += 1,
            // It was paid before, or somebody has just closed the account.
            Err(ExecuteError::Rejected(BankError::InterestPaid(_) | BankError::NotOpen)) => not_paid += 1,
            Err(error) => return Err(problem(error)),
        }
    }
    Ok(Json(json!({ "paid": paid, "not_paid": not_paid })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Freezing {
    reason: Reason,
}

async fn freeze(State(bank): State<Bank>, conditions: Conditions, Body(freezing): Body<Freezing>) -> Answered {
    let command = Freeze { bank: TheBank, reason: freezing.reason };
    conditions.execute(&bank.service.executor, command, &TheBank).await.map_err(problem)
}

async fn thaw(State(bank): State<Bank>, conditions: Conditions) -> Answered {
    conditions.execute(&bank.service.executor, Thaw { bank: TheBank }, &TheBank).await.map_err(problem)
}

/// What is to be read: as it was at a version, or with what happened at a position.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct When {
    version: Option<u64>,
    position: Option<u64>,
}

async fn accounts(State(bank): State<Bank>, Params(when): Params<When>) -> Result<Json<Value>, Problem> {
    bank.service.seen(when.position).await?;
    Ok(Json(bank.balances.read(|balances| {
        let shown = |(account, owner, balance)| json!({ "account": account, "owner": owner, "balance": balance });
        json!({ "accounts": balances.iter().map(shown).collect::<Vec<_>>(), "together": balances.total() })
    })))
}

async fn account(
    State(bank): State<Bank>,
    Id(account): Id<AccountId>,
    Params(when): Params<When>,
) -> Result<Response, Problem> {
    let load = bank.service.executor.load(&account);
    let load = when.version.into_iter().fold(load, foldline::Load::at_version);
    let Some(loaded) = load.await? else { return Err(Problem::never(&account)) };
    let shown = json!({
        "account": account, "owner": loaded.owner, "balance": loaded.balance, "open": loaded.is_open(),
    });
    Ok(Answer::state(&loaded, shown))
}

async fn history(State(bank): State<Bank>, Id(account): Id<AccountId>) -> Result<Response, Problem> {
    events(&bank.service.executor, &account).await
}

/// What happened to the money, line by line, from rows of the log's database.
async fn statement(
    State(bank): State<Bank>,
    Id(account): Id<AccountId>,
    Params(when): Params<When>,
) -> Result<Json<Value>, Problem> {
    let Some(statements) = &bank.statements else {
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "no-rows", "this store keeps no rows: take a database"));
    };
    bank.service.seen(when.position).await?;
    let unread = |error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "store-stopped", error);
    let mut balance = Money::ZERO;
    let lines = statements.lines(&account).await.map_err(unread)?.into_iter().map(|(position, what, amount)| {
        if what == "paid out" {
            balance -= amount;
        } else {
            balance += amount;
        }
        json!({ "position": position, "what": what, "amount": amount, "balance": balance })
    });
    Ok(Json(lines.collect()))
}
