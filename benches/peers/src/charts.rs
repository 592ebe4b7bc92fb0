//! The charts of a run.

use std::{fs, path::Path, time::Duration};

use crate::{
    bank::Fault,
    part::Part,
    plot::{Chart, Line, Scale},
    report::{Point, Report},
    systems,
    table::{SHARES, grouped, time},
    workload::Workload,
};

/// Writes them, each a file, and returns their names and titles.
pub(crate) fn write(report: &Report, folder: &Path) -> Result<Vec<(String, String)>, Fault> {
    let mut written = Vec::new();
    for workload in [Workload::W1, Workload::W2] {
        let (name, file) = (workload.name(), workload.name().to_lowercase());
        let here = || of(report, Part::Database, workload);
        let title = format!("{name}: commands a second, by how many at once");
        put(folder, &mut written, format!("{file}-throughput"), title, by_concurrency(here()))?;
        let title = format!("{name}, 64 at once: within what time a share was acknowledged");
        let at_64 = here().filter(|point| point.concurrency == 64);
        put(folder, &mut written, format!("{file}-latency"), title, by_share(at_64))?;
        let title = format!("{name}, a millisecond added each way: commands a second");
        let distant = by_concurrency(of(report, Part::Distant, workload));
        put(folder, &mut written, format!("{file}-distant"), title, distant)?;
    }
    let growth = of(report, Part::Growth, Workload::W1);
    let size = |events: &usize| grouped(*events as f64);
    let sketch = sketch(growth, "events in the log", |point| vec![(point.events, point.rate)], size);
    let title = "W1, 64 at once: commands a second, as the log grows".into();
    put(folder, &mut written, "growth".into(), title, sketch)?;
    Ok(written)
}

fn of(report: &Report, part: Part, workload: Workload) -> impl Iterator<Item = &Point> {
    report.points.iter().filter(move |point| point.part == part && point.workload == workload)
}

/// A chart without its title.
struct Sketch {
    across: &'static str,
    places: Vec<String>,
    lines: Vec<(&'static str, Vec<Option<f64>>)>,
    figure: fn(f64) -> String,
}

fn put(
    folder: &Path,
    written: &mut Vec<(String, String)>,
    file: String,
    title: String,
    sketch: Sketch,
) -> Result<(), Fault> {
    let lines = sketch.lines.into_iter().map(|(name, figures)| Line { name, figures, ours: name == "foldline" });
    let Sketch { across, places, figure, .. } = sketch;
    let chart = Chart { title: &title, across, places, lines: lines.collect(), scale: Scale::Powers, figure };
    if !chart.is_empty() {
        let file = format!("{file}.svg");
        fs::write(folder.join(&file), chart.svg())?;
        written.push((file, title));
    }
    Ok(())
}

fn by_concurrency<'a>(points: impl Iterator<Item = &'a Point>) -> Sketch {
    sketch(points, "commands at once", |point| vec![(point.concurrency, point.rate)], ToString::to_string)
}

fn by_share<'a>(points: impl Iterator<Item = &'a Point>) -> Sketch {
    let millis = |point: &Point| point.within.iter().map(|time| time.as_secs_f64() * 1e3).enumerate().collect();
    let share =
        |nth: &usize| SHARES.get(*nth).map_or_else(String::new, |share| format!("{} %", (share * 1e3).round() / 10.0));
    let figure = |millis: f64| time(Duration::from_secs_f64(millis / 1e3));
    Sketch { figure, ..sketch(points, "share of the commands", millis, share) }
}

/// Lines of the systems in the order of tables, so that each has the same colour in all charts of a place; variants stay in
/// the tables.
fn sketch<'a>(
    points: impl Iterator<Item = &'a Point>,
    across: &'static str,
    figures: impl Fn(&Point) -> Vec<(usize, f64)>,
    label: impl Fn(&usize) -> String,
) -> Sketch {
    let points: Vec<(&str, Vec<(usize, f64)>)> = points.map(|point| (point.system.as_str(), figures(point))).collect();
    let mut places: Vec<usize> = points.iter().flat_map(|(_, figures)| figures.iter().map(|figure| figure.0)).collect();
    places.sort_unstable();
    places.dedup();
    let line = |name: &'static str| {
        let own = || points.iter().filter(|(system, _)| *system == name).flat_map(|(_, figures)| figures);
        (name, places.iter().map(|place| own().find(|figure| figure.0 == *place).map(|figure| figure.1)).collect())
    };
    let lines = systems::CHARTED.into_iter().map(line).collect();
    Sketch { across, places: places.iter().map(label).collect(), lines, figure: grouped }
}
