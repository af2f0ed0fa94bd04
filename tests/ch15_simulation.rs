//! The whole bot against simulated worlds, on the virtual clock.

use std::{
    env,
    future::pending,
    num::NonZero,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::Duration,
};

use async_workbook::{
    ch15_group_verification::{
        bot::{Bot, Codes, Scans},
        clock::Clock,
        model::{Code, GroupId, Member, MessageId, Status, Timestamp},
        platform::{Answer, Call, CallError, EventId, Message, Platform, Polite, Reply},
        policy::Policy,
        roster::Roster,
        sim::{
            BotRun, Checker, Disk, EPOCH, Journal, Settings, SimPlatform, World, look_in,
            serve_through_restarts,
        },
        store::{Memory, OffThread, Sqlite, Store, StoreError},
    },
    stage::virtual_time,
};
use tokio::{
    select,
    sync::{mpsc, watch},
    task::yield_now,
    time::sleep,
};

fn world(seed: u64) -> Settings {
    Settings {
        seed,
        groups: 4,
        members: 6,
        days: 2,
        // Every sixteenth world is faultless, the worst one is very bad.
        faults: [0.0, 0.02, 0.1, 0.3][(seed % 4) as usize],
        trouble: [0.0, 0.05, 0.2, 0.5][(seed / 4 % 4) as usize],
        owner: Policy::default().owner,
    }
}

fn policy(seed: u64) -> Policy {
    Policy {
        groups_in_flight: if scans(seed) == Scans::Bounded {
            2
        } else {
            100
        },
        utc_offset_minutes: [0, 480, -210][(seed % 3) as usize],
        ..Policy::default()
    }
}

fn scans(seed: u64) -> Scans {
    if seed.is_multiple_of(3) {
        Scans::Gather
    } else {
        Scans::Bounded
    }
}

fn platform(seed: u64) -> (SimPlatform, BotRun) {
    let world = World::new(world(seed));
    let until = world.end().after(Duration::from_hours(1));
    let platform = SimPlatform::new(world, Clock::new(EPOCH, 1.0), Journal::default());
    let run = BotRun {
        policy: policy(seed),
        speed: 1.0,
        scans: scans(seed),
        seed,
        until,
        clock_error: 0,
    };
    (platform, run)
}

async fn live<S: Store + Clone>(
    seed: u64,
    store: S,
    peek: Option<Arc<Memory>>,
) -> Arc<SimPlatform> {
    let (platform, run) = platform(seed);
    if let Some(peek) = peek {
        platform.check(Checker::new(policy(seed), move |group, user| {
            peek.peek(group, user)
        }));
    }
    let platform = Arc::new(platform);
    // The second branch never ends.
    select! {
        biased;
        served = serve_through_restarts(&platform, store, run, pending()) => served.unwrap(),
        () = look_in(&platform) => {}
    }
    platform
}

/// One world from beginning to end: its violations, and the digest of its transcript.
fn simulate(seed: u64) -> (Vec<String>, u64) {
    virtual_time(async {
        let store = Arc::new(Memory::default());
        let platform = live(seed, Arc::new(Disk(Arc::clone(&store))), Some(store)).await;
        let mut violations = platform.violations(true);
        let peak = platform.counts().peak_in_flight;
        if peak > policy(seed).groups_in_flight {
            violations.push(format!("{peak} calls at the same time"));
        }
        (violations, platform.transcript_digest())
    })
}

/// `WORLDS=10000` for more of them, `SEED=17` for that one alone.
#[test]
fn simulation_keeps_every_rule_in_many_worlds() {
    let number = |name| env::var(name).ok()?.parse::<u64>().ok();
    let seeds = match number("SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("WORLDS").unwrap_or(200),
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let broken: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                let seeds = seeds.clone().skip(thread).step_by(threads);
                scope.spawn(move || seeds.filter_map(broken_rule).collect::<Vec<_>>())
            })
            .collect();
        let found = workers.into_iter().map(|worker| worker.join().unwrap());
        found.flatten().collect()
    });
    assert!(
        broken.is_empty(),
        "{} worlds in which a rule was broken:\n{}",
        broken.len(),
        broken[..broken.len().min(10)].join("\n")
    );
}

fn broken_rule(seed: u64) -> Option<String> {
    let violations = or_panic(|| simulate(seed).0).unwrap_or_else(|panic| vec![panic]);
    let first = violations.first()?;
    let count = violations.len();
    Some(format!(
        "SEED={seed} cargo test --test ch15_simulation many_worlds: {count} times, first: {first}"
    ))
}

