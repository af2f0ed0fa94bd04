//! One scan, four ways: the same moves, the same state, each within its own promise.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use async_workbook::{
    ch15_group_verification::{
        compare::{Engine, Line, MeasureError, NOW, StoreKind, Workload},
        model::{GroupId, Member, Status, Timestamp, UserId},
        platform::{
            Answer, BlockingPlatform, Call, CallError, Message, Pace, Platform, Polite, Present,
            Reply, Tally,
        },
        policy::Policy,
        roster::Roster,
        scan::{Report, Scan, ScanError, ThreadsError, bounded, gather, sequential, threads},
        store::{BlockingStore, Memory, StoreError, digest},
    },
    stage::{block_for, record, record_blocking, virtual_time},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::{
    join,
    runtime::Builder,
    select,
    sync::watch,
    time::{Instant, sleep},
};

const LATENCY: Duration = Duration::from_millis(100);

/// Takes time, and fails for the same members in every engine.
#[derive(Clone)]
struct Moody {
    workload: Workload,
    moods: bool,
}

impl Moody {
    fn answer(&self, call: &Call) -> Answer {
        let (group, user) = match call {
            Call::Mute(group, user) | Call::Kick(group, user) => (group.0, user.0),
            Call::SendToGroup(group, _) => (group.0, 0),
            Call::SendToPerson(_, Message::Notice { group, .. }) => (group.0, 1),
            Call::Members(group) => return Ok(everybody(&self.workload.memory(), *group)),
            _ => return Ok(Reply::Done),
        };
        let seed = self.workload.seed;
        let mut random = StdRng::seed_from_u64(seed ^ group.rotate_left(20) ^ user);
        match random.random_range(0..if self.moods { 40 } else { 1 }) {
            36 => Err(CallError::Gone),
            37 => Err(CallError::Refused),
            38 => Err(CallError::Transient),
            39 => panic!("no mood for group {group}"),
            _ => Ok(Reply::Done),
        }
    }
}

fn everybody(store: &Memory, group: GroupId) -> Reply {
    let roster = BlockingStore::load(store, group).unwrap();
    let there = roster.iter().map(|member| Present {
        user: member.user,
        joined: member.joined,
        muted: None,
    });
    Reply::Members(there.collect())
}

impl Platform for Moody {
    async fn call(&self, call: &Call) -> Answer {
        sleep(self.workload.latency).await;
        self.answer(call)
    }
}

