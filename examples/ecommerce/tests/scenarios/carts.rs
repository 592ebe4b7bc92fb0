//! What somebody would like to have.

use ecommerce::{CartEvent, PutInCart, ShopError, TakeFromCart};
use foldline::testing::given;

use crate::past::{cart, checked_out, euros, listed, pot, put, quantity, tea};

#[test]
fn a_product_is_put_into_a_cart_whether_it_is_in_stock_or_not() {
    given()
        .stream(&tea(), [listed(euros(5))])
        .when(PutInCart { cart: cart(), product: tea(), quantity: quantity(3) })
        .then(&cart(), [put(tea(), 3)])
        .and_nothing_else();
}

#[test]
fn only_what_the_shop_sells_is_put_into_a_cart() {
    given()
        .stream(&pot(), [listed(euros(15))])
        .when(PutInCart { cart: cart(), product: tea(), quantity: quantity(3) })
        .rejected(ShopError::UnknownProduct(tea()));
}

#[test]
fn nothing_is_put_into_a_cart_that_is_checked_out() {
    given()
        .stream(&tea(), [listed(euros(5))])
        .stream(&cart(), [put(tea(), 3), checked_out()])
        .when(PutInCart { cart: cart(), product: tea(), quantity: quantity(1) })
        .rejected(ShopError::CartCheckedOut);
}

#[test]
fn a_product_is_taken_out_again() {
    given()
        .stream(&cart(), [put(tea(), 3), put(pot(), 1)])
        .when(TakeFromCart { cart: cart(), product: tea() })
        .then(&cart(), [CartEvent::ItemRemoved { product: tea() }])
        .and_nothing_else();
}

#[test]
fn only_what_lies_in_a_cart_is_taken_out() {
    given()
        .stream(&cart(), [put(tea(), 3), CartEvent::ItemRemoved { product: tea() }, put(pot(), 1)])
        .when(TakeFromCart { cart: cart(), product: tea() })
        .rejected(ShopError::NotInCart(tea()));
}

#[test]
fn nothing_is_taken_out_of_a_cart_that_is_checked_out() {
    given()
        .stream(&cart(), [put(tea(), 3), checked_out()])
        .when(TakeFromCart { cart: cart(), product: tea() })
        .rejected(ShopError::CartCheckedOut);
}
