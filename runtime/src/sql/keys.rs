//! What is kept of a commit under its idempotency key.

use crate::{
    id::CommitId,
    store::{Commit, Receipt},
    stream::StreamName,
};

/// The versions of a commit's streams after it: `[["account-ada", 3], …]`
pub(crate) fn versions_after(commit: &Commit) -> String {
    let versions = commit.receipt(None).versions;
    let pairs: Vec<(&str, u64)> = versions.iter().map(|(stream, version)| (stream.as_str(), *version)).collect();
    // Texts and numbers always have a JSON text.
    serde_json::to_string(&pairs).unwrap_or_else(|_| String::from("[]"))
}

/// The first outcome, as it was kept.
pub(crate) fn first_outcome(id: CommitId, position: Option<u64>, versions: &[u8]) -> Result<Receipt, sqlx::Error> {
    let pairs: Vec<(String, u64)> =
        serde_json::from_slice(versions).map_err(|error| sqlx::Error::Decode(Box::new(error)))?;
    let versions = pairs.into_iter().map(|(stream, version)| (StreamName::from(stream), version)).collect();
    Ok(Receipt { id, position, versions })
}
