//! Names that serde writes and does not read.

use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Deposited {
        #[serde(rename(serialize = "cents"))]
        amount: u64,
        #[serde(rename(deserialize = "why"))]
        reason: Option<String>,
        #[serde(default, rename(serialize = "from", deserialize = "by"))]
        payer: String,
    },
    // These are read.
    Withdrawn {
        #[serde(rename(serialize = "cents", deserialize = "cents", deserialize = "amount"))]
        amount: u64,
        #[serde(rename(serialize = "why"))]
        #[serde(alias = "why")]
        reason: Option<String>,
        #[serde(rename = "by", alias = "payer")]
        payee: String,
    },
}

fn main() {}
