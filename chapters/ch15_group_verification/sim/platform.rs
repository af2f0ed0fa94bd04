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
    Checker, Journal, JournalError, World,
    journal::{Outcome, parse_call},
    world::Fault,
};
use crate::{
    clock::Clock,
    model::{Timestamp, UserId},
    platform::{Answer, By, Call, CallError, Delivery, Event, EventId, Message, Platform},
};

/// A caller who loses an answer hears of it so much later.
const LOST_AFTER: Duration = Duration::from_secs(30);

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
            let at = self.replay_line(line);
            last = Some(at.ok_or(JournalError(index + 1))?);
        }
        self.lock().world.reconnect();
        Ok(last)
    }

    fn replay_line(&self, line: &str) -> Option<Timestamp> {
        let mut inside = self.lock();
        let (at, words) = line.split_once(' ')?;
        let at = Timestamp(at.parse().ok()?);
        let (kind, words) = words.split_once(' ')?;
        inside.world.live(at);
        match kind {
            // Comes from the world itself.
            "event" => {}
            "settled" => {
                inside.world.settled(EventId(words.parse().ok()?));
            }
            "call" => {
                let (call, outcome) = words.split_once(" = ")?;
                inside.counts.calls += 1;
                inside.world.calls += 1;
                if outcome.starts_with("not done") {
                    inside.counts.errors += 1;
                } else {
                    let call = parse_call(call)?;
                    let answer = inside.world.apply(at, &call);
                    inside.counts.errors +=
                        u64::from(answer.is_err() || outcome == "done, reply lost");
                    inside.count_warnings(&call, answer);
                }
            }
            _ => return None,
        }
        inside.journal.reread(line);
        Some(at)
    }

    /// Sends events into the channel as they happen; never ends.
    ///
    /// # Cancel safety
    ///
    /// An event that is being sent when this is dropped is not settled, and comes again after
    /// [`reconnect`](Self::reconnect).
    pub async fn pump(&self, bot: mpsc::Sender<Delivery>) {
        loop {
            let now = self.clock.now();
            let (next, due) = {
                let mut inside = self.lock();
                inside.live(now);
                (inside.world.next_event(), inside.world.due())
            };
            if let Some(delivery) = next {
                if bot.send(delivery).await.is_err() {
                    return pending().await;
                }
                continue;
            }
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

    /// A new bot listens: what is not settled comes again.
    pub fn reconnect(&self) {
        self.lock().world.reconnect();
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

    /// The first failure to write the journal.
    pub fn journal_failure(&self) -> Option<std::io::Error> {
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
            let mut inside = self.lock();
            inside.counts.calls += 1;
            inside.world.fate(self.clock.now())
        };
        self.clock.sleep(fate.until_done).await;
        let answer = self.lock().reached(self.clock.now(), call, fate.fault);
        // People may have been moved to act soon.
        self.changed.notify_one();
        match fate.fault {
            Some(Fault::LostReply) => self.clock.sleep(LOST_AFTER).await,
            _ => self.clock.sleep(fate.until_answered).await,
        }
        match answer {
            Err(CallError::RateLimited(wait)) => Err(CallError::RateLimited(self.clock.real(wait))),
            answer => answer,
        }
    }

    fn settled(&self, event: EventId) {
        self.lock().settled(self.clock.now(), event);
    }
}

impl Inside {
    fn live(&mut self, now: Timestamp) {
        for delivery in self.world.live(now) {
            self.journal.event(&delivery);
            self.tell_event(&delivery);
        }
    }

    fn reached(&mut self, now: Timestamp, call: &Call, fault: Option<Fault>) -> Answer {
        self.live(now);
        let outcome = match fault {
            Some(Fault::Transient) => Outcome::Failed(CallError::Transient),
            Some(Fault::RateLimited(wait)) => Outcome::Failed(CallError::RateLimited(wait)),
            None | Some(Fault::LostReply) => {
                let answer = self.world.apply(now, call);
                self.count_warnings(call, answer);
                if let Some(checker) = &mut self.checker {
                    checker.called(&self.world, call, answer);
                }
                if fault.is_some() {
                    Outcome::ReplyLost
                } else {
                    Outcome::Answered(answer)
                }
            }
        };
        self.journal.call(now, call, outcome);
        self.tell_call(now, call, outcome);
        // The platform's own news about a kick.
        self.live(now);
        let answer = match outcome {
            Outcome::Answered(answer) => answer,
            Outcome::ReplyLost => Err(CallError::Transient),
            Outcome::Failed(error) => Err(error),
        };
        self.counts.errors += u64::from(answer.is_err());
        answer
    }

    fn settled(&mut self, now: Timestamp, event: EventId) {
        self.live(now);
        let delivery = self.world.settled(event);
        self.journal.settled(now, event.0);
        if let (Some(checker), Some(delivery)) = (&mut self.checker, delivery) {
            checker.settled(&self.world, &delivery);
        }
    }

    fn count_warnings(&mut self, call: &Call, answer: Answer) {
        if let (Call::SendToGroup(_, Message::Warning(users)), Ok(_)) = (call, answer) {
            self.counts.warnings_delivered += users.len() as u64;
        }
    }

    fn tell_event(&mut self, Delivery { at, event, .. }: &Delivery) {
        let (user, words) = match event {
            Event::Joined(group, user) => (user, format!("joins group {group}")),
            Event::Left(group, user) => (user, format!("leaves group {group}")),
            Event::Kicked(group, user, By::Admin) => {
                (user, format!("is kicked from group {group} by an admin"))
            }
            Event::Unmuted(group, user) => {
                (user, format!("is unmuted in group {group} by an admin"))
            }
            Event::Said(user, text) => (user, format!("writes \"{text}\"")),
            Event::Kicked(..) | Event::ScanGroup(..) | Event::ScanAll(_) => return,
        };
        self.tell(*at, *user, words);
    }

    fn tell_call(&mut self, now: Timestamp, call: &Call, outcome: Outcome) {
        let lost = match outcome {
            Outcome::Answered(Ok(_)) => "",
            Outcome::ReplyLost => " (the bot does not hear back)",
            Outcome::Answered(Err(_)) | Outcome::Failed(_) => return,
        };
        match call {
            Call::Mute(group, user) => {
                self.tell(now, *user, format!("is muted in group {group}{lost}"));
            }
            Call::Unmute(group, user) => {
                self.tell(now, *user, format!("is unmuted in group {group}{lost}"));
            }
            Call::Kick(group, user) => {
                self.tell(now, *user, format!("is kicked from group {group}{lost}"));
            }
            Call::SendToPerson(user, Message::Welcome(group)) => {
                self.tell(now, *user, format!("is welcome in group {group}{lost}"));
            }
            Call::SendToGroup(group, Message::Greeting { user, .. }) => {
                self.tell(now, *user, format!("is greeted in group {group}{lost}"));
            }
            Call::SendToGroup(group, Message::Warning(users)) => {
                let number = users.len();
                for user in users {
                    let words = format!("is warned in group {group}, one of {number}{lost}");
                    self.tell(now, *user, words);
                }
            }
            Call::SendToGroup(group, Message::Announcement(users)) => {
                for user in users {
                    self.tell(
                        now,
                        *user,
                        format!("is to be kicked from group {group}{lost}"),
                    );
                }
            }
            _ => {}
        }
    }

    fn tell(&mut self, at: Timestamp, user: UserId, words: String) {
        if self.watched.contains(&user) {
            self.story.push((at, user, words));
        }
    }
}
