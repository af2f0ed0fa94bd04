//! Chapter 3: what it says about waiting for many, proved.

use std::{
    future::{pending, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Barrier, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ch03_gather::{
    gallery::{self, Host},
    group::{self, GroupError},
    health::{self, Answer, Unwell, services},
    mirrors::{self, File, MIRRORS, NotFound},
    parcels::{self, Day, Undelivered},
    prints,
    quotes::{self, SHOPS},
    replicas::{self, Copies, DiskFull},
    trip::{self, SoldOut, Trip, hotels},
};
use futures::{
    FutureExt, Stream, StreamExt, TryStreamExt,
    future::{BoxFuture, join_all, select_all, select_ok, try_join_all},
    stream::{self, FuturesUnordered},
};
use stage::{Instrument, Outcome, ms, on_both_runtimes, record, record_on_workers, virtual_time};
use tokio::{
    sync::{Semaphore, oneshot},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tracing::info_span;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn finished(from: u64, to: u64) -> (Duration, Duration, Outcome) {
    (s(from), s(to), Outcome::Finished)
}

fn cancelled(from: u64, to: u64) -> (Duration, Duration, Outcome) {
    (s(from), s(to), Outcome::Cancelled)
}

/// `value` after so many seconds.
async fn after<T>(seconds: u64, value: T) -> T {
    sleep(s(seconds)).await;
    value
}

// All of them

const BOOKED: Trip = Trip {
    plate: "B 52",
    room: 7,
    seat: (12, 'F'),
};

#[test]
fn trip_join_takes_as_long_as_the_slowest() {
    for booked in [
        record(trip::planned(trip::joined(&[7, 8]))),
        record(trip::planned(trip::try_joined(&[7, 8]))),
    ] {
        assert_eq!(booked.value, Ok(BOOKED));
        assert_eq!(booked.elapsed, s(3));
        assert_eq!(booked.life("book car"), finished(0, 1));
        assert_eq!(booked.life("book room"), finished(0, 2));
        assert_eq!(booked.life("book seat"), finished(0, 3));
    }
}

#[test]
fn trip_join_hears_everybody_out_even_if_one_has_failed() {
    let booked = record(trip::planned(trip::joined(&[])));
    assert_eq!(booked.value, Err(SoldOut("room")));
    assert_eq!(booked.elapsed, s(3));
    assert_eq!(booked.life("book seat"), finished(0, 3));
    assert_eq!(booked.told("trip"), [(s(3), "no trip: no room left")]);
}

#[test]
fn trip_join_with_try_drops_the_others_at_the_first_failure() {
    let booked = record(trip::planned(trip::try_joined(&[])));
    assert_eq!(booked.value, Err(SoldOut("room")));
    assert_eq!(booked.elapsed, s(2));
    assert_eq!(booked.life("book car"), finished(0, 1));
    assert_eq!(booked.life("book seat"), cancelled(0, 2));
    assert_eq!(booked.told("book seat"), []);
}

#[test]
fn trip_join_all_keeps_the_order_of_its_input() {
    let compared = record(trip::cheapest(&hotels()));
    assert_eq!(compared.value, Some("Station"));
    assert_eq!(compared.elapsed, s(3));
    assert_eq!(compared.told("hotel Station"), [(s(1), "80")]);

    let ended_in_reverse = virtual_time(join_all((0..40).map(|n| after(40 - n, n))));
    assert_eq!(ended_in_reverse, (0..40).collect::<Vec<_>>());
}

/// Each of three futures waits for the next one, so they end in the reverse order.
#[test]
fn trip_results_come_in_the_order_of_the_input() {
    on_both_runtimes(|| async {
        let [one, two, three] = one_after_the_other();
        assert_eq!(join_all([three, two, one]).await, [3, 2, 1]);
        let [one, two, three] = one_after_the_other();
        assert_eq!(tokio::join!(three, one, two), (3, 1, 2));
        let [one, two, three] = one_after_the_other().map(FutureExt::never_error);
        assert_eq!(try_join_all([two, three, one]).await, Ok(vec![2, 3, 1]));
        let [one, two, three] = one_after_the_other().map(FutureExt::never_error);
        assert_eq!(tokio::try_join!(three, two, one), Ok((3, 2, 1)));
    });
}

/// Three futures, the second of which ends after the first, and the third after the second.
fn one_after_the_other() -> [BoxFuture<'static, u32>; 3] {
    let (ends_first, first_ended) = oneshot::channel();
    let (ends_second, second_ended) = oneshot::channel();
    [
        async move { ends_first.send(()).map_or(0, |()| 1) }.boxed(),
        async move {
            first_ended.await.expect("the first one ends");
            ends_second.send(()).map_or(0, |()| 2)
        }
        .boxed(),
        async move {
            second_ended.await.expect("the second one ends");
            3
        }
        .boxed(),
    ]
}

#[test]
fn trip_join_is_stopped_by_a_future_that_blocks() {
    let late = virtual_time(async {
        let start = Instant::now();
        let blocks = async { stage::block_for(s(2)) };
        let waits = async {
            sleep(s(1)).await;
            start.elapsed()
        };
        tokio::join!(waits, blocks).0
    });
    assert_eq!(late, s(2));
}

/// The sixth one fails after six seconds, the first one after a hundred.
fn two_that_fail(number: u64) -> impl Iterator<Item = BoxFuture<'static, Result<u64, u64>>> {
    (0..number).map(|n| match n {
        0 => after(100, Err(n)).boxed(),
        5 => after(6, Err(n)).boxed(),
        _ => after(1, Ok(n)).boxed(),
    })
}

#[test]
fn trip_try_join_all_of_many_tells_the_first_error_of_the_list() {
    for (number, expected) in [(30, (Err(5), s(6))), (31, (Err(0), s(100)))] {
        let failed = record(try_join_all(two_that_fail(number)));
        assert_eq!((failed.value.map(drop), failed.elapsed), expected);
    }
    let mut six = two_that_fail(6);
    let nobody_has_counted = std::iter::from_fn(|| six.next());
    let failed = record(try_join_all(nobody_has_counted));
    assert_eq!((failed.value.map(drop), failed.elapsed), (Err(0), s(100)));
}

#[test]
fn quotes_with_try_collect_end_with_the_first_error_of_any_number() {
    for number in [30, 31] {
        let quotes: FuturesUnordered<_> = two_that_fail(number).collect();
        let failed = record(quotes.try_collect::<Vec<_>>());
        assert_eq!((failed.value, failed.elapsed), (Err(5), s(6)));
    }
    let good: FuturesUnordered<_> = [3, 1, 2]
        .map(|n| after(n, Ok::<_, ()>(n)))
        .into_iter()
        .collect();
    let values = virtual_time(good.try_collect::<Vec<_>>());
    assert_eq!(values, Ok(vec![1, 2, 3]), "as they came");
}

// Failures as results

#[test]
fn health_all_or_nothing_loses_what_was_known() {
    let services = services(Answer::Status(503));
    let round = record(health::short_round(health::all_or_nothing(&services)));
    assert!(matches!(round.value, Err(Unwell::Status(503))));
    assert_eq!(round.elapsed, s(2));
    assert_eq!(round.life("check database"), finished(0, 1));
    assert_eq!(round.life("check mail"), cancelled(0, 2));
}

#[test]
fn health_beside_the_values() {
    let services = services(Answer::Status(503));
    let round = record(health::round(health::each(&services)));
    assert_eq!(round.elapsed, s(3));
    assert!(matches!(
        round.value[..],
        [
            ("database", Ok("17.2")),
            ("search", Err(Unwell::Status(503))),
            ("mail", Ok("4.9")),
        ]
    ));
}

#[test]
fn health_a_panic_ends_everything_in_one_task() {
    let services = services(Answer::Gibberish);
    let mut results = None;
    let panic = virtual_time(async {
        let start = Instant::now();
        let round = AssertUnwindSafe(health::each(&services))
            .catch_unwind()
            .await;
        results = round.as_ref().ok().map(Vec::len);
        (round.is_err(), start.elapsed())
    });
    assert_eq!(panic, (true, s(2)));
    assert_eq!(results, None);
}

#[test]
fn health_a_panic_in_a_task_is_a_result() {
    let services = services(Answer::Gibberish);
    let round = record(health::round(health::each_a_task(&services)));
    assert_eq!(round.elapsed, s(3));
    let [
        ("database", Ok("17.2")),
        ("search", Err(Unwell::Unchecked(error))),
        ("mail", Ok("4.9")),
    ] = &round.value[..]
    else {
        panic!("{:?}", round.value);
    };
    assert!(error.is_panic());
    assert_eq!(round.life("check search"), (s(0), s(2), Outcome::Panicked));
}

// As they complete

#[test]
fn quotes_not_with_join_all() {
    let page = record(quotes::on_page(quotes::all_at_the_end(&SHOPS)));
    let shown = [(s(3), "Ada 42"), (s(3), "Bert 48"), (s(3), "Cleo 45")];
    assert_eq!(page.told("page"), shown);
    // Whenever one wakes up, all are polled; a `FuturesUnordered` polls only that one.
    assert_eq!(page.lane("ask Ada").polls, 4);
    let page = record(quotes::on_page(quotes::as_they_come(&SHOPS)));
    assert_eq!(page.lane("ask Ada").polls, 2);
}

#[test]
fn quotes_join_all_of_many_polls_only_those_that_woke() {
    let polls_of_slowest = |number: u64| {
        let recording = record(async {
            join_all((1..=number).map(|n| after(n, ()).instrument(info_span!("wait", n)))).await
        });
        recording.lane(&format!("wait {number}")).polls
    };
    assert_eq!(polls_of_slowest(30), 31);
    assert_eq!(polls_of_slowest(31), 2);
}

#[test]
fn quotes_join_all_goes_by_what_the_iterator_promises() {
    let few_of_many = record(async {
        let waits = (1..=31).filter(|n| *n <= 3);
        assert_eq!(waits.size_hint(), (0, Some(31)));
        join_all(waits.map(|n| after(n, ()).instrument(info_span!("wait", n)))).await
    });
    assert_eq!(few_of_many.value.len(), 3);
    assert_eq!(few_of_many.lane("wait 3").polls, 2);
}

#[test]
fn quotes_one_two_three_whatever_the_order_of_starting() {
    let shown = [(s(1), "Bert 48"), (s(2), "Cleo 45"), (s(3), "Ada 42")];
    let [a, b, c] = SHOPS;
    for shops in [
        [a, b, c],
        [a, c, b],
        [b, a, c],
        [b, c, a],
        [c, a, b],
        [c, b, a],
    ] {
        let page = record(quotes::on_page(quotes::as_they_come(&shops)));
        assert_eq!(page.told("page"), shown);
        assert_eq!(page.elapsed, s(3));
        let page = record(quotes::on_page(quotes::as_tasks_end(&shops)));
        assert_eq!(page.told("page"), shown);
        assert_eq!(page.elapsed, s(3));
    }
}

/// Waits for `told`, and says that it has heard.
async fn listens(told: oneshot::Receiver<()>, answer: oneshot::Sender<()>) {
    told.await.expect("somebody tells it");
    answer.send(()).expect("somebody wants to know");
}

/// While nobody polls `stream`, whose future `listens`, it answers nothing.
async fn rests(
    mut stream: impl Stream<Item = ()> + Unpin,
    tell: oneshot::Sender<()>,
    mut heard: oneshot::Receiver<()>,
) {
    assert_eq!(stream.next().now_or_never(), None, "begun, and waiting");
    tell.send(()).expect("it listens");
    sleep(Duration::from_millis(10)).await;
    assert!(heard.try_recv().is_err(), "it moved, and nobody polled it");
    assert_eq!(stream.next().await, Some(()));
    heard.await.expect("it has heard when it is polled");
}

#[test]
fn quotes_futures_are_polled_only_with_their_stream_and_tasks_without() {
    on_both_runtimes(|| async {
        let ((tell, told), (answer, heard)) = (oneshot::channel(), oneshot::channel());
        let stream: FuturesUnordered<_> = [listens(told, answer)].into_iter().collect();
        rests(stream, tell, heard).await;

        let ((tell, told), (answer, heard)) = (oneshot::channel(), oneshot::channel());
        let mut tasks: JoinSet<_> = [listens(told, answer)].into_iter().collect();
        tell.send(()).expect("it listens");
        heard.await.expect("it has heard, and nobody asked the set");
        assert!(tasks.join_next().await.is_some());
    });
}

#[test]
fn quotes_futures_rest_while_a_value_is_handled_and_tasks_do_not() {
    /// Two steps of a second each, and between the two first values three seconds of handling.
    async fn two_steps(number: u32) -> (u32, Duration) {
        let start = Instant::now();
        sleep(s(1)).await;
        if number > 1 {
            sleep(s(1)).await;
        }
        (number, start.elapsed())
    }
    let futures = virtual_time(async {
        let mut futures: FuturesUnordered<_> = [1, 2].map(two_steps).into_iter().collect();
        let first = futures.next().await;
        sleep(s(3)).await;
        (first, futures.next().await)
    });
    assert_eq!(futures, (Some((1, s(1))), Some((2, s(5)))));

    let tasks = virtual_time(async {
        let mut tasks: JoinSet<_> = [1, 2].map(two_steps).into_iter().collect();
        let first = tasks.join_next().await.transpose().expect("no panic");
        sleep(s(3)).await;
        (
            first,
            tasks.join_next().await.transpose().expect("no panic"),
        )
    });
    assert_eq!(tasks, (Some((1, s(1))), Some((2, s(2)))));
}

/// On real time: the owner computes for 150 ms, the tasks would need 100. A worker that happens to be awake
/// may look at their timers after all, so there are several attempts.
#[test]
fn quotes_tasks_may_stand_still_while_their_owner_computes() {
    async fn ended_meanwhile() -> bool {
        let mut tasks: JoinSet<_> = (0..3).map(|_| sleep(ms(100))).collect();
        sleep(ms(20)).await;
        std::thread::sleep(ms(150));
        tasks.try_join_next().is_some()
    }
    let attempts = (0..5).map(|_| {
        record_on_workers(2, async {
            tokio::spawn(ended_meanwhile()).await.expect("no panic")
        })
        .value
    });
    assert!(attempts.into_iter().any(|ended| !ended));
}

// The first one only

#[test]
fn mirrors_first_wins_not_with_join_all() {
    let saved = record(mirrors::saved(mirrors::all(&MIRRORS)));
    assert_eq!(saved.value, Ok(File("north")));
    assert_eq!(saved.elapsed, s(3));
    assert_eq!(saved.life("mirror south"), finished(0, 2));
}

#[test]
fn mirrors_first_wins_even_if_it_is_a_failure() {
    let saved = record(mirrors::saved(mirrors::first_answer(&MIRRORS)));
    assert_eq!(saved.value, Err(NotFound("east")));
    assert_eq!(saved.elapsed, s(1));
    for loser in ["mirror north", "mirror south"] {
        assert_eq!(saved.life(loser), cancelled(0, 1));
        assert_eq!(saved.told(loser), [(s(1), "hung up")]);
    }
}

#[test]
fn mirrors_first_wins_if_it_is_a_success() {
    let saved = record(mirrors::saved(mirrors::first_copy(&MIRRORS)));
    assert_eq!(saved.value, Ok(File("south")));
    assert_eq!(saved.elapsed, s(2));
    assert_eq!(saved.life("mirror east"), finished(0, 1));
    assert_eq!(saved.life("mirror north"), cancelled(0, 2));
    assert_eq!(saved.told("mirror north"), [(s(2), "hung up")]);
}

#[test]
fn mirrors_first_wins_with_the_last_error_if_there_is_no_success() {
    let lost = virtual_time(select_ok(
        [(1, "first"), (3, "last"), (2, "second")]
            .map(|(seconds, error)| Box::pin(after(seconds, Err::<(), _>(error)))),
    ));
    assert_eq!(lost.map(|_| ()), Err("last"));
}

#[test]
fn mirrors_need_a_box_only_if_they_may_not_be_moved() {
    let first = virtual_time(async {
        let handles = [2, 1].map(|seconds| tokio::spawn(after(seconds, seconds)));
        let (first, _, left) = select_all(handles).await;
        (first.expect("no panic"), left.len())
    });
    assert_eq!(first, (1, 1));
}

#[test]
fn mirrors_without_biased_starve_nobody() {
    let mut won = [0, 0];
    virtual_time(async {
        for _ in 0..100 {
            let winner = tokio::select! {
                () = ready(()) => 0,
                () = ready(()) => 1,
                () = pending() => unreachable!("it never ends"),
            };
            won[winner] += 1;
        }
    });
    assert!(won.iter().all(|&times| times > 0), "{won:?}");
}

#[test]
fn mirrors_of_which_there_are_none() {
    let nobody = || mirrors::first_answer(&[]);
    assert!(catch_unwind(|| virtual_time(nobody())).is_err());
    let nobody = || mirrors::first_copy(&[]);
    assert!(catch_unwind(|| virtual_time(nobody())).is_err());
}

#[test]
fn mirrors_first_wins_over_losers_that_are_not_gone_before_they_are_dropped() {
    let recording = record(async {
        let runner = |number: u64| {
            let lane = info_span!("runner", number);
            Box::pin(after(number, number).instrument(lane))
        };
        let (first, _index, losers) = select_all([1, 2].map(runner)).await;
        sleep(s(4)).await;
        let kept = losers.len();
        drop(losers);
        (first, kept)
    });
    assert_eq!(recording.value, (1, 1));
    // Two seconds would have been enough for it, but nobody polled it any more.
    assert_eq!(recording.life("runner 2"), cancelled(0, 5));
}

#[test]
fn mirrors_first_wins_a_click_or_a_download() {
    let north = &MIRRORS[0];
    let clicked = record(mirrors::unless_cancelled(north, mirrors::click_after(2)));
    assert_eq!((clicked.value, clicked.elapsed), (None, s(2)));
    assert_eq!(clicked.life("mirror north"), cancelled(0, 2));

    let patient = record(mirrors::unless_cancelled(north, mirrors::click_after(4)));
    assert_eq!(patient.value, Some(Ok(File("north"))));
    assert_eq!(patient.elapsed, s(3));
    assert_eq!(patient.life("user"), cancelled(0, 3));
}

#[test]
fn mirrors_first_wins_at_a_draw_the_first_branch_if_biased() {
    let north = &MIRRORS[0];
    for _ in 0..20 {
        let draw = virtual_time(mirrors::unless_cancelled(north, mirrors::click_after(3)));
        assert_eq!(draw, Some(Ok(File("north"))));
    }
}

// A task group

#[test]
fn replicas_without_a_group_one_is_written_later() {
    let copies = Copies::default();
    let night = record(replicas::night(replicas::detached_wrong(&copies), &copies));
    assert_eq!(night.life("disk south"), finished(0, 3));
    assert_eq!(
        night.told("backup"),
        [(s(2), "east is full"), (s(5), "left: 1")]
    );
    assert_eq!(copies.list(), ["south"]);
}

#[test]
fn replicas_group_stops_siblings_and_reports_all_errors() {
    let copies = Copies::default();
    let night = record(replicas::night(replicas::grouped(&copies), &copies));
    assert_eq!(night.life("disk north"), finished(0, 1));
    assert_eq!(night.life("disk south"), cancelled(0, 2));
    assert_eq!(
        night.told("backup"),
        [
            (s(2), "2 errors: east is full; west is full"),
            (s(5), "left: 0")
        ]
    );
    assert_eq!(copies.list(), Vec::<&str>::new());

    let failed = virtual_time(replicas::grouped(&Copies::default()));
    let errors = failed.map_err(GroupError::into_errors);
    assert_eq!(errors, Err(vec![DiskFull("east"), DiskFull("west")]));
}

#[test]
fn replicas_group_gives_values_in_the_order_of_starting() {
    let (values, elapsed) = virtual_time(async {
        let start = Instant::now();
        let values = group::scope(|group| {
            for seconds in [3, 1, 2] {
                group.spawn(after(seconds, Ok::<_, DiskFull>(seconds)));
            }
        });
        (values.await, start.elapsed())
    });
    assert_eq!((values, elapsed), (Ok(vec![3, 1, 2]), s(3)));
    let nothing = virtual_time(group::scope(|_: &mut group::Group<(), DiskFull>| {}));
    assert_eq!(nothing, Ok(vec![]));
}

/// Something a task holds as long as it exists.
struct Held(Arc<Mutex<usize>>);

impl Held {
    fn new(held: &Arc<Mutex<usize>>) -> Self {
        *held.lock().expect("not poisoned") += 1;
        Self(Arc::clone(held))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *self.0.lock().expect("not poisoned") -= 1;
    }
}

#[test]
fn replicas_group_leaves_nothing_running() {
    let held = Arc::new(Mutex::new(0));
    let scope = async || {
        let failed = group::scope(|group| {
            for number in 0..20 {
                let held = Held::new(&held);
                group.spawn(async move {
                    let _held = held;
                    if number == 7 {
                        return Err(number);
                    }
                    after(1, Ok(())).await
                });
            }
        })
        .await;
        (failed, *held.lock().expect("not poisoned"))
    };
    let expected = (GroupError::check(vec![7]).map(|()| vec![]), 0);
    let stopped = record(scope());
    assert_eq!((&stopped.value, stopped.elapsed), (&expected, s(0)));
    // Also with several threads, where "stop" and "stopped" are two things.
    for _ in 0..20 {
        let stopped = record_on_workers(2, scope());
        assert_eq!(stopped.value, expected);
        assert!(stopped.elapsed < s(1), "{:?}", stopped.elapsed);
    }
}

#[test]
fn replicas_group_passes_a_panic_on_when_the_siblings_have_stopped() {
    let held = Arc::new(Mutex::new(0));
    let sibling = Held::new(&held);
    let panic = catch_unwind(AssertUnwindSafe(|| {
        virtual_time(async {
            let start = Instant::now();
            let panicked = group::scope::<(), ()>(|group| {
                group.spawn(async { panic!("in pieces") });
                group.spawn(async move {
                    let _sibling = sibling;
                    after(1, Ok(())).await
                });
            });
            let panic = AssertUnwindSafe(panicked).catch_unwind().await;
            assert_eq!(*held.lock().expect("not poisoned"), 0);
            assert_eq!(start.elapsed(), s(0));
            panic.map_err(|panic| panic.downcast_ref::<&str>().copied())
        })
    }));
    assert_eq!(
        panic.expect("the group's panic was caught"),
        Err(Some("in pieces"))
    );
}

#[test]
fn replicas_group_tells_a_panic_and_no_error_if_there_are_both() {
    let panicked = virtual_time(
        AssertUnwindSafe(group::scope::<(), _>(|group| {
            group.spawn(async { Err("an error") });
            group.spawn(async { panic!("in pieces") });
            group.spawn(async { panic!("a second one") });
        }))
        .catch_unwind(),
    );
    let panic = panicked.expect_err("a panic is no result");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"in pieces"));
}

