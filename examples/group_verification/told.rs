//! What a simulation has to tell at its end.

use std::{collections::BTreeMap, time::Duration};

use ch15_group_verification::{
    compare::one_scan,
    model::{GroupId, UserId},
    report::{self, Standing, Summary},
    roster::Roster,
    sim::{Kind, SimPlatform, World},
};

use crate::{ending::Ended, output::Output, simulate::Simulation, terminal::say};

/// All that is known at the end.
pub struct Told<'a> {
    pub flags: &'a Simulation,
    pub platform: &'a SimPlatform,
    pub rosters: BTreeMap<GroupId, Roster>,
    pub simulated: Duration,
    pub wall: Duration,
}

impl Told<'_> {
    /// In files first, which are then whole whatever becomes of standard output.
    pub fn tell(&self, picture: Option<Output>) -> Ended {
        let flags = self.flags;
        let scan = stage::record(one_scan());
        let timeline = (flags.timeline && !flags.json).then(|| stage::timeline_of(&scan, 80));
        if let Some(mut picture) = picture {
            let act = ("One scan of 6 groups, 3 at a time".to_owned(), scan);
            picture.write(&stage::picture_of(&[act]))?;
            picture.finish()?;
        }
        let summary = self.summary();
        if flags.json {
            return say(summary.json());
        }
        let who = self.platform.with_world(cast);
        say(report::story(&self.platform.story(), &who))?;
        say(format!(
            "After {:.1} days, in {} groups:\n",
            summary.simulated.as_secs_f64() / 86_400.0,
            summary.groups
        ))?;
        say(summary.table())?;
        if let Some(timeline) = timeline {
            say("\nOne scan of 6 groups, 3 at a time:\n")?;
            say(timeline)?;
        }
        Ok(())
    }

    fn summary(&self) -> Summary {
        Summary {
            seed: self.flags.settings.seed,
            groups: self.flags.settings.groups,
            standing: Standing::of(self.rosters.values()),
            counts: self.platform.counts(),
            simulated: self.simulated,
            wall: self.wall,
            transcript_digest: self.platform.transcript_digest(),
        }
    }
}

/// Whoever comes first of each of a few kinds, to tell about.
pub fn cast(world: &World) -> Vec<(UserId, String)> {
    let kinds = [
        Kind::WrongFirst,
        Kind::TwoGroups,
        Kind::SecondWarning,
        Kind::Bot,
    ];
    let people = kinds.into_iter().filter_map(|kind| {
        let like = world.people().iter().filter(|person| person.kind == kind);
        like.min_by_key(|person| person.comes)
    });
    people
        .map(|person| (person.user, person.kind.to_string()))
        .collect()
}
