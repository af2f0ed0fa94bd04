//! Chapter 2: what it says about tasks, proved.

use std::{
    env, fs,
    future::{pending, poll_fn},
    io::Write as _,
    panic::{AssertUnwindSafe, resume_unwind},
    path::Path,
    pin::pin,
    process::{self, Command, Stdio},
    rc::Rc,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    task::Poll,
    thread,
    time::Duration,
};

use ch02_tasks::{
    abort, blocked_loop, borrowing, breakfast, budget, event_loop, life, lifo,
    no_beans::{self, Mishap},
    not_send, results, two_workers, weather, workers,
    yielding::{self, Manners},
};
use futures::{FutureExt, future::BoxFuture};
use stage::{Outcome, block_for, ms, on_both_runtimes, record, record_on_workers, virtual_time};
use tokio::{
    runtime::{self, LocalOptions},
    sync::{
        mpsc,
        oneshot::{self, error::TryRecvError},
    },
    task::{AbortHandle, JoinSet, consume_budget, spawn_local, yield_now},
    time::{Instant, advance, sleep, timeout},
};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

// Breakfast

#[test]
fn breakfast_in_turn_takes_five_seconds() {
    let told = record(breakfast::in_turn());
    assert_eq!(told.elapsed, s(5));
    assert_eq!(told.value, ["coffee", "toast"]);
    assert_eq!(told.life("coffee"), (s(0), s(3), Outcome::Finished));
    assert_eq!(told.life("toast"), (s(3), s(5), Outcome::Finished));
}

#[test]
fn breakfast_spawned_takes_three_seconds() {
    let told = record(breakfast::spawned());
    assert_eq!(told.elapsed, s(3));
    assert_eq!(*told.value.as_ref().unwrap(), ["coffee", "toast"]);
    assert_eq!(told.life("coffee"), (s(0), s(3), Outcome::Finished));
    assert_eq!(told.life("toast"), (s(0), s(2), Outcome::Finished));
}

#[test]
fn breakfast_dropped_halfway_stops_only_what_it_owns() {
    let half = async { timeout(s(1), breakfast::in_turn()).await };
    let told = record(half);
    assert_eq!(told.lane("coffee").outcome, Outcome::Cancelled);

    let half = async {
        let _ = timeout(s(1), breakfast::spawned()).await;
        sleep(s(9)).await;
    };
    let told = record(half);
    assert_eq!(told.lane("coffee").outcome, Outcome::Finished);
    assert_eq!(told.lane("coffee").ended, Some(s(3)));
}

// No beans

#[test]
fn no_beans_leave_a_detached_toast_running() {
    let told = record(no_beans::morning(no_beans::detached_wrong()));
    assert!(matches!(told.value, Err(Mishap::NoBeans)));
    assert_eq!(told.lane("coffee").ended, Some(s(1)));
    assert_eq!(told.told("cook")[0], (s(1), "no beans, leaving the house"));
    let toast = told.lane("toast");
    assert_eq!(toast.ended, Some(s(2)));
    assert_eq!(toast.outcome, Outcome::Finished);
}

#[test]
fn no_beans_stop_a_toast_that_is_owned() {
    let told = record(no_beans::morning(no_beans::owned()));
    assert!(matches!(told.value, Err(Mishap::NoBeans)));
    let toast = told.lane("toast");
    assert_eq!(toast.ended, Some(s(1)));
    assert_eq!(toast.outcome, Outcome::Cancelled);
}

#[test]
fn no_beans_toast_ends_with_its_runtime() {
    let told = record(no_beans::detached_wrong());
    assert_eq!(told.elapsed, s(1));
    assert_eq!(told.lane("toast").outcome, Outcome::Cancelled);

    for runtime in [
        runtime::Builder::new_current_thread().build().unwrap(),
        runtime::Builder::new_multi_thread().build().unwrap(),
    ] {
        let (alive, mut ended) = oneshot::channel::<()>();
        runtime.spawn(async {
            let _alive = alive;
            pending::<()>().await;
        });
        assert_eq!(ended.try_recv(), Err(TryRecvError::Empty));
        drop(runtime);
        assert_eq!(ended.try_recv(), Err(TryRecvError::Closed));
    }
}

/// The task can end only if somebody opens its gate, and says so only if it ends.
fn gated() -> (
    oneshot::Sender<()>,
    oneshot::Receiver<()>,
    impl Future<Output = ()> + Send + 'static,
) {
    let (open, gate) = oneshot::channel();
    let (done, is_done) = oneshot::channel();
    let task = async {
        gate.await.expect("somebody opens the gate");
        let _ = done.send(());
    };
    (open, is_done, task)
}

#[test]
fn no_beans_rule_a_handle_watches_a_set_owns() {
    on_both_runtimes(|| async {
        let (open, is_done, task) = gated();
        drop(tokio::spawn(task));
        open.send(()).unwrap();
        assert!(is_done.await.is_ok(), "it goes on without its handle");

        let (_open, is_done, task) = gated();
        let mut set = JoinSet::new();
        set.spawn(task);
        drop(set);
        assert!(is_done.await.is_err(), "it ends with its set");
    });
}

// Workers

