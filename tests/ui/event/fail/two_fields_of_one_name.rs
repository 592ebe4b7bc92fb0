//! Two fields that serde writes under one name, or reads from one.

use foldline::Event;

#[derive(Debug, Clone, PartialEq, Event)]
#[event(category = "account")]
enum AccountEvent {
    Deposited {
        amount: u64,
        #[serde(rename = "amount")]
        cents: u64,
    },
    Withdrawn {
        #[serde(rename = "cents")]
        amount: u64,
        cents: u64,
    },
    Renamed {
        name: String,
        #[serde(alias = "name")]
        nickname: String,
    },
    Moved {
        #[serde(alias = "to")]
        from: String,
        to: String,
    },
    // These differ, and one has had the other's name.
    Closed {
        #[serde(rename = "why")]
        reason: String,
        #[serde(rename = "reason")]
        note: String,
        r#type: u64,
        #[serde(rename = "kind")]
        type_: u64,
    },
}

fn main() {}
