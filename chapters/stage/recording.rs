//! What happened in a story, as data.

use std::time::Duration;

/// What happened in a story: its value, how long it took, and every lane and event.
#[derive(Clone, Debug, PartialEq)]
pub struct Recording<T = ()> {
    /// What the story returned.
    pub value: T,
    /// From the first poll of the story to its end.
    pub elapsed: Duration,
    /// One lane per span, in order of creation.
    pub lanes: Vec<Lane>,
    /// Everything that was narrated, in order.
    pub events: Vec<Narrated>,
    /// Who was woken when, in order; empty unless it was asked for.
    pub wakes: Vec<Woken>,
}

impl<T> Recording<T> {
    /// The value, and what happened.
    pub fn split(self) -> (T, Recording) {
        let Self {
            value,
            elapsed,
            lanes,
            events,
            wakes,
        } = self;
        let recording = Recording {
            value: (),
            elapsed,
            lanes,
            events,
            wakes,
        };
        (value, recording)
    }
}

impl Recording {
    pub(crate) fn with<T>(self, value: T) -> Recording<T> {
        Recording {
            value,
            elapsed: self.elapsed,
            lanes: self.lanes,
            events: self.events,
            wakes: self.wakes,
        }
    }
}

/// One span's life: a future, or a stretch of blocking code.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// The span's name and the values of its fields.
    pub label: String,
    /// Index of the lane it was created on.
    pub parent: Option<usize>,
    /// When the span was created.
    pub created: Duration,
    /// When it was running, in order; a poll on the virtual clock usually takes no time at all.
    pub runs: Vec<Run>,
    /// How many times it was entered: for a future, the number of its polls.
    pub polls: u64,
    /// When it ended; `None` if it outlived the story.
    pub ended: Option<Duration>,
    /// How it ended.
    pub outcome: Outcome,
    /// How often it is entered at this moment.
    pub(crate) entered: u32,
}

impl Lane {
    pub(crate) fn new(label: String, parent: Option<usize>, created: Duration) -> Self {
        Self {
            label,
            parent,
            created,
            runs: Vec::new(),
            polls: 0,
            ended: None,
            outcome: Outcome::Open,
            entered: 0,
        }
    }

    /// Time spent running. The rest of its life it waited.
    pub fn running(&self) -> Duration {
        self.runs
            .iter()
            .map(|run| run.to.saturating_sub(run.from))
            .sum()
    }

    pub(crate) fn enter(&mut self, at: Duration) {
        self.entered += 1;
        if self.entered > 1 {
            return;
        }
        self.polls += 1;
        match self.runs.last() {
            // A further poll at the same instant adds nothing that could be drawn, unless it comes
            // right after a long one: then it may be a long one itself.
            Some(run) if run.from == at => {}
            _ => self.runs.push(Run { from: at, to: at }),
        }
    }

    pub(crate) fn exit(&mut self, at: Duration) {
        self.entered = self.entered.saturating_sub(1);
        if self.entered == 0
            && let Some(run) = self.runs.last_mut()
        {
            run.to = at;
        }
    }

    pub(crate) fn end(&mut self, at: Duration, outcome: Outcome) {
        self.ended = Some(at);
        self.outcome = outcome;
        if let Some(run) = self.runs.last_mut()
            && self.entered > 0
        {
            run.to = at;
        }
    }
}

/// A stretch of running without a pause.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Run {
    /// When it was entered.
    pub from: Duration,
    /// When it gave way.
    pub to: Duration,
}

/// How a lane ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It had not ended when the story did.
    Open,
    /// It ran to its end.
    Finished,
    /// It was dropped before its end.
    Cancelled,
    /// It panicked.
    Panicked,
}

impl Outcome {
    /// All of them, in the order in which they are counted.
    pub(crate) const ALL: [Self; 4] = [Self::Finished, Self::Cancelled, Self::Panicked, Self::Open];

    /// The word for it in pictures and traces.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Open => "still open",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Panicked => "panicked",
        }
    }
}

/// Something a story said.
#[derive(Clone, Debug, PartialEq)]
pub struct Narrated {
    /// When.
    pub at: Duration,
    /// On which lane, if on any.
    pub lane: Option<usize>,
    /// What.
    pub text: String,
}

/// The waker of a lane was called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Woken {
    /// When.
    pub at: Duration,
    /// Whose waker.
    pub lane: usize,
    /// The lane that was running on the thread that called it, if there was one; else a timer, or
    /// somebody who has no lane.
    pub by: Option<usize>,
}

/// So many milliseconds: the unit in which proofs tell time.
pub const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}