#[test]
fn replicas_group_stops_tasks_before_their_first_line() {
    let begun = Arc::new(Mutex::new(0));
    let failed = virtual_time(group::scope::<(), ()>(|group| {
        group.spawn(async { Err(()) });
        for _ in 0..200 {
            let begun = Arc::clone(&begun);
            group.spawn(async move {
                *begun.lock().expect("not poisoned") += 1;
                pending().await
            });
        }
    }));
    assert!(failed.is_err());
    assert!(*begun.lock().expect("not poisoned") < 200);
}

#[test]
fn replicas_group_whose_closure_panics_does_not_wait() {
    let written = Arc::new(AtomicBool::new(false));
    record_on_workers(2, async {
        let (polled, (go_on, mut wait)) = (Arc::new(Barrier::new(2)), oneshot::channel::<()>());
        let scope = group::scope::<(), ()>(|group| {
            let (begins, written) = (Arc::clone(&polled), Arc::clone(&written));
            group.spawn(async move {
                begins.wait();
                while wait.try_recv().is_err() {
                    std::hint::spin_loop();
                }
                written.store(true, Ordering::Relaxed);
                Ok(())
            });
            polled.wait();
            panic!("in the closure");
        });
        assert!(AssertUnwindSafe(scope).catch_unwind().await.is_err());
        assert!(!written.load(Ordering::Relaxed));
        go_on.send(()).expect("it is still running");
    });
    assert!(written.load(Ordering::Relaxed), "after the scope was gone");
}

