//! Load: many commands at once, and what came of them.

mod drive;
mod plot;
mod report;
mod samples;

use std::path::PathBuf;

pub use self::drive::prepare;

/// How much to ask for: so many commands, by so many who each wait for their answer; or so many a second, come what may.
#[derive(Debug, Clone, clap::Args)]
pub struct LoadArgs {
    /// How many commands in all
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub commands: u64,
    /// How many ask at once, each again as soon as it is answered
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub concurrency: usize,
    /// Instead, ask so many times a second, whether the answers keep up or not
    #[arg(long, value_name = "N", conflicts_with_all = ["commands", "concurrency"])]
    pub rate: Option<u32>,
    /// With --rate: for how many seconds
    #[arg(long, value_name = "N", default_value_t = 10, requires = "rate")]
    pub seconds: u32,
    /// The file to draw a picture of it into, as SVG
    #[arg(long, value_name = "FILE", default_value = "load.svg")]
    pub plot: PathBuf,
}
