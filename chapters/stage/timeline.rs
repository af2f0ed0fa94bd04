//! Draws a recording as lines of text: one lane per span, time from left to right.

use std::time::Duration;

use super::{
    narration::Paint,
    recorder::{Lane, Outcome, Recording},
};

/// Lanes drawn at most; the rest is counted in a closing line.
const MOST_LANES: usize = 40;
/// Columns of a label at most.
pub(crate) const LONGEST_LABEL: usize = 28;

/// What a cell of a lane can show, the weakest first: a stronger mark covers a weaker one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Nothing,
    Created,
    Waiting,
    Polled,
    Running,
    Event,
    Finished,
    Cancelled,
    Panicked,
}

impl Mark {
    const ALL: [Self; 8] = [
        Self::Created,
        Self::Waiting,
        Self::Polled,
        Self::Running,
        Self::Event,
        Self::Finished,
        Self::Cancelled,
        Self::Panicked,
    ];

    fn glyph(self) -> char {
        match self {
            Self::Nothing => ' ',
            Self::Created => '·',
            Self::Waiting => '─',
            Self::Polled => '┼',
            Self::Running => '█',
            Self::Event => '◆',
            Self::Finished => '●',
            Self::Cancelled => '✕',
            Self::Panicked => '!',
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Created => "not yet polled",
            Self::Waiting => "waiting",
            Self::Polled => "polled",
            Self::Running => "running",
            Self::Event => "event",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
        }
    }

    fn painted(self, paint: Paint, text: &str) -> String {
        match self {
            Self::Nothing => text.to_owned(),
            Self::Created | Self::Waiting => paint.dim(text),
            Self::Polled | Self::Running => paint.blue(text),
            Self::Event => paint.magenta(text),
            Self::Finished => paint.green(text),
            Self::Cancelled => paint.yellow(text),
            Self::Panicked => paint.red(text),
        }
    }
}

/// The scale for an act that took `elapsed` beside one that took `longest`: the same for both,
/// so that lengths can be compared, unless the shorter would be hard to see.
pub(crate) fn scale(elapsed: Duration, longest: Duration) -> Duration {
    if elapsed.saturating_mul(10) < longest {
        elapsed
    } else {
        longest.max(elapsed)
    }
}

/// The timeline of `recording` in at most `width` columns, of which the last stands for the
/// moment `scale`; without a final line break.
pub(crate) fn draw<T>(
    recording: &Recording<T>,
    scale: Duration,
    width: usize,
    paint: Paint,
) -> String {
    let total = recording.elapsed;
    let drawn = &recording.lanes[..recording.lanes.len().min(MOST_LANES)];
    if drawn.is_empty() {
        return format!("took {}", exactly(total));
    }
    let labels: Vec<String> = drawn
        .iter()
        .map(|lane| label(lane, &recording.lanes))
        .collect();
    let margin = labels
        .iter()
        .map(|label| label.chars().count())
        .max()
        .unwrap_or(0)
        + 2;
    let plot = Plot {
        scale,
        end: total,
        columns: width.saturating_sub(margin + 1).max(1),
    };

    let mut cells: Vec<Vec<Mark>> = drawn.iter().map(|lane| plot.lane(lane)).collect();
    for event in &recording.events {
        if let Some(row) = event.lane.and_then(|lane| cells.get_mut(lane)) {
            cover(&mut row[plot.column(event.at)], Mark::Event);
        }
    }

    let mut lines = vec![format!("{:margin$}{}", "", paint.dim(&plot.ticks()))];
    for (label, row) in labels.iter().zip(&cells) {
        lines.push(
            format!("{label:<margin$}{}", paint_row(row, paint))
                .trim_end()
                .to_owned(),
        );
    }
    let used = Mark::ALL
        .into_iter()
        .filter(|mark| cells.iter().flatten().any(|cell| cell == mark));
    let took = format!("took {}", exactly(total));
    let mut last = took.chars().count();
    lines.push(took);
    for mark in used {
        let length = mark.name().chars().count() + 4;
        if last + length > width {
            lines.push(String::new());
            last = 0;
        }
        let glyph = mark.painted(paint, &mark.glyph().to_string());
        let legend = format!("  {glyph} {}", mark.name());
        lines
            .last_mut()
            .expect("a line was pushed")
            .push_str(&legend);
        last += length;
    }
    lines.extend(left_out(&recording.lanes, drawn.len()));
    lines.join("\n")
}

