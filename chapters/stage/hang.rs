//! What is said of a story that hangs.

use std::{
    fmt::{self, Write},
    time::Duration,
};

use crate::{
    axis::exactly,
    recording::{Lane, Outcome, Recording},
};

/// Lanes that are named at most.
const MOST_LANES: usize = 8;

/// Why a story is given up, after so much real time.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why {
    /// Nobody can run, no timer is set.
    Deadlock,
    /// Nobody has given way.
    Busy(Duration),
    /// It goes on and on.
    Endless(Duration),
    /// The story is over, but its runtime waits for blocking code.
    NeverEnds(Duration),
}

/// The sentence with which a story is given up, and the lanes that it is about.
#[derive(Clone, Debug)]
pub(crate) struct Hang(String);

impl Hang {
    /// `at` is the story's own time; a story that nobody records has no lanes.
    pub(crate) fn new(why: Why, at: Duration, recording: Option<&Recording>, hint: &str) -> Self {
        let at = exactly(at);
        let lanes = recording.map_or(&[][..], |recording| &recording.lanes[..]);
        let mut words = match why {
            Why::Deadlock => format!(
                "The story hangs: a deadlock at {at}. Everybody waits, no timer is set, and nobody \
                 is left who could wake anybody.\nLook for a lock that is taken twice or in two \
                 orders, a channel whose sender lives on, a tracker that is not closed, a question that \
                 nobody answers."
            ),
            Why::Busy(real) => format!(
                "The story hangs: {} at {at}, for {real:?} of real time, without ever giving way to \
                 the clock.\nLook for a loop without an `.await`, a loop whose awaits are always \
                 ready, a blocking lock whose owner waits.",
                busy(lanes)
            ),
            Why::Endless(real) => format!(
                "The story hangs: it goes on and on. After {real:?} of real time it is {at} by its own clock.\n\
                 Look for a loop that sleeps and looks again, an interval that nobody stops, a \
                 closure on a thread of its own that does not return."
            ),
            Why::NeverEnds(real) => format!(
                "The story hangs: it is over, but for {real:?} its runtime has been waiting for blocking code \
                 to return.\nLook at what was given to `spawn_blocking`, and at what is dropped last."
            ),
        };
        if !hint.is_empty() {
            let _ = write!(words, "\n{hint}");
        }
        if let (Why::Deadlock | Why::Endless(_), Some(recording)) = (why, recording) {
            words += &waiting(recording);
        }
        Self(words)
    }
}

impl fmt::Display for Hang {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Who runs: the innermost lane that is being polled, or else the one that was polled most often.
fn busy(lanes: &[Lane]) -> String {
    let open = |lane: &&Lane| lane.outcome == Outcome::Open;
    if let Some(lane) = lanes.iter().rfind(|lane| lane.entered > 0) {
        format!("'{}' has been running", lane.label)
    } else if let Some(lane) = lanes.iter().filter(open).max_by_key(|lane| lane.polls) {
        format!("'{}' has been polled {} times", lane.label, lane.polls)
    } else {
        "it has been running".to_owned()
    }
}

/// Who waits, since when, and what each said last. Of lanes within lanes, the innermost.
fn waiting(recording: &Recording) -> String {
    let open = |lane: &Lane| lane.outcome == Outcome::Open && lane.polls > 0;
    let has_open_child = |index| {
        let mut lanes = recording.lanes.iter();
        lanes.any(|lane| lane.parent == Some(index) && open(lane))
    };
    let lanes = recording.lanes.iter().enumerate();
    let waiting: Vec<_> = lanes
        .filter(|&(index, lane)| open(lane) && !has_open_child(index))
        .collect();
    let mut named = String::new();
    for &(index, lane) in waiting.iter().take(MOST_LANES) {
        let since = lane.runs.last().map_or(lane.created, |run| run.to);
        let mut events = recording.events.iter();
        let last = events.rfind(|event| event.lane == Some(index));
        let last = last.map_or("it has said nothing".to_owned(), |event| {
            format!("its last words: \"{}\"", event.text)
        });
        let _ = write!(
            named,
            "\n  '{}' waits since {}; {last}",
            lane.label,
            exactly(since)
        );
    }
    if waiting.is_empty()
        && let Some(last) = recording.events.last()
    {
        let _ = write!(
            named,
            "\n  Nobody who waits has a lane; the last words of all were: \"{}\"",
            last.text
        );
    }
    if waiting.len() > MOST_LANES {
        let _ = write!(named, "\n  and {} more", waiting.len() - MOST_LANES);
    }
    named
}
