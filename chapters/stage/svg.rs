//! Draws recordings as one self-contained SVG picture.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use crate::{
    axis::{exactly, roundly, scale, ticks},
    label::{as_a_tree, label, left_out, shortened},
    panics::PANICKED,
    recording::{Lane, Outcome, Recording},
};

/// Lanes drawn of one act at most.
const MOST_LANES: usize = 24;
const WIDTH: f64 = 760.0;
/// Where time begins and ends, from the left.
const LEFT: f64 = 180.0;
const RIGHT: f64 = WIDTH - 30.0;
const ROOMY: Rows = Rows {
    height: 30.0,
    middle: 0.66,
    half_bar: 6.0,
    mark: 5.0,
    words: true,
};
const NARROW: Rows = Rows {
    height: 14.0,
    middle: 0.5,
    half_bar: 4.0,
    mark: 3.0,
    words: false,
};
/// Lanes are drawn closer together, and without words, from this many on.
const MANY: usize = 16;

/// How a lane is drawn.
#[derive(Clone, Copy)]
struct Rows {
    height: f64,
    /// Where its line runs, as a share of the height.
    middle: f64,
    half_bar: f64,
    /// Half the size of the mark at its end.
    mark: f64,
    /// Whether there is room above the line for what was said.
    words: bool,
}

/// Width of a letter of small text, on average.
const SMALL_LETTER: f64 = 6.2;
/// Width of a letter of a lane's label, on average.
const LETTER: f64 = 7.5;
/// Letters of a title beside which the time still has room.
const LONGEST_TITLE: usize = 70;
/// Letters of a panic's words that are worth to be shown.
const SHORTEST_PANIC: usize = 24;
/// How much of what was said at one moment is put into words.
const MOST_WORDS: usize = 8;

const STYLE: &str = "\
text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif;fill:#1f2328}\
.title{font-size:15px;font-weight:600}\
.small{font-size:11px;fill:#59636e}\
.said{font-size:11px;fill:#6639ba}\
.paper{fill:#fff}\
.tick{stroke:#d1d9e0}\
.new{stroke:#818b98;stroke-dasharray:1 4}\
.wait{stroke:#818b98;stroke-width:1.5}\
.run{fill:#0969da}\
.poll{stroke:#0969da;stroke-width:2}\
.event{fill:#8250df;stroke:#fff}\
.finished{fill:#1a7f37;stroke:#fff}\
.cancelled{stroke:#bc4c00;stroke-width:2.5}\
.panicked{fill:#cf222e}\
.bang{fill:#fff;font-weight:700;font-size:11px}\
@media(prefers-color-scheme:dark){\
text{fill:#f0f6fc}.small{fill:#9198a1}.said{fill:#d2a8ff}\
.paper{fill:#0d1117}.tick{stroke:#3d444d}.new,.wait{stroke:#7d8590}\
.run{fill:#1f6feb}.poll{stroke:#58a6ff}.event{fill:#bc8cff;stroke:#0d1117}.finished{fill:#3fb950;stroke:#0d1117}\
.cancelled{stroke:#f0883e}.panicked{fill:#f85149}.bang{fill:#0d1117}}";

/// Only where wake-ups are drawn.
const WAKE_STYLE: &str = "\
.wake{stroke:#bf8700;stroke-width:1.5;fill:none}\
@media(prefers-color-scheme:dark){.wake{stroke:#d29922}}";

/// All acts in one picture, one below the other.
pub(crate) fn draw(acts: &[(String, Recording)]) -> String {
    let mut body = String::new();
    let mut top = 14.0;
    let longest = acts.iter().map(|(_, act)| act.elapsed).max();
    for (title, recording) in acts {
        let scale = scale(recording.elapsed, longest.unwrap_or_default());
        top = act(&mut body, top, title, recording, scale);
    }
    let top = legend(&mut body, top, acts);
    let titles: Vec<&str> = acts.iter().map(|(title, _)| title.as_str()).collect();
    let wakes = if acts.iter().all(|(_, act)| act.wakes.is_empty()) {
        ""
    } else {
        WAKE_STYLE
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {top}\" width=\"{WIDTH}\" \
         height=\"{top}\" role=\"img\">\n<title>{}</title>\n<style>{STYLE}{wakes}</style>\n\
         <rect class=\"paper\" width=\"{WIDTH}\" height=\"{top}\" rx=\"6\"/>\n{body}</svg>\n",
        Escaped(&titles.join("; ")),
    )
}

