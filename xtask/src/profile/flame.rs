//! A tree of stacks as a flame graph: as wide as often, callees above their callers. Readable by day and by night.

use std::fmt::Write as _;

use super::stacks::{Frame, Stacks};

const WIDTH: f64 = 1400.0;
const ROW: f64 = 18.0;
/// Narrower than this, and there is nothing to be seen.
const LEAST: f64 = 1.0;
/// As wide as a letter of the font, more or less.
const LETTER: f64 = 6.6;

const STYLE: &str = "text { font: 11px ui-monospace, monospace; fill: #1f2430 } .ground { fill: #fcfcfd }
  rect { fill: #d9e6ea; stroke: #fcfcfd } .ours { fill: #7fc4d3 } .title { font: 600 14px system-ui, sans-serif }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6e9ef } .ground { fill: #16191f } rect { fill: #2c3a44; stroke: #16191f } .ours { fill: #1d6676 }
  }";

pub(crate) fn svg(stacks: &Stacks, title: &str) -> String {
    let rows = depth(&stacks.root, WIDTH / stacks.samples().max(1) as f64);
    let height = ROW * rows as f64 + 48.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\">\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"{WIDTH}\" height=\"{height}\"/>\n<text class=\"title\" x=\"12\" y=\"22\">{}</text>\n",
        escaped(title)
    );
    draw(&mut svg, &stacks.root, (0.0, height - 8.0), WIDTH / stacks.samples().max(1) as f64);
    svg + "</svg>\n"
}

fn depth(frame: &Frame, scale: f64) -> usize {
    let wide = frame.callees.values().filter(|callee| callee.samples as f64 * scale >= LEAST);
    wide.map(|callee| 1 + depth(callee, scale)).max().unwrap_or(0)
}

fn draw(svg: &mut String, frame: &Frame, (mut x, bottom): (f64, f64), scale: f64) {
    for (name, callee) in &frame.callees {
        let (width, top) = (callee.samples as f64 * scale, bottom - ROW);
        if width >= LEAST {
            let class = if name.contains("foldline") { " class=\"ours\"" } else { "" };
            let _ = write!(
                svg,
                "<g><title>{0}: {1}</title><rect{class} x=\"{x:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{ROW}\"/>",
                escaped(name),
                callee.samples
            );
            let room = ((width - 8.0) / LETTER).max(0.0) as usize;
            if room >= 3 {
                // The end of a path says more than its beginning.
                let from = name.chars().count().saturating_sub(room);
                let text: String = name.chars().skip(from).collect();
                let _ = write!(svg, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", x + 4.0, top + 13.0, escaped(&text));
            }
            svg.push_str("</g>\n");
            draw(svg, callee, (x, top), scale);
        }
        x += width;
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::super::stacks::fold;
    use super::*;

    #[test]
    fn a_frame_is_as_wide_as_it_was_often() {
        let told = "cost-1 \n\t1 inner<T>\n\t2 main\n\ncost-1 \n\t2 main\n\ncost-1 \n\t2 main\n\ncost-1 \n\t2 main\n";
        let svg = svg(&fold(told, "cost"), "a title");
        assert!(svg.contains("<title>main: 4</title><rect x=\"0.0\" y=\"58.0\" width=\"1400.0\""), "{svg}");
        assert!(svg.contains("<title>inner&lt;T>: 1</title><rect x=\"0.0\" y=\"40.0\" width=\"350.0\""), "{svg}");
    }
}
