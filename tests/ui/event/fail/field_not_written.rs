//! Fields that are folded now and gone later.

#[derive(Debug, Clone, PartialEq, foldline::Event)]
#[event(category = "account")]
enum AccountEvent {
    Opened {
        #[serde(skip)]
        owner: String,
        #[serde(skip_serializing)]
        branch: String,
    },
    Credited {
        #[serde(rename = "cents", skip_serializing_if = "is_nothing")]
        amount: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        #[serde(default)]
        #[serde(skip_serializing_if = "Vec::is_empty")]
        notes: Vec<String>,
    },
}

fn is_nothing(amount: &u64) -> bool {
    *amount == 0
}

fn main() {}
