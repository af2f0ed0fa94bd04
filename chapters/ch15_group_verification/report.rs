//! What there is to tell at the end: who stands where, as a table or as JSON.

use std::{collections::BTreeMap, fmt::Write, time::Duration};

use serde_json::{Value, json};

use super::{
    model::{GroupId, Status, Timestamp, UserId},
    roster::Roster,
    sim::{Counts, EPOCH, World},
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

    /// Counts all who ever joined, as the world itself sees them, which cannot know why somebody is not let in.
    #[must_use]
    pub fn in_world(world: &World) -> Self {
        let mut standing = Self::default();
        for person in world.people().iter().filter(|person| person.joined > 0) {
            let happened = |status: &Status| person.happened.contains(status);
            let let_in = [Status::Verified, Status::UnmutedByAdmin];
            let gone = [Status::KickedByTimeout, Status::KickedByAdmin, Status::Left];
            let ends = if person.present && person.muted {
                None
            } else if person.present {
                let_in.iter().find(|it| happened(it))
            } else {
                gone[..2]
                    .iter()
                    .chain(&let_in)
                    .chain(&gone[2..])
                    .find(|it| happened(it))
            };
            let status = ends.copied().unwrap_or(Status::Pending);
            *standing.0.entry(status).or_default() += 1;
        }
        standing
    }

    /// For programs.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut json = json!({});
        self.add_to(&mut json);
        json
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
                "warned_ms": member.told.filter(|_| member.warnings > 0).map(|at| at.0),
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
