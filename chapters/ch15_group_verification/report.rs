//! What there is to tell at the end: who stands where, as a table or as JSON.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use serde_json::{Value, json};

use super::{
    compare::{Engine, Measured, Task},
    model::{GroupId, Roster, Status, Timestamp, UserId},
    sim::{Counts, EPOCH},
    store::{BlockingStore, StoreError},
};

/// How many members stand where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing(BTreeMap<Status, u64>);

impl Standing {
    /// Counts all members of these groups.
    #[must_use]
    pub fn of<'a>(rosters: impl IntoIterator<Item = &'a Roster>) -> Self {
        let mut standing = Self::default();
        for member in rosters.into_iter().flat_map(Roster::iter) {
            *standing.0.entry(member.status).or_default() += 1;
        }
        standing
    }

    /// Members with this status.
    #[must_use]
    pub fn count(&self, status: Status) -> u64 {
        self.0.get(&status).copied().unwrap_or_default()
    }

    /// All members.
    #[must_use]
    pub fn joined(&self) -> u64 {
        self.0.values().sum()
    }

    /// One line for each status.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = format!("{:<20}{:>8}\n", "joined", self.joined());
        for status in Status::ALL {
            let name = status.name().replace('_', " ");
            let _ = writeln!(table, "  {name:<18}{:>8}", self.count(status));
        }
        table
    }

    fn add_to(&self, json: &mut Value) {
        json["joined"] = self.joined().into();
        for status in Status::ALL {
            json[status.name()] = self.count(status).into();
        }
    }
}

/// Everything a store holds.
///
/// # Errors
///
/// If the store cannot be read.
pub fn rosters(store: &dyn BlockingStore) -> Result<BTreeMap<GroupId, Roster>, StoreError> {
    let groups = store.groups()?.into_iter();
    groups
        .map(|group| Ok((group, store.load(group)?)))
        .collect()
}

/// A simulation in figures.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What it was drawn from.
    pub seed: u64,
    /// How many groups.
    pub groups: u32,
    /// Who stands where.
    pub standing: Standing,
    /// What the platform counted.
    pub counts: Counts,
    /// How long it was by its own clock.
    pub simulated: Duration,
    /// How long it was by ours.
    pub wall: Duration,
    /// The hash of everything that happened.
    pub transcript_digest: u64,
}

impl Summary {
    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut json = json!({
            "seed": self.seed,
            "groups": self.groups,
            "warnings_delivered": self.counts.warnings_delivered,
            "calls": self.counts.calls,
            "call_errors": self.counts.errors,
            "simulated_s": self.simulated.as_secs_f64(),
            "wall_s": self.wall.as_secs_f64(),
            "transcript_digest": format!("{:016x}", self.transcript_digest),
        });
        self.standing.add_to(&mut json);
        json
    }

    /// For people. The time it really took is left out, so that equal runs print the same.
    #[must_use]
    pub fn table(&self) -> String {
        format!(
            "{}{:<20}{:>8}\n{:<20}{:>8}\n{:<20}{:>8}\ntranscript  {:016x}",
            self.standing.table(),
            "warnings delivered",
            self.counts.warnings_delivered,
            "calls",
            self.counts.calls,
            "  that failed",
            self.counts.errors,
            self.transcript_digest,
        )
    }
}

/// The story of each person who was watched, a line for each thing that happened.
#[must_use]
pub fn story(moments: &[(Timestamp, UserId, String)], who: &[(UserId, String)]) -> String {
    let mut story = String::new();
    for (user, kind) in who {
        let _ = writeln!(story, "Person {user} {kind}:");
        for (at, _, words) in moments.iter().filter(|(_, other, _)| other == user) {
            let _ = writeln!(story, "  {}  {words}", day_and_time(*at));
        }
    }
    story
}

/// `day 2 14:03:21`
#[must_use]
pub fn day_and_time(at: Timestamp) -> String {
    let seconds = at.since(EPOCH).as_secs();
    let (day, hour) = (seconds / 86_400 + 1, seconds / 3600 % 24);
    format!(
        "day {day} {hour:02}:{:02}:{:02}",
        seconds / 60 % 60,
        seconds % 60
    )
}

