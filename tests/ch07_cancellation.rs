//! What the chapter on cancellation claims.

use std::{
    cell::Cell,
    future::{pending, poll_fn, ready},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::Poll,
    time::Duration,
};

use ch06_queues::signals::StopSignal;
use ch07_cancellation::{
    dropping,
    graceful::{self, Shutdown},
    lines, offers,
    shield::{self, Ledger},
    timeouts::{self, deadline_after},
    transfer::{self, Bank, dropped_after},
    tree,
    worker::{self, Cancelled},
};
use stage::{self, Outcome, Recording, ms, on_both_runtimes};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, duplex},
    sync::{Barrier, Mutex, Notify, mpsc, oneshot},
    time::{Instant, sleep, sleep_until, timeout, timeout_at},
};
use tokio_test::{assert_pending, assert_ready, assert_ready_eq, task};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

fn ended<T>(recording: &Recording<T>, label: &str) -> (Outcome, Duration) {
    let lane = recording.lane(label);
    (lane.outcome, lane.ended.expect("it ended"))
}

#[test]
fn timeouts_give_up_and_drop_what_they_waited_for() {
    let recording = stage::record(timeouts::give_up());
    assert!(recording.value.is_err());
    assert_eq!(ended(&recording, "report"), (Outcome::Cancelled, ms(2000)));
}

#[test]
fn timeouts_per_step_keep_no_promise_for_the_whole() {
    let recording = stage::record(timeouts::each_step_wrong());
    assert_eq!(recording.value, Ok(42));
    assert_eq!(recording.elapsed, ms(4500));
}

#[test]
fn timeouts_by_deadline_cut_the_block_where_it_is() {
    let recording = stage::record(timeouts::deadline());
    assert!(recording.value.is_err());
    assert_eq!(recording.elapsed, ms(2000));
    assert_eq!(ended(&recording, "step 1"), (Outcome::Finished, ms(1500)));
    assert_eq!(ended(&recording, "step 2"), (Outcome::Cancelled, ms(2000)));
}

#[test]
fn timeouts_in_a_row_add_up_and_a_deadline_does_not_move() {
    on_both_runtimes(|| async {
        let (limit, step) = (ms(50), || sleep(ms(40)));
        let start = Instant::now();
        for _ in 0..5 {
            timeout(limit, step()).await.expect("each step is in time");
        }
        assert!(start.elapsed() >= ms(200), "{:?}", start.elapsed());

        let whole = async {
            for _ in 0..5 {
                step().await;
            }
        };
        assert!(timeout_at(Instant::now() + limit, whole).await.is_err());
    });
}

#[test]
fn timeouts_wait_for_what_never_awaits() {
    let recording = stage::record(timeouts::too_busy_wrong());
    assert_eq!(recording.value, Ok(9), "and it says that it was in time");
    assert_eq!(recording.elapsed, ms(4500));
    assert_eq!(recording.lane("report").polls, 1);
    let recording = stage::record(timeouts::gives_way());
    assert!(recording.value.is_err());
    assert_eq!(recording.elapsed, ms(2500));
    assert_eq!(ended(&recording, "report"), (Outcome::Cancelled, ms(2500)));
}

#[test]
fn timeouts_do_not_interrupt_what_does_not_await() {
    on_both_runtimes(|| async {
        let computed = timeout(ms(1), async { stage::block_for(ms(30)) }).await;
        assert_eq!(computed, Ok(()), "ready when it was looked at");
        let stopped = timeout(ms(1), async {
            stage::block_for(ms(30));
            pending::<()>().await;
        });
        let start = Instant::now();
        assert!(stopped.await.is_err());
        assert!(start.elapsed() >= ms(30), "{:?}", start.elapsed());
    });
}

#[test]
fn timeouts_may_leave_it_running() {
    let recording = stage::record(timeouts::let_it_run());
    assert_eq!(recording.value.unwrap(), 42);
    assert_eq!(recording.elapsed, ms(3000));
}

