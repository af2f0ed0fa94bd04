//! People, admins and the platform's memory, without any waiting: the time is a parameter here
//! too.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt,
    ops::Range,
    time::Duration,
};

use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    model::{Code, GroupId, MessageId, Status, Timestamp, UserId},
    platform::{Answer, By, Call, CallError, Delivery, Event, EventId, Message, Role},
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
    /// Who owns the bot.
    pub owner: UserId,
}

/// How somebody behaves after joining.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sends the code within minutes.
    Prompt,
    /// Sends it within hours.
    Late,
    /// Sends it after the second warning.
    SecondWarning,
    /// Sends a wrong code first.
    WrongFirst,
    /// Joins two groups and mixes up the codes.
    TwoGroups,
    /// Never sends anything.
    Bot,
    /// Sends the code when the kick is announced.
    LastMoment,
    /// Leaves when the kick is announced.
    Quitter,
    /// Leaves.
    Leaver,
    /// Leaves, comes back, and sends the code.
    Returner,
    /// Is unmuted by an admin.
    Trusted,
    /// Is kicked by an admin.
    Unwanted,
}

/// One person in one group: behaviour, and all that really happened.
#[derive(Clone, Debug)]
pub struct Person {
    /// In which group.
    pub group: GroupId,
    /// Who.
    pub user: UserId,
    /// How.
    pub kind: Kind,
    /// When they first join.
    pub comes: Timestamp,
    patience: Duration,
    /// The code they were last greeted with since they last joined.
    pub code: Option<Code>,
    /// In the group at this moment.
    pub present: bool,
    /// Without a voice at this moment.
    pub muted: bool,
    /// How often they joined.
    pub joined: u32,
    /// Warnings that were delivered since they last joined.
    pub warnings: u32,
    /// Everything since they last joined that could have ended their case, whether the bot knows
    /// of it or not; `Verified` stands for having sent the code.
    pub happened: BTreeSet<Status>,
    /// The same for all earlier times.
    pub happened_before: BTreeSet<Status>,
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
    Order(Event),
}

/// The world.
#[derive(Debug)]
pub struct World {
    settings: Settings,
    people: Vec<Person>,
    place: BTreeMap<(GroupId, UserId), usize>,
    agenda: BTreeMap<(Timestamp, u64), Action>,
    entries: u64,
    outbox: VecDeque<Delivery>,
    unsettled: BTreeMap<EventId, Delivery>,
    events: u64,
    /// How many of them [`live`](Self::live) has returned.
    told: u64,
    messages: u64,
    /// Greetings that stand in the groups.
    greetings: BTreeSet<(GroupId, MessageId)>,
    outages: Vec<Range<Timestamp>>,
    /// Calls of which a fate was drawn.
    pub(super) calls: u64,
}

/// What will happen to a call, drawn when it is made.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Fate {
    pub(super) until_done: Duration,
    pub(super) until_answered: Duration,
    pub(super) fault: Option<Fault>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Fault {
    /// Did not happen.
    Transient,
    /// Did not happen, because there were too many.
    RateLimited(Duration),
    /// Happened; the answer gets lost.
    LostReply,
}