/// A real thread is in the middle of a poll: nobody can stop it there.
#[test]
fn replicas_group_that_is_dropped_does_not_wait_for_a_poll() {
    let written = Arc::new(AtomicBool::new(false));
    record_on_workers(2, async {
        let (polled, (go_on, mut wait)) = (Arc::new(Barrier::new(2)), oneshot::channel::<()>());
        let scope = group::scope::<(), ()>(|group| {
            let (polled, written) = (Arc::clone(&polled), Arc::clone(&written));
            group.spawn(async move {
                polled.wait();
                // Busy until the scope is gone.
                while wait.try_recv().is_err() {
                    std::hint::spin_loop();
                }
                written.store(true, Ordering::Relaxed);
                pending().await
            });
        });
        let mut scope = Box::pin(scope);
        assert!(scope.as_mut().now_or_never().is_none());
        polled.wait();
        drop(scope);
        assert!(!written.load(Ordering::Relaxed));
        go_on.send(()).expect("it is still running");
    });
    assert!(written.load(Ordering::Relaxed), "after the scope was gone");
}

/// The closure has a thread of its own, real: it is at work for a tenth of a second.
#[test]
fn replicas_group_does_not_own_what_its_tasks_hand_on() {
    let (begins, begun) = oneshot::channel();
    let written = Arc::new(AtomicBool::new(false));
    let writes = Arc::clone(&written);
    let left = record_on_workers(2, async {
        let failed = group::scope::<(), ()>(|group| {
            group.spawn(async {
                let blocking = tokio::task::spawn_blocking(move || {
                    begins.send(()).expect("somebody wants to know");
                    std::thread::sleep(Duration::from_millis(100));
                    writes.store(true, Ordering::Relaxed);
                });
                blocking.await.map_err(drop)
            });
            group.spawn(async { begun.await.map_or(Ok(()), Err) });
        });
        let failed = failed.await;
        (failed.is_err(), written.load(Ordering::Relaxed))
    });
    assert_eq!(left.value, (true, false), "the scope has returned first");
}

