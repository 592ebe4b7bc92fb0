//! The customer: who it is, and how they pay.

use foldline::prelude::*;
use nutype::nutype;

use crate::{Name, PaymentMethodId};

/// Names one customer.
#[nutype(
    validate(not_empty, len_char_max = 64),
    derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Display, FromStr, Serialize, Deserialize)
)]
pub struct CustomerId(String);

/// What the past of one customer adds up to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Customer {
    pub name: Option<Name>,
    pub payment_method: Option<PaymentMethodId>,
}

#[stream(key = CustomerId)]
impl Customer {
    /// Somebody became a customer.
    #[event]
    fn registered(&mut self, name: Name) {
        self.name = Some(name);
    }

    /// From now on, they pay with this.
    #[event]
    fn payment_method_chosen(&mut self, method: PaymentMethodId) {
        self.payment_method = Some(method);
    }
}
