use std::{
    collections::BTreeSet,
    future::pending,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::{
    select,
    sync::{Notify, mpsc},
};

use super::{
    Checker, Journal, JournalFailure, World,
    check::ENOUGH,
    entry::{CallEnd, Entry, NotAnEntry, Record},
    story,
    world::Fault,
};
use crate::{
    clock::Clock,
    model::{Timestamp, UserId},
    platform::{Answer, Call, CallError, Delivery, EventId, Message, Platform, Reply},
};

/// A caller who loses an answer hears of it so much later.
const LOST_AFTER: Duration = Duration::from_secs(30);

/// A line of a journal is not one of ours; lines are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {0} is not understood")]
pub struct JournalError(pub usize);

/// The world as the bot meets it: calls take time and fail, events arrive through a channel.
#[derive(Debug)]
pub struct SimPlatform {
    clock: Clock,
    inside: Mutex<Inside>,
    /// Something is due earlier than the pump thinks.
    changed: Notify,
    in_flight: AtomicUsize,
    peak_in_flight: AtomicUsize,
}

#[derive(Debug)]
struct Inside {
    world: World,
    journal: Journal,
    checker: Option<Checker>,
    counts: Counts,
    watched: BTreeSet<UserId>,
    story: Vec<Moment>,
}

/// Something that happened to somebody who is watched.
pub(crate) type Moment = (Timestamp, UserId, String);

/// What the platform counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Calls made.
    pub calls: u64,
    /// Calls that did not succeed, as the caller saw it.
    pub errors: u64,
    /// Warnings that reached a person.
    pub warnings_delivered: u64,
    /// The most calls under way at the same moment.
    pub peak_in_flight: usize,
}

impl SimPlatform {
    /// A platform for this world.
    #[must_use]
    pub fn new(world: World, clock: Clock, journal: Journal) -> Self {
        Self {
            clock,
            inside: Mutex::new(Inside {
                world,
                journal,
                checker: None,
                counts: Counts::default(),
                watched: BTreeSet::new(),
                story: Vec::new(),
            }),
            changed: Notify::new(),
            in_flight: AtomicUsize::new(0),
            peak_in_flight: AtomicUsize::new(0),
        }
    }

    /// What time it is in the world.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// From now on, everything that happens is checked.
    pub fn check(&self, checker: Checker) {
        self.lock().checker = Some(checker);
    }

    /// From now on, what happens to these people is written down as a story.
    pub fn watch(&self, users: impl IntoIterator<Item = UserId>) {
        self.lock().watched.extend(users);
    }

    /// What happened to the people who are watched.
    #[must_use]
    pub fn story(&self) -> Vec<(Timestamp, UserId, String)> {
        self.lock().story.clone()
    }

    /// Brings a world up to the state in which a journal left it. The journal goes on from there.
    ///
    /// Returns the moment of its last line.
    ///
    /// # Errors
    ///
    /// If a line is not one of a journal's.
    pub fn replay(&self, journal: &str) -> Result<Option<Timestamp>, JournalError> {
        let mut last = None;
        for (index, line) in journal.lines().enumerate() {
            let entry = line.parse().map_err(|NotAnEntry| JournalError(index + 1))?;
            last = Some(self.lock().replay(&entry));
            self.lock().journal.reread(line);
        }
        Ok(last)
    }

    /// The bot has crashed: what it was told in this moment it may not have stored.
    pub fn crashed(&self) {
        let now = self.clock.now();
        self.lock().world.crashed(now);
    }

    /// A new bot listens: what is not settled comes again.
    pub fn start(&self) {
        self.lock().start(self.clock.now());
    }

    /// The bot has stopped as it was asked to. A world that goes on from its journal goes on from
    /// this moment, not from the last one in which anything happened.
    pub fn stopped(&self) {
        let (now, inside) = (self.clock.now(), &mut *self.lock());
        inside.live(now);
        inside.journal.write(now, Record::Stop);
    }

    /// Sends events into the channel as they arrive; never ends.
    ///
    /// # Cancel safety
    ///
    /// An event that is being sent when this is dropped is not settled, and comes again after
    /// [`start`](Self::start).
    pub async fn pump(&self, bot: mpsc::Sender<Delivery>) {
        loop {
            let delivery = self.next_delivery().await;
            if bot.send(delivery.clone()).await.is_err() {
                return pending().await;
            }
            self.reached(&delivery);
        }
    }