struct Plot {
    /// The moment that the last column, number `columns`, stands for.
    scale: Duration,
    columns: usize,
    /// When the story ended.
    end: Duration,
}

impl Plot {
    fn column(&self, at: Duration) -> usize {
        if self.scale.is_zero() {
            return 0;
        }
        let share = at.as_secs_f64() / self.scale.as_secs_f64();
        // Truncation cannot occur: the share lies between 0 and 1.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let column = (share * self.columns as f64).round() as usize;
        column.min(self.columns)
    }

    fn lane(&self, lane: &Lane) -> Vec<Mark> {
        let mut row = vec![Mark::Nothing; self.columns + 1];
        let created = self.column(lane.created);
        // A lane may begin after the story's end, in a destructor that the runtime runs last.
        let end = self.column(lane.ended.unwrap_or(self.end)).max(created);
        let first_poll = lane.runs.first().map_or(end, |run| self.column(run.from));
        row[created..=first_poll].fill(Mark::Created);
        row[first_poll..=end.max(first_poll)].fill(Mark::Waiting);
        for run in &lane.runs {
            let (from, to) = (self.column(run.from), self.column(run.to));
            if from == to {
                cover(&mut row[from], Mark::Polled);
            } else {
                row[from..to].fill(Mark::Running);
            }
        }
        match lane.outcome {
            Outcome::Open => {}
            Outcome::Finished => cover(&mut row[end], Mark::Finished),
            Outcome::Cancelled => cover(&mut row[end], Mark::Cancelled),
            Outcome::Panicked => cover(&mut row[end], Mark::Panicked),
        }
        row
    }

    /// Round ticks, each label beginning at its own column; the last may have to end there.
    fn ticks(&self) -> String {
        let mut line = String::new();
        for at in ticks(self.scale, self.columns / 9) {
            let label = roundly(at, self.scale);
            let last = (self.columns + 1).saturating_sub(label.chars().count());
            let column = self.column(at).min(last);
            let free = line.chars().count();
            if column > free || line.is_empty() {
                line.extend(std::iter::repeat_n(' ', column - free));
                line.push_str(&label);
            }
        }
        line
    }
}

fn cover(cell: &mut Mark, mark: Mark) {
    *cell = (*cell).max(mark);
}

fn paint_row(row: &[Mark], paint: Paint) -> String {
    row.chunk_by(|left, right| left == right)
        .map(|same| {
            let text: String = same.iter().map(|mark| mark.glyph()).collect();
            same[0].painted(paint, &text)
        })
        .collect()
}

/// A lane's label, indented under its parents, shortened if it must be.
pub(crate) fn label(lane: &Lane, lanes: &[Lane]) -> String {
    let depth = std::iter::successors(lane.parent, |&parent| lanes[parent].parent).count();
    let label = format!("{:indent$}{}", "", lane.label, indent = 2 * depth);
    shortened(&label, LONGEST_LABEL)
}

/// At most `most` letters of a text; an ellipsis stands for the rest.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{start}…")
}

/// What there was below the last lane that is drawn: `and 60 lanes more: 58 finished, 2 cancelled`.
pub(crate) fn left_out(lanes: &[Lane], drawn: usize) -> Option<String> {
    let rest = lanes.get(drawn..).filter(|rest| !rest.is_empty())?;
    let named = [
        (Outcome::Finished, "finished"),
        (Outcome::Cancelled, "cancelled"),
        (Outcome::Panicked, "panicked"),
        (Outcome::Open, "still open"),
    ];
    let counts: Vec<String> = named
        .into_iter()
        .map(|(outcome, name)| {
            (
                rest.iter().filter(|lane| lane.outcome == outcome).count(),
                name,
            )
        })
        .filter(|(count, _)| *count > 0)
        .map(|(count, name)| format!("{count} {name}"))
        .collect();
    let lanes = if rest.len() == 1 { "lane" } else { "lanes" };
    Some(format!(
        "and {} {lanes} more: {}",
        rest.len(),
        counts.join(", ")
    ))
}