#[test]
fn replicas_group_does_not_pass_over_values_that_are_missing() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime");
    let (handle, (begins, begun)) = (runtime.handle().clone(), std::sync::mpsc::channel());
    let scope = std::thread::spawn(move || {
        handle.block_on(group::scope::<(), ()>(|group| {
            group.spawn(async move {
                begins.send(()).expect("somebody wants to know");
                pending().await
            });
        }))
    });
    begun.recv().expect("it begins");
    runtime.shutdown_background();
    let panic = scope.join().expect_err("there is no value to return");
    assert_eq!(
        panic.downcast_ref::<&str>(),
        Some(&"the runtime was shut down")
    );
}

#[test]
fn replicas_group_with_time_outs_inside_waits_for_everybody() {
    let held = Arc::new(Mutex::new(0));
    let (failed, left) = virtual_time(async {
        let failed = group::scope(|group| {
            for seconds in 1..=3 {
                let held = Held::new(&held);
                group.spawn(async move {
                    let _held = held;
                    timeout(s(2), after(2 * seconds - 1, ())).await
                });
            }
        })
        .await;
        (failed, *held.lock().expect("not poisoned"))
    });
    let late = failed.expect_err("two of them are late").into_errors();
    assert_eq!((late.len(), left), (2, 0));
}

