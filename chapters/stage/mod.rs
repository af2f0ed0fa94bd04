//! What every example plays on: a runtime, a narrator, a timeline and a virtual clock.
//!
//! A story is an `async` block whose code speaks through [`tracing`]: a span is a lane, an event
//! a line of narration. [`play`] runs it and draws what really happened:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use stage::Instrument;
//! use tracing::{info, info_span};
//!
//! async fn toast() {
//!     tokio::time::sleep(Duration::from_secs(2)).await;
//!     info!("golden");
//! }
//!
//! stage::play("Breakfast", async {
//!     toast().instrument(info_span!("toast")).await;
//! });
//! ```
//!
//! A span must be created inside the story: outside, nobody listens yet, and there is no lane.
//!
//! Tests ask for the same as data: [`record`].

mod clock;
mod instrument;
mod narration;
mod options;
mod recorder;
mod svg;
mod timeline;
mod trace;

use std::{
    panic::{self, AssertUnwindSafe},
    path::Path,
    process,
    sync::{Arc, Condvar, Mutex, MutexGuard, Once, OnceLock, PoisonError},
    time::{Duration, Instant},
};

use tokio::runtime::{Builder, Runtime};
use tracing::{Dispatch, dispatcher, info, subscriber::NoSubscriber};
use tracing_subscriber::layer::SubscriberExt;

pub use clock::{block_for, on_threads, try_on_threads};
pub use instrument::{Instrument, OnLane};
pub use recorder::{Lane, Narrated, Outcome, Recording, Run};

use clock::{Clock, ThreadClock};
use narration::{Narrator, Paint, say};
use options::Options;
use recorder::Recorder;

/// Plays one story on a current-thread runtime, obeying the flags of the command line.
///
/// Ends the program with exit code 2 if a flag is not understood, and with 1 if a file that was
/// asked for cannot be written.
///
/// # Panics
///
/// If the story panics, after its timeline was drawn; or if the system grants no runtime.
pub fn play<F: Future>(title: &str, story: F) -> F::Output {
    acts(|stage| stage.play(title, story))
}

/// Plays several stories, one after the other, as the acts of one example.
///
/// Pictures and traces that were asked for hold all acts and are written at the end, also when a
/// story panics. Flags and exit codes are those of [`play`].
///
/// # Panics
///
/// If the script panics, with its panic.
pub fn acts<T>(script: impl FnOnce(&mut Stage) -> T) -> T {
    let stage = Stage {
        options: Options::from_env(),
        paint: Paint::for_stdout(),
        acts: Vec::new(),
    };
    narrate_panics();
    stage.follow(script)
}

/// Where the acts of an example are played; [`acts`] provides it.
pub struct Stage {
    options: Options,
    paint: Paint,
    acts: Vec<(String, Recording)>,
}

impl Stage {
    /// Whether the acts play on the virtual clock, where nothing comes from outside: no signal,
    /// no packet.
    #[must_use]
    pub fn is_virtual(&self) -> bool {
        self.options.virtual_clock
    }

    /// Plays a story on a current-thread runtime.
    ///
    /// # Panics
    ///
    /// As [`play`] does.
    pub fn play<F: Future>(&mut self, title: &str, story: F) -> F::Output {
        let virtual_clock = self.options.virtual_clock;
        self.perform(title, |narrator| run(virtual_clock, narrator, story))
    }

    /// Plays a story that blocks, without any runtime. It waits with [`block_for`].
    ///
    /// # Panics
    ///
    /// As [`play`] does.
    pub fn play_blocking<T>(&mut self, title: &str, story: impl FnOnce() -> T) -> T {
        let virtual_clock = self.options.virtual_clock;
        self.perform(title, |narrator| {
            run_blocking(virtual_clock, narrator, story)
        })
    }

    /// Plays a story on a runtime with `workers` worker threads.
    ///
    /// Real threads keep real time: with `--virtual` the act is left out, which is said in a
    /// line, and the result is `None`.
    ///
    /// # Panics
    ///
    /// As [`play`] does; also if `workers` is 0.
    pub fn play_on_workers<F: Future>(
        &mut self,
        title: &str,
        workers: usize,
        story: F,
    ) -> Option<F::Output> {
        if self.options.virtual_clock {
            self.announce(title);
            say("(needs real worker threads: run it without --virtual)");
            return None;
        }
        Some(self.perform(title, |narrator| run_on_workers(workers, narrator, story)))
    }

    fn follow<T>(mut self, script: impl FnOnce(&mut Self) -> T) -> T {
        let value = panic::catch_unwind(AssertUnwindSafe(|| script(&mut self)));
        self.write_files();
        value.unwrap_or_else(|panic| panic::resume_unwind(panic))
    }

    fn announce(&self, title: &str) {
        if !self.acts.is_empty() {
            say("");
        }
        say(&self.paint.bold(title));
    }

