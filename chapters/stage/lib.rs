//! What every example plays on: a runtime, a narrator, a timeline and a virtual clock.
//!
//! - To play: this file (the stories of examples), `performance` (runs one), `both` (on both kinds of
//!   runtime), `executor` (on one that is not Tokio's), `clock` (the time it has), `options` (the flags).
//! - To listen: `instrument` (a lane for a future), `ears` (hear every thread), `panics` (and what a
//!   panic says), `recorder` (writes it down), `narration` (prints it meanwhile).
//! - What happened: `recording` (the data), `questions` (what proofs ask of it).
//! - To draw it: `timeline`, `svg`, `trace`; `axis`, `label` and `paint` are their tools.
//! - If it hangs: `watchdog` (gives it up), `pulse` (what it looks at), `hang` (what it says).
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

mod axis;
mod both;
mod clock;
mod ears;
mod executor;
mod hang;
mod instrument;
mod label;
mod narration;
mod options;
mod paint;
mod panics;
mod performance;
mod pulse;
mod questions;
mod recorder;
mod recording;
mod svg;
mod timeline;
mod trace;
mod watchdog;

use std::{
    panic::{self, AssertUnwindSafe},
    path::Path,
    process,
};

pub use both::on_both_runtimes;
pub use clock::{block_for, on_threads, try_on_threads};
pub use ears::heard_by;
pub use executor::{Executor, Time};
pub use instrument::{Instrument, OnLane};
pub use performance::{
    record, record_blocking, record_on, record_on_workers, record_wakes, record_within,
    virtual_time,
};
pub use recording::{Lane, Narrated, Outcome, Recording, Run, Woken, ms};

use hang::Hang;
use narration::Narrator;
use options::Options;
use paint::{Paint, say};
use performance::{Caught, run, run_blocking, run_on, run_on_workers};
use watchdog::Manners;

/// Plays one story on a current-thread runtime, obeying the flags of the command line.
///
/// Nothing outside the program may be needed to move the story on (that is what [`acts`] are for): on
/// the real clock, once nothing has happened for ten seconds, its clock leaps from timer to timer, as
/// the virtual one does.
///
/// Ends the program with exit code 2 if a flag is not understood, with 1 if a file that was asked for
/// cannot be written, and with 101 if the story never gives way and cannot be interrupted.
///
/// # Panics
///
/// If the story panics or hangs (see [`record`]), after its timeline was drawn; or if the system
/// grants no runtime.
pub fn play<F: Future>(title: &str, story: F) -> F::Output {
    on_stage(Manners::Alone, |stage| stage.play(title, story))
}

/// Plays several stories, one after the other, as the acts of one example.
///
/// Pictures and traces that were asked for hold all acts and are written at the end, also when a
/// story panics. Flags and exit codes are those of [`play`]. On the real clock a story may wait for
/// ever, say for a signal; one that computes for thirty seconds without giving way is given up.
///
/// # Panics
///
/// If the script panics, with its panic.
pub fn acts<T>(script: impl FnOnce(&mut Stage) -> T) -> T {
    on_stage(Manners::Served, script)
}

fn on_stage<T>(manners: Manners, script: impl FnOnce(&mut Stage) -> T) -> T {
    let stage = Stage {
        options: Options::from_env(),
        manners,
        wakes: false,
        paint: Paint::for_stdout(),
        acts: Vec::new(),
    };
    panics::narrate_panics();
    stage.follow(script)
}

/// Where the acts of an example are played; [`acts`] provides it.
pub struct Stage {
    options: Options,
    manners: Manners,
    wakes: bool,
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

    /// Draws wake-ups, too, in the acts that follow on one thread: who called whose waker.
    pub fn show_wakes(&mut self) {
        self.wakes = true;
    }

