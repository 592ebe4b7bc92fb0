//! Who buys, and how they pay.

use foldline::prelude::*;
use serde::Deserialize;

use crate::{CustomerFacts, CustomerId, Money, Name, PaymentMethodFacts, PaymentMethodId, ShopError};

/// Makes somebody a customer.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct Register {
    #[stream(new, or = ShopError::AlreadyRegistered)]
    pub customer: CustomerId,
    pub name: Name,
}

impl Decide for Register {
    type Error = ShopError;

    fn decide(&self, streams: &mut RegisterStreams) -> Result<(), ShopError> {
        streams.customer.registered(self.name.clone());
        Ok(())
    }
}

/// Gives a customer a payment method, which is the one they pay with from now on.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct AddPaymentMethod {
    #[stream(existing, or = ShopError::UnknownCustomer)]
    pub customer: CustomerId,
    #[stream(new, or = ShopError::PaymentMethodAlreadyAdded)]
    pub method: PaymentMethodId,
    /// The most that it pays at once.
    pub limit: Money,
}

impl Decide for AddPaymentMethod {
    type Error = ShopError;

    fn decide(&self, streams: &mut AddPaymentMethodStreams) -> Result<(), ShopError> {
        streams.method.added(self.customer.clone(), self.limit);
        streams.customer.payment_method_chosen(self.method.clone());
        Ok(())
    }
}

/// Stops a payment method from paying.
#[derive(Debug, Clone, Command, Deserialize)]
pub struct BlockPaymentMethod {
    #[stream(existing, or = ShopError::UnknownPaymentMethod)]
    pub method: PaymentMethodId,
}

impl Decide for BlockPaymentMethod {
    type Error = ShopError;

    fn decide(&self, streams: &mut BlockPaymentMethodStreams) -> Result<(), ShopError> {
        ensure!(!streams.method.is_blocked, ShopError::PaymentMethodBlocked);
        streams.method.blocked();
        Ok(())
    }
}