    fn perform<T>(
        &mut self,
        title: &str,
        story: impl FnOnce(Option<Narrator>) -> Recording<Caught<T>>,
    ) -> T {
        self.announce(title);
        let mut value = None;
        let recording = story(Some(Narrator::new(self.paint))).map(|told| value = Some(told));
        if self.options.timeline {
            let longest = self.acts.iter().map(|(_, act)| act.elapsed).max();
            let scale = timeline::scale(recording.elapsed, longest.unwrap_or_default());
            say("");
            say(&timeline::draw(
                &recording,
                scale,
                self.options.width,
                self.paint,
            ));
        }
        self.acts.push((title.to_owned(), recording));
        value
            .expect("every story ends")
            .unwrap_or_else(|panic| panic::resume_unwind(panic))
    }

    fn write_files(&self) {
        let svg = self
            .options
            .svg
            .as_deref()
            .map(|path| (path, svg::draw(&self.acts)));
        let trace = self
            .options
            .trace
            .as_deref()
            .map(|path| (path, trace::draw(&self.acts)));
        let mut failed = false;
        for (path, content) in [svg, trace].into_iter().flatten() {
            failed |= !written(path, &content);
        }
        if failed {
            process::exit(1);
        }
    }
}

fn written(path: &Path, content: &str) -> bool {
    match std::fs::write(path, content) {
        Ok(()) => true,
        Err(error) => {
            eprintln!("error: cannot write '{}': {error}", path.display());
            false
        }
    }
}

/// Runs a story on the virtual clock, in silence, and returns what happened as data.
///
/// # Panics
///
/// If the story panics, with its panic; or if the system grants no runtime.
pub fn record<F: Future>(story: F) -> Recording<F::Output> {
    uncaught(run(true, None, story))
}

/// Runs a blocking story on a virtual clock of its own; the twin of [`record`].
///
/// # Panics
///
/// If the story panics, with its panic.
pub fn record_blocking<T>(story: impl FnOnce() -> T) -> Recording<T> {
    uncaught(run_blocking(true, None, story))
}

/// Runs a story on `workers` threads and the real clock; times in the recording are real.
///
/// # Panics
///
/// If the story panics, with its panic; if `workers` is 0 or the system grants no runtime.
pub fn record_on_workers<F: Future>(workers: usize, story: F) -> Recording<F::Output> {
    uncaught(run_on_workers(workers, None, story))
}

/// The timeline of a recording as lines of text, at most `width` columns wide, in colour if
/// standard output is a terminal.
#[must_use]
pub fn timeline_of<T>(recording: &Recording<T>, width: usize) -> String {
    timeline::draw(recording, recording.elapsed, width, Paint::for_stdout())
}

/// Recordings and their titles as one SVG picture.
#[must_use]
pub fn picture_of(acts: &[(String, Recording)]) -> String {
    svg::draw(acts)
}

/// Runs a future to its end on a virtual clock: a sleep of an hour takes no time, and elapsed
/// times are exact.
///
/// # Panics
///
/// If the future panics, or the system grants no runtime.
pub fn virtual_time<F: Future>(future: F) -> F::Output {
    let runtime = runtime(Builder::new_current_thread().start_paused(true));
    let _clock = Clock::paused(runtime.handle()).install();
    runtime.block_on(future)
}

/// A story's value, or the panic that ended it.
type Caught<T> = std::thread::Result<T>;

fn uncaught<T>(recording: Recording<Caught<T>>) -> Recording<T> {
    recording.map(|value| value.unwrap_or_else(|panic| panic::resume_unwind(panic)))
}

fn run<F: Future>(
    virtual_clock: bool,
    narrator: Option<Narrator>,
    story: F,
) -> Recording<Caught<F::Output>> {
    let ears = Ears::default();
    let runtime = runtime(ears.grow_on(Builder::new_current_thread().start_paused(virtual_clock)));
    let clock = if virtual_clock {
        Clock::paused(runtime.handle())
    } else {
        Clock::Real(Instant::now())
    };
    ears.listen(&clock, narrator, |clock| block_on(runtime, clock, story))
}

fn run_on_workers<F: Future>(
    workers: usize,
    narrator: Option<Narrator>,
    story: F,
) -> Recording<Caught<F::Output>> {
    let ears = Ears::default();
    let runtime = runtime(ears.grow_on(Builder::new_multi_thread().worker_threads(workers)));
    let clock = Clock::Real(Instant::now());
    ears.listen(&clock, narrator, |clock| block_on(runtime, clock, story))
}

