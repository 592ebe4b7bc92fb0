//! A load as a picture: how many a second, and how long they took.

use std::{
    fmt::{Display, Write},
    time::Duration,
};

use super::samples::{Sample, percentile};

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 180.0;
const LEFT: f64 = 70.0;
const SLICES: usize = 60;

/// Two panels, one above the other, from left to right as time went.
pub(super) fn svg(samples: &[Sample], took: Duration) -> String {
    let seconds = took.as_secs_f64().max(1e-9);
    let slice = seconds / SLICES as f64;
    let mut slices = vec![Vec::new(); SLICES];
    for sample in samples {
        let nth = (sample.at.as_secs_f64() / slice) as usize;
        if let Some(times) = slices.get_mut(nth.min(SLICES - 1)) {
            times.push(sample.took);
        }
    }
    slices.iter_mut().for_each(|times| times.sort_unstable());
    let rates: Vec<_> = slices.iter().map(|times| times.len() as f64 / slice).collect();
    let millis = |percent| -> Vec<f64> {
        let of_one = |times: &Vec<Duration>| percentile(times, percent).as_secs_f64() * 1e3;
        slices.iter().map(of_one).collect()
    };

    let mut svg = String::from(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 820 480" font-family="sans-serif" font-size="12">
<rect width="820" height="480" fill="white"/>
"#,
    );
    panel(&mut svg, 30.0, "answers a second", &[("", "#2b6cb0", rates)]);
    let times = [("p50", "#2f855a", millis(50)), ("p95", "#b7791f", millis(95)), ("p99", "#c53030", millis(99))];
    panel(&mut svg, 260.0, "milliseconds", &times);
    text(&mut svg, LEFT, 462.0, "0 s");
    text(&mut svg, LEFT + WIDTH - 30.0, 462.0, format_args!("{seconds:.1} s"));
    svg + "</svg>\n"
}

/// A frame, its scale, and a line for each row of figures.
fn panel(svg: &mut String, top: f64, title: &str, lines: &[(&str, &str, Vec<f64>)]) {
    let most = lines.iter().flat_map(|(.., values)| values).copied().fold(f64::MIN_POSITIVE, f64::max);
    let bottom = top + HEIGHT;
    element(
        svg,
        format_args!(r##"<rect x="{LEFT}" y="{top}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#ccc"/>"##),
    );
    text(svg, LEFT, top - 8.0, title);
    text(svg, 8.0, top + 10.0, format_args!("{most:.1}"));
    text(svg, 8.0, bottom, "0");
    for (nth, (name, colour, values)) in lines.iter().enumerate() {
        let point = |(slice, value): (usize, &f64)| {
            let x = LEFT + (slice as f64 + 0.5) * WIDTH / SLICES as f64;
            format!("{x:.1},{:.1}", bottom - value / most * HEIGHT)
        };
        let points: Vec<_> = values.iter().enumerate().map(point).collect();
        let points = points.join(" ");
        element(svg, format_args!(r#"<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>"#));
        let x = LEFT + 110.0 + 50.0 * nth as f64;
        element(svg, format_args!(r#"<text x="{x}" y="{}" fill="{colour}">{name}</text>"#, top - 8.0));
    }
}

fn text(svg: &mut String, x: f64, y: f64, text: impl Display) {
    element(svg, format_args!(r##"<text x="{x}" y="{y}" fill="#444">{text}</text>"##));
}

fn element(svg: &mut String, element: impl Display) {
    // A text takes whatever is written to it.
    let _ = writeln!(svg, "{element}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_fast_is_drawn_low_and_what_was_slow_high() {
        let sample = |at: u64, took| {
            // In the middle of its millisecond, so that ten fall into each slice.
            let at = Duration::from_micros(1_000 * at + 500);
            Sample { at, took: Duration::from_millis(took), succeeded: true }
        };
        let samples: Vec<_> = (0..600).map(|at| sample(at, if at < 300 { 1 } else { 4 })).collect();
        let drawn = svg(&samples, Duration::from_millis(600));
        let lines: Vec<_> = drawn.lines().filter(|line| line.starts_with("<polyline")).collect();
        assert_eq!(lines.len(), 4, "a rate and three percentiles");
        let p99 = lines.last().copied().unwrap_or_default();
        // A quarter of the height in the first half, all of it in the second.
        assert_eq!((p99.matches(",395.0").count(), p99.matches(",260.0").count()), (30, 30), "{p99}");
        assert!(drawn.contains(">1000.0</text>"), "six hundred in six tenths of a second: {drawn}");
        assert!(drawn.trim_end().ends_with("</svg>"));
    }
}
