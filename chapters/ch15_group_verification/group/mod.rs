//! One group: what the bot knows of it, and what is to be done next. The whole of the bot's
//! judgement, without any waiting.
//!
//! The shell ([`bot`](crate::bot)) tells it what has happened ([`Group::hear`]), asks what to do
//! ([`Group::next`]), does that, and tells how it went ([`Group::answered`]). A call that failed
//! is not tried again by anybody on the way: its failure is an answer, too, and what is done about
//! it is decided here, later, by what is known then.

mod looks;
mod scans;
mod steps;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use crate::{
    decide::{Happening, decide, due},
    model::{Code, GroupId, Member, Step, Timestamp, UserId},
    platform::{Answer, Call, CallError, Tally},
    policy::Policy,
    roster::Roster,
    round::Round,
};

/// Names an order to scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderId(pub u64);

#[derive(Clone, Copy, Debug)]
struct Order {
    id: OrderId,
    at: Timestamp,
}

/// What the shell is to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// Make this call, and give the answer to [`Group::answered`].
    Call(Task),
    /// Nothing, until something happens or until then, which is in the future.
    Wait(Option<Timestamp>),
}

/// A call and what it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What is to be asked of the platform.
    pub call: Call,
    purpose: Purpose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// In the connection with this number.
    Look(u64),
    Step(UserId, u32, Step),
    Scan,
    Complain,
}

/// Somebody or something that failed, and is left alone until then.
#[derive(Clone, Copy, Debug, Default)]
struct Pause {
    failures: u32,
    until: Timestamp,
}

impl Pause {
    fn longer(&mut self, now: Timestamp, first: Duration, policy: &Policy, salt: u64) {
        self.failures += 1;
        let salt = salt ^ now.0.rotate_left(32);
        let wait = Policy::pause(self.failures, first, policy.longest_pause, salt);
        self.until = self.until.max(now.after(wait));
    }
}

/// Refusals in a row after which it is not about one member any more.
const TOO_MANY_REFUSALS: u32 = 3;
/// The first pause after a refusal.
const REFUSED: Duration = Duration::from_mins(1);
/// The first pause after a scan that broke off.
const BROKEN_OFF: Duration = Duration::from_mins(5);
/// A scan that is taken up again within this time sends no second notice to the owner.
const NOTICED: Duration = Duration::from_hours(1);
/// Looks are at least so far apart, whatever gives cause for one.
const LOOK_GAP: Duration = Duration::from_mins(1);

/// One group.
#[derive(Clone, Debug)]
pub struct Group {
    id: GroupId,
    policy: Arc<Policy>,
    roster: Roster,
    /// Since when the platform listens, and the bot is in the group; and when it was removed.
    connected: Option<Timestamp>,
    removed: Timestamp,
    /// How often it was connected.
    connections: u64,
    /// Whether it was asked who is there since then, and when it is to be asked next.
    looked: bool,
    look: Pause,
    looked_at: Timestamp,
    /// Members for whom something is to be done.
    owing: BTreeSet<UserId>,
    /// When members fall due, in order.
    due: BTreeSet<(Timestamp, UserId)>,
    /// Members with whom something failed.
    aside: BTreeMap<UserId, Pause>,
    /// With whom it failed last, and with how many others, one after the other, before.
    last_failed: Option<UserId>,
    failed_in_a_row: u32,
    /// No call at all before.
    not_before: Timestamp,
    /// Steps that the platform refused in a row, and the pause after too many of them.
    refusals: u32,
    no_rights: Pause,
    /// Whether the owner is to be told so, and when that was done last.
    complaint: bool,
    complained: Option<Timestamp>,
    orders: VecDeque<Order>,
    ended: Vec<(OrderId, Option<Tally>)>,
    /// The scan on its way, and the order behind it.
    round: Option<(Round, Option<Order>)>,
    /// When its last call was answered.
    scanned_at: Timestamp,
    /// It pauses until then.
    resume: Timestamp,
    /// No scan begins before.
    scans: Pause,
    scheduled_not_before: Timestamp,
    noticed: Option<Timestamp>,
    last_kick: Timestamp,
    /// The answer to a kick was lost, and nobody has said since then who is there.
    kick_in_doubt: bool,
}
impl Group {
    /// A group that was known before, or not; at `now`, when the bot starts.
    #[must_use]
    pub fn new(id: GroupId, roster: Roster, policy: Arc<Policy>, now: Timestamp) -> Self {
        let mut group = Self {
            id,
            policy,
            roster: Roster::default(),
            connected: None,
            removed: Timestamp(0),
            connections: 0,
            looked: false,
            look: Pause::default(),
            looked_at: Timestamp(0),
            owing: BTreeSet::new(),
            due: BTreeSet::new(),
            aside: BTreeMap::new(),
            last_failed: None,
            failed_in_a_row: 0,
            not_before: Timestamp(0),
            refusals: 0,
            no_rights: Pause::default(),
            complaint: false,
            complained: None,
            orders: VecDeque::new(),
            ended: Vec::new(),
            round: None,
            scanned_at: Timestamp(0),
            resume: Timestamp(0),
            scans: Pause::default(),
            scheduled_not_before: Timestamp(0),
            noticed: None,
            // Somebody may have been kicked in the moment before.
            last_kick: now,
            kick_in_doubt: false,
        };
        for member in roster.iter() {
            group.index(None, member);
        }
        group.roster = roster;
        group
    }

