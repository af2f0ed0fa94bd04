//! The whole system: one scan by each engine, then what stands around the waiting, the stores and
//! the decisions, each alone.

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use async_workbook::ch15_group_verification::{
    compare::{Engine, NOW, Workload},
    decide::{Happening, decide},
    group::Group,
    model::{Code, GroupId, Member, Status, UserId},
    platform::{Answer, Call, Platform, Polite, Reply},
    policy::Policy,
    roster::Roster,
    round::{Move, Round, Scope},
    scan::{Scan, bounded, gather},
    store::{BlockingStore, Memory, OffThread, Sqlite, Store},
};
use async_workbook_benches::{one_thread, slow_group};
use criterion::{
    BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
    measurement::WallTime,
};
use tokio::sync::watch;

criterion_group!(benches, waiting, without_waiting, stores, decisions, joins);
criterion_main!(benches);

const WORKS: &str = "the store works";

/// Groups of one member: three calls in a row, a millisecond each.
fn waiting(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "scan_calls_of_1_ms");
    for engine in Engine::ALL {
        for groups in [1, 10, 100, 1_000] {
            let workload = Workload {
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
                    let scan = |_| workload.measure(engine).expect(WORKS).cost.elapsed;
                    (0..scans).map(scan).sum()
                });
            });
        }
    }
}

/// Groups of five members, seven calls that are answered at once, on one thread: what is left is
/// what an engine adds to each group.
fn without_waiting(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "scan_without_waiting_on_1_thread");
    let runtime = one_thread();
    for groups in [100, 1_000, 10_000, 100_000] {
        let workload = scan_of(groups);
        group.throughput(Throughput::Elements(groups as u64));
        group.bench_function(BenchmarkId::new("gather", groups), |b| {
            b.iter_custom(|scans| {
                let scan = |_| {
                    let (groups, scan) = scanner(&workload, Yes, Policy::default());
                    let start = Instant::now();
                    runtime.block_on(gather(groups, scan));
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
                    let polite = Polite::new(Yes, &policy);
                    let (groups, scan) = scanner(&workload, polite, policy.clone());
                    let most = workload.max_in_flight;
                    let start = Instant::now();
                    runtime.block_on(bounded(groups, scan, most, stop.clone()));
                    start.elapsed()
                };
                (0..scans).map(scan).sum()
            });
        });
    }
}

fn scanner<P>(
    workload: &Workload,
    platform: P,
    policy: Policy,
) -> (Vec<GroupId>, Arc<Scan<P, Memory>>) {
    let store = workload.memory();
    let groups = BlockingStore::groups(&store).expect(WORKS);
    let scan = Scan {
        platform,
        store: Arc::new(store),
        at: NOW,
        policy,
        stop: None,
    };
    (groups, Arc::new(scan))
}

/// Saving and loading one group of a hundred members.
fn stores(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "store");
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
    let mut group = slow_group(criterion, "core");
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
            let mut round = Round::plan(id, &roster, Scope::Ordered(NOW), NOW, &policy)?;
            while let Some(next) = round.next(&roster, &policy) {
                if let Move::Call(call) = next {
                    black_box(call);
                    let done = &Ok(Reply::Done);
                    round.settle(&roster, done, NOW, NOW, &policy).ok()?;
                }
            }
            Some(round.tally())
        });
    });
}

/// People who join one large group, one after the other, each heard and stored.
fn joins(criterion: &mut Criterion) {
    let mut group = slow_group(criterion, "joins_of_one_group");
    let (id, policy) = (GroupId(1), Arc::new(Policy::default()));
    for people in [10_000, 40_000] {
        group.throughput(Throughput::Elements(people));
        group.bench_function(BenchmarkId::from_parameter(people), |b| {
            b.iter(|| {
                let store = Memory::default();
                let mut group = Group::new(id, Roster::default(), Arc::clone(&policy), NOW);
                // Not in order: a step that has no factor in common with either number.
                for index in 0..people {
                    let user = UserId(index * 7_919 % people);
                    let joined = Happening::Joined(Code::from_random_bytes([7; 16]));
                    let changed = group.hear(user, &joined, NOW);
                    BlockingStore::save(&store, id, changed).expect(WORKS);
                }
                store
            });
        });
    }
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
        Ok(Reply::Done)
    }
}

/// Five members each, nobody to be kicked.
fn scan_of(groups: usize) -> Workload {
    Workload {
        groups,
        kicks: 0,
        latency: Duration::ZERO,
        max_in_flight: 100,
        ..Workload::default()
    }
}

fn one_group(members: usize) -> (GroupId, Roster) {
    let workload = Workload {
        members,
        ..scan_of(1)
    };
    let id = GroupId(1);
    let roster = BlockingStore::load(&workload.memory(), id).expect(WORKS);
    (id, roster)
}
