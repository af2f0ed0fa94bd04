//! The bot, event by event, on a platform that answers as the test wants.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_workbook::{
    ch15_group_verification::{
        bot::{Bot, Codes, Scans},
        clock::Clock,
        model::{GroupId, Member, Status, Timestamp, UserId},
        platform::{
            Answer, By, Call, CallError, Delivery, Event, EventId, Message, Platform, Polite,
            Present, Reply, Role, Tally,
        },
        policy::Policy,
        roster::Roster,
        store::{Memory, Store, StoreError},
    },
    stage::{Recording, on_both_runtimes, record},
};
use tokio::{
    join,
    sync::{mpsc, watch},
    time::{Instant, sleep},
};

const NOON: Timestamp = Timestamp(12 * 3_600_000);
const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);
const HOUR: Duration = Duration::from_hours(1);
const DAY: Duration = Duration::from_hours(24);
/// Between two warnings that somebody ordered.
const PATIENCE: Duration = Duration::from_mins(11);
const LATENCY: Duration = Duration::from_secs(1);
const OWNER: UserId = UserId(1);
const ADMIN: UserId = UserId(2);
const STRANGER: UserId = UserId(3);
const USER: UserId = UserId(7);
const OTHER: UserId = UserId(8);
const HERE: GroupId = GroupId(1);
const THERE: GroupId = GroupId(2);

/// Takes a second for each call, remembers it, and answers as it is told to.
struct Chat {
    clock: Clock,
    calls: Mutex<Vec<(Timestamp, Call)>>,
    settled: Mutex<Vec<EventId>>,
    /// Who is where, and since when.
    people: Mutex<BTreeMap<(GroupId, UserId), Timestamp>>,
    answer: Answers,
}

/// What is answered if this call was made so often before.
type Answers = fn(usize, &Call) -> Answer;

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let before = {
            let mut calls = self.calls.lock().unwrap();
            let before = calls.iter().filter(|(_, other)| other == call).count();
            calls.push((self.clock.now(), call.clone()));
            before
        };
        sleep(LATENCY).await;
        let answer = (self.answer)(before, call);
        if answer == NEVER {
            std::future::pending::<()>().await;
        }
        match (call, answer?) {
            (Call::Members(group), Reply::Done) => Ok(Reply::Members(self.people_in(*group))),
            (_, reply) => Ok(reply),
        }
    }

    fn settled(&self, event: EventId) {
        self.settled.lock().unwrap().push(event);
    }
}

/// Stands for a call that is never answered.
const NEVER: Answer = Err(CallError::RateLimited(Duration::from_nanos(1)));

impl Chat {
    fn people_in(&self, group: GroupId) -> Vec<Present> {
        let people = self.people.lock().unwrap();
        let here = people.iter().filter(|((of, _), _)| *of == group);
        here.map(|((_, user), joined)| Present {
            user: *user,
            joined: *joined,
            muted: None,
        })
        .collect()
    }
}

/// A bot at work, and everything around it.
struct Town {
    chat: Arc<Chat>,
    store: Arc<Memory>,
    events: mpsc::Sender<Delivery>,
    stop: watch::Sender<bool>,
    told: u64,
}

impl Town {
    /// Something happens, and a minute passes.
    async fn happens(&mut self, event: Event) -> EventId {
        let id = self.begins(event).await;
        sleep(MINUTE).await;
        id
    }

    /// Something happens, and the bot is told.
    async fn begins(&mut self, event: Event) -> EventId {
        let at = self.now();
        self.comes_true(&event, at);
        self.told(event, at).await
    }

    /// The bot is told of something, whether it happened or not.
    async fn told(&mut self, event: Event, at: Timestamp) -> EventId {
        self.told += 1;
        let id = EventId(self.told);
        self.events.send(Delivery { id, at, event }).await.unwrap();
        id
    }

    /// Something happens.
    fn comes_true(&self, event: &Event, at: Timestamp) {
        let mut people = self.chat.people.lock().unwrap();
        match event {
            Event::Joined(group, user) => {
                people.insert((*group, *user), at);
            }
            Event::Left(group, user) | Event::Kicked(group, user, _) => {
                people.remove(&(*group, *user));
            }
            _ => {}
        }
    }

    /// An admin of the group asks for a scan, and it is over.
    async fn ordered_scan(&mut self) -> EventId {
        let order = Event::ScanGroup(HERE, ADMIN, Role::Admin);
        let id = self.begins(order).await;
        sleep(PATIENCE).await;
        id
    }

    fn now(&self) -> Timestamp {
        self.chat.clock.now()
    }

    fn member(&self, group: GroupId, user: UserId) -> Member {
        self.store.peek(group, user).unwrap()
    }

    fn status(&self, group: GroupId) -> Status {
        self.member(group, USER).status
    }

    fn code(&self, group: GroupId) -> String {
        self.member(group, USER).code.to_string()
    }

    fn is_settled(&self, event: EventId) -> bool {
        self.chat.settled.lock().unwrap().contains(&event)
    }

    /// When calls like this were made.
    fn times(&self, like: impl Fn(&Call) -> bool) -> Vec<Timestamp> {
        let calls = self.chat.calls.lock().unwrap();
        let calls = calls.iter().filter(|(_, call)| like(call));
        calls.map(|(at, _)| *at).collect()
    }

    fn count(&self, like: impl Fn(&Call) -> bool) -> usize {
        self.times(like).len()
    }

    fn warnings(&self) -> usize {
        self.count(is_warning)
    }

    fn kicks(&self) -> usize {
        self.count(is_kick)
    }
}

fn is_warning(call: &Call) -> bool {
    matches!(call, Call::SendToGroup(_, Message::Warning(_)))
}

fn is_announcement(call: &Call) -> bool {
    matches!(call, Call::SendToGroup(_, Message::Announcement(_)))
}

fn is_kick(call: &Call) -> bool {
    matches!(call, Call::Kick(..))
}

fn is_to_owner(call: &Call) -> bool {
    matches!(call, Call::SendToPerson(OWNER, _))
}

/// Lets a bot serve a town of two groups until the script is over.
fn story<T>(answer: Answers, script: impl AsyncFnOnce(&mut Town) -> T) -> Recording<T> {
    story_of(&Setting::default(), answer, script)
}

struct Setting {
    seed: u64,
    groups: u64,
    policy: Policy,
    begins: Timestamp,
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            seed: 1,
            groups: 2,
            policy: Policy::default(),
            begins: NOON,
        }
    }
}

