//! What a run leaves in the book: its figures, its charts, and the machine that they are of.

use std::{env, fmt::Write as _, fs, path::Path, thread::available_parallelism};

use crate::{bank::Fault, charts, report::Report};

/// The page that a run writes.
const PAGE: &str = "figures.md";

/// The machine in a sentence, as far as it tells.
pub(crate) fn machine() -> String {
    let cores = available_parallelism().map_or(0, usize::from);
    let field = |file: &str, name: &str| {
        let text = fs::read_to_string(file).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let model = field("/proc/cpuinfo", "model name").unwrap_or_else(|| env::consts::ARCH.to_owned());
    let memory = field("/proc/meminfo", "MemTotal").and_then(|size| size.strip_suffix(" kB")?.parse::<f64>().ok());
    let memory = memory.map_or(String::new(), |size| format!(", {:.0} GiB of memory", size / 1024.0 / 1024.0));
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    format!("{cores} cores ({model}){memory}, {} {}", env::consts::OS, kernel.trim())
}

/// Writes it all into a folder.
pub(crate) fn write(report: &Report, folder: &Path, right: bool) -> Result<(), Fault> {
    fs::create_dir_all(folder)?;
    let charts = charts::write(report, folder)?;
    let command: Vec<String> = env::args().skip(1).collect();
    let mut page = format!(
        "# Figures\n\n<!-- Written by a run, all of it. -->\n\nThis page is what one run of\n\n```sh\ncargo xtask bench --peers -- {}\n```\n\n\
         said. [How it is measured](workloads.md) has what the workloads are, and how the figures are to be read.\n\n",
        command.join(" ")
    );
    if !right {
        page.push_str("**Not all was right in this run, or a shape not as wanted**: see the columns that say so.\n\n");
    }
    for (file, title) in charts {
        let _ = writeln!(page, "![{title}]({file})\n");
    }
    let _ = writeln!(page, "{}\n## The machine\n", report.wanted);
    page.push_str(&report.text);
    fs::write(folder.join(PAGE), page)?;
    eprintln!("\nwritten to {}", folder.display());
    Ok(())
}
