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
    Closed {
        #[serde(with = "text", skip_serializing_if = "Option::is_none")]
        at: Option<u64>,
        #[serde(deserialize_with = "text::deserialize", skip_serializing_if = "Option::is_none")]
        since: Option<u64>,
        #[serde(with = "text", default, skip_serializing_if = "Option::is_none")]
        until: Option<u64>,
        #[serde(serialize_with = "text::serialize", skip_serializing_if = "Option::is_none")]
        by: Option<u64>,
    },
}

mod text {
    pub fn serialize<S: serde::Serializer>(number: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        serde::Serialize::serialize(number, serializer)
    }

    pub fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        serde::Deserialize::deserialize(deserializer)
    }
}

fn is_nothing(amount: &u64) -> bool {
    *amount == 0
}

fn main() {}