fn story_of<T>(
    setting: &Setting,
    answer: Answers,
    script: impl AsyncFnOnce(&mut Town) -> T,
) -> Recording<T> {
    record(async {
        let chat = chat(setting.begins, answer);
        let store = Arc::new(Memory::default());
        serve(setting, &chat, &store, Arc::clone(&store), script).await
    })
}

/// A platform where nobody is yet.
fn chat(begins: Timestamp, answer: Answers) -> Arc<Chat> {
    Arc::new(Chat {
        clock: Clock::new(begins, 1.0),
        calls: Mutex::default(),
        settled: Mutex::default(),
        people: Mutex::default(),
        answer,
    })
}

/// One life of a bot, on this platform and on this store.
async fn serve<T, S: Store>(
    setting: &Setting,
    chat: &Arc<Chat>,
    memory: &Arc<Memory>,
    store: S,
    script: impl AsyncFnOnce(&mut Town) -> T,
) -> T {
    let policy = setting.policy.clone();
    let polite = Polite::new(Arc::clone(chat), &policy);
    let codes = Codes::Seeded(setting.seed);
    // An hour wrong, until the platform says what time it is.
    let clock = Clock::new(chat.clock.now().after(HOUR), 1.0);
    let bot = Bot::new(polite, store, policy, clock, codes, Scans::Bounded);
    let (events, inbox) = mpsc::channel(1);
    let (stop, stopped) = watch::channel(false);
    let mut town = Town {
        chat: Arc::clone(chat),
        store: Arc::clone(memory),
        events,
        stop,
        told: 0,
    };
    let script = async {
        let groups = (1..=setting.groups).map(GroupId).collect();
        town.happens(Event::Connected(groups)).await;
        let value = script(&mut town).await;
        town.stop.send_replace(true);
        value
    };
    let (served, value) = join!(bot.run(inbox, stopped), script);
    served.unwrap();
    value
}

const FINE: Answers = |_, _| Ok(Reply::Done);

#[test]
fn bot_draws_codes_that_only_its_seed_foretells() {
    let codes = |seed| {
        let script = async |town: &mut Town| {
            for group in [HERE, THERE] {
                town.happens(Event::Joined(group, USER)).await;
            }
            [town.code(HERE), town.code(THERE)]
        };
        let setting = Setting {
            seed,
            ..Setting::default()
        };
        story_of(&setting, FINE, script).value
    };
    let different: BTreeSet<_> = [codes(1), codes(2)].concat().into_iter().collect();
    assert_eq!(different.len(), 4);
    assert_eq!(codes(1), codes(1));
}

#[test]
fn bot_draws_other_codes_in_another_run() {
    let code = |begins| {
        let setting = Setting {
            begins,
            ..Setting::default()
        };
        let script = async |town: &mut Town| {
            town.happens(Event::Joined(HERE, USER)).await;
            town.code(HERE)
        };
        story_of(&setting, FINE, script).value
    };
    assert_ne!(code(NOON), code(NOON.after(MINUTE)));
}

#[test]
fn bot_hears_a_code_in_every_group_the_member_is_still_in() {
    story(FINE, async |town| {
        for group in [HERE, THERE] {
            town.happens(Event::Joined(group, USER)).await;
        }
        town.happens(Event::Left(HERE, USER)).await;
        // A code is good for one group only.
        assert_ne!(town.code(HERE), town.code(THERE));
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!(town.status(THERE), Status::Pending);
        town.happens(Event::Said(USER, town.code(THERE))).await;
        assert_eq!(town.status(THERE), Status::Verified);
        assert_eq!(town.status(HERE), Status::Left);
    });
}

#[test]
fn bot_takes_orders_from_admins_and_its_owner_only() {
    story(FINE, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        sleep(PATIENCE).await;
        for order in [
            Event::ScanGroup(HERE, STRANGER, Role::Member),
            Event::ScanAll(STRANGER),
            Event::ScanAll(ADMIN),
        ] {
            let order = town.happens(order).await;
            assert_eq!(town.warnings(), 0);
            assert!(town.is_settled(order));
        }
        for (order, warnings) in [
            (Event::ScanGroup(HERE, ADMIN, Role::Admin), 1),
            (Event::ScanGroup(HERE, OWNER, Role::Member), 2),
            (Event::ScanAll(OWNER), 3),
        ] {
            let order = town.happens(order).await;
            assert_eq!(town.warnings(), warnings);
            assert!(town.is_settled(order));
            sleep(PATIENCE).await;
        }
    });
}

#[test]
fn bot_hears_a_code_before_the_next_warning() {
    story(FINE, async |town| {
        for user in [USER, OTHER] {
            town.happens(Event::Joined(HERE, user)).await;
        }
        sleep(PATIENCE).await;
        town.begins(Event::ScanAll(OWNER)).await;
        // After the notice and the first mute, during the second.
        sleep(LATENCY * 5 / 2).await;
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!(town.status(HERE), Status::Verified);
        let warning = Call::SendToGroup(HERE, Message::Warning(vec![OTHER]));
        assert_eq!(town.count(|call| *call == warning), 1);
        assert_eq!(town.warnings(), 1);
    });
}

/// Three warnings, and ten minutes more.
async fn warned_out(town: &mut Town, users: &[UserId]) {
    for &user in users {
        town.happens(Event::Joined(HERE, user)).await;
    }
    sleep(PATIENCE).await;
    for _ in 0..3 {
        town.ordered_scan().await;
    }
}

#[test]
fn bot_hears_a_code_before_the_next_kick() {
    story(FINE, async |town| {
        warned_out(town, &[USER]).await;
        town.begins(Event::ScanAll(OWNER)).await;
        // After the notice, while the kick is being announced.
        sleep(LATENCY * 3 / 2).await;
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!(town.status(HERE), Status::Verified);
        assert_eq!(town.kicks(), 0);
    });
}

/// The platform asks to wait for half an hour instead of kicking; the code comes after a minute.
/// (Orders are given up after an hour: this one is still to be carried out.)
#[test]
fn bot_hears_a_code_while_a_kick_waits_for_the_platform() {
    let limited = |before, call: &Call| match call {
        Call::Kick(..) if before == 0 => Err(CallError::RateLimited(HOUR / 2)),
        _ => Ok(Reply::Done),
    };
    story(limited, async |town| {
        warned_out(town, &[USER]).await;
        town.happens(Event::ScanAll(OWNER)).await;
        assert_eq!(town.kicks(), 1);
        town.happens(Event::Said(USER, town.code(HERE))).await;
        sleep(HOUR * 3).await;
        assert_eq!(town.kicks(), 1);
        assert_eq!(town.status(HERE), Status::Verified);
    });
}