const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
/// From the announcement of a kick to the kick, about.
const KICK: Duration = Duration::from_millis(300);

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
            outbox: VecDeque::new(),
            unsettled: BTreeMap::new(),
            events: 0,
            told: 0,
            messages: 0,
            greetings: BTreeSet::new(),
            outages: Vec::new(),
            calls: 0,
            settings,
        };
        world.draw_people(&mut random);
        world.draw_orders(&mut random);
        if world.settings.faults > 0.0 {
            world.draw_outages(&mut random);
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

    /// Everybody.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// Somebody.
    #[must_use]
    pub fn person(&self, group: GroupId, user: UserId) -> Option<&Person> {
        self.place
            .get(&(group, user))
            .map(|&place| &self.people[place])
    }

    /// How many greetings stand in the groups.
    #[must_use]
    pub fn greetings(&self) -> usize {
        self.greetings.len()
    }

    /// How many events have not been settled yet.
    #[must_use]
    pub fn unsettled(&self) -> usize {
        self.unsettled.len()
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
                Event::ScanGroup(..) | Event::ScanAll(_) => false,
            })
    }

    /// When somebody does something next; nobody does anything after the end.
    #[must_use]
    pub fn due(&self) -> Option<Timestamp> {
        let (&(at, _), _) = self.agenda.first_key_value()?;
        (at < self.end()).then_some(at)
    }

    /// Lets people do what they have in mind up to now. Returns what is new since the last time.
    pub fn live(&mut self, now: Timestamp) -> Vec<Delivery> {
        while self.due().is_some_and(|due| due <= now)
            && let Some(((at, _), action)) = self.agenda.pop_first()
        {
            self.act(at, action);
        }
        let new = self.unsettled.range(EventId(self.told)..);
        let new = new.map(|(_, delivery)| delivery.clone()).collect();
        self.told = self.events;
        new
    }

    /// The next event for the bot.
    pub fn next_event(&mut self) -> Option<Delivery> {
        self.outbox.pop_front()
    }

    /// The bot need not be told again. Returns the event, unless it was settled before.
    pub fn settled(&mut self, event: EventId) -> Option<Delivery> {
        self.unsettled.remove(&event)
    }

    /// A new bot listens: whatever is not settled is sent again, in order.
    pub fn reconnect(&mut self) {
        self.outbox = self.unsettled.values().cloned().collect();
    }

    /// Does what the bot asks for.
    ///
    /// # Errors
    ///
    /// [`CallError::Gone`], if there is no such member or message.
    pub fn apply(&mut self, now: Timestamp, call: &Call) -> Answer {
        match call {
            Call::SendToGroup(group, message) => Ok(Some(self.post(now, *group, message))),
            Call::SendToPerson(..) => Ok(Some(self.next_message())),
            Call::Mute(group, user) => {
                self.present(*group, *user)?.muted = true;
                Ok(None)
            }
            Call::Unmute(group, user) => {
                self.present(*group, *user)?.muted = false;
                Ok(None)
            }
            Call::Kick(group, user) => {
                let person = self.present(*group, *user)?;
                person.present = false;
                person.happened.insert(Status::KickedByTimeout);
                self.tell(now, Event::Kicked(*group, *user, By::Bot));
                Ok(None)
            }
            Call::Recall(group, message) => {
                let stood = self.greetings.remove(&(*group, *message));
                stood.then_some(None).ok_or(CallError::Gone)
            }
        }
    }

    /// Draws what will happen to the next call.
    pub(super) fn fate(&mut self, now: Timestamp) -> Fate {
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
        let out = self.outages.iter().any(|outage| outage.contains(&now));
        let fault = if out {
            Some(Fault::Transient)
        } else if random.random_bool(self.settings.faults) {
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
            fault,
        }
    }

    fn draw_people(&mut self, random: &mut StdRng) {
        let span = millis(24 * HOUR * self.settings.days);
        let mut stranger = 1000;
        for group in 1..=u64::from(self.settings.groups) {
            for _ in 0..self.settings.members {
                let kind = match random.random_range(0..100) {
                    0..30 => Kind::Prompt,
                    30..42 => Kind::Late,
                    42..50 => Kind::SecondWarning,
                    50..58 => Kind::WrongFirst,
                    58..64 if group > 1 => Kind::TwoGroups,
                    58..74 => Kind::Bot,
                    74..77 => Kind::LastMoment,
                    77..80 => Kind::Quitter,
                    80..86 => Kind::Leaver,
                    86..90 => Kind::Returner,
                    90..95 => Kind::Trusted,
                    _ => Kind::Unwanted,
                };
                let patience = match kind {
                    Kind::Prompt | Kind::WrongFirst | Kind::TwoGroups => MINUTE..10 * MINUTE,
                    Kind::SecondWarning => MINUTE..HOUR,
                    Kind::Late => HOUR..12 * HOUR,
                    // No slower than the kick itself, so that the two cross.
                    Kind::LastMoment | Kind::Quitter => Duration::ZERO..KICK,
                    _ => 10 * MINUTE..20 * HOUR,
                };
                let patience = random.random_range(millis(patience.start)..millis(patience.end));
                stranger += 1;
                let join = EPOCH.after(Duration::from_millis(random.random_range(0..span)));
                let groups = if kind == Kind::TwoGroups {
                    vec![group - 1, group]
                } else {
                    vec![group]
                };
                let last = self.people.len() + groups.len() - 1;
                for (nth, group) in (0..).zip(groups) {
                    self.add(
                        GroupId(group),
                        UserId(stranger),
                        kind,
                        Duration::from_millis(patience),
                    );
                    // The groups of one person are neighbours, a minute apart.
                    let place = self.people.len() - 1;
                    self.people[place].comes = join.after(MINUTE * nth);
                    self.plan(join.after(MINUTE * nth), Action::Join(place));
                    match kind {
                        Kind::Trusted => {
                            self.plan(
                                join.after(self.people[last].patience),
                                Action::AdminUnmutes(place),
                            );
                        }
                        Kind::Unwanted => {
                            self.plan(
                                join.after(self.people[last].patience),
                                Action::AdminKicks(place),
                            );
                        }
                        Kind::Leaver => {
                            self.plan(join.after(self.people[last].patience), Action::Leave(place));
                        }
                        Kind::Returner => {
                            let leaves = join.after(self.people[last].patience);
                            self.plan(leaves, Action::Leave(place));
                            self.plan(leaves.after(HOUR), Action::Join(place));
                        }
                        _ => {}
                    }
                }
            }
        }
    }

    /// Once a day the owner, now and then an admin, and people who have no say.
    fn draw_orders(&mut self, random: &mut StdRng) {
        let stranger = UserId(999);
        for day in 0..self.settings.days {
            let mut at = |hours: Range<u32>| {
                let minute = random.random_range(hours.start * 60..hours.end * 60);
                EPOCH.after(24 * HOUR * day + MINUTE * minute)
            };
            let owner = (at(10..20), Event::ScanAll(self.settings.owner));
            let nobody = (at(0..24), Event::ScanAll(stranger));
            let mut orders = vec![owner, nobody];
            for group in 1..=u64::from(self.settings.groups) {
                let group = GroupId(group);
                if group.0 % 4 == 1 {
                    orders.push((at(9..23), Event::ScanGroup(group, UserId(2), Role::Admin)));
                }
                if group.0 % 4 == 2 {
                    orders.push((at(0..24), Event::ScanGroup(group, stranger, Role::Member)));
                }
            }
            for (at, order) in orders {
                self.plan(at, Action::Order(order));
            }
        }
    }

    fn draw_outages(&mut self, random: &mut StdRng) {
        for day in 0..self.settings.days {
            let minute = random.random_range(0..24 * 60);
            let from = EPOCH.after(24 * HOUR * day + MINUTE * minute);
            let to = from.after(MINUTE * random.random_range(2..10));
            self.outages.push(from..to);
        }
    }

    fn add(&mut self, group: GroupId, user: UserId, kind: Kind, patience: Duration) {
        self.place.insert((group, user), self.people.len());
        self.people.push(Person {
            group,
            user,
            kind,
            comes: Timestamp::default(),
            patience,
            code: None,
            present: false,
            muted: false,
            joined: 0,
            warnings: 0,
            happened: BTreeSet::new(),
            happened_before: BTreeSet::new(),
        });
    }

    fn plan(&mut self, at: Timestamp, action: Action) {
        self.entries += 1;
        self.agenda.insert((at, self.entries), action);
    }

    fn act(&mut self, now: Timestamp, action: Action) {
        match action {
            Action::Order(order) => self.tell(now, order),
            Action::Join(place) => {
                let person = &mut self.people[place];
                // A kick may have come before a return; then they do not come back.
                let kicked = [Status::KickedByTimeout, Status::KickedByAdmin];
                if person.present || kicked.iter().any(|how| person.happened.contains(how)) {
                    return;
                }
                person.present = true;
                person.muted = false;
                person.joined += 1;
                person.warnings = 0;
                person.code = None;
                person.happened_before.append(&mut person.happened);
                let event = Event::Joined(person.group, person.user);
                self.tell(now, event);
            }
            Action::SendCode(place, of) => {
                let Some(code) = self.people[of].code else {
                    return;
                };
                if self.people[place].present {
                    self.people[of].happened.insert(Status::Verified);
                    let event = Event::Said(self.people[place].user, code.to_string());
                    self.tell(now, event);
                }
            }
            Action::SendNonsense(place) => {
                let event = Event::Said(self.people[place].user, "let me in!".into());
                self.tell(now, event);
            }
            Action::Leave(place) => {
                let person = &mut self.people[place];
                if person.present {
                    person.present = false;
                    person.happened.insert(Status::Left);
                    let event = Event::Left(person.group, person.user);
                    self.tell(now, event);
                }
            }
            Action::AdminKicks(place) => {
                let person = &mut self.people[place];
                if person.present {
                    person.present = false;
                    person.happened.insert(Status::KickedByAdmin);
                    let event = Event::Kicked(person.group, person.user, By::Admin);
                    self.tell(now, event);
                }
            }
            Action::AdminUnmutes(place) => {
                let person = &mut self.people[place];
                if person.present && person.muted {
                    person.muted = false;
                    person.happened.insert(Status::UnmutedByAdmin);
                    let event = Event::Unmuted(person.group, person.user);
                    self.tell(now, event);
                }
            }
        }
    }

    fn tell(&mut self, at: Timestamp, event: Event) {
        let id = EventId(self.events);
        self.events += 1;
        let delivery = Delivery { id, at, event };
        self.unsettled.insert(id, delivery.clone());
        self.outbox.push_back(delivery);
    }

    fn next_message(&mut self) -> MessageId {
        self.messages += 1;
        MessageId(self.messages)
    }

    fn post(&mut self, now: Timestamp, group: GroupId, message: &Message) -> MessageId {
        let id = self.next_message();
        match message {
            Message::Greeting { user, code } => {
                self.greetings.insert((group, id));
                self.read_greeting(now, group, *user, *code);
            }
            Message::Warning(users) => {
                for user in users {
                    self.read_warning(now, group, *user);
                }
            }
            Message::Announcement(users) => {
                for user in users {
                    self.read_announcement(now, group, *user);
                }
            }
            _ => {}
        }
        id
    }

    fn read_greeting(&mut self, now: Timestamp, group: GroupId, user: UserId, code: Code) {
        let Some(&place) = self.place.get(&(group, user)) else {
            return;
        };
        let person = &mut self.people[place];
        if !person.present {
            return;
        }
        let again = person.code.replace(code).is_some();
        let (kind, soon) = (person.kind, now.after(person.patience));
        if again {
            return;
        }
        match kind {
            Kind::Prompt | Kind::Late => self.plan(soon, Action::SendCode(place, place)),
            Kind::Returner if self.people[place].joined > 1 => {
                self.plan(now.after(5 * MINUTE), Action::SendCode(place, place));
            }
            Kind::WrongFirst => {
                self.plan(soon, Action::SendNonsense(place));
                self.plan(soon.after(5 * MINUTE), Action::SendCode(place, place));
            }
            // From the second group's greeting on they have both codes, and send them in the
            // wrong order.
            Kind::TwoGroups => {
                let other = if place > 0 && self.people[place - 1].user == user {
                    place - 1
                } else {
                    place + 1
                };
                self.plan(soon, Action::SendCode(place, other));
                self.plan(soon.after(5 * MINUTE), Action::SendCode(place, place));
            }
            _ => {}
        }
    }

    fn read_warning(&mut self, now: Timestamp, group: GroupId, user: UserId) {
        let Some(&place) = self.place.get(&(group, user)) else {
            return;
        };
        let person = &mut self.people[place];
        if !person.present {
            return;
        }
        person.warnings += 1;
        if person.kind == Kind::SecondWarning && person.warnings == 2 {
            let soon = now.after(person.patience);
            self.plan(soon, Action::SendCode(place, place));
        }
    }

    fn read_announcement(&mut self, now: Timestamp, group: GroupId, user: UserId) {
        let Some(&place) = self.place.get(&(group, user)) else {
            return;
        };
        let person = &self.people[place];
        let soon = now.after(person.patience);
        match person.kind {
            Kind::LastMoment => self.plan(soon, Action::SendCode(place, place)),
            Kind::Quitter => self.plan(soon, Action::Leave(place)),
            _ => {}
        }
    }

    fn present(&mut self, group: GroupId, user: UserId) -> Result<&mut Person, CallError> {
        self.place
            .get(&(group, user))
            .map(|&place| &mut self.people[place])
            .filter(|person| person.present)
            .ok_or(CallError::Gone)
    }
}

fn millis(duration: Duration) -> u64 {
    crate::model::millis(duration)
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Prompt => "sends the code at once",
            Self::Late => "sends the code hours later",
            Self::SecondWarning => "waits for the second warning",
            Self::WrongFirst => "sends something else first",
            Self::TwoGroups => "joins two groups and mixes up the codes",
            Self::Bot => "never answers",
            Self::LastMoment => "waits until the kick is announced",
            Self::Quitter => "leaves when the kick is announced",
            Self::Leaver => "leaves",
            Self::Returner => "leaves and comes back",
            Self::Trusted => "is known to an admin",
            Self::Unwanted => "is not wanted by an admin",
        })
    }
}
