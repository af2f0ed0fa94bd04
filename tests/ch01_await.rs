//! Chapter 1: what waiting without blocking means.

use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::Duration,
};

use ch01_await::{
    bridges, fetches,
    hello::hello,
    lazy,
    polls::{self, Kettle},
    printer, restaurant, sites,
};
use stage::{
    Instrument, Lane, Outcome, Recording, Run, block_for, ms, on_both_runtimes, on_threads, record,
    record_blocking, virtual_time,
};
use tokio::{
    runtime::{Builder, Handle},
    sync::Barrier,
    task::{block_in_place, spawn_blocking},
    time::{sleep, timeout},
};
use tracing::info_span;

/// Whether somebody called the waker.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

fn pages() -> [String; 3] {
    ["page 1", "page 2", "page 3"].map(String::from)
}

#[test]
fn hello_waits_a_second_between_its_words() {
    virtual_time(async {
        let (mut hello, woken) = (pin!(hello()), Arc::new(Woken::default()));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        assert!(hello.as_mut().poll(&mut context).is_pending());
        sleep(ms(999)).await;
        assert!(!woken.0.load(Relaxed));
        sleep(ms(2)).await;
        assert!(woken.0.load(Relaxed));
        assert!(hello.poll(&mut context).is_ready());
    });
}

/// What the virtual clock waits for is the runtime, blocking closures included, and no plain thread.
#[test]
fn hello_virtual_time_stands_still_while_the_runtime_has_something_to_do() {
    let is_done_after_ten_seconds = |plain: bool| {
        virtual_time(async move {
            let is_done = Arc::new(AtomicBool::new(false));
            let (slept, wait) = mpsc::channel::<()>();
            let work = {
                let is_done = Arc::clone(&is_done);
                // Ten seconds go by before the plain thread can end; the closure ends by itself.
                let limit = if plain { ms(10_000) } else { ms(20) };
                move || {
                    let _ = wait.recv_timeout(limit);
                    is_done.store(true, Relaxed);
                }
            };
            if plain {
                thread::spawn(work);
            } else {
                spawn_blocking(work);
            }
            sleep(ms(10_000)).await;
            let is_done = is_done.load(Relaxed);
            drop(slept);
            is_done
        })
    };
    assert!(is_done_after_ten_seconds(false));
    assert!(!is_done_after_ten_seconds(true));
}

#[test]
fn hello_there_is_no_handle_outside_of_a_runtime() {
    assert!(Handle::try_current().is_err());
    assert!(catch_unwind(Handle::current).is_err());
}

#[test]
fn fetches_three_blocking_take_three_seconds() {
    let recording = record_blocking(fetches::blocking);
    assert_eq!(recording.elapsed, ms(3000));
    assert_eq!(recording.value, pages());
    assert_eq!(running(&recording), [ms(1000); 3]);
}

#[test]
fn fetches_three_awaited_in_turn_take_three_seconds() {
    let recording = record(fetches::in_turn());
    assert_eq!(recording.elapsed, ms(3000));
    assert_eq!(recording.value, pages());
    assert_eq!(running(&recording), [Duration::ZERO; 3]);
    assert_eq!(recording.lane("fetch 2").created, ms(1000));
}

#[test]
fn fetches_three_joined_take_one_second() {
    let recording = record(fetches::joined());
    assert_eq!(recording.elapsed, ms(1000));
    assert_eq!(recording.value, pages());
    for lane in &recording.lanes {
        assert_eq!((lane.created, lane.ended), (ms(0), Some(ms(1000))));
    }
}

/// At the barrier three have to wait at the same time: one after the other they never do.
#[test]
fn fetches_awaited_in_turn_waits_add_up_and_joined_they_overlap() {
    on_both_runtimes(|| async {
        let barrier = Barrier::new(3);
        let wait = async || {
            barrier.wait().await;
        };
        tokio::join!(wait(), wait(), wait());

        let ended = AtomicU32::new(0);
        let in_turn = async {
            for _ in 0..3 {
                wait().await;
                ended.fetch_add(1, Relaxed);
            }
        };
        assert!(timeout(ms(50), in_turn).await.is_err());
        assert_eq!(
            ended.into_inner(),
            0,
            "the first still waits for the others"
        );
    });
}

