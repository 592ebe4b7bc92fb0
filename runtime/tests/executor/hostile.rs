//! Keys and payloads of any content and size: a typed error, or stored to the letter; and the next command works.

use foldline_runtime::{
    CommitId, ExecuteError, Executor, KeyFault, MemoryStore, StoreError, StreamName, limits,
    storage::{Commit, Expectation, NewEvent, Seen},
};
use futures_util::TryStreamExt;
use serde_json::{Value, json};

use crate::common::{
    Measure, Name, TallyEvent,
    commands::{add, record, shift},
    name, noted,
};

type Done = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_key_that_names_no_stream_is_an_error_wherever_it_is_given() -> Done {
    let (bank, good) = (Executor::new(MemoryStore::new()), name("good"));
    let long = "x".repeat(10 * 1024 * 1024);
    type Expected = fn(&KeyFault) -> bool;
    let bad: [(Name, Expected); 4] = [
        (name(&long), |fault| matches!(fault, KeyFault::TooLong { limit: limits::STREAM_NAME_BYTES, .. })),
        (name("nul\0"), |fault| *fault == KeyFault::Nul),
        (name("a~b"), |fault| *fault == KeyFault::NotRoundTripping),
        (name("un!printable"), |fault| *fault == KeyFault::Unprintable),
    ];
    for (key, expected) in bad {
        let invalid = |error: &StoreError| match error {
            StoreError::InvalidKey { reason, stream } => expected(reason) && stream.len() < 1000,
            _ => false,
        };
        let told = bank.execute(add(&key, 1)).await;
        assert!(matches!(&told, Err(ExecuteError::Store(error)) if invalid(error)), "{told:?}");
        let told = bank.execute(shift(&good, &key, 1)).await;
        assert!(matches!(&told, Err(ExecuteError::Store(error)) if invalid(error)), "{told:?}");
        let told = bank.execute(add(&good, 1)).if_version(&key, 0).await;
        assert!(matches!(&told, Err(ExecuteError::Store(error)) if invalid(error)), "{told:?}");
        let told = bank.load(&key).await;
        assert!(told.as_ref().is_err_and(invalid), "{told:?}");
        let told = bank.history(&key).read().try_collect::<Vec<_>>().await;
        assert!(told.as_ref().is_err_and(invalid), "{told:?}");
        let done = bank.execute(add(&good, 1)).with_state(&key).await?;
        assert_eq!((done.version(&key), done.state(&key)), (None, None));
        assert!(!format!("{:?}", bank.load(&key)).is_empty());
    }
    assert_eq!(bank.load(&good).await?.map(|tally| tally.total), Some(4));
    Ok(())
}

#[tokio::test]
async fn a_key_that_is_read_back_as_another_is_an_error_whether_or_not_that_stream_is_known() -> Done {
    let (bank, known, other) = (Executor::new(MemoryStore::new()), name("ab"), name("a^b"));
    let not_itself = |error: &StoreError| matches!(error, StoreError::InvalidKey { stream, reason: KeyFault::NotRoundTripping } if stream == "tally-ab");
    for round in ["unknown", "known"] {
        let told = bank.execute(add(&other, 1)).await;
        assert!(matches!(&told, Err(ExecuteError::Store(error)) if not_itself(error)), "{round}: {told:?}");
        let told = bank.execute(shift(&name("c"), &other, 1)).await;
        assert!(matches!(&told, Err(ExecuteError::Store(error)) if not_itself(error)), "{round}: {told:?}");
        let told = bank.load(&other).await;
        assert!(told.as_ref().is_err_and(not_itself), "{round}: {told:?}");
        bank.execute(add(&known, 1)).await?;
    }
    assert_eq!(bank.load(&known).await?.map(|tally| tally.total), Some(2));

    let told = bank.warm([known.clone(), other]).await;
    assert!(told.as_ref().is_err_and(not_itself), "{told:?}");
    let told = bank.warm([name("nul\0")]).await;
    assert!(matches!(told, Err(StoreError::InvalidKey { reason: KeyFault::Nul, .. })), "{told:?}");
    bank.warm([known.clone(), known]).await?;
    Ok(())
}

