//! What calls meet on their way, and what the bot may do.

use std::{ops::Range, time::Duration};

use rand::{
    rngs::StdRng,
    {RngExt, SeedableRng},
};

use super::{
    World,
    trouble::{Restart, Trouble, What},
};
use crate::{
    model::{GroupId, Timestamp},
    platform::{Call, CallError},
};

/// What will happen to a call, drawn when it is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::sim) struct Fate {
    pub(in crate::sim) until_done: Duration,
    pub(in crate::sim) until_answered: Duration,
    pub(in crate::sim) fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::sim) enum Fault {
    /// Did not happen.
    Transient,
    /// Did not happen, because there were too many.
    RateLimited(Duration),
    /// Did not happen, and nobody says so.
    Hang,
    /// Happened; the answer gets lost.
    LostReply,
}

impl World {
    /// Whether everything concerning this group works in all of this time.
    #[must_use]
    pub fn is_well(&self, group: GroupId, when: Range<Timestamp>) -> bool {
        let concerns = |trouble: &&Trouble| {
            trouble.group.is_none_or(|other| other == group)
                && trouble.when.start < when.end
                && when.start < trouble.when.end
        };
        let ends = |restart: &&Restart| {
            restart.at < when.end && when.start < restart.at.after(restart.pause)
        };
        self.troubles.iter().find(concerns).is_none() && self.restarts.iter().find(ends).is_none()
    }

    /// Whether the bot is in this group.
    #[must_use]
    pub fn has_bot(&self, group: GroupId, now: Timestamp) -> bool {
        self.trouble(now, |what| what == What::Removed, group)
            .is_none()
    }

    /// Draws what will happen to the next call.
    pub(in crate::sim) fn fate(&mut self, now: Timestamp, call: &Call) -> Fate {
        // A generator for each call: what one call meets does not depend on how many others
        // there were before it in this run.
        self.calls += 1;
        let number = self.calls.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let mut random = StdRng::seed_from_u64(self.settings.seed ^ number);
        let milliseconds = |random: &mut StdRng| {
            // Most are quick, a few are slow: exponential, from 20 ms to 3 s.
            let tail = -random.random_range(f64::EPSILON..1.0).ln();
            Duration::from_millis(20) + Duration::from_millis(80).mul_f64(tail.min(36.0))
        };
        let (until_done, until_answered) = (milliseconds(&mut random), milliseconds(&mut random));
        let by_chance = if now < self.end() && random.random_bool(self.settings.faults) {
            Some(match random.random_range(0..3) {
                0 => Fault::Transient,
                1 => Fault::RateLimited(Duration::from_secs(random.random_range(1..=5))),
                _ => Fault::LostReply,
            })
        } else {
            None
        };
        Fate {
            until_done,
            until_answered,
            fault: self.meets(now, call).or(by_chance),
        }
    }

    /// What this call has to meet now.
    pub(super) fn meets(&self, now: Timestamp, call: &Call) -> Option<Fault> {
        let poisoned = match call {
            Call::Mute(group, user) | Call::Unmute(group, user) | Call::Kick(group, user) => {
                let person = self.person(*group, *user);
                person.is_some_and(|person| person.poisoned) && now < self.end()
            }
            _ => false,
        };
        let met = |what| match what {
            What::Outage | What::Disconnected | What::Hang | What::RateLimit => true,
            What::NoMuting | What::NoKicking | What::NoWriting | What::Removed => false,
        };
        // Messages to a person meet what concerns all.
        let trouble = self.trouble(now, met, group_of(call).unwrap_or(GroupId(0)));
        match trouble.map(|trouble| (trouble.what, trouble.when.end)) {
            Some((What::Hang, _)) => Some(Fault::Hang),
            Some((What::RateLimit, end)) => Some(Fault::RateLimited(end.since(now))),
            Some(_) => Some(Fault::Transient),
            None => poisoned.then_some(Fault::Transient),
        }
    }

    /// Whether the bot has the right to this call.
    pub(super) fn may(&self, now: Timestamp, call: &Call) -> Result<(), CallError> {
        let Some(group) = group_of(call) else {
            return Ok(());
        };
        let protected = match call {
            Call::Kick(group, user) => self.person(*group, *user).is_some_and(|p| p.protected),
            _ => false,
        };
        let right = |what: What| match what {
            What::Outage | What::Disconnected | What::Hang | What::RateLimit => false,
            _ => what.concerns(call),
        };
        if protected || self.trouble(now, right, group).is_some() {
            return Err(CallError::Refused);
        }
        Ok(())
    }

    pub(super) fn trouble(
        &self,
        now: Timestamp,
        like: impl Fn(What) -> bool,
        group: GroupId,
    ) -> Option<&Trouble> {
        self.troubles.iter().find(|trouble| {
            trouble.when.contains(&now)
                && trouble.group.is_none_or(|other| other == group)
                && like(trouble.what)
        })
    }

    pub(super) fn is_disconnected(&self, now: Timestamp) -> bool {
        let broken = |what| what == What::Disconnected;
        self.trouble(now, broken, GroupId(0)).is_some()
    }
}

fn group_of(call: &Call) -> Option<GroupId> {
    match call {
        Call::SendToGroup(group, _)
        | Call::Mute(group, _)
        | Call::Unmute(group, _)
        | Call::Kick(group, _)
        | Call::Recall(group, _)
        | Call::Members(group) => Some(*group),
        Call::SendToPerson(..) => None,
    }
}
