//! Why the bank says no.

use crate::{Money, Month, Reason};

/// Why the bank says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BankError {
    #[error("the account is open already, or was")]
    AlreadyOpen,
    #[error("the account is not open")]
    NotOpen,
    #[error("there is not enough money in the account")]
    InsufficientFunds,
    #[error("there are {balance} in the account: pay them out first")]
    NotEmpty { balance: Money },
    #[error("interest was paid as far as {0} already")]
    InterestPaid(Month),
    #[error("the bank moves no money at present: {reason}")]
    Frozen { reason: Reason },
    #[error("the bank moves money at present")]
    NotFrozen,
}
