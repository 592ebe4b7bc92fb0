//! What a run has to say: a table, and two charts.

use std::{fs, path::Path, time::Duration};

use crate::{
    Fault,
    judge::Finding,
    plot::{Chart, Line, Scale},
    watch::Sample,
};

/// A row every so many looks.
const ROWS: usize = 10;

pub(crate) fn say(samples: &[Sample], findings: &[Finding], every: Duration) {
    println!("\n| minute | commands/s | p50, ms | p99, ms | memory, MiB |\n| ---: | ---: | ---: | ---: | ---: |");
    for (nth, sample) in samples.iter().enumerate().skip(ROWS / 2 - 1).step_by(ROWS / 2) {
        let (p50, p99) = (sample.p50.as_secs_f64() * 1e3, sample.p99.as_secs_f64() * 1e3);
        let (minute, memory) = (minute(nth, every), sample.memory as f64 / 1024.0 / 1024.0);
        println!("| {minute:.1} | {:.0} | {p50:.2} | {p99:.2} | {memory:.1} |", sample.rate);
    }
    println!("\n| what | early | late | at most | |\n| --- | ---: | ---: | ---: | --- |");
    for Finding { what, early, late, most, unit, holds } in findings {
        let verdict = if *holds { "flat" } else { "**grows**" };
        println!("| {what}, {unit} | {early:.2} | {late:.2} | {most:.2} | {verdict} |");
    }
}

pub(crate) fn draw(samples: &[Sample], every: Duration, folder: &Path) -> Result<(), Fault> {
    fs::create_dir_all(folder)?;
    let label =
        |nth: usize| if (nth + 1).is_multiple_of(ROWS) { format!("{:.1}", minute(nth, every)) } else { String::new() };
    let places = || (0..samples.len()).map(label).collect();
    let line = |name, ours, of: &dyn Fn(&Sample) -> f64| Line {
        name,
        ours,
        figures: samples.iter().map(|s| Some(of(s))).collect(),
    };
    let memory = vec![line("in memory", true, &|sample| sample.memory as f64 / 1024.0 / 1024.0)];
    let times = vec![
        line("p50", true, &|sample| sample.p50.as_secs_f64() * 1e3),
        line("p99", false, &|sample| sample.p99.as_secs_f64() * 1e3),
    ];
    let charts = [
        ("memory", "A steady load: MiB in memory", memory),
        ("latency", "A steady load: milliseconds a command", times),
    ];
    for (file, title, lines) in charts {
        let figure = |figure: f64| format!("{figure:.1}");
        let chart = Chart { title, across: "minutes", places: places(), lines, scale: Scale::Even, figure };
        if !chart.is_empty() {
            let file = folder.join(format!("soak-{file}.svg"));
            fs::write(&file, chart.svg())?;
            println!("\n{}", file.display());
        }
    }
    Ok(())
}

fn minute(nth: usize, every: Duration) -> f64 {
    (nth + 1) as f64 * every.as_secs_f64() / 60.0
}