#[tokio::test]
async fn a_key_of_any_other_content_is_kept_to_the_letter() -> Done {
    let bank = Executor::new(MemoryStore::new());
    let longest = "x".repeat(limits::STREAM_NAME_BYTES - "tally-".len());
    for text in ["", "-", "a-b-c", "'; drop table events; --", "\"", "\\", "\n", " ", "é", "🦀", "tally-", &longest]
    {
        bank.execute(add(&name(text), 1)).await?;
        assert_eq!(bank.load(&name(text)).await?.map(|tally| tally.key().clone()), Some(name(text)));
    }
    Ok(())
}

#[tokio::test]
async fn payloads_are_kept_up_to_their_limit() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    let large = "\0'\"\\🦀".repeat(1024 * 1024);
    bank.execute(record(&a, vec![noted(&large)])).await?;
    assert_eq!(bank.load(&a).await?.map(|tally| tally.notes.clone()), Some(vec![large]));

    let too_large = noted(&"x".repeat(limits::PAYLOAD_BYTES));
    let refused = bank.execute(record(&a, vec![too_large])).await;
    assert!(matches!(refused, Err(ExecuteError::Store(StoreError::TooLarge { .. }))), "{refused:?}");
    let many = vec![noted(""); limits::EVENTS_PER_COMMIT + 1];
    let refused = bank.execute(record(&a, many)).await;
    assert!(matches!(refused, Err(ExecuteError::Store(StoreError::TooLarge { .. }))), "{refused:?}");
    assert_eq!(bank.execute(add(&a, 1)).await?.position(), Some(2));
    Ok(())
}

#[tokio::test]
async fn a_fact_that_would_not_be_read_back_is_refused() -> Done {
    let (bank, a) = (Executor::new(MemoryStore::new()), name("a"));
    let measured = |measure| record(&a, vec![TallyEvent::Measured(measure)]);
    let deep = (0..200).fold(Value::Null, |inner, _| Value::Array(vec![inner]));
    for (bad, why) in [
        (Measure { exact: f64::NAN, ..Measure::default() }, "invalid type: null"),
        (Measure { exact: f64::INFINITY, ..Measure::default() }, "invalid type: null"),
        (Measure { maybe: Some(f64::NAN), ..Measure::default() }, "another fact"),
        (Measure { more: deep, ..Measure::default() }, "recursion limit"),
    ] {
        let refused = bank.execute(measured(bad)).await;
        assert!(
            matches!(&refused, Err(ExecuteError::Encode { source, .. }) if source.to_string().contains(why)),
            "{refused:?}"
        );
    }
    // To the last bit, which JSON's readers are not always careful about.
    let any = (1..2_000_u64).map(|n| f64::from_bits(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let any: Vec<f64> = any.filter(|number| number.is_finite()).collect();
    let good = Measure { exact: 5e-324, maybe: Some(-0.1), more: json!([null, "null", any]) };
    bank.execute(measured(good.clone())).await?;
    let stored: Vec<_> = bank.history(&a).read().try_collect().await?;
    let read: Vec<_> = stored.iter().map(|recorded| &recorded.event).collect();
    assert_eq!(read, [&TallyEvent::Measured(good)]);
    Ok(())
}

#[test]
fn a_schema_version_that_a_database_cannot_hold_is_refused() {
    let event = |schema_version| NewEvent { stream: 0, name: "tally.added", schema_version, payload: 0..2 };
    let of = |version| {
        let saw = vec![Expectation { stream: StreamName::from("tally-a"), seen: Seen::Nothing }];
        Commit::new(CommitId::fresh(), saw).with_events(vec![event(version)], &b"{}"[..])
    };
    assert!(of(i32::MAX as u32).is_ok());
    let refused = of(i32::MAX as u32 + 1);
    assert!(matches!(refused, Err(StoreError::TooLarge { limit: limits::SCHEMA_VERSION, .. })), "{refused:?}");
}
