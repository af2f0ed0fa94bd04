//! The bot, event by event, on a platform that answers as the test wants.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_workbook::{
    ch15_group_verification::{
        bot::Bot,
        clock::Clock,
        model::{GroupId, Status, Timestamp, UserId},
        platform::{
            Answer, By, Call, CallError, Delivery, Event, EventId, Message, Platform, Role, Tally,
        },
        policy::Policy,
        store::Memory,
    },
    stage::{Recording, record},
};
use tokio::{
    join,
    sync::{mpsc, watch},
    time::sleep,
};

const NOON: Timestamp = Timestamp(12 * 3_600_000);
const MINUTE: Duration = Duration::from_mins(1);
const LATENCY: Duration = Duration::from_secs(1);
const OWNER: UserId = UserId(1);
const ADMIN: UserId = UserId(2);
const STRANGER: UserId = UserId(3);
const USER: UserId = UserId(7);
const HERE: GroupId = GroupId(1);
const THERE: GroupId = GroupId(2);

/// Takes a second for each call, remembers it, and answers as it is told to.
struct Chat {
    clock: Clock,
    calls: Mutex<Vec<(Timestamp, Call)>>,
    settled: Mutex<Vec<EventId>>,
    /// How often this call was made before, and the call.
    answer: fn(usize, &Call) -> Answer,
}

impl Platform for Chat {
    async fn call(&self, call: &Call) -> Answer {
        let before = {
            let mut calls = self.calls.lock().unwrap();
            let before = calls.iter().filter(|(_, other)| other == call).count();
            calls.push((self.clock.now(), call.clone()));
            before
        };
        sleep(LATENCY).await;
        (self.answer)(before, call)
    }

    fn settled(&self, event: EventId) {
        self.settled.lock().unwrap().push(event);
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

    async fn begins(&mut self, event: Event) -> EventId {
        self.told += 1;
        let id = EventId(self.told);
        let at = self.chat.clock.now();
        self.events.send(Delivery { id, at, event }).await.unwrap();
        id
    }

    fn status(&self, group: GroupId) -> Status {
        self.store.peek(group, USER).unwrap().status
    }

    fn code(&self, group: GroupId) -> String {
        self.store.peek(group, USER).unwrap().code.to_string()
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

    fn warnings(&self) -> usize {
        self.times(|call| matches!(call, Call::SendToGroup(_, Message::Warning(_))))
            .len()
    }
}

/// Lets a bot serve a town until the script is over.
fn story<T>(
    answer: fn(usize, &Call) -> Answer,
    script: impl AsyncFnOnce(&mut Town) -> T,
) -> Recording<T> {
    seeded_story(1, answer, script)
}

fn seeded_story<T>(
    seed: u64,
    answer: fn(usize, &Call) -> Answer,
    script: impl AsyncFnOnce(&mut Town) -> T,
) -> Recording<T> {
    record(async {
        let clock = Clock::new(NOON, 1.0);
        let chat = Arc::new(Chat {
            clock,
            calls: Mutex::default(),
            settled: Mutex::default(),
            answer,
        });
        let store = Arc::new(Memory::default());
        let (events, inbox) = mpsc::channel(1);
        let (stop, stopped) = watch::channel(false);
        let (platform, rosters) = (Arc::clone(&chat), Arc::clone(&store));
        let bot = Bot::new(platform, rosters, Policy::default(), clock, seed);
        let mut town = Town {
            chat,
            store,
            events,
            stop,
            told: 0,
        };
        let script = async {
            let value = script(&mut town).await;
            town.stop.send_replace(true);
            value
        };
        let (served, value) = join!(bot.run(inbox, stopped), script);
        served.unwrap();
        value
    })
}

const FINE: fn(usize, &Call) -> Answer = |_, _| Ok(None);

#[test]
fn bot_draws_codes_that_only_its_seed_foretells() {
    let codes = |seed| {
        let script = async |town: &mut Town| {
            for group in [HERE, THERE] {
                town.happens(Event::Joined(group, USER)).await;
            }
            [town.code(HERE), town.code(THERE)]
        };
        seeded_story(seed, FINE, script).value
    };
    let different: BTreeSet<_> = [codes(1), codes(2)].concat().into_iter().collect();
    assert_eq!(different.len(), 4);
    assert_eq!(codes(1), codes(1));
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
        }
    });
}

#[test]
fn bot_hears_a_code_before_the_next_warning() {
    let other = UserId(8);
    story(FINE, async |town| {
        for user in [USER, other] {
            town.happens(Event::Joined(HERE, user)).await;
        }
        town.begins(Event::ScanAll(OWNER)).await;
        // After the notice and the first mute, during the second.
        sleep(LATENCY * 5 / 2).await;
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!(town.status(HERE), Status::Verified);
        let warning = Call::SendToGroup(HERE, Message::Warning(vec![other]));
        assert_eq!(town.times(|call| *call == warning).len(), 1);
        assert_eq!(town.warnings(), 1);
    });
}

#[test]
fn bot_hears_a_code_before_the_next_kick() {
    story(FINE, async |town| {
        town.happens(Event::Joined(HERE, USER)).await;
        for _ in 0..3 {
            town.happens(Event::ScanAll(OWNER)).await;
        }
        town.begins(Event::ScanAll(OWNER)).await;
        // After the notice, while the kick is being announced.
        sleep(LATENCY * 3 / 2).await;
        town.happens(Event::Said(USER, town.code(HERE))).await;
        assert_eq!(town.status(HERE), Status::Verified);
        assert!(town.times(|call| matches!(call, Call::Kick(..))).is_empty());
    });
}

