//! One scan, four ways: the same moves, the same state, each within its own promise.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use async_workbook::{
    ch15_group_verification::{
        compare::{Engine, Task},
        model::{GroupId, Status, Timestamp, UserId},
        platform::{Answer, BlockingPlatform, Call, CallError, Message, Platform, Tally},
        policy::Policy,
        scan::{Pace, Polite, Report, ScanError, bounded, gather, sequential, threads},
        store::{BlockingStore, Memory, digest},
    },
    stage::{block_for, record, record_blocking, virtual_time},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    runtime::Builder,
    sync::watch,
    time::{Instant, sleep},
};

/// The moment of every scan here; later than anything in the stores.
const NOW: Timestamp = Timestamp(1_750_000_000_000);
const LATENCY: Duration = Duration::from_millis(100);

/// Takes time, and fails for the same members in every engine.
#[derive(Default)]
struct Moody {
    seed: u64,
    moods: bool,
}

impl Moody {
    fn answer(&self, call: &Call) -> Answer {
        let (group, user) = match call {
            Call::Mute(group, user) | Call::Kick(group, user) => (group.0, user.0),
            Call::SendToGroup(group, _) => (group.0, 0),
            Call::SendToPerson(_, Message::Notice { group, .. }) => (group.0, 1),
            _ => return Ok(None),
        };
        let mut random = StdRng::seed_from_u64(self.seed ^ group.rotate_left(20) ^ user);
        match random.random_range(0..if self.moods { 40 } else { 1 }) {
            36 => Err(CallError::Gone),
            37 => Err(CallError::Refused),
            38 => Err(CallError::Transient),
            39 => panic!("no mood for group {group}"),
            _ => Ok(None),
        }
    }
}

impl Platform for Moody {
    async fn call(&self, call: &Call) -> Answer {
        sleep(LATENCY).await;
        self.answer(call)
    }
}

impl BlockingPlatform for Moody {
    fn call(&self, call: &Call) -> Answer {
        block_for(LATENCY);
        self.answer(call)
    }
}

fn policy(limit: usize) -> Policy {
    Policy {
        groups_in_flight: limit,
        calls_per_second: None,
        retries: 1,
        ..Policy::default()
    }
}

fn scan(engine: Engine, task: &Task, moody: Moody) -> (Report, Arc<Memory>, Duration) {
    let store = Arc::new(task.store());
    let (policy, moody) = (Arc::new(policy(task.max_in_flight)), Arc::new(moody));
    let recording = match engine {
        Engine::Sequential => record_blocking(|| sequential(&*moody, &*store, NOW, &policy)),
        Engine::Threads => {
            record_blocking(|| threads(&*moody, &*store, NOW, &policy, task.max_in_flight))
        }
        Engine::Gather => record(gather(moody, Arc::clone(&store), NOW, policy)),
        Engine::Bounded => {
            let (_never, stop) = watch::channel(false);
            let store = Arc::clone(&store);
            record(async {
                let polite = Polite::new(moody, &policy, task.seed);
                bounded(polite.into(), store, NOW, policy, stop).await
            })
        }
    };
    (recording.value.unwrap(), store, recording.elapsed)
}

fn task(seed: u64) -> Task {
    let mut random = StdRng::seed_from_u64(seed);
    let members = random.random_range(1..7);
    Task {
        groups: random.random_range(1..9),
        members,
        kicks: random.random_range(0..=members),
        latency: LATENCY,
        seed,
        max_in_flight: 3,
        rate: None,
    }
}

#[test]
fn engines_agree_in_100_worlds() {
    let mut troubles = 0;
    for seed in 0..100 {
        let moody = || Moody { seed, moods: true };
        let (report, store, _) = scan(Engine::Sequential, &task(seed), moody());
        troubles += report.tally().failed;
        for engine in [Engine::Threads, Engine::Gather, Engine::Bounded] {
            let (other_report, other_store, _) = scan(engine, &task(seed), moody());
            assert_eq!(other_report, report, "{engine:?} in world {seed}");
            let digests = (digest(&*other_store), digest(&*store));
            assert_eq!(digests.0, digests.1, "{engine:?} in world {seed}");
        }
    }
    assert!(troubles > 50, "only {troubles} groups failed");
}