/// Draws one act from `top` downwards and returns where it ends.
fn act(svg: &mut String, top: f64, title: &str, recording: &Recording, scale: Duration) -> f64 {
    let order = as_a_tree(&recording.lanes);
    let (drawn, rest) = order.split_at(order.len().min(MOST_LANES));
    let rows = if drawn.len() < MANY { ROOMY } else { NARROW };
    let first = top + 46.0;
    let end = first + rows.height * drawn.len() as f64;
    let act = Act {
        recording,
        scale,
        rows,
    };

    text(
        svg,
        "title",
        16.0,
        top + 16.0,
        &shortened(title, LONGEST_TITLE),
    );
    anchored_text(
        svg,
        "small",
        "end",
        RIGHT,
        top + 16.0,
        &exactly(recording.elapsed),
    );
    if !drawn.is_empty() {
        for at in ticks(scale, 8) {
            let x = act.across(at);
            anchored_text(svg, "small", "middle", x, first - 6.0, &roundly(at, scale));
            line(svg, "tick", (x, first), (x, end));
        }
    }
    for (row, &index) in drawn.iter().enumerate() {
        let lane = &recording.lanes[index];
        let middle = first + rows.height * (row as f64 + rows.middle);
        let label = label(lane, &recording.lanes);
        label_text(svg, rows, middle + 4.0, &label);
        act.draw_lane(svg, lane, middle);
        act.draw_events(svg, index, middle);
        let ended = act.across(lane.ended.unwrap_or(recording.elapsed));
        outcome_mark(svg, lane.outcome, rows.mark, ended, middle);
    }
    act.draw_wakes(svg, drawn, first);
    let mut bottom = end + 12.0;
    if let Some(rest) = left_out(&recording.lanes, rest) {
        text(svg, "small", 16.0, end + 16.0, &rest);
        bottom += 16.0;
    }
    bottom
}

/// One act on paper.
struct Act<'a> {
    recording: &'a Recording,
    /// The moment at the right edge.
    scale: Duration,
    rows: Rows,
}

