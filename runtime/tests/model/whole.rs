//! With every rule kept, no order of events breaks a promise, and every one of them comes to an end.

use crate::{
    scenarios::{
        cold_readers, crash, hot, lost, lost_beside_another, lost_proof, lost_twice, new, new_and_lost, one_place,
        out_of_step, overtaken_twice, read_and_written, rivals, shared_read, stranger_in_between, taken_back,
        transfers, two_against_two, uncached,
    },
    search::search,
    state::Scenario,
};

fn holds(scenario: &Scenario) {
    let found = search(scenario);
    println!("{}: {} states", scenario.name, found.states);
    if let Some((promise, story)) = found.broken {
        unreachable!("{}: {promise}\n{story}", scenario.name);
    }
}

#[test]
fn on_a_hot_stream() {
    [hot(), taken_back(), rivals(), overtaken_twice(), one_place()].iter().for_each(holds);
}

#[test]
fn two_against_two_of_another_process() {
    holds(&two_against_two());
}

#[test]
fn on_several_streams() {
    [shared_read(), cold_readers(), read_and_written(), transfers(), uncached()].iter().for_each(holds);
}

#[test]
fn with_a_stranger_in_between() {
    holds(&stranger_in_between());
}

#[test]
fn out_of_step_with_the_queue() {
    holds(&out_of_step());
}

#[test]
fn with_lost_answers_and_crashes() {
    [lost(), lost_twice(), lost_beside_another(), lost_proof(), crash()].iter().for_each(holds);
}

#[test]
fn with_streams_that_must_be_new() {
    [new(), new_and_lost()].iter().for_each(holds);
}
