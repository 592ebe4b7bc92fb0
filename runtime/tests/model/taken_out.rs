//! With one rule taken out, a promise is broken: each test names the smallest of the scenarios in which it is, and the promise.

use crate::{
    rules::Rules,
    scenarios::{
        cold_readers, hot, lost, lost_beside_another, lost_twice, new, one_place, out_of_step, overtaken_twice,
        read_and_written, rivals, shared_read, stranger_in_between, taken_back,
    },
    search::search,
    state::Scenario,
};

fn breaks(mut scenario: Scenario, promise: &str, take_out: fn(&mut Rules)) {
    take_out(&mut scenario.rules);
    let found = search(&scenario);
    let Some((broken, story)) = found.broken else {
        unreachable!("{}: nothing goes wrong in {} states", scenario.name, found.states)
    };
    println!("{}: after {} states {broken}\n{story}", scenario.name, found.states);
    assert!(broken.starts_with(promise), "it is another promise that breaks: {broken}\n{story}");
}

/// While all who stand on a failed commit fail with it, versions alone would do; while expectations name commits, they need
/// not. Each covers for the other, and `rule_4_dependents_do_not_fail` shows what only the second can do.
#[test]
fn rule_1_versions_alone_let_a_doomed_commit_through() {
    breaks(rivals(), "G2", |rules| {
        rules.names_commits = false;
        rules.failure_takes_dependents = false;
    });
}

#[test]
fn rule_2_what_does_not_fit_is_sent() {
    breaks(read_and_written(), "G6", |rules| {
        rules.holds_the_unfitting = false;
    });
}

#[test]
fn rule_2_what_shares_a_stream_with_it_is_sent() {
    breaks(out_of_step(), "G6", |rules| {
        rules.holds_what_shares = false;
    });
}

#[test]
fn rule_2_refusals_do_not_spread() {
    breaks(overtaken_twice(), "G2", |rules| {
        rules.refusals_spread = false;
    });
}

#[test]
fn rule_2_a_shared_read_is_a_bond() {
    breaks(shared_read(), "G6", |rules| {
        rules.shared_read_is_no_bond = false;
    });
}

#[test]
fn rule_3_nobody_looks_before_submitting() {
    breaks(overtaken_twice(), "G7", |rules| {
        rules.looks_before_submitting = false;
    });
}

#[test]
fn rule_3_a_failure_comes_between_the_look_and_the_submission() {
    breaks(rivals(), "G7", |rules| {
        rules.submits_at_once = false;
    });
}

#[test]
fn rule_3_what_was_given_up_comes_between_the_look_and_the_submission() {
    breaks(lost_beside_another(), "G5", |rules| {
        rules.submits_at_once = false;
    });
}

#[test]
fn rule_3_the_lane_opens_before_the_state_is_there() {
    breaks(hot(), "G6", |rules| {
        rules.leaves_states = false;
    });
}

#[test]
fn rule_3_a_place_is_kept_while_waiting_for_a_lane() {
    breaks(one_place(), "G7", |rules| {
        rules.waits_without_a_place = false;
    });
}

#[test]
fn rule_4_the_slot_has_to_be_told() {
    breaks(rivals(), "G11", |rules| {
        rules.validity_is_read = false;
    });
}

#[test]
fn rule_4_dependents_do_not_fail() {
    breaks(lost_twice(), "G5", |rules| {
        rules.failure_takes_dependents = false;
    });
}

#[test]
fn rule_5_the_state_that_was_refused_stays() {
    breaks(read_and_written(), "G7", |rules| {
        rules.refusal_drops = false;
    });
}

#[test]
fn rule_6_loading_upon_what_failed() {
    breaks(overtaken_twice(), "G2", |rules| {
        rules.base_is_durable = false;
    });
}

#[test]
fn rule_7_a_pending_slot_is_evicted() {
    breaks(hot(), "G6", |rules| {
        rules.pending_is_pinned = false;
    });
}

#[test]
fn rule_7_somebody_reads_beneath_what_is_under_way() {
    breaks(taken_back(), "G6", |rules| {
        rules.loads_wait = false;
    });
}

#[test]
fn rule_8_a_rejection_is_not_proven() {
    breaks(read_and_written(), "G2", |rules| {
        rules.proves_rejections = false;
    });
}

#[test]
fn rule_8_the_planner_says_that_a_stream_exists() {
    breaks(new(), "G2", |rules| {
        rules.log_says_exists = false;
    });
}

#[test]
fn rule_9_sent_again_without_the_known_head() {
    breaks(lost(), "G5", |rules| {
        rules.sends_known_head = false;
    });
}

#[test]
fn rule_9_only_looked_for() {
    breaks(lost(), "G5", |rules| {
        rules.sends_again = false;
    });
}

#[test]
fn rule_9_what_a_writer_knows_counts_wherever_the_log_ends() {
    breaks(overtaken_twice(), "G2", |rules| {
        rules.asks_where_the_log_ends = false;
    });
}

#[test]
fn rule_9_what_a_writer_knows_outlives_a_stranger() {
    breaks(stranger_in_between(), "G2", |rules| {
        rules.forgets_after_strangers = false;
    });
}

#[test]
fn rule_10_given_up_is_taken_for_failed() {
    breaks(lost(), "G5", |rules| {
        rules.given_up_is_unknown = false;
    });
}

#[test]
fn rule_10_what_stands_on_the_unknown_is_sent() {
    breaks(lost_twice(), "G5", |rules| {
        rules.unknown_takes_dependents = false;
    });
}

#[test]
fn rule_11_a_cancelled_loader_keeps_its_lane() {
    breaks(cold_readers(), "G7", |rules| {
        rules.cancelled_lets_go = false;
    });
}

#[test]
fn rule_11_a_cancelled_command_leaves_its_state() {
    breaks(hot(), "G11", |rules| {
        rules.cancelled_leaves_nothing = false;
    });
}
