use std::{collections::BTreeMap, fmt, time::Duration};

use super::{Person, World};
use crate::{
    model::{GroupId, Member, Status, Timestamp, UserId},
    platform::{Answer, Call, Delivery, Event, EventId, Message},
    policy::Policy,
};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);
/// More violations than that tell nothing new.
pub(super) const ENOUGH: usize = 100;
/// What the bot's clock may be wrong: an event that sets it takes a moment to arrive.
const CLOCK: Duration = Duration::from_secs(5);

type Peek = Box<dyn Fn(GroupId, UserId) -> Option<Member> + Send>;

/// Compares what the bot does with what really happened, and what it has stored with both.
pub struct Checker {
    policy: Policy,
    /// Looks into the bot's store; `None` where that is out of reach.
    peek: Option<Peek>,
    /// How long a call, or an event, may be on its way.
    slack: Duration,
    violations: Vec<String>,
    last_kick: BTreeMap<GroupId, Timestamp>,
    /// Calls of one group in the last hour.
    calls: BTreeMap<GroupId, Vec<(Timestamp, Sort)>>,
    /// Events that the bot has heard and not settled.
    heard: BTreeMap<EventId, Timestamp>,
    excused: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    ToOwner,
    Announcement,
    Other,
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
    /// A checker that looks into the store with `peek`, for a bot with this policy.
    pub fn new(
        policy: Policy,
        peek: impl Fn(GroupId, UserId) -> Option<Member> + Send + 'static,
    ) -> Self {
        Self {
            peek: Some(Box::new(peek)),
            ..Self::from_outside(policy, Duration::ZERO)
        }
    }

    /// A checker for a bot in another process: it sees what the bot does, not what it has stored. Calls and events
    /// may be on their way for as long as `slack`, by the world's clock.
    #[must_use]
    pub fn from_outside(policy: Policy, slack: Duration) -> Self {
        Self {
            policy,
            peek: None,
            slack,
            violations: Vec::new(),
            last_kick: BTreeMap::new(),
            calls: BTreeMap::new(),
            heard: BTreeMap::new(),
            excused: 0,
        }
    }

    /// What was wrong, in order.
    #[must_use]
    pub fn violations(&self) -> &[String] {
        &self.violations
    }

    /// How many kicks hit somebody of whose return nobody could have told the bot.
    #[must_use]
    pub fn excused(&self) -> u64 {
        self.excused
    }

    /// A call begins. Whatever becomes of it, it must not be made wrongly.
    pub(super) fn began(&mut self, world: &mut World, now: Timestamp, call: &Call) {
        match call {
            Call::Kick(group, user) => {
                self.by_day_or_order(world, now, *group, "kick");
                self.pending(*group, *user);
                self.kick(world, now, *group, *user);
            }
            Call::Mute(group, user) => {
                self.pending(*group, *user);
                self.in_time(world, now, *group, *user);
            }
            Call::SendToGroup(group, Message::Greeting { user, .. }) => self.pending(*group, *user),
            Call::SendToGroup(group, Message::Warning(users) | Message::Announcement(users)) => {
                self.by_day_or_order(world, now, *group, "warning or announcement");
                for user in users {
                    self.pending(*group, *user);
                }
            }
            _ => {}
        }
        self.not_too_many(world, now, call);
    }

    /// A call has reached the platform.
    pub(super) fn called(&mut self, world: &World, now: Timestamp, call: &Call, answer: &Answer) {
        if let (Call::Kick(group, _), Ok(_)) = (call, answer) {
            let before = self.last_kick.insert(*group, now);
            if before.is_some_and(|before| now < before.after(self.policy.kick_gap)) {
                self.violation(format!("two kicks in {group} within a second, at {now:?}"));
            }
        }
        if let Call::Kick(group, user) | Call::Unmute(group, user) | Call::Mute(group, user) = call
        {
            self.person(world, *group, *user);
        }
    }