impl Act<'_> {
    /// Where a moment lies.
    fn across(&self, at: Duration) -> f64 {
        if self.scale.is_zero() {
            return LEFT;
        }
        let share = (at.as_secs_f64() / self.scale.as_secs_f64()).min(1.0);
        LEFT + share * (RIGHT - LEFT)
    }

    fn draw_lane(&self, svg: &mut String, lane: &Lane, y: f64) {
        let end = self.across(lane.ended.unwrap_or(self.recording.elapsed));
        let created = self.across(lane.created);
        let first_poll = lane.runs.first().map_or(end, |run| self.across(run.from));
        if first_poll > created {
            line(svg, "new", (created, y), (first_poll, y));
        }
        if end > first_poll {
            line(svg, "wait", (first_poll, y), (end, y));
        }
        let (top, height) = (y - self.rows.half_bar, 2.0 * self.rows.half_bar);
        // Polls closer together than this would be drawn on top of each other.
        let mut last_poll = f64::NEG_INFINITY;
        for run in &lane.runs {
            let (from, to) = (self.across(run.from), self.across(run.to));
            if to - from >= 2.0 {
                // A hair's breadth tells two polls apart that touch.
                bar(svg, from, top, to - from - 1.0, height);
            } else if from - last_poll >= 1.0 {
                line(svg, "poll", (from, top), (from, top + height));
                last_poll = from;
            }
        }
    }

    /// An arrow for each wake-up, from the lane that woke to the one that was woken; a short one from above
    /// where a timer did it, or somebody who has no lane.
    fn draw_wakes(&self, svg: &mut String, drawn: &[usize], first: f64) {
        let middle = |lane| {
            let row = drawn.iter().position(|&index| index == lane)?;
            Some(first + self.rows.height * (row as f64 + self.rows.middle))
        };
        let mut last = None;
        for wake in &self.recording.wakes {
            let x = self.across(wake.at);
            let Some(to) = middle(wake.lane) else {
                continue;
            };
            let from = wake.by.and_then(middle);
            // One that lies on top of the last would not be seen.
            if last.replace((wake.lane, wake.by, x)) != Some((wake.lane, wake.by, x)) {
                arrow(svg, x, from, to, self.rows.half_bar);
            }
        }
    }

    /// A diamond for each event, and its words above where there is room for them.
    fn draw_events(&self, svg: &mut String, lane: usize, y: f64) {
        let events = self.recording.events.iter();
        let events: Vec<_> = events.filter(|event| event.lane == Some(lane)).collect();
        // What was said at one moment would be drawn on top of each other.
        let moments: Vec<_> = events.chunk_by(|left, right| left.at == right.at).collect();
        let mut taken = LEFT;
        let mut last = f64::NEG_INFINITY;
        for (index, moment) in moments.iter().enumerate() {
            let at = moment[0].at;
            let x = self.across(at);
            // Closer together than this, diamonds would hide each other.
            if x - last < 0.5 {
                continue;
            }
            last = x;
            let mut words: Vec<&str> = moment.iter().map(|event| event.text.as_str()).collect();
            if words.len() > MOST_WORDS {
                words.truncate(MOST_WORDS);
                words.push("…");
            }
            let words = words.join(", ");
            let title = format!("<title>{}: {}</title>", exactly(at), Escaped(&words));
            diamond(svg, x, y, &title);
            let next = moments
                .get(index + 1)
                .map_or(RIGHT, |next| self.across(next[0].at));
            // How a lane ended is worth a few words, even if there is no room for all.
            let room = (next - x).max(x - taken) - 8.0;
            let words = match letters(room) {
                room @ SHORTEST_PANIC..
                    if words.starts_with(PANICKED) && words.chars().count() > room =>
                {
                    // The place is the first to go.
                    let bare = words.rsplit_once(" (").map_or(&*words, |(bare, _)| bare);
                    shortened(bare, room)
                }
                _ => words,
            };
            let width = 8.0 + SMALL_LETTER * words.chars().count() as f64;
            let above = y - self.rows.half_bar - 3.0;
            if !self.rows.words {
            } else if next - x >= width {
                text(svg, "said", x, above, &words);
                taken = x + width;
            } else if x - taken >= width {
                anchored_text(svg, "said", "end", x - 3.0, above, &words);
                taken = x;
            }
        }
    }
}

/// How many letters of small text have room.
fn letters(room: f64) -> usize {
    // Truncation is what is asked for; there is room for none if it is negative.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let letters = (room / SMALL_LETTER) as usize;
    letters
}

fn outcome_mark(svg: &mut String, outcome: Outcome, size: f64, x: f64, y: f64) {
    let _ = match outcome {
        Outcome::Open => Ok(()),
        Outcome::Finished => writeln!(
            svg,
            "<circle class=\"finished\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{size}\"/>"
        ),
        Outcome::Cancelled => writeln!(
            svg,
            "<path class=\"cancelled\" d=\"M{:.1} {:.1}l{d} {d}m0-{d}l-{d} {d}\"/>",
            x - size,
            y - size,
            d = 2.0 * size,
        ),
        Outcome::Panicked => writeln!(
            svg,
            "<path class=\"panicked\" d=\"M{x:.1} {:.1}l8 14h-16z\"/>\
             <text class=\"bang\" x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"middle\">!</text>",
            y - 9.0,
            y + 4.0
        ),
    };
}