#[test]
fn workers_one_by_one_take_six_seconds() {
    let told = record(workers::one_by_one_wrong());
    assert_eq!(told.elapsed, s(6));
    assert_eq!(*told.value.as_ref().unwrap(), ["A", "B", "C"]);
    assert_eq!(told.life("worker B"), (s(2), s(3), Outcome::Finished));
    assert_eq!(told.life("worker C"), (s(3), s(6), Outcome::Finished));
}

#[test]
fn workers_begin_together_and_finish_b_a_c() {
    let told = record(workers::all_at_once());
    assert_eq!(told.elapsed, s(3));
    assert_eq!(told.life("worker A"), (s(0), s(2), Outcome::Finished));
    assert_eq!(told.life("worker B"), (s(0), s(1), Outcome::Finished));
    assert_eq!(told.life("worker C"), (s(0), s(3), Outcome::Finished));
    assert_eq!(
        told.said()[4..],
        ["worker B: done", "worker A: done", "worker C: done"]
    );
}

#[test]
fn workers_results_stand_in_the_order_asked_for() {
    let told = record(workers::all_at_once());
    assert_eq!(*told.value.as_ref().unwrap(), ["A", "B", "C"]);
}

#[test]
fn workers_begin_only_when_the_spawner_gives_way() {
    let told = record(workers::all_at_once());
    assert_eq!(
        told.said()[..4],
        [
            "spawned",
            "worker A: started",
            "worker B: started",
            "worker C: started"
        ]
    );
}

/// B ends first, for A waits for it; and A's result is read first.
#[test]
fn workers_rule_results_are_read_as_asked() {
    on_both_runtimes(|| async {
        let (b_ends, b_ended) = oneshot::channel();
        let a = tokio::spawn(async move {
            b_ended.await.expect("B ends");
            "A"
        });
        let b = tokio::spawn(async {
            b_ends.send(()).expect("A is still there");
            "B"
        });
        assert_eq!([a.await.unwrap(), b.await.unwrap()], ["A", "B"]);
    });
}

/// In what awaiting a task at once differs from a plain call.
#[test]
fn workers_awaited_at_once_outlive_their_caller_and_keep_their_panic() {
    on_both_runtimes(|| async {
        let (open, is_done, task) = gated();
        let caller = tokio::spawn(async { tokio::spawn(task).await });
        yield_now().await;
        caller.abort();
        assert!(caller.await.unwrap_err().is_cancelled());
        open.send(()).unwrap();
        assert!(is_done.await.is_ok(), "the caller is gone, the task is not");

        let panicked = tokio::spawn(async { panic!("an expected panic") }).await;
        assert!(panicked.is_err(), "and we are still here");
    });
}

// The life of a task

#[test]
fn life_is_created_running_suspended_finished() {
    let told = record(life::observed());
    assert_eq!(*told.value.as_ref().unwrap(), "tea");
    let kettle = told.lane("kettle");
    assert_eq!(kettle.created, s(0));
    let runs: Vec<_> = kettle.runs.iter().map(|run| (run.from, run.to)).collect();
    assert_eq!(runs, [(s(1), s(2)), (s(4), s(5))]);
    assert_eq!(kettle.polls, 2);
    assert_eq!(kettle.ended, Some(s(5)));
}

#[test]
fn life_is_finished_only_at_its_end_and_nobody_sees_it_running() {
    let told = record(life::observed());
    assert_eq!(
        told.told("observer"),
        [
            (s(0), "finished: no"),
            (s(1), "finished: no"),
            (s(3), "finished: no"),
            (s(5), "finished: yes"),
        ]
    );
}

#[test]
fn life_has_one_identity() {
    let [handle, abort, inside] = virtual_time(life::identity()).unwrap();
    assert_eq!(handle, abort);
    assert_eq!(handle, inside);
}

// Abort

#[test]
fn abort_asks_and_the_next_turn_obeys() {
    let told = record(abort::in_its_sleep());
    assert_eq!(told.value, [false, true]);
    assert_eq!(told.elapsed, s(1));
    assert_eq!(told.lane("nap").outcome, Outcome::Cancelled);
}

#[test]
fn abort_after_the_end_changes_nothing() {
    let late = virtual_time(abort::too_late());
    assert_eq!(late.unwrap(), "toast");
}

#[test]
fn abort_reaches_a_running_task_at_its_next_await() {
    let told = record(async {
        let ran_on = Arc::new(AtomicBool::new(false));
        let task = tokio::spawn({
            let ran_on = Arc::clone(&ran_on);
            async move {
                sleep(s(1)).await;
                block_for(s(2));
                ran_on.store(true, Ordering::Relaxed);
                sleep(s(9)).await;
            }
        });
        sleep(s(2)).await;
        task.abort();
        let cancelled = task.await.unwrap_err().is_cancelled();
        (cancelled, ran_on.load(Ordering::Relaxed))
    });
    assert_eq!(told.value, (true, true));
    assert_eq!(told.elapsed, s(3));
}

