//! The words of the scenarios: names, amounts, and what may have happened before.
#![expect(clippy::unwrap_used, reason = "what a scenario names is well-formed, or the scenario is wrong")]

use std::{fmt::Debug, str::FromStr};

use ecommerce::{
    CartEvent, CartId, CustomerEvent, CustomerId, Items, Money, OrderEvent, OrderId, PaymentMethodEvent,
    PaymentMethodId, ProductEvent, Quantity, Sku,
};

/// Whatever is named by a text.
pub(crate) fn named<T: FromStr<Err: Debug>>(name: &str) -> T {
    name.parse().unwrap()
}

pub(crate) fn tea() -> Sku {
    named("TEA")
}

pub(crate) fn pot() -> Sku {
    named("POT")
}

pub(crate) fn ada() -> CustomerId {
    named("ada")
}

pub(crate) fn card() -> PaymentMethodId {
    named("card")
}

pub(crate) fn cart() -> CartId {
    named("cart")
}

pub(crate) fn order() -> OrderId {
    named("order")
}

pub(crate) fn euros(euros: u64) -> Money {
    Money::cents(euros * 100)
}

pub(crate) fn quantity(units: u32) -> Quantity {
    Quantity::try_new(units).unwrap()
}

/// Three packets of tea and a pot.
pub(crate) fn tea_and_pot() -> Items {
    Items::from([(tea(), quantity(3)), (pot(), quantity(1))])
}

pub(crate) fn listed(price: Money) -> ProductEvent {
    ProductEvent::Listed { name: named("Something to sell"), price }
}

pub(crate) fn restocked(units: u32) -> ProductEvent {
    ProductEvent::Restocked { quantity: quantity(units) }
}

pub(crate) fn reserved(units: u32) -> ProductEvent {
    ProductEvent::Reserved { order: order(), quantity: quantity(units) }
}

pub(crate) fn released(units: u32) -> ProductEvent {
    ProductEvent::Released { order: order(), quantity: quantity(units) }
}

pub(crate) fn registered() -> CustomerEvent {
    CustomerEvent::Registered { name: named("Ada Lovelace") }
}

pub(crate) fn chosen() -> CustomerEvent {
    CustomerEvent::PaymentMethodChosen { method: card() }
}

pub(crate) fn added(limit: Money) -> PaymentMethodEvent {
    PaymentMethodEvent::Added { owner: ada(), limit }
}

pub(crate) fn put(product: Sku, units: u32) -> CartEvent {
    CartEvent::ItemPut { product, quantity: quantity(units) }
}

pub(crate) fn checked_out() -> CartEvent {
    CartEvent::CheckedOut { order: order() }
}

/// Ada's order of tea and a pot, for thirty euros.
pub(crate) fn placed() -> OrderEvent {
    OrderEvent::Placed { customer: ada(), items: tea_and_pot(), total: euros(30), payment_method: card() }
}
