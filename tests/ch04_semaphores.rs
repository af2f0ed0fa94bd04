//! Chapter 4: how "many" is kept from being too many.

use std::{
    cell::{Cell, RefCell},
    future::{pending, poll_fn},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use ch04_semaphores::{
    any_second,
    calls::{self, Tally},
    closing::{closing_time, closing_time_wrong},
    downloads::{NoAnswer, Outcome, Totals, download_all},
    fixed_window::FixedWindow,
    forgotten::{self, DiskFull},
    permits::{InvalidLimit, permits},
    pool::{Pool, eight_requests},
    rate::{by_both, by_concurrency, by_rate},
    sliding_window::SlidingWindow,
    token_bucket::{InvalidBucket, MoreThanBurst, TokenBucket},
    waves,
    weights::four_gigabytes,
};
use futures::{FutureExt, StreamExt, future::join_all, stream};
use indicatif::ProgressBar;
use stage::{self, Lane, Recording, ms, on_both_runtimes, record, virtual_time};
use tokio::{
    join,
    sync::Semaphore,
    task::{JoinError, JoinSet, yield_now},
    time::{Instant, sleep, sleep_until, timeout},
};

const SECOND: Duration = Duration::from_secs(1);

/// The most moments that any second holds.
fn most_in_a_second(moments: &[Duration]) -> usize {
    let seconds = moments.iter().map(|&begin| {
        let second = begin..begin + SECOND;
        moments.iter().filter(|at| second.contains(at)).count()
    });
    seconds.max().unwrap_or(0)
}

/// The most calls that were under way together, each from "sent" to its lane's end.
fn most_in_flight<T>(recording: &Recording<T>) -> usize {
    let flights: Vec<_> = recording
        .lanes
        .iter()
        .map(|lane| recording.told(&lane.label)[0].0..lane.ended.unwrap())
        .collect();
    let counts = flights.iter().map(|flight| {
        let others = flights.iter();
        others.filter(|other| other.contains(&flight.start)).count()
    });
    counts.max().unwrap_or(0)
}

fn ends<T>(recording: &Recording<T>) -> Vec<Option<Duration>> {
    recording.lanes.iter().map(|lane| lane.ended).collect()
}

#[test]
fn waves_three_permits_take_four_seconds_in_waves_of_three_three_three_one() {
    let recording = record(waves::ten_jobs(3));
    assert_eq!(recording.value, Ok(()));
    assert_eq!(recording.elapsed, 4 * SECOND);
    let starts = [0, 0, 0, 1, 1, 1, 2, 2, 2, 3].map(Duration::from_secs);
    assert_eq!(recording.when("working"), starts);
    assert_eq!(ends(&recording), starts.map(|start| Some(start + SECOND)));
    assert!(recording.lanes.iter().all(|lane| lane.created.is_zero()));
}

#[test]
fn waves_a_permit_dropped_at_once_limits_nothing() {
    let recording = record(waves::ten_jobs_wrong(3));
    assert_eq!(recording.elapsed, SECOND);
    assert_eq!(recording.when("working"), [ms(0); 10]);
    assert!(recording.lanes.iter().all(|lane| lane.created.is_zero()));
}

#[test]
fn waves_no_permit_is_an_error_and_not_a_hang() {
    assert_eq!(virtual_time(waves::ten_jobs(0)), Err(InvalidLimit::Zero));
    let asked = Semaphore::MAX_PERMITS + 1;
    let refused = virtual_time(waves::ten_jobs(asked));
    assert_eq!(refused, Err(InvalidLimit::TooMany { asked }));
    assert!(permits(Semaphore::MAX_PERMITS).is_ok());
    let words = InvalidLimit::TooMany { asked }.to_string();
    assert!(words.contains(&asked.to_string()), "{words}");
}

#[test]
fn calls_trade_time_against_refusals() {
    let told = |recording: Recording<_>| (recording.elapsed, recording.value);
    let tally = |answered, refused| Ok(Tally { answered, refused });
    let sequential = told(record(calls::one_after_the_other(5)));
    assert_eq!(sequential, (ms(10_000), tally(20, 0)));
    let unlimited = told(record(calls::all_at_once_wrong(5)));
    assert_eq!(unlimited, (ms(500), tally(5, 15)));
    let limited = told(record(calls::limited(5, 5)));
    assert_eq!(limited, (ms(2000), tally(20, 0)));
}

#[test]
fn calls_limited_above_what_the_server_has_are_refused_again() {
    let Tally { answered, refused } = virtual_time(calls::limited(5, 6)).unwrap();
    assert_eq!(answered + refused, 20);
    assert!(refused > 0);
    assert_eq!(virtual_time(calls::limited(5, 0)), Err(InvalidLimit::Zero));
    assert_eq!(virtual_time(calls::limited(0, 5)), Err(InvalidLimit::Zero));
}

#[test]
fn calls_are_never_refused_where_the_sender_keeps_the_limit_too() {
    on_both_runtimes(|| async {
        let (places, permits) = (Arc::new(Semaphore::new(5)), Arc::new(Semaphore::new(5)));
        let calls = (0..200).map(|_| {
            let (places, permits) = (Arc::clone(&places), Arc::clone(&permits));
            async move {
                let _permit = permits.acquire().await.expect("nobody closes it");
                let Ok(_place) = places.try_acquire() else {
                    return false;
                };
                yield_now().await;
                true
            }
        });
        let answered = calls.collect::<JoinSet<_>>().join_all().await;
        assert_eq!(answered, [true; 200]);
    });
}

#[test]
fn downloads_each_end_in_exactly_one_outcome() {
    let pictures: Vec<u32> = (1..=20).collect();
    let bar = ProgressBar::hidden();
    let recording = record(download_all(&pictures, 5, 2 * SECOND, &bar));
    let outcomes = recording.value.unwrap();
    for (picture, outcome) in pictures.iter().zip(&outcomes) {
        match picture {
            7 | 14 => assert_eq!(*outcome, Outcome::Failed { status: 404 }),
            11 => assert_eq!(*outcome, Outcome::Error(NoAnswer::Reset)),
            18 => assert_eq!(*outcome, Outcome::Error(NoAnswer::TimedOut(2 * SECOND))),
            _ => assert!(matches!(outcome, Outcome::Done { .. })),
        }
    }
    let totals = Totals::of(&outcomes);
    assert_eq!((totals.done, totals.failed, totals.errors), (16, 2, 2));
    assert_eq!(outcomes.len(), pictures.len());
    assert_eq!(bar.position(), 20);
    assert!(bar.is_finished());
    assert_eq!(recording.events.last().unwrap().text, totals.to_string());
}

#[test]
fn downloads_are_never_more_than_five_and_never_fewer_without_need() {
    let pictures: Vec<u32> = (1..=20).collect();
    let bar = ProgressBar::hidden();
    let recording = record(download_all(&pictures, 5, 2 * SECOND, &bar));
    // A download has begun when its lane is polled with a permit: the first five at once, every
    // other at the very moment at which another one ends.
    let mut ends: Vec<_> = ends(&recording).into_iter().flatten().collect();
    ends.sort();
    let begins = recording.lanes.iter().enumerate().map(|(place, lane)| {
        let with_permit = usize::from(place >= 5);
        lane.runs[with_permit].from
    });
    let mut begins: Vec<_> = begins.collect();
    begins.sort();
    assert_eq!(begins[..5], [ms(0); 5]);
    assert_eq!(begins[5..], ends[..15]);
    assert_eq!(recording.elapsed, ms(5200));
}

#[test]
fn downloads_give_up_at_once_on_a_senseless_limit() {
    let bar = ProgressBar::hidden();
    let refused = virtual_time(download_all(&[1], 0, SECOND, &bar));
    assert_eq!(refused, Err(InvalidLimit::Zero));
}

#[test]
fn downloads_bear_a_patience_without_end() {
    let bar = ProgressBar::hidden();
    let outcomes = virtual_time(download_all(&[1], 1, Duration::MAX, &bar)).unwrap();
    assert!(matches!(outcomes[..], [Outcome::Done { .. }]));
    let nothing = virtual_time(download_all(&[], 1, SECOND, &ProgressBar::hidden()));
    assert_eq!(nothing, Ok(vec![]));
}

#[test]
fn pool_serves_eight_requests_over_three_connections() {
    let pool = Pool::open(3).unwrap();
    let recording = record(eight_requests(&pool));
    assert_eq!(recording.elapsed, 3 * SECOND);
    let mut waves = [[0; 3]; 3];
    for (index, event) in recording.events.iter().enumerate() {
        let number = event.text.strip_prefix("on connection ").unwrap();
        waves[index / 3][index % 3] = number.parse().unwrap();
        assert_eq!(event.at.as_secs(), index as u64 / 3);
    }
    for wave in &mut waves {
        wave.sort_unstable();
    }
    // Never a fourth, and never one twice at the same time.
    assert_eq!(waves, [[1, 2, 3], [1, 2, 3], [0, 1, 2]]);
    assert_eq!(pool.idle(), 3);
}

#[test]
fn pool_gets_its_connection_back_whichever_way_the_borrower_ends() {
    virtual_time(async {
        let pool = Pool::open(1).unwrap();
        let borrow = async |then: Duration| {
            let connection = pool.get().await;
            sleep(then).await;
            assert_eq!(connection.number, 1);
        };
        borrow(SECOND).await;
        assert!(timeout(ms(1), borrow(SECOND)).await.is_err(), "cancelled");
        let panics = async {
            let _connection = pool.get().await;
            std::panic::panic_any("disk on fire");
        };
        let panicked = std::panic::AssertUnwindSafe(panics).catch_unwind().await;
        assert!(panicked.is_err());
        assert_eq!(pool.idle(), 1);

        // Whoever gives up in line leaves the line in order.
        let lent = pool.get().await;
        assert!(timeout(ms(1), pool.get()).await.is_err());
        drop(lent);
        assert_eq!(pool.get().await.number, 1);
    });
    assert_eq!(Pool::open(0).map(|_| ()).unwrap_err(), InvalidLimit::Zero);
}

fn four_a_second() -> TokenBucket {
    TokenBucket::new(4, SECOND, 1).unwrap()
}

#[test]
fn rate_four_at_a_time_is_as_fast_as_the_server() {
    let fast = record(by_concurrency(4, ms(100)));
    assert_eq!(most_in_a_second(&fast.when("sent")), 8);
    assert_eq!(most_in_flight(&fast), 4);
    assert_eq!(fast.elapsed, ms(200));
    let slow = record(by_concurrency(4, 2 * SECOND));
    assert_eq!(most_in_a_second(&slow.when("sent")), 4);
    assert_eq!(most_in_flight(&slow), 4);
    assert_eq!(slow.elapsed, ms(4000));
}

#[test]
fn rate_four_a_second_is_as_crowded_as_the_server_is_slow() {
    let fast = record(async { by_rate(&four_a_second(), ms(100)).await });
    assert_eq!(most_in_a_second(&fast.when("sent")), 4);
    assert_eq!(most_in_flight(&fast), 1);
    assert_eq!(fast.elapsed, ms(1850));
    let slow = record(async { by_rate(&four_a_second(), 2 * SECOND).await });
    assert_eq!(most_in_a_second(&slow.when("sent")), 4);
    assert_eq!(most_in_flight(&slow), 8);
    assert_eq!(slow.elapsed, ms(3750));
}

#[test]
fn rate_and_concurrency_hold_together() {
    let slow = record(async { by_both(4, &four_a_second(), 2 * SECOND).await });
    assert_eq!(most_in_a_second(&slow.when("sent")), 4);
    assert_eq!(most_in_flight(&slow), 4);
    assert_eq!(slow.elapsed, ms(4750));
    let fast = record(async { by_both(4, &four_a_second(), ms(100)).await });
    assert_eq!(most_in_a_second(&fast.when("sent")), 4);
    assert_eq!(most_in_flight(&fast), 1);
    let refused = record(async { by_both(0, &four_a_second(), SECOND).await });
    assert_eq!(refused.value, Err(InvalidLimit::Zero));
}

/// When each of the ten calls of a rush was sent, in milliseconds, and how many in any second.
fn rush<T>(recording: &Recording<T>) -> (Vec<u128>, usize) {
    let sent = recording.when("sent");
    let times = sent.iter().map(Duration::as_millis).collect();
    (times, most_in_a_second(&sent))
}

/// Twelve calls want four a second, and all permits come back at three seconds.
#[test]
fn rate_tokens_taken_before_the_permit_are_spent_together() {
    let sent = |token_first: bool| {
        let recording = record(async move {
            let (permits, bucket) = (Semaphore::new(6), four_a_second());
            let server_answers = Instant::now() + 3 * SECOND;
            join_all((0..12).map(async |_| {
                let _permit = if token_first {
                    bucket.acquire().await;
                    permits.acquire().await.unwrap()
                } else {
                    let permit = permits.acquire().await.unwrap();
                    bucket.acquire().await;
                    permit
                };
                tracing::info!("sent");
                sleep_until(server_answers).await;
            }))
            .await;
        });
        most_in_a_second(&recording.when("sent"))
    };
    assert_eq!(sent(false), 4);
    assert_eq!(sent(true), 6);
}

#[test]
fn any_second_is_not_kept_by_a_fixed_window_nor_by_a_full_bucket() {
    let times = vec![900, 900, 900, 900, 900, 1000, 1000, 1000, 1000, 1000];
    let fixed = record(any_second::by_fixed_window_wrong());
    assert_eq!(rush(&fixed), (times, 10));
    let times = vec![900, 900, 900, 900, 900, 1100, 1300, 1500, 1700, 1900];
    let bucket = record(any_second::by_bucket_wrong());
    assert_eq!(rush(&bucket), (times, 9));
}

#[test]
fn any_second_is_kept_by_a_sliding_window_and_by_an_even_pace() {
    let times = vec![900, 900, 900, 900, 900, 1900, 1900, 1900, 1900, 1900];
    let sliding = record(any_second::by_sliding_window());
    assert_eq!(rush(&sliding), (times, 5));
    let times = vec![900, 1100, 1300, 1500, 1700, 1900, 2100, 2300, 2500, 2700];
    let pace = record(any_second::by_pace());
    assert_eq!(rush(&pace), (times, 5));
}

/// Ten calls go in two rounds of five, a second apart. The first five are slow to arrive.
#[test]
fn any_second_kept_here_may_be_broken_over_there() {
    let network = async |id: u32| sleep(ms(if id <= 5 { 300 } else { 10 })).await;
    let arrivals = |recording: &Recording<_>| most_in_a_second(&recording.when("arrives"));

    let sliding = record(async {
        let window = SlidingWindow::new(5, SECOND).unwrap();
        join_all((1..=10).map(async |id| {
            window.acquire().await;
            network(id).await;
            tracing::info!("arrives");
        }))
        .await;
    });
    assert_eq!(arrivals(&sliding), 10);

    // As much longer as the way varies: 0.29 s.
    let longer = record(async {
        let window = SlidingWindow::new(5, ms(1290)).unwrap();
        join_all((1..=10).map(async |id| {
            window.acquire().await;
            network(id).await;
            tracing::info!("arrives");
        }))
        .await;
    });
    assert_eq!(arrivals(&longer), 5);

    // A place that is free a second after the answer, not after the question.
    let places = record(async {
        let places = Semaphore::new(5);
        join_all((1..=10).map(async |id| {
            let _place = places.acquire().await.unwrap();
            network(id).await;
            tracing::info!("arrives");
            network(id).await;
            sleep(SECOND).await;
        }))
        .await;
    });
    assert_eq!(arrivals(&places), 5);

    // The same, but whoever calls gives up after 0.1 s. What was sent arrives.
    let given_up = record(async {
        let places = Semaphore::new(5);
        join_all((1..=10).map(async |_| {
            let place = places.acquire().await.unwrap();
            let arrives = async {
                network(1).await;
                tracing::info!("arrives");
            };
            let answer = async {
                let _place = place;
                sleep(2 * SECOND).await;
            };
            assert!(join!(arrives, timeout(ms(100), answer)).1.is_err());
        }))
        .await;
    });
    assert_eq!(arrivals(&given_up), 10);
}

#[test]
fn sliding_window_and_fixed_window_without_end_panic_where_one_has_to_wait() {
    let panics = |window: fn() -> Recording<()>| std::panic::catch_unwind(window).is_err();
    assert!(panics(|| record(async {
        let window = SlidingWindow::new(1, Duration::MAX).unwrap();
        join!(window.acquire(), window.acquire());
    })));
    assert!(panics(|| record(async {
        let window = FixedWindow::new(1, Duration::MAX).unwrap();
        join!(window.acquire(), window.acquire());
    })));
}

#[test]
fn fixed_window_refuses_a_limit_of_nothing() {
    let refused = virtual_time(async { FixedWindow::new(0, SECOND).unwrap_err() });
    assert_eq!(refused, InvalidLimit::Zero);
}

#[test]
fn sliding_window_refuses_a_limit_of_nothing() {
    let refused = SlidingWindow::new(0, SECOND).unwrap_err();
    assert_eq!(refused, InvalidLimit::Zero);
}

#[test]
fn sliding_window_cancelled_while_waiting_takes_nothing_and_lets_the_next_move_up() {
    virtual_time(async {
        let window = SlidingWindow::new(1, SECOND).unwrap();
        window.acquire().await;
        let start = Instant::now();
        join!(
            biased;
            async { assert!(timeout(ms(700), window.acquire()).await.is_err()) },
            async { assert!(timeout(ms(800), window.acquire()).await.is_err()) },
            async {
                window.acquire().await;
                assert_eq!(start.elapsed(), SECOND, "moved up, and lost no time by it");
            },
        );
        // Dropped at the very moment of its turn.
        let mut waiting = tokio_test::task::spawn(window.acquire());
        assert!(waiting.poll().is_pending());
        sleep(SECOND).await;
        assert!(waiting.is_woken());
        drop(waiting);
        window.acquire().await;
        assert_eq!(start.elapsed(), 2 * SECOND, "the turn was still there");
    });
}

#[test]
fn weights_a_big_request_is_not_starved_and_holds_up_those_behind_it() {
    let recording = record(four_gigabytes());
    assert_eq!(recording.when("has 4"), [3 * SECOND]);
    let late = recording.told("job late");
    assert_eq!(late, [(2 * SECOND, "wants 1"), (4 * SECOND, "has 1")]);
    let hasty = recording.told("job hasty");
    assert_eq!(hasty, [(2 * SECOND, "not now: no permits available")]);
}

#[test]
fn weights_whoever_is_polled_first_comes_first() {
    virtual_time(async {
        let memory = Semaphore::new(0);
        let (mut called_first, mut polled_first) = (
            tokio_test::task::spawn(memory.acquire()),
            tokio_test::task::spawn(memory.acquire()),
        );
        assert!(polled_first.poll().is_pending());
        assert!(called_first.poll().is_pending());
        memory.add_permits(1);
        assert!(polled_first.is_woken() && !called_first.is_woken());
    });
}

#[test]
fn weights_a_big_request_that_gives_up_lets_the_others_pass() {
    virtual_time(async {
        let memory = Semaphore::new(4);
        let small = memory.acquire().await.unwrap();
        let start = Instant::now();
        join!(
            biased;
            async { assert!(timeout(SECOND, memory.acquire_many(4)).await.is_err()) },
            async {
                assert_eq!(memory.available_permits(), 0, "laid aside for the big one");
                let _late = memory.acquire().await.unwrap();
                assert_eq!(start.elapsed(), SECOND);
            },
        );
        drop(small);
        assert_eq!(memory.available_permits(), 4);
    });
}

#[test]
fn weights_more_than_there_is_waits_for_ever_and_so_do_all_behind_it() {
    virtual_time(async {
        let memory = Semaphore::new(4);
        let mut too_big = tokio_test::task::spawn(memory.acquire_many(5));
        assert!(too_big.poll().is_pending());
        let day = Duration::from_hours(24);
        assert!(timeout(day, memory.acquire()).await.is_err());
        assert!(too_big.poll().is_pending());
        drop(too_big);
        assert!(memory.try_acquire().is_ok());
    });
}

#[test]
fn weights_one_permit_waits_with_a_future_that_nobody_polls() {
    virtual_time(async {
        let permits = Arc::new(Semaphore::new(1));
        let held = permits.acquire().await.unwrap();
        let mut buffer = stream::iter([()])
            .map(|()| async { permits.acquire().await.is_ok() })
            .buffered(1);
        assert!(timeout(ms(1), buffer.next()).await.is_err());
        drop(held);
        let day = Duration::from_hours(24);
        assert!(timeout(day, permits.acquire()).await.is_err());
        // Another permit serves those behind it.
        permits.add_permits(1);
        for _ in 0..3 {
            assert!(permits.acquire().await.is_ok());
        }
        assert_eq!(buffer.next().await, Some(true));
    });
}

#[test]
fn closing_serves_who_has_a_permit_and_sends_home_who_waits() {
    let recording = record(closing_time());
    assert_eq!(recording.value, 4);
    assert_eq!(recording.when("sent home"), [ms(1500)]);
    assert_eq!(recording.when("served"), [1000, 1000, 2000, 2000].map(ms));
    assert_eq!(recording.elapsed, 2 * SECOND);
}

#[test]
fn closing_tells_all_who_wait_on_every_runtime() {
    on_both_runtimes(|| async {
        let counters = Arc::new(Semaphore::new(2));
        let served = counters.acquire_many(2).await.expect("still open");
        let mut waiting = JoinSet::new();
        for _ in 0..10 {
            let counters = Arc::clone(&counters);
            waiting.spawn(async move { counters.acquire().await.is_err() });
        }
        yield_now().await;
        counters.close();
        assert_eq!(waiting.join_all().await, [true; 10]);
        assert!(counters.acquire().await.is_err(), "too late");
        assert_eq!(served.num_permits(), 2, "who is served keeps the counter");
        drop(served);
        assert_eq!(counters.available_permits(), 2);
    });
}

#[test]
fn closing_seats_everybody_where_an_error_is_kept_like_a_permit() {
    let recording = record(closing_time_wrong());
    assert_eq!(recording.value, 5);
    let begun = [0, 0, 1000, 1000, 1500].map(ms);
    assert_eq!(recording.when("at the counter"), begun, "three at two");
}

#[test]
fn forgotten_permits_leave_the_rest_waiting_for_ever() {
    let recording = record(forgotten::six_jobs_wrong());
    assert!(recording.value.is_err(), "given up");
    let waiting = |lane: &&Lane| lane.outcome == stage::Outcome::Cancelled;
    let stuck: Vec<_> = recording.lanes.iter().filter(waiting).collect();
    assert_eq!(stuck.len(), 3);
    for lane in stuck {
        assert_eq!(lane.ended, Some(10 * SECOND));
        // Nothing happened between the last failure and the end of our patience.
        assert!(
            lane.runs
                .iter()
                .all(|run| run.to <= 2 * SECOND || run.from == 10 * SECOND)
        );
    }
}

#[test]
fn forgotten_permits_cannot_be_with_a_guard() {
    let recording = record(forgotten::six_jobs());
    let expected = [Ok(()), Err(DiskFull), Err(DiskFull), Ok(()), Ok(()), Ok(())];
    assert_eq!(recording.value.unwrap(), expected);
    assert_eq!(recording.elapsed, 3 * SECOND);
}

#[test]
fn forgotten_permits_cannot_be_with_a_guard_whichever_way_a_task_ends() {
    on_both_runtimes(|| async {
        let permits = Arc::new(Semaphore::new(4));
        let job = |ending: fn() -> Result<(), DiskFull>| {
            let permits = Arc::clone(&permits);
            async move {
                let _permit = permits.acquire().await.expect("nobody closes it");
                yield_now().await;
                ending()?;
                pending().await
            }
        };
        let mut jobs = JoinSet::new();
        jobs.spawn(job(|| Err(DiskFull)));
        jobs.spawn(job(|| std::panic::panic_any("disk on fire")));
        jobs.spawn(job(|| Ok(())));
        let cancelled = timeout(ms(1), job(|| Ok(()))).await;
        assert!(cancelled.is_err());
        let mut ends: Vec<Result<Result<(), DiskFull>, JoinError>> = Vec::new();
        for _ in 0..2 {
            ends.extend(jobs.join_next().await);
        }
        assert!(ends.iter().any(|end| matches!(end, Ok(Err(DiskFull)))));
        assert!(ends.iter().any(Result::is_err), "a panic");
        jobs.shutdown().await;
        assert_eq!(permits.available_permits(), 4);
    });
}

/// When each of `count` tokens was handed out.
async fn times(bucket: &TokenBucket, count: usize) -> Vec<Duration> {
    let start = Instant::now();
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        bucket.acquire().await;
        times.push(start.elapsed());
    }
    times
}

