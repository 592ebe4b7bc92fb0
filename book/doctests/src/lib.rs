//! Compiles and runs every Rust block of the book.

#![expect(clippy::doc_markdown, reason = "pages are read in the book, where names of systems are words")]

pub mod bank;
pub mod policy;

#[doc = include_str!("../../src/start.md")]
mod start {}

#[doc = include_str!("../../src/ten-minutes.md")]
mod ten_minutes {}

#[doc = include_str!("../../src/tutorial/bank.md")]
mod tutorial_bank {}

#[doc = include_str!("../../src/tutorial/together.md")]
mod tutorial_together {}

#[doc = include_str!("../../src/tutorial/following.md")]
mod tutorial_following {}

#[doc = include_str!("../../src/tutorial/testing.md")]
mod tutorial_testing {}

#[doc = include_str!("../../src/tutorial/reading.md")]
mod tutorial_reading {}

#[doc = include_str!("../../src/tutorial/serving.md")]
mod tutorial_serving {}

#[doc = include_str!("../../src/guide/promises.md")]
mod promises {}

#[doc = include_str!("../../src/guide/streams.md")]
mod designing_streams {}

#[doc = include_str!("../../src/guide/commands.md")]
mod commands {}

#[doc = include_str!("../../src/guide/rejections.md")]
mod rejections {}

#[doc = include_str!("../../src/guide/consistency.md")]
mod consistency {}

#[doc = include_str!("../../src/guide/once.md")]
mod once {}

#[doc = include_str!("../../src/guide/evolving.md")]
mod evolving {}

#[doc = include_str!("../../src/guide/testing.md")]
mod testing {}

#[doc = include_str!("../../src/guide/projections.md")]
mod projections {}

#[doc = include_str!("../../src/guide/observing.md")]
mod observing {}

#[doc = include_str!("../../src/guide/by-hand.md")]
mod by_hand {}

#[doc = include_str!("../../src/guide/stores.md")]
mod stores {}

#[doc = include_str!("../../src/guide/postgres.md")]
mod postgres {}

#[doc = include_str!("../../src/guide/performance.md")]
mod performance {}

#[doc = include_str!("../../src/guide/operations.md")]
mod operations {}

#[doc = include_str!("../../src/guide/checklist.md")]
mod checklist {}

#[doc = include_str!("../../src/guide/applications.md")]
mod applications {}

#[doc = include_str!("../../src/performance/workloads.md")]
mod workloads {}

#[doc = include_str!("../../src/performance/figures.md")]
mod figures {}

#[doc = include_str!("../../src/reference/attributes.md")]
mod attributes {}

#[doc = include_str!("../../src/reference/stream.md")]
mod attribute_stream {}

#[doc = include_str!("../../src/reference/event.md")]
mod attribute_event {}

#[doc = include_str!("../../src/reference/command.md")]
mod attribute_command {}

#[doc = include_str!("../../src/reference/projection.md")]
mod attribute_projection {}

#[doc = include_str!("../../src/reference/errors.md")]
mod errors {}

#[doc = include_str!("../../src/reference/limits.md")]
mod limits {}

#[doc = include_str!("../../src/reference/metrics.md")]
mod metrics {}

#[doc = include_str!("../../src/internals/command.md")]
mod one_command {}

#[doc = include_str!("../../src/internals/log.md")]
mod log {}

#[doc = include_str!("../../src/internals/writer.md")]
mod writer {}

#[doc = include_str!("../../src/internals/slots.md")]
mod slots {}

#[doc = include_str!("../../src/internals/rules.md")]
mod rules {}

#[doc = include_str!("../../src/coming-from/index.md")]
mod coming_from {}

#[doc = include_str!("../../src/coming-from/eventcore.md")]
mod eventcore {}

#[doc = include_str!("../../src/coming-from/disintegrate.md")]
mod disintegrate {}

#[doc = include_str!("../../src/coming-from/cqrs-es.md")]
mod cqrs_es {}

#[doc = include_str!("../../src/coming-from/marten.md")]
mod marten {}

#[doc = include_str!("../../src/coming-from/axon.md")]
mod axon {}

#[doc = include_str!("../../src/not-here.md")]
mod not_here {}

#[doc = include_str!("../../src/glossary.md")]
mod glossary {}