#[test]
fn engines_keep_time() {
    // Notice, four mutes, warning, announcement, kick: 8 calls in each of 6 groups.
    let task = Task {
        groups: 6,
        members: 5,
        kicks: 1,
        ..task(1)
    };
    for (engine, calls) in [
        (Engine::Sequential, 6 * 8),
        (Engine::Threads, 2 * 8),
        (Engine::Gather, 8),
        (Engine::Bounded, 2 * 8),
    ] {
        let (report, _, elapsed) = scan(engine, &task, Moody::default());
        assert_eq!(elapsed, LATENCY * calls, "{engine:?}");
        let tally = Tally {
            groups: 6,
            failed: 0,
            warned: 24,
            kicked: 6,
        };
        assert_eq!(report.tally(), tally, "{engine:?}");
    }
}

#[test]
fn engines_without_kicks_make_members_and_two_calls() {
    let task = Task {
        groups: 3,
        members: 5,
        kicks: 0,
        ..task(1)
    };
    assert_eq!(scan(Engine::Gather, &task, Moody::default()).2, LATENCY * 7);
    assert_eq!(task.ideal(Engine::Gather), LATENCY * 7);
}

#[test]
fn engines_pause_between_kicks() {
    let task = Task {
        groups: 2,
        members: 3,
        kicks: 3,
        ..task(1)
    };
    let expected = LATENCY * 5 + Duration::from_secs(2);
    for engine in [Engine::Threads, Engine::Gather, Engine::Bounded] {
        assert_eq!(scan(engine, &task, Moody::default()).2, expected);
    }
}

/// A platform that panics in group 2.
struct Trap;

impl Platform for Trap {
    async fn call(&self, call: &Call) -> Answer {
        assert!(!matches!(call, Call::Mute(GroupId(2), _)), "a trap");
        sleep(LATENCY).await;
        Ok(None)
    }
}

#[test]
fn gather_reports_a_panic_and_goes_on() {
    let task = Task {
        groups: 3,
        members: 2,
        kicks: 0,
        ..task(1)
    };
    let store = Arc::new(task.store());
    let scan = gather(Trap.into(), store, NOW, policy(1).into());
    let report = virtual_time(scan).unwrap();
    let panicked = Err(ScanError::Panicked("a trap".into()));
    assert_eq!(report.0[1], (GroupId(2), panicked));
    assert_eq!((report.tally().groups, report.tally().warned), (2, 4));
}

