//! Chapter 11: what it says about computing, proved.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use ch11_parallelism::{
    bounds::{
        Way,
        Work::{Computing, Waiting},
        least, speed_up, undivided,
    },
    collatz::{steps_from, steps_from_all},
    errands::{as_tasks, in_turn, on_two_threads},
    film,
    neighbour::{Manners, beside_a_neighbour, book, compute, draw, in_pieces},
    shares::{Shares, beside_busy_tasks},
};
use stage::{block_for, ms, on_both_runtimes, on_threads, record, record_blocking, virtual_time};
use tokio::{
    runtime::Handle,
    task::{JoinSet, yield_now},
    time::{Instant, sleep},
};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

// Four ways

#[test]
fn errands_that_wait_share_a_second_and_those_that_compute_add_up() {
    let way = |way, work| least(way, work, 4, s(1), 1);
    let waiting = record(as_tasks(Waiting)).elapsed;
    assert_eq!((waiting, way(Way::TasksOnOneThread, Waiting)), (s(1), s(1)));
    let computing = record(as_tasks(Computing)).elapsed;
    let ideal = way(Way::TasksOnOneThread, Computing);
    assert_eq!((computing, ideal), (s(4), s(4)));
    let played = record_blocking(in_turn);
    assert_eq!((played.elapsed, way(Way::InTurn, Waiting)), (s(4), s(4)));
    assert_eq!(played.most_at_once("errand"), 1);
}

#[test]
fn errands_on_two_threads_go_two_by_two() {
    let played = record_blocking(on_two_threads);
    assert_eq!((played.elapsed, played.lanes.len()), (s(2), 4));
    assert_eq!(played.most_at_once("errand"), 2);
    assert_eq!(least(Way::Threads, Computing, 4, s(1), 2), s(2));
}

#[test]
fn errands_cannot_be_done_in_less() {
    const HUNDRED: u32 = 100;
    let ways = [
        Way::InTurn,
        Way::Threads,
        Way::Processes,
        Way::TasksOnOneThread,
        Way::TasksOnAllCores,
    ];
    let of = |work| ways.map(|way| least(way, work, HUNDRED, ms(10), 4));
    assert_eq!(of(Waiting), [ms(1_000), ms(10), ms(10), ms(10), ms(10)]);
    let divided = ms(250);
    let expected = [ms(1_000), divided, divided, ms(1_000), divided];
    assert_eq!(of(Computing), expected);
    for way in ways {
        for work in [Waiting, Computing] {
            assert_eq!(least(way, work, 0, s(1), 2), s(0));
            assert_eq!(least(way, work, 1, s(1), 2), s(1));
        }
    }
}

/// Twenty waits take less than half of their sum; twenty computations at least their sum divided by the
/// threads there are for them.
#[test]
fn rule_errands_waits_overlap_and_computations_are_divided_by_cores() {
    const JOBS: u32 = 20;
    const EACH: Duration = ms(10);
    on_both_runtimes(|| async {
        let start = Instant::now();
        (0..JOBS)
            .map(|_| sleep(EACH))
            .collect::<JoinSet<()>>()
            .join_all()
            .await;
        assert!((EACH..EACH * JOBS / 2).contains(&start.elapsed()));
        let cores = u32::try_from(Handle::current().metrics().num_workers()).unwrap();
        let start = Instant::now();
        let jobs = (0..JOBS).map(|_| async { block_for(EACH) });
        jobs.collect::<JoinSet<()>>().join_all().await;
        let ideal = least(Way::TasksOnAllCores, Computing, JOBS, EACH, cores);
        assert!(start.elapsed() >= ideal, "{:?} on {cores}", start.elapsed());
    });
}

/// A wait that began goes on while the thread computes; a task that was only spawned has not begun.
#[test]
fn errands_overlap_with_computing_if_they_begin_first() {
    let beside = |polled: bool| {
        record(async move {
            let wait = tokio::spawn(async { sleep(s(1)).await });
            if polled {
                yield_now().await;
            }
            block_for(s(1));
            wait.await.unwrap();
        })
        .elapsed
    };
    assert_eq!([true, false].map(beside), [s(1), s(2)]);
}