    /// Waits for the next event for the bot.
    ///
    /// # Cancel safety
    ///
    /// Nothing is lost when it is dropped.
    pub async fn next_delivery(&self) -> Delivery {
        loop {
            let now = self.clock.now();
            let (next, due) = {
                let mut inside = self.lock();
                inside.live(now);
                (inside.world.next_event(now), inside.world.due())
            };
            if let Some(delivery) = next {
                return delivery;
            }
            // What is due already waits for the connection.
            let due = due.map(|due| if due <= now { now.after(SOON) } else { due });
            // Both branches are cancel safe.
            select! {
                biased;
                () = self.changed.notified() => {}
                () = async {
                    match due {
                        Some(at) => self.clock.sleep_until(at).await,
                        None => pending().await,
                    }
                } => {}
            }
        }
    }

    /// The bot has got this event.
    pub fn reached(&self, delivery: &Delivery) {
        let (now, inside) = (self.clock.now(), &mut *self.lock());
        inside.world.reached(now, delivery);
        if let Some(checker) = &mut inside.checker {
            checker.heard(now, delivery);
        }
    }

    /// The connection broke so soon after `since` that the bot may not have got it after all.
    pub fn may_not_have_reached(&self, delivery: &Delivery, since: Timestamp) {
        self.lock().world.may_not_have_reached(delivery, since);
    }

    /// What was counted so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            peak_in_flight: self.peak_in_flight.load(Relaxed),
            ..self.lock().counts
        }
    }

    /// The hash of everything that happened.
    #[must_use]
    pub fn transcript_digest(&self) -> u64 {
        self.lock().journal.digest()
    }

    /// A failure to write the journal, if there was one since this was asked last.
    pub fn journal_failure(&self) -> Option<JournalFailure> {
        self.lock().journal.take_failure()
    }

    /// What the checker found; `at_rest` adds the checks for a bot that has nothing left to do.
    #[must_use]
    pub fn violations(&self, at_rest: bool) -> Vec<String> {
        let inside = &mut *self.lock();
        let Some(checker) = &mut inside.checker else {
            return Vec::new();
        };
        if at_rest {
            checker.at_rest(&inside.world);
        }
        checker.violations().to_vec()
    }

    /// All is well and has been for an hour: what was done before is to be settled by now.
    pub(super) fn check_at(&self, now: Timestamp) {
        let inside = &mut *self.lock();
        inside.live(now);
        if let Some(checker) = &mut inside.checker {
            checker.at_times(&inside.world, now);
        }
    }

    /// The bot has stopped, and was asked to at this moment.
    pub(super) fn check_stop(&self, asked: Timestamp) {
        let (now, inside) = (self.clock.now(), &mut *self.lock());
        if let Some(checker) = &mut inside.checker {
            checker.stopped(now.since(asked));
        }
    }

    /// Whether so many rules were broken that the rest does not matter.
    pub(super) fn is_broken(&self) -> bool {
        let inside = self.lock();
        let found = inside
            .checker
            .as_ref()
            .map(|checker| checker.violations().len());
        found.is_some_and(|found| found >= ENOUGH)
    }

    /// Looks at the world.
    pub fn with_world<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock().world)
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Relaxed) + 1;
        self.peak_in_flight.fetch_max(now, Relaxed);
        InFlight(self)
    }
}

/// How often a broken connection is looked at.
const SOON: Duration = Duration::from_secs(1);

struct InFlight<'a>(&'a SimPlatform);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Relaxed);
    }
}

impl Platform for SimPlatform {
    async fn call(&self, call: &Call) -> Answer {
        let _in_flight = self.begin();
        let fate = {
            let (now, inside) = (self.clock.now(), &mut *self.lock());
            inside.counts.calls += 1;
            inside.live(now);
            if let Some(checker) = &mut inside.checker {
                checker.began(&mut inside.world, now, call);
            }
            let fate = inside.world.fate(now, call);
            if fate.fault == Some(Fault::Hang) {
                inside.counts.errors += 1;
                let record = Record::Call(call.clone(), CallEnd::NoAnswer);
                inside.journal.write(now, record);
            }
            fate
        };
        if fate.fault == Some(Fault::Hang) {
            return pending().await;
        }
        self.clock.sleep(fate.until_done).await;
        let answer = self.lock().arrives(self.clock.now(), call, fate.fault);
        // People may have been moved to act soon.
        self.changed.notify_one();
        match fate.fault {
            Some(Fault::LostReply) => self.clock.sleep(LOST_AFTER).await,
            _ => self.clock.sleep(fate.until_answered).await,
        }
        self.lock().world.answered(self.clock.now(), call, &answer);
        answer
    }