#[test]
fn timeouts_of_any_length_can_be_counted() {
    const HUGE: [Duration; 4] = [
        Duration::MAX,
        Duration::from_secs(u64::MAX),
        Duration::from_secs(u64::MAX / 4),
        Duration::from_millis(u64::MAX),
    ];
    stage::virtual_time(async {
        for limit in HUGE {
            let work = async || sleep(ms(10)).await;
            assert!(timeout(limit, work()).await.is_ok(), "{limit:?}");
            assert!(
                timeout_at(deadline_after(limit), work()).await.is_ok(),
                "{limit:?}"
            );
            assert!(timeout(ms(1), sleep(limit)).await.is_err(), "{limit:?}");
        }
    });
}

#[test]
fn timeouts_that_cannot_be_counted_are_none() {
    const YEAR: Duration = Duration::from_hours(365 * 24);
    stage::virtual_time(async {
        let work = || sleep_until(Instant::now() + 99 * YEAR);
        assert_eq!(timeout(Duration::MAX, work()).await, Ok(()));
        assert!(timeout(98 * YEAR, work()).await.is_err(), "this one counts");
    });
}

#[test]
fn timeouts_count_from_their_call() {
    stage::virtual_time(async {
        let start = Instant::now();
        let report = timeout(ms(2000), async { sleep(ms(1000)).await });
        sleep(ms(3000)).await;
        assert!(report.await.is_err(), "late before it has begun");
        assert_eq!(start.elapsed(), ms(3000));
    });
}

#[test]
fn timeouts_do_not_interrupt_at_what_is_ready() {
    let computing = async {
        for _ in 0..9 {
            stage::block_for(ms(1000));
            ready(()).await;
        }
    };
    let recording = stage::record(async { timeout(ms(1000), computing).await });
    assert_eq!((recording.value, recording.elapsed), (Ok(()), ms(9000)));
}

/// A real thread cancels the token. There is no `.await` in the work.
#[test]
fn timeouts_do_not_stop_it_but_it_can_look_at_a_token() {
    let stop = CancellationToken::new();
    let (begins, begun) = std::sync::mpsc::channel();
    let computing = async {
        begins.send(()).expect("somebody wants to know");
        while !stop.is_cancelled() {
            std::hint::spin_loop();
        }
    };
    std::thread::scope(|scope| {
        let stop = stop.clone();
        scope.spawn(move || begun.recv().map(|()| stop.cancel()));
        stage::virtual_time(computing);
    });
}

#[test]
fn timeouts_of_no_length_still_poll_once() {
    stage::virtual_time(async {
        assert_eq!(timeout(Duration::ZERO, ready(1)).await, Ok(1));
        assert_eq!(
            timeout_at(deadline_after(Duration::ZERO), ready(1)).await,
            Ok(1)
        );
        assert!(timeout(Duration::ZERO, pending::<()>()).await.is_err());
    });
}

#[test]
#[should_panic(expected = "overflow")]
fn timeouts_overflow_if_the_deadline_is_added_up_by_hand() {
    let _ = Instant::now() + Duration::MAX;
}

#[test]
fn worker_that_is_aborted_does_not_clean_up() {
    let recording = stage::record(worker::aborted_wrong());
    assert!(recording.value.as_ref().unwrap_err().is_cancelled());
    assert_eq!(ended(&recording, "worker"), (Outcome::Cancelled, ms(3400)));
    assert!(
        recording
            .told("worker")
            .iter()
            .all(|(_, text)| text.starts_with("step"))
    );
}

#[test]
fn worker_that_is_told_cleans_up_and_says_so() {
    let recording = stage::record(worker::told());
    assert_eq!(ended(&recording, "worker"), (Outcome::Finished, ms(3900)));
    let told = recording.told("worker");
    assert_eq!(
        told[3..],
        [(ms(3400), "cleaning up"), (ms(3900), "cancelled")]
    );
    assert_eq!(recording.value.unwrap(), Cancelled { after_steps: 3 });
}

#[test]
fn worker_that_is_told_between_steps_finishes_the_step() {
    let recording = stage::record(worker::told_between_steps());
    assert_eq!(recording.elapsed, ms(4500));
    assert_eq!(recording.value.unwrap(), Cancelled { after_steps: 4 });
}

