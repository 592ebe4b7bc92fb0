//! Line charts as SVG, with a background of their own: readable wherever they stand, by day and by night.

use std::fmt::Write as _;

/// A chart: some places from left to right, and upwards a scale.
pub(crate) struct Chart<'a> {
    pub(crate) title: &'a str,
    /// What the places are.
    pub(crate) across: &'a str,
    pub(crate) places: Vec<String>,
    pub(crate) lines: Vec<Line<'a>>,
    pub(crate) scale: Scale,
    /// How a figure is written beside the scale.
    pub(crate) figure: fn(f64) -> String,
}

/// One system's figures, as far as it has some: one a place.
pub(crate) struct Line<'a> {
    pub(crate) name: &'a str,
    pub(crate) figures: Vec<Option<f64>>,
    /// Whether it is what the chart is about.
    pub(crate) ours: bool,
}

/// What distances upwards mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Ten times as much is always as far.
    Powers,
    /// From nothing, in even steps.
    Even,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = WIDTH - 170.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = HEIGHT - 52.0;
/// Less than this between two names, and one could not be read.
const BETWEEN_NAMES: f64 = 16.0;

const STYLE: &str = "
  text { font: 13px system-ui, sans-serif; fill: #3b4252 } .title { font-weight: 600; font-size: 15px }
  .ground { fill: #fcfcfd; stroke: #d8dce4 } .grid { stroke: #e3e6ec } .line { fill: none; stroke-width: 1.75 }
  .ours { stroke-width: 3 } .name { font-weight: 600 } .across { text-anchor: middle } .up { text-anchor: end }
  .c0 { --c: #0b7285 } .c1 { --c: #66a3ae } .c2 { --c: #c2410c } .c3 { --c: #7c3aed } .c4 { --c: #b7791f }
  .c5 { --c: #2f855a } .c6 { --c: #c0397b } .c7 { --c: #68707f } .line { stroke: var(--c) } .dot, .name { fill: var(--c) }
  @media (prefers-color-scheme: dark) {
    text { fill: #c8cedb } .ground { fill: #16191f; stroke: #2d333d } .grid { stroke: #262b34 }
    .c0 { --c: #3bc9db } .c1 { --c: #5b929c } .c2 { --c: #ff8c5a } .c3 { --c: #b794f6 } .c4 { --c: #ecc94b }
    .c5 { --c: #68d391 } .c6 { --c: #f687b3 } .c7 { --c: #a0a8b8 } .dot, .name { fill: var(--c) }
  }";

impl Chart<'_> {
    /// Whether there is anything to be seen.
    pub(crate) fn is_empty(&self) -> bool {
        self.places.len() < 2 || self.lines.iter().all(|line| line.figures.iter().all(Option::is_none))
    }

    pub(crate) fn svg(&self) -> String {
        let marks = self.marks();
        let (lowest, highest) = (self.scaled(marks[0]), self.scaled(marks[marks.len() - 1]));
        let x =
            |place: usize| LEFT + 16.0 + (RIGHT - LEFT - 32.0) * place as f64 / (self.places.len() - 1).max(1) as f64;
        let y = |figure: f64| BOTTOM - (BOTTOM - TOP) * (self.scaled(figure) - lowest) / (highest - lowest);

        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\">\n<title>{0}</title>\n\
             <style>{STYLE}\n</style>\n<rect class=\"ground\" x=\"0.5\" y=\"0.5\" width=\"{1}\" height=\"{2}\" rx=\"8\"/>\n\
             <text class=\"title\" x=\"20\" y=\"30\">{0}</text>\n",
            escaped(self.title),
            WIDTH - 1.0,
            HEIGHT - 1.0,
        );
        for figure in marks {
            let at = y(figure);
            let _ = writeln!(svg, "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{RIGHT}\"/>");
            let text = escaped(&(self.figure)(figure));
            let _ = writeln!(svg, "<text class=\"up\" x=\"{}\" y=\"{:.1}\">{text}</text>", LEFT - 8.0, at + 4.0);
        }
        for (nth, place) in self.places.iter().enumerate() {
            let text = escaped(place);
            let _ = writeln!(svg, "<text class=\"across\" x=\"{:.1}\" y=\"{}\">{text}</text>", x(nth), BOTTOM + 20.0);
        }
        let (middle, text) = ((LEFT + RIGHT) / 2.0, escaped(self.across));
        let _ = writeln!(svg, "<text class=\"across\" x=\"{middle}\" y=\"{}\">{text}</text>", BOTTOM + 40.0);
        for (nth, line) in self.lines.iter().enumerate() {
            draw(&mut svg, nth, line, x, y);
        }
        self.name(&mut svg, y);
        svg + "</svg>\n"
    }

    /// The figures beside the scale, upwards: two at least, and all lines between them.
    fn marks(&self) -> Vec<f64> {
        let figures = || self.lines.iter().flat_map(|line| line.figures.iter().flatten().copied());
        let highest = figures().fold(f64::MIN_POSITIVE, f64::max);
        if self.scale == Scale::Even {
            let (power, step) = (10_f64.powf(highest.log10().floor()), [0.2, 0.5, 1.0, 2.0]);
            let step = step.map(|step| step * power).into_iter().find(|step| highest / step <= 6.0).unwrap_or(highest);
            return (0..=(highest / step).ceil() as u32).map(|nth| f64::from(nth) * step).collect();
        }
        let lowest = figures().fold(highest, f64::min).log10().floor() as i32;
        (lowest..=(highest.log10().ceil() as i32).max(lowest + 1)).map(|power| 10_f64.powi(power)).collect()
    }

    fn scaled(&self, figure: f64) -> f64 {
        if self.scale == Scale::Even { figure } else { figure.log10() }
    }

    /// Names stand at the ends of their lines, as near as they do not cover each other.
    fn name(&self, svg: &mut String, y: impl Fn(f64) -> f64) {
        let end = |line: &Line<'_>| line.figures.iter().rev().flatten().next().map(|figure| y(*figure));
        let mut names: Vec<(f64, usize)> =
            self.lines.iter().enumerate().filter_map(|(nth, line)| Some((end(line)?, nth))).collect();
        names.sort_by(|one, other| one.0.total_cmp(&other.0));
        let mut free = TOP - BETWEEN_NAMES;
        // From below first, so that those at the foot of the scale do not fall off it.
        let mut most = BOTTOM;
        for (at, _) in names.iter_mut().rev() {
            *at = at.min(most);
            most = *at - BETWEEN_NAMES;
        }
        for (at, nth) in names {
            let at = at.max(free);
            free = at + BETWEEN_NAMES;
            if let Some(line) = self.lines.get(nth) {
                let (class, text) = (color(nth), escaped(line.name));
                let _ = writeln!(
                    svg,
                    "<text class=\"name {class}\" x=\"{}\" y=\"{:.1}\">{text}</text>",
                    RIGHT + 8.0,
                    at + 4.0
                );
            }
        }
    }
}

fn draw(svg: &mut String, nth: usize, line: &Line<'_>, x: impl Fn(usize) -> f64, y: impl Fn(f64) -> f64) {
    let (mut path, mut dots, mut pen_is_up) = (String::new(), String::new(), true);
    let class = color(nth);
    for (place, figure) in line.figures.iter().enumerate() {
        // Where there is no figure, there is no line.
        let Some(figure) = figure else {
            pen_is_up = true;
            continue;
        };
        let _ = write!(path, "{}{:.1} {:.1}", if pen_is_up { "M" } else { "L" }, x(place), y(*figure));
        let _ = write!(dots, "<circle class=\"dot {class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"/>", x(place), y(*figure));
        pen_is_up = false;
    }
    if path.is_empty() {
        return;
    }
    let ours = if line.ours { " ours" } else { "" };
    let _ = writeln!(svg, "<path class=\"line {class}{ours}\" d=\"{path}\"/>{dots}");
}

fn color(nth: usize) -> String {
    format!("c{}", nth % 8)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_cover_each_other_and_gaps_are_left() {
        let line = |name, figures| Line { name, figures, ours: false };
        let chart = Chart {
            title: "a < b",
            across: "at once",
            places: ["1", "2", "3"].map(String::from).into(),
            lines: vec![
                line("one", vec![Some(1.0), None, Some(100.0)]),
                line("two", vec![Some(2.0), Some(2.0), Some(100.0)]),
                line("none", vec![None, None, None]),
            ],
            scale: Scale::Powers,
            figure: |figure| figure.to_string(),
        };
        let svg = chart.svg();
        assert!(!chart.is_empty() && svg.contains("<title>a &lt; b</title>"));
        let heights: Vec<f64> = svg
            .lines()
            .filter(|line| line.contains("class=\"name"))
            .filter_map(|line| line.split("y=\"").nth(1)?.split('"').next()?.parse().ok())
            .collect();
        assert_eq!(heights.len(), 2);
        assert!((heights[0] - heights[1]).abs() >= BETWEEN_NAMES);
        let of_one = svg.lines().find(|line| line.contains("line c0")).unwrap_or_default();
        assert_eq!(chart.marks(), [1.0, 10.0, 100.0]);
        assert_eq!(Chart { scale: Scale::Even, ..chart }.marks(), [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]);
        assert_eq!((of_one.matches('M').count(), of_one.matches('L').count()), (2, 0), "no line across a gap");
    }
}
