//! The bank over HTTP: a command's request is the command.

use axum::{
    Json,
    http::{Method, StatusCode},
};
use banking::{
    Account, AccountId, Balances, BankError, Close, Deposit, Freeze, Money, Month, Open, Rate, Thaw, Transfer, Withdraw,
};
use foldline::{Projection, prelude::*};
use futures_util::TryStreamExt;
use serde::Deserialize;
use serde_json::{Value, json};
use support::http::{Api, Body, Id, Params, Problem, WithPosition};

use crate::{
    bank::Bank,
    statements::{Statements, are_kept, lines},
};

/// The routes of the bank.
pub(crate) fn api(bank: &Bank) -> serde_json::Result<Api<BankError>> {
    let (balances, payer, reader) = (bank.balances.clone(), bank.clone(), bank.clone());
    let api = Api::new(bank.service.clone(), include_str!("openapi.json"), refusal)?
        .creates("/accounts", "/accounts", "Opens an account", |open: &Open| &open.account)
        .view("/accounts", "The open accounts, and what they hold", Balances::NAME, move || balances.read(accounts))
        .state("/accounts/{account}", "An account as it is, or as it was", account)
        .history::<AccountId>("/accounts/{account}/history", "All that happened to an account")
        .ends("/accounts/{account}", "Closes an account that nothing is left in", |close: &Close| &close.account)
        .does("/accounts/{account}/deposits", "Pays money in", |deposit: &Deposit| &deposit.account)
        .does("/accounts/{account}/withdrawals", "Pays money out", |withdraw: &Withdraw| &withdraw.account)
        .does("/transfers", "Moves money: versions are those of the account it is from", |transfer: &Transfer| {
            &transfer.from
        })
        .does("/freeze", "Stops all money", |freeze: &Freeze| &freeze.bank)
        .does("/thaw", "Lets money move again", |thaw: &Thaw| &thaw.bank)
        .route(Method::POST, "/interest", async move |Body(due): Body<Due>| interest(&payer, due).await)
        .route(
            Method::GET,
            "/accounts/{account}/statement",
            async move |Id(account): Id<AccountId>, Params(with): Params<WithPosition>| {
                statement(&reader, &account, with.position).await
            },
        );
    Ok(api)
}

/// Why the bank says no, over HTTP.
fn refusal(refusal: &BankError) -> (StatusCode, &'static str) {
    match refusal {
        BankError::NotOpen => (StatusCode::NOT_FOUND, "not-open"),
        BankError::AlreadyOpen => (StatusCode::CONFLICT, "already-open"),
        BankError::InsufficientFunds => (StatusCode::CONFLICT, "insufficient-funds"),
        BankError::NotEmpty { .. } => (StatusCode::CONFLICT, "not-empty"),
        BankError::Frozen { .. } => (StatusCode::CONFLICT, "frozen"),
        _ => (StatusCode::CONFLICT, "rejected"),
    }
}

fn accounts(balances: &Balances) -> Value {
    let shown = |(account, owner, balance)| json!({ "account": account, "owner": owner, "balance": cents(balance) });
    json!({ "accounts": balances.iter().map(shown).collect::<Vec<_>>(), "together": cents(balances.total()) })
}

fn account(account: &AccountId, is: &Account) -> Value {
    json!({ "account": account, "owner": is.owner, "balance": cents(is.balance), "open": is.is_open() })
}

/// A number of cents; as text where it is larger than the numbers of JSON that programs read.
fn cents(money: Money) -> Value {
    let cents = money.as_cents();
    u64::try_from(cents).map_or_else(|_| cents.to_string().into(), Value::from)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Due {
    month: Month,
    /// In hundredths of a per cent.
    rate: Rate,
}

/// To all accounts that have not had it.
async fn interest(bank: &Bank, due: Due) -> Result<Json<Value>, Problem> {
    bank.service.up_to_date(Balances::NAME).await?;
    let (mut paid, mut not_paid) = (0, 0);
    for outcome in bank.pay_interest(&due.month, due.rate).await {
        match outcome {
            Ok(_) => paid += 1,
            // It was paid before, or somebody has just closed the account.
            Err(ExecuteError::Rejected(BankError::InterestPaid(_) | BankError::NotOpen)) => not_paid += 1,
            Err(error) => return Err(Problem::of(error, refusal)),
        }
    }
    Ok(Json(json!({ "paid": paid, "not_paid": not_paid })))
}

/// What happened to the money, line by line, from rows of the log's database.
async fn statement(bank: &Bank, account: &AccountId, position: Option<u64>) -> Result<Json<Value>, Problem> {
    let executor = &bank.service.executor;
    if executor.history(account).until_version(1).raw().try_next().await?.is_none() {
        return Err(Problem::never(account));
    }
    if !are_kept(executor.store()) {
        return Err(Problem::new(StatusCode::NOT_IMPLEMENTED, "no-rows", "this store keeps no rows: take a database"));
    }
    bank.service.seen(position, Statements::NAME).await?;
    let lines = lines(executor.store(), account).await?.unwrap_or_default();
    let mut balance = Money::ZERO;
    let lines = lines.into_iter().map(|(position, what, amount)| {
        if what == "paid out" {
            balance -= amount;
        } else {
            balance += amount;
        }
        json!({ "position": position, "what": what, "amount": cents(amount), "balance": cents(balance) })
    });
    Ok(Json(lines.collect()))
}