/// All places and turns are taken when a kick is due; the code comes while it waits for one.
#[test]
fn bot_decides_what_to_call_when_it_may_call() {
    let setting = Setting {
        policy: Policy {
            groups_in_flight: 1,
            ..Policy::default()
        },
        ..Setting::default()
    };
    // A call in the other group takes as long as one can.
    let slow = |_, call: &Call| match call {
        Call::Mute(THERE, _) => NEVER,
        _ => Ok(Reply::Done),
    };
    story_of(&setting, slow, async |town| {
        warned_out(town, &[USER]).await;
        town.begins(Event::ScanAll(OWNER)).await;
        // During the announcement, so that the place goes to the other group after it.
        sleep(LATENCY * 3 / 2).await;
        town.begins(Event::Joined(THERE, OTHER)).await;
        sleep(LATENCY * 3).await;
        assert_eq!(town.count(|call| matches!(call, Call::Mute(THERE, _))), 1);
        assert_eq!(town.kicks(), 0);
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!((town.kicks(), town.status(HERE)), (0, Status::Verified));
    });
}

/// The turn and the code come in the same moment, in which something else is being stored.
#[test]
fn bot_hears_what_has_come_before_it_decides() {
    let setting = Setting {
        policy: Policy {
            groups_in_flight: 1,
            ..Policy::default()
        },
        ..Setting::default()
    };
    let slow: Answers = |_, call| match call {
        Call::Mute(THERE, _) => NEVER,
        _ => Ok(Reply::Done),
    };
    on_a_slow_store(&setting, slow, async |town| {
        warned_out(town, &[USER]).await;
        town.begins(Event::ScanAll(OWNER)).await;
        sleep(LATENCY * 3 / 2).await;
        town.begins(Event::Joined(THERE, OTHER)).await;
        sleep(LATENCY * 3).await;
        let hangs = town.times(|call| matches!(call, Call::Mute(THERE, _)))[0];
        let ends = hangs.after(setting.policy.call_timeout);
        sleep(ends.since(town.now()).saturating_sub(SLOW / 2)).await;
        // It takes until after the end of the call that was in the way.
        town.begins(Event::Joined(HERE, STRANGER)).await;
        sleep(SLOW * 3 / 4).await;
        assert_eq!(town.kicks(), 0);
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!((town.kicks(), town.status(HERE)), (0, Status::Verified));
    });
}

/// Everything is stored before the platform is told not to send it again.
#[test]
fn bot_settles_nothing_before_it_is_stored() {
    on_a_slow_store(&Setting::default(), FINE, async |town| {
        let joined = town.begins(Event::Joined(HERE, USER)).await;
        sleep(SLOW / 2).await;
        assert_eq!(town.store.peek(HERE, USER), None);
        assert!(!town.is_settled(joined));
        sleep(MINUTE).await;
        assert!(town.is_settled(joined));
        let said = town.begins(Event::Said(USER, town.code(HERE))).await;
        sleep(SLOW / 2).await;
        assert_eq!(town.status(HERE), Status::Pending);
        assert!(!town.is_settled(said));
        sleep(SLOW).await;
        assert_eq!(town.status(HERE), Status::Verified);
        assert!(town.is_settled(said));
    });
}

/// A call takes ten seconds to fail; what happens meanwhile is heard at once.
#[test]
fn bot_hears_everybody_while_a_call_hangs() {
    let hanging: Answers = |_, call| match call {
        Call::Mute(HERE, USER) => NEVER,
        _ => Ok(Reply::Done),
    };
    story(hanging, async |town| {
        town.begins(Event::Joined(HERE, USER)).await;
        sleep(LATENCY * 2).await;
        let joined = town.begins(Event::Joined(HERE, OTHER)).await;
        sleep(LATENCY).await;
        assert!(town.is_settled(joined));
        assert_eq!(town.count(|call| matches!(call, Call::Mute(..))), 1);
    });
}

/// They leave when it is announced, and are back while others are being kicked.
#[test]
fn bot_does_not_kick_who_comes_back_between_two_kicks() {
    story(FINE, async |town| {
        warned_out(town, &[USER, OTHER]).await;
        town.begins(Event::ScanAll(OWNER)).await;
        // The first kick is under way.
        sleep(LATENCY * 5 / 2).await;
        town.begins(Event::Left(HERE, OTHER)).await;
        town.begins(Event::Joined(HERE, OTHER)).await;
        sleep(MINUTE).await;
        assert_eq!(town.count(|call| *call == Call::Kick(HERE, USER)), 1);
        assert_eq!(town.count(|call| *call == Call::Kick(HERE, OTHER)), 0);
        let member = town.member(HERE, OTHER);
        assert_eq!((member.stay, member.warnings), (2, 0));
    });
}

/// The answer to a kick is lost, they come back, and nobody tells the bot anything.
#[test]
fn bot_asks_who_is_there_before_it_kicks_again() {
    let lost = |before, call: &Call| match call {
        Call::Kick(..) if before == 0 => Err(CallError::Transient),
        _ => Ok(Reply::Done),
    };
    story(lost, async |town| {
        warned_out(town, &[USER]).await;
        town.begins(Event::ScanAll(OWNER)).await;
        // During the kick.
        sleep(LATENCY * 5 / 2).await;
        let now = town.now();
        town.comes_true(&Event::Kicked(HERE, USER, By::Bot), now);
        town.comes_true(&Event::Joined(HERE, USER), now.after(SECOND / 10));
        sleep(HOUR).await;
        assert_eq!(town.kicks(), 1);
        let member = town.member(HERE, USER);
        assert_eq!((member.stay, member.warnings), (2, 0));
    });
}

/// The case from which nothing may be guessed: the answer to a kick is that nobody is there.
#[test]
fn bot_believes_the_event_about_who_was_gone_at_the_kick() {
    let gone = |_, call: &Call| match call {
        Call::Kick(..) => Err(CallError::Gone),
        _ => Ok(Reply::Done),
    };
    for (event, status) in [
        (Event::Left(HERE, USER), Status::Left),
        (Event::Kicked(HERE, USER, By::Admin), Status::KickedByAdmin),
        // The answer to an earlier try was lost.
        (Event::Kicked(HERE, USER, By::Bot), Status::KickedByTimeout),
    ] {
        story(gone, async |town| {
            warned_out(town, &[USER]).await;
            town.happens(Event::ScanAll(OWNER)).await;
            assert_eq!(town.kicks(), 1);
            assert_eq!(town.status(HERE), Status::Pending);
            town.happens(event).await;
            assert_eq!(town.status(HERE), status);
        });
    }
}