/// Each task aborts itself, hence in the middle of a poll.
#[test]
fn abort_in_the_last_poll_comes_too_late() {
    on_both_runtimes(|| async {
        for waits_again in [true, false] {
            let (own, handle) = oneshot::channel::<AbortHandle>();
            let task = tokio::spawn(async move {
                handle.await.unwrap().abort();
                if waits_again {
                    yield_now().await;
                }
                "done"
            });
            own.send(task.abort_handle()).unwrap();
            match task.await {
                Ok(done) => assert_eq!((waits_again, done), (false, "done")),
                Err(error) => assert!(waits_again && error.is_cancelled()),
            }
        }
    });
}

// Results

#[test]
fn results_have_three_arms() {
    let told = record(results::watched());
    assert_eq!(
        told.value,
        ["delivered a letter", "crashed: flat tyre", "called back"]
    );
    assert_eq!(told.lane("courier 1").outcome, Outcome::Finished);
    assert_eq!(told.lane("courier 2").outcome, Outcome::Panicked);
    assert_eq!(told.lane("courier 3").outcome, Outcome::Cancelled);
    assert_eq!(
        told.told("office"),
        [
            (s(1), "delivered a letter"),
            (s(2), "crashed: flat tyre"),
            (s(4), "called back"),
        ]
    );
}

#[test]
fn results_nobody_asks_for_are_lost_even_a_panic() {
    let told = record(results::unwatched_wrong());
    assert_eq!(told.value, "all well");
    assert_eq!(told.lane("courier 2").outcome, Outcome::Panicked);
    assert_eq!(told.lane("courier 2").ended, Some(s(2)));
    assert_eq!(told.elapsed, s(3));
}

#[test]
fn results_of_panics_with_formatted_words() {
    let end = virtual_time(async {
        tokio::spawn(async {
            let tyres = 2;
            panic!("{tyres} flat tyres")
        })
        .await
    });
    assert_eq!(results::verdict(end), "crashed: 2 flat tyres");
}

#[test]
fn results_rule_there_are_three_endings() {
    on_both_runtimes(|| async {
        let delivers = tokio::spawn(async { "a letter" });
        let crashes = tokio::spawn(async { panic!("flat tyre") });
        let is_slow = tokio::spawn(pending());
        is_slow.abort();
        assert_eq!(results::verdict(delivers.await), "delivered a letter");
        assert_eq!(results::verdict(crashes.await), "crashed: flat tyre");
        assert_eq!(results::verdict(is_slow.await), "called back");
    });
}

#[test]
fn results_unwrapped_panic_in_other_words_resumed_in_the_same() {
    let words = |resume: bool| {
        let boss = async move {
            let crashed = tokio::spawn(async { panic!("flat tyre") }).await;
            if resume {
                resume_unwind(crashed.unwrap_err().into_panic());
            }
            crashed.unwrap()
        };
        let end = virtual_time(async { tokio::spawn(boss).await });
        results::verdict(end)
    };
    assert!(words(false).contains("called `Result::unwrap()`"));
    assert_eq!(words(true), "crashed: flat tyre");
}

/// With `panic = "abort"` nobody is left to ask the handle.
///
/// Builds a program, which takes about a second of real time.
#[test]
fn results_of_panics_are_never_seen_with_panic_abort() {
    const PROGRAM: &str = r#"
        struct Witness;
        impl Drop for Witness {
            fn drop(&mut self) {
                println!("dropped");
            }
        }
        async fn crashes() {
            let _witness = Witness;
            panic!("flat tyre")
        }
        fn main() {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let end = runtime.block_on(async { tokio::spawn(crashes()).await });
            println!("panicked: {}", end.unwrap_err().is_panic());
        }
    "#;
    let ends = |panic: &str| {
        let program = env::temp_dir().join(format!("panic-{panic}-{}", process::id()));
        // What this test itself was linked with lies beside it.
        let own = env::current_exe().unwrap();
        let libraries = own.parent().unwrap();
        let tokio = fs::read_dir(libraries).unwrap().find_map(|file| {
            let file = file.unwrap().path();
            let name = file.file_stem()?.to_str()?;
            let is_tokio = name.starts_with("libtokio-") && file.extension()? == "rlib";
            let built = is_tokio && {
                let tokio = format!("tokio={}", file.display());
                let panic = format!("panic={panic}");
                let mut rustc = rustc(&program);
                rustc.args(["--extern", &tokio, "-C", &panic, "-L"]);
                rustc.arg(libraries);
                succeeds(rustc, PROGRAM)
            };
            built.then_some(())
        });
        assert!(tokio.is_some(), "no Tokio to build with");
        let ended = Command::new(&program).output().unwrap();
        let _ = fs::remove_file(program);
        (ended.status.success(), ended.stdout)
    };
    assert_eq!(
        ends("unwind"),
        (true, b"dropped\npanicked: true\n".to_vec())
    );
    assert_eq!(ends("abort"), (false, b"".to_vec()));
}

/// Builds the program that it reads.
fn rustc(out: &Path) -> Command {
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    rustc.args(["--edition=2024", "-", "-o"]).arg(out);
    rustc
}

fn succeeds(mut rustc: Command, program: &str) -> bool {
    let silent = rustc.stdin(Stdio::piped()).stderr(Stdio::null());
    let mut running = silent.spawn().unwrap();
    let mut input = running.stdin.take().unwrap();
    input.write_all(program.as_bytes()).unwrap();
    drop(input);
    running.wait().unwrap().success()
}