/// Who stands where, group by group, as JSON.
#[must_use]
pub fn groups_json(rosters: &BTreeMap<GroupId, Roster>) -> Value {
    let groups = rosters.iter().map(|(group, roster)| {
        let members = roster.iter().map(|member| {
            json!({
                "user": member.user.0,
                "status": member.status.name(),
                "warnings": member.warnings,
                "joined_ms": member.joined.0,
                "warned_ms": member.warned.map(|at| at.0),
            })
        });
        let mut json = json!({ "group": group.0, "members": members.collect::<Vec<_>>() });
        Standing::of([roster]).add_to(&mut json);
        json
    });
    json!({ "groups": groups.collect::<Vec<_>>() })
}

/// Who stands where in one group, a line for each member.
#[must_use]
pub fn group_table(group: GroupId, roster: &Roster) -> String {
    let mut table = format!("group {group}\n");
    for member in roster.iter() {
        let _ = writeln!(
            table,
            "  {:<12}{:<18}{} warned",
            member.user,
            member.status.name().replace('_', " "),
            member.warnings
        );
    }
    table
}

/// What `engine` needed, as JSON.
#[must_use]
pub fn measured_json(engine: Engine, measured: &Measured) -> Value {
    let (elapsed, ideal) = (measured.elapsed.as_secs_f64(), measured.ideal.as_secs_f64());
    json!({
        "engine": engine.name(),
        "elapsed_s": elapsed,
        "ideal_s": ideal,
        "ratio": elapsed / ideal,
        "calls": measured.calls,
        "peak_in_flight": measured.peak_in_flight,
        "peak_threads": measured.peak_threads,
        "peak_rss_mib": measured.peak_rss_mib,
        "state_digest": format!("{:016x}", measured.state_digest),
    })
}

/// All engines side by side, as JSON; `engines` are of [`measured_json`].
#[must_use]
pub fn comparison_json(task: &Task, engines: &[Value]) -> Value {
    json!({
        "groups": task.groups,
        "members": task.members,
        "latency_ms": task.latency.as_secs_f64() * 1e3,
        "engines": engines,
    })
}

/// All engines side by side, as a table with bars.
#[must_use]
pub fn comparison_table(engines: &[Value]) -> String {
    const BAR: f64 = 30.0;
    let number = |engine: &Value, name: &str| engine[name].as_f64();
    let longest = engines
        .iter()
        .filter_map(|engine| number(engine, "elapsed_s"))
        .fold(f64::EPSILON, f64::max);
    let mut table = format!(
        "{:<11}{:>10}{:>10}{:>7}{:>9}{:>11}{:>9}{:>9}\n",
        "engine", "elapsed", "ideal", "ratio", "calls", "in flight", "threads", "memory"
    );
    for engine in engines {
        let known = |name, unit: &str| {
            number(engine, name).map_or("?".into(), |value| format!("{value:.0}{unit}"))
        };
        let seconds = |name| format!("{:.3} s", number(engine, name).unwrap_or_default());
        let _ = writeln!(
            table,
            "{:<11}{:>10}{:>10}{:>7.2}{:>9}{:>11}{:>9}{:>9}",
            engine["engine"].as_str().unwrap_or("?"),
            seconds("elapsed_s"),
            seconds("ideal_s"),
            number(engine, "ratio").unwrap_or_default(),
            known("calls", ""),
            known("peak_in_flight", ""),
            known("peak_threads", ""),
            known("peak_rss_mib", " MiB"),
        );
    }
    table.push('\n');
    for engine in engines {
        let elapsed = number(engine, "elapsed_s").unwrap_or_default();
        // At most BAR, and never negative.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bar = "█".repeat(((elapsed / longest * BAR).round() as usize).max(1));
        let name = engine["engine"].as_str().unwrap_or("?");
        let _ = writeln!(table, "{name:<11}{bar} {elapsed:.3} s");
    }
    table
}