#[test]
fn bot_finds_out_who_came_and_went_unheard() {
    story(FINE, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        let now = town.now();
        town.comes_true(&Event::Left(HERE, USER), now);
        town.comes_true(&Event::Joined(HERE, OTHER), now);
        sleep(HOUR).await;
        assert_eq!(town.status(HERE), Status::Left);
        assert_eq!(town.count(|call| *call == Call::Mute(HERE, OTHER)), 1);
        // Who came unheard is heard from then on.
        let code = town.member(HERE, OTHER).code.to_string();
        town.happens(Event::Said(OTHER, code)).await;
        assert_eq!(town.member(HERE, OTHER).status, Status::Verified);
    });
}

#[test]
fn bot_leaves_those_alone_who_were_there_before_it() {
    story(FINE, async |town| {
        let long_ago = Timestamp(NOON.0 - 1);
        town.comes_true(&Event::Joined(HERE, USER), long_ago);
        sleep(HOUR).await;
        assert_eq!(town.store.peek(HERE, USER), None);
        assert_eq!(town.count(|call| !matches!(call, Call::Members(_))), 0);
    });
}

#[test]
fn bot_hears_people_from_before_its_start() {
    record(async {
        let setting = Setting::default();
        let known = newcomer();
        let said = Event::Said(USER, known.code.to_string());
        let chat = chat(NOON, FINE);
        let place = (HERE, USER);
        chat.people.lock().unwrap().insert(place, known.joined);
        let store = Arc::new(Memory::from_iter([(HERE, Roster::from_iter([known]))]));
        let script = async |town: &mut Town| {
            town.happens(said).await;
            assert_eq!(town.status(HERE), Status::Verified);
        };
        serve(&setting, &chat, &store, Arc::clone(&store), script).await;
    });
}

/// What it was told first is also known to the bot that starts after it.
#[test]
fn bot_remembers_since_when_it_is_in_a_group() {
    story(FINE, async |town| {
        sleep(HOUR).await;
        town.happens(Event::Connected(vec![HERE, THERE])).await;
        let roster = Store::load(&*town.store, HERE).await.unwrap();
        assert_eq!(roster.since, Some(NOON));
    });
}

/// It was removed while the connection was broken.
#[test]
fn bot_does_nothing_in_groups_that_are_not_named_any_more() {
    story(FINE, async |town| {
        town.happens(Event::Connected(vec![THERE])).await;
        let looks = |town: &Town| town.count(|call| *call == Call::Members(HERE));
        let before = looks(town);
        town.happens(Event::Joined(HERE, USER)).await;
        sleep(HOUR).await;
        assert_eq!(looks(town), before);
        assert_eq!(town.count(|call| matches!(call, Call::Mute(..))), 0);
    });
}

/// The bot is removed, people come meanwhile, and it is added again.
#[test]
fn bot_does_nothing_where_it_is_not_and_catches_up_when_it_is_back() {
    story(FINE, async |town| {
        town.happens(Event::Removed(HERE)).await;
        let calls = town.count(|_| true);
        town.happens(Event::Joined(HERE, USER)).await;
        sleep(HOUR).await;
        let here = |call: &Call| !matches!(call, Call::Members(THERE));
        assert_eq!(town.count(here), calls - 1);
        let now = town.now();
        town.comes_true(&Event::Joined(HERE, OTHER), now);
        town.happens(Event::Added(HERE)).await;
        for user in [USER, OTHER] {
            assert_eq!(town.count(|call| *call == Call::Mute(HERE, user)), 1);
        }
    });
}

/// News that come twice, late, or in another order, about somebody who was let in.
#[test]
fn bot_is_not_confused_by_old_news() {
    story(FINE, async |town| {
        let joined = town.now();
        town.happens(Event::Joined(HERE, USER)).await;
        town.happens(Event::Said(USER, town.code(HERE))).await;
        let verified = town.member(HERE, USER);
        let calls = town.count(|_| true);
        for event in [
            Event::Joined(HERE, USER),
            Event::Left(HERE, USER),
            Event::Unmuted(HERE, USER),
        ] {
            town.told(event, joined).await;
            sleep(MINUTE).await;
            assert_eq!(town.member(HERE, USER), verified);
        }
        assert_eq!(town.count(|_| true), calls);
    });
}

/// They left and came back; the news of the leaving comes last.
#[test]
fn bot_takes_a_late_leaving_for_what_it_is() {
    story(FINE, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        let left = town.now();
        town.comes_true(&Event::Left(HERE, USER), left);
        sleep(SECOND).await;
        town.happens(Event::Joined(HERE, USER)).await;
        town.told(Event::Left(HERE, USER), left).await;
        sleep(MINUTE).await;
        assert_eq!(town.status(HERE), Status::Pending);
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!(town.status(HERE), Status::Verified);
    });
}

/// The greeting stands, they come back before it has been recalled.
#[test]
fn bot_recalls_the_greeting_of_an_earlier_stay() {
    let numbered = |before, call: &Call| match call {
        Call::SendToGroup(_, Message::Greeting { .. }) => {
            let id = 100 + u64::try_from(before).unwrap();
            Ok(Reply::Message(
                async_workbook::ch15_group_verification::model::MessageId(id),
            ))
        }
        _ => Ok(Reply::Done),
    };
    story(numbered, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        town.begins(Event::Left(HERE, USER)).await;
        town.begins(Event::Joined(HERE, USER)).await;
        sleep(MINUTE).await;
        assert_eq!(town.count(|call| matches!(call, Call::Recall(..))), 1);
        assert!(town.member(HERE, USER).stale.is_empty());
    });
}

/// Who was never given a code is neither warned nor kicked, whoever asks for it.
#[test]
fn bot_warns_nobody_who_was_not_greeted() {
    let silent = |_, call: &Call| match call {
        Call::SendToGroup(_, Message::Greeting { .. }) => Err(CallError::Refused),
        _ => Ok(Reply::Done),
    };
    story(silent, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        for _ in 0..5 {
            town.ordered_scan().await;
        }
        sleep(DAY).await;
        assert_eq!((town.warnings(), town.kicks()), (0, 0));
    });
}

/// Orders in quick succession do not make anybody's time shorter than ten minutes.
#[test]
fn bot_gives_people_time_between_ordered_warnings() {
    story(FINE, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        for _ in 0..60 {
            town.happens(Event::ScanGroup(HERE, ADMIN, Role::Admin))
                .await;
        }
        let mut steps = town.times(|call| is_warning(call) || is_kick(call));
        steps.insert(0, town.times(|call| *call == Call::Mute(HERE, USER))[0]);
        assert!((3..=6).contains(&steps.len()), "{steps:?}");
        for pair in steps.windows(2) {
            assert!(pair[1] >= pair[0].after(MINUTE * 10), "{steps:?}");
        }
    });
}