/// Explains the marks that were used, and returns where it ends.
fn legend(svg: &mut String, top: f64, acts: &[(String, Recording)]) -> f64 {
    let lanes = || acts.iter().flat_map(|(_, recording)| &recording.lanes);
    let events = || acts.iter().flat_map(|(_, recording)| &recording.events);
    let y = top + 6.0;
    let mut x = 20.0;
    let mut entry = |svg: &mut String, words: &str, mark: &dyn Fn(&mut String, f64)| {
        mark(svg, x);
        text(svg, "small", x + 14.0, y + 4.0, words);
        x += 34.0 + SMALL_LETTER * words.chars().count() as f64;
    };
    if lanes().any(|lane| !lane.runs.is_empty()) {
        entry(svg, "running", &|svg, x| {
            bar(svg, x - 4.0, y - 5.0, 12.0, 10.0);
        });
    }
    if lanes().any(|lane| lane.polls > 1) {
        entry(svg, "waiting", &|svg, x| {
            line(svg, "wait", (x - 6.0, y), (x + 9.0, y));
        });
    }
    if lanes().any(|lane| lane.runs.first().is_none_or(|run| run.from > lane.created)) {
        entry(svg, "not yet polled", &|svg, x| {
            line(svg, "new", (x - 6.0, y), (x + 9.0, y));
        });
    }
    if acts.iter().any(|(_, act)| !act.wakes.is_empty()) {
        entry(svg, "woken", &|svg, x| {
            arrow(svg, x, Some(y - 8.0), y + 6.0, 2.0);
        });
    }
    if events().any(|event| event.lane.is_some()) {
        entry(svg, "event", &|svg, x| diamond(svg, x, y, ""));
    }
    for (outcome, words) in [
        (Outcome::Finished, Outcome::Finished.name()),
        (Outcome::Cancelled, "cancelled: dropped before its end"),
        (Outcome::Panicked, Outcome::Panicked.name()),
    ] {
        if lanes().any(|lane| lane.outcome == outcome) {
            entry(svg, words, &|svg, x| {
                outcome_mark(svg, outcome, ROOMY.mark, x, y);
            });
        }
    }
    top + 22.0
}

fn line(svg: &mut String, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{x1:.1}\" y1=\"{y1:.1}\" x2=\"{x2:.1}\" y2=\"{y2:.1}\"/>"
    );
}

/// From a line to the edge of another one's bar, `half` above or below it; without the former, from above.
fn arrow(svg: &mut String, x: f64, from: Option<f64>, to: f64, half: f64) {
    let from = from.unwrap_or(to - half - 10.0);
    let down = if from <= to { 1.0 } else { -1.0 };
    let tip = to - down * half;
    let _ = writeln!(
        svg,
        "<path class=\"wake\" d=\"M{x:.1} {from:.1}V{tip:.1}m-3 {back:.1}l3 {there:.1}l3 {back:.1}\"/>",
        back = -4.0 * down,
        there = 4.0 * down,
    );
}

fn text(svg: &mut String, class: &str, x: f64, y: f64, words: &str) {
    anchored_text(svg, class, "start", x, y, words);
}

fn bar(svg: &mut String, x: f64, y: f64, width: f64, height: f64) {
    let _ = writeln!(
        svg,
        "<rect class=\"run\" x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"2\"/>",
    );
}

fn diamond(svg: &mut String, x: f64, y: f64, title: &str) {
    let top = y - 4.0;
    let _ = writeln!(
        svg,
        "<path class=\"event\" d=\"M{x:.1} {top:.1}l4 4l-4 4l-4-4z\">{title}</path>"
    );
}

