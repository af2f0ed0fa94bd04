//! Listening: every thread that takes part in a story speaks to the story's recorder.

use std::{
    cell::RefCell,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    time::Duration,
};

use tracing::{Dispatch, dispatcher, subscriber::NoSubscriber};
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt};

use crate::{clock::Clock, narration::Narrator, recorder::Recorder, recording::Recording};

thread_local! {
    /// A layer that is to hear the next story of this thread, beside the stage's own.
    static GUEST: RefCell<Option<Guest>> = const { RefCell::new(None) };
}

type Guest = Box<dyn Layer<Registry> + Send + Sync>;

/// Lets a layer of yours hear the story that `play` plays or records, beside the stage's own layer.
///
/// It hears what the stage hears: spans and events of level `INFO` and above, of every thread of the
/// story. If `play` plays several stories, it hears the first.
pub fn heard_by<T>(layer: impl Layer<Registry> + Send + Sync, play: impl FnOnce() -> T) -> T {
    GUEST.set(Some(Box::new(layer)));
    let value = play();
    // Still there if nothing was played: it must not hear a later story.
    GUEST.take();
    value
}

/// Lets every thread of a runtime be heard. The threads may start before there is a listener
/// (a paused clock needs its runtime first), so each of them waits for it.
#[derive(Clone, Default)]
pub(crate) struct Ears(Arc<(Mutex<Hearing>, Condvar)>);

#[derive(Default)]
enum Hearing {
    #[default]
    NotYet,
    Listening(Dispatch, Clock),
    /// The runtime keeps its ears, and the clock keeps the runtime: one must let go.
    Over,
}

impl Ears {
    /// What each thread of the runtime does first.
    pub(crate) fn opener(&self) -> impl Fn() + Send + Sync + 'static {
        let ears = self.clone();
        move || ears.open()
    }

    fn open(&self) {
        let (hearing, changed) = &*self.0;
        let hearing = changed
            .wait_while(lock(hearing), |hearing| matches!(hearing, Hearing::NotYet))
            .unwrap_or_else(PoisonError::into_inner);
        if let Hearing::Listening(dispatch, clock) = &*hearing {
            // Both are meant to last as long as the thread.
            std::mem::forget(dispatcher::set_default(dispatch));
            std::mem::forget(clock.install());
        }
    }

    pub(crate) fn listen<T>(
        &self,
        clock: &Clock,
        narrator: Option<Narrator>,
        wakes: bool,
        story: impl FnOnce(&Recorder) -> (T, Duration),
    ) -> Recording<T> {
        stay_open();
        let recorder = Recorder::new(clock.clone(), narrator, wakes);
        let spans = tracing_subscriber::registry();
        let dispatch = match GUEST.take() {
            Some(guest) => Dispatch::new(spans.with(guest).with(recorder.clone())),
            None => Dispatch::new(spans.with(recorder.clone())),
        };
        self.turn(Hearing::Listening(dispatch.clone(), clock.clone()));
        let _installed = clock.install();
        let (value, elapsed) = dispatcher::with_default(&dispatch, || story(&recorder));
        self.turn(Hearing::Over);
        recorder.take(elapsed).with(value)
    }

    fn turn(&self, to: Hearing) {
        *lock(&self.0.0) = to;
        self.0.1.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Registers two listeners that hear nothing, for as long as the program lives.
///
/// While there is but one, tracing asks the *current thread's* listener whether a new callsite is
/// of interest, so a thread without one (another test, say) would silence it for every story.
fn stay_open() {
    static QUIET: OnceLock<[Dispatch; 2]> = OnceLock::new();
    QUIET.get_or_init(|| [(); 2].map(|()| Dispatch::new(NoSubscriber::default())));
}
