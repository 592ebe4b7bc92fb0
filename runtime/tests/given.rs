//! The given/when/then kit: what it accepts, and what its failures say.

#![expect(clippy::panic, clippy::expect_used, reason = "this is how a test fails")]

mod common;

use std::{
    panic::{self, AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    thread,
};

use common::{
    Name, TallyEvent, added,
    commands::{Refused, act, add, follow, record, shift},
    led, name, noted,
};
use foldline_runtime::{Access, testing::given};

/// What a failed expectation says.
fn failure(test: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(test)).expect_err("the expectation is not met");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).expect("a panic with a text")
}

fn names() -> (Name, Name) {
    (name("a"), name("b"))
}

#[test]
fn what_is_recorded_is_expected_stream_by_stream() {
    let (a, b) = names();
    given()
        .stream(&a, [added(50)])
        .stream(&a, [added(1)])
        .stream(&b, [])
        .when(shift(&a, &b, 51))
        .then(&a, [added(-51), noted("moved")])
        .then(&b, [added(51)])
        .then(&name("guard"), [])
        .and_nothing_else();
    given().when(act(&a, |_| Ok(()))).and_nothing_else();
}

#[test]
fn refusals_of_every_kind_are_expected() {
    let (a, b) = names();
    let too_little = Refused::TooLittle { there: 3, wanted: 4 };
    given().stream(&a, [added(3)]).when(shift(&a, &b, 4)).rejected(too_little);
    given().when(shift(&a, &b, 4)).rejected_with(|error| matches!(error, Refused::TooLittle { there: 0, .. }));
    given().when(shift(&a, &a, 4)).same_stream();
    let existing = Access::write().existing();
    given().when(add(&a, 1).with(existing)).not_found(&a);
    given().when(add(&a, 1).with(existing).or(Refused::AsTold("none"))).rejected(Refused::AsTold("none"));
    given().stream(&a, [added(1)]).when(add(&a, 1).with(Access::new())).already_exists(&a);
    let taken = add(&a, 1).with(Access::new()).or(Refused::AsTold("taken"));
    given().stream(&a, [added(1)]).when(taken).rejected(Refused::AsTold("taken"));
    given().when(add(&a, 1).with(Access::new())).then(&a, [added(1)]).and_nothing_else();
}

#[test]
fn streams_that_only_the_past_can_name_are_followed() {
    let (a, b) = names();
    given()
        .stream(&a, [led("b")])
        .stream(&b, [led("c")])
        .when(follow(&a, 2))
        .then(&name("c"), [added(1)])
        .and_nothing_else();
    given().stream(&a, [led("a")]).when(follow(&a, 1)).same_stream();
}

#[test]
fn a_panic_of_the_domain_goes_through() {
    let said = failure(|| given().when(act(&name("a"), |_| panic!("out of ideas"))).and_nothing_else());
    assert_eq!(said, "out of ideas");
    let said = failure(|| given().stream(&name("a"), [TallyEvent::Exploded]).when(add(&name("a"), 1)).same_stream());
    assert_eq!(said, "the fold exploded");
}

#[test]
fn other_events_are_shown_as_a_diff() {
    let (a, b) = names();
    let said = failure(|| {
        let when = given().stream(&a, [added(9)]).when(shift(&a, &b, 2));
        when.then(&a, [added(-3), noted("moved")]).and_nothing_else();
    });
    assert_eq!(
        said,
        "the events that `Move` recorded on `tally-a` are not as expected

- expected
+ actual

  [
      Added {
-         n: -3,
+         n: -2,
      },
      Noted {
          text: \"moved\",
      },
  ]
"
    );
}

#[test]
fn a_missing_event_is_shown_as_a_diff() {
    let said = failure(|| {
        let _ = given().when(act(&name("a"), |_| Ok(()))).then(&name("a"), [added(1)]);
    });
    assert!(said.ends_with("- [\n-     Added {\n-         n: 1,\n-     },\n- ]\n+ []\n"), "{said}");
}