// Weather

#[test]
fn weather_all_or_nothing_loses_three_answers() {
    let told = record(weather::bulletin(weather::all_or_nothing_wrong()));
    assert_eq!(told.value, []);
    assert_eq!(
        told.told("bulletin"),
        [(weather::LIMIT, "on air with 0 answers")]
    );
    let late = told.lane("city Quito");
    assert_eq!((late.ended, late.outcome), (Some(s(7)), Outcome::Finished));
}

#[test]
fn weather_keeps_what_came_in_time_and_cancels_the_rest() {
    let told = record(weather::what_came_in_time());
    assert_eq!(told.elapsed, s(5));
    assert_eq!(
        told.value,
        [("Oslo", "sunny"), ("Lima", "sunny"), ("Cairo", "sunny")]
    );
    let late = told.lane("city Quito");
    assert_eq!((late.ended, late.outcome), (Some(s(5)), Outcome::Cancelled));
}

#[test]
fn weather_limit_is_one_for_all_cities() {
    let told = record(weather::what_came_in_time());
    for (city, takes) in [("city Oslo", 1), ("city Lima", 2), ("city Cairo", 4)] {
        assert_eq!(told.life(city), (s(0), s(takes), Outcome::Finished));
    }
}

#[test]
fn weather_limit_per_answer_would_be_no_limit() {
    let told = record(async {
        let mut asked = JoinSet::new();
        for (city, seconds) in weather::CITIES {
            asked.spawn(weather::ask(city, seconds));
        }
        let mut answers = 0;
        while let Ok(Some(_)) = timeout(weather::LIMIT, asked.join_next()).await {
            answers += 1;
        }
        answers
    });
    assert_eq!((told.value, told.elapsed), (4, s(7)));
}

#[test]
fn weather_loses_one_answer_by_a_panic_and_says_so() {
    let told = record(async {
        let mut asked = JoinSet::new();
        asked.spawn(weather::ask("Oslo", 1));
        asked.spawn(async { panic!("a storm") });
        asked.spawn(weather::ask("Lima", 2));
        weather::taken_until(Instant::now() + weather::LIMIT, asked).await
    });
    assert_eq!(told.value, [("Oslo", "sunny"), ("Lima", "sunny")]);
    let said = told.said();
    let failure = said.iter().find(|line| line.starts_with("no answer"));
    assert!(
        failure.is_some_and(|line| line.contains("a storm")),
        "{said:?}"
    );
}

/// Who looks at 7 s finds an answer of 6 s, though the limit was 5 s.
#[test]
fn weather_takes_what_is_there_when_it_looks() {
    let told = record(async {
        let limit = Instant::now() + weather::LIMIT;
        let mut asked = JoinSet::new();
        asked.spawn(weather::ask("Lima", 6));
        sleep(s(7)).await;
        weather::taken_until(limit, asked).await
    });
    assert_eq!(told.value, [("Lima", "sunny")]);
}

#[test]
fn weather_rule_a_time_out_cancels_the_waiting() {
    on_both_runtimes(|| async {
        let (open, is_done, task) = gated();
        assert!(timeout(ms(1), tokio::spawn(task)).await.is_err());
        open.send(()).unwrap();
        assert!(
            is_done.await.is_ok(),
            "who waited for a handle, only waited"
        );

        let (_open, is_done, task) = gated();
        let waiting = async {
            let mut owner = JoinSet::new();
            owner.spawn(task);
            owner.join_next().await
        };
        assert!(timeout(ms(1), waiting).await.is_err());
        assert!(is_done.await.is_err(), "who waited for the set, owned it");
    });
}

// The event loop

#[test]
fn event_loop_gives_everybody_a_turn_before_anybody_has_two() {
    let told = record(event_loop::turns());
    let mut said = told.said();
    assert_eq!(
        said[..3],
        ["task A: turn 1", "task B: turn 1", "task C: turn 1"]
    );
    for (number, round) in said.chunks_mut(3).enumerate() {
        round.sort();
        let turn = number + 1;
        assert_eq!(
            round,
            ["A", "B", "C"].map(|name| format!("task {name}: turn {turn}"))
        );
    }
}

#[test]
fn event_loop_does_now_soon_later_at_three() {
    let told = record(event_loop::agenda());
    let times: Vec<_> = told
        .events
        .iter()
        .map(|event| (event.at, event.text.as_str()))
        .collect();
    assert_eq!(
        times,
        [
            (s(0), "now"),
            (s(0), "my first turn"),
            (s(2), "two seconds later"),
            (s(3), "it is three"),
        ]
    );
}

/// Between two calls of `block_on` a current-thread runtime polls nothing; a worker polls all the same.
#[test]
fn event_loop_turns_only_inside_block_on() {
    let one = runtime::Builder::new_current_thread().build().unwrap();
    let (says, said) = std::sync::mpsc::channel();
    one.spawn(async move { says.send(()) });
    assert!(said.recv_timeout(ms(20)).is_err());
    one.block_on(yield_now());
    assert!(said.try_recv().is_ok());

    let workers = runtime::Builder::new_multi_thread().build().unwrap();
    let (says, said) = std::sync::mpsc::channel();
    workers.spawn(async move { says.send(()) });
    assert!(said.recv_timeout(s(10)).is_ok());
}

