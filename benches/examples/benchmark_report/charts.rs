//! Lines on logarithmic axes.

use plotters::{
    prelude::*,
    style::{
        Color as _,
        text_anchor::{HPos, Pos, VPos},
    },
};

pub type Color = RGBColor;

// Told apart by colour-blind readers too: Okabe and Ito, "Color Universal Design", 2008.
pub const BLACK: Color = RGBColor(60, 60, 60);
pub const BLUE: Color = RGBColor(0, 114, 178);
pub const GREEN: Color = RGBColor(0, 158, 115);
pub const RED: Color = RGBColor(213, 94, 0);
pub const ORANGE: Color = RGBColor(190, 130, 0);

/// Light whatever the page around it is.
const PAPER: Color = RGBColor(255, 253, 248);
const INK: Color = RGBColor(31, 35, 40);
const GRID: Color = RGBColor(225, 222, 214);
const SIZE: (u32, u32) = (760, 420);
const FONT: &str = "system-ui, sans-serif";

pub struct Line {
    pub name: String,
    pub color: Color,
    pub dashed: bool,
    pub points: Vec<(f64, f64)>,
}

/// An SVG picture; each line carries its name at its end.
///
/// # Errors
///
/// If no line has a point: an axis without an end would take all memory there is.
pub fn log_log(
    title: &str,
    x_title: &str,
    unit: fn(f64) -> String,
    lines: &[Line],
) -> Result<String, String> {
    if lines.iter().all(|line| line.points.is_empty()) {
        return Err(format!("nothing could be measured for '{title}'"));
    }
    let mut svg = String::new();
    draw(&mut svg, title, x_title, unit, lines).expect("a string takes every picture");
    Ok(svg)
}

pub fn seconds(value: f64) -> String {
    match value {
        it if it < 1.0 => format!("{} ms", it * 1e3),
        it => format!("{it} s"),
    }
}

pub fn times(value: f64) -> String {
    format!("× {value}")
}

pub fn bytes(value: f64) -> String {
    match value {
        it if it < 1e3 => format!("{it} B"),
        it => format!("{} kB", it / 1e3),
    }
}

fn draw(
    svg: &mut String,
    title: &str,
    x_title: &str,
    unit: fn(f64) -> String,
    lines: &[Line],
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || lines.iter().flat_map(|line| &line.points);
    let range = |of: fn(&(f64, f64)) -> f64, room: f64| {
        let low = points().map(of).fold(f64::INFINITY, f64::min);
        let high = points().map(of).fold(0.0, f64::max);
        low / room..high * room
    };
    let xs = range(|point| point.0, 1.0);
    let ys = range(|point| point.1, 1.5);

    let paper = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    paper.fill(&PAPER)?;
    let text = |size: u32| (FONT, size).into_font().color(&INK);
    let mut chart = ChartBuilder::on(&paper)
        .caption(title, text(22))
        .margin(14)
        .margin_right(130)
        .x_label_area_size(44)
        .y_label_area_size(70)
        .build_cartesian_2d(xs.clone().log_scale(), ys.clone().log_scale())?;
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(GRID)
        .label_style(text(16))
        .axis_desc_style(text(16))
        .x_desc(x_title)
        .x_label_formatter(&|x| thousands(*x))
        .y_label_formatter(&|y| unit(*y))
        .draw()?;

    for line in lines {
        let style = line.color.stroke_width(2);
        let points = line.points.iter().copied();
        if line.dashed {
            chart.draw_series(DashedLineSeries::new(points, 6, 4, style))?;
        } else {
            chart.draw_series(LineSeries::new(points, style))?;
        }
        chart.draw_series(
            line.points
                .iter()
                .map(|point| Circle::new(*point, 3, line.color.filled())),
        )?;
    }
    let decade = (
        545.0 / (xs.end / xs.start).log10(),
        320.0 / (ys.end / ys.start).log10(),
    );
    for (line, lift) in lines.iter().zip(lifts(lines, decade.1)) {
        let Some(end) = line.points.last() else {
            continue;
        };
        let (place, pos) = if end.0 < xs.end {
            beside_end(&line.name, *end, lines, decade)
        } else {
            ((8, lift), Pos::new(HPos::Left, VPos::Center))
        };
        let style = (FONT, 16).into_font().color(&line.color).pos(pos);
        let label = EmptyElement::at(*end) + Text::new(line.name.clone(), place, style);
        chart.draw_series([label])?;
    }
    drop(chart);
    paper.present()?;
    Ok(())
}