#[test]
fn replicas_group_that_is_dropped_stops_its_tasks() {
    let stopped = record(async {
        let started = group::scope::<(), ()>(|group| {
            group.spawn(pending().instrument(info_span!("task")));
        });
        assert!(timeout(s(1), started).await.is_err());
        sleep(s(1)).await;
    });
    assert_eq!(stopped.life("task"), cancelled(0, 1));
}

// Error groups

const PARCELS: [u32; 6] = [1, 2, 3, 4, 5, 6];

#[test]
fn parcels_errors_is_not_the_first_error() {
    let day = record(parcels::first_problem_wrong(&PARCELS));
    assert_eq!(day.value, Err(Undelivered::NobodyHome(2)));
    assert_eq!(day.elapsed, s(2));
}

#[test]
fn parcels_errors_kind_by_kind() {
    let day = record(parcels::kind_by_kind(&PARCELS));
    let rest = vec![Undelivered::Broken(5), Undelivered::NobodyHome(4)];
    let done = Day {
        delivered: vec![1, 6, 2],
        returned: vec![3],
    };
    assert_eq!(day.value, (done, GroupError::check(rest)));
    assert_eq!(day.elapsed, s(4));
    assert_eq!(day.life("back 3"), finished(2, 3));
    assert_eq!(
        day.told("courier"),
        [(s(4), "2 errors: parcel 5: broken; parcel 4: nobody at home")]
    );
}