/// Each poll begins with the next future: 1 2 3 at first, 2 3 1 when the second is over.
#[test]
fn fetches_joined_begin_with_another_at_each_poll() {
    let recording = record(fetches::joined());
    let said = recording.said();
    let answered: Vec<&str> = said[3..].iter().map(String::as_str).collect();
    assert_eq!(
        answered,
        [
            "fetch 2: answered",
            "fetch 3: answered",
            "fetch 1: answered"
        ]
    );
}

#[test]
fn lazy_a_call_alone_does_nothing() {
    let recording = record(lazy::forgotten_wrong());
    let lane = recording.lane("bake rye");
    assert_eq!((lane.polls, lane.outcome), (0, Outcome::Cancelled));
    assert!(recording.told("bake rye").is_empty());
}

#[test]
fn lazy_the_work_begins_at_the_await() {
    let recording = record(lazy::awaited());
    assert_eq!(recording.value, "a loaf of rye");
    assert_eq!(
        recording.told("bake rye"),
        [(ms(1000), "into the oven"), (ms(3000), "out of the oven")]
    );
}

#[test]
fn lazy_a_body_begins_at_the_first_poll() {
    on_both_runtimes(|| async {
        let begun = AtomicBool::new(false);
        let body = async || begun.store(true, Relaxed);
        let called = body();
        let block = async { begun.store(true, Relaxed) };
        tokio::task::yield_now().await;
        assert!(!begun.load(Relaxed), "nobody has polled anything");
        called.await;
        assert!(begun.swap(false, Relaxed), "awaited, an async fn begins");
        block.await;
        assert!(begun.load(Relaxed), "awaited, a block begins");
    });
}

/// Why the rule is said of the body of an `async fn`: `sleep` is an ordinary function.
#[test]
fn lazy_a_sleep_counts_from_its_call() {
    let recording = record(async {
        let (one, other) = (sleep(ms(1000)), sleep(ms(1000)));
        one.await;
        other.await;
    });
    assert_eq!(recording.elapsed, ms(1000));
}

/// Polling by hand, without any runtime's help: the clock is all it needs from Tokio.
#[test]
fn lazy_polling_by_hand() {
    virtual_time(async {
        let (mut bread, woken) = (pin!(lazy::bake("rye")), Arc::new(Woken::default()));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        sleep(ms(9000)).await;
        assert!(bread.as_mut().poll(&mut context).is_pending());
        assert!(!woken.0.load(Relaxed));
        sleep(ms(2000)).await;
        assert!(woken.0.load(Relaxed));
        let baked = bread.poll(&mut context);
        assert_eq!(baked, Poll::Ready("a loaf of rye".to_owned()));
    });
}

#[test]
fn lazy_futures_tasks_and_orders_can_be_awaited() {
    assert_eq!(record(lazy::what_can_be_awaited()).value, 4335);
}

#[test]
fn polls_a_kettle_takes_two() {
    for needs in [ms(0), ms(20)] {
        let polls = in_ten_seconds(move || polls::block_on(Kettle::new(needs)));
        assert_eq!(polls, 2, "the water needs {needs:?}");
    }
}

/// The narrated poll numbers are those of the value.
#[test]
fn polls_a_kettle_counts_aloud() {
    let recording = in_ten_seconds(|| record_blocking(|| polls::block_on(Kettle::new(ms(0)))));
    assert_eq!(recording.said(), ["poll 1: not yet", "poll 2: it boils"]);
}

/// A waker that is called before its thread is parked, and one that is called by another thread.
#[test]
fn polls_block_on_loses_no_call() {
    let polls = in_ten_seconds(|| {
        let mut polls = 0;
        polls::block_on(poll_fn(|context| {
            polls += 1;
            context.waker().wake_by_ref();
            if polls < 3 {
                return Poll::Pending;
            }
            Poll::Ready(polls)
        }))
    });
    assert_eq!(polls, 3);

    let (answer, answered) = tokio::sync::oneshot::channel();
    let thread = thread::spawn(move || answer.send(7));
    assert_eq!(in_ten_seconds(|| polls::block_on(answered)), Ok(7));
    assert_eq!(thread.join().unwrap(), Ok(()));
}

#[test]
fn polls_ready_is_the_last() {
    let mut spent = Box::pin(async { 7 });
    let mut context = Context::from_waker(Waker::noop());
    assert_eq!(spent.as_mut().poll(&mut context), Poll::Ready(7));
    let again = AssertUnwindSafe(|| spent.as_mut().poll(&mut context));
    assert!(catch_unwind(again).is_err());
}

