//! Draws recordings as one self-contained SVG picture.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use super::{
    recorder::{Lane, Outcome, Recording},
    timeline::{exactly, label, left_out, roundly, scale, ticks},
};

/// Lanes drawn of one act at most.
const MOST_LANES: usize = 60;
const WIDTH: f64 = 760.0;
/// Where time begins and ends, from the left.
const LEFT: f64 = 180.0;
const RIGHT: f64 = WIDTH - 30.0;
const LANE: f64 = 26.0;
/// Lanes are drawn closer together from this many on.
const MANY: usize = 24;
const NARROW_LANE: f64 = 14.0;

/// Width of a letter of small text, on average.
const SMALL_LETTER: f64 = 6.2;

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2328}\
.title{font-size:15px;font-weight:600}\
.small{font-size:11px;fill:#59636e}\
.said{font-size:11px;fill:#6639ba}\
.on-bar{font-size:11px;fill:#fff}\
.paper{fill:#fff}\
.tick{stroke:#d1d9e0}\
.new{stroke:#818b98;stroke-dasharray:1 4}\
.wait{stroke:#818b98;stroke-width:1.5}\
.run{fill:#0969da}\
.poll{stroke:#0969da;stroke-width:2}\
.event{fill:#8250df}\
.finished{fill:#1a7f37}\
.cancelled{stroke:#bc4c00;stroke-width:2.5}\
.panicked{fill:#cf222e}\
.bang{fill:#fff;font-weight:700;font-size:11px}\
@media(prefers-color-scheme:dark){\
text{fill:#f0f6fc}.small{fill:#9198a1}.said{fill:#d2a8ff}.on-bar{fill:#fff}\
.paper{fill:#0d1117}.tick{stroke:#3d444d}.new,.wait{stroke:#7d8590}\
.run{fill:#1f6feb}.poll{stroke:#58a6ff}.event{fill:#bc8cff}.finished{fill:#3fb950}\
.cancelled{stroke:#f0883e}.panicked{fill:#f85149}.bang{fill:#0d1117}}";

/// All acts in one picture, one below the other.
pub(crate) fn draw(acts: &[(String, Recording)]) -> String {
    let mut body = String::new();
    let mut top = 14.0;
    let longest = acts.iter().map(|(_, act)| act.elapsed).max();
    for (title, recording) in acts {
        let scale = scale(recording.elapsed, longest.unwrap_or_default());
        top = act(&mut body, top, title, recording, &Axis { scale });
    }
    let top = legend(&mut body, top, acts);
    let titles: Vec<&str> = acts.iter().map(|(title, _)| title.as_str()).collect();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" \
         height=\"{top}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{top}\" rx=\"6\"/>\n{body}</svg>\n",
        Escaped(&titles.join("; ")),
    )
}

/// Draws one act from `top` downwards and returns where it ends.
fn act(svg: &mut String, top: f64, title: &str, recording: &Recording, axis: &Axis) -> f64 {
    let drawn = &recording.lanes[..recording.lanes.len().min(MOST_LANES)];
    let height = if drawn.len() < MANY {
        LANE
    } else {
        NARROW_LANE
    };
    let total = recording.elapsed;
    let below_scale = top + 48.0;
    let end = below_scale + height * drawn.len() as f64;

    text(svg, "title", 16.0, top + 16.0, title);
    right_text(svg, "small", RIGHT, top + 16.0, &exactly(total));
    if !drawn.is_empty() {
        for at in ticks(axis.scale, 8) {
            let x = axis.across(at);
            middle_text(svg, "small", x, below_scale - 8.0, &roundly(at, axis.scale));
            line(svg, "tick", (x, below_scale - 2.0), (x, end));
        }
    }
    for (index, lane) in drawn.iter().enumerate() {
        let y = below_scale + height * (index as f64 + 0.5);
        let class = if height < LANE { "small" } else { "" };
        indented_text(svg, class, y + 4.0, &label(lane, &recording.lanes));
        let ended = axis.across(lane.ended.unwrap_or(total));
        draw_lane(svg, lane, axis, ended, y, height);
        draw_events(svg, recording, index, axis, y, height);
        outcome_mark(svg, lane.outcome, ended, y);
    }
    let mut bottom = end + 12.0;
    if let Some(rest) = left_out(&recording.lanes, drawn.len()) {
        text(svg, "small", 16.0, end + 16.0, &rest);
        bottom += 16.0;
    }
    bottom
}

fn draw_lane(svg: &mut String, lane: &Lane, axis: &Axis, end: f64, y: f64, height: f64) {
    let created = axis.across(lane.created);
    let first_poll = lane.runs.first().map_or(end, |run| axis.across(run.from));
    if first_poll > created {
        line(svg, "new", (created, y), (first_poll, y));
    }
    if end > first_poll {
        line(svg, "wait", (first_poll, y), (end, y));
    }
    let half = height / 2.0 - 4.0;
    // Polls closer together than this would be drawn on top of each other.
    let mut last_poll = f64::NEG_INFINITY;
    for run in &lane.runs {
        let (from, to) = (axis.across(run.from), axis.across(run.to));
        if to - from >= 2.0 {
            let (top, width, height) = (y - half, to - from, 2.0 * half);
            let _ = writeln!(
                svg,
                "<rect class=\"run\" x=\"{from:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\"/>",
            );
        } else if from - last_poll >= 1.0 {
            line(svg, "poll", (from, y - half), (from, y + half));
            last_poll = from;
        }
    }
}

/// A diamond for each event, and its words where there is room for them.
fn draw_events(
    svg: &mut String,
    recording: &Recording,
    lane: usize,
    axis: &Axis,
    y: f64,
    height: f64,
) {
    let events: Vec<_> = recording
        .events
        .iter()
        .filter(|event| event.lane == Some(lane))
        .collect();
    let runs = &recording.lanes[lane].runs;
    let mut taken = LEFT;
    for (index, event) in events.iter().enumerate() {
        let x = axis.across(event.at);
        let _ = writeln!(
            svg,
            "<path class=\"event\" d=\"{}\"><title>{}: {}</title></path>",
            diamond(x, y),
            exactly(event.at),
            Escaped(&event.text),
        );
        let next = events
            .get(index + 1)
            .map_or(RIGHT, |next| axis.across(next.at));
        let width = 14.0 + SMALL_LETTER * event.text.chars().count() as f64;
        let right = next - x >= width;
        let left = !right && x - taken >= width;
        if height < LANE || !(right || left) {
            continue;
        }
        let on_bar = runs.iter().any(|run| {
            let (from, to) = (axis.across(run.from), axis.across(run.to));
            if right {
                from <= x && x + width <= to
            } else {
                from <= x - width && x <= to
            }
        });
        let (class, y) = if on_bar {
            ("on-bar", y + 4.0)
        } else {
            ("said", y - 4.0)
        };
        if right {
            text(svg, class, x + 7.0, y, &event.text);
            taken = x + width;
        } else {
            anchored_text(svg, class, "end", x - 7.0, y, &event.text);
        }
    }
}

fn diamond(x: f64, y: f64) -> String {
    format!("M{x:.1} {:.1}l4 4l-4 4l-4-4z", y - 4.0)
}

fn outcome_mark(svg: &mut String, outcome: Outcome, x: f64, y: f64) {
    let _ = match outcome {
        Outcome::Open => Ok(()),
        Outcome::Finished => {
            writeln!(
                svg,
                "<circle class=\"finished\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"/>"
            )
        }
        Outcome::Cancelled => writeln!(
            svg,
            "<path class=\"cancelled\" d=\"M{:.1} {:.1}l9 9m0-9l-9 9\"/>",
            x - 4.5,
            y - 4.5
        ),
        Outcome::Panicked => writeln!(
            svg,
            "<path class=\"panicked\" d=\"M{x:.1} {:.1}l8 13h-16z\"/>\
             <text class=\"bang\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">!</text>",
            y - 8.0,
            y + 4.0
        ),
    };
}

/// Explains the marks that were used.
fn legend(svg: &mut String, top: f64, acts: &[(String, Recording)]) -> f64 {
    let lanes = || acts.iter().flat_map(|(_, recording)| &recording.lanes);
    let y = top + 6.0;
    let mut x = 20.0;
    let mut entry = |svg: &mut String, used: bool, words: &str, mark: &dyn Fn(&mut String, f64)| {
        if used {
            mark(svg, x);
            text(svg, "small", x + 14.0, y + 4.0, words);
            x += 34.0 + SMALL_LETTER * words.chars().count() as f64;
        }
    };
    let polled = lanes().any(|lane| !lane.runs.is_empty());
    entry(svg, polled, "running", &|svg, x| {
        let _ = writeln!(
            svg,
            "<rect class=\"run\" x=\"{:.1}\" y=\"{:.1}\" width=\"12\" height=\"10\" rx=\"2\"/>",
            x - 4.0,
            y - 5.0
        );
    });
    let waited = lanes().any(|lane| lane.polls > 1 || lane.runs.is_empty());
    entry(svg, waited, "waiting", &|svg, x| {
        line(svg, "wait", (x - 6.0, y), (x + 9.0, y));
    });
    let told = acts
        .iter()
        .any(|(_, recording)| recording.events.iter().any(|event| event.lane.is_some()));
    entry(svg, told, "event", &|svg, x| {
        let _ = writeln!(
            svg,
            "<path class=\"event\" d=\"M{x:.1} {:.1}l4 4l-4 4l-4-4z\"/>",
            y - 4.0
        );
    });
    for (outcome, words) in [
        (Outcome::Finished, "finished"),
        (Outcome::Cancelled, "cancelled: dropped before its end"),
        (Outcome::Panicked, "panicked"),
    ] {
        let used = lanes().any(|lane| lane.outcome == outcome);
        entry(svg, used, words, &|svg, x| outcome_mark(svg, outcome, x, y));
    }
    top + 22.0
}

/// Where a moment lies on paper.
struct Axis {
    /// The moment at the right edge.
    scale: Duration,
}

impl Axis {
    fn across(&self, at: Duration) -> f64 {
        if self.scale.is_zero() {
            return LEFT;
        }
        let share = (at.as_secs_f64() / self.scale.as_secs_f64()).min(1.0);
        LEFT + share * (RIGHT - LEFT)
    }
}

fn line(svg: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
    );
}

fn text(svg: &mut String, class: &str, x: f64, y: f64, words: &str) {
    anchored_text(svg, class, "start", x, y, words);
}

fn middle_text(svg: &mut String, class: &str, x: f64, y: f64, words: &str) {
    anchored_text(svg, class, "middle", x, y, words);
}

fn right_text(svg: &mut String, class: &str, x: f64, y: f64, words: &str) {
    anchored_text(svg, class, "end", x, y, words);
}

/// Leading blanks mean depth; SVG would swallow them.
fn indented_text(svg: &mut String, class: &str, y: f64, label: &str) {
    let words = label.trim_start();
    let indent = (label.len() - words.len()) as f64;
    text(svg, class, 16.0 + 6.0 * indent, y, words);
}

fn anchored_text(svg: &mut String, class: &str, anchor: &str, x: f64, y: f64, words: &str) {
    let words = Escaped(words);
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{words}</text>"
    );
}

/// Text as XML has it.
struct Escaped<'a>(&'a str);

impl fmt::Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|character| match character {
            '&' => formatter.write_str("&amp;"),
            '<' => formatter.write_str("&lt;"),
            '>' => formatter.write_str("&gt;"),
            '"' => formatter.write_str("&quot;"),
            // Not allowed in XML at all.
            control if control.is_control() => formatter.write_str(" "),
            plain => formatter.write_char(plain),
        })
    }
}
