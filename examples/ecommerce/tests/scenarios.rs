//! What the shop does and what it refuses: what has happened, what is asked, what happens then.
#![expect(clippy::unwrap_used, reason = "what a scenario names is well-formed, or the scenario is wrong")]

use std::{fmt::Debug, str::FromStr};

use ecommerce::{
    AddPaymentMethod, BlockPaymentMethod, CancelOrder, CartEvent, CartId, CustomerEvent, CustomerId, Items,
    ListProduct, Money, OrderEvent, OrderId, PaymentMethodEvent, PaymentMethodId, PlaceOrder, ProductEvent, PutInCart,
    Quantity, Register, Restock, Ship, ShopError, Sku, TakeFromCart,
};
use foldline::testing::{Given, given};

fn named<T: FromStr<Err: Debug>>(name: &str) -> T {
    name.parse().unwrap()
}

fn tea() -> Sku {
    named("TEA")
}

fn pot() -> Sku {
    named("POT")
}

fn ada() -> CustomerId {
    named("ada")
}

fn card() -> PaymentMethodId {
    named("card")
}

fn voucher() -> PaymentMethodId {
    named("voucher")
}

fn cart() -> CartId {
    named("cart")
}

fn order() -> OrderId {
    named("order")
}

fn euros(euros: u64) -> Money {
    Money::cents(euros * 100)
}

fn quantity(units: u32) -> Quantity {
    Quantity::try_new(units).unwrap()
}

/// Three packets of tea and a pot.
fn tea_and_pot() -> Items {
    Items::from([(tea(), quantity(3)), (pot(), quantity(1))])
}

fn listed(price: Money) -> ProductEvent {
    ProductEvent::Listed { name: named("Something to sell"), price }
}

fn restocked(units: u32) -> ProductEvent {
    ProductEvent::Restocked { quantity: quantity(units) }
}

fn reserved(units: u32) -> ProductEvent {
    ProductEvent::Reserved { order: order(), quantity: quantity(units) }
}

fn released(units: u32) -> ProductEvent {
    ProductEvent::Released { order: order(), quantity: quantity(units) }
}

fn registered() -> CustomerEvent {
    CustomerEvent::Registered { name: named("Ada Lovelace") }
}

fn chosen(method: PaymentMethodId) -> CustomerEvent {
    CustomerEvent::PaymentMethodChosen { method }
}

fn added(limit: Money) -> PaymentMethodEvent {
    PaymentMethodEvent::Added { owner: ada(), limit }
}

fn put(product: Sku, units: u32) -> CartEvent {
    CartEvent::ItemPut { product, quantity: quantity(units) }
}

fn checked_out() -> CartEvent {
    CartEvent::CheckedOut { order: order() }
}

/// Ada's order of tea and a pot, for thirty euros.
fn placed() -> OrderEvent {
    OrderEvent::Placed { customer: ada(), items: tea_and_pot(), total: euros(30), payment_method: card() }
}

/// Tea for 5 and pots for 15 are in stock, and somebody's cart holds three of the one and one of the other.
fn full_cart(given: Given) -> Given {
    given
        .stream(&tea(), [listed(euros(5)), restocked(3)])
        .stream(&pot(), [listed(euros(15)), restocked(1)])
        .stream(&cart(), [put(tea(), 2), put(pot(), 1), put(tea(), 3)])
}

/// Ada pays with a card that is good for fifty euros at once.
fn ada_with_a_card() -> Given {
    given().stream(&ada(), [registered(), chosen(card())]).stream(&card(), [added(euros(50))])
}

fn ada_at_the_counter() -> Given {
    full_cart(ada_with_a_card())
}

/// Ada's order is placed, and its products are put aside.
fn ada_has_ordered() -> Given {
    ada_at_the_counter()
        .stream(&tea(), [reserved(3)])
        .stream(&pot(), [reserved(1)])
        .stream(&cart(), [checked_out()])
        .stream(&order(), [placed()])
}

#[test]
fn a_product_comes_into_the_catalogue_once() {
    let list = || ListProduct { product: tea(), name: named("Something to sell"), price: euros(5) };
    given().when(list()).then(&tea(), [listed(euros(5))]).and_nothing_else();
    given().stream(&tea(), [listed(euros(4))]).when(list()).rejected(ShopError::AlreadyListed(tea()));
}

#[test]
fn new_ones_arrive_of_what_the_shop_sells() {
    let restock = || Restock { product: tea(), quantity: quantity(10) };
    given().stream(&tea(), [listed(euros(5))]).when(restock()).then(&tea(), [restocked(10)]).and_nothing_else();
    given().when(restock()).rejected(ShopError::UnknownProduct(tea()));
}

#[test]
fn somebody_becomes_a_customer_once() {
    let register = || Register { customer: ada(), name: named("Ada Lovelace") };
    given().when(register()).then(&ada(), [registered()]).and_nothing_else();
    given().stream(&ada(), [registered()]).when(register()).rejected(ShopError::AlreadyRegistered);
}

#[test]
fn a_new_payment_method_is_the_one_to_pay_with() {
    let add = || AddPaymentMethod { customer: ada(), method: voucher(), limit: euros(20) };
    ada_with_a_card()
        .when(add())
        .then(&voucher(), [added(euros(20))])
        .then(&ada(), [chosen(voucher())])
        .and_nothing_else();
    given().when(add()).rejected(ShopError::UnknownCustomer);
    let twice = ada_with_a_card().stream(&voucher(), [added(euros(100))]);
    twice.when(add()).rejected(ShopError::PaymentMethodAlreadyAdded);
}

