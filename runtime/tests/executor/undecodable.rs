//! Events that cannot be read are told of, with their place: nothing is skipped.

use foldline_runtime::{DecodeError, ExecuteError, Executor, MemoryStore, StoreError};
use futures_util::{StreamExt, TryStreamExt};

use crate::{
    common::{TallyEvent, commands::add, name},
    stores::write,
};

type Done = Result<(), Box<dyn std::error::Error>>;

async fn undecodable(event: &'static str, version: u32, payload: &[u8], expected: fn(&DecodeError) -> bool) -> Done {
    let store = MemoryStore::new();
    let (bank, a) = (Executor::new(store.clone()), name("a"));
    bank.execute(add(&name("b"), 1)).await?;
    bank.execute(add(&a, 1)).await?;
    write(&store, "tally-a", event, version, payload);
    write(&store, "tally-a", "tally.added", 1, br#"{"n":1}"#);

    let told = |error: &StoreError| match error {
        StoreError::Undecodable { position: 3, stream, version: 2, event: name, source } => {
            stream.as_str() == "tally-a" && name.as_str() == event && expected(source)
        }
        _ => false,
    };
    let executed = bank.execute(add(&a, 1)).await;
    assert!(matches!(&executed, Err(ExecuteError::Store(error)) if told(error)), "{executed:?}");
    let loaded = bank.load(&a).await;
    assert!(loaded.as_ref().is_err_and(told), "{loaded:?}");
    let logged: Vec<_> = bank.log(0).typed::<TallyEvent>().collect().await;
    assert_eq!(logged.len(), 3, "two that can be read, and the error: nothing behind it");
    assert!(logged[2].as_ref().is_err_and(told), "{:?}", logged[2]);
    let history: Vec<_> = bank.history(&a).read().collect().await;
    assert!(history.len() == 2 && history[1].as_ref().is_err_and(told), "{history:?}");

    // What does not need it goes on; and so does whoever does not decode.
    assert_eq!(bank.load(&a).at_version(1).await?.map(|tally| tally.total), Some(1));
    bank.execute(add(&name("b"), 1)).await?;
    assert_eq!(bank.history(&a).raw().try_collect::<Vec<_>>().await?.len(), 3);
    Ok(())
}

#[tokio::test]
async fn a_name_that_nobody_knows() -> Done {
    undecodable("tally.renamed", 1, b"{}", |fault| matches!(fault, DecodeError::UnknownName)).await
}

#[tokio::test]
async fn a_version_that_is_newer() -> Done {
    let newer = |fault: &DecodeError| matches!(fault, DecodeError::NewerVersion { stored: 3, known: 2 });
    undecodable("tally.noted", 3, br#"{"text":"hi"}"#, newer).await
}

#[tokio::test]
async fn a_payload_that_is_broken() -> Done {
    for payload in [&b"{\"n\":"[..], b"{}", b"{\"n\":\"one\"}", b"\xff", b""] {
        undecodable("tally.added", 1, payload, |fault| matches!(fault, DecodeError::Payload(_))).await?;
    }
    Ok(())
}
