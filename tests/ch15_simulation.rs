//! The whole bot against simulated worlds, on the virtual clock.

use std::{env, future::pending, num::NonZero, sync::Arc, thread, time::Duration};

use async_workbook::{
    ch15_group_verification::{
        clock::Clock,
        policy::Policy,
        sim::{Checker, Disk, EPOCH, Journal, Run, Settings, SimPlatform, World, serve},
        store::{Memory, OffThread, Sqlite},
    },
    stage::virtual_time,
};

fn world(seed: u64) -> Settings {
    Settings {
        seed,
        groups: 4,
        members: 6,
        days: 2,
        // Every fourth world is faultless, the worst one is very bad.
        faults: [0.0, 0.02, 0.1, 0.3][(seed % 4) as usize],
        owner: Policy::default().owner,
    }
}

fn platform(settings: Settings, clock: Clock, store: &Arc<Memory>) -> Arc<SimPlatform> {
    let platform = SimPlatform::new(World::new(settings), clock, Journal::default());
    let peek = Arc::clone(store);
    let warnings = Policy::default().warnings;
    platform.check(Checker::new(warnings, move |group, user| {
        peek.peek(group, user)
    }));
    Arc::new(platform)
}

fn run(platform: &SimPlatform, clock: Clock, seed: u64, bounded: bool) -> Run {
    let policy = Policy {
        groups_in_flight: if bounded { 2 } else { usize::MAX },
        ..Policy::default()
    };
    Run {
        policy,
        clock,
        speed: 1.0,
        polite: bounded,
        seed,
        // So long after the end that nothing is under way any more.
        until: platform
            .with_world(World::end)
            .after(Duration::from_hours(1)),
    }
}

/// One world from beginning to end: its violations, and the digest of its transcript.
fn simulate(seed: u64) -> (Vec<String>, u64) {
    virtual_time(async {
        let clock = Clock::new(EPOCH, 1.0);
        let store = Arc::new(Memory::default());
        let platform = platform(world(seed), clock, &store);
        let run = run(&platform, clock, seed, !seed.is_multiple_of(3));
        serve(&platform, Disk(Arc::clone(&store)), &run, pending())
            .await
            .unwrap();
        let mut violations = platform.violations(true);
        let peak = platform.counts().peak_in_flight;
        if peak > run.policy.groups_in_flight {
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
    thread::scope(|scope| {
        for thread in 0..threads {
            let seeds = seeds.clone().skip(thread).step_by(threads);
            scope.spawn(move || seeds.for_each(keeps_every_rule));
        }
    });
}

fn keeps_every_rule(seed: u64) {
    let (violations, _) = simulate(seed);
    assert!(
        violations.is_empty(),
        "{} violations, the first: {}\nreplay it with: SEED={seed} cargo test --test \
         ch15_simulation simulation_keeps_every_rule_in_many_worlds",
        violations.len(),
        violations[0]
    );
}

/// Also when every change goes through a thread of the blocking pool to a real file.
#[test]
fn simulation_of_the_same_seed_is_the_same() {
    for seed in 0..4 {
        let (_, expected) = simulate(seed);
        assert_eq!(simulate(seed).1, expected, "in memory, seed {seed}");
        for _ in 0..3 {
            let folder = tempfile::tempdir().unwrap();
            let store = Arc::new(Sqlite::open(&folder.path().join("store")).unwrap());
            let on_disk = virtual_time(async {
                let clock = Clock::new(EPOCH, 1.0);
                let platform = platform(world(seed), clock, &Arc::default());
                let run = run(&platform, clock, seed, !seed.is_multiple_of(3));
                let store = Disk(OffThread::new(store));
                serve(&platform, store, &run, pending()).await.unwrap();
                platform.transcript_digest()
            });
            assert_eq!(on_disk, expected, "on disk, seed {seed}");
        }
    }
}