#[test]
fn worker_finds_its_token_cancelled_again_and_again() {
    stage::virtual_time(async {
        let stop = CancellationToken::new();
        stop.cancel();
        for _ in 0..3 {
            assert_eq!(stop.run_until_cancelled(ready(())).await, None);
        }
    });
}

#[test]
fn dropping_ends_a_future_and_runs_its_drops() {
    let recording = stage::record(dropping::three_ways());
    for (label, at) in [("not chosen", 1000), ("aborted", 2000), ("in a set", 3000)] {
        assert_eq!(ended(&recording, label), (Outcome::Cancelled, ms(at)));
        assert_eq!(recording.told(label), [(ms(at), "drill brought back")]);
    }
}

/// Says in which order it is dropped.
struct Says(&'static str, Arc<std::sync::Mutex<Vec<&'static str>>>);

impl Drop for Says {
    fn drop(&mut self) {
        self.1.lock().expect("not poisoned").push(self.0);
    }
}

#[test]
fn dropping_runs_drops_however_a_future_ends() {
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum End {
        Returns,
        Fails,
        Panics,
        IsDropped,
    }
    on_both_runtimes(|| async {
        for end in [End::Returns, End::Fails, End::Panics, End::IsDropped] {
            let told = Arc::default();
            let (first, second) = (Says("first", Arc::clone(&told)), Arc::clone(&told));
            let (waiting, waits) = oneshot::channel();
            let task = tokio::spawn(async move {
                let _first = first;
                let _second = Says("second", second);
                waiting.send(()).expect("somebody wants to know");
                match end {
                    End::Returns => Ok::<(), ()>(()),
                    End::Fails => Err(())?,
                    End::Panics => panic!("in pieces"),
                    End::IsDropped => pending().await,
                }
            });
            waits.await.expect("it has begun");
            if end == End::IsDropped {
                task.abort();
            }
            let ended = task.await;
            assert_eq!(ended.is_ok(), matches!(end, End::Returns | End::Fails));
            let told = told.lock().expect("not poisoned").clone();
            assert_eq!(told, ["second", "first"], "{end:?}");
        }
    });
}

#[test]
fn dropping_is_what_forget_leaves_out() {
    let told = Arc::default();
    let says = Says("dropped", Arc::clone(&told));
    let mut future = task::spawn(async move {
        let _says = says;
        pending::<()>().await;
    });
    assert_pending!(future.poll());
    std::mem::forget(future);
    assert!(told.lock().expect("not poisoned").is_empty());
}

/// Aborted while another thread polls it, a task goes on to its next await that has to wait, or to
/// its end.
#[test]
fn dropping_a_task_that_is_being_polled_waits_for_its_next_await() {
    for awaits_again in [false, true] {
        let recording = stage::record_on_workers(2, async {
            let (begun, begins) = oneshot::channel();
            let (go_on, mut wait) = oneshot::channel::<()>();
            let task = tokio::spawn(async move {
                begun.send(()).expect("somebody wants to know");
                while wait.try_recv().is_err() {
                    std::hint::spin_loop();
                }
                ready(()).await;
                if awaits_again {
                    pending::<()>().await;
                }
                42
            });
            begins.await.expect("it begins");
            task.abort();
            go_on.send(()).expect("it is being polled");
            task.await
        });
        match recording.value {
            Ok(value) => assert!(value == 42 && !awaits_again),
            Err(error) => assert!(error.is_cancelled() && awaits_again),
        }
    }
}

#[test]
fn transfer_every_await_may_be_the_end() {
    on_both_runtimes(|| async {
        for end in 1..=4 {
            let (reached, mut at) = mpsc::channel(1);
            let task = tokio::spawn(async move {
                for place in 1..=3 {
                    reached.send(place).await.expect("somebody wants to know");
                    if place == end {
                        pending::<()>().await;
                    }
                }
            });
            for place in 1..=end.min(3) {
                assert_eq!(at.recv().await, Some(place));
            }
            task.abort();
            let ended = task.await;
            assert_eq!(ended.is_err(), end <= 3, "{ended:?}");
            assert_eq!(
                at.recv().await,
                None,
                "nothing after the await where it ended"
            );
        }
    });
}

