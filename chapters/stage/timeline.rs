//! Draws a recording as lines of text: one lane per span, time from left to right.

use std::time::Duration;

use crate::{
    axis::{exactly, roundly, ticks},
    label::{as_a_tree, label, left_out},
    paint::Paint,
    recording::{Lane, Outcome, Recording},
};

/// Lanes drawn at most; the rest is counted in a closing line.
const MOST_LANES: usize = 40;
/// What a cell of a lane can show, the weakest first: a stronger mark covers a weaker one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Nothing,
    Created,
    Waiting,
    Polled,
    Woken,
    /// Running, and then polled anew.
    GaveWay,
    Running,
    Event,
    Finished,
    Cancelled,
    Panicked,
}

impl Mark {
    const ALL: [Self; 9] = [
        Self::Created,
        Self::Waiting,
        Self::Polled,
        Self::Woken,
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
            Self::Woken => '↓',
            Self::GaveWay => '▉',
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
            Self::Woken => "woken",
            Self::GaveWay | Self::Running => "running",
            Self::Event => "event",
            Self::Finished => Outcome::Finished.name(),
            Self::Cancelled => Outcome::Cancelled.name(),
            Self::Panicked => Outcome::Panicked.name(),
        }
    }

    fn painted(self, paint: Paint, text: &str) -> String {
        match self {
            Self::Nothing => text.to_owned(),
            Self::Created | Self::Waiting => paint.dim(text),
            Self::Polled | Self::GaveWay | Self::Running => paint.blue(text),
            Self::Event | Self::Woken => paint.magenta(text),
            Self::Finished => paint.green(text),
            Self::Cancelled => paint.yellow(text),
            Self::Panicked => paint.red(text),
        }
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
    let order = as_a_tree(&recording.lanes);
    let (drawn, rest) = order.split_at(order.len().min(MOST_LANES));
    if drawn.is_empty() {
        return format!("took {}", exactly(total));
    }
    let labels: Vec<String> = drawn
        .iter()
        .map(|&lane| label(&recording.lanes[lane], &recording.lanes))
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

    let row = |&lane| plot.row(lane, recording);
    let cells: Vec<Vec<Mark>> = drawn.iter().map(row).collect();

    let mut lines = vec![format!("{:margin$}{}", "", paint.dim(&plot.ticks()))];
    for (label, row) in labels.iter().zip(&cells) {
        lines.push(
            format!("{label:<margin$}{}", paint_row(row, paint))
                .trim_end()
                .to_owned(),
        );
    }
    let used = Mark::ALL.into_iter().filter(|mark| {
        let mut cells = cells.iter().flatten();
        cells.any(|cell| cell.name() == mark.name())
    });
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
    lines.extend(left_out(&recording.lanes, rest));
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

    fn row<T>(&self, index: usize, recording: &Recording<T>) -> Vec<Mark> {
        let mut row = self.lane(&recording.lanes[index]);
        let wakes = recording.wakes.iter();
        for wake in wakes.filter(|wake| wake.lane == index) {
            cover(&mut row[self.column(wake.at)], Mark::Woken);
        }
        let events = recording.events.iter();
        for event in events.filter(|event| event.lane == Some(index)) {
            cover(&mut row[self.column(event.at)], Mark::Event);
        }
        row
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
                // A hair's breadth tells two polls apart that touch.
                if from > 0 && row[from - 1] == Mark::Running {
                    row[from - 1] = Mark::GaveWay;
                }
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

#[cfg(test)]
mod tests {
    use std::task::Poll;

    use futures::poll;
    use tokio::time::sleep;
    use tracing::{info, info_span};

    use super::*;
    use crate::{Instrument, block_for, record, record_wakes};

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
    fn two_polls_that_touch_are_told_apart() {
        let cook = async {
            for _ in 0..3 {
                block_for(SECOND);
                tokio::task::yield_now().await;
            }
        };
        let recording = record(async { cook.instrument(info_span!("cook")).await });
        let picture = drawn(&recording, 37);
        assert!(
            picture.contains("cook  █████████▉█████████▉██████████●\n"),
            "{picture}"
        );
        assert!(
            picture.ends_with("took 3.000 s  █ running  ● finished"),
            "{picture}"
        );
    }

    #[test]
    fn wakes_are_drawn_where_they_were_recorded() {
        let story = || async {
            let wait = async {
                sleep(SECOND).await;
                sleep(SECOND).await;
            };
            wait.instrument(info_span!("lane")).await;
        };
        let picture = drawn(&record_wakes(story()), 37);
        let expected = "lane  ┼──────────────↓──────────────●\n\
                        took 2.000 s  ─ waiting  ┼ polled\n  ↓ woken  ● finished";
        assert!(picture.ends_with(expected), "{picture}");
        let picture = drawn(&record(story()), 37);
        assert!(picture.contains("lane  ┼──────────────┼───"), "{picture}");
    }

    /// Both children begin when both parents are there.
    #[test]
    fn children_stand_under_their_own_parents() {
        let recording = record(async {
            let parent = |name: &'static str| {
                async move {
                    sleep(SECOND).await;
                    sleep(SECOND).instrument(info_span!("child of", name)).await;
                }
                .instrument(info_span!("parent", name))
            };
            tokio::join!(parent("A"), parent("B"));
        });
        let picture = drawn(&recording, 40);
        let lanes = picture.lines().skip(1).take(4);
        let labels: Vec<_> = lanes.map(|lane| lane[..12].trim_end()).collect();
        assert_eq!(
            labels,
            ["parent A", "  child of A", "parent B", "  child of B"]
        );
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