#[test]
fn collatz_sequences_have_their_known_lengths() {
    assert_eq!([1, 2, 3, 27, 97].map(steps_from), [0, 1, 7, 111, 118]);
    assert_eq!(steps_from_all(3), 8);
}

// Polite

fn latest(steps: Vec<Duration>, manners: Manners) -> Duration {
    let late = record(beside_a_neighbour(steps, manners)).value;
    assert_eq!(late.len(), 190);
    late.into_iter().max().unwrap()
}

#[test]
fn neighbour_waits_for_the_longest_stretch_at_most() {
    let after = Manners::After(ms(7));
    // The first turn is due at once, before the computation begins.
    assert_eq!(latest(book(), Manners::None), ms(1_890));
    // Seven times 128 pages, then four pages and all the maps.
    assert_eq!(latest(book(), Manners::Budget), ms(1_000));
    assert_eq!(latest(book(), Manners::Every(7)), ms(340));
    assert_eq!(latest(book(), after), ms(50));
    assert_eq!(latest(in_pieces(&book()), after), ms(6));
}

#[test]
fn neighbour_or_not_the_index_takes_as_long() {
    for manners in [
        Manners::None,
        Manners::Budget,
        Manners::Every(7),
        Manners::After(ms(7)),
    ] {
        let played = record(beside_a_neighbour(book(), manners));
        assert_eq!(played.lane("index").ended, Some(ms(1_900)), "{manners:?}");
    }
    let pieces = in_pieces(&book());
    assert_eq!(pieces.iter().sum::<Duration>(), ms(1_900));
}

#[test]
fn neighbour_the_clock_looks_as_often_as_needed() {
    let polls = |steps, manners| {
        record(beside_a_neighbour(steps, manners))
            .lane("index")
            .polls
    };
    assert_eq!(polls(book(), Manners::None), 1);
    assert_eq!(polls(book(), Manners::Budget), 1 + 920 / 128);
    assert_eq!(polls(book(), Manners::Every(7)), 1 + 920 / 7);
    // 128 times after seven pages; four pages and a map; nineteen maps.
    assert_eq!(polls(book(), Manners::After(ms(7))), 1 + 128 + 1 + 19);
}

/// The longest stretch without giving way decides, however often the computation gives way elsewhere.
#[test]
fn rule_neighbour_is_late_by_the_longest_stretch() {
    for stretch in [3, 30, 300] {
        let mut steps = vec![ms(1); 1_000];
        steps.insert(500, ms(stretch));
        let late = record(beside_a_neighbour(steps.clone(), Manners::Every(1))).value;
        let latest = late.into_iter().max().unwrap();
        assert!(latest <= ms(stretch) && latest + ms(10) >= ms(stretch));
        // Whenever the turn is due within the stretch.
        let worst = (500..500 + stretch).map(|due| {
            let steps = steps.clone();
            record(async move {
                let index = tokio::spawn(async move { compute(&steps, Manners::Every(1)).await });
                let due = Instant::now() + ms(due);
                tokio::time::sleep_until(due).await;
                let late = due.elapsed();
                index.await.unwrap();
                late
            })
            .value
        });
        assert_eq!(worst.max(), Some(ms(stretch - 1)));
    }
}

#[test]
fn neighbour_is_drawn_with_every_turn_in_one_range() {
    let late = [0, 9, 10, 59, 60, 349, 350, 1_999].map(ms);
    let drawn = record(async { draw(&late) }).said();
    assert_eq!(drawn.len(), 4);
    assert!(
        drawn.iter().all(|line| line.ends_with(":   2 █")),
        "{drawn:?}"
    );
}

#[test]
fn neighbour_that_drops_a_computation_ends_it_at_a_step() {
    let played = record(async {
        let work = tokio::spawn(async { compute(&[ms(10); 100], Manners::Every(1)).await });
        sleep(ms(15)).await;
        work.abort();
        assert!(work.await.unwrap_err().is_cancelled());
    });
    assert_eq!(played.elapsed, ms(20));
}

