//! What a bot tells about its connection: a line each on standard error, which is all that a service manager needs.

use std::fmt::{Debug, Write};

use tracing::{Event, Id, Subscriber, field::Field, field::Visit, span::Attributes};
use tracing_subscriber::{
    layer::{Context, Layer, SubscriberExt},
    registry::{LookupSpan, Registry},
};

use crate::terminal::tell;

/// From now on, all that the program says in events goes there.
pub fn to_stderr() {
    let subscriber = Registry::default().with(Lines);
    // It is the first, for nobody else calls this.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

struct Lines;

/// The name of a span and its fields: ` group=3`.
struct Place(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut words = Words(String::new());
        attributes.record(&mut words);
        span.extensions_mut().insert(Place(words.0));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut line = Words(event.metadata().level().to_string().to_lowercase());
        for span in context.event_scope(event).into_iter().flatten() {
            if let Some(Place(place)) = span.extensions().get() {
                line.0.push_str(place);
            }
        }
        line.0.push(':');
        event.record(&mut line);
        tell(&line.0.replace(char::is_control, "\u{fffd}"));
    }
}

struct Words(String);

impl Visit for Words {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        // A `String` takes whatever is written to it.
        let _ = match field.name() {
            "message" => write!(self.0, " {value:?}"),
            name => write!(self.0, " {name}={value:?}"),
        };
    }
}
