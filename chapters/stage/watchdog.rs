//! Notices that a story hangs, and ends it with a sentence that names the likely cause.
//!
//! One thread looks at every story that plays. It counts its looks instead of asking a clock, so that
//! a program that a debugger holds, or a sleeping machine, is not taken for one that hangs.

use std::{
    future::poll_fn,
    io::{self, Write},
    pin::pin,
    process,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, Once, OnceLock, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::Poll,
    thread,
    time::Duration,
};

use futures::task::AtomicWaker;

use crate::{
    clock::Clock,
    hang::{Hang, Why},
    paint::say,
    pulse::Pulse,
    recorder::Recorder,
    recording::Recording,
};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// At least so long a story that is given up has left to end by itself, before the program is ended.
const LAST_WORD: Duration = Duration::from_secs(1);

/// All patience is a multiple of this: by default five seconds of real time, and otherwise as many as
/// the environment variable `STAGE_PATIENCE` says.
pub(crate) fn patience() -> Duration {
    static PATIENCE: OnceLock<Duration> = OnceLock::new();
    *PATIENCE.get_or_init(|| {
        let given = std::env::var("STAGE_PATIENCE").ok();
        let given = given.and_then(|seconds| seconds.parse().ok());
        let given = given.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        given.unwrap_or(Duration::from_secs(5))
    })
}

/// What is expected of a story.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Manners {
    /// It ends: a proof.
    Ends,
    /// It ends within so much of its own time: an exercise, with a hint for whoever wrote it.
    EndsWithin(Duration, &'static str),
    /// Nothing outside moves it; it may last.
    Alone,
    /// A signal or a socket may move it at any time.
    Served,
}

/// A story that is watched until this is dropped.
pub(crate) struct Watch(Arc<Watched>);

struct Watched {
    manners: Manners,
    pulse: Arc<Pulse>,
    clock: Clock,
    recorder: Option<Recorder>,
    /// The story's thread: in a test, the test's name.
    thread: Option<String>,
    over: AtomicBool,
    verdict: Mutex<Option<Why>>,
    waker: AtomicWaker,
    looks: Mutex<Looks>,
}

/// What was seen so far, counted in looks.
#[derive(Default)]
struct Looks {
    moves: u64,
    since_it_moved: u32,
    since_it_began: u32,
    /// Its moves when it was last woken without a reason.
    knocked: Option<u64>,
    since_the_verdict: Option<u32>,
}

static WATCHED: Mutex<Vec<Arc<Watched>>> = Mutex::new(Vec::new());
static NEW: Condvar = Condvar::new();

impl Watch {
    pub(crate) fn begin(
        manners: Manners,
        pulse: Arc<Pulse>,
        clock: &Clock,
        recorder: Option<&Recorder>,
    ) -> Self {
        static WATCHDOG: Once = Once::new();
        WATCHDOG.call_once(|| {
            let thread = thread::Builder::new().name("watchdog".into());
            // Without it, stories hang as they always did.
            let _ = thread.spawn(watch);
        });
        let watched = Arc::new(Watched {
            manners,
            pulse,
            clock: clock.clone(),
            recorder: recorder.cloned(),
            thread: thread::current().name().map(str::to_owned),
            over: AtomicBool::default(),
            verdict: Mutex::default(),
            waker: AtomicWaker::default(),
            looks: Mutex::default(),
        });
        lock(&WATCHED).push(Arc::clone(&watched));
        NEW.notify_one();
        Self(watched)
    }

    /// Plays the story to its end, unless it hangs.
    pub(crate) async fn play<F: Future>(&self, story: F) -> Result<F::Output, Hang> {
        let mut story = pin!(story);
        poll_fn(|context| {
            self.0.waker.register(context.waker());
            match self.0.verdict() {
                // Nothing outside moves it, so its clock need not wait for anything.
                Some(Why::Deadlock) if !self.0.clock.is_paused() => self.0.leap(),
                Some(why) => return Poll::Ready(Err(self.0.give_up(why))),
                None => {}
            }
            story.as_mut().poll(context).map(Ok)
        })
        .await
    }

    /// The story is over; what is watched now is how its runtime ends.
    pub(crate) fn over(&self) {
        self.0.over.store(true, Relaxed);
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&WATCHED).retain(|watched| !Arc::ptr_eq(watched, &self.0));
    }
}

fn watch() {
    loop {
        let watched = lock(&WATCHED);
        let watched = NEW.wait_while(watched, |watched| watched.is_empty());
        for story in &*watched.unwrap_or_else(PoisonError::into_inner) {
            story.look();
        }
        thread::sleep(LOOK);
    }
}