#[test]
fn token_bucket_hands_out_a_burst_then_holds_the_rate() {
    virtual_time(async {
        let bucket = TokenBucket::new(2, SECOND, 3).unwrap();
        let expected = [0, 0, 0, 500, 1000, 1500].map(ms);
        assert_eq!(times(&bucket, 6).await, expected);
    });
}

#[test]
fn token_bucket_refills_while_nobody_asks_but_never_beyond_the_burst() {
    virtual_time(async {
        let bucket = TokenBucket::new(2, SECOND, 3).unwrap();
        times(&bucket, 3).await;
        sleep(ms(1250)).await; // 2.5 tokens
        assert!(bucket.try_acquire() && bucket.try_acquire());
        assert!(!bucket.try_acquire());
        sleep(ms(250)).await; // the other half
        assert!(bucket.try_acquire());
        sleep(Duration::from_hours(1)).await;
        assert_eq!(times(&bucket, 4).await, [0, 0, 0, 500].map(ms));
    });
}

#[test]
fn token_bucket_keeps_an_uneven_rate_without_drift() {
    for (rate, burst, seconds) in [
        (3, 2, 1200),
        (7, 2, 600),
        (700, 2, 10),
        (1000, 2, 5),
        (5000, 6, 2),
    ] {
        virtual_time(async {
            let bucket = TokenBucket::new(rate, SECOND, burst).unwrap();
            let start = Instant::now();
            for _ in 0..burst + rate * seconds {
                bucket.acquire().await;
            }
            assert_eq!(start.elapsed(), SECOND * seconds, "{rate} a second");
        });
    }
}

