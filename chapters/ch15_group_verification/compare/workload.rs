//! What is to be scanned, and the least time that it can take.

use std::{iter, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use super::Engine;
use crate::{
    model::{Code, GroupId, Member, Status, Steps, Timestamp, UserId},
    policy::Policy,
    roster::Roster,
    store::Memory,
};

/// The moment of the scan; any will do.
pub const NOW: Timestamp = Timestamp(1_750_000_000_000);

/// What is to be scanned, and under which limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workload {
    /// How many groups.
    pub groups: usize,
    /// Pending members of each.
    pub members: usize,
    /// How many of these have used up their warnings: no more than there are.
    pub kicks: usize,
    /// How long each call takes.
    pub latency: Duration,
    /// Which members those are, and how many warnings the others have.
    pub seed: u64,
    /// For `bounded`: groups at work at the same time. For `threads`: threads.
    pub max_in_flight: usize,
    /// For `bounded`: calls a second over all groups.
    pub rate: Option<u32>,
    /// Where the members are kept.
    pub store: StoreKind,
}

/// Where members are kept while engines are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreKind {
    /// In memory.
    Memory,
    /// In a `SQLite` database, in a folder for temporary files.
    #[cfg(feature = "sqlite")]
    Sqlite,
}

impl StoreKind {
    /// As in flags and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            #[cfg(feature = "sqlite")]
            Self::Sqlite => "sqlite",
        }
    }

    /// The kind with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "memory" => Some(Self::Memory),
            #[cfg(feature = "sqlite")]
            "sqlite" => Some(Self::Sqlite),
            _ => None,
        }
    }
}

impl Default for Workload {
    fn default() -> Self {
        Self {
            groups: 50,
            members: 5,
            kicks: 1,
            latency: Duration::from_millis(10),
            seed: 1,
            max_in_flight: 1000,
            rate: None,
            store: StoreKind::Memory,
        }
    }
}

impl Workload {
    /// What the store holds before the scan.
    pub fn rosters(&self) -> impl Iterator<Item = (GroupId, Roster)> {
        let mut random = StdRng::seed_from_u64(self.seed);
        let policy = Policy::default();
        (1..=self.groups as u64).map(move |group| {
            let first_kick = random.random_range(0..=self.members - self.kicks);
            let members = (0..self.members).map(|index| Member {
                user: UserId(group * 10_000 + index as u64),
                status: Status::Pending,
                stay: 1,
                code: Code::from_random_bytes(random.random()),
                joined: YESTERDAY,
                as_of: YESTERDAY,
                warnings: if (first_kick..first_kick + self.kicks).contains(&index) {
                    policy.warnings
                } else {
                    random.random_range(0..policy.warnings)
                },
                // Long enough ago for the next warning.
                told: Some(YESTERDAY),
                greeting: None,
                stale: Box::default(),
                owed: Steps::default(),
            });
            (GroupId(group), members.collect())
        })
    }

    /// The same in memory.
    #[must_use]
    pub fn memory(&self) -> Memory {
        self.rosters().collect()
    }

    /// The least time in which this engine can keep its promise.
    ///
    /// Known are the latency, the pauses between kicks, and every cap: a thread, and a place of
    /// `bounded`, is with one group at a time, and calls at a rate of r, never two at once, begin
    /// at least 1 / r apart.
    #[must_use]
    pub fn ideal(&self, engine: Engine) -> Duration {
        if self.groups * self.calls_per_group() == 0 {
            return Duration::ZERO;
        }
        let most = self.groups.div_ceil(self.max_in_flight.max(1));
        match (engine, self.rate) {
            (Engine::Sequential, _) => self.in_turn(self.groups, Duration::ZERO),
            (Engine::Gather, _) => self.in_turn(1, Duration::ZERO),
            (Engine::Threads, _) | (Engine::Bounded, None) => self.in_turn(most, Duration::ZERO),
            (Engine::Bounded, Some(rate)) => {
                let gap = Duration::from_secs(1) / rate;
                self.in_turn(most, gap).max(self.at_rate(rate))
            }
        }
    }

    /// The least time for so many groups one after the other, if calls begin at least `gap`
    /// apart.
    fn in_turn(&self, groups: usize, gap: Duration) -> Duration {
        let calls = self.calls_per_group();
        let one: Duration = (1..calls).map(|call| self.next_begins(call).max(gap)).sum();
        let from_group_to_group = self.latency.max(gap);
        times(one, groups) + times(from_group_to_group, groups - 1) + self.latency
    }

    /// The least time for all groups at this rate.
    ///
    /// When the last group makes its k-th call, k calls of each group have begun, and the rest of
    /// its own chain is still to come; whichever k is the worst.
    fn at_rate(&self, rate: u32) -> Duration {
        let gap = Duration::from_secs(1) / rate;
        let mut rest = self.latency;
        let mut least = Duration::ZERO;
        for call in (1..=self.calls_per_group()).rev() {
            let before = (call * self.groups - 1) as u64;
            least = least.max(Duration::from_secs(before) / rate + rest);
            rest += self.next_begins(call - 1).max(gap);
        }
        least
    }

    /// How long after the n-th call of a group the next can begin.
    fn next_begins(&self, call: usize) -> Duration {
        let first_kick = self.calls_per_group() - self.kicks + 1;
        let pause = Policy::default().kick_gap;
        self.latency
            + if call >= first_kick {
                pause
            } else {
                Duration::ZERO
            }
    }

    /// What one group waits for, one after the other, if nothing comes in between: its calls, and
    /// pauses between kicks.
    pub(super) fn waits(&self) -> impl Iterator<Item = Duration> + Clone + use<> {
        let pauses = self.kicks.saturating_sub(1);
        let calls = iter::repeat_n(self.latency, self.calls_per_group());
        calls.chain(iter::repeat_n(Policy::default().kick_gap, pauses))
    }

    /// Calls in one group, one after the other.
    fn calls_per_group(&self) -> usize {
        let warned = self.members - self.kicks;
        let notice = usize::from(self.members > 0);
        let warning = usize::from(warned > 0);
        let announcement = usize::from(self.kicks > 0);
        notice + warned + warning + announcement + self.kicks
    }
}

const YESTERDAY: Timestamp = Timestamp(NOW.0 - 24 * 60 * 60 * 1000);

fn times(duration: Duration, factor: usize) -> Duration {
    duration.saturating_mul(u32::try_from(factor).unwrap_or(u32::MAX))
}