    /// Plays a story on a current-thread runtime.
    ///
    /// # Panics
    ///
    /// As [`play`] does.
    pub fn play<F: Future>(&mut self, title: &str, story: F) -> F::Output {
        let (virtual_clock, manners) = (self.options.virtual_clock, self.manners);
        let wakes = self.wakes;
        self.perform(title, |narrator| {
            run(virtual_clock, manners, narrator, wakes, story)
        })
    }

    /// Plays a story on an executor of one's own. `build` is told whether its time should be virtual.
    ///
    /// # Panics
    ///
    /// As [`play`] does.
    pub fn play_on<E: Executor, F: Future>(
        &mut self,
        title: &str,
        build: impl FnOnce(bool) -> E,
        story: F,
    ) -> F::Output {
        let executor = build(self.options.virtual_clock);
        let (manners, wakes) = (self.manners, self.wakes);
        self.perform(title, |narrator| {
            run_on(executor, manners, narrator, wakes, story)
        })
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
        let manners = self.manners;
        Some(self.perform(title, |narrator| {
            run_on_workers(workers, manners, narrator, story)
        }))
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
        let (value, recording) = story(Some(Narrator::new(self.paint))).split();
        if self.options.timeline {
            let longest = self.acts.iter().map(|(_, act)| act.elapsed).max();
            let scale = axis::scale(recording.elapsed, longest.unwrap_or_default());
            say("");
            say(&timeline::draw(
                &recording,
                scale,
                self.options.width,
                self.paint,
            ));
        }
        self.acts.push((title.to_owned(), recording));
        value.unwrap_or_else(|panic| {
            if let Some(hang) = panic.downcast_ref::<Hang>() {
                panic!("{hang}");
            }
            panic::resume_unwind(panic)
        })
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

#[cfg(test)]
mod tests {
    use std::{env, future::pending, process::Command, time::Duration};

    use tracing::{info, info_span};

    use super::*;

    fn stage(options: Options) -> Stage {
        Stage {
            options,
            manners: Manners::Alone,
            wakes: false,
            paint: Paint::default(),
            acts: Vec::new(),
        }
    }

    #[test]
    fn the_picture_of_a_story_that_panics_is_written() {
        let path = env::temp_dir().join(format!("panics-{}.svg", process::id()));
        let options = Options {
            virtual_clock: true,
            svg: Some(path.clone()),
            ..Options::default()
        };
        let story = async {
            async { panic!("burnt") }
                .instrument(info_span!("toast"))
                .await
        };
        let told = panic::catch_unwind(AssertUnwindSafe(|| {
            stage(options).follow(|stage| stage.play("Toast", story));
        }));
        assert!(told.is_err());
        let picture = std::fs::read_to_string(&path).expect("the picture is written");
        let _ = std::fs::remove_file(path);
        assert!(picture.contains(">toast<"), "{picture}");
    }

    #[test]
    #[ignore = "waits for an hour, and then for ever"]
    fn a_wait_on_the_real_clock() {
        let wait = async {
            tokio::time::sleep(Duration::from_hours(1)).await;
            info!("awake");
            block_for(Duration::from_hours(1));
            pending::<()>().await;
        };
        let story = async { wait.instrument(info_span!("waiter")).await };
        stage(Options::default()).follow(|stage| stage.play("Wait", story));
    }

    /// The real clock leaps where everybody waits for long, so that a deadlock shows.
    #[test]
    fn nobody_has_to_wait_for_an_hour() {
        let mut tests = Command::new(env::current_exe().unwrap());
        tests.args([
            "tests::a_wait_on_the_real_clock",
            "--ignored",
            "--nocapture",
        ]);
        let output = tests.env("STAGE_PATIENCE", "0.1").output().unwrap();
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        for words in [
            "(nothing happens for 200ms: from here on the clock leaps",
            "[3600.",
            "waiter      awake",
            "took 2 h 00 min",
            "a deadlock at 2 h 00 min",
            "'waiter' waits since 2 h 00 min",
        ] {
            assert!(told.contains(words), "{words}\n{told}");
        }
    }
}
