//! The whole system: one scan by each engine, then what stands around the waiting, the stores and
//! the decisions, each alone.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use async_workbook::ch15_group_verification::{
    compare::{Engine, Task},
    decide::{Happening, decide},
    model::{Code, GroupId, Member, Roster, Status, Timestamp},
    platform::{Answer, Call, Platform},
    policy::Policy,
    round::{Move, Round, Scope},
    scan::{Polite, bounded, gather},
    store::{BlockingStore, Memory, OffThread, Sqlite, Store},
};
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
};

criterion_group!(benches, waiting, without_waiting, stores, decisions);
criterion_main!(benches);

const NOW: Timestamp = Timestamp(1_750_000_000_000);
const WORKS: &str = "the store works";

/// Groups of one member: three calls in a row, a millisecond each.
fn waiting(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "scan_calls_of_1_ms");
    for engine in Engine::ALL {
        for groups in [1, 10, 100, 1_000] {
            let task = Task {
                members: 1,
                latency: Duration::from_millis(1),
                // A thread for each group, or a hundred groups at a time.
                max_in_flight: if engine == Engine::Threads {
                    groups
                } else {
                    100
                },
                ..scan_of(groups)
            };
            group.throughput(Throughput::Elements(groups as u64));
            group.bench_function(BenchmarkId::new(engine.name(), groups), |b| {
                b.iter_custom(|scans| {
                    let scan = |_| task.measure(engine).expect(WORKS).elapsed;
                    (0..scans).map(scan).sum()
                });
            });
        }
    }
}

/// Groups of five members, seven calls that are answered at once, on one thread: what is left is
/// what an engine adds to each group.
fn without_waiting(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "scan_without_waiting_on_1_thread");
    let runtime = one_thread();
    for groups in [100, 1_000, 10_000, 100_000] {
        let task = scan_of(groups);
        group.throughput(Throughput::Elements(groups as u64));
        group.bench_function(BenchmarkId::new("gather", groups), |b| {
            b.iter_custom(|scans| {
                let scan = |_| {
                    let store = Arc::new(task.store());
                    let start = Instant::now();
                    let scan = gather(Arc::new(Yes), store, NOW, Arc::new(Policy::default()));
                    runtime.block_on(scan).expect(WORKS);
                    start.elapsed()
                };
                (0..scans).map(scan).sum()
            });
        });
        group.bench_function(BenchmarkId::new("bounded", groups), |b| {
            let policy = Policy {
                calls_per_second: None,
                ..Policy::default()
            };
            let (_never, stop) = watch::channel(false);
            b.iter_custom(|scans| {
                let scan = |_| {
                    let store = Arc::new(task.store());
                    let start = Instant::now();
                    runtime.block_on(async {
                        let platform = Arc::new(Polite::new(Yes, &policy, 1));
                        let policy = Arc::new(policy.clone());
                        bounded(platform, store, NOW, policy, stop.clone())
                            .await
                            .expect(WORKS);
                    });
                    start.elapsed()
                };
                (0..scans).map(scan).sum()
            });
        });
    }
}

/// Saving and loading one group of a hundred members.
fn stores(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "store");
    let (id, roster) = one_group(100);
    let members: Vec<Member> = roster.iter().cloned().collect();
    group.throughput(Throughput::Elements(members.len() as u64));

    let folder = tempfile::tempdir().expect("there is room for a small database");
    let sqlite = Sqlite::open(&folder.path().join("bench.sqlite")).expect(WORKS);
    let sqlite = Arc::new(sqlite);
    store(&mut group, "memory", &Memory::default(), id, &members);
    store(&mut group, "sqlite", &*sqlite, id, &members);

    let off_thread = OffThread::new(sqlite);
    group.bench_function(BenchmarkId::new("sqlite_off_thread", "save"), |b| {
        b.to_async(one_thread())
            .iter(|| off_thread.save(id, members.clone()));
    });
    group.bench_function(BenchmarkId::new("sqlite_off_thread", "load"), |b| {
        b.to_async(one_thread()).iter(|| off_thread.load(id));
    });
}

fn store(
    group: &mut BenchmarkGroup<WallTime>,
    name: &str,
    store: &impl BlockingStore,
    id: GroupId,
    members: &[Member],
) {
    group.bench_function(BenchmarkId::new(name, "save"), |b| {
        b.iter(|| store.save(id, members.to_vec()));
    });
    group.bench_function(BenchmarkId::new(name, "load"), |b| {
        b.iter(|| store.load(id));
    });
}

/// The core, which neither waits nor stores.
fn decisions(criterion: &mut Criterion) {
    let mut group = brief_group(criterion, "core");
    let (id, roster) = one_group(5);
    let cases: Vec<(Member, Happening)> = roster
        .iter()
        .take(1)
        .flat_map(|member| {
            Status::ALL.map(|status| Member {
                status,
                ..member.clone()
            })
        })
        .flat_map(|member| happenings(&member).map(|happening| (member.clone(), happening)))
        .collect();
    group.throughput(Throughput::Elements(cases.len() as u64));
    group.bench_function("decide", |b| {
        b.iter(|| {
            for (member, happening) in &cases {
                black_box(decide(member.user, Some(member), happening, NOW));
            }
        });
    });

    let policy = Policy::default();
    group.throughput(Throughput::Elements(7));
    group.bench_function("round_of_7_calls", |b| {
        b.iter(|| {
            let mut roster = roster.clone();
            let mut round = Round::plan(id, &roster, Scope::Ordered(NOW), NOW, &policy)?;
            while let Some(next) = round.next(&roster) {
                if let Move::Call(call) = next {
                    black_box(call);
                    round.settle(&mut roster, Ok(None), NOW).ok()?;
                }
            }
            Some(round.tally())
        });
    });
}

fn happenings(member: &Member) -> [Happening; 7] {
    [
        Happening::Joined(Code::from_random_bytes([7; 16])),
        Happening::Said(member.code.to_string()),
        Happening::Said("hello".into()),
        Happening::Left,
        Happening::KickedByAdmin,
        Happening::KickedByBot,
        Happening::UnmutedByAdmin,
    ]
}

/// Answers at once.
struct Yes;

impl Platform for Yes {
    async fn call(&self, _call: &Call) -> Answer {
        Ok(None)
    }
}

/// Five members each, nobody to be kicked.
fn scan_of(groups: usize) -> Task {
    Task {
        groups,
        members: 5,
        kicks: 0,
        latency: Duration::ZERO,
        seed: 1,
        max_in_flight: 100,
        rate: None,
    }
}

fn one_group(members: usize) -> (GroupId, Roster) {
    let task = Task {
        members,
        ..scan_of(1)
    };
    let id = GroupId(1);
    let roster = BlockingStore::load(&task.store(), id).expect(WORKS);
    (id, roster)
}

/// Most of these wait, and a few samples tell as much as many.
fn brief_group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group
        .sample_size(10)
        // So few samples hold no more, and the default takes seconds for each benchmark.
        .nresamples(5_000)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    group
}

fn one_thread() -> Runtime {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("the system grants a runtime")
}