#[test]
fn token_bucket_with_a_burst_of_one_rounds_the_gap_up_to_milliseconds() {
    virtual_time(async {
        let bucket = TokenBucket::new(3, SECOND, 1).unwrap();
        assert_eq!(times(&bucket, 4).await, [0, 334, 668, 1002].map(ms));
    });
}

#[test]
fn token_bucket_serves_in_order_of_arrival() {
    virtual_time(async {
        let bucket = TokenBucket::new(1, SECOND, 3).unwrap();
        assert_eq!(times(&bucket, 3).await, [ms(0); 3]);
        let start = Instant::now();
        let served = RefCell::new(Vec::new());
        let ask = async |name, count| {
            bucket.acquire_many(count).await.unwrap();
            served.borrow_mut().push((name, start.elapsed().as_secs()));
        };
        // The big request is neither overtaken nor starved by the small ones behind it.
        join!(biased; ask("small", 1), ask("big", 3), ask("late", 1), async {
            sleep(ms(2500)).await;
            assert!(!bucket.try_acquire(), "1.5 tokens, but others are ahead");
            ask("latest", 1).await;
        });
        let expected = [("small", 1), ("big", 4), ("late", 5), ("latest", 6)];
        assert_eq!(served.into_inner(), expected);
    });
}

#[test]
fn token_bucket_cancelled_while_waiting_takes_nothing_and_returns_nothing() {
    virtual_time(async {
        let bucket = TokenBucket::new(1, SECOND, 2).unwrap();
        times(&bucket, 2).await;
        let start = Instant::now();
        join!(
            biased;
            // First in line, and the one behind: both give up before their token is there.
            async { assert!(timeout(ms(700), bucket.acquire()).await.is_err()) },
            async { assert!(timeout(ms(800), bucket.acquire_many(2)).await.is_err()) },
            async {
                bucket.acquire().await;
                assert_eq!(start.elapsed(), SECOND, "moved up, and lost no time by it");
            },
        );
        assert!(!bucket.try_acquire());
        bucket.acquire().await;
        assert_eq!(start.elapsed(), 2 * SECOND);
    });
}

