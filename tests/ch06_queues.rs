//! What the chapter on queues claims.

use std::{
    collections::BTreeSet,
    future,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use ch06_queues::{
    actor::{self, BoxOffice, Evening, NotSold},
    back_pressure::{self, Footage, ROOM},
    channels, coffee_tasks, coffee_threads, pipeline, post, producers,
    queue::{BadCapacity, bounded},
    sensors::{self, Counts},
    stages,
};
use stage::{self, Outcome, Recording, ms};
use tokio::{
    sync::{
        Semaphore,
        broadcast::{self, error::TryRecvError},
        mpsc::channel,
        oneshot,
    },
    task::{JoinSet, spawn_blocking},
    time::{sleep, timeout},
};
use tokio_test::{assert_pending, assert_ready_eq, task};

fn all_finished<T>(recording: &Recording<T>) -> bool {
    recording
        .lanes
        .iter()
        .all(|lane| lane.outcome == Outcome::Finished)
}

/// `A1` to `A8` and `B1` to `B6`, sorted.
fn all_items() -> Vec<String> {
    let items =
        |name: &'static str, count| (1..=count).map(move |number| format!("{name}{number}"));
    items("A", 8).chain(items("B", 6)).collect()
}

fn sorted<T: Ord>(groups: impl IntoIterator<Item = Vec<T>>) -> Vec<T> {
    let mut all: Vec<T> = groups.into_iter().flatten().collect();
    all.sort();
    all
}

#[test]
fn producers_hand_over_every_item_exactly_once_and_everybody_ends() {
    let recording = stage::record(producers::two_and_three(5));
    let consumed = recording.value.clone().unwrap();
    assert_eq!(sorted(consumed.clone()), all_items());
    let mut shares: Vec<usize> = consumed.iter().map(Vec::len).collect();
    shares.sort_unstable();
    assert_eq!(shares, [4, 5, 5]);
    assert!(all_finished(&recording));
    assert_eq!(recording.elapsed, ms(2100));
}

#[test]
fn producers_and_consumers_are_woken_only_when_there_is_something_to_do() {
    let recording = stage::record(producers::two_and_three(5));
    for (name, items) in [("x", 5), ("y", 5), ("z", 4)] {
        let polls = recording.lane(&format!("consumer {name}")).polls;
        // Once to begin; for each item at most its turn at the lock, the item, and the end of the
        // work; and once for the end.
        assert!(
            polls <= 2 + 3 * items,
            "consumer {name}: {polls} polls for {items} items"
        );
    }
    for (name, items) in [("A", 8), ("B", 6)] {
        let polls = recording.lane(&format!("producer {name}")).polls;
        assert!(
            polls <= 1 + 2 * items,
            "producer {name}: {polls} polls for {items} items"
        );
    }
}

#[test]
fn producers_of_any_capacity_lose_nothing() {
    for capacity in [1, 2, 3, 14, 1000] {
        let consumed = stage::virtual_time(producers::two_and_three(capacity)).unwrap();
        assert_eq!(sorted(consumed), all_items(), "capacity {capacity}");
    }
}

#[test]
fn producers_wrong_lock_lets_one_consumer_work_at_a_time() {
    let recording = stage::record(producers::one_at_a_time_wrong());
    assert_eq!(sorted(recording.value), all_items());
    // 14 times 400 ms, after the first 100 ms.
    assert_eq!(recording.elapsed, ms(5700));
}

#[test]
fn producers_forgotten_sender_keeps_all_consumers_waiting() {
    let patience = Duration::from_hours(1);
    let recording = stage::record(producers::forgotten_sender_wrong(5, patience));
    assert_eq!(recording.value, Ok(None));
    for name in ["x", "y", "z"] {
        assert_eq!(
            recording.lane(&format!("consumer {name}")).outcome,
            Outcome::Cancelled
        );
    }
    assert!(recording.elapsed > patience);
}

#[test]
fn queue_capacity_is_checked_at_construction() {
    for capacity in [0, Semaphore::MAX_PERMITS + 1, usize::MAX] {
        assert_eq!(bounded::<()>(capacity).err(), Some(BadCapacity(capacity)));
    }
    assert!(bounded::<()>(1).is_ok());
    assert!(bounded::<()>(Semaphore::MAX_PERMITS).is_ok());
    assert!(BadCapacity(0).to_string().ends_with("not for 0"));

    assert_eq!(
        stage::virtual_time(producers::two_and_three(0)),
        Err(BadCapacity(0))
    );
    assert_eq!(
        stage::virtual_time(sensors::run(0)).unwrap_err(),
        BadCapacity(0)
    );
    let never = future::pending();
    assert_eq!(
        stage::virtual_time(coffee_tasks::open(0, never)),
        Err(BadCapacity(0))
    );
    let (_close, closed) = mpsc::channel();
    assert_eq!(coffee_threads::open(0, closed), Err(BadCapacity(0)));
}

/// Who kept a receiver without using it would let the senders wait for room for ever.
#[test]
fn queue_receiver_that_is_kept_keeps_the_senders_waiting() {
    stage::virtual_time(async {
        let (sender, receiver) = bounded(1).unwrap();
        let kept = receiver.clone();
        drop(receiver);
        sender.send(1).await.unwrap();
        assert!(
            timeout(Duration::from_hours(1), sender.send(2))
                .await
                .is_err()
        );
        drop(kept);
        assert!(sender.send(2).await.is_err());
    });
}

/// The item wakes one; that one wakes the next, who finds nothing yet; the third sleeps on.
#[test]
fn queue_wakes_one_to_take_and_one_to_wait() {
    let (sender, receiver) = bounded(1).unwrap();
    let [mut first, mut second, mut third] = [0; 3].map(|_| task::spawn(receiver.recv()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    assert_pending!(third.poll());
    sender.try_send(7).unwrap();
    assert_eq!((first.is_woken(), second.is_woken()), (true, false));
    assert_ready_eq!(first.poll(), Some(7));
    assert!(second.is_woken());
    assert_pending!(second.poll());
    assert!(!third.is_woken());
}

#[test]
fn queue_receiver_that_is_dropped_while_waiting_takes_nothing() {
    let (sender, receiver) = bounded(1).unwrap();
    let mut first = task::spawn(receiver.recv());
    let mut second = task::spawn(receiver.recv());
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    sender.try_send(7).unwrap();
    drop(first);
    assert!(second.is_woken());
    assert_ready_eq!(second.poll(), Some(7));
}

#[test]
fn pipeline_ends_by_closing_with_every_square_once() {
    let recording = stage::record(pipeline::closing(vec![1..=10]));
    let squares: Vec<u32> = (1..=10).map(|number| number * number).collect();
    assert_ne!(recording.value, squares, "results overtake one another");
    assert_eq!(sorted([recording.value.clone()]), squares);
    assert_eq!(recording.elapsed, ms(1300));
    assert!(all_finished(&recording));
}

#[test]
fn pipeline_takes_a_second_source_without_a_change() {
    let recording = stage::record(pipeline::closing(vec![1..=4, 11..=20]));
    let squares: Vec<u32> = (1..=4)
        .chain(11..=20)
        .map(|number| number * number)
        .collect();
    assert_eq!(sorted([recording.value.clone()]), squares);
    assert!(all_finished(&recording));
}

/// `None` says that the senders are gone, and not why: the handle knows.
#[test]
fn pipeline_source_that_panics_ends_its_queue_as_well() {
    stage::virtual_time(async {
        let (sender, receiver) = bounded::<u32>(1).unwrap();
        let source = tokio::spawn(async move {
            sender.send(1).await.unwrap();
            panic!("a bug");
        });
        assert_eq!(receiver.recv().await, Some(1));
        assert_eq!(receiver.recv().await, None);
        assert!(source.await.unwrap_err().is_panic());
    });
}

#[test]
fn pipeline_without_input_ends_at_once() {
    assert!(stage::record(pipeline::closing(vec![])).value.is_empty());
    #[expect(clippy::reversed_empty_ranges)]
    let nothing = stage::record(pipeline::closing(vec![1..=0]));
    assert!(nothing.value.is_empty());
    assert_eq!(nothing.elapsed, Duration::ZERO);
}

#[test]
fn pipeline_sentinel_works_with_one_source_and_loses_items_with_two() {
    let one = stage::virtual_time(pipeline::sentinel_wrong(vec![1..=10]));
    assert_eq!(one.len(), 10);
    let two = stage::virtual_time(pipeline::sentinel_wrong(vec![1..=4, 11..=20]));
    assert_eq!(two.len(), 8, "six of fourteen are lost: {two:?}");
}

#[test]
fn stages_let_every_valid_source_through() {
    for run in [
        stage::record(stages::assembly_line(1..=6)),
        stage::record(stages::each_alone(1..=6)),
    ] {
        let outcomes: Vec<Result<String, u32>> = run
            .value
            .into_iter()
            .map(|passed| {
                passed
                    .map(|record| record.text)
                    .map_err(|rejected| rejected.source_id)
            })
            .collect();
        let ok = |source| Ok(format!("RAW {source}"));
        assert_eq!(outcomes, [ok(1), ok(2), Err(3), ok(4), ok(5), Err(6)]);
    }
}

#[test]
fn stages_take_their_time_from_the_slowest() {
    // Six times 500 ms, and the last one's 200 ms of validation: it is rejected.
    assert_eq!(
        stage::record(stages::assembly_line(1..=6)).elapsed,
        ms(3200)
    );
    // One after the other: 500 ms and 200 ms each, and 400 ms more for the four valid ones.
    let in_turn = async {
        for source in 1..=6 {
            let _ = stages::each_alone(source..=source).await;
        }
    };
    assert_eq!(stage::record(in_turn).elapsed, ms(5800));
    // The last one is saved: 300 and 100 ms more.
    assert_eq!(
        stage::record(stages::assembly_line(1..=5)).elapsed,
        ms(3100)
    );
    assert_eq!(stage::record(stages::each_alone(1..=6)).elapsed, ms(1100));
}

#[test]
fn stages_wrong_loses_all_that_follow_the_first_rejection() {
    let recording = stage::record(stages::first_failure_wrong(1..=6));
    let saved: Vec<u32> = recording
        .value
        .iter()
        .flatten()
        .map(|record| record.source)
        .collect();
    assert_eq!(saved, [1, 2]);
    assert_eq!(
        recording.told("fetch"),
        [(ms(2000), "nobody takes source 4")]
    );
}

#[test]
fn back_pressure_unbounded_queue_grows_as_long_as_the_camera_runs() {
    let recording = stage::record(back_pressure::unbounded_wrong());
    let Footage {
        encoded,
        dropped,
        longest,
    } = recording.value;
    assert_eq!((encoded, dropped, longest), (40, 0, 30));
    let told: Vec<&str> = recording
        .told("queue")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    assert_eq!(told[..4], ["1 MiB", "15 MiB", "30 MiB", "25 MiB"]);
    assert_eq!(recording.lane("camera").ended, Some(ms(2000)));
}

#[test]
fn back_pressure_bounded_queue_stays_short_and_takes_no_longer() {
    let unbounded = stage::record(back_pressure::unbounded_wrong()).elapsed;
    let bounded = stage::record(back_pressure::bounded());
    let Footage {
        encoded,
        dropped,
        longest,
    } = bounded.value;
    assert_eq!((encoded, dropped, longest), (40, 0, ROOM));
    assert_eq!((bounded.elapsed, unbounded), (ms(8050), ms(8050)));
    assert_eq!(bounded.lane("camera").ended, Some(ms(7050)));
}

#[test]
fn back_pressure_shedding_counts_what_it_throws_away() {
    let recording = stage::record(back_pressure::shedding());
    let Footage {
        encoded,
        dropped,
        longest,
    } = recording.value;
    assert_eq!((encoded, dropped, longest), (14, 26, ROOM));
    assert_eq!(
        recording.lane("camera").ended,
        Some(ms(2000)),
        "it never waits"
    );
}

#[test]
fn channels_oneshot_brings_the_answer_or_its_absence() {
    let [answer, silence] = stage::virtual_time(channels::one_answer());
    assert_eq!(answer, Ok(42));
    assert!(silence.is_err());
}

#[test]
fn channels_broadcast_tells_the_slow_how_many_they_missed() {
    let heard = stage::virtual_time(channels::every_announcement());
    let [quick, slow] = heard.try_into().unwrap();
    assert_eq!((quick.received, quick.missed), ((1..=10).collect(), 0));
    assert_eq!(slow.received, [1, 2, 5, 7, 8, 9, 10]);
    assert_eq!(slow.missed, 3);
}

/// What was the oldest may be gone by the next `recv`, which says so again.
#[test]
fn channels_broadcast_may_lag_twice_in_a_row() {
    let (speaker, mut listener) = broadcast::channel(2);
    let mut said = 0..;
    let mut speak = |count| {
        for number in said.by_ref().take(count) {
            speaker.send(number).unwrap();
        }
    };
    speak(4);
    assert_eq!(listener.try_recv(), Err(TryRecvError::Lagged(2)));
    speak(1);
    assert_eq!(listener.try_recv(), Err(TryRecvError::Lagged(1)));
    assert_eq!(listener.try_recv(), Ok(3));
}

#[test]
fn channels_broadcast_has_room_for_a_power_of_two() {
    let (speaker, mut listener) = broadcast::channel(5);
    for number in 1..=8 {
        speaker.send(number).unwrap();
    }
    let mut late = speaker.subscribe();
    assert_eq!(
        listener.try_recv(),
        Ok(1),
        "five were asked for, eight are kept"
    );
    assert_eq!(late.try_recv(), Err(TryRecvError::Empty));
    speaker.send(9).unwrap();
    assert_eq!(late.try_recv(), Ok(9));
}

#[test]
fn channels_watch_shows_the_latest_and_always_the_last() {
    let shown = stage::virtual_time(channels::latest_value());
    assert_eq!(shown, [21, 23, 26, 28, 30]);
}

#[test]
fn sensors_are_counted_completely() {
    let recording = stage::record(sensors::run(4));
    let shown = recording.value.clone().unwrap();
    let last = Counts {
        queued: 0,
        in_hand: 0,
        done: 10,
        failed: 2,
    };
    assert_eq!(shown.last(), Some(&last));
    for counts in &shown {
        assert!(counts.queued <= 4, "{counts:?}");
        assert!(counts.in_hand <= 2, "{counts:?}");
        assert!(counts.queued + counts.in_hand + counts.done + counts.failed <= 12);
    }
    assert!(all_finished(&recording));
}

#[test]
fn sensors_show_the_final_counts_whatever_the_capacity() {
    for capacity in [1, 2, 12, 100] {
        let shown = stage::virtual_time(sensors::run(capacity)).unwrap();
        let last = Counts {
            queued: 0,
            in_hand: 0,
            done: 10,
            failed: 2,
        };
        assert_eq!(shown.last(), Some(&last), "capacity {capacity}");
    }
}

async fn after(duration: Duration) -> String {
    sleep(duration).await;
    "closing time".into()
}

/// Closed at any moment, with any room: what was taken is served or handed back, never both.
#[test]
fn coffee_tasks_lose_no_order_whenever_they_close() {
    for room in [1, 5, 50] {
        for at in (0..1500).step_by(35) {
            let open = coffee_tasks::open(room, after(ms(at)));
            let recording = stage::record(open);
            let report = recording.value.as_ref().unwrap();
            let when = format!("room {room}, closed at {at} ms: {report:?}");
            assert_eq!(report.lost(), BTreeSet::new(), "{when}");
            assert!(report.served.is_disjoint(&report.handed_back), "{when}");
            assert_eq!(
                report.taken.len(),
                report.served.len() + report.handed_back.len(),
                "{when}"
            );
            assert!(all_finished(&recording), "{when}");
            // Two coffees in the making, as many ready as there is room: soon gone.
            assert!(
                recording.elapsed < ms(at + 400 + 50 * room as u64),
                "{when}"
            );
        }
    }
}

#[test]
fn coffee_tasks_serve_six_of_eleven_in_the_scene_of_the_book() {
    let report = stage::virtual_time(coffee_tasks::open(5, after(ms(720)))).unwrap();
    assert_eq!(
        report.to_string(),
        "11 orders: 6 served, 5 handed back, 0 lost"
    );
}

#[test]
fn coffee_tasks_closed_while_warming_up_take_no_order() {
    let report = stage::virtual_time(coffee_tasks::open(5, after(ms(50)))).unwrap();
    assert_eq!(report.taken, BTreeSet::new());
}

#[test]
fn coffee_stop_flag_loses_orders() {
    let report = stage::virtual_time(coffee_tasks::stop_flag_wrong(5, after(ms(720)))).unwrap();
    assert_eq!(
        report.to_string(),
        "11 orders: 4 served, 0 handed back, 7 lost"
    );
}

/// In real time, because threads wait on real channels: about three quarters of a second.
#[test]
fn coffee_threads_lose_no_order() {
    let (close, closed) = mpsc::channel();
    let shop = thread::spawn(move || coffee_threads::open(5, closed));
    thread::sleep(ms(400));
    close.send("closing time".into()).unwrap();
    let report = shop.join().unwrap().unwrap();
    assert!(!report.taken.is_empty());
    assert_eq!(report.lost(), BTreeSet::new());
    assert!(report.served.is_disjoint(&report.handed_back));
}

#[test]
fn coffee_threads_close_when_their_owner_is_gone() {
    let (close, closed) = mpsc::channel();
    drop(close);
    let start = Instant::now();
    let report = coffee_threads::open(5, closed).unwrap();
    assert_eq!(report.taken, BTreeSet::new());
    assert!(start.elapsed() < Duration::from_secs(1));
}

#[test]
fn actor_never_sells_a_seat_twice() {
    let recording = stage::record(actor::three_sellers());
    assert_eq!(recording.value, Ok(Evening { sold: 8, left: 2 }));
    assert_eq!(recording.told("seller 3"), [(ms(300), "only 2 seats left")]);
    assert!(all_finished(&recording));
}

#[test]
fn actor_asked_in_two_messages_oversells() {
    let evening = stage::virtual_time(actor::ask_then_set_wrong());
    assert_eq!(
        evening,
        Ok(Evening { sold: 12, left: 6 }),
        "twelve of ten seats"
    );
}

#[test]
fn actor_ends_with_its_last_handle_and_a_request_is_carried_out_unheard() {
    stage::virtual_time(async {
        let (office, task) = BoxOffice::open(10);
        let clone = office.clone();
        // Sent, then dropped before the answer comes.
        let mut buying = task::spawn(office.buy(3));
        assert_pending!(buying.poll());
        drop(buying);
        drop(office);
        assert!(!task.is_finished());
        assert_eq!(clone.left().await, Ok(7));
        drop(clone);
        assert_eq!(task.await.unwrap(), 7);
    });
}

#[test]
fn actor_that_was_stopped_says_closed() {
    stage::virtual_time(async {
        let (office, task) = BoxOffice::open(10);
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(office.buy(1).await, Err(NotSold::Closed));
        assert_eq!(office.left().await, Err(NotSold::Closed));
    });
}

/// `Ok` says that the asker had not left yet, not that it has seen the answer.
#[test]
fn actor_cannot_tell_from_ok_that_its_answer_was_seen() {
    let (reply, answer) = oneshot::channel();
    let mut asking = task::spawn(answer);
    assert_pending!(asking.poll());
    assert_eq!(reply.send(4), Ok(()));
    drop(asking);

    let (reply, answer) = oneshot::channel();
    drop(answer);
    assert_eq!(reply.send(4), Err(4));
}

// The post office

#[test]
fn post_dropped_receiver_loses_what_was_accepted() {
    let day = stage::virtual_time(post::goes_home_wrong());
    assert_eq!(day.lost(), BTreeSet::from([3, 4, 12, 13]));
    assert_eq!(day.returned, BTreeSet::from([5, 14]));
}

#[test]
fn post_closed_first_loses_nothing_and_returns_what_has_no_room() {
    let recording = stage::record(post::closes_and_empties());
    let day = &recording.value;
    assert_eq!(day.lost(), BTreeSet::new());
    assert_eq!(day.returned, BTreeSet::from([5, 14]));
    assert_eq!(day.sorted, BTreeSet::from([1, 2, 3, 4, 11, 12, 13]));
    assert!(all_finished(&recording));
}

#[test]
fn post_closed_slot_still_honours_a_reserved_place() {
    stage::virtual_time(async {
        let (slot, mut letters) = channel(2);
        let place = slot.reserve().await.unwrap();
        letters.close();
        assert!(slot.send(2).await.is_err());
        let mut next = task::spawn(letters.recv());
        assert_pending!(next.poll());
        place.send(1);
        assert!(next.is_woken());
        assert_ready_eq!(next.poll(), Some(1));
        drop(next);
        assert_eq!(letters.recv().await, None);
    });
}

#[test]
fn post_recv_many_waits_for_the_first_only_and_returns_nothing_at_the_end() {
    stage::virtual_time(async {
        let (slot, mut letters) = channel(4);
        let mut bag = Vec::new();
        {
            let mut more = task::spawn(letters.recv_many(&mut bag, 3));
            assert_pending!(more.poll());
            slot.send(1).await.unwrap();
            assert!(more.is_woken());
            assert_ready_eq!(more.poll(), 1);
        }
        for letter in 2..=5 {
            slot.send(letter).await.unwrap();
        }
        assert_eq!(letters.recv_many(&mut bag, 3).await, 3);
        drop(slot);
        assert_eq!(letters.recv_many(&mut bag, 3).await, 1);
        assert_eq!(letters.recv_many(&mut bag, 3).await, 0);
        assert_eq!(bag, [1, 2, 3, 4, 5]);
    });
}

// Threads at the ends of a queue

#[test]
fn blocking_ends_wait_on_threads_and_panic_inside_the_runtime() {
    let (sender, mut receiver) = channel(1);
    let thread = thread::spawn(move || {
        for number in 0..100 {
            sender.blocking_send(number).unwrap();
        }
    });
    let numbers: Vec<i32> = std::iter::from_fn(|| receiver.blocking_recv()).collect();
    thread.join().unwrap();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());

    stage::on_both_runtimes(|| async {
        let (sender, mut receiver) = channel(1);
        let sending = tokio::spawn(async move { sender.blocking_send(1) });
        assert!(sending.await.unwrap_err().is_panic());
        let receiving = tokio::spawn(async move { receiver.blocking_recv() });
        assert!(receiving.await.unwrap_err().is_panic());

        // What runs on no Tokio is not held off.
        let (sender, _receiver) = channel(1);
        let elsewhere = async move { sender.blocking_send(1) };
        let elsewhere = thread::spawn(|| futures::executor::block_on(elsewhere));
        assert_eq!(elsewhere.join().unwrap(), Ok(()));

        let (sender, mut receiver) = channel(1);
        let sending = spawn_blocking(move || sender.blocking_send(1));
        let receiving = spawn_blocking(move || receiver.blocking_recv());
        assert_eq!(sending.await.unwrap(), Ok(()));
        assert_eq!(receiving.await.unwrap(), Some(1));
    });
}

// Rules in bold, on one thread and on two workers

/// Long enough for whatever can happen to happen.
async fn a_while() {
    sleep(ms(20)).await;
}

#[test]
fn rule_the_last_sender_ends_the_queue() {
    stage::on_both_runtimes(|| async {
        let (sender, receiver) = bounded(5).unwrap();
        let other = sender.clone();
        let receiving = tokio::spawn(async move {
            let mut got = Vec::new();
            while let Some(number) = receiver.recv().await {
                got.push(number);
            }
            got
        });
        sender.send(1).await.unwrap();
        drop(sender);
        a_while().await;
        assert!(!receiving.is_finished(), "one sender is left");
        other.send(2).await.unwrap();
        drop(other);
        assert_eq!(receiving.await.unwrap(), [1, 2]);

        let (sender, mut receiver) = channel::<u32>(1);
        receiver.close();
        assert_eq!(receiver.recv().await, None, "closed, though a sender lives");
        drop(sender);
    });
}

#[test]
fn rule_closing_waits_for_every_source() {
    let squares = |numbers: [u32; 5]| numbers.map(|number| number * number).to_vec();
    stage::on_both_runtimes(move || async move {
        let got = pipeline::closing(vec![1..=1, 2..=5]).await;
        assert_eq!(sorted([got]), squares([1, 2, 3, 4, 5]));
        let got = pipeline::sentinel_wrong(vec![1..=1, 2..=5]).await;
        assert!(got.len() < 5, "the sentinel lost nothing: {got:?}");
    });
}

#[test]
fn rule_the_slowest_stage_sets_the_pace() {
    async fn line(first: u64, second: u64) -> Duration {
        let (sender, mut receiver) = channel(1);
        let start = Instant::now();
        let quick = tokio::spawn(async move {
            for item in 0..10 {
                sleep(ms(first)).await;
                sender.send(item).await.unwrap();
            }
        });
        while receiver.recv().await.is_some() {
            sleep(ms(second)).await;
        }
        quick.await.unwrap();
        start.elapsed()
    }
    // Waits that differ: each stage needs 10 ms at most on average, and the line needs more than 10.
    let uneven = stage::virtual_time(async {
        let (sender, mut receiver) = channel(1);
        let start = tokio::time::Instant::now();
        let quick = tokio::spawn(async move {
            for item in 0..100 {
                sleep(ms(if item % 10 == 0 { 100 } else { 0 })).await;
                sender.send(item).await.unwrap();
            }
        });
        while receiver.recv().await.is_some() {
            sleep(ms(9)).await;
        }
        quick.await.unwrap();
        start.elapsed()
    });
    assert!(uneven > ms(100 * 15), "{uneven:?}");
    stage::on_both_runtimes(|| async {
        for (first, second) in [(2, 20), (20, 2), (0, 20), (20, 0)] {
            let took = line(first, second).await;
            assert!(took >= ms(10 * 20), "quicker than its slowest: {took:?}");
        }
    });
}

#[test]
fn rule_a_full_queue_waits_refuses_or_drops() {
    // The receiver needs no time for an item, and has only had no turn yet.
    stage::virtual_time(async {
        let (sender, mut receiver) = channel(2);
        let receiving = tokio::spawn(async move {
            let mut got = 0;
            while receiver.recv().await.is_some() {
                got += 1;
            }
            got
        });
        sender.try_send(1).unwrap();
        sender.try_send(2).unwrap();
        assert!(sender.try_send(3).is_err());
        sender.send(4).await.unwrap();
        drop(sender);
        assert_eq!(receiving.await.unwrap(), 3);
    });
    // The receiver waits for an item, and the queue is full of a place that is reserved.
    stage::virtual_time(async {
        let (sender, mut receiver) = channel(1);
        let _place = sender.reserve().await.unwrap();
        assert_pending!(task::spawn(receiver.recv()).poll());
        assert!(sender.try_send(1).is_err());
    });
    stage::on_both_runtimes(|| async {
        let (sender, receiver) = bounded(2).unwrap();
        sender.try_send(1).unwrap();
        sender.try_send(2).unwrap();
        assert_eq!(sender.try_send(3).unwrap_err().into_inner(), 3);
        let waiting = tokio::spawn(async move { sender.send(4).await });
        a_while().await;
        assert!(!waiting.is_finished(), "send waits for room");
        assert_eq!(receiver.recv().await, Some(1));
        waiting.await.unwrap().unwrap();
        assert_eq!(receiver.recv().await, Some(2));
        assert_eq!(receiver.recv().await, Some(4));
        assert_eq!(receiver.recv().await, None);
    });
}

#[test]
fn rule_ok_means_queued_not_received() {
    stage::on_both_runtimes(|| async {
        let (sender, receiver) = channel(2);
        sender.send(1).await.unwrap();
        drop(receiver);
        assert!(sender.send(2).await.is_err());

        let (sender, mut receiver) = channel(2);
        sender.send(1).await.unwrap();
        receiver.close();
        assert_eq!(sender.send(2).await.unwrap_err().0, 2);
        assert_eq!(receiver.recv().await, Some(1));
        assert_eq!(receiver.recv().await, None);
    });
}

#[test]
fn rule_one_decision_is_one_message() {
    stage::on_both_runtimes(|| async {
        let (office, task) = BoxOffice::open(10);
        let mut sellers = JoinSet::new();
        for _ in 0..3 {
            let office = office.clone();
            sellers.spawn(async move { office.buy(4).await });
        }
        drop(office);
        let sold = sellers.join_all().await;
        assert_eq!(sold.iter().filter(|sold| sold.is_ok()).count(), 2);
        assert_eq!(task.await.unwrap(), 2);
    });
}
