//! Streams that only the past can name.

use foldline::prelude::*;

use crate::names::{Done, number_key};

number_key!(OrderId, MethodId, WalletId);

#[derive(Debug, Clone, Default)]
struct Order {
    method: Option<MethodId>,
    paid: bool,
}

#[stream(key = OrderId)]
impl Order {
    #[event]
    fn placed(&mut self, method: u32) {
        self.method = Some(MethodId(method));
    }

    #[event]
    fn paid(&mut self) {
        self.paid = true;
    }
}

#[derive(Debug, Clone, Default)]
struct Method {
    wallets: Vec<WalletId>,
}

#[stream(key = MethodId)]
impl Method {
    #[event]
    fn added(&mut self, wallet: u32) {
        self.wallets.push(WalletId(wallet));
    }
}

#[derive(Debug, Clone, Default)]
struct Wallet {
    cents: u64,
}

#[stream(key = WalletId)]
impl Wallet {
    #[event]
    fn filled(&mut self, cents: u64) {
        self.cents += cents;
    }

    #[event]
    fn charged(&mut self, cents: u64) {
        self.cents -= cents;
    }
}

#[derive(Command)]
struct Prepare {
    #[stream]
    order: Option<OrderId>,
    #[stream]
    method: Option<MethodId>,
    #[stream]
    wallet: WalletId,
}

impl Decide for Prepare {
    type Error = ();

    fn decide(&self, streams: &mut PrepareStreams) -> Result<(), ()> {
        if let Some(order) = &mut streams.order {
            order.placed(self.method.map_or(0, |method| method.0));
        }
        if let Some(method) = &mut streams.method {
            method.added(self.wallet.0);
        }
        streams.wallet.filled(10);
        Ok(())
    }
}

#[derive(Debug, PartialEq)]
enum PayError {
    NoMethod,
    NoMoney,
}

/// Two hops: the order names the method, the method names the wallets.
#[derive(Command)]
#[command(follow(method: MethodId = order.method.unwrap_or(MethodId(0)), read, existing, or = PayError::NoMethod))]
#[command(follow(wallets: Vec<WalletId> = {
    let skip = usize::from(self.skip_first);
    method.wallets.iter().skip(skip).copied().collect()
}))]
struct Capture {
    #[stream(existing)]
    order: OrderId,
    skip_first: bool,
    cents: u64,
}

impl Decide for Capture {
    type Error = PayError;

    fn decide(&self, streams: &mut CaptureStreams) -> Result<(), PayError> {
        assert!(streams.method.exists());
        let wallet = streams.wallets.values_mut().find(|wallet| wallet.cents >= self.cents);
        let Some(wallet) = wallet else { return Err(PayError::NoMoney) };
        wallet.charged(self.cents);
        streams.order.paid();
        Ok(())
    }
}

#[tokio::test]
async fn each_expression_sees_the_handles_before_it() -> Done {
    let shop = Executor::new(MemoryStore::new());
    let prepare = |order, method, wallet| Prepare { order, method, wallet: WalletId(wallet) };
    for command in [
        prepare(Some(OrderId(1)), Some(MethodId(5)), 50),
        prepare(None, Some(MethodId(5)), 51),
        prepare(Some(OrderId(2)), None, 52),
    ] {
        shop.execute(command).await.map_err(|_| "preparing works")?;
    }
    let capture = |order, skip_first, cents| Capture { order: OrderId(order), skip_first, cents };

    let done = shop.execute(capture(1, false, 6)).await.map_err(|_| "there is money")?;
    assert_eq!((done.version(&OrderId(1)), done.version(&MethodId(5))), (Some(2), Some(2)));
    assert_eq!(shop.load(&WalletId(50)).await?.map(|wallet| wallet.cents), Some(4));
    shop.execute(capture(1, true, 6)).await.map_err(|_| "the second wallet has money")?;
    assert_eq!(shop.load(&WalletId(51)).await?.map(|wallet| wallet.cents), Some(4));
    assert_eq!(shop.load(&OrderId(1)).await?.map(|order| order.paid), Some(true));

    let poor = shop.execute(capture(1, false, 6)).await;
    assert!(matches!(poor, Err(ExecuteError::Rejected(PayError::NoMoney))), "{poor:?}");
    let none = shop.execute(capture(2, false, 6)).await;
    assert!(matches!(none, Err(ExecuteError::Rejected(PayError::NoMethod))), "{none:?}");
    let lost = shop.execute(capture(3, false, 6)).await;
    assert!(matches!(lost, Err(ExecuteError::NotFound { .. })), "{lost:?}");
    Ok(())
}