/// What came of it, or how it panicked.
fn or_panic<T>(run: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(run)).map_err(|panic| {
        let words = panic.downcast_ref::<String>();
        words.cloned().unwrap_or_else(|| "panicked".into())
    })
}

/// Also when every change goes through a thread of the blocking pool to a real file.
#[test]
fn simulation_of_the_same_seed_is_the_same() {
    for seed in 0..8 {
        let (_, expected) = simulate(seed);
        assert_eq!(simulate(seed).1, expected, "in memory, seed {seed}");
        for _ in 0..2 {
            let folder = tempfile::tempdir().unwrap();
            let store = Arc::new(Sqlite::open(&folder.path().join("store")).unwrap());
            let on_disk = virtual_time(async {
                let store = Disk(OffThread::new(store));
                let platform = live(seed, Arc::new(store), None).await;
                platform.transcript_digest()
            });
            assert_eq!(on_disk, expected, "on disk, seed {seed}");
        }
    }
}

/// As a signal stops `simulate --real --trouble`.
#[test]
fn simulation_can_be_stopped_between_two_processes() {
    let minutes = Duration::from_mins;
    let pauses_long = |seed: &u64| {
        let world = World::new(world(*seed));
        world
            .restarts()
            .first()
            .is_some_and(|it| it.pause > minutes(5))
    };
    let seed = (0..100).find(pauses_long).unwrap();
    virtual_time(async {
        let (platform, run) = platform(seed);
        let (platform, store) = (Arc::new(platform), Arc::new(Memory::default()));
        let first = platform.with_world(|world| world.restarts()[0].clone());
        let asked = first.at.after(minutes(2));
        let stop = platform.clock().sleep_until(asked);
        let served = serve_through_restarts(&platform, store, run, stop).await;
        served.unwrap();
        assert_eq!(platform.clock().now(), asked);
    });
}

/// A good bot in the hands of somebody who is up to no good: what is done to its calls, its
/// numbers and its store.
struct Misdeed {
    policy: Policy,
    trouble: f64,
    call: fn(&Call) -> Meddling,
    /// Whether the platform is told what is settled.
    settles: bool,
    save: Duration,
    /// What the checker finds in the store.
    found: fn(Member) -> Option<Member>,
}

enum Meddling {
    None,
    /// Nothing happens, and the bot is told that it has.
    Swallow,
    Fail,
    Delay(Duration),
    Repeat(u32),
    /// And this before.
    Also(Call),
}

impl Default for Misdeed {
    fn default() -> Self {
        Self {
            policy: Policy::default(),
            trouble: 0.0,
            call: |_| Meddling::None,
            settles: true,
            save: Duration::from_millis(1),
            found: Some,
        }
    }
}

struct Meddler {
    platform: Arc<SimPlatform>,
    call: fn(&Call) -> Meddling,
    settles: bool,
}

impl Platform for Meddler {
    async fn call(&self, call: &Call) -> Answer {
        match (self.call)(call) {
            Meddling::None => {}
            Meddling::Swallow => return Ok(Reply::Message(MessageId(u64::MAX))),
            Meddling::Fail => return Err(CallError::Transient),
            Meddling::Delay(time) => sleep(time).await,
            Meddling::Repeat(times) => {
                for _ in 1..times {
                    let _ = self.platform.call(call).await;
                }
            }
            Meddling::Also(other) => drop(self.platform.call(&other).await),
        }
        self.platform.call(call).await
    }

    fn settled(&self, event: EventId) {
        if self.settles {
            self.platform.settled(event);
        }
    }
}

#[derive(Clone)]
struct Slow(Arc<Memory>, Duration);

impl Store for Slow {
    async fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Store::groups(&*self.0).await
    }

    async fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        Store::load(&*self.0, group).await
    }

    async fn save(&self, group: GroupId, members: Vec<Member>) -> Result<(), StoreError> {
        sleep(self.1).await;
        // For ever, without ever waiting for anything.
        while self.1.is_zero() {
            yield_now().await;
        }
        Store::save(&*self.0, group, members).await
    }

    async fn meet(&self, group: GroupId, since: Timestamp) -> Result<(), StoreError> {
        Store::meet(&*self.0, group, since).await
    }
}