/// Where the name of a line that ends early hides the least of all lines.
///
/// `decade` is how many pixels ten times as much is, to the right and up.
fn beside_end(
    name: &str,
    end: (f64, f64),
    lines: &[Line],
    decade: (f64, f64),
) -> ((i32, i32), Pos) {
    let (width, height) = (8.0 * name.len() as f64, 16.0);
    let above = ((-4, -6), Pos::new(HPos::Right, VPos::Bottom));
    let places = [
        above,
        ((6, 4), Pos::new(HPos::Left, VPos::Top)),
        ((-4, 6), Pos::new(HPos::Right, VPos::Top)),
        ((6, -6), Pos::new(HPos::Left, VPos::Bottom)),
    ];
    let from_end = |point: &(f64, f64)| {
        (
            (point.0 / end.0).log10() * decade.0,
            (end.1 / point.1).log10() * decade.1,
        )
    };
    // In steps of a fiftieth from point to point.
    let drawn: Vec<(f64, f64)> = lines
        .iter()
        .flat_map(|line| line.points.windows(2))
        .flat_map(|pair| {
            let ((x0, y0), (x1, y1)) = (from_end(&pair[0]), from_end(&pair[1]));
            (0..=50).map(move |step| {
                let part = f64::from(step) / 50.0;
                (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)
            })
        })
        .collect();
    let hidden = |place: &((i32, i32), Pos)| {
        let ((x, y), pos) = place;
        let left = f64::from(*x)
            - if matches!(pos.h_pos, HPos::Left) {
                0.0
            } else {
                width
            };
        let top = f64::from(*y)
            - if matches!(pos.v_pos, VPos::Top) {
                0.0
            } else {
                height
            };
        let inside = |(x, y): &&(f64, f64)| {
            (left..left + width).contains(x) && (top..top + height).contains(y)
        };
        drawn.iter().filter(inside).count()
    };
    places.into_iter().min_by_key(hidden).unwrap_or(above)
}

/// By how many pixels to move each name so that names at neighbouring ends can be read.
fn lifts(lines: &[Line], pixels_a_decade: f64) -> Vec<i32> {
    const APART: f64 = 15.0;
    let y_of = |line: &Line| -line.points.last().map_or(1.0, |end| end.1).log10() * pixels_a_decade;
    let x_of = |line: &Line| line.points.last().map_or(1.0, |end| end.0);
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|&a, &b| y_of(&lines[a]).total_cmp(&y_of(&lines[b])));
    let mut placed: Vec<(f64, f64)> = Vec::new();
    let mut lifts = vec![0; lines.len()];
    for index in order {
        let (x, at) = (x_of(&lines[index]), y_of(&lines[index]));
        // From top to bottom: below whatever was placed at the same end.
        let free = placed
            .iter()
            .filter(|(other, _)| (other / x).log10().abs() < 0.5)
            .map(|(_, y)| y + APART)
            .fold(at, f64::max);
        placed.push((x, free));
        #[expect(clippy::cast_possible_truncation, reason = "a few pixels")]
        let lift = (free - at).round() as i32;
        lifts[index] = lift;
    }
    lifts
}

/// `100,000`
pub fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(points: Vec<(f64, f64)>) -> [Line; 1] {
        [Line {
            name: "gather".into(),
            color: BLUE,
            dashed: false,
            points,
        }]
    }

    #[test]
    fn a_chart_says_what_it_shows_in_text() {
        let chart = log_log(
            "Growth",
            "groups",
            times,
            &line(vec![(1.0, 1.0), (10.0, 2.0)]),
        );
        let svg = chart.unwrap_or_default();
        assert!(svg.contains("<text") && svg.contains("Growth") && svg.contains("gather"));
    }

    #[test]
    fn a_chart_of_nothing_is_refused() {
        let chart = log_log("Growth", "groups", times, &line(Vec::new()));
        assert_eq!(chart, Err("nothing could be measured for 'Growth'".into()));
    }
}