fn run_blocking<T>(
    virtual_clock: bool,
    narrator: Option<Narrator>,
    story: impl FnOnce() -> T,
) -> Recording<Caught<T>> {
    let clock = if virtual_clock {
        Clock::Threads(ThreadClock::default().into())
    } else {
        Clock::Real(Instant::now())
    };
    Ears::default().listen(&clock, narrator, |clock| {
        let value = panic::catch_unwind(AssertUnwindSafe(story));
        (value, clock.elapsed())
    })
}

fn runtime(builder: &mut Builder) -> Runtime {
    builder
        .enable_all()
        .build()
        .expect("the system grants a runtime")
}

fn block_on<F: Future>(runtime: Runtime, clock: &Clock, story: F) -> (Caught<F::Output>, Duration) {
    let value = panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(story)));
    let elapsed = clock.elapsed();
    // Ends what still runs, so that it is recorded as cancelled.
    drop(runtime);
    (value, elapsed)
}

/// Lets every thread of a runtime be heard. The threads may start before there is a listener
/// (a paused clock needs its runtime first), so each of them waits for it.
#[derive(Clone, Default)]
struct Ears(Arc<(Mutex<Hearing>, Condvar)>);

#[derive(Default)]
enum Hearing {
    #[default]
    NotYet,
    Listening(Dispatch, Clock),
    /// The runtime keeps its ears, and the clock keeps the runtime: one must let go.
    Over,
}

impl Ears {
    fn grow_on<'a>(&self, builder: &'a mut Builder) -> &'a mut Builder {
        let ears = self.clone();
        builder.on_thread_start(move || {
            let (hearing, changed) = &*ears.0;
            let hearing = changed
                .wait_while(lock(hearing), |hearing| matches!(hearing, Hearing::NotYet))
                .unwrap_or_else(PoisonError::into_inner);
            if let Hearing::Listening(dispatch, clock) = &*hearing {
                // Both are meant to last as long as the thread.
                std::mem::forget(dispatcher::set_default(dispatch));
                std::mem::forget(clock.install());
            }
        })
    }

    fn listen<T>(
        &self,
        clock: &Clock,
        narrator: Option<Narrator>,
        story: impl FnOnce(&Clock) -> (T, Duration),
    ) -> Recording<T> {
        stay_open();
        let recorder = Recorder::new(clock.clone(), narrator);
        let dispatch = Dispatch::new(tracing_subscriber::registry().with(recorder.clone()));
        self.turn(Hearing::Listening(dispatch.clone(), clock.clone()));
        let _installed = clock.install();
        let (value, elapsed) = dispatcher::with_default(&dispatch, || story(clock));
        self.turn(Hearing::Over);
        recorder.take(value, elapsed)
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

/// Lets a panic inside a story be told on its lane instead of on standard error.
fn narrate_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            // Nobody listens, for one, while tracing asks a value for its words: they may panic.
            let is_heard = dispatcher::get_default(|listener| !listener.is::<NoSubscriber>());
            if !clock::is_playing() || !is_heard {
                return usual(panic);
            }
            let words = panic.payload_as_str().unwrap_or("(without words)");
            if let Some(place) = panic.location() {
                // Cargo reaches an example through its chapter: chapters/…/../../examples/….
                let file = place.file().rsplit("../").next().unwrap_or_default();
                info!("panicked: {words} ({file}:{})", place.line());
            }
        }));
    });
}

#[cfg(test)]
mod tests {
    use std::{
        fmt,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    #[test]
    fn the_picture_of_a_story_that_panics_is_written() {
        let path = std::env::temp_dir().join(format!("panics-{}.svg", process::id()));
        let stage = Stage {
            options: Options {
                virtual_clock: true,
                svg: Some(path.clone()),
                ..Options::default()
            },
            paint: Paint::default(),
            acts: Vec::new(),
        };
        let story = async {
            async { panic!("burnt") }
                .instrument(tracing::info_span!("toast"))
                .await
        };
        let told = panic::catch_unwind(AssertUnwindSafe(|| {
            stage.follow(|stage| stage.play("Toast", story));
        }));
        assert!(told.is_err());
        let picture = std::fs::read_to_string(&path).expect("the picture is written");
        let _ = std::fs::remove_file(path);
        assert!(picture.contains(">toast<"), "{picture}");
    }

    struct Speechless;

    impl fmt::Debug for Speechless {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words")
        }
    }

    /// While tracing asks for words, nobody hears what is said: neither the story nor the reader
    /// would learn of the panic.
    #[test]
    fn a_panic_that_nobody_hears_is_told_as_usual() {
        static USUAL: AtomicUsize = AtomicUsize::new(0);
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if panic.payload_as_str() == Some("no words") {
                USUAL.fetch_add(1, Ordering::Relaxed);
            }
            before(panic);
        }));
        narrate_panics();
        let told = panic::catch_unwind(|| record(async { info!(what = ?Speechless, "look") }));
        assert!(told.is_err());
        assert_eq!(USUAL.load(Ordering::Relaxed), 1);
    }
}