/// What is left of a transfer that was polled 0, 1, … times: payer, recipient, receipts.
fn left_behind(transfer: impl AsyncFn(&Bank, u32) + Copy) -> Vec<(u32, u32, u32)> {
    (0..=4)
        .map(|polls| {
            let bank = stage::virtual_time(dropped_after(polls, transfer));
            (bank.payer.get(), bank.recipient.get(), bank.receipts.get())
        })
        .collect()
}

#[test]
fn transfer_after_each_poll_shows_where_a_future_can_stop() {
    assert_eq!(
        left_behind(transfer::transfer_wrong),
        [
            (100, 0, 0),
            (100, 0, 0),
            (60, 0, 0),
            (60, 40, 0),
            (60, 40, 1)
        ],
    );
    assert_eq!(
        left_behind(transfer::transfer),
        [
            (100, 0, 0),
            (100, 0, 0),
            (100, 0, 0),
            (60, 40, 0),
            (60, 40, 1)
        ],
    );
}

#[test]
fn transfer_between_two_awaits_is_whole() {
    let money = |(payer, recipient, _)| payer + recipient;
    assert!(
        left_behind(transfer::transfer_wrong)
            .into_iter()
            .map(money)
            .any(|sum| sum != 100)
    );
    assert!(
        left_behind(transfer::transfer)
            .into_iter()
            .map(money)
            .all(|sum| sum == 100)
    );
}

#[test]
fn lines_read_by_read_line_lose_bytes_at_each_heartbeat() {
    let lines = stage::virtual_time(lines::read_line_wrong()).unwrap();
    assert_eq!(lines, ["alpha", "vo", "", "delta"]);
}

#[test]
fn lines_read_by_next_line_or_by_one_future_are_whole() {
    let whole = ["alpha", "bravo", "charlie", "delta"];
    assert_eq!(stage::virtual_time(lines::next_line()).unwrap(), whole);
    assert_eq!(stage::virtual_time(lines::same_future()).unwrap(), whole);
}