impl Misdeed {
    /// What the checker says: all in all, or before the end.
    fn is_seen(&self, at_the_end: bool) -> Vec<String> {
        virtual_time(async {
            let settings = Settings {
                groups: 2,
                members: 20,
                faults: 0.0,
                trouble: self.trouble,
                ..world(2)
            };
            let (clock, found) = (Clock::new(EPOCH, 1.0), self.found);
            let platform = SimPlatform::new(World::new(settings), clock, Journal::default());
            let platform = Arc::new(platform);
            let memory = Arc::new(Memory::default());
            let store = Slow(Arc::clone(&memory), self.save);
            platform.check(Checker::new(Policy::default(), move |group, user| {
                memory.peek(group, user).and_then(found)
            }));
            let meddler = Meddler {
                platform: Arc::clone(&platform),
                call: self.call,
                settles: self.settles,
            };
            let polite = Polite::new(meddler, &self.policy);
            let (policy, clock) = (self.policy.clone(), Clock::new(EPOCH, 1.0));
            let bot = Bot::new(
                polite,
                store,
                policy,
                clock,
                Codes::Seeded(1),
                Scans::Bounded,
            );
            let (events, inbox) = mpsc::channel(1);
            let (_stop, stopped) = watch::channel(false);
            let end = platform
                .with_world(World::end)
                .after(Duration::from_hours(1));
            platform.start();
            select! {
                biased;
                served = bot.run(inbox, stopped) => served.unwrap(),
                () = platform.pump(events) => {}
                () = look_in(&platform) => {}
                () = platform.clock().sleep_until(end) => {}
            }
            platform.violations(at_the_end)
        })
    }
}

fn with_policy(change: impl FnOnce(&mut Policy)) -> Misdeed {
    let mut misdeed = Misdeed::default();
    change(&mut misdeed.policy);
    misdeed
}

fn with_calls(call: fn(&Call) -> Meddling) -> Misdeed {
    Misdeed {
        call,
        ..with_policy(|policy| policy.call_timeout = Duration::from_hours(1))
    }
}

fn with_store(found: fn(Member) -> Option<Member>) -> Misdeed {
    Misdeed {
        found,
        ..Misdeed::default()
    }
}

#[expect(clippy::unnecessary_wraps, reason = "what a store gives back")]
fn as_if(member: Member, from: Status, to: Status) -> Option<Member> {
    let status = if member.status == from {
        to
    } else {
        member.status
    };
    Some(Member { status, ..member })
}

