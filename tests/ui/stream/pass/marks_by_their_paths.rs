//! `#[event]` and `#[on]` by their paths, for those who import nothing.

mod framework {
    pub use foldline as events;
}

#[macro_use]
#[path = "../../support.rs"]
mod support;

key!(AccountId);

#[derive(Debug, Clone, Default)]
pub struct Account {
    balance: u64,
}

#[foldline::stream(key = AccountId)]
impl Account {
    #[foldline::event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }

    #[::foldline::event(name = "account.paid_out", version = 2)]
    fn withdrawn(&mut self, amount: u64) {
        self.balance -= amount;
    }
}

#[derive(Debug, Clone, Default)]
struct Turnover(u64);

#[foldline::projection]
impl Turnover {
    #[foldline::on(AccountEvent::Deposited)]
    fn deposited(&mut self, _account: AccountId, amount: u64) {
        self.0 += amount;
    }

    #[::foldline::on(AccountEvent::Withdrawn)]
    fn withdrawn(&mut self, _account: AccountId, amount: u64) {
        self.0 += amount;
    }
}

key!(BellId);

#[derive(Debug, Clone, Default)]
pub struct Bell(u64);

#[framework::events::stream(key = BellId, crate = crate::framework::events)]
impl Bell {
    #[crate::framework::events::event]
    fn rung(&mut self) {
        self.0 += 1;
    }

    #[foldline::event]
    fn cast(&mut self) {}
}

#[derive(Debug, Clone, Default)]
struct Rings(u64);

#[framework::events::projection(ignore(BellEvent::Cast), crate = crate::framework::events)]
impl Rings {
    #[crate::framework::events::on(BellEvent::Rung)]
    fn rung(&mut self, _bell: BellId) {
        self.0 += 1;
    }
}

fn main() {
    use foldline::{Event, Stream};

    let mut account = Account::default();
    account.apply(AccountEvent::Deposited { amount: 5 });
    account.apply(AccountEvent::Withdrawn { amount: 2 });
    assert_eq!((account.balance, AccountEvent::TYPES[1].name), (3, "account.paid_out"));
    let mut bell = Bell::default();
    bell.apply(BellEvent::Rung);
    assert_eq!((bell.0, BellEvent::TYPES.len()), (1, 2));
    let _ = foldline::InMemory::new(Turnover::default());
    let _ = foldline::InMemory::new(Rings::default());
}