#[test]
fn gather_loses_no_group_among_several_cores() {
    let task = Task {
        groups: 7,
        members: 2,
        kicks: 0,
        ..task(1)
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(3)
        .enable_time()
        .build()
        .unwrap();
    let scan = gather(Trap.into(), task.store().into(), NOW, policy(1).into());
    let report = runtime.block_on(scan).unwrap();
    let groups: Vec<_> = report.0.iter().map(|(group, _)| group.0).collect();
    assert_eq!(groups, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!((report.tally().groups, report.tally().failed), (6, 1));
}

#[test]
fn bounded_stops_between_two_moves() {
    let task = Task {
        groups: 8,
        members: 5,
        kicks: 0,
        ..task(1)
    };
    let report = virtual_time(async {
        let (stop, stopped) = watch::channel(false);
        let policy = Arc::new(policy(2));
        let polite = Arc::new(Polite::new(Moody::default(), &policy, 1));
        // A ninth group, in which nothing is to be done, does not begin either.
        let store = task.store();
        BlockingStore::save(&store, GroupId(9), vec![]).unwrap();
        let scan = bounded(polite, store.into(), NOW, policy, stopped);
        let impatience = async {
            // In the third group's second call.
            sleep(LATENCY * 8 + LATENCY / 2).await;
            stop.send_replace(true);
        };
        let (report, ()) = tokio::join!(scan, impatience);
        report.unwrap()
    });
    let ended = report.0.iter().filter(|(_, outcome)| outcome.is_ok());
    assert_eq!(ended.count(), 2);
    let stopped = Err(ScanError::Stopped);
    assert_eq!(report.0.len(), 9);
    assert!(report.0[2..].iter().all(|(_, outcome)| *outcome == stopped));
}

/// Writes down what it has done.
#[derive(Default)]
struct Diary(Mutex<Vec<Call>>);

impl Platform for Diary {
    async fn call(&self, call: &Call) -> Answer {
        sleep(LATENCY).await;
        self.0.lock().unwrap().push(call.clone());
        Ok(None)
    }
}

#[test]
fn bounded_that_is_stopped_has_stored_what_it_did_and_no_more() {
    let task = Task {
        groups: 3,
        members: 4,
        kicks: 2,
        ..task(1)
    };
    let mut ends = BTreeSet::new();
    for moment in 0..60 {
        let (diary, store) = (Arc::new(Diary::default()), Arc::new(task.store()));
        let report = virtual_time(async {
            let (stop, stopped) = watch::channel(false);
            let policy = Arc::new(policy(2));
            let polite = Arc::new(Polite::new(Arc::clone(&diary), &policy, 1));
            let scan = bounded(polite, Arc::clone(&store), NOW, policy, stopped);
            let impatience = async {
                sleep(LATENCY * moment).await;
                stop.send_replace(true);
            };
            tokio::join!(scan, impatience).0.unwrap()
        });
        ends.insert(report.tally().groups);

        let expected = task.store();
        for call in diary.0.lock().unwrap().iter() {
            let (group, users) = match call {
                Call::SendToGroup(group, Message::Warning(users)) => (*group, users.clone()),
                Call::Kick(group, user) => (*group, vec![*user]),
                _ => continue,
            };
            for user in users {
                let mut member = expected.peek(group, user).unwrap();
                match call {
                    Call::Kick(..) => member.status = Status::KickedByTimeout,
                    _ => member.warnings += 1,
                }
                BlockingStore::save(&expected, group, vec![member]).unwrap();
            }
        }
        assert_eq!(digest(&*store), digest(&expected), "stopped at {moment}");
    }
    assert_eq!(ends, BTreeSet::from([0, 2, 3]));
}

/// Remembers when it was called.
#[derive(Default)]
struct Stopwatch(Mutex<Vec<Instant>>);

impl Platform for Stopwatch {
    async fn call(&self, _call: &Call) -> Answer {
        self.0.lock().unwrap().push(Instant::now());
        sleep(LATENCY).await;
        Ok(None)
    }
}

#[test]
fn bounded_never_exceeds_its_rate_and_almost_reaches_it() {
    for rate in [10, 50, 333, 1000, 5000] {
        let task = Task {
            groups: 100 + rate as usize,
            members: 5,
            kicks: 0,
            // The rate is what limits, down to the last group.
            max_in_flight: 100_000,
            rate: Some(rate),
            ..task(1)
        };
        let watch = Arc::new(Stopwatch::default());
        let calls = Arc::clone(&watch);
        let took = virtual_time(async {
            let (_never, stop) = watch::channel(false);
            let policy = Arc::new(Policy {
                groups_in_flight: task.max_in_flight,
                calls_per_second: task.rate,
                ..Policy::default()
            });
            let began = Instant::now();
            let polite = Polite::new(watch, &policy, 1).into();
            bounded(polite, task.store().into(), NOW, policy, stop)
                .await
                .unwrap();
            began.elapsed()
        });
        let calls = calls.0.lock().unwrap();
        let second = Duration::from_secs(1);
        for (first, &from) in calls.iter().enumerate() {
            let inside = calls[first..].partition_point(|&at| at < from + second);
            assert!(
                inside <= rate as usize,
                "{inside} calls in a second at {rate}/s"
            );
        }
        let ideal = task.ideal(Engine::Bounded);
        let ratio = took.as_secs_f64() / ideal.as_secs_f64();
        assert!(ratio <= 1.03, "{ratio} times the ideal at {rate}/s");
    }
}

#[test]
fn pace_lets_nobody_wait_without_need() {
    virtual_time(async {
        let pace = Pace::new(100);
        let began = Instant::now();
        pace.turn().await;
        assert_eq!(began.elapsed(), Duration::ZERO);
        sleep(Duration::from_secs(1)).await;
        let idle = Instant::now();
        pace.turn().await;
        assert_eq!(idle.elapsed(), Duration::ZERO);
        // Nor does it save up turns.
        pace.turn().await;
        assert!(idle.elapsed() >= Duration::from_millis(10));
    });
}

/// Fails the first time, then asks to wait, then hangs, then works.
#[derive(Default)]
struct Bumpy(std::sync::atomic::AtomicU32);

impl Platform for Bumpy {
    async fn call(&self, _call: &Call) -> Answer {
        match self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed) {
            0 => Err(CallError::Transient),
            1 => Err(CallError::RateLimited(Duration::from_secs(5))),
            2 => std::future::pending().await,
            _ => Ok(None),
        }
    }
}

#[test]
fn polite_waits_as_asked_gives_up_on_silence_and_tries_again() {
    let took = virtual_time(async {
        let polite = Polite::new(Bumpy::default(), &Policy::default(), 1);
        let began = Instant::now();
        let call = Call::Mute(GroupId(1), UserId(1));
        assert_eq!(polite.call(&call).await, Ok(None));
        began.elapsed()
    });
    // 5 s because it was asked to, 10 s of silence, and at most 0.5 + 1 + 2 s of back-off.
    let (least, most) = (Duration::from_secs(15), Duration::from_millis(18_600));
    assert!((least..=most).contains(&took), "{took:?}");
}

/// Does not answer a single call, and remembers when they came.
#[derive(Default)]
struct Down(Stopwatch);

impl Platform for Down {
    async fn call(&self, call: &Call) -> Answer {
        self.0.call(call).await?;
        Err(CallError::Transient)
    }
}

/// The waits between the tries of one call that never succeeds.
fn waits(policy: &Policy, seed: u64) -> Vec<Duration> {
    let down = Arc::new(Down::default());
    virtual_time(async {
        let polite = Polite::new(Arc::clone(&down), policy, seed);
        let call = Call::Mute(GroupId(1), UserId(1));
        assert_eq!(polite.call(&call).await, Err(CallError::Transient));
    });
    let calls = down.0.0.lock().unwrap();
    calls.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[test]
fn polite_waits_longer_from_try_to_try() {
    let policy = Policy {
        calls_per_second: None,
        longest_backoff: Duration::from_secs(3),
        ..Policy::default()
    };
    let mut longest = vec![Duration::ZERO; 4];
    for seed in 0..100 {
        let waits = waits(&policy, seed)
            .into_iter()
            .map(|wait| wait.saturating_sub(LATENCY));
        longest = longest
            .into_iter()
            .zip(waits)
            .map(|(a, b)| a.max(b))
            .collect();
    }
    // Full jitter: anything from nothing to these.
    for (longest, ceiling) in longest.into_iter().zip([500, 1000, 2000, 3000]) {
        let ceiling = Duration::from_millis(ceiling);
        let allowed = ceiling.mul_f64(0.9)..=ceiling + Duration::from_millis(1);
        assert!(allowed.contains(&longest), "{longest:?} of {ceiling:?}");
    }
}

#[test]
fn polite_waits_for_its_turn_with_a_retry_too() {
    let policy = Policy {
        calls_per_second: Some(1),
        backoff: Duration::from_millis(1),
        ..Policy::default()
    };
    let waits = waits(&policy, 1);
    assert_eq!(waits.len(), 4);
    let second = Duration::from_secs(1);
    assert!(waits.iter().all(|&wait| wait >= second), "{waits:?}");
}
