//! What the macros write, for everybody to read: one snapshot an attribute, its input on top.
//!
//! After a change: `INSTA_UPDATE=always cargo test -p foldline-macros`, and read the diff.

use proc_macro2::TokenStream;
use quote::quote;

/// Takes the input as it stands in a user's file, and shows it above what becomes of it.
macro_rules! expands {
    ($name:ident, $expand:ident, $($input:tt)*) => {
        #[test]
        fn $name() {
            let input = quote!($($input)*);
            let output = $expand(input.clone());
            let shown = format!("{}\n// becomes\n\n{}", formatted(&input), formatted(&output));
            insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
                insta::assert_snapshot!(stringify!($name), shown);
            });
        }
    };
}

fn formatted(tokens: &TokenStream) -> String {
    match syn::parse2(tokens.clone()) {
        Ok(file) => prettyplease::unparse(&file),
        Err(error) => format!("{error} in {tokens}"),
    }
}

/// Does what the compiler does with an attribute macro: takes the attribute off, and hands over its arguments.
fn stream(input: TokenStream) -> TokenStream {
    let mut block: syn::ItemImpl = match syn::parse2(input) {
        Ok(block) => block,
        Err(error) => return error.into_compile_error(),
    };
    let attribute = block.attrs.remove(0);
    let arguments = attribute.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
    super::attribute_stream(arguments, quote!(#block))
}

fn projection(input: TokenStream) -> TokenStream {
    let mut block: syn::ItemImpl = match syn::parse2(input) {
        Ok(block) => block,
        Err(error) => return error.into_compile_error(),
    };
    let attribute = block.attrs.remove(0);
    let arguments = attribute.meta.require_list().map(|list| list.tokens.clone()).unwrap_or_default();
    super::attribute_projection(arguments, quote!(#block))
}

fn event(input: TokenStream) -> TokenStream {
    super::derive_event(input)
}

fn command(input: TokenStream) -> TokenStream {
    super::derive_command(input)
}

expands! { stream_key, stream,
    #[stream(key = AccountId)]
    impl Account {
        /// A customer opened the account.
        #[event]
        fn opened(&mut self, owner: Owner) {
            self.owner = Some(owner);
        }

        /// The customer left.
        #[event]
        fn closed(&mut self) {
            self.owner = None;
        }

        /// Whether it has an owner.
        pub fn is_open(&self) -> bool {
            self.owner.is_some()
        }
    }
}

expands! { stream_names, stream,
    #[stream(key = AccountId, name = "konto", events = Happening, facts = Happens, vis = "pub(crate)", derive(Eq, Hash))]
    impl Account {
        #[event]
        fn closed(&mut self) {}
    }
}

expands! { stream_crate, stream,
    #[stream(key = Id<Account>, crate = framework::events)]
    impl Account {
        #[event]
        fn closed(&mut self) {}
    }
}

expands! { event_options, stream,
    #[stream(key = AccountId)]
    impl Account {
        #[event(name = "account.credited", was("account.deposited", "account.paid_in"), version = 2)]
        fn credited(&mut self, amount: Money) {
            self.balance += amount;
        }
    }
}

expands! { event_arguments, stream,
    #[stream(key = AccountId)]
    impl Account {
        #[event]
        fn deposited(
            &mut self,
            /// How much.
            #[serde(rename = "cents")]
            amount: Money,
            #[serde(with = "seconds")]
            _at: SystemTime,
            _type: String,
        ) {
            self.balance += amount;
        }
    }
}

expands! { event_cfg, stream,
    #[stream(key = AccountId)]
    impl Account {
        #[event]
        #[cfg(feature = "cards")]
        fn charged(&mut self, card: Card) {
            self.cards.push(card);
        }
    }
}

expands! { derive_event, event,
    #[derive(Debug, Clone, PartialEq, Event)]
    #[event(category = "clock")]
    pub enum ClockEvent {
        /// A second went by.
        Ticked,
        #[event(name = "clock.set", version = 2)]
        Adjusted { to: u64 },
    }
}

expands! { command_stream, command,
    /// Moves money between two accounts, atomically.
    #[derive(Command)]
    pub struct Transfer {
        #[stream]
        pub from: AccountId,
        #[stream]
        pub to: AccountId,
        pub amount: Money,
    }
}

expands! { command_openings, command,
    #[derive(Command)]
    struct Move {
        #[stream(read)]
        rates: RatesId,
        #[stream(new)]
        account: AccountId,
        /// Where it was.
        #[stream(existing, or = BankError::NoAccount)]
        old: AccountId,
    }
}

expands! { command_borrows, command,
    #[derive(Command)]
    struct Spread<'a, K: StreamKey, V, const N: usize>
    where
        V: Into<Money>,
    {
        #[stream]
        accounts: &'a [K; N],
        #[stream(read)]
        notes: BTreeMap<AccountId, &'a str>,
        amount: V,
    }
}

expands! { command_follow, command,
    #[derive(Command)]
    #[command(follow(method: PaymentMethodId = order.payment_method.clone(), read))]
    #[command(follow(owner: Option<OwnerId> = method.owner.clone(), existing))]
    pub struct Capture {
        #[stream(existing)]
        pub order: OrderId,
    }
}

expands! { command_names, command,
    #[derive(Command)]
    #[command(name = "pay-in", streams = Open, crate = framework::events)]
    struct Deposit {
        #[stream]
        account: AccountId,
    }
}

expands! { projection_on, projection,
    #[projection]
    impl Holdings {
        #[on(AccountEvent::Opened)]
        fn opened(&mut self, account: AccountId) {
            self.by_account.insert(account, Money::ZERO);
        }

        #[on(AccountEvent::Deposited, AccountEvent::Received)]
        fn deposited(&mut self, account: AccountId, amount: Money, record: &RawEvent) -> Result<(), TooMuch> {
            self.add(account, amount, record.time())
        }

        #[on(AccountEvent::Charged)]
        #[cfg(feature = "cards")]
        fn charged(&mut self, account: AccountId, card: Card) {
            self.cards.insert(card, account);
        }

        #[on(VaultEvent::Sealed)]
        fn sealed(&mut self, _vault: VaultId) {}

        /// How much there is.
        pub fn total(&self) -> Money {
            self.by_account.values().sum()
        }
    }
}

expands! { projection_options, projection,
    #[projection(
        name = "held",
        ignore(AccountEvent::Closed),
        ignore(AccountEvent::Renamed),
        partition_by = key,
        code = 2,
        crate = framework::events
    )]
    impl Holdings {
        #[on(AccountEvent::Deposited)]
        fn deposited(&mut self, _account: AccountId, amount: Money) {
            self.total += amount;
        }
    }
}

// One mistake beside code that goes on: see `tests/ui` for what the compiler makes of it.
expands! { a_fault_and_its_stand_in, stream,
    #[stream(key = AccountId)]
    impl Account {
        #[event]
        async fn deposited(&mut self, amount: Money) {
            self.balance += amount;
        }
    }
}
