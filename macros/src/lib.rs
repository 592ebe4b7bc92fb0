//! The attributes of Foldline. Users depend on `foldline`, which re-exports them.

mod command;
mod diag;
mod event;
mod names;
mod paths;
mod pipeline;
mod projection;
mod stream;
mod syntax;

use proc_macro::TokenStream;

/// Writes a stream from an impl block of its state: the enum of its events, the fold, the recording verbs.
///
/// The block's `#[event]` methods say what can happen, and how each of it changes the state. From
///
/// ```ignore
/// #[stream(key = AccountId)]
/// impl Account {
///     /// Money came in.
///     #[event]
///     fn deposited(&mut self, amount: Money) {
///         self.balance += amount;
///     }
/// }
/// ```
///
/// come `enum AccountEvent { Deposited { amount: Money } }`, `impl Stream for Account`, `impl StreamKey for AccountId`, and
/// the trait `AccountFacts`, by which an open stream is told what happened: `streams.account.deposited(amount)`.
///
/// | on | option | means |
/// | --- | --- | --- |
/// | the block | `key = T` | required: the type that names one stream of this kind |
/// | | `name = "account"` | the category; by default the state's name in snake case; no `-` in it |
/// | | `events = Name`, `facts = Name` | the enum's and the trait's names; by default `<State>Event`, `<State>Facts` |
/// | | `vis = "pub(crate)"` | their visibility; by default `pub` |
/// | | `derive(…)` | further derives for the enum |
/// | | `crate = path` | where Foldline is found, for re-exports |
/// | a method | `#[event]`, `#[event(name = "…")]` | an event; its full stored name, for a method that was renamed |
/// | | `#[event(was("…", …))]` | names it was stored under before: still read, never written |
/// | | `#[event(version = 2)]` | its schema version, stored with it; 1 by default |
/// | an argument | `#[serde(…)]` | goes to the field |
/// | | a leading `_` | `_reason: String` is the field `reason`: a fact that no fold needs |
#[doc(alias = "aggregate")]
#[doc(alias = "evolve")]
#[doc(alias = "fold")]
#[proc_macro_attribute]
pub fn stream(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::attribute_stream(arguments.into(), item.into()).into()
}

/// Marks a method of a [`macro@stream`] block as an event.
///
/// `#[event]`, or with options: `#[event(name = "account.credited", was("account.paid_in"), version = 2)]`.
#[proc_macro_attribute]
pub fn event(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray("event", "stream(key = …)", item.into()).into()
}

/// Writes a projection from an impl block of a read model: which events it listens to, and how each changes it.
///
/// ```ignore
/// #[projection]
/// impl Holdings {
///     #[on(AccountEvent::Opened)]
///     fn opened(&mut self, account: AccountId) {
///         self.by_account.insert(account, Money::ZERO);
///     }
///
///     #[on(AccountEvent::Deposited)]
///     fn deposited(&mut self, account: AccountId, amount: Money, record: &RawEvent) -> Result<(), TooMuch> {
///         // …
///         Ok(())
///     }
/// }
/// ```
///
/// A handler's first argument is the stream's key. The others are fields of the event, by value and by name, as many as it
/// wants; one that is a reference is the record (position, version, time, metadata). A handler that returns `Err` has changed
/// nothing.
///
/// **No event is forgotten.** An event of a stream that the projection listens to, neither handled nor ignored, does not
/// compile.
///
/// | on | option | means |
/// | --- | --- | --- |
/// | the block | `ignore(AccountEvent::Closed, …)` | events that are left out on purpose |
/// | | `name = "holdings"` | what its checkpoint is kept under; by default the type's name in snake case |
/// | | `partition_by = key` | its streams have nothing to do with each other: they may be shared out |
/// | | `code = 2` | what stands for its code, by default made from the handlers: a value saved by other code is thrown away |
/// | | `crate = path` | where Foldline is found, for re-exports |
/// | a method | `#[on(AccountEvent::Deposited, …)]` | it takes these events in |
#[doc(alias = "read model")]
#[doc(alias = "view")]
#[proc_macro_attribute]
pub fn projection(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::attribute_projection(arguments.into(), item.into()).into()
}

/// Marks a method of a [`macro@projection`] block as the handler of events: `#[on(AccountEvent::Deposited)]`.
#[proc_macro_attribute]
pub fn on(_: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::stray("on", "projection", item.into()).into()
}

/// Lets an enum be stored, one variant a fact: for those who write `impl Stream` by hand.
///
/// ```ignore
/// #[derive(Debug, Clone, PartialEq, Event)]
/// #[event(category = "account")]
/// enum AccountEvent {
///     Opened { owner: Owner },
///     #[event(name = "account.credited", was("account.deposited"), version = 2)]
///     Credited { amount: Money },
/// }
/// ```
#[proc_macro_derive(Event, attributes(event, serde))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    pipeline::derive_event(input.into()).into()
}

/// Writes a command from a struct: the streams that its fields name, opened together and checked atomically.
///
/// | on | option | means |
/// | --- | --- | --- |
/// | a field | `#[stream]` | read, checked, may be written |
/// | | `#[stream(read)]` | read and checked |
/// | | `#[stream(new)]` | must not exist yet: nothing is read |
/// | | `#[stream(existing)]` | must have events |
/// | | `or = expression` | with `new` or `existing`: the domain's own error instead |
/// | the struct | `#[command(name = "…")]` | what metrics and traces call it; by default the type's name |
/// | | `#[command(streams = Name)]` | the name of the struct of open streams; by default `<Command>Streams` |
/// | | `#[command(follow(name: Key = expression, …))]` | a stream that only the past can name: the expression sees `self` and the handles before it; options as for fields |
/// | | `#[command(crate = path)]` | where Foldline is found, for re-exports |
#[doc(alias = "DCB")]
#[doc(alias = "decider")]
#[proc_macro_derive(Command, attributes(stream, command))]
pub fn derive_command(input: TokenStream) -> TokenStream {
    pipeline::derive_command(input.into()).into()
}