/// No right to kick: one notice to the owner, and another try at the next scheduled scan.
#[test]
fn bot_without_the_right_to_kick_is_quiet_about_it() {
    let refused = |_, call: &Call| match call {
        Call::Kick(..) => Err(CallError::Refused),
        _ => Ok(Reply::Done),
    };
    story(refused, async |town| {
        let users: Vec<_> = (10..20).map(UserId).collect();
        warned_out(town, &users).await;
        let (notices, began) = (town.count(is_to_owner), town.now());
        sleep(DAY).await;
        let scans = usize::try_from(DAY.as_secs() / HOUR.as_secs() / 4).unwrap();
        let announced = town.count(is_announcement);
        assert!(
            (1..=scans).contains(&announced),
            "{announced} announcements"
        );
        let told = town.count(is_to_owner) - notices;
        assert!(told <= 2 * announced, "{told} words to the owner");
        let no_rights = Call::SendToPerson(OWNER, Message::NoRights(HERE));
        assert!(town.count(|call| *call == no_rights) > 0);
        let kicks = town.times(is_kick);
        assert!(kicks.len() <= 3 * announced, "{kicks:?}");
        assert!(kicks.iter().all(|&at| at >= began));
    });
}

/// No right to write, for a day.
#[test]
fn bot_without_the_right_to_write_is_quiet_about_it() {
    let refused = |_, call: &Call| match call {
        Call::SendToGroup(..) => Err(CallError::Refused),
        _ => Ok(Reply::Done),
    };
    story(refused, async |town| {
        for user in (10..30).map(UserId) {
            town.begins(Event::Joined(HERE, user)).await;
        }
        sleep(DAY).await;
        let told = town.count(is_to_owner);
        assert!((1..=7).contains(&told), "{told} words to the owner");
        let tries = town.count(|call| matches!(call, Call::SendToGroup(..)));
        assert!(tries < 24 * 6 + 20, "{tries} tries in a day");
    });
}

/// One member with whom nothing works; the others go on.
#[test]
fn bot_does_not_let_one_member_hold_up_the_others() {
    let poisoned = |_, call: &Call| match call {
        Call::Mute(HERE, USER) => Err(CallError::Transient),
        _ => Ok(Reply::Done),
    };
    story(poisoned, async |town| {
        for user in [USER, OTHER] {
            town.happens(Event::Joined(HERE, user)).await;
        }
        assert_eq!(town.member(HERE, OTHER).owed.first(), None);
        sleep(HOUR * 5).await;
        assert_eq!(town.member(HERE, OTHER).warnings, 1);
        town.happens(Event::Left(HERE, OTHER)).await;
        assert_eq!(town.member(HERE, OTHER).next_step(), None);
        let tries = town.count(|call| *call == Call::Mute(HERE, USER));
        assert!((10..=50).contains(&tries), "{tries} tries in five hours");
    });
}

/// Forty groups wait for an hour because they were told to; somebody joins another one.
#[test]
fn bot_does_not_let_limited_groups_hold_up_the_others() {
    let limited = |_, call: &Call| match call {
        Call::Mute(group, _) if group.0 <= 40 => Err(CallError::RateLimited(HOUR)),
        _ => Ok(Reply::Done),
    };
    let [_, later] = delays_beside(40, limited);
    assert!(later <= LATENCY * 2, "{later:?}");
}

/// Calls in as many groups as there are places are never answered; somebody joins another one.
/// They have to wait for one time-out, and afterwards not even for that.
#[test]
fn bot_does_not_let_hanging_groups_hold_up_the_others() {
    let hanging = |_, call: &Call| match call {
        Call::Mute(group, _) if group.0 <= 4 => NEVER,
        _ => Ok(Reply::Done),
    };
    let [first, later] = delays_beside(4, hanging);
    let one_call = Policy::default().call_timeout + LATENCY * 2;
    assert!(first <= one_call, "{first:?}");
    assert!(later <= LATENCY * 2, "{later:?}");
}

/// Ten times as many as there are places. Those who got no answer last time may hold a quarter of
/// the places only.
#[test]
fn bot_keeps_places_free_of_those_who_get_no_answers() {
    let hanging = |_, call: &Call| match call {
        Call::Mute(group, _) if group.0 <= 40 => NEVER,
        _ => Ok(Reply::Done),
    };
    let [first, later] = delays_beside(40, hanging);
    // As long as it takes to find out about all of them, four at a time.
    let one_call = Policy::default().call_timeout;
    assert!(
        (one_call * 9..=one_call * 10 + LATENCY * 2).contains(&first),
        "{first:?}"
    );
    assert!(later <= LATENCY * 2, "{later:?}");
}

/// How long somebody who joins one more group has to wait, with four places for all: right then,
/// and when all know what to expect.
fn delays_beside(groups: u64, answer: Answers) -> [Duration; 2] {
    let setting = Setting {
        groups: groups + 1,
        policy: Policy {
            groups_in_flight: 4,
            ..Policy::default()
        },
        ..Setting::default()
    };
    let script = async |town: &mut Town| {
        for group in (1..=groups).map(GroupId) {
            town.begins(Event::Joined(group, USER)).await;
        }
        let mut delays = [Duration::ZERO; 2];
        for (user, delay) in [OTHER, STRANGER].into_iter().zip(&mut delays) {
            let group = GroupId(groups + 1);
            let joined = town.now();
            town.begins(Event::Joined(group, user)).await;
            sleep(MINUTE * 5).await;
            let muted = town.times(|call| *call == Call::Mute(group, user));
            *delay = muted[0].since(joined);
        }
        delays
    };
    story_of(&setting, answer, script).value
}

#[test]
fn bot_does_not_believe_that_it_has_to_wait_for_ever() {
    let for_ever = |before, call: &Call| match call {
        Call::Mute(..) if before == 0 => Err(CallError::RateLimited(Duration::MAX)),
        _ => Ok(Reply::Done),
    };
    story(for_ever, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        sleep(Policy::default().longest_wait + MINUTE).await;
        assert_eq!(town.member(HERE, USER).owed.first(), None);
    });
}

