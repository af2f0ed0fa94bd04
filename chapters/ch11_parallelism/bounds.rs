//! The least time that each way needs, the law of what more threads bring, and what it says backwards.

use std::time::Duration;

/// What a job does for its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Nothing: somebody else is at work, or nobody.
    Waiting,
    /// It needs a core.
    Computing,
}

/// How many jobs are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// One after the other.
    InTurn,
    /// An operating-system thread for each.
    Threads,
    /// A process for each.
    Processes,
    /// A task for each, all of them on one thread.
    TasksOnOneThread,
    /// A task for each, on a worker thread for each core.
    TasksOnAllCores,
}

/// The least time in which so many jobs of this length can be done on so many cores.
///
/// What starting, switching and sharing cost comes on top.
///
/// # Panics
///
/// If there are no cores, or the sum of all jobs is longer than a [`Duration`] can be.
#[must_use]
pub fn least(way: Way, work: Work, jobs: u32, each: Duration, cores: u32) -> Duration {
    match (way, work) {
        _ if jobs == 0 => Duration::ZERO,
        (Way::InTurn, _) | (Way::TasksOnOneThread, Work::Computing) => each * jobs,
        (_, Work::Waiting) => each,
        (_, Work::Computing) => each * jobs / cores.min(jobs),
    }
}

/// How many times as fast work is on so many `hands`, if this share of it cannot be divided: Amdahl's
/// law. `share` is between 0 and 1, and more than 0 if `hands` is infinite.
#[must_use]
pub fn speed_up(share: f64, hands: f64) -> f64 {
    1.0 / (share + (1.0 - share) / hands)
}

/// The law backwards: the share that cannot be divided, if `hands` (more than 1) made the work so
/// many times as fast. It holds everything that grew, or stayed, as hands were added.
#[must_use]
pub fn undivided(speed_up: f64, hands: f64) -> f64 {
    (1.0 / speed_up - 1.0 / hands) / (1.0 - 1.0 / hands)
}
