//! People, admins and the platform's memory, without any waiting: the time is a parameter here
//! too.

mod acts;
mod calls;
mod draw;
mod fate;
mod people;
mod trouble;

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use rand::{SeedableRng, rngs::StdRng};

pub(super) use fate::Fault;
pub use people::{Kind, Person, Stay};
pub use trouble::Restart;

use trouble::{Trouble, What, draw_restarts, draw_troubles};

use crate::{
    model::{Code, GroupId, MessageId, Timestamp, UserId},
    platform::{Delivery, Event, EventId},
};

/// When every simulation begins: midnight of 16 June 2025, UTC.
pub const EPOCH: Timestamp = Timestamp(1_750_032_000_000);

/// What the world is drawn from. Equal settings make equal worlds.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Where all chance comes from.
    pub seed: u64,
    /// How many groups.
    pub groups: u32,
    /// How many people join each of them.
    pub members: u32,
    /// Over how many days they do.
    pub days: u32,
    /// Share of calls that fail in some way, from 0 to 1.
    pub faults: f64,
    /// How much of everything else goes wrong, from 0 to 1: events that come late, twice or never,
    /// rights and connections that are lost, limits, restarts, people with whom nothing works.
    pub trouble: f64,
    /// Who owns the bot.
    pub owner: UserId,
}

/// A greeting that stands in a group.
#[derive(Clone, Copy, Debug)]
pub struct Greeting {
    /// Who is greeted.
    pub user: UserId,
    /// With this code.
    pub code: Code,
    /// When the bot was told the id, without which it cannot recall it.
    pub told: Option<Timestamp>,
}

#[derive(Clone, Debug)]
enum Action {
    Join(usize),
    /// Send the code of the group that was joined at this place.
    SendCode(usize, usize),
    SendNonsense(usize),
    Leave(usize),
    AdminKicks(usize),
    AdminUnmutes(usize),
    Tell(Event),
    Reconnect,
}

/// The world.
#[derive(Debug)]
pub struct World {
    settings: Settings,
    people: Vec<Person>,
    place: BTreeMap<(GroupId, UserId), usize>,
    agenda: BTreeMap<(Timestamp, u64), Action>,
    entries: u64,
    /// Events on their way, by the time at which they arrive.
    outbox: BTreeMap<(Timestamp, u64), Delivery>,
    unsettled: BTreeMap<EventId, Delivery>,
    events: u64,
    /// Events that [`live`](Self::live) has not returned yet.
    news: Vec<Delivery>,
    messages: u64,
    /// Greetings that stand in the groups.
    greetings: BTreeMap<(GroupId, MessageId), Greeting>,
    troubles: Vec<Trouble>,
    restarts: Vec<Restart>,
    crashes: Vec<Timestamp>,
    /// When people with the right to do so asked for a scan: of one group, or of all.
    orders: Vec<(Timestamp, Option<GroupId>)>,
    /// Calls of which a fate was drawn.
    pub(super) calls: u64,
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const STRANGER: UserId = UserId(999);
impl World {
    /// Draws a world.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let mut random = StdRng::seed_from_u64(settings.seed);
        let mut world = Self {
            people: Vec::new(),
            place: BTreeMap::new(),
            agenda: BTreeMap::new(),
            entries: 0,
            outbox: BTreeMap::new(),
            unsettled: BTreeMap::new(),
            events: 0,
            news: Vec::new(),
            messages: 0,
            greetings: BTreeMap::new(),
            troubles: Vec::new(),
            restarts: Vec::new(),
            crashes: Vec::new(),
            orders: Vec::new(),
            calls: 0,
            settings,
        };
        world.draw_people(&mut random);
        world.draw_orders(&mut random);
        world.troubles = draw_troubles(&world.settings, &mut random);
        world.restarts = draw_restarts(&world.settings, &mut random);
        for Trouble { what, group, when } in world.troubles.clone() {
            if what == What::Disconnected {
                world.plan(when.end, Action::Reconnect);
            }
            if let (What::Removed, Some(group)) = (what, group) {
                world.plan(when.start, Action::Tell(Event::Removed(group)));
                world.plan(when.end, Action::Tell(Event::Added(group)));
            }
        }
        world
    }