/// Leading blanks mean depth, and SVG would swallow them. A label too long for the margin is
/// squeezed into it.
fn label_text(svg: &mut String, rows: Rows, y: f64, label: &str) {
    let (class, letter) = if rows.words {
        ("", LETTER)
    } else {
        ("small", SMALL_LETTER)
    };
    let words = label.trim_start();
    let x = 16.0 + 6.0 * (label.len() - words.len()) as f64;
    // Letters of the scripts beyond are about twice as wide as Latin ones.
    let letters: f64 = words
        .chars()
        .map(|one| if one < '\u{1100}' { 1.0 } else { 2.0 })
        .sum();
    let room = LEFT - 8.0 - x;
    if letters * letter <= room {
        return text(svg, class, x, y, words);
    }
    let words = Escaped(words);
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" textLength=\"{room:.1}\" \
         lengthAdjust=\"spacingAndGlyphs\">{words}</text>"
    );
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
            '\u{fffe}' | '\u{ffff}' => formatter.write_str(" "),
            control if control.is_control() => formatter.write_str(" "),
            plain => formatter.write_char(plain),
        })
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep;
    use tracing::{info, info_span};

    use super::*;
    use crate::{Instrument, record, record_wakes};

    fn picture(title: &str, recording: Recording) -> String {
        draw(&[(title.to_owned(), recording)])
    }

    #[test]
    fn whatever_is_said_the_picture_is_xml() {
        let odd = "<&\"'> ]]> \u{0}\u{1b}\u{fffe}\n";
        let recording = record(async move {
            let speak = async move { info!("{odd}") };
            speak.instrument(info_span!("lane", odd)).await;
        });
        let picture = picture(odd, recording);
        let escaped = "&lt;&amp;&quot;'&gt; ]]&gt;";
        assert_eq!(picture.matches(escaped).count(), 5, "{picture}");
        let allowed = |one: char| one == '\n' || !(one.is_control() || one == '\u{fffe}');
        assert!(picture.chars().all(allowed));
    }

    #[test]
    fn an_arrow_leads_from_who_wakes_to_who_is_woken() {
        let story = || async {
            let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
            let sends = async move {
                sleep(Duration::from_secs(1)).await;
                let _ = sender.send(());
            };
            let waits = async move { drop(receiver.await) };
            let sends = tokio::spawn(sends.instrument(info_span!("sends")));
            let waits = tokio::spawn(waits.instrument(info_span!("waits")));
            let _ = (sends.await, waits.await);
        };
        let recording = record_wakes(story());
        let wakes: Vec<_> = recording.wakes.iter().map(|it| (it.by, it.lane)).collect();
        assert_eq!(wakes, [(None, 0), (Some(0), 1)]);
        // One for each of both, and one that explains them.
        let with = picture("Wakes", recording);
        assert_eq!(with.matches("class=\"wake\"").count(), 3, "{with}");
        assert!(!picture("None", record(story())).contains("wake"));
    }

    #[test]
    fn a_long_label_stays_in_the_margin_and_a_long_title_beside_the_time() {
        let long = "x".repeat(300);
        let label = long.clone();
        let recording = record(async move {
            async {}.instrument(info_span!("lane", %label)).await;
        });
        let picture = picture(&long, recording);
        assert!(picture.contains("textLength=\"156.0\""), "{picture}");
        let title = format!(">{}…</text>", "x".repeat(LONGEST_TITLE - 1));
        assert!(picture.contains(&title), "{picture}");
    }

    #[test]
    fn a_long_panic_is_shortened_where_it_has_no_room() {
        let recording = record(async {
            let toast = async {
                sleep(Duration::from_secs(1)).await;
                info!("{PANICKED}{}", "burnt ".repeat(99));
                info!("not a word of this, since it comes at the same time");
            };
            toast.instrument(info_span!("toast")).await;
        });
        let picture = picture("Toast", recording);
        assert!(picture.contains(">panicked: burnt burnt"), "{picture}");
        let shown = picture.split("class=\"said\"").nth(1).unwrap();
        let shown = shown.split(['<', '>']).nth(1).unwrap();
        assert!(shown.ends_with('…') && shown.len() < 100, "{shown}");
    }

    #[test]
    fn a_hundred_thousand_events_make_no_more_marks_than_can_be_told_apart() {
        let recording = record(async {
            let talk = async {
                for word in 0..100_000 {
                    info!(word);
                    if word % 50 == 0 {
                        sleep(Duration::from_millis(1)).await;
                    }
                }
            };
            talk.instrument(info_span!("talker")).await;
        });
        assert_eq!(recording.events.len(), 100_000);
        let picture = picture("Talk", recording);
        let marks = picture.matches("class=\"event\"").count();
        assert!((500..=1101).contains(&marks), "{marks} marks");
        assert!(picture.len() < 500_000, "{} bytes", picture.len());
    }
}
