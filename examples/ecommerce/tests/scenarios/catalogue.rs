//! What the shop sells.

use ecommerce::{ListProduct, ProductEvent, Quantity, QuantityError, Restock, ShopError, Sku};
use foldline::testing::given;

use crate::past::{euros, listed, named, quantity, restocked, tea};

#[test]
fn a_product_comes_into_the_catalogue() {
    given()
        .when(ListProduct { product: tea(), name: named("Darjeeling"), price: euros(5) })
        .then(&tea(), [ProductEvent::Listed { name: named("Darjeeling"), price: euros(5) }])
        .and_nothing_else();
}

#[test]
fn a_product_comes_into_the_catalogue_once() {
    given()
        .stream(&tea(), [listed(euros(5))])
        .when(ListProduct { product: tea(), name: named("Assam"), price: euros(4) })
        .rejected(ShopError::AlreadyListed(tea()));
}

#[test]
fn new_ones_of_a_product_arrive() {
    given()
        .stream(&tea(), [listed(euros(5)), restocked(1)])
        .when(Restock { product: tea(), quantity: quantity(10) })
        .then(&tea(), [restocked(10)])
        .and_nothing_else();
}

#[test]
fn nothing_arrives_of_what_the_shop_does_not_sell() {
    given().when(Restock { product: tea(), quantity: quantity(10) }).rejected(ShopError::UnknownProduct(tea()));
}

#[test]
fn a_label_reads_the_same_however_it_is_typed() {
    assert_eq!(named::<Sku>(" tea\n"), tea());
    assert!(" ".parse::<Sku>().is_err(), "an empty label names nothing");
}

#[test]
fn nobody_wants_none_of_a_product_or_a_mountain_of_it() {
    assert_eq!(Quantity::try_new(0), Err(QuantityError::GreaterOrEqualViolated));
    assert_eq!(Quantity::try_new(1_000_001), Err(QuantityError::LessOrEqualViolated));
}
