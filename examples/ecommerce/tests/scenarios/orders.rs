//! From the cart to the doorstep.

use ecommerce::{
    CancelOrder, CustomerEvent, Items, Money, OrderEvent, PaymentMethodEvent, PaymentMethodId, PlaceOrder, Ship,
    ShopError,
};
use foldline::testing::{Given, given};

use crate::past::{
    ada, added, card, cart, checked_out, chosen, euros, listed, named, order, placed, pot, put, quantity, registered,
    released, reserved, restocked, tea, tea_and_pot,
};

/// Ada pays with a card that is good for fifty euros at once.
fn ada_with_a_card() -> Given {
    given().stream(&ada(), [registered(), chosen()]).stream(&card(), [added(euros(50))])
}

/// Tea for 5 and pots for 15 are in stock, and Ada's cart holds three of the one and one of the other.
fn ada_at_the_counter() -> Given {
    full_cart(ada_with_a_card())
}

fn full_cart(given: Given) -> Given {
    given
        .stream(&tea(), [listed(euros(5)), restocked(3)])
        .stream(&pot(), [listed(euros(15)), restocked(1)])
        .stream(&cart(), [put(tea(), 2), put(pot(), 1), put(tea(), 3)])
}

/// Ada's order is placed, and its products are put aside.
fn ada_has_ordered() -> Given {
    ada_at_the_counter()
        .stream(&tea(), [reserved(3)])
        .stream(&pot(), [reserved(1)])
        .stream(&cart(), [checked_out()])
        .stream(&order(), [placed()])
}

fn place(products: Items) -> PlaceOrder {
    PlaceOrder { order: order(), cart: cart(), customer: ada(), products }
}

#[test]
fn an_order_puts_everything_in_the_cart_aside() {
    ada_at_the_counter()
        .when(place(tea_and_pot()))
        .then(&order(), [placed()])
        .then(&cart(), [checked_out()])
        .then(&tea(), [reserved(3)])
        .then(&pot(), [reserved(1)])
        .and_nothing_else();
}

#[test]
fn what_an_order_gave_back_can_be_ordered() {
    ada_at_the_counter()
        .stream(&pot(), [reserved(1), released(1)])
        .when(place(tea_and_pot()))
        .then(&order(), [placed()]);
}

#[test]
fn an_order_number_is_used_once() {
    ada_at_the_counter().stream(&order(), [placed()]).when(place(tea_and_pot())).rejected(ShopError::AlreadyOrdered);
}

#[test]
fn a_cart_is_ordered_once() {
    ada_at_the_counter()
        .stream(&cart(), [checked_out()])
        .when(place(tea_and_pot()))
        .rejected(ShopError::CartCheckedOut);
}

#[test]
fn an_empty_cart_is_no_order() {
    ada_with_a_card().when(place(Items::new())).rejected(ShopError::CartEmpty);
}

#[test]
fn what_is_ordered_is_what_the_customer_saw() {
    ada_at_the_counter().when(place(Items::from([(tea(), quantity(3))]))).rejected(ShopError::CartChanged);
}

#[test]
fn only_customers_order() {
    full_cart(given()).when(place(tea_and_pot())).rejected(ShopError::UnknownCustomer);
}

#[test]
fn more_than_there_is_cannot_be_ordered() {
    ada_at_the_counter()
        .stream(&tea(), [reserved(1)])
        .when(place(tea_and_pot()))
        .rejected(ShopError::OutOfStock { product: tea(), available: 2 });
}

#[test]
fn an_order_needs_a_payment_method() {
    full_cart(given().stream(&ada(), [registered()])).when(place(tea_and_pot())).rejected(ShopError::NoPaymentMethod);
}

#[test]
fn a_blocked_payment_method_pays_for_no_order() {
    ada_at_the_counter()
        .stream(&card(), [PaymentMethodEvent::Blocked])
        .when(place(tea_and_pot()))
        .rejected(ShopError::PaymentMethodBlocked);
}

