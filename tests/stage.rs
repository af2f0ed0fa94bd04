//! What the stage records is what happened.

use std::{
    future::pending,
    pin::pin,
    thread,
    time::{Duration, Instant},
};

use async_workbook::stage::{
    Instrument, Outcome, Run, block_for, on_threads, record, record_blocking, record_on_workers,
    virtual_time,
};
use futures::{FutureExt, future::join_all};
use tokio::time::{sleep, timeout};
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
    let panicked = std::panic::catch_unwind(|| {
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
        let meeting = std::sync::Arc::new(std::sync::Barrier::new(2));
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