/// It stands beside the queue, so its `yield_now` lets only so many others go first.
#[test]
fn event_loop_polls_its_own_future_after_61_tasks() {
    async fn turns_during_a_yield() -> u32 {
        let turns = Arc::new(AtomicU32::new(0));
        for _ in 0..1000 {
            let turns = Arc::clone(&turns);
            tokio::spawn(async move { turns.fetch_add(1, Ordering::Relaxed) });
        }
        yield_now().await;
        turns.load(Ordering::Relaxed)
    }
    assert_eq!(virtual_time(turns_during_a_yield()), 61);
    let spawned = virtual_time(async { tokio::spawn(turns_during_a_yield()).await });
    assert_eq!(spawned.unwrap(), 1000);
}

/// Outside is another thread, or this one before `block_on`. What the tasks do themselves goes first, but
/// not for ever.
#[test]
fn event_loop_has_a_second_queue_for_what_comes_from_outside() {
    fn spawn_200(handle: &runtime::Handle) -> Arc<AtomicU32> {
        let turns = Arc::new(AtomicU32::new(0));
        for _ in 0..200 {
            let turns = Arc::clone(&turns);
            handle.spawn(async move { turns.fetch_add(1, Ordering::Relaxed) });
        }
        turns
    }
    async fn during_a_yield(turns: Arc<AtomicU32>) -> u32 {
        let before = turns.load(Ordering::Relaxed);
        yield_now().await;
        turns.load(Ordering::Relaxed) - before
    }
    fn new() -> runtime::Runtime {
        runtime::Builder::new_current_thread().build().unwrap()
    }

    let runtime = new();
    let inside = async { during_a_yield(spawn_200(&runtime::Handle::current())).await };
    let inside = runtime.block_on(async { tokio::spawn(inside).await.unwrap() });
    assert_eq!(inside, 200);

    let runtime = new();
    let turns = spawn_200(runtime.handle());
    let before = runtime.block_on(async { tokio::spawn(during_a_yield(turns)).await.unwrap() });
    assert!((1..200).contains(&before), "{before}");

    let another_thread = async {
        let handle = runtime::Handle::current();
        let turns = thread::spawn(move || spawn_200(&handle)).join().unwrap();
        during_a_yield(turns).await
    };
    let another_thread = new().block_on(async { tokio::spawn(another_thread).await.unwrap() });
    assert!((1..200).contains(&another_thread), "{another_thread}");

    let now_and_then = new().block_on(async {
        let turns = Arc::new(AtomicU32::new(0));
        let (busy, seen) = (Arc::clone(&turns), Arc::clone(&turns));
        let busy = tokio::spawn(async move {
            for _ in 0..1000 {
                busy.fetch_add(1, Ordering::Relaxed);
                wake_at_once().await;
            }
        });
        let handle = runtime::Handle::current();
        let looks = async move { seen.load(Ordering::Relaxed) };
        let looks = thread::spawn(move || handle.spawn(looks)).join().unwrap();
        let seen = looks.await.unwrap();
        busy.await.unwrap();
        seen
    });
    assert!((1..100).contains(&now_and_then), "{now_and_then}");
}

/// A task that is always ready, and an alarm that falls due meanwhile: the runtime looks at its
/// timers after 61 polls, even though it is never idle.
#[test]
fn event_loop_looks_at_its_timers_at_least_every_61_polls() {
    let turns = virtual_time(async {
        let turns = Arc::new(AtomicU32::new(0));
        let alarm = tokio::spawn({
            let turns = Arc::clone(&turns);
            async move {
                sleep(s(1)).await;
                turns.load(Ordering::Relaxed)
            }
        });
        let busy = tokio::spawn(async move {
            yield_now().await;
            block_for(s(2));
            for _ in 0..1000 {
                turns.fetch_add(1, Ordering::Relaxed);
                wake_at_once().await;
            }
        });
        let turns = alarm.await.unwrap();
        busy.await.unwrap();
        turns
    });
    // The last one was already in the queue when the alarm joined it.
    assert!((1..=62).contains(&turns), "the alarm waited {turns} polls");
}