    /// A bot begins; what another one has heard does not count.
    pub(super) fn started(&mut self) {
        self.heard.clear();
    }

    /// A bot has stopped, so long after it was asked to.
    pub(super) fn stopped(&mut self, took: Duration) {
        if took > self.policy.call_timeout + SECOND {
            self.violation(format!("a graceful stop took {took:?}"));
        }
    }

    /// An event has reached the bot.
    pub(super) fn heard(&mut self, now: Timestamp, delivery: &Delivery) {
        let order = matches!(delivery.event, Event::ScanGroup(..) | Event::ScanAll(_));
        if !order {
            self.heard.entry(delivery.id).or_insert(now);
        }
    }

    /// An event was settled: at once, whatever the platform does meanwhile.
    pub(super) fn settled(&mut self, world: &World, now: Timestamp, delivery: &Delivery) {
        let heard = self.heard.remove(&delivery.id);
        // Elsewhere there is no receipt.
        if self.peek.is_some() && heard.is_some_and(|heard| now > heard.after(SECOND)) {
            self.violation(format!(
                "heard at {heard:?}, settled at {now:?}: {delivery:?}"
            ));
        }
        match delivery.event {
            Event::Joined(group, user)
            | Event::Left(group, user)
            | Event::Kicked(group, user, _)
            | Event::Unmuted(group, user) => self.person(world, group, user),
            _ => {}
        }
    }

    /// All has been well for an hour: every event should be settled, and nothing be owed.
    pub fn at_rest(&mut self, world: &World) {
        for left in world.unsettled() {
            self.violation(format!("not settled: {left:?}"));
        }
        for person in world.people() {
            self.is_settled(world, person);
        }
        for (group, greeting) in world.greetings() {
            let open = match &self.peek {
                Some(peek) => peek(group, greeting.user).is_some_and(|member| {
                    member.status == Status::Pending && member.code == greeting.code
                }),
                None => world.person(group, greeting.user).is_some_and(|person| {
                    person.present && person.muted && person.stay.code == Some(greeting.code)
                }),
            };
            // What nobody was told the id of, or did not live to store, cannot be recalled.
            if let Some(told) = greeting.told.filter(|_| !open)
                && !world.has_crashed_after(told)
            {
                self.violation(format!("still stands in {group}: {greeting:?}"));
            }
        }
    }

    /// All has been well for an hour, and for as long nobody but those who are too new has done
    /// anything.
    pub(super) fn at_times(&mut self, world: &World, now: Timestamp) {
        for person in world.people() {
            let is_new = now < person.acted.after(HOUR);
            if !is_new && !person.poisoned {
                self.is_settled(world, person);
            }
        }
    }

    /// Nothing is left to be done about somebody.
    fn is_settled(&mut self, world: &World, person: &Person) {
        let (group, user) = (person.group, person.user);
        self.person(world, group, user);
        let Some(peek) = &self.peek else {
            return self.is_settled_outside(person);
        };
        let Some(member) = peek(group, user) else {
            if person.joined > 0 && person.present {
                self.violation(format!("lost: {person:?}"));
            }
            return;
        };
        let status = member.status;
        let pending = status == Status::Pending;
        let mut expect = |rule: &str, kept: bool| {
            if !kept {
                self.violation(format!("{rule}: {member:?} but {person:?}"));
            }
        };
        expect("nothing is owed", member.next_step().is_none());
        expect(
            "greetings of closed cases are recalled",
            pending || member.greeting.is_none(),
        );
        expect(
            "who is there is known to be there",
            person.present != status.is_away() || !person.present && !pending,
        );
        if person.present {
            expect("who is pending is muted, no one else", {
                pending == person.muted
            });
            expect("who sent the code is let in", {
                person.stay.heard.is_none() || !pending
            });
            expect("who is pending has the code", {
                !pending || person.stay.code == Some(member.code)
            });
        } else {
            expect("who is away is not pending", !pending);
        }
    }

