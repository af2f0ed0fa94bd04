//! What the chapter on cancellation claims.

use std::{
    future::{pending, ready},
    sync::Arc,
    time::Duration,
};

use ch06_queues::signals::StopSignal;
use ch07_cancellation::{
    dropping::{self, Bank, dropped_after},
    graceful::{self, Shutdown},
    lines, offers,
    shield::{self, Ledger},
    timeouts::{self, deadline_after},
    tree,
    worker::{self, Cancelled},
};
use stage::{self, Outcome, Recording};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, duplex},
    sync::Mutex,
    time::{Instant, sleep, timeout, timeout_at},
};
use tokio_test::{assert_pending, assert_ready, assert_ready_eq, task};

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn ended<T>(recording: &Recording<T>, label: &str) -> (Outcome, Duration) {
    let lane = recording.lane(label);
    (lane.outcome, lane.ended.expect("it ended"))
}

#[test]
fn timeouts_give_up_and_drop_what_they_waited_for() {
    let recording = stage::record(timeouts::give_up());
    assert!(recording.value.is_err());
    assert_eq!(
        ended(&recording, "report"),
        (Outcome::Cancelled, millis(2000))
    );
}

#[test]
fn timeouts_per_step_keep_no_promise_for_the_whole() {
    let recording = stage::record(timeouts::each_step_wrong());
    assert_eq!(recording.value, Ok(42));
    assert_eq!(recording.elapsed, millis(4500));
}

#[test]
fn timeouts_by_deadline_cut_the_block_where_it_is() {
    let recording = stage::record(timeouts::deadline());
    assert!(recording.value.is_err());
    assert_eq!(recording.elapsed, millis(2000));
    assert_eq!(
        ended(&recording, "step 1"),
        (Outcome::Finished, millis(1500))
    );
    assert_eq!(
        ended(&recording, "step 2"),
        (Outcome::Cancelled, millis(2000))
    );
}

#[test]
fn timeouts_may_leave_it_running() {
    let recording = stage::record(timeouts::let_it_run());
    assert_eq!(recording.value.unwrap(), 42);
    assert_eq!(recording.elapsed, millis(3000));
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
            let work = async || sleep(millis(10)).await;
            assert!(timeout(limit, work()).await.is_ok(), "{limit:?}");
            assert!(
                timeout_at(deadline_after(limit), work()).await.is_ok(),
                "{limit:?}"
            );
            assert!(timeout(millis(1), sleep(limit)).await.is_err(), "{limit:?}");
        }
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
    assert_eq!(
        ended(&recording, "worker"),
        (Outcome::Cancelled, millis(3400))
    );
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
    assert_eq!(
        ended(&recording, "worker"),
        (Outcome::Finished, millis(3900))
    );
    let told = recording.told("worker");
    assert_eq!(
        told[3..],
        [(millis(3400), "cleaning up"), (millis(3900), "cancelled")]
    );
    assert_eq!(recording.value.unwrap(), Cancelled { after_steps: 3 });
}

#[test]
fn worker_that_is_told_between_steps_finishes_the_step() {
    let recording = stage::record(worker::told_between_steps());
    assert_eq!(recording.elapsed, millis(4500));
    assert_eq!(recording.value.unwrap(), Cancelled { after_steps: 4 });
}

#[test]
fn dropping_ends_a_future_and_runs_its_drops() {
    let recording = stage::record(dropping::three_ways());
    for (label, at) in [("not chosen", 1000), ("aborted", 2000), ("in a set", 3000)] {
        assert_eq!(ended(&recording, label), (Outcome::Cancelled, millis(at)));
        assert_eq!(recording.told(label), [(millis(at), "drill brought back")]);
    }
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
fn dropping_after_each_poll_shows_where_a_future_can_stop() {
    assert_eq!(
        left_behind(dropping::transfer_wrong),
        [
            (100, 0, 0),
            (100, 0, 0),
            (60, 0, 0),
            (60, 40, 0),
            (60, 40, 1)
        ],
    );
    assert_eq!(
        left_behind(dropping::transfer),
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
fn dropping_between_two_awaits_is_impossible() {
    let money = |(payer, recipient, _)| payer + recipient;
    assert!(
        left_behind(dropping::transfer_wrong)
            .into_iter()
            .map(money)
            .any(|sum| sum != 100)
    );
    assert!(
        left_behind(dropping::transfer)
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
fn cancel_safety_a_dropped_recv_loses_nothing() {
    let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
    let mut receiving = task::spawn(receiver.recv());
    assert_pending!(receiving.poll());
    sender.try_send(1).unwrap();
    assert!(receiving.is_woken());
    drop(receiving);
    assert_ready_eq!(task::spawn(receiver.recv()).poll(), Some(1));
}

async fn after(at: u64) -> String {
    sleep(millis(at)).await;
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
    assert_eq!(recording.elapsed, millis(1600));
}

#[test]
fn graceful_shutdown_is_forced_by_a_second_signal() {
    let second = async {
        sleep(millis(400)).await;
        StopSignal::Interrupt
    };
    let recording = stage::record(graceful::serve(after(900), second));
    let forced = Shutdown {
        accepted: 4,
        answered: 2,
        forced_by: Some(StopSignal::Interrupt),
    };
    assert_eq!(recording.value, forced);
    assert_eq!(recording.elapsed, millis(1300));
    assert_eq!(
        ended(&recording, "request 2"),
        (Outcome::Finished, millis(1200))
    );
    assert_eq!(
        ended(&recording, "request 3"),
        (Outcome::Cancelled, millis(1300))
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
            timeout(millis(500), graceful::serve(pending(), pending()))
                .await
                .is_err()
        );
        sleep(millis(1)).await;
    });
    for label in ["request 1", "request 2"] {
        assert_eq!(ended(&recording, label), (Outcome::Cancelled, millis(500)));
    }
}

#[test]
fn graceful_shutdown_is_not_leaving_at_once() {
    let recording = stage::record(graceful::leave_at_once_wrong(after(900)));
    assert_eq!((recording.value.accepted, recording.value.answered), (4, 0));
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
    assert_eq!(
        ended(&recording, "payment"),
        (Outcome::Finished, millis(1000))
    );
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
fn shield_is_missing_when_the_payment_is_dropped_or_has_no_owner() {
    let ledger = Arc::new(Ledger::default());
    let dropped = stage::record(shield::unshielded_wrong(Arc::clone(&ledger)));
    assert_eq!(ledger.totals(), (40, 0));
    assert_eq!(
        ended(&dropped, "payment"),
        (Outcome::Cancelled, millis(500))
    );
    stage::record(shield::detached_wrong(Arc::clone(&ledger)));
    assert_eq!(ledger.totals(), (80, 0));
}
