//! Listens to tracing and writes down what happened: lanes, polls, events.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Wake, Waker},
    time::Duration,
};

use tracing::{
    Dispatch, Event, Level, Metadata, Span, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    span::{Attributes, Id},
    subscriber::Interest,
};
use tracing_subscriber::{
    Layer, Registry,
    layer::Context,
    registry::{LookupSpan, SpanRef},
};

use crate::{
    clock::Clock,
    narration::Narrator,
    recording::{Lane, Narrated, Outcome, Recording, Woken},
};

#[derive(Default)]
struct Record {
    lanes: Vec<Lane>,
    events: Vec<Narrated>,
    wakes: Vec<Woken>,
    /// Whether the story was given up, and nothing that happens now is part of it.
    frozen: bool,
}

/// The layer that does the listening. Clones share one record.
#[derive(Clone)]
pub(crate) struct Recorder {
    clock: Clock,
    record: Arc<Mutex<Record>>,
    narrator: Option<Arc<Narrator>>,
    /// Whether wake-ups are written down.
    wakes: bool,
}

impl Recorder {
    pub(crate) fn new(clock: Clock, narrator: Option<Narrator>, wakes: bool) -> Self {
        Self {
            clock,
            record: Arc::default(),
            narrator: narrator.map(Arc::new),
            wakes,
        }
    }

    /// Hands out what was recorded, and starts afresh.
    pub(crate) fn take(&self, elapsed: Duration) -> Recording {
        let Record {
            lanes,
            events,
            wakes,
            ..
        } = std::mem::take(&mut *self.lock());
        Recording {
            value: (),
            elapsed,
            lanes,
            events,
            wakes,
        }
    }

    /// Writes nothing down from now on, and tells what happened so far.
    pub(crate) fn freeze(&self) -> Recording {
        let mut record = self.lock();
        record.frozen = true;
        Recording {
            value: (),
            elapsed: self.clock.elapsed(),
            lanes: record.lanes.clone(),
            events: record.events.clone(),
            wakes: record.wakes.clone(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Record> {
        // A panic in a story must not silence the stage; the record is whole between two calls.
        self.record.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the lane of a future. Tracing tells that a future was polled, but not how it ended.
    pub(crate) fn end(&self, id: &Id, listener: &Dispatch, outcome: Outcome) {
        let spans = listener.downcast_ref::<Registry>();
        let span = spans.and_then(|spans| spans.span(id));
        self.change(span.as_ref(), |lane, at| lane.end(at, outcome));
    }

    /// The waker that a lane is to be polled with, if wake-ups are written down: it tells of each.
    pub(crate) fn observed(&self, span: &Span, waker: &Waker) -> Option<Waker> {
        self.wakes.then(|| {
            let (span, waker) = (span.clone(), waker.clone());
            Waker::from(Arc::new(Observed { span, waker }))
        })
    }

    /// Somebody calls the waker of a lane.
    fn woken(&self, id: &Id, listener: &Dispatch) {
        let spans = listener.downcast_ref::<Registry>();
        let lane = |id| spans?.span(id).as_ref().and_then(lane_of);
        let current = listener.current_span();
        let (woken, by) = (lane(id), current.id().and_then(lane));
        let mut record = self.lock();
        if let Some(lane) = woken
            && !record.frozen
        {
            let at = self.clock.elapsed();
            record.wakes.push(Woken { at, lane, by });
        }
    }

    fn change<'a, S: LookupSpan<'a>>(
        &self,
        span: Option<&SpanRef<'a, S>>,
        change: impl FnOnce(&mut Lane, Duration),
    ) {
        let Some(index) = span.and_then(lane_of) else {
            return;
        };
        let mut record = self.lock();
        // Read while nobody else can write: what comes later in the record is never earlier in time.
        let at = self.clock.elapsed();
        if record.frozen {
            return;
        }
        // A span may outlive its story, whose record has been taken away by then.
        if let Some(lane) = record.lanes.get_mut(index)
            && lane.outcome == Outcome::Open
        {
            change(lane, at);
        }
    }
}

/// The waker of a lane.
struct Observed {
    span: Span,
    waker: Waker,
}

impl Wake for Observed {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.span.with_subscriber(|(id, listener)| {
            if let Some(recorder) = listener.downcast_ref::<Recorder>() {
                recorder.woken(id, listener);
            }
        });
        self.waker.wake_by_ref();
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
        if record.frozen {
            return;
        }
        let lane = Lane::new(label, parent, self.clock.elapsed());
        span.extensions_mut().insert(LaneIndex(record.lanes.len()));
        record.lanes.push(lane);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        self.change(context.span(id).as_ref(), Lane::enter);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        self.change(context.span(id).as_ref(), Lane::exit);
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let lane = context.event_span(event).as_ref().and_then(lane_of);
        let mut words = Words::default();
        event.record(&mut words);
        let mut record = self.lock();
        if record.frozen {
            return;
        }
        let at = self.clock.elapsed();
        let text = words.sentence(*event.metadata().level());
        if let Some(narrator) = &self.narrator {
            let label = lane.and_then(|index| record.lanes.get(index));
            narrator.tell(at, label.map(|lane| lane.label.as_str()), lane, &text);
        }
        record.events.push(Narrated { at, lane, text });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        // Only spans of blocking code come here without an outcome; futures have reported theirs.
        self.change(context.span(&id).as_ref(), |lane, at| {
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