/// Up to here a scale is told in seconds, and its ticks are decimal.
const IN_SECONDS: Duration = Duration::from_mins(10);
/// Up to here in minutes, above in hours.
const IN_MINUTES: Duration = Duration::from_hours(6);

/// Round moments from zero to `scale`, at most `most + 1` of them.
pub(crate) fn ticks(scale: Duration, most: usize) -> Vec<Duration> {
    let decimal = (0..12)
        .flat_map(|power| [1, 2, 5].map(|digit| Duration::from_nanos(digit * 10_u64.pow(power))));
    let minutes = [1, 2, 5, 10, 15, 30].map(Duration::from_mins);
    let hours = (0..32).map(|doublings| Duration::from_hours(1 << doublings));
    let fits = |step: &Duration| scale.as_secs_f64() / step.as_secs_f64() <= most.max(1) as f64;
    let step = if scale < IN_SECONDS {
        decimal.into_iter().find(fits)
    } else {
        minutes.into_iter().chain(hours).find(fits)
    };
    let step = step.unwrap_or(Duration::MAX);
    (0..)
        .map_while(|number| step.checked_mul(number))
        .take_while(|at| *at <= scale)
        .collect()
}

/// A round moment, in the unit that suits the whole scale: `0s`, `250ms`, `1.5s`, `10min`, `3h`.
pub(crate) fn roundly(at: Duration, scale: Duration) -> String {
    let nanos = at.as_nanos() as f64;
    match scale {
        _ if at.is_zero() => "0s".into(),
        _ if scale < Duration::from_micros(1) => format!("{nanos}ns"),
        _ if scale < Duration::from_millis(1) => format!("{}µs", nanos / 1e3),
        _ if scale < Duration::from_secs(1) => format!("{}ms", nanos / 1e6),
        _ if scale < IN_SECONDS => format!("{}s", nanos / 1e9),
        _ if scale < IN_MINUTES => format!("{}min", nanos / 60e9),
        _ => format!("{}h", nanos / 3600e9),
    }
}

