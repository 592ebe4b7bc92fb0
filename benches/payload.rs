//! Facts into payloads and back, as an execution does it: generated code beside the same by hand.

mod shared;

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use foldline::Event;
use shared::{AccountEvent, by_hand, history};

/// One fact in ten of them has a text, the others a number.
fn facts() -> Vec<AccountEvent> {
    let mut facts = history(9);
    facts.push(AccountEvent::Opened { owner: "Grace \"Amazing\" Hopper".into() });
    facts
}

fn payload(c: &mut Criterion) {
    let generated = facts();
    let by_hand: Vec<by_hand::AccountEvent> = generated.iter().cloned().map(Into::into).collect();
    // Both store the same bytes, and read them back as what they were.
    assert_eq!(encoded(&generated), encoded(&by_hand));
    assert_eq!(encoded(&generated).1, LITERAL);

    let mut group = c.benchmark_group("encode 10 events");
    group.throughput(Throughput::Elements(generated.len() as u64));
    bench_encode(&mut group, "generated", &generated);
    bench_encode(&mut group, "by hand", &by_hand);
    group.finish();

    let mut group = c.benchmark_group("decode 10 events");
    group.throughput(Throughput::Elements(generated.len() as u64));
    bench_decode(&mut group, "generated", &generated);
    bench_decode(&mut group, "by hand", &by_hand);
    group.finish();
}

const LITERAL: &str = concat!(
    r#"{"owner":"Ada Lovelace"}{"amount":1}{"amount":1}{"amount":3}{"amount":3}{"amount":5}{"amount":5}"#,
    r#"{"amount":7}{"amount":7}{"owner":"Grace \"Amazing\" Hopper"}"#,
);

/// The facts' stored names, and their payloads one behind the other.
fn encoded<E: Event>(facts: &[E]) -> (Vec<(&'static str, usize)>, String) {
    let mut payloads = Vec::new();
    let names = facts.iter().map(|fact| (encode(fact, &mut payloads), payloads.len())).collect();
    (names, String::from_utf8_lossy(&payloads).into_owned())
}

/// What recording a fact does with its type.
#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn encode<E: Event>(fact: &E, payloads: &mut Vec<u8>) -> &'static str {
    fact.encode(payloads).expect("these fields have a JSON text");
    black_box(fact.schema_version());
    fact.name()
}

fn bench_encode<E: Event>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, facts: &[E]) {
    let mut payloads = Vec::with_capacity(1_024);
    group.bench_function(name, |b| {
        b.iter(|| {
            payloads.clear();
            for fact in facts {
                black_box(encode(black_box(fact), &mut payloads));
            }
        });
    });
}

#[expect(clippy::expect_used, reason = "a bench that cannot do its work has nothing to time")]
fn bench_decode<E: Event>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, facts: &[E]) {
    let stored: Vec<(&'static str, Vec<u8>)> = facts
        .iter()
        .map(|fact| {
            let mut payload = Vec::new();
            (encode(fact, &mut payload), payload)
        })
        .collect();
    let decode = |(name, payload): &(&'static str, Vec<u8>)| E::decode(name, 1, payload).expect("it was encoded here");
    assert!(stored.iter().map(decode).eq(facts.iter().cloned()));
    group.bench_function(name, |b| {
        b.iter(|| {
            for stored in &stored {
                black_box(decode(black_box(stored)));
            }
        });
    });
}

criterion_group!(benches, payload);
criterion_main!(benches);