/// The half that a future keeps, and the half that the runtime keeps: it polls no task on suspicion.
#[test]
fn polls_pending_is_a_promise() {
    on_both_runtimes(|| async {
        assert_eq!(Kettle::new(ms(20)).await, 2);

        let polls = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&polls);
        let forgetful = tokio::spawn(poll_fn(move |_context| {
            counted.fetch_add(1, Relaxed);
            Poll::<()>::Pending
        }));
        sleep(ms(50)).await;
        forgetful.abort();
        assert!(forgetful.await.unwrap_err().is_cancelled());
        assert_eq!(polls.load(Relaxed), 1, "at the beginning");

        let mut polls = 0;
        let forgetful = poll_fn(|_context| {
            polls += 1;
            Poll::<()>::Pending
        });
        assert!(timeout(ms(50), forgetful).await.is_err());
        assert_eq!(polls, 2, "at the beginning, and when the time-out wakes");
    });
}

/// Who has not been spawned may be: here the second `block_on` of a runtime takes over from the first.
#[test]
fn polls_without_a_call_are_for_who_was_not_spawned() {
    let runtime = Arc::new(Builder::new_current_thread().build().unwrap());
    let (begins, begun) = mpsc::channel();
    let (end, ended) = tokio::sync::oneshot::channel::<()>();
    let first = Arc::clone(&runtime);
    thread::spawn(move || {
        first.block_on(async {
            begins.send(()).unwrap();
            let _ = ended.await;
        });
    });
    begun.recv().unwrap();
    let (polls, polled) = mpsc::channel();
    thread::spawn(move || {
        runtime.block_on(poll_fn(|_context| {
            polls.send(()).unwrap();
            Poll::<()>::Pending
        }));
    });
    let ten_seconds = Duration::from_secs(10);
    polled.recv_timeout(ten_seconds).unwrap();
    assert!(polled.try_recv().is_err(), "nobody has its waker");
    end.send(()).unwrap();
    polled.recv_timeout(ten_seconds).unwrap();
}

#[test]
fn polls_the_forgetful_is_found_out_by_the_time_out() {
    let recording = record(polls::forgetful_wrong());
    assert!(recording.value.is_ok());
    assert_eq!(
        recording.life("forgetful"),
        (ms(0), ms(5000), Outcome::Finished)
    );
    assert_eq!(recording.lane("forgetful").polls, 2);

    let recording = record(polls::woken());
    assert!(recording.value.is_ok());
    assert_eq!(
        recording.life("sleep"),
        (ms(0), ms(1000), Outcome::Finished)
    );
    assert_eq!(recording.lane("sleep").polls, 2);
}

#[test]
fn polls_a_time_out_cannot_end_a_poll() {
    let recording = record(async { timeout(ms(1000), async { block_for(ms(3000)) }).await });
    assert_eq!((recording.value, recording.elapsed), (Ok(()), ms(3000)));
}

/// Why the chapter says that it is freer with the word task than Tokio.
#[test]
fn polls_who_was_not_spawned_has_no_number() {
    virtual_time(async {
        assert!(tokio::task::try_id().is_none());
        let spawned = tokio::spawn(async { tokio::task::try_id().is_some() });
        assert!(spawned.await.unwrap());
    });
}

#[test]
fn polls_a_dropped_kettle_wakes_once_more() {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(Arc::clone(&woken));
    {
        let mut kettle = pin!(Kettle::new(ms(5)));
        let first = kettle.as_mut().poll(&mut Context::from_waker(&waker));
        assert!(first.is_pending());
    }
    in_ten_seconds(move || {
        while !woken.0.load(Relaxed) {
            thread::sleep(ms(1));
        }
    });
}

/// Who is woken is the task: `join!` polls all that have not ended.
#[test]
fn polls_joined_are_polled_together() {
    let recording = record(async {
        tokio::join!(
            sleep(ms(1000)).instrument(info_span!("short")),
            sleep(ms(2000)).instrument(info_span!("long")),
        );
    });
    assert_eq!(recording.lane("short").polls, 2);
    assert_eq!(recording.lane("long").polls, 3);
}

