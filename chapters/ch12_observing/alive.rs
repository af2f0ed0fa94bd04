//! Who is alive, and where do they wait: a layer that keeps a list of open spans.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::time::Instant;
use tracing::{
    Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id},
};
use tracing_subscriber::{Layer, layer::Context, registry::LookupSpan};

/// Keeps a list of the spans that are open. Clones share it.
#[derive(Clone, Default)]
pub struct Alive(Arc<Mutex<BTreeMap<u64, Open>>>);

struct Open {
    name: String,
    parent: Option<u64>,
    metadata: &'static Metadata<'static>,
    /// How often it is entered at this moment; on how many threads and how deep makes no difference.
    entered: u32,
    polls: u64,
    /// When it was last entered or left.
    since: Instant,
}

impl Alive {
    /// A line for each open span that has no open span inside: who it is and in what, where that was
    /// created, and since when it has been waiting or running.
    pub fn list(&self) -> Vec<String> {
        let open = self.lock();
        let has_inner = |id: &u64| open.values().any(|inner| inner.parent == Some(*id));
        let innermost = open.iter().filter(|(id, _)| !has_inner(id));
        innermost.map(|(_, span)| span.line(&open)).collect()
    }

    /// How many spans are open that are in no other.
    pub fn roots(&self) -> usize {
        let open = self.lock();
        open.values().filter(|span| span.parent.is_none()).count()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, Open>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, id: &Id, change: impl FnOnce(&mut Open)) {
        if let Some(span) = self.lock().get_mut(&id.into_u64()) {
            change(span);
            span.since = Instant::now();
        }
    }
}

impl Open {
    fn line(&self, open: &BTreeMap<u64, Self>) -> String {
        let mut path = self.name.clone();
        let mut outer = self.parent;
        while let Some(span) = outer.and_then(|id| open.get(&id)) {
            path = format!("{} > {path}", span.name);
            outer = span.parent;
        }
        let file = self
            .metadata
            .file()
            .and_then(|path| path.rsplit('/').next());
        let (file, line) = (file.unwrap_or("?"), self.metadata.line().unwrap_or(0));
        let does = if self.entered > 0 { "runs" } else { "waits" };
        let (since, polls) = (self.since.elapsed().as_secs_f64(), self.polls);
        format!("{path} ({file}:{line}): {does} for {since:.3} s, polls: {polls}")
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Alive {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let metadata = attributes.metadata();
        let mut name = Name(metadata.name().to_owned());
        attributes.record(&mut name);
        let parent = context.span(id).and_then(|span| span.parent());
        let open = Open {
            name: name.0,
            parent: parent.map(|parent| parent.id().into_u64()),
            metadata,
            entered: 0,
            polls: 0,
            since: Instant::now(),
        };
        self.lock().insert(id.into_u64(), open);
    }

    fn on_enter(&self, id: &Id, _: Context<'_, S>) {
        self.change(id, |span| {
            span.entered += 1;
            span.polls += 1;
        });
    }

    fn on_exit(&self, id: &Id, _: Context<'_, S>) {
        self.change(id, |span| span.entered -= 1);
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        self.lock().remove(&id.into_u64());
    }
}

/// `order`, id 3 → `order 3`.
struct Name(String);

impl Visit for Name {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        self.0 += &format!(" {value:?}");
    }
}
