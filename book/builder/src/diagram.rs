//! Diagrams: drawn in a page with the characters for boxes, shown in the book as SVG in the colours of its theme.
//!
//! A page that is read as it stands shows the drawing all the same, and nothing has to be kept in step with it.

use std::fmt::Write;

/// How large a character is.
const WIDTH: f64 = 8.4;
const HEIGHT: f64 = 18.0;

/// The page, with every block ```` ```diagram What it shows ```` drawn.
pub(crate) fn draw_all(page: &str) -> String {
    let (mut drawn, mut drawing): (String, Option<(&str, Vec<&str>)>) = (String::new(), None);
    for line in page.lines() {
        match drawing.take() {
            Some((shows, lines)) if line.starts_with("```") => drawn += &svg(shows, &lines),
            Some((shows, mut lines)) => {
                lines.push(line);
                drawing = Some((shows, lines));
            }
            None => match line.strip_prefix("```diagram ") {
                Some(shows) => drawing = Some((shows, Vec::new())),
                None => drawn = drawn + line + "\n",
            },
        }
    }
    drawn
}

/// One drawing, without a blank line: that would end the block of HTML.
fn svg(shows: &str, lines: &[&str]) -> String {
    let cells: Vec<Vec<char>> = lines.iter().map(|line| line.chars().collect()).collect();
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let (width, height) = (columns as f64 * WIDTH, cells.len() as f64 * HEIGHT);
    let mut svg = format!(
        "<div class=\"diagram\"><svg role=\"img\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\">\
         <title>{}</title>\n",
        escaped(shows)
    );
    lines_of(&cells, &mut svg);
    arrows_of(&cells, &mut svg);
    texts_of(&cells, &mut svg);
    svg + "</svg></div>\n"
}

/// Where a character's strokes go: left, right, up, down.
fn strokes(letter: char) -> Option<[bool; 4]> {
    let places = match letter {
        '─' => "lr",
        '│' => "ud",
        '┌' => "rd",
        '┐' => "ld",
        '└' => "ru",
        '┘' => "lu",
        '├' => "rud",
        '┤' => "lud",
        '┬' => "lrd",
        '┴' => "lru",
        '┼' => "lrud",
        '▶' => "l",
        '◀' => "r",
        '▼' => "u",
        '▲' => "d",
        _ => return None,
    };
    Some(['l', 'r', 'u', 'd'].map(|side| places.contains(side)))
}

/// Every stroke once, those that go on in one line as one.
fn lines_of(cells: &[Vec<char>], svg: &mut String) {
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let at = |row: usize, column: usize| {
        cells.get(row).and_then(|row| row.get(column)).and_then(|letter| strokes(*letter)).unwrap_or_default()
    };
    let mut path = String::new();
    for row in 0..cells.len() {
        let halves = (0..columns).flat_map(|column| [at(row, column)[0], at(row, column)[1]]);
        let y = (row as f64 + 0.5) * HEIGHT;
        for (from, to) in runs(halves) {
            let _ = write!(path, "M{:.1} {y:.1}H{:.1}", from * WIDTH, to * WIDTH);
        }
    }
    for column in 0..columns {
        let halves = (0..cells.len()).flat_map(|row| [at(row, column)[2], at(row, column)[3]]);
        let x = (column as f64 + 0.5) * WIDTH;
        for (from, to) in runs(halves) {
            let _ = write!(path, "M{x:.1} {:.1}V{:.1}", from * HEIGHT, to * HEIGHT);
        }
    }
    let _ = writeln!(svg, "<path class=\"lines\" d=\"{path}\"/>");
}

/// Where a line begins and ends, in cells, of halves of cells that are drawn or not.
fn runs(halves: impl Iterator<Item = bool>) -> Vec<(f64, f64)> {
    let (mut runs, mut start) = (Vec::new(), None);
    for (index, drawn) in halves.chain([false]).enumerate() {
        match (drawn, start) {
            (true, None) => start = Some(index),
            (false, Some(from)) => {
                runs.push((from as f64 / 2.0, index as f64 / 2.0));
                start = None;
            }
            _ => {}
        }
    }
    runs
}

fn arrows_of(cells: &[Vec<char>], svg: &mut String) {
    for (row, line) in cells.iter().enumerate() {
        for (column, letter) in line.iter().enumerate() {
            let turn = match letter {
                '▶' => 0,
                '▼' => 90,
                '◀' => 180,
                '▲' => 270,
                _ => continue,
            };
            let (x, y) = ((column as f64 + 0.5) * WIDTH, (row as f64 + 0.5) * HEIGHT);
            let _ = writeln!(
                svg,
                "<path class=\"head\" transform=\"translate({x:.1} {y:.1}) rotate({turn})\" d=\"M4.2 0L-4 -4V4Z\"/>"
            );
        }
    }
}

/// Every text at its place: a run of characters that draw nothing, up to two spaces. Its length is set, so that it fits
/// whatever font shows it.
fn texts_of(cells: &[Vec<char>], svg: &mut String) {
    for (row, line) in cells.iter().enumerate() {
        let plain: String = line.iter().map(|letter| if strokes(*letter).is_some() { '\0' } else { *letter }).collect();
        let mut column = 0;
        for part in plain.replace("  ", "\0\0").split('\0') {
            let (before, text) = (part.len() - part.trim_start().len(), part.trim());
            let letters = text.chars().count();
            if letters > 0 {
                let (x, y) = ((column + before) as f64 * WIDTH, row as f64 * HEIGHT + 13.0);
                let _ = writeln!(
                    svg,
                    "<text x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{:.1}\">{}</text>",
                    letters as f64 * WIDTH,
                    escaped(text)
                );
            }
            column += part.chars().count() + 1;
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_with_an_arrow_is_lines_a_head_and_a_text() {
        let page = "before\n```diagram A box\n┌────┐\n│ a&b├─▶\n└────┘\n```\nafter\n```rust\nlet x;\n```\n";
        let drawn = draw_all(page);
        assert!(
            drawn.starts_with("before\n<div class=\"diagram\">") && drawn.ends_with("after\n```rust\nlet x;\n```\n")
        );
        assert!(drawn.contains("<title>A box</title>"));
        // The upper side is one line, from the middle of its first character to the middle of its last.
        assert!(drawn.contains("M4.2 9.0H46.2"), "{drawn}");
        assert!(drawn.contains("M4.2 9.0V45.0"), "{drawn}");
        assert!(drawn.contains("<text x=\"16.8\" y=\"31.0\" textLength=\"25.2\">a&amp;b</text>"), "{drawn}");
        assert_eq!(drawn.matches("class=\"head\"").count(), 1);
        assert!(!drawn.contains("\n\n"));
    }

    #[test]
    fn texts_apart_stand_apart() {
        let drawn = svg("", &["one word    another"]);
        assert!(drawn.contains(">one word</text>") && drawn.contains("<text x=\"100.8\""), "{drawn}");
    }
}