#[test]
fn an_event_that_no_expectation_speaks_of_is_named() {
    let (a, b) = names();
    let when = || given().stream(&a, [added(9)]).when(shift(&a, &b, 2));
    assert_eq!(
        failure(|| when().then(&a, [added(-2), noted("moved")]).and_nothing_else()),
        "`Move` recorded on streams that no `then` speaks of

  tally-b: tally.added {\"n\":2}"
    );
    assert_eq!(
        failure(|| when().and_nothing_else()).lines().skip(2).collect::<Vec<_>>(),
        [
            "  tally-a: tally.added {\"n\":-2}",
            "  tally-b: tally.added {\"n\":2}",
            "  tally-a: tally.noted {\"text\":\"moved\"}"
        ]
    );
}

#[test]
fn another_outcome_is_told() {
    let (a, b) = names();
    let when = |there| given().stream(&a, [added(there)]).when(shift(&a, &b, 2));
    let guarded = Refused::AsTold("guarded");
    assert_eq!(
        failure(|| {
            let _ = when(1).then(&a, []);
        }),
        "`Move` was expected to be accepted\n\nit was rejected with TooLittle { there: 1, wanted: 2 }"
    );
    assert_eq!(
        failure(|| when(2).rejected(guarded.clone())),
        "`Move` was expected to be rejected with AsTold(\"guarded\")

it was accepted, and recorded

  tally-a: tally.added {\"n\":-2}
  tally-b: tally.added {\"n\":2}
  tally-a: tally.noted {\"text\":\"moved\"}"
    );
    let said = failure(|| when(1).rejected(guarded));
    assert!(said.starts_with("`Move` was rejected, but not as expected\n\n- expected\n+ actual\n"), "{said}");
    let said = failure(|| when(1).rejected_with(|error| *error == Refused::AsTold("guarded")));
    assert!(said.contains("not as expected: with TooLittle"), "{said}");
    assert_eq!(
        failure(|| given().when(act(&a, |_| Ok(()))).already_exists(&a)),
        "`Act` was expected to be refused, because `tally-a` exists already\n\nit was accepted, and recorded nothing"
    );
    let said = failure(|| given().when(shift(&a, &a, 1)).not_found(&a));
    assert!(said.contains("it was refused: the fields `from` and `to` both name"), "{said}");
    assert!(failure(|| when(2).same_stream()).contains("two of its fields"));
    let said = failure(|| given().when(record(&a, vec![TallyEvent::Unstorable])).and_nothing_else());
    assert!(said.contains("`tally.unstorable` on `tally-a` cannot be stored"), "{said}");
    assert!(said.ends_with("a tally has its limits"), "{said}");
}

#[test]
fn an_event_that_does_not_survive_storage_fails_where_it_was_given() {
    let a = name("a");
    let said = failure(|| drop(given().stream(&a, [TallyEvent::Garbled { n: 1 }])));
    assert!(
        said.starts_with(
            "the given event `tally.garbled` on `tally-a` does not survive storage as {\"n\":1}: another comes back\n"
        ),
        "{said}"
    );
    assert!(said.contains("-     n: 1,\n+     n: 2,"), "{said}");
    let said = failure(|| drop(given().stream(&a, [TallyEvent::Unstorable])));
    assert!(said.starts_with("the given event `tally.unstorable` on `tally-a` cannot be stored: "), "{said}");
    let said = failure(|| drop(given().when(record(&a, vec![TallyEvent::Unreadable])).then(&a, [])));
    assert!(said.starts_with("the recorded event `tally.unreadable` does not survive storage: "), "{said}");
    assert!(said.ends_with("\n  tally-a: tally.unreadable {\"n\":0}"), "{said}");
    let said = failure(|| drop(given().stream(&name("a\0"), [added(1)])));
    assert!(said.contains("can name no stream: it holds a NUL character"), "{said}");
}

#[test]
fn a_failure_points_at_the_line_that_expected() {
    let at = Arc::new(Mutex::new(0));
    let (seen, this) = (Arc::clone(&at), thread::current().id());
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        // Other tests panic beside this one.
        if thread::current().id() == this {
            let here = info.location().filter(|place| place.file().ends_with("tests/given.rs"));
            *seen.lock().expect("unpoisoned") = here.map_or(0, panic::Location::line);
        }
    }));
    let line = line!() + 1;
    let _ = catch_unwind(|| given().when(add(&name("a"), 1)).rejected(Refused::AsTold("no")));
    let rejected = *at.lock().expect("unpoisoned");
    let _ = catch_unwind(|| drop(given().when(add(&name("a"), 1)).then(&name("a"), [])));
    let then = *at.lock().expect("unpoisoned");
    let _ = catch_unwind(|| drop(given().stream(&name("\0"), [])));
    let key = *at.lock().expect("unpoisoned");
    let _ = catch_unwind(|| drop(given().stream(&name("a"), [TallyEvent::Garbled { n: 1 }])));
    let event = *at.lock().expect("unpoisoned");
    let _ = catch_unwind(|| drop(given().when(record(&name("a"), vec![TallyEvent::Unreadable])).then(&name("a"), [])));
    let recorded = *at.lock().expect("unpoisoned");
    panic::set_hook(before);
    assert_eq!([rejected, then, key, event, recorded], [line, line + 2, line + 4, line + 6, line + 8]);
}
