//! What the bank does and what it refuses, one behaviour a test: what has happened, what is asked, what happens then.

use std::{fmt::Debug, str::FromStr};

use banking::{
    AccountEvent, AccountId, BankError, Close, Deposit, Freeze, Money, Month, Open, Owner, PayInterest, PolicyEvent,
    Rate, Thaw, TheBank, Transfer, Withdraw,
};
use foldline::testing::{Given, given};

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
    Transfer { from: ada(), to: bob(), bank: TheBank, amount: euros(amount) }
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
        .when(Deposit { account: ada(), bank: TheBank, amount: euros(20) })
        .then(&ada(), [deposited(20)])
        .and_nothing_else();
}

#[test]
fn no_money_comes_in_where_no_account_is_open() {
    given()
        .stream(&bob(), [opened("Bob")])
        .when(Deposit { account: ada(), bank: TheBank, amount: euros(20) })
        .rejected(BankError::NotOpen);
}

#[test]
fn all_the_money_may_go_out() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50), withdrawn(10), deposited(5)])
        .when(Withdraw { account: ada(), bank: TheBank, amount: euros(45) })
        .then(&ada(), [withdrawn(45)])
        .and_nothing_else();
}

#[test]
fn no_more_money_goes_out_than_there_is() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50), withdrawn(10)])
        .when(Withdraw { account: ada(), bank: TheBank, amount: euros(41) })
        .rejected(BankError::InsufficientFunds);
}

#[test]
fn no_money_goes_out_where_no_account_is_open() {
    given().when(Withdraw { account: ada(), bank: TheBank, amount: Money::ZERO }).rejected(BankError::NotOpen);
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
        .when(Transfer { from: ada(), to: ada(), bank: TheBank, amount: euros(20) })
        .same_stream();
}

#[test]
fn an_account_without_money_is_closed() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50), withdrawn(50)])
        .when(Close { account: ada() })
        .then(&ada(), [AccountEvent::Closed])
        .and_nothing_else();
}

#[test]
fn an_account_with_money_stays_open() {
    given()
        .stream(&ada(), [opened("Ada"), deposited(50)])
        .when(Close { account: ada() })
        .rejected(BankError::NotEmpty { balance: euros(50) });
}

#[test]
fn a_closed_account_takes_no_money_and_is_not_opened_again() {
    let closed = || given().stream(&ada(), [opened("Ada"), AccountEvent::Closed]).stream(&bob(), [opened("Bob")]);
    closed().when(Deposit { account: ada(), bank: TheBank, amount: euros(1) }).rejected(BankError::NotOpen);
    closed().when(Transfer { from: bob(), to: ada(), bank: TheBank, amount: Money::ZERO }).rejected(BankError::NotOpen);
    closed().when(Close { account: ada() }).rejected(BankError::NotOpen);
    closed().when(Open { account: ada(), owner: named("Ada") }).rejected(BankError::AlreadyOpen);
}

fn frozen() -> Given {
    let frozen = PolicyEvent::Frozen { reason: named("audit") };
    given().stream(&TheBank, [frozen]).stream(&ada(), [opened("Ada"), deposited(50)]).stream(&bob(), [opened("Bob")])
}

#[test]
fn a_frozen_bank_moves_no_money_and_opens_accounts() {
    let no = || BankError::Frozen { reason: named("audit") };
    frozen().when(transfer(1)).rejected(no());
    frozen().when(Deposit { account: ada(), bank: TheBank, amount: euros(1) }).rejected(no());
    frozen().when(Withdraw { account: ada(), bank: TheBank, amount: euros(1) }).rejected(no());
    frozen().when(interest("2026-11")).rejected(no());
    frozen().when(Freeze { bank: TheBank, reason: named("fire") }).rejected(no());
    let eve: AccountId = named("eve");
    frozen().when(Open { account: eve.clone(), owner: named("Eve") }).then(&eve, [opened("Eve")]);
}

#[test]
fn a_bank_that_thaws_moves_money_again() {
    frozen().when(Thaw { bank: TheBank }).then(&TheBank, [PolicyEvent::Thawed]).and_nothing_else();
    frozen().stream(&TheBank, [PolicyEvent::Thawed]).when(transfer(1)).then(&bob(), [deposited(1)]);
    given().when(Thaw { bank: TheBank }).rejected(BankError::NotFrozen);
    let freeze = Freeze { bank: TheBank, reason: named("audit") };
    given().when(freeze).then(&TheBank, [PolicyEvent::Frozen { reason: named("audit") }]).and_nothing_else();
}

fn interest(month: &str) -> PayInterest {
    let rate = Rate::basis_points(100).unwrap_or(Rate::NONE);
    PayInterest { account: ada(), bank: TheBank, month: named(month), rate }
}

fn paid(amount: u64, month: &str) -> AccountEvent {
    AccountEvent::InterestPaid { amount: Money::cents(amount), month: named(month) }
}

#[test]
fn interest_is_paid_once_a_month() {
    let ada_has = || given().stream(&ada(), [opened("Ada"), deposited(50), paid(50, "2026-10")]);
    ada_has().when(interest("2026-11")).then(&ada(), [paid(50, "2026-11")]).and_nothing_else();
    for month in ["2026-10", "2025-12"] {
        ada_has().when(interest(month)).rejected(BankError::InterestPaid(named("2026-10")));
    }
    given().when(interest("2026-11")).rejected(BankError::NotOpen);
}

#[test]
fn a_month_is_a_year_and_a_month() {
    for wrong in ["2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "+026-11", ""] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
}

#[test]
fn owners_have_names_and_accounts_have_numbers() {
    assert_eq!(named::<Owner>("  Ada Lovelace "), named("Ada Lovelace"));
    assert!("  ".parse::<Owner>().is_err() && "".parse::<AccountId>().is_err());
    assert!("x".repeat(65).parse::<AccountId>().is_err());
}
