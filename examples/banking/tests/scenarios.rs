//! What the bank does and what it refuses, one behaviour a test: what has happened, what is asked, what happens then.

use std::{fmt::Debug, str::FromStr};

use banking::{AccountEvent, AccountId, BankError, Deposit, Money, Open, Owner, Transfer, Withdraw};
use foldline::testing::given;

#[expect(clippy::unwrap_used, reason = "what a scenario names is well-formed, or the scenario is wrong")]
fn named<T: FromStr<Err: Debug>>(name: &str) -> T {
    name.parse().unwrap()
}

fn ada() -> AccountId {
    named("ada")
}

fn bob() -> AccountId {
    named("bob")
}

fn euros(euros: u64) -> Money {
    Money::cents(euros * 100)
}

fn opened(owner: &str) -> AccountEvent {
    AccountEvent::Opened { owner: named(owner) }
}

fn deposited(amount: u64) -> AccountEvent {
    AccountEvent::Deposited { amount: euros(amount) }
}

fn withdrawn(amount: u64) -> AccountEvent {
    AccountEvent::Withdrawn { amount: euros(amount) }
}

fn transfer(amount: u64) -> Transfer {
    Transfer { from: ada(), to: bob(), amount: euros(amount) }
}

#[test]
fn an_account_is_opened() {
    given().when(Open { account: ada(), owner: named("Ada") }).then(&ada(), [opened("Ada")]).and_nothing_else();
}

#[test]
fn an_account_is_opened_once() {
    given()
        .stream(&ada(), [opened("Ada")])
        .when(Open { account: ada(), owner: named("Eve") })
        .rejected(BankError::AlreadyOpen);
}

#[test]
fn money_comes_in() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50)])
        .when(Deposit { account: ada(), amount: euros(20) })
        .then(&ada(), [deposited(20)])
        .and_nothing_else();
}

#[test]
fn no_money_comes_in_where_no_account_is_open() {
    given()
        .stream(&bob(), [opened("Bob")])
        .when(Deposit { account: ada(), amount: euros(20) })
        .rejected(BankError::NotOpen);
}

#[test]
fn all_the_money_may_go_out() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50), withdrawn(10), deposited(5)])
        .when(Withdraw { account: ada(), amount: euros(45) })
        .then(&ada(), [withdrawn(45)])
        .and_nothing_else();
}

#[test]
fn no_more_money_goes_out_than_there_is() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50), withdrawn(10)])
        .when(Withdraw { account: ada(), amount: euros(41) })
        .rejected(BankError::InsufficientFunds);
}

#[test]
fn no_money_goes_out_where_no_account_is_open() {
    given().when(Withdraw { account: ada(), amount: Money::ZERO }).rejected(BankError::NotOpen);
}

#[test]
fn a_transfer_moves_money_from_one_account_to_the_other() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50)])
        .stream(&bob(), [opened("Bob")])
        .when(transfer(50))
        .then(&ada(), [withdrawn(50)])
        .then(&bob(), [deposited(50)])
        .and_nothing_else();
}

#[test]
fn a_transfer_moves_no_more_than_there_is() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50)])
        .stream(&bob(), [opened("Bob"), deposited(1_000)])
        .when(transfer(51))
        .rejected(BankError::InsufficientFunds);
}

#[test]
fn a_transfer_needs_an_account_to_come_from() {
    given().stream(&bob(), [opened("Bob")]).when(transfer(20)).rejected(BankError::NotOpen);
}

#[test]
fn a_transfer_needs_an_account_to_go_to() {
    given().stream(&ada(), [opened("Ada"), deposited(50)]).when(transfer(20)).rejected(BankError::NotOpen);
}

#[test]
fn a_transfer_needs_two_accounts() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50)])
        .when(Transfer { from: ada(), to: ada(), amount: euros(20) })
        .same_stream();
}

#[test]
fn owners_have_names_and_accounts_have_numbers() {
    assert_eq!(named::<Owner>("  Ada Lovelace "), named("Ada Lovelace"));
    assert!("  ".parse::<Owner>().is_err() && "".parse::<AccountId>().is_err());
    assert!("x".repeat(65).parse::<AccountId>().is_err());
}