    /// As far as it can be seen from outside.
    fn is_settled_outside(&mut self, person: &Person) {
        let let_in = [Status::Verified, Status::UnmutedByAdmin];
        let let_in = let_in.iter().any(|status| person.happened.contains(status));
        let known = person.joined > 0 && person.present && person.stay.known.is_some();
        if known && person.muted && person.stay.heard.is_some() {
            self.violation(format!("sent the code, and is still muted: {person:?}"));
        }
        if known && !person.muted && !let_in {
            self.violation(format!(
                "may speak without having sent the code: {person:?}"
            ));
        }
    }

    /// Nobody is kicked whose right code had reached the bot, or who was not told, in this stay
    /// and in good time, that it would happen.
    fn kick(&mut self, world: &World, now: Timestamp, group: GroupId, user: UserId) {
        let Some(person) = world.person(group, user).filter(|person| person.present) else {
            return;
        };
        let stay = &person.stay;
        // What happens in the same instant comes after.
        if stay
            .heard
            .is_some_and(|heard| heard.after(self.slack) < now)
        {
            self.violation(format!(
                "kicked at {now:?} in spite of the code: {person:?}"
            ));
        }
        if stay
            .known
            .is_none_or(|known| known.after(self.slack) >= now)
        {
            self.excused += 1;
            return;
        }
        let Some(greeted) = stay.greeted else {
            self.violation(format!("kicked at {now:?} without a greeting: {person:?}"));
            return;
        };
        let mut last = greeted;
        let mut enough = 0;
        for &warned in stay.warned.iter().filter(|&&warned| warned > greeted) {
            if warned >= last.after(self.patience(world, group, warned)) {
                last = warned;
                enough += 1;
            }
        }
        let too_soon = now < last.after(self.patience(world, group, now));
        if enough < self.policy.warnings || too_soon {
            self.violation(format!("kicked at {now:?} too soon: {person:?}"));
        }
    }

    /// What the bot's clock may be wrong.
    fn clock(&self) -> Duration {
        CLOCK + self.slack
    }

    /// How long the bot has to wait before it speaks to somebody again.
    fn patience(&self, world: &World, group: GroupId, at: Timestamp) -> Duration {
        let policy = &self.policy;
        if self.is_ordered(world, group, at) {
            policy.ordered_scan_every.saturating_sub(self.clock())
        } else {
            policy.scan_every.saturating_sub(self.clock())
        }
    }

    /// An order may have been held up for a while, and take a while.
    fn is_ordered(&self, world: &World, group: GroupId, at: Timestamp) -> bool {
        let before = self.policy.order_expires + HOUR / 4;
        let from = Timestamp(at.0.saturating_sub(crate::model::millis(before)));
        world.was_ordered(group, from..=at)
    }

    fn by_day_or_order(&mut self, world: &World, now: Timestamp, group: GroupId, what: &str) {
        let around = [
            now,
            now.after(self.clock()),
            Timestamp(now.0.saturating_sub(crate::model::millis(self.clock()))),
        ];
        let by_day = around.iter().any(|&at| self.policy.is_daytime(at));
        if !by_day && !self.is_ordered(world, group, now) {
            self.violation(format!("a {what} in {group} at night, at {now:?}"));
        }
    }

    /// Nobody waits for another group: who joins while all is well with theirs is taken care of
    /// after one time-out at the latest.
    fn in_time(&mut self, world: &mut World, now: Timestamp, group: GroupId, user: UserId) {
        let quiet = world.settings().faults <= 0.02;
        let Some(person) = world.person_mut(group, user) else {
            return;
        };
        if std::mem::replace(&mut person.stay.mute_tried, true) {
            return;
        }
        let Some(known) = person.stay.known else {
            return;
        };
        let limit =
            self.policy.call_timeout + self.policy.longest_backoff + 5 * SECOND + self.slack;
        let late = now > known.after(limit);
        let before = Timestamp(known.0.saturating_sub(crate::model::millis(HOUR / 2)));
        if late && quiet && world.is_well(group, before..now) {
            let person = world.person(group, user);
            self.violation(format!("left alone until {now:?}: {person:?}"));
        }
    }

