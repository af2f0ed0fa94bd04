//! How often, how long, how busy: a layer that measures every span, by name.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tracing::{
    Subscriber,
    span::{Attributes, Id},
};
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, SpanRef},
};

use super::times::Times;

/// Measures every span from its creation to its end, and how long of that it was entered. Clones share
/// what they have measured.
///
/// A span ends when its last handle is dropped. Times are those of Tokio's clock.
///
/// # Panics
///
/// If a subscriber has two of them, at the first span: each span has room for one stopwatch.
#[derive(Clone, Default)]
pub struct Timings(Arc<Mutex<BTreeMap<&'static str, Times>>>);

impl Timings {
    /// What was measured of the spans of this name that have ended, if there were any.
    pub fn of(&self, name: &str) -> Option<Times> {
        self.lock().get(name).cloned()
    }

    /// A heading, and a line for each name.
    pub fn table(&self) -> Vec<String> {
        let times = self.lock();
        let lines = times
            .iter()
            .map(|(name, times)| format!("{name:<8}{times}"));
        [format!("{:8}{}", "", Times::HEADING)]
            .into_iter()
            .chain(lines)
            .collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<&'static str, Times>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

// ANCHOR: layer
/// Kept among the extensions of each span.
struct Stopwatch {
    created: Instant,
    entered: Instant,
    /// How often the span is entered at this moment.
    depth: u32,
    busy: Duration,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Timings {
    fn on_new_span(&self, _: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let now = Instant::now();
        span.extensions_mut().insert(Stopwatch {
            created: now,
            entered: now,
            depth: 0,
            busy: Duration::ZERO,
        });
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        with_stopwatch(context.span(id), |watch| {
            if watch.depth == 0 {
                watch.entered = Instant::now();
            }
            watch.depth += 1;
        });
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        with_stopwatch(context.span(id), |watch| {
            watch.depth -= 1;
            if watch.depth == 0 {
                watch.busy += watch.entered.elapsed();
            }
        });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else {
            return;
        };
        let name = span.name();
        with_stopwatch(Some(span), |watch| {
            let mut times = self.lock();
            let times = times.entry(name).or_default();
            times.record(watch.created.elapsed(), watch.busy);
        });
    }
}

fn with_stopwatch<'a, S: LookupSpan<'a>>(
    span: Option<SpanRef<'a, S>>,
    change: impl FnOnce(&mut Stopwatch),
) {
    if let Some(span) = span
        && let Some(watch) = span.extensions_mut().get_mut()
    {
        change(watch);
    }
}
// ANCHOR_END: layer
