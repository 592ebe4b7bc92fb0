//! The books of the bank, from its log alone: whether any money was made or lost.

use banking::{Account, AccountEvent, Money, Transfer};
use foldline::{Command, Stream, prelude::*};
use futures_util::TryStreamExt;

use support::Done;

/// What the log says of all the money.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Books {
    pub(crate) paid_in: Money,
    pub(crate) interest: Money,
    pub(crate) paid_out: Money,
    /// What left accounts by transfers, and what arrived.
    pub(crate) sent: Money,
    pub(crate) arrived: Money,
    pub(crate) transfers: u64,
}

impl Books {
    /// Reads the log up to a position.
    pub(crate) async fn read(bank: &Executor, until: u64) -> Result<Self, StoreError> {
        let mut books = Self::default();
        let mut log = bank.log(0).until(until).categories([Account::CATEGORY]).typed::<AccountEvent>();
        while let Some(record) = log.try_next().await? {
            let transferred = record.metadata().command.as_deref() == Some(Transfer::NAME);
            match record.event {
                AccountEvent::Deposited { amount } if transferred => books.arrived += amount,
                AccountEvent::Withdrawn { amount } if transferred => {
                    books.sent += amount;
                    books.transfers += 1;
                }
                AccountEvent::Deposited { amount } => books.paid_in += amount,
                AccountEvent::Withdrawn { amount } => books.paid_out += amount,
                AccountEvent::InterestPaid { amount, .. } => books.interest += amount,
                AccountEvent::Opened { .. } | AccountEvent::Closed => {}
            }
        }
        Ok(books)
    }

    /// Whether this is what the accounts hold together, to the cent.
    pub(crate) fn check(&self, held: Money) -> Done {
        let came: Money = [self.paid_in, self.interest].into_iter().sum();
        let is: Money = [self.paid_out, held].into_iter().sum();
        if came != is {
            return Err(format!("{came} came to the bank, and {is} are there or were paid out").into());
        }
        if self.sent != self.arrived {
            return Err(format!("{} were sent, and {} arrived", self.sent, self.arrived).into());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cent_that_was_made_or_lost_is_seen() {
        let cents = Money::cents;
        let sound = Books { paid_in: cents(100), interest: cents(1), paid_out: cents(20), ..Books::default() };
        let sound = Books { sent: cents(5), arrived: cents(5), ..sound };
        assert!(sound.check(cents(81)).is_ok());
        assert!(sound.check(cents(80)).is_err() && sound.check(cents(82)).is_err());
        assert!(Books { arrived: cents(4), ..sound }.check(cents(81)).is_err());
    }
}