#[test]
fn parcels_errors_of_nothing_is_no_error() {
    let (day, problems) = virtual_time(parcels::kind_by_kind(&[1, 6]));
    assert_eq!((day.delivered, problems), (vec![1, 6], Ok(())));
    assert_eq!(GroupError::<DiskFull>::check(vec![]), Ok(()));
    let one = GroupError::check(vec![DiskFull("east")]).expect_err("one error");
    assert_eq!(one.to_string(), "1 error: east is full");
}

// Bounded

#[test]
fn gallery_by_nothing_all_are_in_flight() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::unbounded(&host)));
    assert_eq!((page.value.len(), page.elapsed), (5, s(4)));
    assert_eq!((host.most_at_once(), page.most_at_once("fetch")), (5, 5));
}

#[test]
fn gallery_in_order_waits_for_the_head_of_the_queue() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::in_order(&host)));
    assert_eq!(
        (&page.value[..], page.elapsed),
        (&[1, 2, 3, 4, 5][..], s(6))
    );
    assert_eq!((host.most_at_once(), page.most_at_once("fetch")), (2, 2));
    assert_eq!(page.life("fetch 2"), finished(0, 1));
    assert_eq!(page.life("fetch 3"), finished(4, 5));
}

#[test]
fn gallery_as_they_come_keeps_both_places_busy() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::as_they_come(&host)));
    assert_eq!(
        (&page.value[..], page.elapsed),
        (&[2, 3, 4, 1, 5][..], s(4))
    );
    assert_eq!((host.most_at_once(), page.most_at_once("fetch")), (2, 2));
    assert_eq!(page.life("fetch 3"), finished(1, 2));
}