    /// What a group has to bear in an hour, whatever the platform answers.
    fn not_too_many(&mut self, world: &World, now: Timestamp, call: &Call) {
        let (group, sort) = match call {
            Call::SendToPerson(_, Message::Notice { group, .. } | Message::NoRights(group)) => {
                (*group, Sort::ToOwner)
            }
            Call::SendToPerson(_, Message::Welcome(group)) => (*group, Sort::Other),
            Call::SendToPerson(..) => return,
            Call::SendToGroup(group, Message::Announcement(_)) => (*group, Sort::Announcement),
            Call::SendToGroup(group, _)
            | Call::Mute(group, _)
            | Call::Unmute(group, _)
            | Call::Kick(group, _)
            | Call::Recall(group, _)
            | Call::Members(group) => (*group, Sort::Other),
        };
        let calls = self.calls.entry(group).or_default();
        calls.retain(|(at, _)| now < at.after(HOUR));
        calls.push((now, sort));
        let from = calls[0].0;
        let count = |like: Sort| calls.iter().filter(|(_, sort)| *sort == like).count();
        let people = world.people().iter();
        let people = people.filter(|p| p.group == group && p.joined > 0).count();
        // A bot that starts knows nothing of what the one before it was told.
        let hour = Timestamp(now.0.saturating_sub(crate::model::millis(HOUR)));
        let starts = world.restarts().iter();
        let starts = starts.filter(|restart| (hour..=now).contains(&restart.at));
        let lives = 1 + starts.count();
        for (sort, most) in [
            (Sort::ToOwner, 15 * lives),
            (Sort::Announcement, 40 * lives),
            (Sort::Other, (60 + 40 * people) * lives),
        ] {
            let found = count(sort);
            if found > most {
                let words = format!("{found} calls {sort:?} in {group} from {from:?} to {now:?}");
                self.violation(words);
                return;
            }
        }
    }

    /// Only who is pending is muted, greeted, warned, announced and kicked.
    fn pending(&mut self, group: GroupId, user: UserId) {
        let Some(peek) = &self.peek else { return };
        let status = peek(group, user).map(|member| member.status);
        if status != Some(Status::Pending) {
            self.violation(format!(
                "spoke to {user} in {group} as if {status:?} were pending"
            ));
        }
    }

    /// Nothing is stored that did not happen, and nobody is lost.
    fn person(&mut self, world: &World, group: GroupId, user: UserId) {
        let Some(person) = world.person(group, user) else {
            return;
        };
        // In a troubled world news get lost, and what is known may be old.
        let troubled = world.settings().trouble > 0.0;
        let up_to_date = !troubled && !world.is_unsettled(group, user);
        let Some(peek) = &self.peek else { return };
        let Some(member) = peek(group, user) else {
            if up_to_date && person.joined > 0 {
                self.violation(format!("lost: {person:?}"));
            }
            return;
        };
        let ever = |status: Status| {
            person.happened.contains(&status)
                || !up_to_date && person.happened_before.contains(&status)
        };
        let happened = match member.status {
            Status::Pending => person.joined > 0,
            // Why somebody is away may never have been told.
            away if away.is_away() && troubled => {
                Status::ALL.into_iter().any(|s| s.is_away() && ever(s))
            }
            ended => ever(ended),
        };
        let delivered = person.stay.warned.len();
        let warned = !up_to_date || usize::from(member.warnings) <= delivered;
        let told = !up_to_date || person.stay.code.is_none_or(|code| code == member.code);
        if !happened || !warned || !told {
            self.violation(format!(
                "stored, but did not happen: {member:?} but {person:?}"
            ));
        }
    }

    fn violation(&mut self, words: String) {
        if self.violations.len() < ENOUGH {
            self.violations.push(words);
        }
    }
}
