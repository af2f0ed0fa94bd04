//! What the stage records is what happened.

use std::{
    env,
    future::pending,
    panic::{UnwindSafe, catch_unwind},
    pin::pin,
    process::Command,
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use async_workbook::stage::{
    Instrument, Outcome, Run, block_for, on_both_runtimes, on_threads, record, record_blocking,
    record_on_workers, record_within, virtual_time,
};
use futures::{FutureExt, future::join_all};
use tokio::{
    runtime::Handle,
    time::{sleep, timeout},
};
use tracing::{info, info_span, warn};

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_hours(1);

fn at(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn ten_hours_pass_at_once_and_exactly() {
    let before = Instant::now();
    let elapsed = virtual_time(async {
        let start = tokio::time::Instant::now();
        sleep(10 * HOUR).await;
        start.elapsed()
    });
    assert_eq!(elapsed, 10 * HOUR);
    assert!(before.elapsed() < SECOND);
}

#[test]
fn a_future_that_ends_is_finished() {
    let recording = record(async { sleep(SECOND).instrument(info_span!("sleeper")).await });
    let lane = recording.lane("sleeper");
    assert_eq!((lane.outcome, lane.ended), (Outcome::Finished, Some(at(1))));
    assert_eq!(lane.polls, 2);
    assert_eq!(recording.elapsed, at(1));
}

/// The last poll of the loser and its end fall on the same instant here: time alone could not
/// tell it from a future that finished.
#[test]
fn a_future_that_timed_out_is_cancelled() {
    let recording = record(async {
        let slow = sleep(9 * SECOND).instrument(info_span!("slow"));
        timeout(SECOND, slow).await
    });
    assert!(recording.value.is_err());
    let lane = recording.lane("slow");
    assert_eq!(
        (lane.outcome, lane.ended),
        (Outcome::Cancelled, Some(at(1)))
    );
}

#[test]
fn a_future_that_panics_takes_its_parents_along() {
    let recording = record(async {
        let inner = async {
            sleep(SECOND).await;
            panic!("burnt");
        };
        let outer = async { inner.instrument(info_span!("inner")).await };
        tokio::spawn(outer.instrument(info_span!("outer"))).await
    });
    assert!(recording.value.is_err());
    for label in ["inner", "outer"] {
        let lane = recording.lane(label);
        assert_eq!(
            (lane.outcome, lane.ended),
            (Outcome::Panicked, Some(at(1))),
            "{label}"
        );
    }
}

#[test]
fn a_task_that_nobody_awaits_is_cancelled_with_the_runtime() {
    let recording = record(async {
        let _owned_by_the_runtime = tokio::spawn(sleep(HOUR).instrument(info_span!("orphan")));
        sleep(SECOND).await;
    });
    let lane = recording.lane("orphan");
    assert_eq!(
        (lane.outcome, lane.ended),
        (Outcome::Cancelled, Some(at(1)))
    );
}

#[test]
fn a_future_that_is_never_polled_has_no_runs() {
    let recording = record(async {
        let forgotten = sleep(SECOND).instrument(info_span!("forgotten"));
        sleep(SECOND).await;
        drop(forgotten);
    });
    let lane = recording.lane("forgotten");
    assert_eq!((lane.polls, lane.outcome), (0, Outcome::Cancelled));
    assert!(lane.runs.is_empty());
}

#[test]
fn blocking_shows_as_one_solid_run_and_makes_others_late() {
    let recording = record(async {
        let punctual = async {
            sleep(SECOND).await;
            info!("late");
        };
        let rude = async { block_for(3 * SECOND) };
        tokio::join!(
            punctual.instrument(info_span!("punctual")),
            rude.instrument(info_span!("rude")),
        );
    });
    let rude = recording.lane("rude");
    assert_eq!(
        rude.runs,
        [Run {
            from: at(0),
            to: at(3)
        }]
    );
    assert_eq!(rude.running(), at(3));
    assert_eq!(recording.told("punctual"), [(at(3), "late")]);
    assert_eq!(recording.lane("punctual").running(), Duration::ZERO);
}

#[test]
fn events_keep_their_lane_their_level_and_their_fields() {
    let recording = record(async {
        info!("before");
        async { info!(count = 3, name = "toast", "ready") }
            .instrument(info_span!("toast", number = 7, kind = %"rye"))
            .await;
        warn!("after");
        tracing::debug!("not told");
    });
    let events: Vec<_> = recording
        .events
        .iter()
        .map(|e| (e.lane, e.text.as_str()))
        .collect();
    assert_eq!(
        events,
        [
            (None, "before"),
            (Some(0), "ready count=3 name=toast"),
            (None, "warning: after")
        ]
    );
    assert_eq!(recording.lanes[0].label, "toast 7 rye");
}

#[test]
fn cleaning_up_is_told_on_the_lane_that_is_cancelled() {
    struct Guest;
    impl Drop for Guest {
        fn drop(&mut self) {
            info!("leaves");
        }
    }
    let recording = record(async {
        let visit = async {
            let _guest = Guest;
            sleep(HOUR).await;
        };
        let _ = timeout(SECOND, visit.instrument(info_span!("visit"))).await;
    });
    assert_eq!(recording.told("visit"), [(at(1), "leaves")]);
    assert_eq!(recording.lane("visit").running(), Duration::ZERO);
}

#[test]
fn spawned_lanes_know_their_parents() {
    let recording = record(async {
        let child = async { sleep(SECOND).await };
        let parent = async { tokio::spawn(child.instrument(info_span!("child"))).await };
        parent.instrument(info_span!("parent")).await
    });
    assert_eq!(recording.lane("child").parent, Some(0));
    assert_eq!(recording.lanes[0].label, "parent");
}

#[test]
fn a_thousand_lanes_are_recorded_in_order() {
    let recording = record(async {
        let sleepers = (0..1000_u32).map(|n| sleep(n * SECOND).instrument(info_span!("s", n)));
        join_all(sleepers).await.len()
    });
    assert_eq!(recording.value, 1000);
    assert_eq!(recording.elapsed, at(999));
    let ended = recording.lanes.iter().map(|lane| lane.ended);
    assert!(ended.eq((0..1000).map(|second| Some(at(second)))));
}

#[test]
fn blocking_code_on_virtual_threads_takes_as_long_as_the_longest() {
    let recording = record_blocking(|| {
        block_for(SECOND);
        let jobs = [3_u32, 1, 2].map(|seconds| {
            move || {
                info_span!("job", seconds).in_scope(|| block_for(seconds * SECOND));
                seconds
            }
        });
        on_threads(jobs)
    });
    assert_eq!(recording.value, [3, 1, 2]);
    assert_eq!(recording.elapsed, at(4));
    let ended: Vec<_> = recording
        .lanes
        .iter()
        .map(|lane| (lane.label.as_str(), lane.ended))
        .collect();
    assert_eq!(
        ended,
        [
            ("job 3", Some(at(4))),
            ("job 1", Some(at(2))),
            ("job 2", Some(at(3)))
        ]
    );
}

#[test]
fn virtual_threads_may_start_threads_of_their_own() {
    let nested = |seconds: u32| {
        move || {
            on_threads([1, seconds].map(|seconds| move || block_for(seconds * SECOND)));
            block_for(SECOND);
        }
    };
    let recording = record_blocking(|| drop(on_threads([nested(2), nested(5)])));
    assert_eq!(recording.elapsed, at(6));
    assert_eq!(
        record_blocking(|| on_threads(Vec::<fn()>::new()).len()).value,
        0
    );
}

#[test]
fn a_panic_on_a_virtual_thread_does_not_hang_the_others() {
    let panicked = catch_unwind(|| {
        record_blocking(|| {
            on_threads([1, 2_u32].map(|seconds| {
                move || {
                    block_for(seconds * SECOND);
                    assert_ne!(seconds, 1, "one is unlucky");
                }
            }))
        })
    });
    let panic = panicked.expect_err("the panic is passed on");
    let words = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .unwrap_or_default();
    assert!(words.contains("one is unlucky"), "{words}");
}

/// Two tasks that wait for each other at a blocking barrier can only both pass if they run on
/// two threads at once.
#[test]
fn workers_run_in_parallel_and_are_recorded() {
    let recording = record_on_workers(2, async {
        let meeting = Arc::new(Barrier::new(2));
        let meet = |name: &'static str| {
            let meeting = meeting.clone();
            tokio::spawn(
                async move { meeting.wait().is_leader() }.instrument(info_span!("worker", name)),
            )
        };
        let (a, b) = (meet("A"), meet("B"));
        a.await.is_ok() && b.await.is_ok()
    });
    assert!(recording.value);
    assert_eq!(recording.lane("worker A").outcome, Outcome::Finished);
    assert_eq!(recording.lane("worker B").outcome, Outcome::Finished);
}

#[test]
fn blocking_tasks_are_heard_too() {
    let recording = record(async {
        let told = tokio::task::spawn_blocking(|| info_span!("file").in_scope(|| info!("read")));
        told.await.is_ok()
    });
    assert!(recording.value);
    assert_eq!(recording.told("file").len(), 1);
}

#[test]
fn plain_futures_outside_a_story_are_left_alone() {
    assert!(
        async {}
            .instrument(info_span!("alone"))
            .now_or_never()
            .is_some()
    );
    let mut pending = pin!(pending::<()>().in_current_span());
    assert!(pending.as_mut().now_or_never().is_none());
}

#[test]
fn the_same_story_leaves_the_same_record() {
    let story = || async {
        let sleepers = (0..50_u32).map(|n| {
            let nap = sleep(Duration::from_millis(u64::from(n * 37 % 11)));
            async move {
                nap.await;
                info!(n, "awake");
            }
            .instrument(info_span!("napper", n))
        });
        join_all(sleepers.map(tokio::spawn)).await.len()
    };
    let first = record(story());
    for _ in 0..5 {
        assert_eq!(record(story()), first);
    }
}

/// A runtime keeps several files open; a story that leaked it would soon be the last.
#[test]
#[cfg(target_os = "linux")]
fn stories_leave_no_files_open() {
    let open_files = || std::fs::read_dir("/proc/self/fd").unwrap().count();
    let before = open_files();
    for _ in 0..300 {
        record(async { sleep(SECOND).instrument(info_span!("short")).await });
    }
    // Other tests run beside this one and open files, too, but far fewer.
    assert!(open_files() < before + 150);
}

/// A future begun in one story and dropped in the next: both count their lanes from one.
#[test]
fn a_future_that_outlives_its_story_ends_no_lane_of_the_next() {
    let mut kept = None;
    let first = record(async {
        let mut visit = Box::pin(pending::<()>().instrument(info_span!("visit")));
        assert!(visit.as_mut().now_or_never().is_none());
        kept = Some(visit);
    });
    let second = record(async {
        let own = async {
            sleep(at(2)).await;
            sleep(at(1)).await;
        };
        let own = tokio::spawn(own.instrument(info_span!("own")));
        sleep(at(1)).await;
        drop(kept);
        own.await.is_ok()
    });
    assert!(second.value);
    assert_eq!(first.lane("visit").outcome, Outcome::Open);
    let own = second.lane("own");
    assert_eq!((own.polls, own.ended), (3, Some(at(3))));
    assert_eq!(own.outcome, Outcome::Finished);
}

#[test]
fn a_future_that_is_dropped_where_nobody_listens_is_cancelled_all_the_same() {
    let recording = record(async {
        let mut visit = Box::pin(pending::<()>().instrument(info_span!("visit")));
        assert!(visit.as_mut().now_or_never().is_none());
        thread::spawn(move || drop(visit)).join().is_ok()
    });
    assert!(recording.value);
    assert_eq!(recording.lane("visit").outcome, Outcome::Cancelled);
}

#[test]
fn a_label_has_one_line() {
    let recording = record(async {
        async {}
            .instrument(info_span!("lane", text = "one\ntwo\t\u{1b}"))
            .await;
    });
    assert_eq!(recording.lanes[0].label, "lane one two  ");
}

/// A span that four threads enter and leave as they like.
#[test]
fn no_run_ends_before_it_begins() {
    let recording = record_on_workers(4, async {
        let shared = info_span!("shared");
        let visitors: Vec<_> = (0..8)
            .map(|_| {
                let shared = shared.clone();
                tokio::spawn(async move {
                    for _ in 0..2_000 {
                        shared.in_scope(|| {});
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        join_all(visitors).await.iter().all(Result::is_ok)
    });
    assert!(recording.value);
    let runs = &recording.lane("shared").runs;
    assert!(runs.iter().all(|run| run.from <= run.to));
    assert!(runs.windows(2).all(|pair| pair[0].to <= pair[1].from));
}

#[test]
fn a_recording_answers_what_proofs_ask() {
    let recording = record(async {
        let guest = |number: u32| {
            async move {
                info!("sits down");
                sleep(number * SECOND).await;
                info!("full");
            }
            .instrument(info_span!("guest", number))
        };
        info!("open");
        let late = async {
            sleep(at(1)).await;
            guest(3).await;
        };
        let _ = timeout(at(4), async { tokio::join!(guest(1), guest(9), late) }).await;
    });
    assert_eq!(recording.life("guest 1"), (at(0), at(1), Outcome::Finished));
    assert_eq!(
        recording.life("guest 9"),
        (at(0), at(4), Outcome::Cancelled)
    );
    assert_eq!(recording.when("sits down"), [at(0), at(0), at(1)]);
    assert_eq!(recording.when("sits"), []);
    assert_eq!(
        recording.said()[..3],
        ["open", "guest 1: sits down", "guest 9: sits down"]
    );
    assert_eq!(recording.most_at_once("guest"), 2);
    assert_eq!(recording.most_at_once("guest 1"), 1);
    assert_eq!(recording.most_at_once("waiter"), 0);
}

#[test]
fn a_story_plays_on_both_runtimes_and_ends_with_them() {
    static THREADS: Mutex<Vec<Option<String>>> = Mutex::new(Vec::new());
    on_both_runtimes(|| async {
        sleep(Duration::from_millis(1)).await;
        let name = thread::current().name().map(str::to_owned);
        THREADS.lock().unwrap().push(name);
        tokio::spawn(pending::<()>());
    });
    let own = thread::current().name().map(str::to_owned);
    let threads = THREADS.lock().unwrap();
    assert_eq!(threads.len(), 2);
    assert_eq!(threads[0], own);
    assert_ne!(threads[1], own);
}

/// What the test would say.
fn failure(story: impl Fn() + UnwindSafe) -> String {
    let panic = catch_unwind(story).expect_err("it fails");
    let words = panic.downcast_ref::<String>();
    words.expect("it speaks").clone()
}

#[test]
fn a_story_that_fails_names_the_runtime() {
    let threads = || Handle::current().metrics().num_workers();
    let on_one = failure(|| on_both_runtimes(|| async move { assert_ne!(threads(), 1) }));
    assert!(on_one.starts_with("on the current-thread runtime: assertion"));
    assert_eq!(on_one.matches(" runtime").count(), 1, "{on_one}");
    let on_two = failure(|| on_both_runtimes(|| async move { assert_ne!(threads(), 2, "burnt") }));
    assert!(on_two.starts_with("on the multi-threaded runtime with two workers: "));
    assert!(on_two.contains("burnt"), "{on_two}");
    let on_both = failure(|| on_both_runtimes(|| async { panic!("burnt") }));
    assert_eq!(on_both.matches("runtime").count(), 2, "{on_both}");
    assert_eq!(on_both.matches("burnt").count(), 2, "{on_both}");
}

// Stories that hang. Each is played in a process of its own, which has little patience: who waits in
// vain is given up after a tenth of a second, who spins after half of one. Who cannot be interrupted
// has one second more before the program ends.

/// What the ignored test of this name prints, and whether it failed.
fn played(test: &str) -> (String, bool) {
    let mut tests = Command::new(env::current_exe().unwrap());
    tests.args(["--exact", test, "--ignored", "--nocapture"]);
    let output = tests.env("STAGE_PATIENCE", "0.5").output().unwrap();
    let printed = String::from_utf8([output.stderr, output.stdout].concat()).unwrap();
    assert!(printed.contains("running 1 test"), "{printed}");
    (printed, output.status.code() == Some(101))
}

/// That test fails, as a test should or by ending the program, and says all of this.
#[track_caller]
fn assert_fails(test: &str, ends_the_program: bool, words: &[&str]) {
    let (printed, failed) = played(test);
    assert!(failed, "{printed}");
    for word in words {
        assert!(printed.contains(word), "{word}\n{printed}");
    }
    assert_eq!(printed.contains("FAILED"), !ends_the_program, "{printed}");
}

#[test]
#[ignore = "hangs"]
fn two_locks_in_two_orders() {
    type Lock = Arc<tokio::sync::Mutex<()>>;
    async fn clerk(first: Lock, second: Lock) {
        let _first = first.lock().await;
        info!("has one");
        sleep(SECOND).await;
        let _second = second.lock().await;
        info!("has both");
    }
    record(async {
        let (a, b) = (Lock::default(), Lock::default());
        let office = async {
            let one = clerk(a.clone(), b.clone()).instrument(info_span!("clerk 1"));
            let two = clerk(b, a).instrument(info_span!("clerk 2"));
            tokio::join!(one, two)
        };
        office.instrument(info_span!("office")).await
    });
}

#[test]
fn a_deadlock_is_told_with_those_who_wait() {
    let words = [
        "tests/stage.rs",
        "a deadlock at 1.000 s",
        "'clerk 1' waits since 1.000 s; its last words: \"has one\"",
        "'clerk 2' waits since 1.000 s; its last words: \"has one\"",
        "[    0.000s] clerk 1      has one",
        "\n  clerk 1  ◆──",
        "took 1.000 s",
    ];
    assert_fails("two_locks_in_two_orders", false, &words);
    let (printed, _) = played("two_locks_in_two_orders");
    assert!(!printed.contains("'office' waits"), "{printed}");
    assert!(!printed.contains("cancelled"), "{printed}");
}

#[test]
#[ignore = "hangs"]
fn waits_outside_of_any_lane() {
    record(async {
        info!("off we go");
        pending::<()>().await;
    });
}

#[test]
fn who_waits_outside_of_any_lane_is_looked_for_by_the_last_words() {
    let words = ["Nobody who waits has a lane", "were: \"off we go\""];
    assert_fails("waits_outside_of_any_lane", false, &words);
}

#[test]
#[ignore = "hangs"]
fn nobody_comes_and_nobody_listens() {
    virtual_time(pending::<()>());
}

#[test]
fn a_deadlock_is_told_without_a_record() {
    let words = ["a deadlock at 0.000 s", "stage::record"];
    assert_fails("nobody_comes_and_nobody_listens", false, &words);
}

#[test]
#[ignore = "hangs"]
fn a_loop_without_an_await() {
    record(async {
        let spin = async {
            loop {
                std::hint::spin_loop();
            }
        };
        tokio::spawn(spin.instrument(info_span!("eager"))).await
    })
    .value
    .unwrap();
}

#[test]
fn who_never_gives_way_ends_the_program() {
    let words = [
        "a_loop_without_an_await: The story hangs: 'eager' has been running at 0.000 s",
        "the whole program ends",
        "eager  ┼",
    ];
    assert_fails("a_loop_without_an_await", true, &words);
}

#[test]
#[ignore = "hangs"]
fn a_loop_whose_awaits_are_ready() {
    record(async {
        let spin = async {
            loop {
                tokio::task::yield_now().await;
            }
        };
        spin.instrument(info_span!("polite")).await;
    });
}

#[test]
fn who_gives_way_to_others_but_not_to_the_clock_is_given_up() {
    let words = ["'polite' has been polled ", "took 0.000 s"];
    assert_fails("a_loop_whose_awaits_are_ready", false, &words);
}

#[test]
#[ignore = "hangs"]
#[expect(clippy::await_holding_lock, reason = "it is the mistake")]
fn a_guard_across_an_await() {
    let visitors = Mutex::new(0);
    let turnstile = |number: u32| {
        async {
            let mut visitors = visitors.lock().unwrap();
            sleep(SECOND).await;
            *visitors += 1;
        }
        .instrument(info_span!("turnstile", number))
    };
    record(async { tokio::join!(turnstile(1), turnstile(2)) });
}

#[test]
fn who_blocks_the_thread_that_should_free_it_ends_the_program() {
    let words = ["'turnstile 2' has been running", "a blocking lock"];
    assert_fails("a_guard_across_an_await", true, &words);
}

#[test]
#[ignore = "hangs"]
fn two_threads_and_a_guard() {
    let counter = &Mutex::new(0);
    record_blocking(|| {
        on_threads([1, 2].map(|number: u32| {
            move || {
                let _lane = info_span!("thread", number).entered();
                let mut counter = counter.lock().unwrap();
                block_for(SECOND);
                *counter += 1;
            }
        }))
    });
}

#[test]
fn threads_that_wait_for_a_lock_do_not_pass_their_turn_on() {
    let words = ["'thread 2' has been running", "the whole program ends"];
    assert_fails("two_threads_and_a_guard", true, &words);
}

#[test]
#[ignore = "hangs"]
fn a_loop_that_sleeps_and_looks_again() {
    record_within(24 * HOUR, "Who opens the door?", async {
        let open = AtomicBool::new(false);
        while !open.load(Ordering::Relaxed) {
            sleep(SECOND).await;
        }
    });
}

#[test]
fn who_goes_on_for_ever_is_given_up_with_a_hint() {
    let words = ["it goes on and on", "\nWho opens the door?"];
    assert_fails("a_loop_that_sleeps_and_looks_again", false, &words);
}

#[test]
#[ignore = "hangs"]
fn a_closure_that_does_not_return() {
    record_within(HOUR, "", async {
        let closure = || -> () {
            loop {
                thread::sleep(SECOND);
            }
        };
        let asks = async { tokio::task::spawn_blocking(closure).await };
        asks.instrument(info_span!("asks")).await
    })
    .value
    .unwrap();
}

#[test]
fn blocking_code_that_does_not_return_is_no_deadlock_but_no_end_either() {
    let words = ["it goes on and on", "'asks' waits since 0.000 s"];
    assert_fails("a_closure_that_does_not_return", false, &words);
}

#[test]
#[ignore = "does not hang"]
fn a_closure_that_takes_its_time() {
    let recording = record(async {
        let closure = || thread::sleep(Duration::from_millis(400));
        tokio::task::spawn_blocking(closure).await.is_ok()
    });
    assert!(recording.value);
}

#[test]
fn blocking_code_may_take_its_time() {
    let (printed, failed) = played("a_closure_that_takes_its_time");
    assert!(!failed, "{printed}");
}

#[test]
#[ignore = "hangs"]
fn waits_on_both_runtimes() {
    on_both_runtimes(|| async { pending().await });
}

/// Waits for two seconds of real time: twice the patience of a second.
#[test]
fn what_waits_on_both_runtimes_is_given_up_on_both() {
    let words = [
        "on the current-thread runtime: the story has not ended after 1s",
        "on the multi-threaded runtime with two workers: the story has not ended after 1s",
    ];
    assert_fails("waits_on_both_runtimes", false, &words);
}

#[test]
fn a_thread_may_answer_on_the_virtual_clock() {
    let recording = record(async {
        let (answer, question) = tokio::sync::oneshot::channel();
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(100));
            let _ = answer.send(42);
        });
        question.await
    });
    assert_eq!(recording.value, Ok(42));
    assert_eq!(recording.elapsed, Duration::ZERO);
}

#[test]
fn what_happened_shows_the_beginning_and_the_end() {
    let recording = record(async {
        let count = async {
            for number in 1..=100 {
                info!("{number}");
                sleep(SECOND).await;
            }
        };
        count.instrument(info_span!("child")).await;
    });
    let happened = recording.what_happened();
    let (lines, timeline) = happened.split_once("\n\n").unwrap();
    let lines: Vec<_> = lines.lines().skip(2).collect();
    assert_eq!(lines.len(), 41);
    assert_eq!(lines[19], "[   19.000s] child        20");
    assert_eq!(lines[20], "… 60 lines more …");
    assert_eq!(lines[21], "[   80.000s] child        81");
    assert!(timeline.contains("\nchild  "), "{timeline}");
}