impl BlockingPlatform for Moody {
    fn call(&self, call: &Call) -> Answer {
        block_for(self.workload.latency);
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

fn groups(store: &impl BlockingStore) -> Vec<GroupId> {
    store.groups().unwrap()
}

fn scanner<P, S>(platform: P, store: &Arc<S>, policy: Policy) -> Arc<Scan<P, S>> {
    Arc::new(Scan {
        platform,
        store: Arc::clone(store),
        at: NOW,
        policy,
        stop: None,
    })
}

/// One scan in virtual time, how it ended, and how long it took.
fn scan<P>(
    engine: Engine,
    workload: &Workload,
    platform: P,
    policy: &Policy,
) -> (Report, Arc<Memory>, Duration)
where
    P: Platform + BlockingPlatform,
{
    let store = Arc::new(workload.memory());
    let (groups, most) = (groups(&*store), workload.max_in_flight);
    let recording = match engine {
        Engine::Sequential => {
            record_blocking(|| sequential(&platform, &*store, NOW, policy).unwrap())
        }
        Engine::Threads => {
            record_blocking(|| threads(&platform, &*store, NOW, policy, most).unwrap())
        }
        Engine::Gather => record(gather(groups, scanner(platform, &store, policy.clone()))),
        Engine::Bounded => record(async {
            let (_never, stop) = watch::channel(false);
            let polite = Polite::new(platform, policy);
            let scan = scanner(polite, &store, policy.clone());
            bounded(groups, scan, most, stop).await
        }),
    };
    (recording.value, store, recording.elapsed)
}

/// One scan on a platform that is in the best of moods.
fn calm_scan(engine: Engine, workload: &Workload) -> (Report, Arc<Memory>, Duration) {
    let calm = Moody {
        workload: workload.clone(),
        moods: false,
    };
    let policy = Policy {
        calls_per_second: workload.rate,
        ..policy(workload.max_in_flight)
    };
    scan(engine, workload, calm, &policy)
}

fn workload(seed: u64) -> Workload {
    let mut random = StdRng::seed_from_u64(seed);
    let members = random.random_range(1..7);
    Workload {
        groups: random.random_range(1..9),
        members,
        kicks: random.random_range(0..=members),
        latency: LATENCY,
        seed,
        max_in_flight: 3,
        ..Workload::default()
    }
}

#[test]
fn engines_agree_in_100_worlds() {
    let mut troubles = 0;
    for seed in 0..100 {
        let workload = workload(seed);
        let moody = Moody {
            workload: workload.clone(),
            moods: true,
        };
        let scan = |engine| scan(engine, &workload, moody.clone(), &policy(3));
        let (report, store, _) = scan(Engine::Sequential);
        troubles += report.tally().failed;
        for engine in [Engine::Threads, Engine::Gather, Engine::Bounded] {
            let (other_report, other_store, _) = scan(engine);
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
    let workload = Workload {
        groups: 6,
        members: 5,
        kicks: 1,
        ..workload(1)
    };
    for (engine, calls) in [
        (Engine::Sequential, 6 * 8),
        (Engine::Threads, 2 * 8),
        (Engine::Gather, 8),
        (Engine::Bounded, 2 * 8),
    ] {
        let (report, _, elapsed) = calm_scan(engine, &workload);
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
    let workload = Workload {
        groups: 3,
        members: 5,
        kicks: 0,
        ..workload(1)
    };
    assert_eq!(calm_scan(Engine::Gather, &workload).2, LATENCY * 7);
    assert_eq!(workload.ideal(Engine::Gather), LATENCY * 7);
}

#[test]
fn engines_pause_between_kicks() {
    let workload = Workload {
        groups: 2,
        members: 3,
        kicks: 3,
        ..workload(1)
    };
    let expected = LATENCY * 5 + Duration::from_secs(2);
    for engine in [Engine::Threads, Engine::Gather, Engine::Bounded] {
        assert_eq!(calm_scan(engine, &workload).2, expected);
    }
}

#[test]
fn ideals_are_never_beaten_and_almost_reached() {
    for seed in 0..300 {
        let mut random = StdRng::seed_from_u64(seed);
        let members = random.random_range(0..=6);
        let workload = Workload {
            groups: random.random_range(0..=12),
            members,
            kicks: random.random_range(0..=members),
            latency: Duration::from_millis(random.random_range(1..=300)),
            seed,
            max_in_flight: random.random_range(1..=10),
            rate: (seed % 2 == 0).then(|| random.random_range(1..=50)),
            ..Workload::default()
        };
        for engine in Engine::ALL {
            let elapsed = calm_scan(engine, &workload).2;
            let ideal = workload.ideal(engine);
            if engine == Engine::Bounded && workload.rate.is_some() {
                // The timetable is one part in a hundred slower than the rate. Two caps can get
                // in each other's way: the last groups begin late, and then they are few.
                let most = if workload.max_in_flight < workload.groups {
                    1.5
                } else {
                    1.02
                };
                let allowed = ideal..=ideal.mul_f64(most);
                let words = format!("{elapsed:?} instead of {ideal:?} for {workload:?}");
                assert!(allowed.contains(&elapsed), "{words}");
            } else {
                assert_eq!(elapsed, ideal, "{engine:?} of {workload:?}");
            }
        }
    }
}

#[test]
fn ideals_know_what_a_cap_costs() {
    let workload = Workload {
        groups: 40,
        max_in_flight: 3,
        ..workload(1)
    };
    let chain = workload.ideal(Engine::Gather);
    assert_eq!(workload.ideal(Engine::Sequential), chain * 40);
    assert_eq!(workload.ideal(Engine::Threads), chain * 14);
    assert_eq!(workload.ideal(Engine::Bounded), chain * 14);
}

/// `--rate 1` once took less than the least time.
#[test]
fn ideals_of_a_rate_count_the_gaps_and_not_the_calls() {
    let workload = Workload {
        groups: 2,
        members: 1,
        kicks: 0,
        rate: Some(1),
        ..workload(1)
    };
    // Three calls in each group; the first at once, the last one is waited for.
    let ideal = Duration::from_secs(5) + LATENCY;
    assert_eq!(workload.ideal(Engine::Bounded), ideal);
    let elapsed = calm_scan(Engine::Bounded, &workload).2;
    assert!(elapsed >= ideal && elapsed < ideal + LATENCY, "{elapsed:?}");
}

#[test]
fn engines_are_measured_with_one_result_in_memory_and_on_disk() {
    let mut digests = BTreeSet::new();
    for store in [StoreKind::Memory, StoreKind::Sqlite] {
        let workload = Workload {
            groups: 5,
            latency: Duration::from_millis(1),
            max_in_flight: 2,
            store,
            ..Workload::default()
        };
        for engine in Engine::ALL {
            let measured = workload.measure(engine).unwrap();
            assert!(measured.cost.elapsed >= measured.cost.ideal, "{engine:?}");
            assert_eq!(measured.calls, 5 * 8, "{engine:?}");
            // A future that is polled when its answer is due, and before that was read, begins its next call
            // while the last one still counts.
            let most = match engine {
                Engine::Sequential => 1,
                Engine::Threads => 2,
                Engine::Bounded => 2 * 2,
                Engine::Gather => 2 * 5,
            };
            let peak = measured.peak_in_flight;
            assert!(peak <= most, "{engine:?}: {peak}");
            digests.insert(measured.state_digest);
        }
        let untouched = digest(&workload.memory()).unwrap();
        assert!(!digests.contains(&untouched));
        let naive = workload.naive();
        assert!(naive.elapsed >= naive.ideal);
        assert_eq!(naive.ideal, workload.ideal(Engine::Gather));
    }
    assert_eq!(digests.len(), 1);
}

#[test]
fn line_is_read_by_a_future_on_the_virtual_clock() {
    let workload = workload(1);
    let took = virtual_time(async {
        let (line, store) = (Arc::new(Line::new(LATENCY)), Arc::new(workload.memory()));
        let scan = scanner(Arc::clone(&line), &store, policy(1));
        let began = Instant::now();
        select! {
            biased;
            _report = gather(groups(&*store), scan) => {}
            () = line.deliver() => {}
        }
        began.elapsed()
    });
    assert_eq!(took, workload.ideal(Engine::Gather));
}

/// More groups than any system starts threads.
struct Crowd;

impl BlockingStore for Crowd {
    fn groups(&self) -> Result<Vec<GroupId>, StoreError> {
        Ok((0..1_000_000).map(GroupId).collect())
    }

    fn load(&self, group: GroupId) -> Result<Roster, StoreError> {
        panic!("group {group} has begun");
    }

    fn save(&self, _group: GroupId, _members: Vec<Member>) -> Result<(), StoreError> {
        Ok(())
    }

    fn meet(&self, _group: GroupId, _since: Timestamp) -> Result<(), StoreError> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
#[test]
fn threads_that_are_too_many_are_an_error_and_no_panic() {
    let scan = threads(&Line::new(LATENCY), &Crowd, NOW, &policy(1), usize::MAX);
    let error = scan.unwrap_err();
    assert!(matches!(
        error,
        ThreadsError::TooMany {
            asked: 1_000_000,
            ..
        }
    ));
    let words = MeasureError::from(error).to_string();
    assert!(
        words.starts_with("cannot start 1000000 threads: "),
        "{words}"
    );
}

/// A platform that panics in group 2.
struct Trap;

impl Platform for Trap {
    async fn call(&self, call: &Call) -> Answer {
        assert!(!matches!(call, Call::Mute(GroupId(2), _)), "a trap");
        sleep(LATENCY).await;
        Ok(Reply::Done)
    }
}

#[test]
fn gather_reports_a_panic_and_goes_on() {
    let workload = Workload {
        groups: 3,
        members: 2,
        kicks: 0,
        ..workload(1)
    };
    let store = Arc::new(workload.memory());
    let scan = gather(groups(&*store), scanner(Trap, &store, policy(1)));
    let report = virtual_time(scan);
    let panicked = Err(ScanError::Panicked("a trap".into()));
    assert_eq!(report.0[1], (GroupId(2), panicked));
    assert_eq!((report.tally().groups, report.tally().warned), (2, 4));
}

#[test]
fn gather_loses_no_group_among_several_cores() {
    let workload = Workload {
        groups: 7,
        members: 2,
        kicks: 0,
        ..workload(1)
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(3)
        .enable_time()
        .build()
        .unwrap();
    let store = Arc::new(workload.memory());
    let scan = gather(groups(&*store), scanner(Trap, &store, policy(1)));
    let report = runtime.block_on(scan);
    let scanned: Vec<_> = report.0.iter().map(|(group, _)| group.0).collect();
    assert_eq!(scanned, [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!((report.tally().groups, report.tally().failed), (6, 1));
}

#[test]
fn bounded_stops_between_two_moves() {
    let workload = Workload {
        groups: 8,
        members: 5,
        kicks: 0,
        ..workload(1)
    };
    let report = virtual_time(async {
        let (stop, stopped) = watch::channel(false);
        // A ninth group, in which nothing is to be done, does not begin either.
        let store = Arc::new(workload.memory());
        BlockingStore::save(&*store, GroupId(9), vec![]).unwrap();
        let scan = stoppable(Diary::default(), &store, stopped);
        let impatience = async {
            // In the third group's second call.
            sleep(LATENCY * 8 + LATENCY / 2).await;
            stop.send_replace(true);
        };
        join!(scan, impatience).0
    });
    let ended = report.0.iter().filter(|(_, outcome)| outcome.is_ok());
    assert_eq!(ended.count(), 2);
    let stopped = Err(ScanError::Stopped);
    assert_eq!(report.0.len(), 9);
    assert!(report.0[2..].iter().all(|(_, outcome)| *outcome == stopped));
}

/// Two groups at a time, until somebody says stop.
async fn stoppable(
    platform: impl Platform,
    store: &Arc<Memory>,
    stop: watch::Receiver<bool>,
) -> Report {
    let policy = policy(2);
    let scan = Scan {
        platform: Polite::new(platform, &policy),
        store: Arc::clone(store),
        at: NOW,
        policy,
        stop: Some(stop.clone()),
    };
    bounded(groups(&**store), Arc::new(scan), 2, stop).await
}

/// Writes down what it has done.
#[derive(Default)]
struct Diary(Mutex<Vec<Call>>);

impl Platform for Diary {
    async fn call(&self, call: &Call) -> Answer {
        sleep(LATENCY).await;
        self.0.lock().unwrap().push(call.clone());
        Ok(Reply::Done)
    }
}

#[test]
fn bounded_that_is_stopped_has_stored_what_it_did_and_no_more() {
    let workload = Workload {
        groups: 3,
        members: 4,
        kicks: 2,
        ..workload(1)
    };
    let mut ends = BTreeSet::new();
    for moment in 0..60 {
        let (diary, store) = (Arc::new(Diary::default()), Arc::new(workload.memory()));
        let report = virtual_time(async {
            let (stop, stopped) = watch::channel(false);
            let scan = stoppable(Arc::clone(&diary), &store, stopped);
            let impatience = async {
                sleep(LATENCY * moment).await;
                stop.send_replace(true);
            };
            join!(scan, impatience).0
        });
        ends.insert(report.tally().groups);

        let expected = workload.memory();
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
        Ok(Reply::Done)
    }
}

#[test]
fn bounded_never_exceeds_its_rate_and_almost_reaches_it() {
    for rate in [10, 50, 333, 1000, 5000] {
        let workload = Workload {
            groups: 100 + rate as usize,
            members: 5,
            kicks: 0,
            // The rate is what limits, down to the last group.
            max_in_flight: 100_000,
            rate: Some(rate),
            ..workload(1)
        };
        let watch = Arc::new(Stopwatch::default());
        let calls = Arc::clone(&watch);
        let took = virtual_time(async {
            let (_never, stop) = watch::channel(false);
            let policy = Policy {
                groups_in_flight: workload.max_in_flight,
                calls_per_second: workload.rate,
                ..Policy::default()
            };
            let store = Arc::new(workload.memory());
            let scan = scanner(Polite::new(watch, &policy), &store, policy);
            let began = Instant::now();
            bounded(groups(&*store), scan, workload.max_in_flight, stop).await;
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
        let ideal = workload.ideal(Engine::Bounded);
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

/// The first call fails, the second is told to wait, and with `hangs` the third gets no answer.
#[derive(Default)]
struct Bumpy {
    hangs: bool,
    calls: Mutex<u32>,
}

impl Bumpy {
    fn answer(&self) -> Option<Answer> {
        let calls = &mut *self.calls.lock().unwrap();
        *calls += 1;
        match *calls {
            1 => Some(Err(CallError::Transient)),
            2 => Some(Err(CallError::RateLimited(Duration::from_secs(5)))),
            3 if self.hangs => None,
            _ => Some(Ok(Reply::Done)),
        }
    }
}

impl Platform for Bumpy {
    async fn call(&self, _call: &Call) -> Answer {
        match self.answer() {
            Some(answer) => answer,
            None => std::future::pending().await,
        }
    }
}

impl BlockingPlatform for Bumpy {
    fn call(&self, _call: &Call) -> Answer {
        self.answer().expect("nobody lets a thread hang")
    }
}

#[test]
fn engines_wait_as_asked_give_up_on_silence_and_try_again() {
    let one = Workload {
        groups: 1,
        members: 1,
        kicks: 0,
        ..Workload::default()
    };
    for engine in Engine::ALL {
        // Only those that are polite do not wait for ever.
        let hangs = engine == Engine::Bounded;
        let bumpy = Bumpy {
            hangs,
            ..Bumpy::default()
        };
        let (report, _, took) = scan(engine, &one, bumpy, &Policy::default());
        assert_eq!((report.tally().warned, report.tally().failed), (1, 0));
        // 5 s because it was asked to, and pauses of at most 0.5 and 1 s, at least half of that;
        // 10 s of silence, and one pause more.
        let (asked, pauses) = if hangs { (15, 3500) } else { (5, 1500) };
        let (asked, pauses) = (Duration::from_secs(asked), Duration::from_millis(pauses));
        // Timers count whole milliseconds, and four calls a second fit into any rate here.
        let most = asked + pauses + LATENCY;
        assert!(
            (asked + pauses / 2..=most).contains(&took),
            "{engine:?}: {took:?}"
        );
    }
}

/// Never answers, and remembers when it was asked to tell the owner about which group.
#[derive(Default)]
struct Down(Mutex<BTreeMap<GroupId, Vec<Instant>>>);

impl Platform for Down {
    async fn call(&self, call: &Call) -> Answer {
        if let Call::SendToPerson(_, Message::Notice { group, .. }) = call {
            let mut notices = self.0.lock().unwrap();
            notices.entry(*group).or_default().push(Instant::now());
        }
        Err(CallError::Transient)
    }
}

/// The waits between the tries of each group's first call, which never succeeds.
fn waits(groups: usize, policy: &Policy) -> Vec<Vec<Duration>> {
    let workload = Workload {
        groups,
        ..Workload::default()
    };
    let down = Arc::new(Down::default());
    virtual_time(async {
        let store = Arc::new(workload.memory());
        let polite = Polite::new(Arc::clone(&down), policy);
        gather(
            self::groups(&*store),
            scanner(polite, &store, policy.clone()),
        )
        .await;
    });
    let notices = down.0.lock().unwrap();
    let waits = |calls: &Vec<Instant>| calls.windows(2).map(|pair| pair[1] - pair[0]).collect();
    notices.values().map(waits).collect()
}

#[test]
fn engines_wait_longer_from_try_to_try() {
    let policy = Policy {
        calls_per_second: None,
        groups_in_flight: 200,
        longest_backoff: Duration::from_secs(3),
        ..Policy::default()
    };
    let waits = waits(200, &policy);
    assert!(waits.iter().all(|waits| waits.len() == 4));
    for (tries, ceiling) in [500, 1000, 2000, 3000].into_iter().enumerate() {
        let ceiling = Duration::from_millis(ceiling);
        let waits = || waits.iter().map(|waits| waits[tries]);
        let (shortest, longest) = (waits().min().unwrap(), waits().max().unwrap());
        // Jitter: anything from half to all of it.
        let allowed = ceiling / 2..=ceiling + Duration::from_millis(1);
        assert!(allowed.contains(&shortest) && allowed.contains(&longest));
        assert!(
            shortest < ceiling.mul_f64(0.55),
            "{shortest:?} of {ceiling:?}"
        );
        assert!(
            longest > ceiling.mul_f64(0.95),
            "{longest:?} of {ceiling:?}"
        );
    }
}

#[test]
fn engines_wait_for_their_turn_with_a_retry_too() {
    let policy = Policy {
        calls_per_second: Some(1),
        backoff: Duration::from_millis(1),
        ..Policy::default()
    };
    let waits = &waits(1, &policy)[0];
    assert_eq!(waits.len(), 4);
    let second = Duration::from_secs(1);
    assert!(waits.iter().all(|&wait| wait >= second), "{waits:?}");
}

/// Loses the answer to the first kick, which has happened if it is `done`.
struct Lossy {
    done: bool,
    /// Kicks and looks.
    calls: Arc<Mutex<Vec<Call>>>,
    store: Memory,
}

impl Lossy {
    fn answer(&self, call: &Call) -> Answer {
        let calls = &mut *self.calls.lock().unwrap();
        match call {
            Call::Kick(..) | Call::Members(_) => calls.push(call.clone()),
            _ => return Ok(Reply::Done),
        }
        match (calls.len(), call) {
            (1, _) => Err(CallError::Transient),
            (_, Call::Members(_)) if self.done => Ok(Reply::Members(vec![])),
            (_, Call::Members(group)) => Ok(everybody(&self.store, *group)),
            _ => Ok(Reply::Done),
        }
    }
}

impl Platform for Lossy {
    async fn call(&self, call: &Call) -> Answer {
        self.answer(call)
    }
}

impl BlockingPlatform for Lossy {
    fn call(&self, call: &Call) -> Answer {
        self.answer(call)
    }
}

#[test]
fn engines_look_before_they_kick_again() {
    let one = Workload {
        groups: 1,
        members: 1,
        kicks: 1,
        ..Workload::default()
    };
    let (group, user) = (GroupId(1), UserId(10_000));
    let (kick, look) = (Call::Kick(group, user), Call::Members(group));
    for engine in Engine::ALL {
        for (done, expected, kicked) in [
            (false, vec![kick.clone(), look.clone(), kick.clone()], 1),
            // Whose kick was not answered will be reported gone by an event.
            (true, vec![kick.clone(), look.clone()], 0),
        ] {
            let calls = Arc::default();
            let lossy = Lossy {
                done,
                calls: Arc::clone(&calls),
                store: one.memory(),
            };
            let (report, ..) = scan(engine, &one, lossy, &policy(1));
            assert_eq!(*calls.lock().unwrap(), expected, "{engine:?}");
            assert_eq!(report.tally().kicked, kicked, "{engine:?}");
        }
    }
}
