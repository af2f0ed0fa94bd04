//! Three ways to run a story, and those that give what happened as data.

use std::{
    any::Any,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::runtime::{Builder, Runtime};

use crate::{
    clock::{Clock, ThreadClock},
    ears::Ears,
    executor::Executor,
    hang::Hang,
    narration::Narrator,
    pulse::Pulse,
    recording::Recording,
    watchdog::{Manners, Watch},
};

/// Runs a story on the virtual clock, in silence, and returns what happened as data.
///
/// A story that hangs is given up, with words that name who waits, since when, and the likely cause:
/// after a second of real time if everybody waits and no timer is set (what a thread or a socket is
/// to answer must come within that second), after five if it never gives way to the clock, and in any
/// case after a minute. Who cannot even be interrupted ends the program, with exit code 101. The
/// environment variable `STAGE_PATIENCE` changes the five seconds, and the others with it.
///
/// # Panics
///
/// If the story panics, with its panic, after what happened until then was printed on standard error;
/// if it hangs; or if the system grants no runtime.
#[track_caller]
pub fn record<F: Future>(story: F) -> Recording<F::Output> {
    uncaught(run(true, Manners::Ends, None, false, story))
}

/// [`record`] with wake-ups.
///
/// # Panics
///
/// As [`record`] does.
#[track_caller]
pub fn record_wakes<F: Future>(story: F) -> Recording<F::Output> {
    uncaught(run(true, Manners::Ends, None, true, story))
}

/// Runs a story on an executor of one's own, in silence, and returns what happened, wake-ups too, as
/// data. A story that hangs is given up as with [`record`], if the executor's time is virtual.
///
/// # Panics
///
/// As [`record`] does.
#[track_caller]
pub fn record_on<F: Future>(executor: impl Executor, story: F) -> Recording<F::Output> {
    uncaught(run_on(executor, Manners::Ends, None, true, story))
}

/// [`record`] for an exercise: a story that has not ended after `limit` of its own time, or after ten
/// seconds of real time, is given up. `hint` is added to what is said of a story that hangs.
///
/// # Panics
///
/// As [`record`] does.
#[track_caller]
pub fn record_within<F: Future>(
    limit: Duration,
    hint: &'static str,
    story: F,
) -> Recording<F::Output> {
    let manners = Manners::EndsWithin(limit, hint);
    uncaught(run(true, manners, None, false, story))
}

/// Runs a blocking story on a virtual clock of its own; the twin of [`record`]. If a thread keeps its
/// turn for five seconds of real time, it waits for another one that waits for its turn: the program
/// is ended, with words that name its lane.
///
/// # Panics
///
/// If the story panics, with its panic.
#[track_caller]
pub fn record_blocking<T>(story: impl FnOnce() -> T) -> Recording<T> {
    uncaught(run_blocking(true, None, story))
}

/// Runs a story on `workers` threads and the real clock; times in the recording are real.
///
/// # Panics
///
/// If the story panics, with its panic; if it has not ended after a minute; if `workers` is 0 or the
/// system grants no runtime.
#[track_caller]
pub fn record_on_workers<F: Future>(workers: usize, story: F) -> Recording<F::Output> {
    uncaught(run_on_workers(workers, Manners::Ends, None, story))
}

/// Runs a future to its end on a virtual clock: a sleep of an hour takes no time, and elapsed
/// times are exact.
///
/// # Panics
///
/// If the future panics or hangs, as with [`record`]; or if the system grants no runtime.
#[track_caller]
pub fn virtual_time<F: Future>(future: F) -> F::Output {
    let mut builder = Builder::new_current_thread();
    let (runtime, pulse) = runtime(builder.start_paused(true), || ());
    let clock = Clock::of(&runtime, true);
    let _installed = clock.install();
    let watch = Watch::begin(Manners::Ends, pulse, &clock, None);
    let (value, _) = block_on(runtime, &clock, watch, future);
    value.unwrap_or_else(|panic| {
        if let Some(hang) = panic.downcast_ref::<Hang>() {
            panic!("{hang}\n`stage::record` would tell who waits, and since when.");
        }
        panic::resume_unwind(panic)
    })
}

/// A story's value, or the panic that ended it; a [`Hang`] if it had to be given up.
pub(crate) type Caught<T> = std::thread::Result<T>;

#[track_caller]
fn uncaught<T>(recording: Recording<Caught<T>>) -> Recording<T> {
    let (value, recording) = recording.split();
    let panic = match value {
        Ok(value) => return recording.with(value),
        Err(panic) => panic,
    };
    let happened = recording.what_happened();
    if let Some(hang) = panic.downcast_ref::<Hang>() {
        panic!("{hang}\n{happened}");
    }
    eprintln!("{happened}");
    panic::resume_unwind(panic)
}

pub(crate) fn run<F: Future>(
    virtual_clock: bool,
    manners: Manners,
    narrator: Option<Narrator>,
    wakes: bool,
    story: F,
) -> Recording<Caught<F::Output>> {
    let ears = Ears::default();
    let mut builder = Builder::new_current_thread();
    let (runtime, pulse) = runtime(builder.start_paused(virtual_clock), ears.opener());
    let clock = Clock::of(&runtime, virtual_clock);
    ears.listen(&clock, narrator, wakes, |recorder| {
        let watch = Watch::begin(manners, pulse, &clock, Some(recorder));
        block_on(runtime, &clock, watch, story)
    })
}

pub(crate) fn run_on<F: Future>(
    mut executor: impl Executor,
    manners: Manners,
    narrator: Option<Narrator>,
    wakes: bool,
    story: F,
) -> Recording<Caught<F::Output>> {
    let time = executor.time();
    let start = time.now();
    let clock = Clock::Foreign(time, start);
    Ears::default().listen(&clock, narrator, wakes, |recorder| {
        let watch = Watch::begin(manners, Arc::default(), &clock, Some(recorder));
        let played = panic::catch_unwind(AssertUnwindSafe(|| executor.block_on(watch.play(story))));
        let elapsed = clock.elapsed();
        watch.over();
        // Ends what still runs, so that it is recorded as cancelled.
        drop(executor);
        (unhung(played), elapsed)
    })
}

pub(crate) fn run_on_workers<F: Future>(
    workers: usize,
    manners: Manners,
    narrator: Option<Narrator>,
    story: F,
) -> Recording<Caught<F::Output>> {
    let ears = Ears::default();
    let mut builder = Builder::new_multi_thread();
    let (runtime, pulse) = runtime(builder.worker_threads(workers), ears.opener());
    let clock = Clock::Real(Instant::now());
    ears.listen(&clock, narrator, false, |recorder| {
        let watch = Watch::begin(manners, pulse, &clock, Some(recorder));
        block_on(runtime, &clock, watch, story)
    })
}

pub(crate) fn run_blocking<T>(
    virtual_clock: bool,
    narrator: Option<Narrator>,
    story: impl FnOnce() -> T,
) -> Recording<Caught<T>> {
    let clock = if virtual_clock {
        Clock::Threads(ThreadClock::default().into())
    } else {
        Clock::Real(Instant::now())
    };
    Ears::default().listen(&clock, narrator, false, |recorder| {
        let _watch = Watch::begin(Manners::Served, Arc::default(), &clock, Some(recorder));
        let value = panic::catch_unwind(AssertUnwindSafe(story));
        (value, clock.elapsed())
    })
}

pub(crate) fn runtime(
    builder: &mut Builder,
    begin: impl Fn() + Send + Sync + 'static,
) -> (Runtime, Arc<Pulse>) {
    let pulse = Pulse::of(builder, begin);
    let runtime = builder.enable_all().build();
    (runtime.expect("the system grants a runtime"), pulse)
}

fn block_on<F: Future>(
    runtime: Runtime,
    clock: &Clock,
    watch: Watch,
    story: F,
) -> (Caught<F::Output>, Duration) {
    let played = panic::catch_unwind(AssertUnwindSafe(|| runtime.block_on(watch.play(story))));
    let elapsed = clock.elapsed();
    watch.over();
    if let Ok(Err(_)) = played {
        // Whatever blocks would keep the runtime.
        runtime.shutdown_background();
    } else {
        // Ends what still runs, so that it is recorded as cancelled.
        drop(runtime);
    }
    drop(watch);
    (unhung(played), elapsed)
}

/// A story that was given up has not ended either.
fn unhung<T>(played: Caught<Result<T, Hang>>) -> Caught<T> {
    let caught = |hang| Box::new(hang) as Box<dyn Any + Send>;
    played.and_then(|value| value.map_err(caught))
}