/// A box may be moved between two polls, and what is pinned in it stays.
#[test]
fn polls_boxed_futures_may_be_moved() {
    virtual_time(async {
        let mut boxed = Box::pin(lazy::bake("rye"));
        let before = &raw const *boxed;
        let mut context = Context::from_waker(Waker::noop());
        assert!(boxed.as_mut().poll(&mut context).is_pending());
        sleep(ms(2001)).await;
        let mut list = [boxed];
        assert_eq!(&raw const *list[0], before);
        assert!(list[0].as_mut().poll(&mut context).is_ready());

        let pinned = pin!(Kettle::new(ms(0)));
        assert_unpin(pinned.get_mut());
    });
}

fn assert_unpin(_: &mut impl Unpin) {}

#[test]
fn sites_in_turn_take_a_hundred_seconds() {
    let recording = record_blocking(|| sites::in_turn(100));
    assert_eq!(recording.elapsed, ms(100_000));
    assert!(recording.value.into_iter().eq(0..100));
}

#[test]
fn sites_on_threads_take_one_second() {
    let recording = record_blocking(|| sites::on_a_thread_each(100));
    assert_eq!(recording.elapsed, ms(1000));
    assert!(recording.value.into_iter().eq(0..100));
}

#[test]
fn sites_joined_take_one_second() {
    let recording = record(sites::joined(100));
    assert_eq!(recording.elapsed, ms(1000));
    assert!(recording.value.into_iter().eq(0..100));
}

/// The chapter sets a waiting visit beside a thread's stack of 2 MiB.
#[test]
fn sites_waiting_visits_are_small() {
    assert!(sites::size_of_a_visit() < 256);
}

#[test]
fn restaurant_one_waiter_serves_three_guests_in_nine_seconds_or_four() {
    assert_eq!(record_blocking(restaurant::synchronous).elapsed, ms(9000));
    assert_eq!(record(restaurant::concurrent()).elapsed, ms(4000));
    assert_eq!(record(restaurant::blocking_wrong()).elapsed, ms(9000));
}

#[test]
fn restaurant_concurrent_is_never_two_things_at_once() {
    let recording = record(restaurant::concurrent());
    assert_eq!(running(&recording), [ms(1000); 3]);
    assert_eq!(overlap(&recording), Duration::ZERO);
}

#[test]
fn restaurant_parallel_is_two_things_at_once() {
    assert_eq!(record_blocking(restaurant::one_cook).elapsed, ms(8000));
    let recording = record_blocking(restaurant::parallel);
    assert_eq!(recording.elapsed, ms(4000));
    assert_eq!(overlap(&recording), ms(4000));
}

/// One waiter never does two things at once, and neither does one cook.
#[test]
fn restaurant_bars_overlap_in_the_last_act_only() {
    for recording in [
        record_blocking(restaurant::synchronous),
        record(restaurant::concurrent()),
        record(restaurant::blocking_wrong()),
        record_blocking(restaurant::one_cook),
    ] {
        assert_eq!(overlap(&recording), Duration::ZERO);
    }
}

/// At a barrier of the standard library two can only meet on two threads.
#[test]
fn restaurant_join_overlaps_waits_and_not_work() {
    on_both_runtimes(|| async {
        let at_work = AtomicU32::new(0);
        let work = async || {
            sleep(ms(1)).await;
            assert_eq!(at_work.fetch_add(1, Relaxed), 0, "two work at once");
            thread::sleep(ms(5));
            at_work.fetch_sub(1, Relaxed);
        };
        tokio::join!(work(), work(), work());

        let both = std::sync::Barrier::new(2);
        on_threads([(); 2].map(|()| || both.wait()));
    });
}

#[test]
fn bridges_a_synchronous_function_may_bring_its_own_runtime() {
    assert_eq!(bridges::greet_sync("Bo").unwrap(), "Good evening, Bo.");
}

#[test]
fn bridges_a_runtime_inside_a_runtime_panics() {
    let recording = record(bridges::nested_wrong());
    assert_eq!(recording.lane("nested").outcome, Outcome::Panicked);
    assert!(recording.value.unwrap_err().is_panic());
    assert_eq!(record(bridges::awaited()).value, "Good evening, Ada.");
}