/// Unlike `yield_now`, goes straight back into the queue of ready tasks.
async fn wake_at_once() {
    let mut woken = false;
    poll_fn(|context| {
        if woken {
            return Poll::Ready(());
        }
        woken = true;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

// The blocked loop

#[test]
fn blocked_loop_makes_the_alarm_late() {
    let told = record(blocked_loop::alarm_wrong());
    assert_eq!(told.told("alarm")[1], (s(3), "rings"));
    assert_eq!(told.lane("sums").polls, 1);
    assert_eq!(told.lane("sums").running(), s(3));
}

// Two workers

/// It ends, so they met, so two threads polled at the same moment.
#[test]
fn two_workers_run_in_parallel() {
    let both = Arc::new(Barrier::new(2));
    let [first, second] = record_on_workers(2, two_workers::meet(both)).value.unwrap();
    assert_ne!(first, second);
}

/// Unless told otherwise there are as many workers as the process may use cores.
#[test]
fn two_workers_are_what_two_cores_bring() {
    if env::var_os("TOKIO_WORKER_THREADS").is_none() {
        let runtime = runtime::Builder::new_multi_thread().build().unwrap();
        let cores = thread::available_parallelism().unwrap().get();
        assert_eq!(runtime.metrics().num_workers(), cores);
    }
}

/// On one thread each task meets only us, who come to the barrier twice.
#[test]
fn two_workers_on_one_thread_would_be_served_one_at_a_time() {
    let both = Arc::new(Barrier::new(2));
    let (meets, met) = std::sync::mpsc::channel();
    let alone = Arc::clone(&both);
    thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().build().unwrap();
        let _ = meets.send(runtime.block_on(two_workers::meet(alone)).unwrap());
    });
    thread::spawn(move || [both.wait(), both.wait()]);
    let [first, second] = met.recv_timeout(s(10)).expect("they meet only us");
    assert_eq!(first, second);
}

// The LIFO slot

#[test]
fn lifo_last_spawned_goes_first_on_a_worker() {
    let one = record(lifo::order());
    assert_eq!(one.value.unwrap(), ["A", "B", "C"]);
    let worker = record_on_workers(1, lifo::order());
    assert_eq!(worker.value.unwrap(), ["C", "A", "B"]);
}

#[test]
fn lifo_lets_a_yield_overtake() {
    assert_eq!(record(lifo::turns_during_a_yield()).value.unwrap(), 100);
    let turns = record_on_workers(1, lifo::turns_during_a_yield());
    let turns = turns.value.unwrap();
    assert!((1..100).contains(&turns), "{turns}");
}

/// Each link of a chain spawns the next one. Two tasks that stand in the queue go before the fourth.
#[test]
fn lifo_slot_is_served_three_times_in_a_row() {
    type Order = Arc<Mutex<Vec<String>>>;
    fn link(number: u32, order: Order) -> BoxFuture<'static, ()> {
        let turn = async move {
            order.lock().unwrap().push(format!("link {number}"));
            if number < 5 {
                tokio::spawn(link(number + 1, order)).await.unwrap();
            }
        };
        turn.boxed()
    }
    let told = record_on_workers(1, async {
        let boss = async {
            let order = Order::default();
            let queued = ["one", "other"].map(|name| {
                let order = Arc::clone(&order);
                tokio::spawn(async move { order.lock().unwrap().push(name.to_owned()) })
            });
            tokio::spawn(link(1, Arc::clone(&order))).await.unwrap();
            for task in queued {
                task.await.unwrap();
            }
            order.lock().unwrap().join(", ")
        };
        tokio::spawn(boss).await.unwrap()
    });
    assert_eq!(
        told.value,
        "link 1, link 2, link 3, one, other, link 4, link 5"
    );
}

/// Who has spent the budget leaves none for the slot, whose task goes to the end of the queue.
#[test]
fn lifo_slot_has_no_turn_when_the_budget_is_spent() {
    async fn order(spent: usize) -> String {
        let boss = async move {
            let (slot, mut letters) = mpsc::channel(128);
            for letter in 0..spent {
                slot.try_send(letter).unwrap();
            }
            let order = Arc::new(Mutex::new(String::new()));
            let mut tasks = JoinSet::new();
            for name in ["A", "B", "C"] {
                let order = Arc::clone(&order);
                tasks.spawn(async move { order.lock().unwrap().push_str(name) });
            }
            for _ in 0..spent {
                letters.recv().await;
            }
            tasks.join_all().await;
            order.lock().unwrap().clone()
        };
        tokio::spawn(boss).await.unwrap()
    }
    assert_eq!(record_on_workers(1, order(127)).value, "CAB");
    assert_eq!(record_on_workers(1, order(128)).value, "ABC");
}

/// The boss blocks for 100 ms of real time: nobody else can see that nothing happens.
#[test]
fn lifo_slot_is_out_of_reach_for_the_other_worker() {
    let helped = record_on_workers(2, lifo::helped_wrong(ms(100)));
    assert!(!helped.value.unwrap());
    assert!(helped.elapsed >= ms(100));
}

// Borrowing

const RECIPE: &str = "flour water salt";

#[test]
fn borrowing_moved_into_the_task() {
    let told = record(borrowing::moved(RECIPE.into()));
    assert_eq!(*told.value.as_ref().unwrap(), 3);
    assert_eq!(told.elapsed, s(1));
}

#[test]
fn borrowing_shared_by_two_tasks() {
    let recipe: Arc<str> = RECIPE.into();
    let told = record(borrowing::shared(Arc::clone(&recipe)));
    assert_eq!(*told.value.as_ref().unwrap(), [3, 14]);
    assert_eq!(told.elapsed, s(1));
    assert_eq!(Arc::strong_count(&recipe), 1);
}

#[test]
fn borrowing_joined_within_the_scope() {
    let recipe = String::from(RECIPE);
    let told = record(borrowing::joined(&recipe));
    assert_eq!(told.value, [3, 14]);
    assert_eq!(told.elapsed, s(1));
}

