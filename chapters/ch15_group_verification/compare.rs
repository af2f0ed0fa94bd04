//! One scan of the same groups by each engine, measured on the real clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{runtime::Builder, sync::watch};

use super::{
    model::{Code, GroupId, Member, Roster, Status, Steps, Timestamp, UserId},
    policy::Policy,
    scan::{Polite, Report, bounded, gather, sequential, threads},
    sim::Line,
    store::{Memory, StoreError, digest},
};

/// The moment of the scan; any will do.
pub(crate) const NOW: Timestamp = Timestamp(1_750_000_000_000);

/// A way to scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// [`sequential`]
    Sequential,
    /// [`threads`]
    Threads,
    /// [`gather`]
    Gather,
    /// [`bounded`]
    Bounded,
}

impl Engine {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Sequential, Self::Threads, Self::Gather, Self::Bounded];

    /// As in flags and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sequential => "sequential",
            Self::Threads => "threads",
            Self::Gather => "gather",
            Self::Bounded => "bounded",
        }
    }

    /// The engine with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|engine| engine.name() == name)
    }
}

/// What is to be scanned, and under which limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// How many groups.
    pub groups: usize,
    /// Pending members of each.
    pub members: usize,
    /// How many of these have used up their warnings.
    pub kicks: usize,
    /// How long each call takes.
    pub latency: Duration,
    /// Which members those are, and how many warnings the others have.
    pub seed: u64,
    /// For `bounded`: groups at work at the same time. For `threads`: threads.
    pub max_in_flight: usize,
    /// For `bounded`: calls a second over all groups.
    pub rate: Option<u32>,
}

/// What one engine needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// From the first call to the report.
    pub elapsed: Duration,
    /// The least it could need by its own promise.
    pub ideal: Duration,
    /// Calls made.
    pub calls: u64,
    /// Most calls under way at one moment.
    pub peak_in_flight: usize,
    /// Most threads at one moment; `None` where the system cannot tell.
    pub peak_threads: Option<usize>,
    /// Most memory of this process in MiB; `None` where the system cannot tell.
    pub peak_rss_mib: Option<f64>,
    /// What the store says afterwards.
    pub state_digest: u64,
}

impl Task {
    /// What the store holds before the scan.
    #[must_use]
    pub fn store(&self) -> Memory {
        let mut random = StdRng::seed_from_u64(self.seed);
        let policy = Policy::default();
        let groups = (1..=self.groups as u64).map(|group| {
            let first_kick = random.random_range(0..=self.members - self.kicks);
            let members = (0..self.members).map(|index| Member {
                user: UserId(group * 10_000 + index as u64),
                status: Status::Pending,
                code: Code::from_random_bytes(random.random()),
                joined: Timestamp(NOW.0 - 86_400_000),
                warnings: if (first_kick..first_kick + self.kicks).contains(&index) {
                    policy.warnings
                } else {
                    random.random_range(0..policy.warnings)
                },
                warned: None,
                greeting: None,
                owed: Steps::default(),
            });
            (GroupId(group), members.collect::<Roster>())
        });
        groups.collect()
    }

    /// Calls in one group, one after the other.
    fn calls_per_group(&self) -> usize {
        let warned = self.members - self.kicks;
        let warning = usize::from(warned > 0);
        let announcement = usize::from(self.kicks > 0);
        1 + warned + warning + announcement + self.kicks
    }

    /// How long one group takes if nothing comes in between.
    fn chain(&self) -> Duration {
        let pauses = u32::try_from(self.kicks.saturating_sub(1)).unwrap_or(u32::MAX);
        times(self.latency, self.calls_per_group()) + Policy::default().kick_gap * pauses
    }

    /// The least time in which this engine can keep its promise.
    #[must_use]
    pub fn ideal(&self, engine: Engine) -> Duration {
        let all = times(self.chain(), self.groups);
        match engine {
            Engine::Sequential => all,
            Engine::Threads | Engine::Gather => self.chain(),
            Engine::Bounded => {
                let calls = (self.groups * self.calls_per_group()) as f64;
                let paced = self.rate.map_or(0.0, |rate| calls / f64::from(rate));
                self.chain()
                    .max(all.div_f64(self.max_in_flight as f64))
                    .max(Duration::from_secs_f64(paced))
            }
        }
    }

