//! Chapter 3: what it says about waiting for many, proved.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
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
    FutureExt, StreamExt,
    future::{join_all, select_all, select_ok},
    stream::{self, FuturesUnordered},
};
use stage::{Instrument, Lane, Outcome, Recording, record, record_on_workers, virtual_time};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tracing::info_span;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// When a lane began and ended, and how.
fn life<T>(recording: &Recording<T>, label: &str) -> (Duration, Duration, Outcome) {
    let lane = recording.lane(label);
    let ended = lane.ended.expect("it has ended");
    (lane.runs[0].from, ended, lane.outcome)
}

fn finished(from: u64, to: u64) -> (Duration, Duration, Outcome) {
    (s(from), s(to), Outcome::Finished)
}

fn cancelled(from: u64, to: u64) -> (Duration, Duration, Outcome) {
    (s(from), s(to), Outcome::Cancelled)
}

/// The largest number of lanes called `name …` that were alive at one time.
fn most_at_once<T>(recording: &Recording<T>, name: &str) -> usize {
    let lanes = || {
        let named = |lane: &&Lane| lane.label.starts_with(name);
        recording.lanes.iter().filter(named)
    };
    let alive = |at| {
        lanes()
            .filter(|lane| lane.created <= at && lane.ended.is_none_or(|end| at < end))
            .count()
    };
    lanes().map(|lane| alive(lane.created)).max().unwrap_or(0)
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
fn join_takes_as_long_as_the_slowest() {
    for booked in [
        record(trip::planned(trip::joined(&[7, 8]))),
        record(trip::planned(trip::try_joined(&[7, 8]))),
    ] {
        assert_eq!(booked.value, Ok(BOOKED));
        assert_eq!(booked.elapsed, s(3));
        assert_eq!(life(&booked, "book car"), finished(0, 1));
        assert_eq!(life(&booked, "book room"), finished(0, 2));
        assert_eq!(life(&booked, "book seat"), finished(0, 3));
    }
}

#[test]
fn join_hears_everybody_out_even_if_one_has_failed() {
    let booked = record(trip::planned(trip::joined(&[])));
    assert_eq!(booked.value, Err(SoldOut("room")));
    assert_eq!(booked.elapsed, s(3));
    assert_eq!(life(&booked, "book seat"), finished(0, 3));
    assert_eq!(booked.told("trip"), [(s(3), "no trip: no room left")]);
}

#[test]
fn join_with_try_drops_the_others_at_the_first_failure() {
    let booked = record(trip::planned(trip::try_joined(&[])));
    assert_eq!(booked.value, Err(SoldOut("room")));
    assert_eq!(booked.elapsed, s(2));
    assert_eq!(life(&booked, "book car"), finished(0, 1));
    assert_eq!(life(&booked, "book seat"), cancelled(0, 2));
    assert_eq!(booked.told("book seat"), []);
}

#[test]
fn join_all_keeps_the_order_of_its_input() {
    let compared = record(trip::cheapest(&hotels()));
    assert_eq!(compared.value, Some("Station"));
    assert_eq!(compared.elapsed, s(3));
    assert_eq!(compared.told("hotel Station"), [(s(1), "80")]);

    let ended_in_reverse = virtual_time(join_all((0..40).map(|n| after(40 - n, n))));
    assert_eq!(ended_in_reverse, (0..40).collect::<Vec<_>>());
}

// Failures as results

#[test]
fn keep_failures_all_or_nothing_loses_what_was_known() {
    let services = services(Answer::Status(503));
    let round = record(health::short_round(health::all_or_nothing(&services)));
    assert!(matches!(round.value, Err(Unwell::Status(503))));
    assert_eq!(round.elapsed, s(2));
    assert_eq!(life(&round, "check database"), finished(0, 1));
    assert_eq!(life(&round, "check mail"), cancelled(0, 2));
}

#[test]
fn keep_failures_beside_the_values() {
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
fn keep_failures_a_panic_ends_everything_in_one_task() {
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
fn keep_failures_a_panic_in_a_task_is_a_result() {
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
    assert_eq!(
        life(&round, "check search"),
        (s(0), s(2), Outcome::Panicked)
    );
}

// As they complete

#[test]
fn as_completed_not_with_join_all() {
    let page = record(quotes::on_page(quotes::all_at_the_end(&SHOPS)));
    let shown = [(s(3), "Ada 42"), (s(3), "Bert 48"), (s(3), "Cleo 45")];
    assert_eq!(page.told("page"), shown);
    // Whenever one wakes up, all are polled; a `FuturesUnordered` polls only that one.
    assert_eq!(page.lane("ask Ada").polls, 4);
    let page = record(quotes::on_page(quotes::as_they_come(&SHOPS)));
    assert_eq!(page.lane("ask Ada").polls, 2);
}

#[test]
fn as_completed_join_all_of_many_polls_only_those_that_woke() {
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
fn as_completed_one_two_three_whatever_the_order_of_starting() {
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

#[test]
fn as_completed_futures_rest_while_a_value_is_handled_and_tasks_do_not() {
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

// The first one only

#[test]
fn first_wins_not_with_join_all() {
    let saved = record(mirrors::saved(mirrors::all(&MIRRORS)));
    assert_eq!(saved.value, Ok(File("north")));
    assert_eq!(saved.elapsed, s(3));
    assert_eq!(life(&saved, "mirror south"), finished(0, 2));
}

#[test]
fn first_wins_even_if_it_is_a_failure() {
    let saved = record(mirrors::saved(mirrors::first_answer(&MIRRORS)));
    assert_eq!(saved.value, Err(NotFound("east")));
    assert_eq!(saved.elapsed, s(1));
    for loser in ["mirror north", "mirror south"] {
        assert_eq!(life(&saved, loser), cancelled(0, 1));
        assert_eq!(saved.told(loser), [(s(1), "hung up")]);
    }
}

#[test]
fn first_wins_if_it_is_a_success() {
    let saved = record(mirrors::saved(mirrors::first_copy(&MIRRORS)));
    assert_eq!(saved.value, Ok(File("south")));
    assert_eq!(saved.elapsed, s(2));
    assert_eq!(life(&saved, "mirror east"), finished(0, 1));
    assert_eq!(life(&saved, "mirror north"), cancelled(0, 2));
    assert_eq!(saved.told("mirror north"), [(s(2), "hung up")]);
}

#[test]
fn first_wins_with_the_last_error_if_there_is_no_success() {
    let lost = virtual_time(select_ok(
        [(1, "first"), (3, "last"), (2, "second")]
            .map(|(seconds, error)| Box::pin(after(seconds, Err::<(), _>(error)))),
    ));
    assert_eq!(lost.map(|_| ()), Err("last"));
}

#[test]
fn first_wins_over_losers_that_are_not_gone_before_they_are_dropped() {
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
    assert_eq!(life(&recording, "runner 2"), cancelled(0, 5));
}

#[test]
fn first_wins_a_click_or_a_download() {
    let north = &MIRRORS[0];
    let clicked = record(mirrors::unless_cancelled(north, mirrors::click_after(2)));
    assert_eq!((clicked.value, clicked.elapsed), (None, s(2)));
    assert_eq!(life(&clicked, "mirror north"), cancelled(0, 2));

    let patient = record(mirrors::unless_cancelled(north, mirrors::click_after(4)));
    assert_eq!(patient.value, Some(Ok(File("north"))));
    assert_eq!(patient.elapsed, s(3));
    assert_eq!(life(&patient, "user"), cancelled(0, 3));
}

#[test]
fn first_wins_at_a_draw_the_first_branch_if_biased() {
    let north = &MIRRORS[0];
    for _ in 0..20 {
        let draw = virtual_time(mirrors::unless_cancelled(north, mirrors::click_after(3)));
        assert_eq!(draw, Some(Ok(File("north"))));
    }
}

// A task group

#[test]
fn task_group_without_it_a_task_writes_on() {
    let copies = Copies::default();
    let night = record(replicas::night(replicas::detached_wrong(&copies), &copies));
    assert_eq!(life(&night, "disk south"), finished(0, 3));
    assert_eq!(
        night.told("backup"),
        [(s(2), "east is full"), (s(5), "left: 1")]
    );
    assert_eq!(copies.list(), ["south"]);
}

#[test]
fn task_group_stops_siblings_and_reports_all_errors() {
    let copies = Copies::default();
    let night = record(replicas::night(replicas::grouped(&copies), &copies));
    assert_eq!(life(&night, "disk north"), finished(0, 1));
    assert_eq!(life(&night, "disk south"), cancelled(0, 2));
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
fn task_group_gives_values_in_the_order_of_starting() {
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
fn task_group_leaves_nothing_running() {
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
fn task_group_passes_a_panic_on_when_the_siblings_have_stopped() {
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
fn task_group_that_is_dropped_stops_its_tasks() {
    let stopped = record(async {
        let started = group::scope::<(), ()>(|group| {
            group.spawn(pending().instrument(info_span!("task")));
        });
        assert!(tokio::time::timeout(s(1), started).await.is_err());
        sleep(s(1)).await;
    });
    assert_eq!(life(&stopped, "task"), cancelled(0, 1));
}

// Error groups

const PARCELS: [u32; 6] = [1, 2, 3, 4, 5, 6];

#[test]
fn error_group_is_not_the_first_error() {
    let day = record(parcels::first_problem_wrong(&PARCELS));
    assert_eq!(day.value, Err(Undelivered::NobodyHome(2)));
    assert_eq!(day.elapsed, s(2));
}

#[test]
fn error_group_kind_by_kind() {
    let day = record(parcels::kind_by_kind(&PARCELS));
    let rest = vec![Undelivered::Broken(5), Undelivered::NobodyHome(4)];
    let done = Day {
        delivered: vec![1, 6, 2],
        returned: vec![3],
    };
    assert_eq!(day.value, (done, GroupError::check(rest)));
    assert_eq!(day.elapsed, s(4));
    assert_eq!(life(&day, "back 3"), finished(2, 3));
    assert_eq!(
        day.told("courier"),
        [(s(4), "2 errors: parcel 5: broken; parcel 4: nobody at home")]
    );
}

#[test]
fn error_group_of_nothing_is_no_error() {
    let (day, problems) = virtual_time(parcels::kind_by_kind(&[1, 6]));
    assert_eq!((day.delivered, problems), (vec![1, 6], Ok(())));
    assert_eq!(GroupError::<DiskFull>::check(vec![]), Ok(()));
    let one = GroupError::check(vec![DiskFull("east")]).expect_err("one error");
    assert_eq!(one.to_string(), "1 error: east is full");
}

// Bounded

#[test]
fn bounded_by_nothing_all_are_in_flight() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::unbounded(&host)));
    assert_eq!((page.value.len(), page.elapsed), (5, s(4)));
    assert_eq!((host.most_at_once(), most_at_once(&page, "fetch")), (5, 5));
}

#[test]
fn bounded_in_order_waits_for_the_head_of_the_queue() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::in_order(&host)));
    assert_eq!(
        (&page.value[..], page.elapsed),
        (&[1, 2, 3, 4, 5][..], s(6))
    );
    assert_eq!((host.most_at_once(), most_at_once(&page, "fetch")), (2, 2));
    assert_eq!(life(&page, "fetch 2"), finished(0, 1));
    assert_eq!(life(&page, "fetch 3"), finished(4, 5));
}

#[test]
fn bounded_as_they_come_keeps_both_places_busy() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::as_they_come(&host)));
    assert_eq!(
        (&page.value[..], page.elapsed),
        (&[2, 3, 4, 1, 5][..], s(4))
    );
    assert_eq!((host.most_at_once(), most_at_once(&page, "fetch")), (2, 2));
    assert_eq!(life(&page, "fetch 3"), finished(1, 2));
}

#[test]
fn bounded_for_each_keeps_a_place_until_the_frame_is_done() {
    let host = Host::default();
    let page = record(gallery::on_page(gallery::each_with_its_frame(&host)));
    assert_eq!(page.elapsed, s(7));
    assert_eq!((host.most_at_once(), most_at_once(&page, "fetch")), (2, 2));
    assert_eq!(most_at_once(&page, "f"), 2);
    assert_eq!(life(&page, "frame 2"), finished(1, 2));
    assert_eq!(life(&page, "fetch 3"), finished(2, 3));
}

// A frozen buffer

#[test]
fn frozen_buffer_loses_half_of_the_downloads() {
    let day = record(prints::frozen_wrong());
    assert_eq!((&day.value[..], day.elapsed), (&[1, 3][..], s(10)));
    assert_eq!(day.told("download 2"), [(s(1), "1/4"), (s(5), "hung up")]);
    assert_eq!(life(&day, "print 1"), finished(2, 5));
}

#[test]
fn frozen_buffer_thaws_as_tasks() {
    let day = record(prints::as_tasks());
    assert_eq!((&day.value[..], day.elapsed), (&[1, 2, 3, 4][..], s(15)));
    assert_eq!(life(&day, "download 2"), finished(0, 4));
    assert_eq!(most_at_once(&day, "download"), 2);
}

#[test]
fn frozen_buffer_tasks_end_with_the_stream() {
    let left = record(async {
        let cut_short = tokio::time::timeout(s(1), prints::as_tasks()).await;
        assert!(cut_short.is_err());
        sleep(s(1)).await;
    });
    assert_eq!(life(&left, "download 1"), cancelled(0, 1));
    assert_eq!(life(&left, "download 2"), cancelled(0, 1));
}

#[test]
fn frozen_buffer_also_behind_then_but_not_with_for_each_concurrent() {
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