/// Starts in the middle of the night, with somebody who should have been warned long ago.
#[test]
fn bot_that_starts_at_night_waits_for_the_morning() {
    let night = Timestamp(2 * 3_600_000);
    let setting = Setting {
        begins: NOON.after(DAY / 2 + HOUR * 2),
        ..Setting::default()
    };
    let recording = record(async {
        let chat = chat(setting.begins, FINE);
        chat.people.lock().unwrap().insert((HERE, USER), night);
        let overdue = Member {
            joined: night,
            as_of: night,
            told: Some(night.after(HOUR)),
            ..newcomer()
        };
        let store = Arc::new(Memory::from_iter([(HERE, Roster::from_iter([overdue]))]));
        let script = async |town: &mut Town| {
            sleep(HOUR * 3).await;
            assert_eq!(town.warnings(), 0);
            sleep(HOUR * 3).await;
            town.times(is_warning)
        };
        serve(&setting, &chat, &store, Arc::clone(&store), script).await
    });
    let morning = NOON.after(HOUR * 20);
    assert_eq!(recording.value.len(), 1);
    let late = recording.value[0].since(morning);
    assert!(
        late <= SECOND * 5 && recording.value[0] >= morning,
        "{late:?}"
    );
}

fn newcomer() -> Member {
    use async_workbook::ch15_group_verification::{
        decide::{Happening, decide},
        model::{Code, Steps},
    };
    let joined = Happening::Joined(Code::from_random_bytes([7; 16]));
    Member {
        owed: Steps::default(),
        ..decide(USER, None, &joined, Timestamp(0)).unwrap()
    }
}

#[test]
fn bot_that_panics_in_one_group_says_so_and_starts_again_there() {
    let recording = story(
        |before, call| match call {
            Call::Mute(HERE, _) if before == 0 => panic!("a trap"),
            _ => Ok(Reply::Done),
        },
        async |town| {
            for group in [HERE, THERE] {
                town.happens(Event::Joined(group, USER)).await;
            }
            sleep(MINUTE * 10).await;
            let mutes = |group| town.times(|call| *call == Call::Mute(group, USER));
            (mutes(HERE), mutes(THERE))
        },
    );
    let (here, there) = &recording.value;
    assert_eq!(*there, [NOON.after(MINUTE * 2)]);
    let wait = here[1].since(here[0]);
    assert!((MINUTE / 2..=MINUTE * 2).contains(&wait), "{wait:?}");
    assert_eq!(here.len(), 2);
    let reports = recording.events.iter();
    let reports = reports.filter(|event| event.text.contains("panicked"));
    assert_eq!(reports.count(), 1);
}

/// A panic in the middle of a scan: what was stored counts, and the order is still one.
#[test]
fn bot_that_panics_in_a_scan_begins_it_anew() {
    story(
        |before, call| match call {
            Call::SendToGroup(_, Message::Warning(_)) if before == 0 => panic!("a trap"),
            _ => Ok(Reply::Done),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            sleep(PATIENCE).await;
            let order = Event::ScanGroup(HERE, ADMIN, Role::Admin);
            let order = town.begins(order).await;
            sleep(SECOND * 20).await;
            assert!(!town.is_settled(order));
            assert_eq!(town.member(HERE, USER).warnings, 0);
            sleep(MINUTE * 10).await;
            assert!(town.is_settled(order));
            assert_eq!(town.member(HERE, USER).warnings, 1);
        },
    );
}

/// Memory with a fault: `fault` is asked at each access, and panics, or says how long it takes.
struct Faulty<F> {
    memory: Arc<Memory>,
    fault: F,
}

enum Access<'a> {
    /// What was read.
    Load(&'a Roster),
    /// What is to be written.
    Save(GroupId, &'a [Member]),
}

impl<F: Fn(Access<'_>) -> Duration + Send + Sync + 'static> Store for Faulty<F> {
    async fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Store::groups(&*self.memory).await
    }

    async fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        let roster = Store::load(&*self.memory, group).await?;
        sleep((self.fault)(Access::Load(&roster))).await;
        Ok(roster)
    }

    async fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        sleep((self.fault)(Access::Save(group, &members))).await;
        Store::save(&*self.memory, group, members).await
    }

    async fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError> {
        Store::meet(&*self.memory, group, since).await
    }
}

/// Lets a bot serve a town of two groups, as [`story_of`] does, on a store with this fault.
fn on_a_faulty_store<T>(
    setting: &Setting,
    answer: Answers,
    fault: impl Fn(Access<'_>) -> Duration + Send + Sync + 'static,
    script: impl AsyncFnOnce(&mut Town) -> T,
) -> Recording<T> {
    record(async {
        let (chat, memory) = (chat(setting.begins, answer), Arc::new(Memory::default()));
        let store = Faulty {
            memory: Arc::clone(&memory),
            fault,
        };
        serve(setting, &chat, &memory, store, script).await
    })
}

/// The first call panics, and from then on so does every new start.
#[test]
fn bot_that_cannot_start_again_tries_less_and_less_often() {
    let trap: Answers = |before, call| match call {
        Call::Mute(HERE, _) if before == 0 => panic!("a trap"),
        _ => Ok(Reply::Done),
    };
    let unreadable = |access: Access<'_>| match access {
        Access::Load(roster) if roster.iter().next().is_some() => panic!("cannot be read"),
        _ => Duration::ZERO,
    };
    let played = on_a_faulty_store(&Setting::default(), trap, unreadable, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        sleep(MINUTE * 60).await;
    });
    let again = played.said();
    let again = again
        .iter()
        .filter(|said| said.contains("panicked"))
        .count();
    assert!((4..60).contains(&again), "{again} times in an hour");
}

/// A change takes so long on a slow store.
const SLOW: Duration = Duration::from_millis(200);

fn on_a_slow_store<T>(
    setting: &Setting,
    answer: Answers,
    script: impl AsyncFnOnce(&mut Town) -> T,
) -> Recording<T> {
    let slow = |access: Access<'_>| match access {
        Access::Load(_) => Duration::ZERO,
        Access::Save(..) => SLOW,
    };
    on_a_faulty_store(setting, answer, slow, script)
}

/// An event that makes the code panic three times is put off; but these are three events.
#[test]
fn bot_forgets_panics_after_it_has_done_something() {
    // Panics the first time that it is to let somebody in.
    let fell_in = Mutex::new(BTreeSet::new());
    let trap = move |access: Access<'_>| {
        if let Access::Save(_, members) = access {
            for member in members.iter().filter(|m| m.status == Status::Verified) {
                let first = fell_in.lock().unwrap().insert(member.user);
                assert!(!first, "a trap");
            }
        }
        Duration::ZERO
    };
    on_a_faulty_store(&Setting::default(), FINE, trap, async |town| {
        for user in (10..14).map(UserId) {
            town.happens(Event::Joined(HERE, user)).await;
            let code = town.member(HERE, user).code.to_string();
            let said = town.happens(Event::Said(user, code)).await;
            sleep(MINUTE * 5).await;
            assert_eq!(town.member(HERE, user).status, Status::Verified);
            assert!(town.is_settled(said));
        }
    });
}