    /// Scans once, in this process.
    ///
    /// # Errors
    ///
    /// If the store fails, which the one in memory does not.
    ///
    /// # Panics
    ///
    /// If the system grants no runtime or no thread.
    pub fn measure(&self, engine: Engine) -> Result<Measured, StoreError> {
        let store = Arc::new(self.store());
        let line = Arc::new(Line::new(self.latency));
        let policy = Arc::new(Policy {
            groups_in_flight: self.max_in_flight,
            calls_per_second: self.rate,
            ..Policy::default()
        });
        let watch = ThreadWatch::start();
        let (elapsed, report) = match engine {
            Engine::Sequential => timed(|| sequential(&*line, &*store, NOW, &policy)),
            Engine::Threads => timed(|| threads(&*line, &*store, NOW, &policy, self.max_in_flight)),
            Engine::Gather => timed(|| {
                let scan = gather(Arc::clone(&line), Arc::clone(&store), NOW, policy);
                on_runtime(&line, scan)
            }),
            Engine::Bounded => timed(|| {
                let (_never, stop) = watch::channel(false);
                let (caller, store, seed) = (Arc::clone(&line), Arc::clone(&store), self.seed);
                on_runtime(&line, async move {
                    let polite = Polite::new(caller, &policy, seed).into();
                    bounded(polite, store, NOW, policy, stop).await
                })
            }),
        };
        report?;
        Ok(Measured {
            elapsed,
            ideal: self.ideal(engine),
            calls: line.calls(),
            peak_in_flight: line.peak_in_flight(),
            peak_threads: watch.stop(),
            peak_rss_mib: own_status("VmHWM:").map(|kib| kib as f64 / 1024.0),
            state_digest: digest(&*store)?,
        })
    }
}

fn times(duration: Duration, factor: usize) -> Duration {
    duration.saturating_mul(u32::try_from(factor).unwrap_or(u32::MAX))
}

fn timed(
    scan: impl FnOnce() -> Result<Report, StoreError>,
) -> (Duration, Result<Report, StoreError>) {
    let start = Instant::now();
    let report = scan();
    (start.elapsed(), report)
}

/// Runs a scan and its platform as two tasks, so that both are on worker threads: spawning from
/// there is cheaper than from outside.
fn on_runtime<T: Send + 'static>(
    line: &Arc<Line>,
    scan: impl Future<Output = T> + Send + 'static,
) -> T {
    let runtime = Builder::new_multi_thread()
        .enable_time()
        .build()
        .expect("the system grants a runtime");
    let line = Arc::clone(line);
    // Ends with the runtime.
    runtime.spawn(async move { line.deliver().await });
    runtime
        .block_on(runtime.spawn(scan))
        .expect("a scan catches its panics")
}

/// Looks every few milliseconds how many threads there are.
struct ThreadWatch {
    over: Arc<AtomicBool>,
    peak: Arc<AtomicUsize>,
    watcher: thread::JoinHandle<()>,
}

impl ThreadWatch {
    fn start() -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let peak = Arc::new(AtomicUsize::new(0));
        let watcher = thread::spawn({
            let (over, peak) = (Arc::clone(&over), Arc::clone(&peak));
            move || {
                while !over.load(Relaxed) {
                    // Itself it does not count.
                    let others = own_status("Threads:").unwrap_or(0).saturating_sub(1);
                    peak.fetch_max(others, Relaxed);
                    thread::sleep(Duration::from_millis(5));
                }
            }
        });
        Self {
            over,
            peak,
            watcher,
        }
    }

    fn stop(self) -> Option<usize> {
        self.over.store(true, Relaxed);
        self.watcher.join().expect("the watcher does not panic");
        let peak = self.peak.load(Relaxed);
        (peak > 0).then_some(peak)
    }
}

/// A number from what Linux tells about this process.
fn own_status(name: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