#[test]
fn bridges_block_on_outside_and_await_inside() {
    on_both_runtimes(|| async {
        assert!(bridges::nested_wrong().await.unwrap_err().is_panic());
        let handle = Handle::current();
        let inside = async move { handle.block_on(async {}) };
        assert!(tokio::spawn(inside).await.unwrap_err().is_panic());

        assert_eq!(bridges::awaited().await, "Good evening, Ada.");
        let outside = spawn_blocking(|| bridges::greet_sync("Ada"));
        assert_eq!(outside.await.unwrap().unwrap(), "Good evening, Ada.");
    });
}

/// Tokio notices neither that another executor polls, nor that another one blocks its own thread.
#[test]
fn bridges_other_executors_are_not_noticed() {
    let outside = in_ten_seconds(|| polls::block_on(async { bridges::greet_sync("Bo").unwrap() }));
    assert_eq!(outside, "Good evening, Bo.");

    let (slept, woken) = mpsc::channel();
    thread::spawn(move || {
        let mut builder = Builder::new_current_thread();
        let runtime = builder.enable_all().build().unwrap();
        runtime.block_on(async { polls::block_on(sleep(ms(1))) });
        slept.send(())
    });
    let woken = woken.recv_timeout(ms(100));
    assert_eq!(woken, Err(mpsc::RecvTimeoutError::Timeout));
}

#[test]
fn bridges_a_runtime_without_a_timer_panics_at_a_sleep() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.build().unwrap();
        let asleep = AssertUnwindSafe(|| runtime.block_on(async { sleep(ms(1)).await }));
        assert!(catch_unwind(asleep).is_err());
    }
}

#[test]
fn bridges_a_thread_may_block_on_the_runtime_of_others() {
    let recording = record(bridges::from_a_thread());
    assert_eq!(recording.value.unwrap(), "page 1");
    assert_eq!(recording.elapsed, ms(1000));
}

#[test]
fn printer_its_caller_is_not_stuck() {
    let recording = record(printer::on_another_thread());
    assert_eq!(
        recording.said(),
        ["not stuck: here is the paper", "printer: prints plum jam"]
    );
    assert_eq!(recording.value.unwrap(), Some("plum jam"));
}

#[test]
fn printer_what_has_begun_runs_to_its_end() {
    on_both_runtimes(|| async {
        assert_eq!(printer::aborted_wrong().await.unwrap(), Some("plum jam"));

        let (begins, begun) = tokio::sync::oneshot::channel();
        let (go_on, wait) = mpsc::channel::<()>();
        let (ends, ended) = tokio::sync::oneshot::channel();
        drop(spawn_blocking(move || {
            begins.send(()).unwrap();
            wait.recv().unwrap();
            ends.send(()).unwrap();
        }));
        begun.await.unwrap();
        go_on.send(()).unwrap();
        assert_eq!(ended.await, Ok(()), "it ends, though nobody has its handle");
    });
}

/// With one thread for blocking calls, the second call waits in line for it. It is dropped when its
/// turn comes, and its handle learns of it no sooner.
#[test]
fn printer_what_waits_in_line_can_be_aborted() {
    for mut builder in [Builder::new_current_thread(), Builder::new_multi_thread()] {
        let runtime = builder.max_blocking_threads(1).build().unwrap();
        runtime.block_on(async {
            let (go_on, wait) = mpsc::channel::<()>();
            let first = spawn_blocking(move || wait.recv());
            let second = spawn_blocking(|| panic!("aborted, and runs"));
            second.abort();
            assert!(!second.is_finished());
            go_on.send(()).unwrap();
            assert_eq!(first.await.unwrap(), Ok(()));
            assert!(second.await.unwrap_err().is_cancelled());
        });
    }
}

#[test]
fn printer_a_runtime_that_is_dropped_waits_for_it() {
    assert!(printer::is_printed_after_drop().unwrap());
    assert!(!printer::is_printed_after_shutdown_background().unwrap());
}

/// Its own patience is real time, and the closure is still at work when it is over.
#[test]
fn printer_a_runtime_can_be_told_how_long_to_wait() {
    let runtime = Builder::new_current_thread().build().unwrap();
    let (go_on, wait) = mpsc::channel::<()>();
    let (ends, ended) = mpsc::channel();
    runtime.spawn_blocking(move || {
        let _ = wait.recv();
        ends.send(())
    });
    runtime.shutdown_timeout(ms(20));
    assert!(ended.try_recv().is_err(), "nobody has let it go on");
    go_on.send(()).unwrap();
    assert_eq!(
        ended.recv(),
        Ok(()),
        "it goes on although the runtime is gone"
    );
}