/// Whoever awaits both is dropped; only one of the two stays.
#[test]
fn borrowing_rule_spawned_lives_by_itself_joined_inside() {
    on_both_runtimes(|| async {
        let (open, is_done, task) = gated();
        let (_open_inner, is_inner_done, inner) = gated();
        let owner = async { tokio::join!(tokio::spawn(task), inner) };
        assert!(timeout(ms(1), owner).await.is_err());
        assert!(
            is_inner_done.await.is_err(),
            "joined: it went with its owner"
        );
        open.send(()).unwrap();
        assert!(is_done.await.is_ok(), "spawned: it lives on");
    });
}

// Not `Send`

#[test]
fn not_send_before_the_wait_is_fine() {
    let told = record(not_send::in_a_block());
    assert_eq!((told.value.unwrap(), told.elapsed), (3, s(1)));

    let list = Arc::new(Mutex::new(vec!["salt", "flour"]));
    let told = record(not_send::in_a_statement(Arc::clone(&list)));
    assert_eq!((told.value.unwrap(), told.elapsed), (Some("flour"), s(1)));
    assert_eq!(*list.lock().unwrap(), ["salt"]);
}

/// What was ever borrowed counts up to the end of its block, even if it is dropped before.
///
/// Starts the compiler eight times, each for a tenth of a second of real time.
#[test]
fn not_send_counts_up_to_the_end_of_the_block() {
    let compiles = |captured: &str, body: &str| {
        let program = format!(
            "use std::{{rc::Rc, sync::{{Arc, Mutex}}}};
            fn spawn<F: Future<Output: Send + 'static> + Send + 'static>(_: F) {{}}
            async fn pause() {{}}
            fn main() {{ {captured} spawn(async move {{ {body} }}); }}"
        );
        let mut rustc = rustc(&env::temp_dir().join(format!("not-send-{}", process::id())));
        rustc.arg("--emit=metadata");
        succeeds(rustc, &program)
    };
    let text = |body: &str| compiles("", &format!("let a: Rc<str> = \"a b\".into(); {body}"));
    assert!(text("a.len();"));
    assert!(!text("pause().await; a.len();"));
    assert!(!text("a.len(); pause().await;"));
    assert!(!text("a.len(); drop(a); pause().await;"));
    let list = |body| compiles("let list = Arc::new(Mutex::new(vec![1]));", body);
    assert!(list("list.lock().unwrap().pop(); pause().await;"));
    assert!(list(
        "{ let mut a = list.lock().unwrap(); a.pop(); } pause().await;"
    ));
    assert!(!list(
        "let mut a = list.lock().unwrap(); a.pop(); drop(a); pause().await;"
    ));
    assert!(
        !compiles("let a = Rc::new(1);", "println!(\"{a}\");"),
        "captured"
    );
}

#[test]
fn not_send_but_on_one_thread() {
    let told = record(not_send::on_one_thread(RECIPE.into()));
    assert_eq!((told.value.unwrap(), told.elapsed), ([3, 14], s(1)));
}

#[test]
fn not_send_tasks_need_a_local_set_or_a_local_runtime() {
    let recipe: Rc<str> = RECIPE.into();
    let outside = virtual_time(async {
        let task = async { spawn_local(async {}).await };
        AssertUnwindSafe(task).catch_unwind().await
    });
    assert!(outside.is_err(), "spawn_local outside of both");

    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build_local(LocalOptions::default())
        .unwrap();
    let words = async { spawn_local(async move { borrowing::words(&recipe).await }).await };
    assert_eq!(runtime.block_on(words).unwrap(), 3);
}

// Yielding

#[test]
fn yielding_not_at_all_makes_the_clock_late() {
    let told = record(yielding::beside_a_clock(Manners::None));
    assert_eq!(
        told.told("clock"),
        [(s(3), "strikes 1"), (s(3), "strikes 2")]
    );
    assert_eq!(told.lane("sums").polls, 1);
    assert_eq!(told.elapsed, s(3));
}

#[test]
fn yielding_costs_nothing_and_the_clock_is_on_time() {
    let told = record(yielding::beside_a_clock(Manners::Yield));
    assert_eq!(
        told.told("clock"),
        [(s(1), "strikes 1"), (s(2), "strikes 2")]
    );
    assert_eq!(told.lane("sums").polls, 7);
    assert_eq!(told.elapsed, s(3));
}

#[test]
fn yielding_by_naps_takes_as_much_longer() {
    let told = record(yielding::beside_a_clock(Manners::Nap(ms(100))));
    assert_eq!(
        told.told("clock"),
        [(ms(1100), "strikes 1"), (ms(2300), "strikes 2")]
    );
    assert_eq!(told.elapsed, ms(3600));
}

#[test]
fn yielding_gives_one_turn_a_nap_gives_all_and_an_empty_sleep_none() {
    let turns = |manners| virtual_time(yielding::turns_of_another(manners));
    assert_eq!(turns(Manners::None), 0);
    assert_eq!(turns(Manners::Yield), 1);
    assert_eq!(turns(Manners::Nap(ms(1))), 5);
    assert_eq!(turns(Manners::Nap(Duration::ZERO)), 0);
}