/// As long as nobody meddles, there is nothing to see; and no rule is there for nothing.
#[test]
fn simulation_sees_every_misdeed() {
    use Meddling::{Also, Delay, Fail, None, Repeat, Swallow};
    use Message::{Announcement, Greeting, Notice, Warning, Welcome};
    use Status::{KickedByAdmin, Left, Pending, Verified};
    assert_eq!(Misdeed::default().is_seen(true), [""; 0]);
    let misdeeds = [
        ("a kick in", with_policy(|policy| policy.hours = 0..24)),
        ("a warning or", with_policy(|policy| policy.hours = 0..24)),
        (
            "two kicks",
            with_policy(|policy| policy.kick_gap = Duration::ZERO),
        ),
        ("too soon", with_policy(|policy| policy.warnings = 2)),
        (
            "too soon",
            with_policy(|policy| policy.scan_every = Duration::from_hours(3)),
        ),
        // Kicked, muted, greeted, warned, announced, though let in.
        (
            "spoke to",
            with_calls(|call| match call {
                Call::Unmute(group, user) => Also(Call::Kick(*group, *user)),
                _ => None,
            }),
        ),
        (
            "in spite of",
            with_calls(|call| match call {
                Call::Unmute(group, user) => Also(Call::Kick(*group, *user)),
                _ => None,
            }),
        ),
        (
            "spoke to",
            with_calls(|call| match call {
                Call::Unmute(group, user) => Also(Call::Mute(*group, *user)),
                _ => None,
            }),
        ),
        (
            "spoke to",
            with_calls(|call| match call {
                Call::Unmute(group, user) => Also(Call::SendToGroup(
                    *group,
                    Greeting {
                        user: *user,
                        code: Code::from_random_bytes([0; 16]),
                    },
                )),
                _ => None,
            }),
        ),
        (
            "spoke to",
            with_calls(|call| match call {
                Call::Unmute(group, user) => Also(Call::SendToGroup(*group, Warning(vec![*user]))),
                _ => None,
            }),
        ),
        (
            "spoke to",
            with_calls(|call| match call {
                Call::Unmute(group, user) => {
                    Also(Call::SendToGroup(*group, Announcement(vec![*user])))
                }
                _ => None,
            }),
        ),
        (
            "without a greeting",
            with_calls(|call| match call {
                Call::SendToGroup(_, Greeting { .. }) => Swallow,
                _ => None,
            }),
        ),
        (
            "too soon",
            with_calls(|call| match call {
                Call::SendToGroup(_, Warning(_)) => Swallow,
                _ => None,
            }),
        ),
        (
            "still stands",
            with_calls(|call| match call {
                Call::Recall(..) => Swallow,
                _ => None,
            }),
        ),
        (
            "who is pending is muted",
            with_calls(|call| match call {
                Call::Unmute(..) => Swallow,
                _ => None,
            }),
        ),
        (
            "nothing is owed",
            with_calls(|call| match call {
                Call::SendToPerson(_, Welcome(_)) => Fail,
                _ => None,
            }),
        ),
        (
            "left alone until",
            with_calls(|call| match call {
                Call::Mute(..) => Delay(Duration::from_mins(1)),
                _ => None,
            }),
        ),
        (
            "calls ToOwner",
            with_calls(|call| match call {
                Call::SendToPerson(_, Notice { .. }) => Repeat(20),
                _ => None,
            }),
        ),
        (
            "calls Announcement",
            with_calls(|call| match call {
                Call::SendToGroup(_, Announcement(_)) => Repeat(50),
                _ => None,
            }),
        ),
        (
            "calls Other",
            with_calls(|call| match call {
                Call::Members(_) => Repeat(600),
                _ => None,
            }),
        ),
        (
            "heard at",
            Misdeed {
                save: Duration::from_secs(2),
                ..Misdeed::default()
            },
        ),
        (
            "not settled",
            Misdeed {
                settles: false,
                ..Misdeed::default()
            },
        ),
        ("lost", with_store(|_| Option::None)),
        (
            "lost",
            Misdeed {
                trouble: 0.1,
                ..with_calls(|call| match call {
                    Call::Members(_) => Swallow,
                    _ => None,
                })
            },
        ),
        (
            "greetings of closed cases",
            with_store(|member| {
                Some(Member {
                    greeting: Some(MessageId(0)),
                    ..member
                })
            }),
        ),
        (
            "who is there is known",
            with_store(|member| as_if(member, Verified, Left)),
        ),
        (
            "who sent the code",
            with_store(|member| as_if(member, Verified, Pending)),
        ),
        (
            "who is away is not",
            with_store(|member| as_if(member, Left, Pending)),
        ),
        (
            "did not happen",
            with_store(|member| as_if(member, Left, KickedByAdmin)),
        ),
        (
            "did not happen",
            with_store(|member| as_if(member, Pending, Verified)),
        ),
        (
            "did not happen",
            with_store(|member| {
                Some(Member {
                    warnings: member.warnings + 1,
                    ..member
                })
            }),
        ),
        (
            "did not happen",
            with_store(|member| {
                Some(Member {
                    code: Code::from_random_bytes([0; 16]),
                    ..member
                })
            }),
        ),
        (
            "who is pending has the code",
            with_store(|member| {
                Some(Member {
                    code: Code::from_random_bytes([0; 16]),
                    ..member
                })
            }),
        ),
    ];
    let unseen = misdeeds
        .iter()
        .enumerate()
        .filter_map(|(index, (rule, misdeed))| {
            let seen = misdeed.is_seen(true);
            let is_seen = seen.iter().any(|seen| seen.contains(rule));
            (!is_seen).then(|| format!("{index}: {rule:?} but {:?}", seen.first()))
        });
    let unseen: Vec<_> = unseen.collect();
    assert!(unseen.is_empty(), "{unseen:#?}");
}

/// What is owed at midnight should not have to wait for the end of the world.
#[test]
fn simulation_looks_in_every_day() {
    let never_welcome = with_calls(|call| match call {
        Call::SendToPerson(_, Message::Welcome(_)) => Meddling::Fail,
        _ => Meddling::None,
    });
    let seen = never_welcome.is_seen(false);
    assert!(
        seen.iter().all(|seen| seen.contains("nothing is owed")),
        "{seen:?}"
    );
    assert!(!seen.is_empty());
}

/// A bot that does not wait, and one that does not end.
#[test]
fn simulation_sees_spins_and_slow_ends() {
    let spins = || virtual_time(live(6, Slow(Arc::default(), Duration::ZERO), None));
    let spins = or_panic(spins).map(|_| ()).unwrap_err();
    assert!(spins.contains("in one instant"), "{spins}");

    let store = Arc::new(Memory::default());
    let slow = Slow(Arc::clone(&store), Duration::from_mins(5));
    let platform = virtual_time(live(6, slow, Some(store)));
    let seen = platform.violations(false);
    let is_late = |words: &String| words.contains("a graceful stop took");
    assert!(seen.iter().any(is_late), "{seen:?}");
}
