//! The bot is killed at every moment of a story, starts again, and nothing is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    future::{pending, poll_fn},
    path::Path,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::Duration,
};

use async_workbook::{
    ch15_group_verification::{
        bot::Scans,
        clock::Clock,
        model::{Status, UserId},
        platform::{Call, Event, Message},
        policy::Policy,
        sim::{
            BotRun, CallEnd, Checker, Disk, EPOCH, Entry, Journal, Record, Settings, SimPlatform,
            World, serve,
        },
        store::{BlockingStore, Memory, OffThread, Sqlite, Store},
    },
    stage::virtual_time,
};

const STORY: Settings = Settings {
    seed: 3,
    groups: 2,
    members: 3,
    days: 1,
    // So few that only the outages matter.
    faults: 1e-9,
    trouble: 0.0,
    owner: UserId(1),
};

/// Lets one bot serve until its `dies`-th poll and a second one until the end. Returns how often
/// the first was polled, and what was wrong.
fn die_after<S, P>(dies: u64, store: impl Fn() -> S, peek: Arc<P>) -> (u64, Vec<String>)
where
    S: Store,
    P: BlockingStore,
{
    virtual_time(async {
        let clock = Clock::new(EPOCH, 1.0);
        let world = World::new(STORY);
        let platform = Arc::new(SimPlatform::new(world, clock, Journal::default()));
        platform.check(Checker::new(Policy::default(), move |group, user| {
            peek.load(group).unwrap().get(user).cloned()
        }));
        let hour = Duration::from_hours(1);
        let run = |seed: u32| BotRun {
            policy: Policy::default(),
            speed: 1.0,
            scans: Scans::Bounded,
            seed: seed.into(),
            // However long the first one lives, the second has an hour.
            until: platform.with_world(World::end).after(hour * seed),
            clock_error: 0,
        };
        let mut polls = 0;
        {
            let run = run(1);
            let mut first = pin!(serve(&platform, Disk(store()), &run, pending()));
            poll_fn(|context| {
                polls += 1;
                let ended = first.as_mut().poll(context).is_ready();
                if ended || polls == dies {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        }
        platform.crashed();
        serve(&platform, Disk(store()), &run(2), pending())
            .await
            .unwrap();
        (polls, platform.violations(true))
    })
}

fn in_memory(dies: u64) -> (u64, Vec<String>) {
    let store = Arc::new(Memory::default());
    die_after(dies, || Arc::clone(&store), Arc::clone(&store))
}

#[test]
fn crash_after_every_poll_loses_nothing() {
    let (polls, violations) = in_memory(u64::MAX);
    assert!(violations.is_empty(), "{violations:#?}");
    assert!(polls > 100, "a story of {polls} polls");
    for dies in 1..=polls {
        let (_, violations) = in_memory(dies);
        assert!(violations.is_empty(), "after poll {dies}: {violations:#?}");
    }
}

/// `SQLite` waits for the disk after every change, for fear of a power failure. A crash is something
/// that memory survives too: where there is a file system in memory, it is faster by far.
const IN_MEMORY: &str = "/dev/shm";

/// Every fifth poll, or every 23rd on a real disk; `EVERY_POLL=1` for all of them.
#[test]
fn crash_on_disk_loses_nothing() {
    let step = match (env::var_os("EVERY_POLL"), Path::new(IN_MEMORY).is_dir()) {
        (Some(_), _) => 1,
        (None, true) => 5,
        (None, false) => 23,
    };
    let (polls, violations) = on_disk(u64::MAX);
    assert!(violations.is_empty(), "{violations:#?}");
    for dies in (1..=polls).step_by(step) {
        let (_, violations) = on_disk(dies);
        assert!(violations.is_empty(), "after poll {dies}: {violations:#?}");
    }
}

fn on_disk(dies: u64) -> (u64, Vec<String>) {
    let folder = tempfile::tempdir_in(IN_MEMORY).or_else(|_| tempfile::tempdir());
    let folder = folder.unwrap();
    let store = Arc::new(Sqlite::open(&folder.path().join("store")).unwrap());
    let off_thread = Arc::new(OffThread::new(Arc::clone(&store)));
    die_after(dies, || Arc::clone(&off_thread), store)
}

/// Takes two seconds of real time: a process that is to be killed has to be running.
#[test]
fn crash_of_the_whole_process_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store");
    let run = |real: bool| {
        let mut command = async_workbook_tests::example("group_verification");
        command.args(["simulate", "--groups", "4", "--members", "6", "--days", "2"]);
        command.args([
            "--seed", "5", "--faults", "0.1", "--engine", "gather", "--json",
        ]);
        command.arg(format!("--store=sqlite:{}", path.display()));
        if real {
            // Five runs of this kind are half of the story.
            command.args(["--real", "--speed", "40000"]);
        }
        command.stdout(std::process::Stdio::piped());
        command
    };
    let mut killed = 0;
    for _ in 0..5 {
        let mut child = run(true).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        // SIGKILL, on Unix: nothing can be tidied up.
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert!(killed >= 2, "only {killed} runs were still going");
    let output = run(false).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();

    // What the world says, read independently of the program.
    let journal = std::fs::read_to_string(folder.path().join("store.world")).unwrap();
    let (mut warned, mut joined) = (BTreeMap::new(), BTreeSet::new());
    let mut kicks = 0;
    for line in journal.lines().filter(|line| !line.starts_with('#')) {
        let entry: Entry = line.parse().unwrap();
        match entry.record {
            Record::Event(_, Event::Joined(group, user)) => {
                joined.insert((group, user));
                warned.insert((group, user), 0);
            }
            Record::Call(call, outcome) if outcome.has_arrived() => match call {
                Call::SendToGroup(group, Message::Warning(users)) => {
                    for user in users {
                        *warned.entry((group, user)).or_default() += 1;
                    }
                }
                Call::Kick(group, user) if outcome != CallEnd::Gone => {
                    kicks += 1;
                    let warnings = warned[&(group, user)];
                    assert!(warnings >= 3, "kicked after {warnings} warnings: {line}");
                }
                _ => {}
            },
            _ => {}
        }
    }
    let count = |name: &str| json[name].as_u64().unwrap();
    assert!(kicks > 0);
    // Events of the last moments may still be unsettled.
    assert!(joined.len() as u64 - count("joined") <= 2, "{json}");
    assert!(kicks - count("kicked_by_timeout") <= 2, "{json}");
    let sum: u64 = Status::ALL.iter().map(|status| count(status.name())).sum();
    assert_eq!(sum, count("joined"));
}
