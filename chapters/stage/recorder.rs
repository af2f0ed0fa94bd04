//! Listens to tracing and writes down what happened: lanes, polls, events.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span::{Attributes, Id},
    subscriber::Interest,
};
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, SpanRef},
};

use super::{clock::Clock, instrument::OUTCOME, narration::Narrator};

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
}

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

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Recording<U> {
        Recording {
            value: change(self.value),
            elapsed: self.elapsed,
            lanes: self.lanes,
            events: self.events,
        }
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
    entered: u32,
}

impl Lane {
    /// Time spent running. The rest of its life it waited.
    pub fn running(&self) -> Duration {
        self.runs
            .iter()
            .map(|run| run.to.saturating_sub(run.from))
            .sum()
    }

    fn enter(&mut self, at: Duration) {
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

    fn exit(&mut self, at: Duration) {
        self.entered = self.entered.saturating_sub(1);
        if self.entered == 0
            && let Some(run) = self.runs.last_mut()
        {
            run.to = at;
        }
    }

    fn end(&mut self, at: Duration, outcome: Outcome) {
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

#[derive(Default)]
struct Record {
    lanes: Vec<Lane>,
    events: Vec<Narrated>,
}

/// The layer that does the listening. Clones share one record.
#[derive(Clone)]
pub(crate) struct Recorder {
    clock: Clock,
    record: Arc<Mutex<Record>>,
    narrator: Option<Arc<Narrator>>,
}

impl Recorder {
    pub(crate) fn new(clock: Clock, narrator: Option<Narrator>) -> Self {
        Self {
            clock,
            record: Arc::default(),
            narrator: narrator.map(Arc::new),
        }
    }

    /// Hands out what was recorded, and starts afresh.
    pub(crate) fn take<T>(&self, value: T, elapsed: Duration) -> Recording<T> {
        let Record { lanes, events } = std::mem::take(&mut *self.lock());
        Recording {
            value,
            elapsed,
            lanes,
            events,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        // A panic in a story must not silence the stage; the record is whole between two calls.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn on_lane<S>(
        &self,
        id: &Id,
        context: &Context<'_, S>,
        change: impl FnOnce(&mut Lane, Duration),
    ) where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Some(index) = context.span(id).as_ref().and_then(lane_of) else {
            return;
        };
        let mut record = self.lock();
        // Read while nobody else can write: what comes later in the record is never earlier in time.
        let at = self.clock.elapsed();
        // A span may outlive its story, whose record has been taken away by then.
        if let Some(lane) = record.lanes.get_mut(index)
            && lane.outcome == Outcome::Open
        {
            change(lane, at);
        }
    }
}

/// The number of a span's lane, kept among the span's extensions.
struct LaneIndex(usize);

fn lane_of<'a, S: LookupSpan<'a>>(span: &SpanRef<'a, S>) -> Option<usize> {
    span.extensions().get::<LaneIndex>().map(|lane| lane.0)
}

fn is_heard(metadata: &Metadata<'_>) -> bool {
    *metadata.level() <= Level::INFO
}

impl<S> Layer<S> for Recorder
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if is_heard(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        is_heard(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::INFO)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut label = Label(attributes.metadata().name().to_owned());
        attributes.record(&mut label);
        // A lane has one line.
        let label = label.0.replace(char::is_control, " ");
        let parent = span.parent().as_ref().and_then(lane_of);
        let mut record = self.lock();
        let lane = Lane {
            label,
            parent,
            created: self.clock.elapsed(),
            runs: Vec::new(),
            polls: 0,
            ended: None,
            outcome: Outcome::Open,
            entered: 0,
        };
        span.extensions_mut().insert(LaneIndex(record.lanes.len()));
        record.lanes.push(lane);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.on_lane(id, &context, Lane::enter);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.on_lane(id, &context, Lane::exit);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let lane = context.event_span(event).as_ref().and_then(lane_of);
        let mut words = Words::default();
        event.record(&mut words);
        let mut record = self.lock();
        let at = self.clock.elapsed();
        if event.metadata().target() == OUTCOME {
            if let Some(lane) = lane.and_then(|index| record.lanes.get_mut(index)) {
                lane.end(at, words.outcome());
            }
            return;
        }
        let text = words.sentence(*event.metadata().level());
        if let Some(narrator) = &self.narrator {
            let label = lane.and_then(|index| record.lanes.get(index));
            narrator.tell(at, label.map(|lane| lane.label.as_str()), lane, &text);
        }
        record.events.push(Narrated { at, lane, text });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        // Only spans of blocking code come here without an outcome; futures have reported theirs.
        self.on_lane(&id, &context, |lane, at| {
            let outcome = if std::thread::panicking() {
                Outcome::Panicked
            } else {
                Outcome::Finished
            };
            lane.end(at, outcome);
        });
    }
}

/// Collects a span's name and the values of its fields: `fetch`, id 3 → `fetch 3`.
struct Label(String);

impl Visit for Label {
    fn record_str(&mut self, _: &Field, value: &str) {
        let _ = write!(self.0, " {value}");
    }

    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {value:?}");
    }
}

/// Collects an event's message and fields: `ready waited=3`.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Words {
    fn sentence(self, level: Level) -> String {
        let warning = match level {
            Level::ERROR => "error: ",
            Level::WARN => "warning: ",
            _ => "",
        };
        let sentence = format!("{warning}{}{}", self.message, self.fields);
        sentence.trim_start().to_owned()
    }

    fn outcome(&self) -> Outcome {
        match self.fields.as_str() {
            " outcome=finished" => Outcome::Finished,
            " outcome=cancelled" => Outcome::Cancelled,
            _ => Outcome::Panicked,
        }
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = match field.name() {
            "message" => self.message.write_str(value),
            name => write!(self.fields, " {name}={value}"),
        };
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