/// Dropping might have to wait, whether or not it has to.
#[test]
fn printer_a_runtime_is_not_dropped_in_asynchronous_code() {
    on_both_runtimes(|| async {
        let runtime = || Builder::new_current_thread().build().unwrap();
        let dropped = tokio::spawn(async move { drop(runtime()) });
        assert!(dropped.await.unwrap_err().is_panic());
        runtime().shutdown_background();
    });
    // What another executor polls, Tokio does not notice.
    polls::block_on(async { drop(Builder::new_current_thread().build().unwrap()) });
}

/// The thread that takes over is one of those for blocking, and here the only one is busy.
#[test]
fn printer_in_place_needs_a_thread_to_take_over() {
    let mut builder = Builder::new_multi_thread();
    let builder = builder.worker_threads(1).max_blocking_threads(1);
    let in_place = async {
        let (go_on, wait) = mpsc::channel::<()>();
        let (begins, begun) = tokio::sync::oneshot::channel();
        let busy = spawn_blocking(move || {
            begins.send(()).unwrap();
            wait.recv()
        });
        begun.await.unwrap();
        let (paper, tray) = mpsc::channel();
        let helper = tokio::spawn(async move { paper.send(()) });
        assert!(block_in_place(|| tray.recv_timeout(ms(50))).is_err());
        go_on.send(()).unwrap();
        assert!(block_in_place(|| tray.recv()).is_ok());
        busy.await.unwrap().unwrap();
        helper.await.unwrap().unwrap();
    };
    let runtime = builder.build().unwrap();
    runtime.block_on(async { tokio::spawn(in_place).await.unwrap() });
}

#[test]
fn printer_in_place_panics_on_one_thread_only() {
    let recording = record(printer::in_place_as_a_task());
    assert_eq!(recording.lane("in place").outcome, Outcome::Panicked);
    assert!(recording.value.unwrap_err().is_panic());

    // A worker that blocks hands its tasks on: one is enough.
    for workers in [1, 2] {
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(workers).build().unwrap();
        let label = runtime.block_on(printer::in_place_as_a_task()).unwrap();
        assert_eq!(label, Some("plum jam"));
        // Inside, the thread polls nothing, and may block on a future.
        let inside = async { block_in_place(|| Handle::current().block_on(async { 7 })) };
        let answer = runtime.block_on(async { tokio::spawn(inside).await });
        assert_eq!(answer.unwrap(), 7);
    }
}

/// What is joined with it belongs to the same task, and stands still.
#[test]
fn printer_in_place_stops_its_own_task() {
    let mut builder = Builder::new_multi_thread();
    let runtime = builder.worker_threads(2).enable_all().build().unwrap();
    let joined = async {
        let ended = AtomicBool::new(false);
        let other = async {
            sleep(ms(1)).await;
            ended.store(true, Relaxed);
        };
        let blocks = async {
            block_in_place(|| thread::sleep(ms(50)));
            ended.load(Relaxed)
        };
        tokio::join!(other, blocks).1
    };
    let has_other_ended = runtime.block_on(async { tokio::spawn(joined).await });
    assert!(!has_other_ended.unwrap());
}

/// A `block_on` that nobody wakes would never end.
fn in_ten_seconds<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(work()));
    let result = result.recv_timeout(Duration::from_secs(10));
    result.expect("it ends within ten seconds")
}

fn running<T>(recording: &Recording<T>) -> Vec<Duration> {
    recording.lanes.iter().map(Lane::running).collect()
}

/// How long any two lanes were running at the same moment.
fn overlap<T>(recording: &Recording<T>) -> Duration {
    let runs: Vec<(usize, Run)> = recording
        .lanes
        .iter()
        .enumerate()
        .flat_map(|(lane, record)| record.runs.iter().map(move |run| (lane, *run)))
        .collect();
    let pairs = runs.iter().enumerate().flat_map(|(index, one)| {
        let others = runs[index + 1..].iter().filter(|other| other.0 != one.0);
        others.map(|other| shared(one.1, other.1))
    });
    pairs.sum()
}

fn shared(one: Run, other: Run) -> Duration {
    one.to
        .min(other.to)
        .saturating_sub(one.from.max(other.from))
}
