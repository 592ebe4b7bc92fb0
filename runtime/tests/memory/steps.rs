//! What is done to a log, at random, and more often close to the truth than far from it.

use std::sync::Arc;

use foldline_runtime::{
    CommitId, StreamName,
    storage::{Commit, Expectation, IdempotencyKey, LogRead, NewEvent, Seen, StreamRead},
};
use proptest::{collection::vec, option, prelude::*, sample::subsequence};

use crate::model::Model;

const STREAMS: [&str; 5] = ["a-1", "a-2", "a-1-b", "b-1", "b"];
const NAMES: [&str; 3] = ["x.one", "x.two", "x"];
const KEYS: [&str; 3] = ["k", "K", ""];

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Commit(Plan),
    ReadStreams(Vec<StreamRead>),
    ReadLog(LogRead),
}

/// A commit that becomes one once it is known what there is to see.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    sees: Vec<(&'static str, Look)>,
    /// Each is an index into `sees`, a name, and a payload.
    adds: Vec<(usize, &'static str, Vec<u8>)>,
    key: Option<(&'static str, u128)>,
    proof: bool,
}

/// How close to the truth an expectation is.
#[derive(Debug, Clone, Copy)]
enum Look {
    Truth,
    Nothing,
    OneBehind,
    OneAhead,
    AnotherCommit,
}

impl Plan {
    pub(crate) fn commit(&self, model: &Model) -> Commit {
        let expectations = self.sees.iter().map(|(stream, look)| {
            let stream = StreamName::from(*stream);
            let truth = model.end(&stream);
            let commit = match truth {
                Seen::At { commit, .. } => commit,
                Seen::Nothing => CommitId::fresh(),
            };
            let seen = match look {
                Look::Truth => truth,
                Look::Nothing => Seen::Nothing,
                Look::OneBehind => Seen::At { version: truth.version().saturating_sub(1), commit },
                Look::OneAhead => Seen::At { version: truth.version() + 1, commit },
                Look::AnotherCommit => Seen::At { version: truth.version(), commit: CommitId::fresh() },
            };
            Expectation { stream, seen }
        });
        let (mut events, mut payloads) = (Vec::new(), Vec::new());
        for (stream, name, payload) in &self.adds {
            let start = payloads.len();
            payloads.extend_from_slice(payload);
            let (payload, schema_version) = (start..payloads.len(), name.len() as u32);
            events.extend((!self.sees.is_empty()).then(|| NewEvent {
                stream: stream % self.sees.len(),
                name,
                schema_version,
                payload,
            }));
        }
        let commit = Commit::new(CommitId::fresh(), expectations.collect()).with_events(events, payloads);
        let commit = commit.expect("a commit within the limits");
        let commit = match self.key {
            Some((key, fingerprint)) => {
                commit.with_key(IdempotencyKey { key: Arc::from(key), fingerprint }).expect("a short key")
            }
            None => commit,
        };
        if self.proof { commit.proof() } else { commit }
    }
}

pub(crate) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => plan().prop_map(Step::Commit),
        1 => vec(stream_read(), 0..4).prop_map(Step::ReadStreams),
        1 => log_read().prop_map(Step::ReadLog),
    ];
    vec(step, 1..40)
}

fn plan() -> impl Strategy<Value = Plan> {
    let look = prop_oneof![
        20 => Just(Look::Truth),
        1 => Just(Look::Nothing),
        1 => Just(Look::OneBehind),
        1 => Just(Look::OneAhead),
        1 => Just(Look::AnotherCommit),
    ];
    let sees = (subsequence(STREAMS.to_vec(), 0..=3).prop_shuffle(), vec(look, 3))
        .prop_map(|(streams, looks)| streams.into_iter().zip(looks).collect());
    let payload = prop_oneof![Just(b"{}".to_vec()), vec(any::<u8>(), 0..8)];
    let adds = vec((0..3_usize, prop::sample::select(&NAMES[..]), payload), 0..4);
    let key = option::weighted(0.2, (prop::sample::select(&KEYS[..]), 0..2_u128));
    (sees, adds, key, prop::bool::weighted(0.1)).prop_map(|(sees, adds, key, proof)| Plan { sees, adds, key, proof })
}

/// Mostly within a log of this size, and sometimes far beyond.
fn number() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..20_u64, 1 => 0..200_u64, 1 => Just(u64::MAX)]
}

fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![1..6_usize, Just(1000)]
}

fn stream_read() -> impl Strategy<Value = StreamRead> {
    (prop::sample::select(&STREAMS[..]), number(), number(), number(), limit()).prop_map(
        |(stream, after, until_version, until_position, limit)| StreamRead {
            stream: stream.into(),
            after: after / 2,
            until_version,
            until_position,
            limit,
        },
    )
}

fn log_read() -> impl Strategy<Value = LogRead> {
    let some = |known: &'static [&'static str]| {
        option::of(subsequence(known, 0..=known.len()).prop_map(|names| {
            let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
            Arc::from(names)
        }))
    };
    (number(), number(), limit(), some(&["a", "b", "c"]), some(&NAMES)).prop_map(
        |(after, until, limit, categories, events)| LogRead { after: after / 2, until, limit, categories, events },
    )
}
