//! What proofs ask a recording.

use std::time::Duration;

use crate::{
    paint::Paint,
    recording::{Lane, Narrated, Outcome, Recording},
    timeline,
};

/// Lines of narration that a failure shows at most.
const MOST_LINES: usize = 40;
/// Columns of the timeline that a failure shows.
const WIDTH: usize = 100;

impl<T> Recording<T> {
    /// The first lane with this label.
    ///
    /// # Panics
    ///
    /// If there is none, naming those there are.
    pub fn lane(&self, label: &str) -> &Lane {
        self.lanes
            .iter()
            .find(|lane| lane.label == label)
            .unwrap_or_else(|| {
                let labels: Vec<_> = self.lanes.iter().map(|lane| &lane.label).collect();
                panic!("no lane {label:?} among {labels:?}")
            })
    }

    /// When the first lane with this label was first polled, when it ended, and how.
    ///
    /// # Panics
    ///
    /// If there is no such lane, if it was never polled, or if it outlived the story.
    pub fn life(&self, label: &str) -> (Duration, Duration, Outcome) {
        let lane = self.lane(label);
        let Some(first) = lane.runs.first() else {
            panic!("lane {label:?} was never polled");
        };
        let Some(ended) = lane.ended else {
            panic!("lane {label:?} outlived the story");
        };
        (first.from, ended, lane.outcome)
    }

    /// What was narrated on the first lane with this label, as (time, text).
    ///
    /// # Panics
    ///
    /// If there is no such lane.
    pub fn told(&self, label: &str) -> Vec<(Duration, &str)> {
        let wanted = self.lane(label);
        self.events
            .iter()
            .filter(|event| {
                event
                    .lane
                    .is_some_and(|lane| std::ptr::eq(wanted, &raw const self.lanes[lane]))
            })
            .map(|event| (event.at, event.text.as_str()))
            .collect()
    }

    /// Everything that was narrated, in order and without the times: `toast: golden`, or `golden`
    /// alone if it was not said on a lane.
    pub fn said(&self) -> Vec<String> {
        let line = |event: &Narrated| match event.lane {
            Some(lane) => format!("{}: {}", self.lanes[lane].label, event.text),
            None => event.text.clone(),
        };
        self.events.iter().map(line).collect()
    }

    /// When exactly these words were narrated, on whatever lanes, in order.
    pub fn when(&self, text: &str) -> Vec<Duration> {
        let same = self.events.iter().filter(|event| event.text == text);
        same.map(|event| event.at).collect()
    }

    /// The largest number of lanes that existed at one moment, of those whose label begins so. A
    /// lane that begins when another ends does not meet it.
    pub fn most_at_once(&self, beginning: &str) -> usize {
        let lanes = || {
            let lanes = self.lanes.iter();
            lanes.filter(|lane| lane.label.starts_with(beginning))
        };
        let exist = |at| {
            let exists = |lane: &&Lane| lane.created <= at && lane.ended.is_none_or(|end| at < end);
            lanes().filter(exists).count()
        };
        lanes().map(|lane| exist(lane.created)).max().unwrap_or(0)
    }

    /// What a failure tells of the story: what was narrated, at most 40 lines of it, and the timeline.
    pub fn what_happened(&self) -> String {
        let line = |event: &Narrated| {
            let lane = event.lane.map_or("", |lane| &self.lanes[lane].label);
            let at = event.at.as_secs_f64();
            format!("[{at:>9.3}s] {lane:<12} {}\n", event.text)
        };
        let mut lines: Vec<String> = self.events.iter().map(line).collect();
        let more = lines.len().saturating_sub(MOST_LINES);
        if more > 0 {
            let from = MOST_LINES / 2;
            lines.splice(from..from + more, [format!("… {more} lines more …\n")]);
        }
        let timeline = timeline::draw(self, self.elapsed, WIDTH, Paint::default());
        format!("\nWhat happened:\n{}\n{timeline}", lines.concat())
    }
}
