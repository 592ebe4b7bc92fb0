//! The conformance suite: the laws of [`Store`](crate::storage::Store), one case a law, run against any store.
//!
//! [`store_contract!`](crate::store_contract) writes one `#[test]` a case, so that a failure names the law that broke:
//!
//! ```
//! # #[cfg(test)]
//! mod memory {
//!     use foldline_runtime::{MemoryStore, testing::contract::Subject};
//!
//!     async fn open() -> Subject {
//!         let store = MemoryStore::new();
//!         Subject::new(store.clone()).reopening(move || std::future::ready(store.clone()))
//!     }
//!     foldline_runtime::store_contract!(open);
//! }
//! ```
#![expect(clippy::missing_panics_doc, reason = "a case that fails panics; that is what it is for")]

pub mod atomic;
pub mod checkpoints;
pub mod concurrent;
pub mod dense;
mod draft;
pub mod finding;
pub mod following;
pub mod hostile;
pub mod once;
pub mod proofs;
pub mod reading_logs;
pub mod reading_streams;
pub mod serial;
pub mod sharing;
mod subject;
pub mod waiting;

pub(crate) use self::draft::{Draft, accepted, key_taken, stale};
pub use self::subject::{Subject, check};

/// Writes one `#[test]` for every case of the [conformance suite](crate::testing::contract), in a module a topic.
///
/// It is given an `async fn() -> Subject` (or a closure that does the same) which opens a fresh, empty log each time. What
/// stands behind a comma becomes an attribute of each test: `ignore = "needs a server"`.
#[macro_export]
macro_rules! store_contract {
    ($open:expr) => {
        $crate::store_contract!($open, cfg(all()));
    };
    ($open:expr, $mark:meta) => {
        $crate::__store_contract! { $open, $mark;
            atomic {
                a_commit_is_stored_whole,
                a_refused_commit_leaves_nothing,
                a_stale_neighbour_takes_nobody_down,
                a_commit_of_many_events_is_one,
            }
            serial {
                nothing_is_expected_of_a_stream_that_is_empty,
                nothing_is_not_expected_of_a_stream_with_events,
                the_end_that_was_seen_is_accepted,
                an_older_end_is_refused,
                an_end_that_never_was_is_refused,
                the_same_version_of_another_commit_is_refused,
                a_stream_that_is_only_read_counts,
                the_emptiness_of_a_stream_that_is_only_read_counts,
                every_one_of_many_expectations_counts,
                a_commit_may_stand_on_one_under_way,
                a_commit_does_not_stand_on_one_that_was_refused,
            }
            proofs {
                a_commit_without_events_is_checked_and_adds_nothing,
                a_proof_is_checked_and_adds_nothing,
                a_commit_that_saw_nothing_and_adds_nothing_is_accepted,
            }
            dense {
                positions_count_the_log_and_versions_the_stream,
                what_was_refused_leaves_no_gap,
                the_receipt_says_where_the_events_are,
            }
            once {
                a_repeat_is_told_the_first_outcome,
                another_command_is_told_whose_the_key_is,
                the_key_counts_before_the_expectations,
                a_refused_commit_leaves_no_key,
                a_proof_leaves_no_key,
                a_proof_is_told_the_first_outcome,
                an_acceptance_without_events_keeps_its_key,
                keys_are_told_apart_to_the_letter,
                fingerprints_are_kept_to_the_last_bit,
            }
            reading_streams {
                an_event_comes_back_as_it_was_recorded,
                a_stream_without_events_is_an_empty_page,
                many_streams_come_in_the_order_asked,
                pages_add_up_to_the_stream,
                a_version_or_a_position_bounds_a_stream,
                a_start_behind_the_end_is_an_empty_page,
            }
            reading_logs {
                pages_add_up_to_the_log,
                a_position_bounds_the_log,
                categories_and_names_narrow_the_log,
                a_filter_that_finds_nothing_still_gets_to_the_end,
                the_end_of_the_log_is_an_empty_page,
                a_start_beyond_the_end_is_an_error,
            }
            finding {
                a_commit_is_found_with_what_it_wrote,
                what_was_refused_is_not_found,
                what_recorded_nothing_is_not_found,
            }
            waiting {
                whoever_is_behind_does_not_wait,
                a_commit_wakes_all_who_wait,
                what_adds_nothing_wakes_nobody,
                closing_settles_what_was_accepted,
                a_closed_store_accepts_nothing,
                closing_wakes_all_who_wait,
                a_place_not_used_is_given_back,
            }
            following {
                a_live_log_goes_on_where_the_log_ended,
                a_live_log_shows_the_streams_asked_for,
                a_live_log_ends_where_it_was_told_to,
                closing_ends_a_live_log,
                a_live_log_beyond_the_end_is_an_error,
                a_live_log_shows_what_others_commit,
            }
            sharing {
                what_one_wrote_the_other_reads,
                what_one_saw_the_other_makes_stale,
                a_key_is_taken_for_both,
                a_commit_of_one_wakes_the_other,
            }
            checkpoints {
                one_owner_runs_a_projection,
                a_right_given_back_is_anybodys,
                a_silent_owner_is_succeeded,
                a_step_sent_twice_is_taken_once,
                what_is_left_aside_is_kept,
                a_value_is_saved,
                one_wins_the_race_for_a_projection,
            }
            hostile {
                names_are_told_apart_to_the_letter,
                a_payload_is_kept_to_the_letter,
                a_payload_of_10_megabytes_is_kept,
                metadata_is_kept_to_the_letter,
                a_nul_in_a_name_is_an_error_or_kept,
                a_payload_that_is_no_json_is_an_error_or_kept,
                what_poisons_a_batch_takes_nobody_down,
                numbers_beyond_a_database_are_no_panic,
            }
            concurrent {
                a_tailing_reader_sees_every_position_once,
                nobody_sees_half_a_commit,
                no_update_is_lost_on_a_hot_stream,
                write_skew_is_refused,
                one_wins_the_race_for_a_new_stream,
                one_wins_the_race_for_a_key,
                strangers_are_never_refused,
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __store_contract {
    ($open:expr, $mark:meta; $($topic:ident { $($case:ident,)* })*) => {
        $(
            mod $topic {
                #[allow(unused_imports, reason = "the factory may be a path or a closure")]
                use super::*;

                $(
                    #[test]
                    #[$mark]
                    fn $case() {
                        $crate::testing::contract::check($open, $crate::testing::contract::$topic::$case);
                    }
                )*
            }
        )*
    };
}

#[cfg(test)]
mod tests {
    /// A case that the list above forgets would never run.
    #[test]
    fn every_case_is_listed() {
        let list = include_str!("mod.rs");
        let topics = [
            include_str!("atomic.rs"),
            include_str!("checkpoints.rs"),
            include_str!("concurrent.rs"),
            include_str!("dense.rs"),
            include_str!("finding.rs"),
            include_str!("following.rs"),
            include_str!("hostile.rs"),
            include_str!("once.rs"),
            include_str!("proofs.rs"),
            include_str!("reading_logs.rs"),
            include_str!("reading_streams.rs"),
            include_str!("serial.rs"),
            include_str!("sharing.rs"),
            include_str!("waiting.rs"),
        ];
        assert_eq!(list.lines().filter(|line| line.starts_with("pub mod ")).count(), topics.len());
        for case in topics.iter().flat_map(|topic| topic.split("\npub async fn ").skip(1)) {
            let name = case.split('(').next().unwrap_or_default();
            assert!(list.contains(&format!(" {name},")), "`{name}` is not in the list of cases");
        }
    }
}
