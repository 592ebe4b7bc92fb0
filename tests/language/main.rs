//! The language, row by row: every attribute and option, run through an executor.

mod attributes_of_commands;
mod attributes_of_events;
mod attributes_of_fields;
mod attributes_of_streams;
mod collections;
mod followed;
mod generics;
mod hand_written;
mod handles;
mod names;
mod projections;