#[test]
fn gallery_for_each_keeps_a_place_until_the_frame_is_done() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::each_with_its_frame(&host)));
    assert_eq!(page.elapsed, s(7));
    assert_eq!((host.most_at_once(), page.most_at_once("fetch")), (2, 2));
    assert_eq!(page.most_at_once("f"), 2);
    assert_eq!(page.life("frame 2"), finished(1, 2));
    assert_eq!(page.life("fetch 3"), finished(2, 3));
}

/// The large picture first or last, with places for all, with nobody behind it who has not begun:
/// with the order kept, or not.
#[test]
fn gallery_order_costs_time_where_a_slow_one_keeps_others_from_beginning() {
    for (seconds, places, kept, given_up) in [
        ([4, 1, 1, 1, 1], 2, 6, 4),
        ([1, 1, 1, 1, 4], 2, 6, 6),
        ([4, 1, 1, 1, 1], 5, 4, 4),
        ([1, 1, 1, 4, 1], 2, 5, 5),
    ] {
        let pictures = || stream::iter(seconds).map(|seconds| after(seconds, seconds));
        let in_order = record(pictures().buffered(places).count());
        assert_eq!(in_order.elapsed, s(kept));
        let as_they_come = record(pictures().buffer_unordered(places).count());
        assert_eq!(as_they_come.elapsed, s(given_up));
    }
    on_both_runtimes(|| async {
        // The first one waits for what all others have done: in order, that never comes.
        let done = Arc::new(Semaphore::new(0));
        let pictures = || {
            let done = Arc::clone(&done);
            let number = move |number| {
                let done = Arc::clone(&done);
                async move {
                    if number == 0 {
                        done.acquire_many(4).await.expect("open").forget();
                    } else {
                        done.add_permits(1);
                    }
                    number
                }
            };
            stream::iter(0..5).map(number)
        };
        let all: Vec<_> = pictures().buffer_unordered(2).collect().await;
        assert_eq!(all, [1, 2, 3, 4, 0]);
        let in_order = pictures().buffered(2).collect::<Vec<_>>();
        let stuck = timeout(Duration::from_millis(20), in_order).await;
        assert!(stuck.is_err(), "{stuck:?}");
        assert_eq!(done.available_permits(), 1, "one place is kept by a result");
    });
}