/// A message concerns two groups; in one of them it cannot be stored. Whether it is settled, and
/// who was let in.
fn heard_by_a_fragile_store(panics: u32) -> (bool, Status, Status) {
    let left = AtomicU32::new(panics);
    // Only once that person is to be let in.
    let fragile = move |access: Access<'_>| {
        if let Access::Save(HERE, [member]) = access
            && member.status == Status::Verified
            && left.load(Ordering::Relaxed) > 0
        {
            left.fetch_sub(1, Ordering::Relaxed);
            panic!("the store panics");
        }
        Duration::ZERO
    };
    on_a_faulty_store(&Setting::default(), FINE, fragile, async |town| {
        for group in [HERE, THERE] {
            town.happens(Event::Joined(group, USER)).await;
        }
        sleep(MINUTE * 2).await;
        let said = Event::Said(USER, town.code(HERE));
        let said = town.happens(said).await;
        (town.is_settled(said), town.status(HERE), town.status(THERE))
    })
    .value
}

#[test]
fn bot_settles_nothing_that_one_group_could_not_store() {
    let (settled, here, there) = heard_by_a_fragile_store(u32::MAX);
    assert!(!settled);
    assert_eq!((here, there), (Status::Pending, Status::Pending));
}

#[test]
fn bot_takes_up_again_what_it_was_at_when_it_panicked() {
    let (settled, here, there) = heard_by_a_fragile_store(1);
    assert!(settled);
    assert_eq!((here, there), (Status::Verified, Status::Pending));
}

#[test]
fn bot_leaves_a_group_alone_for_a_while_after_a_scan_that_broke_off() {
    story(
        |_, call| match call {
            Call::SendToGroup(_, Message::Warning(_)) => Err(CallError::Transient),
            _ => Ok(Reply::Done),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            sleep(HOUR * 6).await;
            let tries = town.times(is_warning);
            let pauses = tries
                .windows(2)
                .filter(|pair| pair[1] > pair[0].after(MINUTE * 2));
            assert!((5..=14).contains(&pauses.count()), "{tries:?}");
            assert!(tries.len() <= 75, "{tries:?}");
            // The owner was told once an hour at most.
            let notices = town.count(is_to_owner);
            assert!((1..=3).contains(&notices), "{notices}");
        },
    );
}

/// The owner cannot be written to, and a scan is asked for all the same.
#[test]
fn bot_carries_out_an_order_whose_notice_fails() {
    story(
        |_, call| match call {
            Call::SendToPerson(OWNER, _) => Err(CallError::Transient),
            _ => Ok(Reply::Done),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            sleep(PATIENCE).await;
            let order = town.ordered_scan().await;
            assert!(town.is_settled(order));
            assert_eq!(town.warnings(), 1);
        },
    );
}

/// Nothing works for half an hour; the order is carried out then.
#[test]
fn bot_carries_out_an_order_later_if_it_cannot_now() {
    story(
        |before, call| match call {
            Call::SendToGroup(_, Message::Warning(_)) if before < 8 => Err(CallError::Transient),
            _ => Ok(Reply::Done),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            sleep(PATIENCE).await;
            let order = town.happens(Event::ScanAll(OWNER)).await;
            // The owner is not kept waiting.
            let failed = Message::Report(Tally {
                groups: 1,
                failed: 1,
                ..Tally::default()
            });
            let report = Call::SendToPerson(OWNER, failed);
            assert_eq!(town.count(|call| *call == report), 1);
            assert!(!town.is_settled(order));
            sleep(HOUR).await;
            assert!(town.is_settled(order));
            assert_eq!(town.member(HERE, USER).warnings, 1);
        },
    );
}

#[test]
fn bot_gives_up_an_order_that_is_too_old() {
    story(
        |_, call| match call {
            Call::SendToGroup(_, Message::Warning(_)) => Err(CallError::Transient),
            _ => Ok(Reply::Done),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            sleep(PATIENCE).await;
            let order = town
                .begins(Event::ScanGroup(HERE, ADMIN, Role::Admin))
                .await;
            sleep(Policy::default().order_expires.saturating_sub(MINUTE)).await;
            assert!(!town.is_settled(order));
            sleep(MINUTE * 2).await;
            assert!(town.is_settled(order));
        },
    );
}

#[test]
fn bot_reports_what_it_did() {
    story(FINE, async |town| {
        for group in [HERE, THERE] {
            town.happens(Event::Joined(group, USER)).await;
        }
        sleep(PATIENCE).await;
        let order = town.happens(Event::ScanAll(OWNER)).await;
        assert!(town.is_settled(order));
        let tally = Tally {
            groups: 2,
            failed: 0,
            warned: 2,
            kicked: 0,
        };
        let report = Call::SendToPerson(OWNER, Message::Report(tally));
        assert_eq!(town.count(|call| *call == report), 1);
    });
}

/// The report gets lost once. Only when it has arrived is the order done with.
#[test]
fn bot_reports_again_if_nobody_heard_it() {
    let lost: Answers = |before, call| match call {
        Call::SendToPerson(OWNER, Message::Report(_)) if before == 0 => Err(CallError::Transient),
        _ => Ok(Reply::Done),
    };
    story(lost, async |town| {
        let reports = |town: &Town| town.count(is_to_owner);
        let order = town.begins(Event::ScanAll(OWNER)).await;
        sleep(LATENCY / 2).await;
        assert_eq!((reports(town), town.is_settled(order)), (1, false));
        sleep(LATENCY * 3).await;
        assert_eq!((reports(town), town.is_settled(order)), (2, true));
    });
}

/// Nothing works for half an hour, and an impatient admin asks again and again.
#[test]
fn bot_bears_a_flood_of_orders() {
    let limited: Answers = |before, call| match call {
        Call::Mute(..) if before == 0 => Err(CallError::RateLimited(HOUR / 2)),
        _ => Ok(Reply::Done),
    };
    story(limited, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        let mut orders = Vec::new();
        for _ in 0..200 {
            let order = Event::ScanGroup(HERE, ADMIN, Role::Admin);
            orders.push(town.begins(order).await);
        }
        sleep(SECOND).await;
        let open = orders.iter().filter(|order| !town.is_settled(**order));
        assert_eq!(open.count(), Policy::default().inbox);
        sleep(HOUR).await;
        assert!(orders.iter().all(|order| town.is_settled(*order)));
    });
}