#[test]
fn token_bucket_dropped_at_the_moment_of_its_token_leaves_it_there() {
    virtual_time(async {
        let bucket = TokenBucket::new(1, SECOND, 1).unwrap();
        bucket.acquire().await;
        let mut waiting = tokio_test::task::spawn(bucket.acquire());
        assert!(waiting.poll().is_pending());
        sleep(SECOND).await;
        assert!(waiting.is_woken());
        drop(waiting);
        assert!(bucket.try_acquire());
    });
}

#[test]
fn token_bucket_bears_a_hundred_thousand_waiters() {
    const WAITERS: u32 = 100_000;
    virtual_time(async {
        let bucket = TokenBucket::new(50_000, SECOND, 100).unwrap();
        let start = Instant::now();
        let polls = Cell::new(0);
        let served = RefCell::new(Vec::new());
        join_all((0..WAITERS).map(|number| {
            let (bucket, polls, served) = (&bucket, &polls, &served);
            async move {
                let mut acquire = pin!(bucket.acquire());
                poll_fn(|context| {
                    polls.set(polls.get() + 1);
                    acquire.as_mut().poll(context)
                })
                .await;
                served.borrow_mut().push(number);
            }
        }))
        .await;
        assert_eq!(start.elapsed(), ms(1998), "the first 100 were there");
        assert!(served.into_inner().is_sorted());
        // Once to get in line, once to be first, once to be awoken by the clock.
        assert!(polls.get() <= 3 * WAITERS, "{} polls", polls.get());
    });
}

