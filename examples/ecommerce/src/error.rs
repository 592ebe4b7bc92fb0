//! Why the shop says no.

use crate::{Money, Sku};

/// Why the shop says no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ShopError {
    #[error("`{0}` is in the catalogue already")]
    AlreadyListed(Sku),
    #[error("there is no product `{0}`")]
    UnknownProduct(Sku),
    #[error("of `{product}`, only {available} can still be had")]
    OutOfStock { product: Sku, available: i64 },

    #[error("the customer is registered already")]
    AlreadyRegistered,
    #[error("there is no such customer")]
    UnknownCustomer,

    #[error("the payment method was added already")]
    PaymentMethodAlreadyAdded,
    #[error("there is no such payment method")]
    UnknownPaymentMethod,
    #[error("the customer has chosen no payment method")]
    NoPaymentMethod,
    #[error("the payment method is blocked")]
    PaymentMethodBlocked,
    #[error("the payment method pays {limit} at the most, and the order costs {total}")]
    OverLimit { total: Money, limit: Money },

    #[error("`{0}` does not lie in the cart")]
    NotInCart(Sku),
    #[error("there is nothing in the cart")]
    CartEmpty,
    #[error("the cart has changed since: look at it again, and order what is in it")]
    CartChanged,
    #[error("what lay in the cart is ordered already: take another cart")]
    CartCheckedOut,

    #[error("there is an order of this number already")]
    AlreadyOrdered,
    #[error("there is no such order")]
    UnknownOrder,
    #[error("the order costs more than can be written down")]
    TotalTooLarge,
    #[error("the order is cancelled")]
    OrderCancelled,
    #[error("the order has been shipped")]
    OrderShipped,
}