/// On the real clock a sleep ends at a whole millisecond, hence not where it began.
#[test]
fn yielding_by_an_empty_sleep_waits_on_the_real_clock() {
    let runtime = runtime::Builder::new_current_thread().enable_time().build();
    let waited = runtime.unwrap().block_on(async {
        // Ten times, for one of them may fall on the very millisecond.
        (0..10)
            .filter(|_| sleep(Duration::ZERO).now_or_never().is_none())
            .count()
    });
    assert!(waited >= 9, "{waited} of 10");
}

/// After computing, the timer has yet to notice that time has passed.
#[test]
fn yielding_by_an_empty_sleep_gives_way_after_computing() {
    let gives_way = || sleep(Duration::ZERO).now_or_never().is_none();
    let [at_first, after_computing] = virtual_time(async {
        let at_first = gives_way();
        block_for(ms(1));
        [at_first, gives_way()]
    });
    assert!(!at_first && after_computing);
    // It does so between two milliseconds, too: hence "mostly".
    let between = virtual_time(async {
        advance(Duration::from_micros(1500)).await;
        gives_way()
    });
    assert!(between);
}

/// An await that finds what it wants is no turn's end; `yield_now` is.
#[test]
fn yielding_rule_an_await_may_give_way_yield_now_does() {
    async fn polls(future: impl Future<Output = ()>) -> u32 {
        let mut future = pin!(future);
        let mut polls = 0;
        poll_fn(|context| {
            polls += 1;
            future.as_mut().poll(context)
        })
        .await;
        polls
    }
    on_both_runtimes(|| async {
        let ready = async {
            let (slot, mut letters) = mpsc::channel(1);
            slot.send(()).await.unwrap();
            letters.recv().await.unwrap();
        };
        assert_eq!(polls(ready).await, 1);
        assert_eq!(polls(yield_now()).await, 2);
    });
}

// The budget

#[test]
fn budget_is_128_operations() {
    let told = record(budget::letters(true));
    assert_eq!(*told.value.as_ref().unwrap(), 128);
    // 128 letters, 128 more, the last 44 and the end.
    assert_eq!(told.lane("reader").polls, 3);
}

#[test]
fn budget_off_the_reader_never_pauses() {
    let told = record(budget::letters(false));
    assert_eq!(*told.value.as_ref().unwrap(), 300);
    assert_eq!(told.lane("reader").polls, 1);
}

/// A worker counts as the one thread does; only the neighbour need not wait for it.
#[test]
fn budget_is_the_same_on_workers() {
    let told = record_on_workers(2, budget::letters(true));
    assert_eq!(told.lane("reader").polls, 3);
}

/// When the budget is spent, what is there seems not to be, as often as one asks.
#[test]
fn budget_spent_hides_what_is_there_until_the_next_turn() {
    on_both_runtimes(|| async {
        let asks = async {
            let (slot, mut letters) = mpsc::channel(300);
            for letter in 0..300 {
                slot.try_send(letter).unwrap();
            }
            let found = (0..300).filter(|_| letters.recv().now_or_never().is_some());
            let first_turn = found.count();
            yield_now().await;
            let next = letters.recv().now_or_never();
            (first_turn, next.flatten())
        };
        assert_eq!(tokio::spawn(asks).await.unwrap(), (128, Some(128)));
    });
}

/// Its spawner has taken 100 letters in the same turn. From the queue it comes with a budget of its own.
#[test]
fn budget_goes_with_the_lifo_slot() {
    async fn letters_after_100_of_the_spawner() -> usize {
        let spawner = async {
            let (slot, mut letters) = mpsc::channel(400);
            for letter in 0..400 {
                slot.try_send(letter).unwrap();
            }
            for _ in 0..100 {
                letters.recv().await;
            }
            let reader = async move {
                let found = (0..300).filter(|_| letters.recv().now_or_never().is_some());
                found.count()
            };
            tokio::spawn(reader).await.unwrap()
        };
        tokio::spawn(spawner).await.unwrap()
    }
    let on_a_worker = record_on_workers(1, letters_after_100_of_the_spawner());
    assert_eq!(on_a_worker.value, 28);
    assert_eq!(virtual_time(letters_after_100_of_the_spawner()), 128);
}

/// The budget counts operations of Tokio. A loop that has none may spend from it by hand.
#[test]
fn budget_can_be_spent_by_hand() {
    async fn steps_before_another_task(spend: bool) -> u32 {
        let steps = Arc::new(AtomicU32::new(0));
        let mut tasks = JoinSet::new();
        tasks.spawn({
            let steps = Arc::clone(&steps);
            async move {
                for _ in 0..1000 {
                    steps.fetch_add(1, Ordering::Relaxed);
                    if spend {
                        consume_budget().await;
                    }
                }
                0
            }
        });
        tasks.spawn(async move { steps.load(Ordering::Relaxed) });
        tasks.join_all().await.into_iter().sum()
    }
    assert_eq!(virtual_time(steps_before_another_task(false)), 1000);
    // The step that finds the budget spent is already done.
    assert_eq!(virtual_time(steps_before_another_task(true)), 129);
}