#[test]
fn offers_by_send_are_lost_at_each_heartbeat() {
    assert_eq!(stage::virtual_time(offers::send_wrong()), [1, 2, 4]);
    assert_eq!(stage::virtual_time(offers::reserve()), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn cancel_safety_bytes_of_a_dropped_read_exact_are_gone() {
    let (mut here, mut there) = duplex(64);
    let mut buffer = [0; 4];
    assert_ready!(task::spawn(there.write_all(b"ab")).poll()).unwrap();
    let mut reading = task::spawn(here.read_exact(&mut buffer));
    assert_pending!(reading.poll());
    drop(reading);
    assert_ready!(task::spawn(there.write_all(b"cdef")).poll()).unwrap();
    assert_ready!(task::spawn(here.read_exact(&mut buffer)).poll()).unwrap();
    assert_eq!(&buffer, b"cdef");
}

#[test]
fn cancel_safety_bytes_of_a_dropped_write_all_are_written_twice() {
    let (mut here, mut there) = duplex(2);
    let mut writing = task::spawn(there.write_all(b"abc"));
    assert_pending!(writing.poll());
    drop(writing);
    let mut buffer = [0; 2];
    assert_ready!(task::spawn(here.read_exact(&mut buffer)).poll()).unwrap();
    assert_eq!(&buffer, b"ab");
    let mut again = task::spawn(there.write_all(b"abc"));
    assert_pending!(again.poll());
    assert_ready!(task::spawn(here.read_exact(&mut buffer)).poll()).unwrap();
    assert_eq!(&buffer, b"ab", "from the beginning");
}

#[test]
fn cancel_safety_a_dropped_lock_goes_to_the_end_of_the_line() {
    let mutex = Mutex::new(());
    let held = mutex.try_lock().unwrap();
    let mut first = task::spawn(mutex.lock());
    let mut second = task::spawn(mutex.lock());
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(first);
    let mut first_again = task::spawn(mutex.lock());
    assert_pending!(first_again.poll());
    drop(held);
    let taken = assert_ready!(second.poll());
    assert_pending!(first_again.poll());
    drop(taken);
    drop(assert_ready!(first_again.poll()));
}

#[test]
fn cancel_safety_of_reading_to_the_end() {
    fn dropped_half_way(read: impl AsyncFnOnce(&mut tokio::io::DuplexStream)) {
        let (mut here, mut there) = duplex(64);
        assert_ready!(task::spawn(there.write_all(b"half")).poll()).unwrap();
        let mut reading = task::spawn(read(&mut here));
        assert_pending!(reading.poll());
    }
    let (mut bytes, mut text) = (Vec::new(), String::new());
    dropped_half_way(async |here| drop(here.read_to_end(&mut bytes).await));
    assert_eq!(bytes, b"half", "kept");
    dropped_half_way(async |here| drop(here.read_to_string(&mut text).await));
    assert_eq!(text, "", "lost");
    dropped_half_way(async |here| drop(BufReader::new(here).read_line(&mut text).await));
    assert_eq!(text, "", "lost");
    bytes.clear();
    let until = async |here: &mut _| {
        drop(BufReader::new(here).read_until(b'!', &mut bytes).await);
    };
    dropped_half_way(until);
    assert_eq!(bytes, b"half", "kept");
}

#[test]
fn cancel_safety_of_a_count_that_begins_anew() {
    stage::virtual_time(async {
        let (here, mut there) = duplex(64);
        let (mut here, mut bytes) = (BufReader::new(here), Vec::new());
        there.write_all(b"bra").await.unwrap();
        let half = timeout(ms(1), here.read_until(b'!', &mut bytes)).await;
        assert!(half.is_err());
        there.write_all(b"vo!").await.unwrap();
        assert_eq!(here.read_until(b'!', &mut bytes).await.unwrap(), 3);
        assert_eq!(bytes, b"bravo!");
        there.write_all(b"bra").await.unwrap();
        let half = timeout(ms(1), here.read_to_end(&mut bytes)).await;
        assert!(half.is_err());
        there.write_all(b"vo").await.unwrap();
        drop(there);
        assert_eq!(here.read_to_end(&mut bytes).await.unwrap(), 2);
        assert_eq!(bytes, b"bravo!bravo");
    });
}

#[test]
fn cancel_safety_write_all_buf_goes_on_where_it_stopped() {
    let (mut here, mut there) = duplex(2);
    let mut left = &b"abc"[..];
    assert_pending!(task::spawn(there.write_all_buf(&mut left)).poll());
    assert_eq!(left, b"c");
    let mut buffer = [0; 2];
    assert_ready!(task::spawn(here.read_exact(&mut buffer)).poll()).unwrap();
    assert_ready!(task::spawn(there.write_all_buf(&mut left)).poll()).unwrap();
    assert_eq!(left, b"");
}

#[test]
fn cancel_safety_a_dropped_notified_misses_notify_waiters_but_not_notify_one() {
    let notify = Notify::new();
    let mut waiting = task::spawn(notify.notified());
    assert_pending!(waiting.poll());
    drop(waiting);
    notify.notify_waiters();
    let mut not_polled = task::spawn(notify.notified());
    assert_pending!(task::spawn(notify.notified()).poll());
    notify.notify_waiters();
    assert_ready!(not_polled.poll());
    notify.notify_one();
    assert_ready!(task::spawn(notify.notified()).poll());
}

#[test]
fn cancel_safety_who_has_arrived_at_a_barrier_cannot_leave() {
    let barrier = Barrier::new(2);
    let mut first = task::spawn(barrier.wait());
    assert_pending!(first.poll());
    drop(first);
    assert_ready!(task::spawn(barrier.wait()).poll());
}

#[test]
fn cancel_safety_a_dropped_recv_loses_nothing() {
    let (sender, mut receiver) = mpsc::channel(1);
    let mut receiving = task::spawn(receiver.recv());
    assert_pending!(receiving.poll());
    sender.try_send(1).unwrap();
    assert!(receiving.is_woken());
    drop(receiving);
    assert_ready_eq!(task::spawn(receiver.recv()).poll(), Some(1));
}

async fn after(at: u64) -> String {
    sleep(ms(at)).await;
    "SIGINT".into()
}

#[test]
fn graceful_shutdown_finishes_what_was_accepted() {
    let recording = stage::record(graceful::serve(after(900), pending()));
    let finished = Shutdown {
        accepted: 4,
        answered: 4,
        forced_by: None,
    };
    assert_eq!(recording.value, finished);
    assert_eq!(recording.elapsed, ms(1600));
}

#[test]
fn graceful_shutdown_is_forced_by_a_second_signal() {
    let second = async {
        sleep(ms(400)).await;
        StopSignal::Interrupt
    };
    let recording = stage::record(graceful::serve(after(900), second));
    let forced = Shutdown {
        accepted: 4,
        answered: 2,
        forced_by: Some(StopSignal::Interrupt),
    };
    assert_eq!(recording.value, forced);
    assert_eq!(recording.elapsed, ms(1300));
    assert_eq!(
        ended(&recording, "request 2"),
        (Outcome::Finished, ms(1200))
    );
    assert_eq!(
        ended(&recording, "request 3"),
        (Outcome::Cancelled, ms(1300))
    );
}

#[test]
fn graceful_shutdown_before_the_first_request_ends_at_once() {
    let stop = ready("SIGTERM".to_owned());
    let recording = stage::record(graceful::serve(stop, ready(StopSignal::Terminate)));
    assert_eq!(
        (recording.value.accepted, recording.value.forced_by),
        (0, None)
    );
    assert_eq!(recording.elapsed, Duration::ZERO);
}

#[test]
fn graceful_service_that_is_dropped_takes_its_requests_with_it() {
    let recording = stage::record(async {
        assert!(
            timeout(ms(500), graceful::serve(pending(), pending()))
                .await
                .is_err()
        );
        sleep(ms(1)).await;
    });
    for label in ["request 1", "request 2"] {
        assert_eq!(ended(&recording, label), (Outcome::Cancelled, ms(500)));
    }
}

#[test]
fn graceful_shutdown_is_not_leaving_at_once() {
    let recording = stage::record(graceful::leave_at_once_wrong(after(900)));
    assert_eq!((recording.value.accepted, recording.value.answered), (4, 0));
}

#[test]
fn graceful_tracker_says_nothing_of_a_panic() {
    stage::virtual_time(async {
        let requests = TaskTracker::new();
        let request = requests.spawn(async { panic!("in pieces") });
        requests.close();
        requests.wait().await;
        assert!(request.await.is_err_and(|error| error.is_panic()));
    });
}

#[test]
fn graceful_branches_that_are_out_make_their_future_all_the_same() {
    let made = AtomicU32::new(0);
    let branch = || {
        made.fetch_add(1, Ordering::Relaxed);
        pending::<()>()
    };
    stage::virtual_time(async {
        tokio::select! {
            () = branch(), if false => {}
            () = ready(()) => {}
        }
    });
    assert_eq!(made.into_inner(), 1);
}

#[test]
fn graceful_condition_is_looked_at_once_a_turn() {
    let (open, polls) = (Cell::new(true), Cell::new(0));
    let closes = async {
        sleep(ms(1)).await;
        open.set(false);
        pending::<()>().await;
    };
    stage::virtual_time(async {
        tokio::select! {
            biased;
            () = closes => {}
            () = poll_fn(|_| { polls.set(polls.get() + 1); Poll::Pending }), if open.get() => {}
            () = sleep(ms(2)) => {}
        }
    });
    assert!(polls.get() > 1, "polled again when it was closed");
}

#[test]
fn graceful_branches_are_out_by_pattern_or_by_condition() {
    stage::virtual_time(async {
        let (sender, mut closed) = mpsc::channel::<()>(1);
        drop(sender);
        let (_open, mut silent) = mpsc::channel::<()>(1);
        let chosen = tokio::select! {
            biased;
            Some(()) = closed.recv() => "closed",
            () = ready(()), if closed.is_empty() && !closed.is_closed() => "condition",
            else => "else",
        };
        assert_eq!(chosen, "else");
        for _ in 0..3 {
            assert_eq!(closed.recv().await, None, "again and again, at once");
        }
        let waits = async {
            tokio::select! {
                Some(()) = closed.recv() => "closed",
                Some(()) = silent.recv() => "silent",
                else => "else",
            }
        };
        assert!(timeout(ms(1), waits).await.is_err(), "one is open");
    });
}

#[test]
#[should_panic(expected = "all branches are disabled and there is no else branch")]
fn graceful_select_panics_if_all_branches_are_out() {
    stage::virtual_time(async {
        let (_, mut closed) = mpsc::channel::<()>(1);
        tokio::select! {
            Some(()) = closed.recv() => {}
        }
    });
}

#[test]
fn tree_of_tokens_stops_a_branch_and_nothing_else() {
    let recording = stage::record(tree::branches());
    for (task, at) in [
        ("mail in", 1),
        ("mail out", 1),
        ("web pages", 2),
        ("web images", 2),
    ] {
        let label = format!("task {task}");
        assert_eq!(recording.told(&label), [(Duration::from_secs(at), "stops")]);
    }
}

#[test]
fn tree_of_children_stops_below_and_a_clone_stops_all() {
    on_both_runtimes(|| async {
        let service = CancellationToken::new();
        let (mail, web) = (service.child_token(), service.child_token());
        let below = mail.child_token();
        mail.cancel();
        below.cancelled().await;
        assert!(!service.is_cancelled() && !web.is_cancelled());
        let hears = tokio::spawn(web.clone().cancelled_owned());
        service.clone().cancel();
        hears.await.expect("it hears");
        assert!(service.is_cancelled() && web.is_cancelled());
    });
}

#[test]
fn tree_of_clones_is_one_token() {
    let recording = stage::record(tree::clones_wrong());
    for task in ["mail in", "mail out", "web pages", "web images"] {
        let label = format!("task {task}");
        assert_eq!(recording.told(&label), [(Duration::from_secs(1), "stops")]);
    }
}

#[test]
fn shield_completes_although_its_waiter_left() {
    let ledger = Arc::new(Ledger::default());
    let recording = stage::record(shield::shielded(Arc::clone(&ledger)));
    assert_eq!(ledger.totals(), (40, 40));
    assert_eq!(ended(&recording, "payment"), (Outcome::Finished, ms(1000)));
    let told: Vec<&str> = recording
        .events
        .iter()
        .map(|event| event.text.as_str())
        .collect();
    assert_eq!(
        told,
        [
            "charged",
            "the customer leaves",
            "booked",
            "the shop closes"
        ]
    );
}

#[test]
fn shield_needs_a_task_and_an_owner() {
    on_both_runtimes(|| async {
        let done = Arc::new(AtomicU32::new(0));
        let step = || {
            let done = Arc::clone(&done);
            async move {
                sleep(ms(30)).await;
                done.fetch_add(1, Ordering::Relaxed);
            }
        };
        assert!(timeout(ms(1), step()).await.is_err());
        let owner = TaskTracker::new();
        assert!(timeout(ms(1), owner.spawn(step())).await.is_err());
        owner.close();
        owner.wait().await;
        assert_eq!(done.load(Ordering::Relaxed), 1, "the one that was shielded");
    });
}

#[test]
fn shield_is_missing_when_the_payment_is_dropped_or_has_no_owner() {
    let ledger = Arc::new(Ledger::default());
    let dropped = stage::record(shield::unshielded_wrong(Arc::clone(&ledger)));
    assert_eq!(ledger.totals(), (40, 0));
    assert_eq!(ended(&dropped, "payment"), (Outcome::Cancelled, ms(500)));
    stage::record(shield::detached_wrong(Arc::clone(&ledger)));
    assert_eq!(ledger.totals(), (80, 0));
}