#[test]
fn token_bucket_refuses_what_could_only_hang() {
    let new = |rate, period, burst| TokenBucket::new(rate, period, burst).map(|_| ());
    assert_eq!(new(0, SECOND, 1), Err(InvalidBucket::NoRate));
    assert_eq!(new(1, Duration::ZERO, 1), Err(InvalidBucket::NoPeriod));
    assert_eq!(new(1, SECOND, 0), Err(InvalidBucket::NoBurst));
    let too_slow = new(1, Duration::MAX, u32::MAX).unwrap_err();
    assert!(matches!(too_slow, InvalidBucket::TooSlow { .. }));
    assert!(too_slow.to_string().contains("584 years"));
    assert_eq!(new(u32::MAX, Duration::from_nanos(1), u32::MAX), Ok(()));
    assert_eq!(new(1, Duration::from_nanos(u64::MAX), 1), Ok(()));

    virtual_time(async {
        let bucket = TokenBucket::new(1, SECOND, 5).unwrap();
        let (asked, burst) = (6, 5);
        let refused = bucket.acquire_many(asked).await;
        assert_eq!(refused, Err(MoreThanBurst { asked, burst }));
        assert_eq!(bucket.acquire_many(0).await, Ok(()));
        assert_eq!(bucket.acquire_many(5).await, Ok(()), "nothing was taken");
    });
}

#[test]
fn token_bucket_waits_for_centuries_without_overflow() {
    virtual_time(async {
        let bucket = TokenBucket::new(1, Duration::from_nanos(u64::MAX), 1).unwrap();
        bucket.acquire().await;
        let year = Duration::from_hours(365 * 24);
        assert!(timeout(year, bucket.acquire()).await.is_err());
    });
}
