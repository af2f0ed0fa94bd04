//! The measuring.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
    task::JoinSet,
    time::sleep,
};

use super::{Engine, Line, NOW, StoreKind, Workload, process};
use crate::{
    model::GroupId,
    platform::Polite,
    policy::Policy,
    scan::{Report, Scan, ScanError, ThreadsError, bounded, gather, sequential, threads},
    store::{BlockingStore, Store, StoreError, digest},
};

/// What an engine did, and what it needed.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured {
    /// What it needed.
    pub cost: Cost,
    /// Calls made.
    pub calls: u64,
    /// Most calls under way at one moment.
    pub peak_in_flight: usize,
    /// What the store says afterwards.
    pub state_digest: u64,
}

/// Time, threads and memory.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// From the start of the runtime to the report.
    pub elapsed: Duration,
    /// The least it could be.
    pub ideal: Duration,
    /// Most threads at one moment; `None` where the system cannot tell.
    pub peak_threads: Option<usize>,
    /// Most memory of this process in MiB; `None` where the system cannot tell.
    pub peak_rss_mib: Option<f64>,
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The engine could not begin.
    #[error(transparent)]
    Threads(#[from] ThreadsError),
    /// A group was not scanned to the end.
    #[error("group {0}: {1}")]
    Group(GroupId, ScanError),
    /// There is no place for a store.
    #[error("cannot make a folder for a store: {0}")]
    Folder(#[from] std::io::Error),
}

impl Workload {
    /// Scans once, in this process.
    ///
    /// # Errors
    ///
    /// If there cannot be as many threads, or a store on disk fails.
    ///
    /// # Panics
    ///
    /// If the system grants no runtime, or if no group at all may be at work.
    pub fn measure(&self, engine: Engine) -> Result<Measured, MeasureError> {
        match self.store {
            StoreKind::Memory => {
                let store = Arc::new(self.memory());
                self.measure_with(engine, &*store, Arc::clone(&store))
            }
            #[cfg(feature = "sqlite")]
            StoreKind::Sqlite => {
                use crate::store::{OffThread, Sqlite};

                let folder = tempfile::tempdir()?;
                let store = Arc::new(Sqlite::open(&folder.path().join("compare.sqlite"))?);
                self.fill(&*store)?;
                let off_thread = Arc::new(OffThread::new(Arc::clone(&store)));
                self.measure_with(engine, &*store, off_thread)
            }
        }
    }

    /// The same store twice: as threads see it that wait, and as tasks do.
    fn measure_with<B: BlockingStore, S: Store>(
        &self,
        engine: Engine,
        blocking: &B,
        store: Arc<S>,
    ) -> Result<Measured, MeasureError> {
        let line = Arc::new(Line::new(self.latency));
        let policy = Policy {
            groups_in_flight: self.max_in_flight,
            calls_per_second: self.rate,
            ..Policy::default()
        };
        let (cost, report) = match engine {
            Engine::Sequential => {
                self.cost_of(engine, || Ok(sequential(&*line, blocking, NOW, &policy)?))
            }
            Engine::Threads => self.cost_of(engine, || {
                let most = self.max_in_flight;
                Ok(threads(&*line, blocking, NOW, &policy, most)?)
            }),
            Engine::Gather => self.cost_of(engine, || {
                let platform = Arc::clone(&line);
                on_runtime(&line, async move {
                    let groups = store.groups().await?;
                    let scan = scan(platform, store, policy);
                    Ok(gather(groups, scan).await)
                })
            }),
            Engine::Bounded => self.cost_of(engine, || {
                let (caller, most) = (Arc::clone(&line), self.max_in_flight);
                on_runtime(&line, async move {
                    let groups = store.groups().await?;
                    let (_never, stop) = watch::channel(false);
                    let scan = scan(Polite::new(caller, &policy), store, policy);
                    Ok(bounded(groups, scan, most, stop).await)
                })
            }),
        }?;
        if let Some((group, Err(error))) = report.0.into_iter().find(|(_, it)| it.is_err()) {
            return Err(MeasureError::Group(group, error));
        }
        Ok(Measured {
            cost,
            calls: line.calls(),
            peak_in_flight: line.peak_in_flight(),
            state_digest: digest(blocking)?,
        })
    }

    /// The naive program: a task for each group that only sleeps as long as the group would
    /// wait. It shows what the runtime itself needs for that many tasks and timers, without
    /// members, store or platform.
    ///
    /// # Panics
    ///
    /// If the system grants no runtime.
    #[must_use]
    pub fn naive(&self) -> Cost {
        let (groups, waits) = (self.groups, self.waits());
        let sleepers = || {
            let all = async move {
                let mut tasks = JoinSet::new();
                for _ in 0..groups {
                    let waits = waits.clone();
                    tasks.spawn(async {
                        for wait in waits {
                            sleep(wait).await;
                        }
                    });
                }
                tasks.join_all().await;
            };
            let runtime = runtime();
            let slept = runtime.block_on(runtime.spawn(all));
            slept.expect("sleepers do not panic");
            Ok(())
        };
        let (cost, ()) = self
            .cost_of(Engine::Gather, sleepers)
            .expect("nothing fails");
        cost
    }

    fn cost_of<T>(
        &self,
        engine: Engine,
        work: impl FnOnce() -> Result<T, MeasureError>,
    ) -> Result<(Cost, T), MeasureError> {
        let watch = process::ThreadWatch::start();
        let start = Instant::now();
        let result = work();
        let elapsed = start.elapsed();
        let peak_threads = watch.stop();
        let cost = Cost {
            elapsed,
            ideal: self.ideal(engine),
            peak_threads,
            peak_rss_mib: process::peak_rss_mib(),
        };
        Ok((cost, result?))
    }

    /// A thousand groups a transaction: not so many that all have to be in memory.
    #[cfg(feature = "sqlite")]
    fn fill(&self, store: &impl BlockingStore) -> Result<(), StoreError> {
        let mut groups = self
            .rosters()
            .map(|(group, roster)| (group, roster.iter().cloned().collect()))
            .peekable();
        while groups.peek().is_some() {
            let saves: Vec<_> = groups.by_ref().take(1000).collect();
            store.save_all(&saves)?;
        }
        Ok(())
    }
}

fn scan<P, S>(platform: P, store: Arc<S>, policy: Policy) -> Arc<Scan<P, S>> {
    Arc::new(Scan {
        platform,
        store,
        at: NOW,
        policy,
        stop: None,
    })
}

/// Runs a scan as a task, on a worker thread: spawning from there is cheaper than from outside.
fn on_runtime(
    line: &Line,
    scan: impl Future<Output = Result<Report, MeasureError>> + Send + 'static,
) -> Result<Report, MeasureError> {
    let runtime = runtime();
    thread::scope(|scope| {
        scope.spawn(|| line.read());
        let report = runtime.block_on(runtime.spawn(scan));
        line.hang_up();
        report.expect("a scan catches its panics")
    })
}

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .enable_time()
        .build()
        .expect("the system grants a runtime")
}