#[test]
fn an_order_stays_within_the_limit_of_its_payment_method() {
    let voucher: PaymentMethodId = named("voucher");
    let chosen = CustomerEvent::PaymentMethodChosen { method: voucher.clone() };
    ada_at_the_counter()
        .stream(&voucher, [added(euros(29))])
        .stream(&ada(), [chosen])
        .when(place(tea_and_pot()))
        .rejected(ShopError::OverLimit { total: euros(30), limit: euros(29) });
}

#[test]
fn an_order_whose_price_cannot_be_written_down_is_refused() {
    let dear = || {
        ada_with_a_card()
            .stream(&tea(), [listed(Money::cents(u64::MAX)), restocked(2)])
            .stream(&pot(), [listed(Money::cents(1)), restocked(1)])
    };
    dear()
        .stream(&cart(), [put(tea(), 2)])
        .when(place(Items::from([(tea(), quantity(2))])))
        .rejected(ShopError::TotalTooLarge);
    dear()
        .stream(&cart(), [put(tea(), 1), put(pot(), 1)])
        .when(place(Items::from([(tea(), quantity(1)), (pot(), quantity(1))])))
        .rejected(ShopError::TotalTooLarge);
}

#[test]
fn a_cancelled_order_gives_everything_back() {
    ada_has_ordered()
        .when(CancelOrder { order: order() })
        .then(&order(), [OrderEvent::Cancelled])
        .then(&tea(), [released(3)])
        .then(&pot(), [released(1)])
        .and_nothing_else();
}

#[test]
fn what_was_never_ordered_cannot_be_cancelled() {
    given().when(CancelOrder { order: order() }).rejected(ShopError::UnknownOrder);
}

#[test]
fn an_order_is_cancelled_once() {
    ada_has_ordered()
        .stream(&order(), [OrderEvent::Cancelled])
        .when(CancelOrder { order: order() })
        .rejected(ShopError::OrderCancelled);
}

#[test]
fn what_is_on_its_way_cannot_be_cancelled() {
    ada_has_ordered()
        .stream(&order(), [OrderEvent::Shipped])
        .when(CancelOrder { order: order() })
        .rejected(ShopError::OrderShipped);
}

#[test]
fn an_order_is_paid_when_it_is_sent_off() {
    ada_has_ordered()
        .when(Ship { order: order() })
        .then(&order(), [OrderEvent::Shipped])
        .then(&card(), [PaymentMethodEvent::Charged { order: order(), amount: euros(30) }])
        .and_nothing_else();
}

#[test]
fn an_order_is_paid_as_was_said_when_it_was_placed() {
    let voucher: PaymentMethodId = named("voucher");
    let chosen = CustomerEvent::PaymentMethodChosen { method: voucher.clone() };
    ada_has_ordered()
        .stream(&voucher, [added(euros(50))])
        .stream(&ada(), [chosen])
        .when(Ship { order: order() })
        .then(&card(), [PaymentMethodEvent::Charged { order: order(), amount: euros(30) }])
        .then(&voucher, []);
}

#[test]
fn what_was_never_ordered_cannot_be_sent_off() {
    given().when(Ship { order: order() }).rejected(ShopError::UnknownOrder);
}

#[test]
fn a_cancelled_order_stays_here() {
    ada_has_ordered()
        .stream(&order(), [OrderEvent::Cancelled])
        .when(Ship { order: order() })
        .rejected(ShopError::OrderCancelled);
}

#[test]
fn an_order_is_sent_off_once() {
    ada_has_ordered()
        .stream(&order(), [OrderEvent::Shipped])
        .when(Ship { order: order() })
        .rejected(ShopError::OrderShipped);
}

#[test]
fn an_order_that_nobody_pays_for_any_more_stays_here() {
    ada_has_ordered()
        .stream(&card(), [PaymentMethodEvent::Blocked])
        .when(Ship { order: order() })
        .rejected(ShopError::PaymentMethodBlocked);
}