    /// What it was drawn from.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// When it ends.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        EPOCH.after(24 * HOUR * self.settings.days)
    }

    /// When processes of the bot end and start.
    #[must_use]
    pub fn restarts(&self) -> &[Restart] {
        &self.restarts
    }

    /// Everybody.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Somebody.
    #[must_use]
    pub fn person(&self, group: GroupId, user: UserId) -> Option<&Person> {
        let place = self.place.get(&(group, user))?;
        Some(&self.people[*place])
    }

    pub(super) fn person_mut(&mut self, group: GroupId, user: UserId) -> Option<&mut Person> {
        let place = self.place.get(&(group, user))?;
        Some(&mut self.people[*place])
    }

    /// Greetings that stand in the groups.
    pub fn greetings(&self) -> impl Iterator<Item = (GroupId, &Greeting)> {
        self.greetings
            .iter()
            .map(|((group, _), greeting)| (*group, greeting))
    }

    /// The bot has crashed.
    pub fn crashed(&mut self, now: Timestamp) {
        self.crashes.push(now);
    }

    /// Whether the bot crashed within a moment after `at`, perhaps before it had stored anything.
    #[must_use]
    pub fn has_crashed_after(&self, at: Timestamp) -> bool {
        let moment = at..=at.after(Duration::from_millis(50));
        self.crashes.iter().any(|crash| moment.contains(crash))
    }

    /// Events that have not been settled yet.
    pub fn unsettled(&self) -> impl Iterator<Item = &Delivery> {
        self.unsettled.values()
    }

    /// Whether an event about this person has not been settled yet, or was never sent.
    #[must_use]
    pub fn is_unsettled(&self, group: GroupId, user: UserId) -> bool {
        self.unsettled
            .values()
            .any(|delivery| match delivery.event {
                Event::Joined(g, u)
                | Event::Left(g, u)
                | Event::Kicked(g, u, _)
                | Event::Unmuted(g, u) => (g, u) == (group, user),
                Event::Said(u, _) => u == user,
                _ => false,
            })
    }

    /// Whether somebody who may do so has asked for a scan of this group within these moments.
    #[must_use]
    pub fn was_ordered(&self, group: GroupId, when: RangeInclusive<Timestamp>) -> bool {
        self.orders
            .iter()
            .any(|(at, of)| when.contains(at) && of.is_none_or(|of| of == group))
    }

    /// When something happens next: somebody acts, or an event arrives. Nobody does anything
    /// after the end.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let acts = self.agenda.first_key_value().map(|(&(at, _), _)| at);
        let acts = acts.filter(|&at| at < self.end());
        let arrives = self.outbox.first_key_value().map(|(&(at, _), _)| at);
        acts.into_iter().chain(arrives).min()
    }

    /// Lets people do what they have in mind up to now. Returns what is new since the last time.
    pub fn live(&mut self, now: Timestamp) -> Vec<Delivery> {
        let end = self.end();
        while let Some(next) = self.agenda.first_entry()
            && let (at, _) = *next.key()
            && at <= now
            && at < end
        {
            let action = next.remove();
            self.act(at, action);
        }
        std::mem::take(&mut self.news)
    }

    /// The next event for the bot that has arrived by now.
    pub fn next_event(&mut self, now: Timestamp) -> Option<Delivery> {
        if self.is_disconnected(now) {
            return None;
        }
        let next = self
            .outbox
            .first_entry()
            .filter(|next| next.key().0 <= now)?;
        Some(next.remove())
    }

    /// An event has reached the bot.
    pub fn reached(&mut self, now: Timestamp, delivery: &Delivery) {
        match &delivery.event {
            Event::Joined(group, user) => self.is_known(now, *group, *user, delivery.at),
            Event::Said(user, text) => {
                let places = self.place.iter().filter(|((_, other), _)| other == user);
                for (_, &place) in places {
                    let stay = &mut self.people[place].stay;
                    // Of somebody who came back unheard it cannot know what the code is for.
                    if stay.known.is_some() && stay.code.is_some_and(|code| code.is(text)) {
                        stay.heard.get_or_insert(now);
                    }
                }
            }
            _ => {}
        }
    }

    /// An event that was sent at this moment or later may not have reached the bot.
    pub fn may_not_have_reached(&mut self, delivery: &Delivery, since: Timestamp) {
        let unknown = |known: &mut Option<Timestamp>| {
            known.take_if(|at| *at >= since);
        };
        match &delivery.event {
            Event::Joined(group, user) => {
                if let Some(person) = self.person_mut(*group, *user) {
                    unknown(&mut person.stay.known);
                }
            }
            Event::Said(user, _) => {
                let people = self.people.iter_mut().filter(|person| person.user == *user);
                people.for_each(|person| unknown(&mut person.stay.heard));
            }
            _ => {}
        }
    }

    /// Whether the platform can be reached, and when that changes next.
    #[must_use]
    pub fn connection(&self, now: Timestamp) -> (bool, Option<Timestamp>) {
        let breaks = self.troubles.iter();
        let breaks = breaks.filter(|trouble| trouble.what == What::Disconnected);
        let changes = breaks.flat_map(|trouble| [trouble.when.start, trouble.when.end]);
        let next = changes.filter(|&change| change > now).min();
        (!self.is_disconnected(now), next)
    }

    /// The bot need not be told again. Returns the event, unless it was settled before.
    pub fn settled(&mut self, event: EventId) -> Option<Delivery> {
        self.unsettled.remove(&event)
    }

    /// A new bot listens: whatever is not settled is sent again, in order, and then that the
    /// platform listens.
    pub fn start(&mut self, now: Timestamp) {
        self.unsettled
            .retain(|_, old| !matches!(old.event, Event::Connected(_)));
        let again = self.unsettled.iter();
        self.outbox = again.map(|(id, old)| ((now, id.0), old.clone())).collect();
        self.connect(now);
    }

    fn plan(&mut self, at: Timestamp, action: Action) {
        self.entries += 1;
        self.agenda.insert((at, self.entries), action);
    }
}