impl Watched {
    fn look(&self) {
        let moves = match &self.clock {
            // Whoever has the turn is busy until it is passed on.
            Clock::Threads(clock) => 2 * clock.passed(),
            Clock::Foreign(time, _) => time.rests(),
            _ => self.pulse.moves.load(Relaxed),
        };
        let mut looks = lock(&self.looks);
        looks.since_it_began += 1;
        looks.since_it_moved += 1;
        if moves != looks.moves {
            (looks.moves, looks.since_it_moved) = (moves, 0);
        }
        if let Some(since) = &mut looks.since_the_verdict {
            *since += 1;
            if LOOK * *since >= LAST_WORD.max(patience() / 2) {
                self.end_the_program();
            }
        } else if let Some(why) = self.why(&mut looks) {
            looks.since_the_verdict = Some(0);
            *lock(&self.verdict) = Some(why);
            self.waker.wake();
        }
    }

    fn why(&self, looks: &mut Looks) -> Option<Why> {
        let rests = looks.moves % 2 == 1;
        let real = LOOK * looks.since_it_moved;
        let paused = self.clock.is_paused();
        let still = if paused {
            patience() / 5
        } else {
            2 * patience()
        };
        let busy = match self.manners {
            _ if paused => patience(),
            Manners::Served => 6 * patience(),
            _ => 2 * patience(),
        };
        let total = LOOK * looks.since_it_began;
        let (most, limit) = match self.manners {
            Manners::Ends => (12 * patience(), Duration::MAX),
            Manners::EndsWithin(limit, _) => (2 * patience(), limit),
            Manners::Alone | Manners::Served => (Duration::MAX, Duration::MAX),
        };
        let workers = matches!(self.clock, Clock::Real(_));
        if self.over.load(Relaxed) {
            (real >= 6 * patience()).then_some(Why::NeverEnds(real))
        } else if total >= most || self.clock.elapsed() > limit {
            Some(Why::Endless(total))
        } else if workers {
            None
        } else if !rests {
            (real >= busy).then_some(Why::Busy(real))
        } else {
            let alone = paused || self.manners == Manners::Alone;
            let nobody = self.pulse.blocking.load(Relaxed) == 0;
            (alone && nobody && real >= still / 2 && self.sleeps_on(looks)).then_some(Why::Deadlock)
        }
    }

    /// A story that rests may only have been kept from the processor. One that was woken, rose, and
    /// went to rest again for as long as before has nothing to do.
    fn sleeps_on(&self, looks: &mut Looks) -> bool {
        if looks.knocked.is_some_and(|moves| moves + 2 == looks.moves) {
            return true;
        }
        looks.knocked = Some(looks.moves);
        self.waker.wake();
        false
    }

    fn verdict(&self) -> Option<Why> {
        *lock(&self.verdict)
    }

    /// A wait on the real clock is so long that it may be one for ever. On the virtual clock that
    /// is soon known.
    fn leap(&self) {
        say(&format!(
            "(nothing happens for {:?}: from here on the clock leaps, as with --virtual)",
            2 * patience()
        ));
        self.clock.pause();
        let mut looks = lock(&self.looks);
        *lock(&self.verdict) = None;
        *looks = Looks::default();
    }

    /// What the record holds stays as it is: who waits now, waits in the picture, too.
    fn give_up(&self, why: Why) -> Hang {
        let recording = self.recorder.as_ref().map(Recorder::freeze);
        self.hang(why, recording.as_ref())
    }

    fn hang(&self, why: Why, recording: Option<&Recording>) -> Hang {
        let hint = match self.manners {
            Manners::EndsWithin(_, hint) => hint,
            _ => "",
        };
        Hang::new(why, self.clock.elapsed(), recording, hint)
    }

    /// A thread that never gives way cannot be stopped but with all others.
    fn end_the_program(&self) {
        let why = self.verdict().expect("there was a verdict");
        let recording = self.recorder.as_ref().map(Recorder::freeze);
        let hang = self.hang(why, recording.as_ref());
        let happened = recording.map_or(String::new(), |recording| recording.what_happened());
        let who = self.thread.as_deref().unwrap_or("a thread without a name");
        // Tests capture what is printed, and would not live to show it.
        let _ = writeln!(
            io::stderr(),
            "\n{who}: {hang}\nIt cannot be stopped alone, so the whole program ends here.\n{happened}"
        );
        process::exit(101);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
