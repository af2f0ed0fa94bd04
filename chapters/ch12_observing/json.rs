//! Logs as JSON: a layer that writes a line for each event, and keeps the lines in memory.

use std::{
    error::Error,
    fmt::Debug,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde_json::{Map, Value, json};
use tokio::time::Instant;
use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};
use tracing_subscriber::{
    Layer,
    layer::Context,
    registry::{LookupSpan, Scope},
};

use super::traced::chain;

/// A layer and the lines it has written. Clones share them.
#[derive(Clone, Default)]
pub struct Json(Arc<Mutex<Log>>);

#[derive(Default)]
struct Log {
    begun: Option<Instant>,
    text: String,
}

impl Json {
    /// What was written so far, a line for each event: its time in seconds since the first line, by Tokio's
    /// clock, its level, target and fields, and the spans it belongs to, outermost first.
    pub fn text(&self) -> String {
        self.lock().text.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Json {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(fields);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut late = Fields::default();
        values.record(&mut late);
        if let Some(fields) = span.extensions_mut().get_mut::<Fields>() {
            fields.0.append(&mut late.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let scope = context.event_scope(event).into_iter();
        let spans = scope.flat_map(Scope::from_root).map(|span| {
            let fields = span.extensions().get::<Fields>().map(|own| own.0.clone());
            json!({ (span.name()): fields })
        });
        let spans: Vec<_> = spans.collect();
        let mut log = self.lock();
        let at = log.begun.get_or_insert_with(Instant::now).elapsed();
        let line = json!({
            "at": at.as_secs_f64(),
            "fields": fields.0,
            "level": event.metadata().level().as_str(),
            "spans": spans,
            "target": event.metadata().target(),
        });
        log.text.push_str(&format!("{line}\n"));
    }
}

/// What a span or an event says of itself; that of a span is kept among its extensions.
#[derive(Default)]
struct Fields(Map<String, Value>);

impl Fields {
    fn insert(&mut self, field: &Field, value: impl Into<Value>) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}

impl Visit for Fields {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.insert(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.insert(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.insert(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.insert(field, value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.insert(field, value);
    }

    fn record_error(&mut self, field: &Field, error: &(dyn Error + 'static)) {
        self.insert(field, chain(error));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.insert(field, format!("{value:?}"));
    }
}