#[test]
fn shares_giving_way_ten_times_as_often_costs_eight_times_as_long() {
    let shares = |every| virtual_time(beside_busy_tasks(every));
    let [often, seldom, never] = [1, 10, 100].map(shares);
    let is = |took, longest_wait| Shares {
        took: ms(took),
        longest_wait: ms(longest_wait),
    };
    assert_eq!(often, is(4_100, 62));
    assert_eq!(seldom, is(500, 80));
    assert_eq!(never, is(100, 130));
}

/// Of everybody who is always ready each has two turns at least while another gives way twice; exactly
/// two, if they are few. (After 61 polls this runtime looks around, and the order changes.)
#[test]
fn rule_shares_each_yield_is_a_turn_for_all_who_are_ready() {
    for others in [0, 1, 4, 20, 50, 100, 200] {
        let turns = virtual_time(async move {
            tokio::spawn(async move {
                let turns: Arc<Vec<AtomicUsize>> =
                    Arc::new((0..others).map(|_| 0.into()).collect());
                let count = || turns.iter().map(|it| it.load(Relaxed)).collect::<Vec<_>>();
                let busy = |id: usize| {
                    let turns = Arc::clone(&turns);
                    async move {
                        loop {
                            turns[id].fetch_add(1, Relaxed);
                            yield_now().await;
                        }
                    }
                };
                let _others: JoinSet<()> = (0..others).map(busy).collect();
                // Until all have begun.
                yield_now().await;
                yield_now().await;
                let mut counts = Vec::new();
                for _ in 0..10 {
                    let before = count();
                    yield_now().await;
                    yield_now().await;
                    counts.extend(
                        count()
                            .into_iter()
                            .zip(before)
                            .map(|(now, then)| now - then),
                    );
                }
                counts
            })
            .await
            .unwrap()
        });
        let few = others < 61;
        assert!(
            turns.iter().all(|&it| it == 2 || !few && it > 2),
            "{others}: {turns:?}"
        );
    }
}

// How much faster

#[test]
fn film_takes_what_the_law_says() {
    let one = record_blocking(|| film::on(1)).elapsed;
    assert_eq!(one, s(14));
    for (threads, takes) in [(1, 14), (2, 8), (3, 6), (4, 5), (6, 4), (12, 3)] {
        let took = record_blocking(|| film::on(threads)).elapsed;
        assert_eq!(took, s(takes));
        let times = one.as_secs_f64() / took.as_secs_f64();
        assert!((times - speed_up(film::UNDIVIDED, threads.into())).abs() < 1e-9);
        if threads > 1 {
            assert!((undivided(times, threads.into()) - film::UNDIVIDED).abs() < 1e-9);
        }
    }
    // There are no more scenes than twelve; the law does not know that.
    assert_eq!(record_blocking(|| film::on(100)).elapsed, s(3));
    // Nor that five threads share twelve scenes badly.
    assert_eq!(record_blocking(|| film::on(5)).elapsed, s(5));
    assert!((14.0 / speed_up(film::UNDIVIDED, 5.0) - 4.4).abs() < 1e-9);
}

#[test]
fn film_is_at_most_seven_times_as_fast() {
    assert!((speed_up(film::UNDIVIDED, f64::INFINITY) - 7.0).abs() < 1e-9);
    assert!(speed_up(film::UNDIVIDED, 1e9) < 7.0);
    for share in [0.0, 0.1, 0.5, 1.0] {
        assert!((speed_up(share, 1.0) - 1.0).abs() < 1e-9);
    }
}

/// A part that cannot be divided, and eight that can, on several threads: no sum is undercut.
#[test]
fn rule_film_is_no_shorter_than_what_cannot_be_divided() {
    const PART: Duration = ms(10);
    on_both_runtimes(|| async {
        for threads in [1, 2, 8, 16] {
            let start = Instant::now();
            block_for(PART);
            let shares = (0..threads)
                .map(|id| move || (id..8).step_by(threads).for_each(|_| block_for(PART)));
            on_threads(shares);
            let law = speed_up(1.0 / 9.0, threads as f64);
            assert!(start.elapsed() >= (PART * 9).div_f64(law).min(PART * 2));
            assert!(start.elapsed() > PART);
        }
    });
}