    /// What is known of its members.
    #[must_use]
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Something has happened to somebody. Returns what is to be stored.
    pub fn hear(&mut self, user: UserId, happening: &Happening, at: Timestamp) -> Vec<Member> {
        let changed = decide(user, self.roster.get(user), happening, at);
        self.put(changed.into_iter().collect())
    }

    /// The platform listens, and since this moment at the latest the bot is in the group.
    ///
    /// Whoever was in the group before the first time is left alone; when that was is to be
    /// stored: [`Roster::since`].
    pub fn connect(&mut self, at: Timestamp) {
        if at < self.removed {
            return;
        }
        self.connected = Some(at);
        self.connections += 1;
        self.looked = false;
        self.look = Pause::default();
        self.no_rights = Pause::default();
        self.roster.since.get_or_insert(at);
    }

    /// The bot was removed from the group at this moment. Nothing can be done there any more.
    pub fn disconnect(&mut self, at: Timestamp) {
        self.removed = self.removed.max(at);
        if self.connected.is_some_and(|connected| connected <= at) {
            self.connected = None;
            self.break_off();
        }
    }

    /// Whether the platform listens, and the bot is in the group.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.connected.is_some()
    }

    /// No call before this moment.
    pub fn leave_alone_until(&mut self, moment: Timestamp) {
        self.not_before = self.not_before.max(moment);
    }

    /// What to do next. Asking again without having done it gives the same answer, if nothing
    /// has happened in between.
    pub fn next(&mut self, now: Timestamp) -> Next {
        self.give_up_old_orders(now);
        if self.is_connected() && now >= self.not_before {
            let task = self
                .look(now)
                .or_else(|| self.complain())
                .or_else(|| self.step(now))
                .or_else(|| self.scan(now));
            if let Some(task) = task {
                return Next::Call(task);
            }
        }
        Next::Wait(self.alarm(now))
    }

    /// Takes in the answer to a call that was made between `began` and `now`. Returns what is to
    /// be stored. `code` draws codes for people who came unheard.
    pub fn answered(
        &mut self,
        task: &Task,
        answer: &Answer,
        began: Timestamp,
        now: Timestamp,
        code: impl FnMut() -> Code,
    ) -> Vec<Member> {
        if let Err(CallError::RateLimited(wait)) = answer {
            let wait = (*wait).min(self.policy.longest_wait);
            self.leave_alone_until(now.after(wait));
        }
        let changed = match task.purpose {
            // An answer from before the connection broke says nothing about what was missed.
            Purpose::Look(connection) if connection != self.connections => Vec::new(),
            Purpose::Look(_) => self.looked(answer, began, now, code),
            Purpose::Step(user, stay, step) => self.step_done(user, stay, step, answer, now),
            Purpose::Scan => {
                let mut changed = self.scanned(&task.call, answer, began, now);
                if let Call::Members(_) = task.call {
                    changed.extend(self.looked(answer, began, now, code));
                }
                changed
            }
            Purpose::Complain => {
                // If it did not work, one more would be one too many.
                self.complaint = false;
                Vec::new()
            }
        };
        self.put(changed)
    }

    /// When there is something to do even if nothing happens; always in the future.
    fn alarm(&self, now: Timestamp) -> Option<Timestamp> {
        let of_round = self.round.as_ref().and_then(|(_, order)| order.as_ref());
        let expires = self.orders.iter().chain(of_round);
        let expires = expires
            .map(|order| order.at.after(self.policy.order_expires))
            .min();
        if !self.is_connected() {
            return expires;
        }
        let until = |user| self.aside.get(user).map_or(now, |pause| pause.until);
        let step = first_at(self.owing.iter().map(until), now);
        let step = step.map(|at| at.max(self.no_rights.until));
        let scan = if !self.looked {
            None
        } else if self.round.is_some() {
            Some(self.resume)
        } else if self.orders.is_empty() {
            self.next_due(now).map(|due| {
                let earliest = due.max(self.scans.until).max(self.scheduled_not_before);
                self.policy.in_daytime(earliest)
            })
        } else {
            Some(self.scans.until)
        };
        let work = [Some(self.look.until), step, scan]
            .into_iter()
            .flatten()
            .min();
        let work = work.map(|at| at.max(self.not_before));
        expires.into_iter().chain(work).min()
    }

    fn is_aside(&self, user: UserId, now: Timestamp) -> bool {
        self.aside.get(&user).is_some_and(|pause| now < pause.until)
    }

    fn put(&mut self, changed: Vec<Member>) -> Vec<Member> {
        for member in &changed {
            // What failed in another stay, or before the case was closed, says nothing now.
            let before = self.roster.get(member.user).cloned();
            let case = |member: &Member| (member.stay, member.status);
            if before.as_ref().map(case) != Some(case(member)) {
                self.aside.remove(&member.user);
            }
            self.index(before.as_ref(), member);
            self.roster.put(member.clone());
        }
        changed
    }

    fn index(&mut self, before: Option<&Member>, member: &Member) {
        let user = member.user;
        if let Some(at) = before.and_then(|member| due(member, &self.policy)) {
            self.due.remove(&(at, user));
        }
        if let Some(at) = due(member, &self.policy) {
            self.due.insert((at, user));
        }
        if member.next_step().is_some() {
            self.owing.insert(user);
        } else {
            self.owing.remove(&user);
        }
    }
}

/// The earliest of these moments, none of which counts before `now`; looks no further than it has
/// to.
fn first_at(moments: impl Iterator<Item = Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let mut first: Option<Timestamp> = None;
    for at in moments {
        if at <= now {
            return Some(now);
        }
        first = Some(first.map_or(at, |first| first.min(at)));
    }
    first
}
