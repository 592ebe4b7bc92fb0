//! What the bank does and what it refuses: what has happened, what is asked, what happens then.
#![expect(clippy::unwrap_used, reason = "what a scenario names is well-formed, or the scenario is wrong")]

use std::{fmt::Debug, str::FromStr};

use banking::{
    AccountEvent, AccountId, BankError, Close, Deposit, Freeze, Money, Month, Open, Owner, PayInterest, PolicyEvent,
    Rate, Thaw, TheBank, Transfer, Withdraw,
};
use foldline::testing::{Given, given};

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

fn paid(cents: u64, month: &str) -> AccountEvent {
    AccountEvent::InterestPaid { amount: Money::cents(cents), month: named(month) }
}

fn open(owner: &str) -> Open {
    Open { account: ada(), owner: named(owner) }
}

fn deposit(amount: u64) -> Deposit {
    Deposit { account: ada(), bank: TheBank, amount: euros(amount) }
}

fn withdraw(amount: u64) -> Withdraw {
    Withdraw { account: ada(), bank: TheBank, amount: euros(amount) }
}

fn transfer(amount: u64) -> Transfer {
    Transfer { from: ada(), to: bob(), bank: TheBank, amount: euros(amount) }
}

fn interest(month: &str) -> PayInterest {
    PayInterest { account: ada(), bank: TheBank, month: named(month), rate: Rate::try_new(100).unwrap() }
}

/// Ada has fifty, and Bob an account.
fn two() -> Given {
    given().stream(&ada(), [opened("Ada"), deposited(40), withdrawn(10), deposited(20)]).stream(&bob(), [opened("Bob")])
}

#[test]
fn an_account_is_opened_once() {
    given().when(open("Ada")).then(&ada(), [opened("Ada")]).and_nothing_else();
    two().when(open("Eve")).rejected(BankError::AlreadyOpen);
}

#[test]
fn money_comes_in() {
    two().when(deposit(20)).then(&ada(), [deposited(20)]).and_nothing_else();
    given().when(deposit(20)).rejected(BankError::NotOpen);
}

#[test]
fn all_the_money_may_go_out_and_no_more() {
    two().when(withdraw(50)).then(&ada(), [withdrawn(50)]).and_nothing_else();
    two().when(withdraw(51)).rejected(BankError::InsufficientFunds);
    given().when(withdraw(0)).rejected(BankError::NotOpen);
}

#[test]
fn a_transfer_moves_money_from_one_account_to_the_other() {
    two().when(transfer(50)).then(&ada(), [withdrawn(50)]).then(&bob(), [deposited(50)]).and_nothing_else();
    two().stream(&bob(), [deposited(1_000)]).when(transfer(51)).rejected(BankError::InsufficientFunds);
}

#[test]
fn a_transfer_needs_two_open_accounts() {
    given().stream(&bob(), [opened("Bob")]).when(transfer(0)).rejected(BankError::NotOpen);
    given().stream(&ada(), [opened("Ada"), deposited(50)]).when(transfer(20)).rejected(BankError::NotOpen);
    two().when(Transfer { to: ada(), ..transfer(20) }).same_stream();
}

#[test]
fn an_account_is_closed_when_it_is_empty() {
    let close = || Close { account: ada() };
    two().stream(&ada(), [withdrawn(50)]).when(close()).then(&ada(), [AccountEvent::Closed]).and_nothing_else();
    two().when(close()).rejected(BankError::NotEmpty { balance: euros(50) });
    given().when(close()).rejected(BankError::NotOpen);
}

#[test]
fn a_closed_account_is_closed_for_good() {
    let closed = || two().stream(&ada(), [withdrawn(50), AccountEvent::Closed]);
    closed().when(deposit(1)).rejected(BankError::NotOpen);
    closed().when(withdraw(0)).rejected(BankError::NotOpen);
    closed().when(Transfer { from: bob(), to: ada(), ..transfer(0) }).rejected(BankError::NotOpen);
    closed().when(interest("2026-11")).rejected(BankError::NotOpen);
    closed().when(Close { account: ada() }).rejected(BankError::NotOpen);
    closed().when(open("Ada")).rejected(BankError::AlreadyOpen);
}

#[test]
fn a_frozen_bank_moves_no_money_and_opens_accounts() {
    let frozen = || two().stream(&TheBank, [PolicyEvent::Frozen { reason: named("audit") }]);
    let no = || BankError::Frozen { reason: named("audit") };
    frozen().when(deposit(1)).rejected(no());
    frozen().when(withdraw(1)).rejected(no());
    frozen().when(transfer(1)).rejected(no());
    frozen().when(interest("2026-11")).rejected(no());
    frozen().when(Freeze { bank: TheBank, reason: named("fire") }).rejected(no());
    let eve: AccountId = named("eve");
    frozen().when(Open { account: eve.clone(), owner: named("Eve") }).then(&eve, [opened("Eve")]).and_nothing_else();
    frozen().when(Thaw { bank: TheBank }).then(&TheBank, [PolicyEvent::Thawed]).and_nothing_else();
    frozen().stream(&TheBank, [PolicyEvent::Thawed]).when(transfer(1)).then(&bob(), [deposited(1)]);
}

#[test]
fn the_bank_freezes_and_thaws() {
    let freeze = Freeze { bank: TheBank, reason: named("audit") };
    given().when(freeze).then(&TheBank, [PolicyEvent::Frozen { reason: named("audit") }]).and_nothing_else();
    given().when(Thaw { bank: TheBank }).rejected(BankError::NotFrozen);
}

#[test]
fn interest_is_paid_once_a_month() {
    let paid_before = || two().stream(&ada(), [paid(50, "2026-10")]);
    paid_before().when(interest("2026-11")).then(&ada(), [paid(50, "2026-11")]).and_nothing_else();
    for month in ["2026-10", "2025-12"] {
        paid_before().when(interest(month)).rejected(BankError::InterestPaid(named("2026-10")));
    }
    given().when(interest("2026-11")).rejected(BankError::NotOpen);
}

#[test]
fn nonsense_is_no_name_and_no_month() {
    for wrong in ["2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "+026-11", ""] {
        assert!(wrong.parse::<Month>().is_err(), "{wrong}");
    }
    assert_eq!(named::<Owner>("  Ada Lovelace "), named("Ada Lovelace"));
    assert!("  ".parse::<Owner>().is_err() && "".parse::<AccountId>().is_err());
    assert!("x".repeat(65).parse::<AccountId>().is_err());
}