/// The case from which nothing may be guessed: the answer to a kick is that nobody is there.
#[test]
fn bot_believes_the_event_about_who_was_gone_at_the_kick() {
    let gone = |_, call: &Call| match call {
        Call::Kick(..) => Err(CallError::Gone),
        _ => Ok(None),
    };
    for (event, status) in [
        (Event::Left(HERE, USER), Status::Left),
        (Event::Kicked(HERE, USER, By::Admin), Status::KickedByAdmin),
        // The answer to an earlier try was lost.
        (Event::Kicked(HERE, USER, By::Bot), Status::KickedByTimeout),
    ] {
        story(gone, async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            for _ in 0..4 {
                town.happens(Event::ScanAll(OWNER)).await;
            }
            assert_eq!(town.times(|call| matches!(call, Call::Kick(..))).len(), 1);
            assert_eq!(town.status(HERE), Status::Pending);
            town.happens(event).await;
            assert_eq!(town.status(HERE), status);
        });
    }
}

#[test]
fn bot_that_panics_in_one_group_says_so_and_starts_again_there() {
    let recording = story(
        |before, call| match call {
            Call::Mute(HERE, _) if before == 0 => panic!("a trap"),
            _ => Ok(None),
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
    assert_eq!(*there, [NOON.after(MINUTE)]);
    let again = NOON.after(LATENCY + Policy::default().retry_later);
    assert_eq!(*here, [NOON, again]);
    let reports = recording.events.iter();
    let reports = reports.filter(|event| event.text.contains("panicked"));
    assert_eq!(reports.count(), 1);
}

/// A panic in the middle of a scan: the scan is forgotten, and what was stored counts.
#[test]
fn bot_that_panics_in_a_scan_begins_it_anew() {
    let recording = story(
        |before, call| match call {
            Call::SendToGroup(_, Message::Warning(_)) if before == 0 => panic!("a trap"),
            _ => Ok(None),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            let order = Event::ScanGroup(HERE, ADMIN, Role::Admin);
            let order = town.happens(order).await;
            sleep(MINUTE * 10).await;
            // It comes again, to a bot that starts again.
            assert!(!town.is_settled(order));
            assert_eq!(town.store.peek(HERE, USER).unwrap().warnings, 0);
            town.times(|call| matches!(call, Call::SendToPerson(_, Message::Notice { .. })))
        },
    );
    assert_eq!(recording.value.len(), 1);
}

#[test]
fn bot_leaves_a_group_alone_for_a_while_after_a_failure() {
    let policy = Policy::default();
    story(
        |_, call| match call {
            Call::Mute(..) => Err(CallError::Transient),
            _ => Ok(None),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            sleep(policy.retry_later * 4).await;
            let mutes = town.times(|call| matches!(call, Call::Mute(..)));
            assert!((4..=6).contains(&mutes.len()), "{mutes:?}");
            for pair in mutes.windows(2) {
                assert!(pair[1] >= pair[0].after(policy.retry_later), "{mutes:?}");
            }
        },
    );
}

#[test]
fn bot_leaves_a_group_alone_for_a_while_after_a_scan_that_broke_off() {
    let policy = Policy::default();
    story(
        |_, call| match call {
            Call::SendToGroup(_, Message::Warning(_)) => Err(CallError::Transient),
            _ => Ok(None),
        },
        async |town| {
            town.happens(Event::Joined(HERE, USER)).await;
            sleep(policy.scan_every + policy.retry_later * 4).await;
            let tries =
                town.times(|call| matches!(call, Call::SendToGroup(_, Message::Warning(_))));
            assert!((4..=6).contains(&tries.len()), "{tries:?}");
            for pair in tries.windows(2) {
                assert!(pair[1] >= pair[0].after(policy.retry_later), "{tries:?}");
            }
        },
    );
}

#[test]
fn bot_reports_what_it_did_and_what_failed() {
    story(
        |_, call| match call {
            Call::SendToGroup(THERE, Message::Warning(_)) => Err(CallError::Transient),
            _ => Ok(None),
        },
        async |town| {
            for group in [HERE, THERE] {
                town.happens(Event::Joined(group, USER)).await;
            }
            let order = town.happens(Event::ScanAll(OWNER)).await;
            assert!(town.is_settled(order));
            let tally = Tally {
                groups: 1,
                failed: 1,
                warned: 1,
                kicked: 0,
            };
            let report = Call::SendToPerson(OWNER, Message::Report(tally));
            assert_eq!(town.times(|call| *call == report).len(), 1);
        },
    );
}

#[test]
fn bot_that_is_stopped_ends_after_its_step_and_leaves_the_order_open() {
    story(FINE, async |town| {
        for group in [HERE, THERE] {
            town.happens(Event::Joined(group, USER)).await;
        }
        let order = town.begins(Event::ScanAll(OWNER)).await;
        // In the second of three calls, in both groups.
        sleep(LATENCY * 3 / 2).await;
        let calls = town.times(|_| true).len();
        town.stop.send_replace(true);
        sleep(MINUTE).await;
        assert_eq!(town.times(|_| true).len(), calls);
        assert_eq!(town.warnings(), 0);
        assert!(!town.is_settled(order));
    });
}