/// A span of time to the millisecond: `3.000 s`, or in hours where that reads better.
pub(crate) fn exactly(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if duration < IN_SECONDS {
        format!("{:.3} s", duration.as_secs_f64())
    } else {
        format!(
            "{} h {:02} min {:02} s",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        )
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use futures::poll;
    use tokio::time::sleep;
    use tracing::{info, info_span};

    use super::*;
    use crate::{Instrument, block_for, record};

    const SECOND: Duration = Duration::from_secs(1);

    fn drawn(recording: &Recording, width: usize) -> String {
        draw(recording, recording.elapsed, width, Paint::default())
    }

    /// One lane for each way to end, and for each way to spend time until then.
    async fn every_mark() {
        let cook = async {
            block_for(SECOND);
            info!("cooked");
            sleep(SECOND).await;
            block_for(SECOND);
        };
        let panicking = async {
            sleep(SECOND).await;
            panic!("burnt");
        };
        let mut dropped = Box::pin(sleep(9 * SECOND).instrument(info_span!("dropped")));
        let forgotten = sleep(SECOND).instrument(info_span!("forgotten"));
        assert_eq!(poll!(dropped.as_mut()), Poll::Pending);
        let panicking = tokio::spawn(panicking.instrument(info_span!("panicking")));
        cook.instrument(info_span!("cook")).await;
        drop(dropped);
        assert!(panicking.await.is_err());
        sleep(SECOND).await;
        drop(forgotten);
    }

    #[test]
    fn every_mark_has_a_glyph_of_its_own() {
        let expected = [
            "           0s        1s        2s        3s       4s",
            "dropped    ┼─────────────────────────────✕",
            "forgotten  ········································✕",
            "panicking  ··········┼───────────────────!",
            "cook       ██████████◆─────────██████████●",
            "took 4.000 s  · not yet polled  ─ waiting  ┼ polled",
            "  █ running  ◆ event  ● finished  ✕ cancelled",
            "  ! panicked",
        ];
        let picture = drawn(&record(every_mark()), 52);
        assert_eq!(picture.lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn children_are_indented_under_their_parents() {
        let parent = async {
            let child = sleep(SECOND).instrument(info_span!("child", number = 1));
            child.await;
        };
        let recording = record(async { parent.instrument(info_span!("parent")).await });
        let picture = drawn(&recording, 40);
        let lanes: Vec<&str> = picture.lines().skip(1).take(2).collect();
        assert!(lanes[0].starts_with("parent     ┼──"), "{picture}");
        assert!(lanes[1].starts_with("  child 1  ┼──"), "{picture}");
    }

    #[test]
    fn a_thousand_lanes_are_drawn_as_forty_and_the_rest_is_counted() {
        let lanes = (0..1000).map(|number| sleep(SECOND).instrument(info_span!("lane", number)));
        let recording = record(async { drop(futures::future::join_all(lanes).await) });
        let picture = drawn(&recording, 80);
        assert_eq!(picture.lines().count(), 1 + MOST_LANES + 2);
        assert!(picture.ends_with("\nand 960 lanes more: 960 finished"));
    }

    #[test]
    fn no_line_is_wider_than_asked_for() {
        for width in [40, 41, 80, 133, 1000] {
            let picture = drawn(&record(every_mark()), width);
            let widest = picture.lines().map(|line| line.chars().count()).max();
            assert!(
                widest <= Some(width),
                "{widest:?} columns of {width}:\n{picture}"
            );
        }
    }

    #[test]
    fn acts_share_a_scale_unless_one_is_far_longer() {
        assert_eq!(scale(SECOND, 3 * SECOND), 3 * SECOND);
        assert_eq!(scale(3 * SECOND, SECOND), 3 * SECOND);
        assert_eq!(scale(SECOND, 100 * SECOND), SECOND);
    }

    #[test]
    fn ticks_are_round_whatever_the_scale() {
        let labels = |scale, most| {
            let ticks = ticks(scale, most);
            ticks
                .into_iter()
                .map(|at| roundly(at, scale))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            labels(Duration::from_micros(7), 4),
            ["0s", "2µs", "4µs", "6µs"]
        );
        assert_eq!(labels(Duration::from_millis(1001), 2), ["0s", "1s"]);
        assert_eq!(
            labels(100 * SECOND, 5),
            ["0s", "20s", "40s", "60s", "80s", "100s"]
        );
        assert_eq!(
            labels(Duration::from_hours(1), 4),
            ["0s", "15min", "30min", "45min", "60min"]
        );
        assert_eq!(
            labels(Duration::from_hours(72), 5),
            ["0s", "16h", "32h", "48h", "64h"]
        );
        assert_eq!(labels(Duration::ZERO, 5), ["0s"]);
        assert!(labels(Duration::MAX, 5).len() <= 6);
    }

    #[test]
    fn the_narrowest_timeline_has_room_for_the_longest_label() {
        let recording = record(async {
            sleep(SECOND)
                .instrument(info_span!(
                    "a label of many more letters than there is room for"
                ))
                .await;
        });
        let picture = drawn(&recording, 40);
        let widest = picture.lines().map(|line| line.chars().count()).max();
        assert_eq!(widest, Some(40), "{picture}");
    }

    #[test]
    fn a_lane_that_begins_after_the_end_is_drawn() {
        struct Late;
        impl Drop for Late {
            fn drop(&mut self) {
                block_for(SECOND);
                std::mem::forget(info_span!("late"));
            }
        }
        let recording = record(async {
            let late = Late;
            tokio::spawn(async move {
                sleep(9 * SECOND).await;
                drop(late);
            });
            sleep(SECOND).await;
        });
        assert_eq!(recording.lane("late").created, 2 * SECOND);
        let picture = draw(&recording, 3 * SECOND, 60, Paint::default());
        assert!(picture.contains("\nlate  "), "{picture}");
    }
}
