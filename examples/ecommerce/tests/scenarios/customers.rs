//! Who buys, and how they pay.

use ecommerce::{
    AddPaymentMethod, BlockPaymentMethod, CustomerEvent, PaymentMethodEvent, PaymentMethodId, Register, ShopError,
};
use foldline::testing::given;

use crate::past::{ada, added, card, chosen, euros, named, registered};

#[test]
fn somebody_becomes_a_customer() {
    given()
        .when(Register { customer: ada(), name: named("Ada Lovelace") })
        .then(&ada(), [registered()])
        .and_nothing_else();
}

#[test]
fn somebody_becomes_a_customer_once() {
    given()
        .stream(&ada(), [registered()])
        .when(Register { customer: ada(), name: named("Ada Byron") })
        .rejected(ShopError::AlreadyRegistered);
}

#[test]
fn a_new_payment_method_is_the_one_to_pay_with() {
    let voucher: PaymentMethodId = named("voucher");
    given()
        .stream(&ada(), [registered(), chosen()])
        .stream(&card(), [added(euros(100))])
        .when(AddPaymentMethod { customer: ada(), method: voucher.clone(), limit: euros(20) })
        .then(&voucher, [added(euros(20))])
        .then(&ada(), [CustomerEvent::PaymentMethodChosen { method: voucher.clone() }])
        .and_nothing_else();
}

#[test]
fn only_customers_have_payment_methods() {
    given()
        .when(AddPaymentMethod { customer: ada(), method: card(), limit: euros(20) })
        .rejected(ShopError::UnknownCustomer);
}

#[test]
fn a_payment_method_is_added_once() {
    given()
        .stream(&ada(), [registered()])
        .stream(&card(), [added(euros(100))])
        .when(AddPaymentMethod { customer: ada(), method: card(), limit: euros(1_000) })
        .rejected(ShopError::PaymentMethodAlreadyAdded);
}

#[test]
fn a_payment_method_is_blocked() {
    given()
        .stream(&card(), [added(euros(100))])
        .when(BlockPaymentMethod { method: card() })
        .then(&card(), [PaymentMethodEvent::Blocked])
        .and_nothing_else();
}

#[test]
fn a_payment_method_is_blocked_once() {
    given()
        .stream(&card(), [added(euros(100)), PaymentMethodEvent::Blocked])
        .when(BlockPaymentMethod { method: card() })
        .rejected(ShopError::PaymentMethodBlocked);
}

#[test]
fn what_was_never_added_cannot_be_blocked() {
    given().when(BlockPaymentMethod { method: card() }).rejected(ShopError::UnknownPaymentMethod);
}
