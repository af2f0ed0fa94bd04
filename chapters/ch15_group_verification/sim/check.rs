use std::fmt;

use super::World;
use crate::{
    model::{GroupId, Member, Status, UserId},
    platform::{Answer, Call, Delivery, Event, Message},
};

/// Compares what the bot has stored with what really happened, after everything that happens.
pub struct Checker {
    peek: Box<dyn Fn(GroupId, UserId) -> Option<Member> + Send>,
    warnings: u32,
    violations: Vec<String>,
}

impl fmt::Debug for Checker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Checker")
            .field("violations", &self.violations)
            .finish_non_exhaustive()
    }
}

impl Checker {
    /// A checker that looks into the store with `peek` and wants so many warnings before a kick.
    pub fn new(
        warnings: u8,
        peek: impl Fn(GroupId, UserId) -> Option<Member> + Send + 'static,
    ) -> Self {
        Self {
            peek: Box::new(peek),
            warnings: warnings.into(),
            violations: Vec::new(),
        }
    }

    /// What was wrong, in order.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// After a call that reached the platform.
    pub(super) fn called(&mut self, world: &World, call: &Call, answer: Answer) {
        match call {
            Call::Kick(group, user) => {
                if answer.is_ok() {
                    self.kicked(world, *group, *user);
                }
                self.person(world, *group, *user);
            }
            Call::Unmute(group, user) => self.person(world, *group, *user),
            Call::Mute(group, user) | Call::SendToGroup(group, Message::Greeting { user, .. }) => {
                self.pending(world, *group, *user);
            }
            Call::SendToGroup(group, Message::Warning(users) | Message::Announcement(users)) => {
                for user in users {
                    self.pending(world, *group, *user);
                }
            }
            _ => {}
        }
    }

    /// After an event was settled.
    pub(super) fn settled(&mut self, world: &World, delivery: &Delivery) {
        match delivery.event {
            Event::Joined(group, user)
            | Event::Left(group, user)
            | Event::Kicked(group, user, _)
            | Event::Unmuted(group, user) => self.person(world, group, user),
            Event::Said(..) | Event::ScanGroup(..) | Event::ScanAll(_) => {}
        }
    }

    /// When all events should be settled and nothing is owed any more.
    pub fn at_rest(&mut self, world: &World) {
        if world.unsettled() > 0 {
            let left = world.unsettled();
            self.violations.push(format!("{left} events not settled"));
        }
        let mut standing = 0;
        for person in world.people().iter().filter(|person| person.joined > 0) {
            let (group, user) = (person.group, person.user);
            self.person(world, group, user);
            let Some(member) = (self.peek)(group, user) else {
                continue;
            };
            let status = member.status;
            standing += usize::from(member.greeting.is_some());
            let mut expect = |rule: &str, kept: bool| {
                if !kept {
                    self.violations
                        .push(format!("{rule}: {member:?} but {person:?}"));
                }
            };
            expect("nothing is owed", member.owed.first().is_none());
            expect(
                "greetings of closed cases are recalled",
                status == Status::Pending || member.greeting.is_none(),
            );
            if person.present {
                expect(
                    "who is there is pending or let in",
                    matches!(
                        status,
                        Status::Pending | Status::Verified | Status::UnmutedByAdmin
                    ),
                );
                expect("who is pending is muted, no one else", {
                    (status == Status::Pending) == person.muted
                });
                expect("who sent the code is let in", {
                    !person.happened.contains(&Status::Verified) || status != Status::Pending
                });
            } else {
                expect("who is away is not pending", status != Status::Pending);
            }
        }
        if world.settings().faults == 0.0 && world.greetings() != standing {
            let found = world.greetings();
            self.violations
                .push(format!("{found} greetings stand, {standing} are known"));
        }
    }

    fn kicked(&mut self, world: &World, group: GroupId, user: UserId) {
        let delivered = world
            .person(group, user)
            .map_or(0, |person| person.warnings);
        let status = (self.peek)(group, user).map(|member| member.status);
        if delivered < self.warnings || status != Some(Status::Pending) {
            self.violations.push(format!(
                "kicked {user} from {group} after {delivered} warnings as {status:?}"
            ));
        }
    }

    /// Only who is pending is muted, greeted, warned and announced.
    fn pending(&mut self, world: &World, group: GroupId, user: UserId) {
        self.person(world, group, user);
        let status = (self.peek)(group, user).map(|member| member.status);
        if status != Some(Status::Pending) {
            self.violations.push(format!(
                "spoke to {user} in {group} as if {status:?} were pending"
            ));
        }
    }

    /// Nothing is stored that did not happen, and nobody is lost.
    fn person(&mut self, world: &World, group: GroupId, user: UserId) {
        let Some(person) = world.person(group, user) else {
            return;
        };
        let up_to_date = !world.is_unsettled(group, user);
        let Some(member) = (self.peek)(group, user) else {
            if up_to_date && person.joined > 0 {
                self.violations.push(format!("lost: {person:?}"));
            }
            return;
        };
        let happened = match member.status {
            Status::Pending => person.joined > 0,
            ended => {
                person.happened.contains(&ended)
                    || !up_to_date && person.happened_before.contains(&ended)
            }
        };
        let warned = !up_to_date || u32::from(member.warnings) <= person.warnings;
        let told = !up_to_date || person.code.is_none_or(|code| code == member.code);
        if !happened || !warned || !told {
            self.violations.push(format!(
                "stored, but did not happen: {member:?} but {person:?}"
            ));
        }
    }
}