    fn settled(&self, event: EventId) {
        self.lock().settled(self.clock.now(), event);
    }
}

impl Inside {
    fn live(&mut self, now: Timestamp) {
        for delivery in self.world.live(now) {
            self.tell(delivery.at, story::of_event(&delivery.event));
            let Delivery { id, at, event } = delivery;
            self.journal.write(at, Record::Event(id, event));
        }
    }

    fn start(&mut self, now: Timestamp) {
        self.live(now);
        self.journal.write(now, Record::Start);
        if let Some(checker) = &mut self.checker {
            checker.started();
        }
        self.world.start(now);
        self.live(now);
    }

    fn arrives(&mut self, now: Timestamp, call: &Call, fault: Option<Fault>) -> Answer {
        self.live(now);
        let answer = match fault {
            Some(Fault::RateLimited(wait)) => Err(CallError::RateLimited(wait)),
            Some(Fault::Transient | Fault::Hang) => Err(CallError::Transient),
            None | Some(Fault::LostReply) => {
                let answer = self.world.apply(now, call);
                self.count_warnings(call, &answer);
                if let Some(checker) = &mut self.checker {
                    checker.called(&self.world, now, call, &answer);
                }
                answer
            }
        };
        let outcome = outcome(fault, &answer);
        self.journal.write(now, Record::Call(call.clone(), outcome));
        self.tell(now, story::of_call(call, outcome));
        // The platform's own news about a kick.
        self.live(now);
        let answer = match outcome {
            CallEnd::ReplyLost => Err(CallError::Transient),
            _ => answer,
        };
        self.counts.errors += u64::from(answer.is_err());
        answer
    }

    fn settled(&mut self, now: Timestamp, event: EventId) {
        self.live(now);
        let delivery = self.world.settled(event);
        // What was delivered twice may be settled twice.
        let Some(delivery) = delivery else { return };
        self.journal.write(now, Record::Settled(event));
        if let Some(checker) = &mut self.checker {
            checker.settled(&self.world, now, &delivery);
        }
    }

    fn replay(&mut self, Entry { at, record }: &Entry) -> Timestamp {
        // What is new is in the journal already.
        drop(self.world.live(*at));
        match record {
            // Events come from the world itself.
            Record::Event(..) | Record::Stop => {}
            Record::Start => {
                self.world.start(*at);
                drop(self.world.live(*at));
            }
            Record::Settled(event) => {
                self.world.settled(*event);
            }
            Record::Call(call, outcome) => {
                self.counts.calls += 1;
                self.world.calls += 1;
                self.counts.errors += u64::from(!outcome.is_success());
                if outcome.has_arrived() {
                    let answer = self.world.apply(*at, call);
                    self.count_warnings(call, &answer);
                    drop(self.world.live(*at));
                }
            }
        }
        *at
    }

    fn count_warnings(&mut self, call: &Call, answer: &Answer) {
        if let (Call::SendToGroup(_, Message::Warning(users)), Ok(_)) = (call, answer) {
            self.counts.warnings_delivered += users.len() as u64;
        }
    }

    fn tell(&mut self, at: Timestamp, words: Vec<(UserId, String)>) {
        for (user, words) in words {
            if self.watched.contains(&user) {
                self.story.push((at, user, words));
            }
        }
    }
}

fn outcome(fault: Option<Fault>, answer: &Answer) -> CallEnd {
    match (fault, answer) {
        (Some(Fault::LostReply), _) => CallEnd::ReplyLost,
        (Some(Fault::RateLimited(_)), _) => CallEnd::TooMany,
        (Some(Fault::Hang), _) => CallEnd::NoAnswer,
        (Some(Fault::Transient), _) => CallEnd::Failed,
        (None, Ok(Reply::Done)) => CallEnd::Done,
        (None, Ok(Reply::Message(id))) => CallEnd::Message(*id),
        (None, Ok(Reply::Members(there))) => CallEnd::Members(there.len()),
        (None, Err(CallError::Refused)) => CallEnd::Refused,
        (None, Err(_)) => CallEnd::Gone,
    }
}