#[test]
fn gallery_with_no_places_never_ends_or_has_no_limit() {
    let pictures = || stream::iter(0..5).map(|number| after(1, number));
    virtual_time(async {
        let begins_nothing = timeout(s(99), pictures().buffered(0).next()).await;
        assert!(begins_nothing.is_err());
        let begins_nothing = timeout(s(99), pictures().buffer_unordered(0).next()).await;
        assert!(begins_nothing.is_err());
    });
    let fetch = async |number| {
        let lane = info_span!("fetch", number);
        after(1, ()).instrument(lane).await;
    };
    let unlimited = record(stream::iter(0..5).for_each_concurrent(0, fetch));
    assert_eq!(unlimited.most_at_once("fetch"), 5);
}

// A frozen buffer

#[test]
fn prints_futures_are_polled_only_with_their_buffer() {
    on_both_runtimes(|| async {
        let ((tell, told), (answer, heard)) = (oneshot::channel(), oneshot::channel());
        let stream = stream::iter([listens(told, answer)]).buffered(2);
        rests(stream, tell, heard).await;
        let ((tell, told), (answer, heard)) = (oneshot::channel(), oneshot::channel());
        let stream = stream::iter([listens(told, answer)]).buffer_unordered(2);
        rests(stream, tell, heard).await;
    });
}

#[test]
fn prints_with_plain_handles_leave_downloads_running() {
    let left = record(async {
        let download = || after(2, ()).instrument(info_span!("download"));
        let mut handles = stream::iter(0..2)
            .map(|_| tokio::spawn(download()))
            .buffered(2);
        assert!(timeout(s(1), handles.next()).await.is_err());
        drop(handles);
        sleep(s(2)).await;
    });
    assert_eq!(left.life("download"), finished(0, 2));
}

#[test]
fn prints_lose_half_of_the_downloads() {
    let day = record(prints::frozen_wrong());
    assert_eq!((&day.value[..], day.elapsed), (&[1, 3][..], s(10)));
    assert_eq!(day.told("download 2"), [(s(1), "1/4"), (s(5), "hung up")]);
    assert_eq!(day.life("print 1"), finished(2, 5));
}

#[test]
fn prints_thaw_as_tasks() {
    let day = record(prints::as_tasks());
    assert_eq!((&day.value[..], day.elapsed), (&[1, 2, 3, 4][..], s(15)));
    assert_eq!(day.life("download 2"), finished(0, 4));
    assert_eq!(day.most_at_once("download"), 2);
}

#[test]
fn prints_on_tasks_end_with_the_stream() {
    let left = record(async {
        let cut_short = timeout(s(1), prints::as_tasks()).await;
        assert!(cut_short.is_err());
        sleep(s(1)).await;
    });
    assert_eq!(left.life("download 1"), cancelled(0, 1));
    assert_eq!(left.life("download 2"), cancelled(0, 1));
}

#[test]
fn prints_freeze_also_behind_then_but_not_with_for_each_concurrent() {
    async fn two_steps(number: u64) -> (u64, Duration) {
        let start = Instant::now();
        sleep(s(number)).await;
        sleep(s(1)).await;
        (number, start.elapsed())
    }
    let handled_in_turn = virtual_time(
        stream::iter([1, 3])
            .map(two_steps)
            .buffered(2)
            .then(|download| after(5, download))
            .collect::<Vec<_>>(),
    );
    assert_eq!(handled_in_turn, [(1, s(2)), (3, s(8))]);
    let unordered = virtual_time(
        stream::iter([1, 3])
            .map(two_steps)
            .buffer_unordered(2)
            .then(|download| after(5, download))
            .collect::<Vec<_>>(),
    );
    assert_eq!(unordered, handled_in_turn);

    let durations = Mutex::new(Vec::new());
    virtual_time(stream::iter([1, 3]).for_each_concurrent(2, async |number| {
        let download = two_steps(number).await;
        sleep(s(5)).await;
        durations.lock().expect("not poisoned").push(download);
    }));
    let durations = durations.into_inner().expect("not poisoned");
    assert_eq!(durations, [(1, s(2)), (3, s(4))]);
}