/// Twenty groups have something to do at the same time.
#[test]
fn bot_makes_no_more_calls_a_second_than_it_may() {
    let setting = Setting {
        groups: 20,
        policy: Policy {
            calls_per_second: Some(5),
            ..Policy::default()
        },
        ..Setting::default()
    };
    story_of(&setting, FINE, async |town| {
        for group in (1..=20).map(GroupId) {
            town.begins(Event::Joined(group, USER)).await;
        }
        sleep(MINUTE).await;
        let calls = town.times(|_| true);
        assert!(calls.len() >= 60, "{} calls", calls.len());
        for six in calls.windows(6) {
            assert!(six[5].since(six[0]) >= SECOND, "{six:?}");
        }
    });
}

#[test]
fn bot_that_is_stopped_ends_after_its_call_and_leaves_the_order_open() {
    story(FINE, async |town| {
        for group in [HERE, THERE] {
            town.happens(Event::Joined(group, USER)).await;
        }
        sleep(PATIENCE).await;
        let order = town.begins(Event::ScanAll(OWNER)).await;
        // In the second of three calls, in both groups.
        sleep(LATENCY * 3 / 2).await;
        let calls = town.count(|_| true);
        town.stop.send_replace(true);
        sleep(MINUTE).await;
        assert_eq!(town.count(|_| true), calls);
        assert_eq!(town.warnings(), 0);
        assert!(!town.is_settled(order));
    });
}

/// Whatever it waits for: a call that hangs, a limit of hours, or a turn.
#[test]
fn bot_that_is_stopped_does_not_wait_for_the_platform() {
    let hanging: Answers = |_, call| match call {
        Call::Mute(..) => NEVER,
        _ => Ok(Reply::Done),
    };
    let limited: Answers = |_, call| match call {
        Call::Mute(..) => Err(CallError::RateLimited(HOUR)),
        _ => Ok(Reply::Done),
    };
    let setting = Setting {
        groups: 20,
        policy: Policy {
            groups_in_flight: 1,
            ..Policy::default()
        },
        ..Setting::default()
    };
    for answer in [hanging, limited] {
        let recording = story_of(&setting, answer, async |town: &mut Town| {
            for group in (1..=20).map(GroupId) {
                town.begins(Event::Joined(group, USER)).await;
            }
            sleep(MINUTE).await;
            Instant::now()
        });
        // The runtime was built for this story, which began when its clock did.
        let took = recording.elapsed;
        let limit = MINUTE * 2 + setting.policy.call_timeout + SECOND;
        assert!(took <= limit, "{took:?}");
    }
}

/// It stores what it is at, and leaves what waits in its inbox for the next run.
#[test]
fn bot_that_is_stopped_does_not_store_all_that_waits() {
    let recording = on_a_slow_store(&Setting::default(), FINE, async |town| {
        let mut events = Vec::new();
        for user in (10..60).map(UserId) {
            events.push(town.begins(Event::Joined(HERE, user)).await);
        }
        let waiting = events.iter().filter(|&&event| !town.is_settled(event));
        assert!(waiting.count() > 40);
        town.now().since(NOON)
    });
    let (asked, ended) = (recording.value, recording.elapsed);
    assert!(ended <= asked + LATENCY + SLOW * 2, "{asked:?}, {ended:?}");
}

// Rules in bold, in real time, on one thread and on two workers

/// Answers at once, and asks to wait a little when somebody is to be muted for the first time.
#[derive(Default)]
struct Busy(Mutex<Vec<Call>>);

impl Platform for Busy {
    async fn call(&self, call: &Call) -> Answer {
        let mut calls = self.0.lock().unwrap();
        calls.push(call.clone());
        match call {
            Call::Members(_) => Ok(Reply::Members(Vec::new())),
            Call::Mute(..) if calls.iter().filter(|c| *c == call).count() == 1 => {
                Err(CallError::RateLimited(Duration::from_millis(100)))
            }
            _ => Ok(Reply::Done),
        }
    }
}

/// The calls of a bot that hears these events, each so many milliseconds after the one before.
async fn calls_in_real_time(events: &[(u64, Event, Timestamp)]) -> Vec<Call> {
    let busy = Arc::new(Busy::default());
    let policy = Policy {
        backoff: Duration::from_millis(10),
        ..Policy::default()
    };
    let polite = Polite::new(Arc::clone(&busy), &policy);
    let clock = Clock::new(NOON, 1.0);
    let memory = Arc::new(Memory::default());
    let bot = Bot::new(
        polite,
        memory,
        policy,
        clock,
        Codes::Seeded(1),
        Scans::Bounded,
    );
    let (deliver, inbox) = mpsc::channel(1);
    let (stop, stopped) = watch::channel(false);
    let script = async {
        let connected = (0, Event::Connected(vec![HERE]), NOON);
        for (number, (wait, event, at)) in (1..).zip([&connected].into_iter().chain(events)) {
            sleep(Duration::from_millis(*wait)).await;
            let (id, at, event) = (EventId(number), *at, event.clone());
            deliver.send(Delivery { id, at, event }).await.unwrap();
        }
        sleep(Duration::from_millis(300)).await;
        stop.send_replace(true);
    };
    let (served, ()) = join!(bot.run(inbox, stopped), script);
    served.unwrap();
    let calls = busy.0.lock().unwrap();
    calls.clone()
}

fn mutes(calls: &[Call]) -> usize {
    let mutes = calls.iter().filter(|call| matches!(call, Call::Mute(..)));
    mutes.count()
}

#[test]
fn bot_rule_a_retry_asks_again() {
    on_both_runtimes(|| async {
        let joined = (20, Event::Joined(HERE, USER), NOON);
        let calls = calls_in_real_time(std::slice::from_ref(&joined)).await;
        assert_eq!(
            mutes(&calls),
            2,
            "who stays is muted at the second try: {calls:?}"
        );

        let left = (40, Event::Left(HERE, USER), NOON.after(SECOND));
        let calls = calls_in_real_time(&[joined, left]).await;
        assert_eq!(mutes(&calls), 1, "who has left meanwhile is not: {calls:?}");
    });
}

#[test]
fn bot_rule_an_event_is_old_when_it_arrives() {
    on_both_runtimes(|| async {
        let joined = (20, Event::Joined(HERE, USER), NOON.after(SECOND));
        let gone = (20, Event::Left(HERE, USER), NOON.after(2 * SECOND));
        let again = (20, Event::Joined(HERE, USER), NOON.after(3 * SECOND));
        let old = [joined.clone(), joined.clone(), gone.clone(), joined.clone()];
        let calls = calls_in_real_time(&old).await;
        assert_eq!(mutes(&calls), 1, "heard three times, muted once: {calls:?}");
        let calls = calls_in_real_time(&[joined, gone, again]).await;
        assert_eq!(mutes(&calls), 2, "who comes back is muted again: {calls:?}");
    });
}
