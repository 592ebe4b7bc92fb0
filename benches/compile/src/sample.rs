//! The code that is measured: commands and streams as a user writes them, as many as asked for.

use std::fmt::Write;

/// Something whose cost is measured.
pub(crate) struct Subject {
    pub(crate) title: &'static str,
    /// The package's name.
    pub(crate) name: &'static str,
    /// How many of it the smaller crate holds, and the larger one.
    pub(crate) sizes: (usize, usize),
    /// Writes a crate that holds so many.
    pub(crate) source: fn(usize) -> String,
    /// The same without a word of Foldline: what else in it is expanded (`Debug`, `Clone`) is not Foldline's.
    pub(crate) plain: fn(usize) -> String,
    /// The most it may cost: milliseconds, and lines.
    pub(crate) budget: Option<(f64, f64)>,
}

pub(crate) const SUBJECTS: &[Subject] = &[
    Subject {
        title: "a command on two streams, with its `decide` and one call to `execute`",
        name: "commands-called",
        sizes: (20, 60),
        source: |count| commands(count, true),
        plain: plain_commands,
        budget: Some((60.0, 250.0)),
    },
    Subject {
        title: "the same, never executed",
        name: "commands-alone",
        sizes: (20, 60),
        source: |count| commands(count, false),
        plain: plain_commands,
        budget: None,
    },
    Subject {
        title: "an event, in a stream of three (its share of the stream included)",
        name: "streams-of-three",
        sizes: (18, 54),
        source: |events| streams(events / 3, 3),
        plain: |events| plain_streams(events / 3),
        budget: Some((50.0, 360.0)),
    },
    Subject {
        title: "of that, serde's own derives on the payload",
        name: "payloads-of-three",
        sizes: (18, 54),
        source: |events| payloads(events / 3, SERDE_DERIVES),
        plain: |events| payloads(events / 3, ""),
        budget: None,
    },
    Subject {
        title: "one event more in a stream",
        name: "longer-streams",
        sizes: (20, 60),
        source: |events| streams(5, events / 5),
        plain: |_| plain_streams(5),
        budget: None,
    },
];

const ACCOUNT: &str = r#"
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub String);

impl std::fmt::Display for AccountId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for AccountId {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

#[derive(Debug, Clone, Default)]
pub struct Account {
    pub owner: String,
    pub balance: u64,
}

#[stream(key = AccountId)]
impl Account {
    #[event]
    fn opened(&mut self, owner: String) {
        self.owner = owner;
    }

    #[event]
    fn deposited(&mut self, amount: u64) {
        self.balance += amount;
    }

    #[event]
    fn withdrawn(&mut self, amount: u64) {
        self.balance -= amount;
    }
}

#[derive(Debug)]
pub struct Broke;
"#;

/// Transfers, each a type of its own.
fn commands(count: usize, executed: bool) -> String {
    let mut code = String::from("use foldline::prelude::*;\n");
    code.push_str(ACCOUNT);
    for n in 0..count {
        let _ = write!(
            code,
            "
#[derive(Debug, Clone, Command)]
pub struct Transfer{n} {{
    #[stream]
    pub from: AccountId,
    #[stream]
    pub to: AccountId,
    pub amount: u64,
}}

impl Decide for Transfer{n} {{
    type Error = Broke;

    fn decide(&self, streams: &mut Transfer{n}Streams) -> Result<(), Broke> {{
        ensure!(streams.from.balance >= self.amount, Broke);
        streams.from.withdrawn(self.amount);
        streams.to.deposited(self.amount);
        Ok(())
    }}
}}
"
        );
        if executed {
            // A web framework boxes its handlers, and wants them `Send`.
            let _ = write!(
                code,
                "
pub fn transfer_{n}(bank: &Executor, command: Transfer{n}) -> std::pin::Pin<Box<dyn Future<Output = bool> + Send + '_>> {{
    Box::pin(async move {{ bank.execute(command).await.is_ok() }})
}}
"
            );
        }
    }
    code
}

/// The fields of the same, as plain structs.
fn plain_commands(count: usize) -> String {
    let mut code = String::new();
    for n in 0..count {
        let _ = write!(
            code,
            "
#[derive(Debug, Clone)]
pub struct Transfer{n} {{
    pub from: String,
    pub to: String,
    pub amount: u64,
}}
"
        );
    }
    code
}

/// Streams of so many events, which take a text, a number, and both and more, in turn.
fn streams(count: usize, events: usize) -> String {
    let mut code = format!("use foldline::prelude::*;\n{}", plain_streams(count));
    for n in 0..count {
        let _ = write!(code, "\n#[stream(key = Id{n})]\nimpl State{n} {{");
        for event in 0..events {
            let (arguments, body) = match event % 3 {
                0 => ("owner: String", "self.text = owner;"),
                1 => ("amount: u64", "self.number += amount;"),
                _ => ("reason: String, amount: u64", "self.text = reason;\n        self.number = amount;"),
            };
            let _ = write!(
                code,
                "
    /// Something happened.
    #[event]
    fn happened_{event}(&mut self, {arguments}) {{
        {body}
    }}
"
            );
        }
        code.push_str("}\n");
    }
    code
}

/// Their keys and states.
fn plain_streams(count: usize) -> String {
    let mut code = String::new();
    for n in 0..count {
        let _ = write!(
            code,
            "
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id{n}(pub u32);

impl std::fmt::Display for Id{n} {{
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{
        self.0.fmt(f)
    }}
}}

impl std::str::FromStr for Id{n} {{
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {{
        text.parse().map(Self)
    }}
}}

#[derive(Debug, Clone, Default)]
pub struct State{n} {{
    pub text: String,
    pub number: u64,
}}
"
        );
    }
    code
}

const SERDE_DERIVES: &str = r#"#[derive(foldline::__private::serde::Serialize, foldline::__private::serde::Deserialize)]
#[serde(crate = "foldline::__private::serde")]"#;

/// The enums by which streams of three events store them, with nothing of Foldline around them.
fn payloads(count: usize, attributes: &str) -> String {
    let mut code = String::new();
    for n in 0..count {
        let _ = write!(
            code,
            "
{attributes}
pub enum Payload{n} {{
    Happened0 {{ owner: String }},
    Happened1 {{ amount: u64 }},
    Happened2 {{ reason: String, amount: u64 }},
}}
"
        );
    }
    code
}