#[test]
fn a_payment_method_is_blocked_once() {
    let block = || BlockPaymentMethod { method: card() };
    ada_with_a_card().when(block()).then(&card(), [PaymentMethodEvent::Blocked]).and_nothing_else();
    let twice = ada_with_a_card().stream(&card(), [PaymentMethodEvent::Blocked]);
    twice.when(block()).rejected(ShopError::PaymentMethodBlocked);
    given().when(block()).rejected(ShopError::UnknownPaymentMethod);
}

#[test]
fn what_the_shop_sells_is_put_into_a_cart_whether_it_is_in_stock_or_not() {
    let put_tea = || PutInCart { cart: cart(), product: tea(), quantity: quantity(3) };
    let sold_out = || given().stream(&tea(), [listed(euros(5))]);
    sold_out().when(put_tea()).then(&cart(), [put(tea(), 3)]).and_nothing_else();
    given().when(put_tea()).rejected(ShopError::UnknownProduct(tea()));
    sold_out().stream(&cart(), [checked_out()]).when(put_tea()).rejected(ShopError::CartCheckedOut);
}

#[test]
fn what_lies_in_a_cart_is_taken_out_again() {
    let take = || TakeFromCart { cart: cart(), product: tea() };
    let taken = || CartEvent::ItemRemoved { product: tea() };
    full_cart(given()).when(take()).then(&cart(), [taken()]).and_nothing_else();
    full_cart(given()).stream(&cart(), [taken()]).when(take()).rejected(ShopError::NotInCart(tea()));
    full_cart(given()).stream(&cart(), [checked_out()]).when(take()).rejected(ShopError::CartCheckedOut);
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
    let given_back = ada_at_the_counter().stream(&pot(), [reserved(1), released(1)]);
    given_back.when(place(tea_and_pot())).then(&order(), [placed()]);
}

#[test]
fn an_order_that_cannot_be_is_refused() {
    let here = ada_at_the_counter;
    for (given, why) in [
        (here().stream(&order(), [placed()]), ShopError::AlreadyOrdered),
        (here().stream(&cart(), [checked_out()]), ShopError::CartCheckedOut),
        (full_cart(given()), ShopError::UnknownCustomer),
        (full_cart(given().stream(&ada(), [registered()])), ShopError::NoPaymentMethod),
        (here().stream(&card(), [PaymentMethodEvent::Blocked]), ShopError::PaymentMethodBlocked),
        (
            here().stream(&voucher(), [added(euros(29))]).stream(&ada(), [chosen(voucher())]),
            ShopError::OverLimit { total: euros(30), limit: euros(29) },
        ),
        (here().stream(&tea(), [reserved(1)]), ShopError::OutOfStock { product: tea(), available: 2 }),
        (here().stream(&tea(), [listed(Money::cents(u64::MAX / 2))]), ShopError::TotalTooLarge),
        (here().stream(&pot(), [listed(Money::cents(u64::MAX))]), ShopError::TotalTooLarge),
    ] {
        given.when(place(tea_and_pot())).rejected(why);
    }
    here().when(place(Items::from([(tea(), quantity(3))]))).rejected(ShopError::CartChanged);
    ada_with_a_card().when(place(Items::new())).rejected(ShopError::CartEmpty);
}

#[test]
fn an_order_pays_as_much_as_its_payment_method_is_good_for() {
    let just = ada_at_the_counter().stream(&voucher(), [added(euros(30))]).stream(&ada(), [chosen(voucher())]);
    just.when(place(tea_and_pot())).then(&cart(), [checked_out()]);
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
fn an_order_is_paid_when_it_is_sent_off_and_as_was_said_when_it_was_placed() {
    ada_has_ordered()
        .stream(&voucher(), [added(euros(50))])
        .stream(&ada(), [chosen(voucher())])
        .when(Ship { order: order() })
        .then(&order(), [OrderEvent::Shipped])
        .then(&card(), [PaymentMethodEvent::Charged { order: order(), amount: euros(30) }])
        .and_nothing_else();
    let lost = ada_has_ordered().stream(&card(), [PaymentMethodEvent::Blocked]);
    lost.when(Ship { order: order() }).rejected(ShopError::PaymentMethodBlocked);
}

#[test]
fn an_order_ends_once() {
    for (end, why) in
        [(OrderEvent::Cancelled, ShopError::OrderCancelled), (OrderEvent::Shipped, ShopError::OrderShipped)]
    {
        let ended = || ada_has_ordered().stream(&order(), [end.clone()]);
        ended().when(CancelOrder { order: order() }).rejected(why.clone());
        ended().when(Ship { order: order() }).rejected(why);
    }
    given().when(CancelOrder { order: order() }).rejected(ShopError::UnknownOrder);
    given().when(Ship { order: order() }).rejected(ShopError::UnknownOrder);
}

#[test]
fn nonsense_is_no_name_and_no_quantity() {
    assert_eq!(named::<Sku>(" tea\n"), tea(), "a label reads the same however it is typed");
    assert!(" ".parse::<Sku>().is_err() && "".parse::<OrderId>().is_err());
    assert!(Quantity::try_new(0).is_err() && Quantity::try_new(1_000_001).is_err());
    assert!(Quantity::try_new(1).is_ok() && Quantity::try_new(1_000_000).is_ok());
}
