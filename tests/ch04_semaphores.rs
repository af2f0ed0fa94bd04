//! Chapter 4: how "many" is kept from being too many.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::pin,
    time::Duration,
};

use ch04_semaphores::{
    calls::{self, Tally},
    closing::closing_time,
    downloads::{NoAnswer, Outcome, Totals, download_all},
    fixed_window,
    forgotten::{self, DiskFull},
    permits::{InvalidLimit, permits},
    pool::{Pool, eight_requests},
    rate::{by_both, by_concurrency, by_rate},
    token_bucket::{InvalidBucket, MoreThanBurst, TokenBucket},
    waves,
    weights::four_gigabytes,
};
use futures::{FutureExt, future::join_all};
use indicatif::ProgressBar;
use stage::{self, Lane, Recording, record, virtual_time};
use tokio::{
    join,
    sync::Semaphore,
    time::{Instant, sleep, timeout},
};

const SECOND: Duration = Duration::from_secs(1);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// When each of these words was said, in order.
fn said<T>(recording: &Recording<T>, text: &str) -> Vec<Duration> {
    let events = recording.events.iter();
    events
        .filter(|event| event.text == text)
        .map(|event| event.at)
        .collect()
}

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
    assert_eq!(said(&recording, "working"), starts);
    assert_eq!(ends(&recording), starts.map(|start| Some(start + SECOND)));
}

#[test]
fn waves_a_permit_dropped_at_once_limits_nothing() {
    let recording = record(waves::ten_jobs_wrong(3));
    assert_eq!(recording.elapsed, SECOND);
    assert_eq!(said(&recording, "working"), [ms(0); 10]);
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
    assert_eq!(most_in_a_second(&said(&fast, "sent")), 8);
    assert_eq!(most_in_flight(&fast), 4);
    assert_eq!(fast.elapsed, ms(200));
    let slow = record(by_concurrency(4, 2 * SECOND));
    assert_eq!(most_in_a_second(&said(&slow, "sent")), 4);
    assert_eq!(most_in_flight(&slow), 4);
    assert_eq!(slow.elapsed, ms(4000));
}

#[test]
fn rate_four_a_second_is_as_crowded_as_the_server_is_slow() {
    let fast = record(async { by_rate(&four_a_second(), ms(100)).await });
    assert_eq!(most_in_a_second(&said(&fast, "sent")), 4);
    assert_eq!(most_in_flight(&fast), 1);
    assert_eq!(fast.elapsed, ms(1850));
    let slow = record(async { by_rate(&four_a_second(), 2 * SECOND).await });
    assert_eq!(most_in_a_second(&said(&slow, "sent")), 4);
    assert_eq!(most_in_flight(&slow), 8);
    assert_eq!(slow.elapsed, ms(3750));
}

#[test]
fn rate_and_concurrency_hold_together() {
    let slow = record(async { by_both(4, &four_a_second(), 2 * SECOND).await });
    assert_eq!(most_in_a_second(&said(&slow, "sent")), 4);
    assert_eq!(most_in_flight(&slow), 4);
    assert_eq!(slow.elapsed, ms(4750));
    let refused = record(async { by_both(0, &four_a_second(), SECOND).await });
    assert_eq!(refused.value, Err(InvalidLimit::Zero));
}

#[test]
fn fixed_window_lets_twice_the_rate_through_at_its_edge() {
    let calls = said(&record(fixed_window::rush_wrong()), "sent");
    assert_eq!(
        calls,
        [900, 900, 900, 900, 900, 1000, 1000, 1000, 1000, 1000].map(ms)
    );
    assert_eq!(most_in_a_second(&calls), 10);
}

#[test]
fn fixed_window_replaced_by_a_bucket_keeps_five_and_then_one_at_a_time() {
    let calls = said(&record(fixed_window::rush_by_bucket()), "sent");
    assert_eq!(
        calls,
        [900, 900, 900, 900, 900, 1100, 1300, 1500, 1700, 1900].map(ms)
    );
}

#[test]
fn weights_a_big_request_is_not_starved_and_holds_up_those_behind_it() {
    let recording = record(four_gigabytes());
    assert_eq!(said(&recording, "has 4"), [3 * SECOND]);
    let late = recording.told("job late");
    assert_eq!(late, [(2 * SECOND, "wants 1"), (4 * SECOND, "has 1")]);
    let hasty = recording.told("job hasty");
    assert_eq!(hasty, [(2 * SECOND, "not now: no permits available")]);
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
fn closing_serves_who_has_a_permit_and_sends_home_who_waits() {
    let recording = record(closing_time());
    assert_eq!(recording.value, 4);
    assert_eq!(said(&recording, "sent home"), [ms(1500)]);
    assert_eq!(said(&recording, "served"), [1000, 1000, 2000, 2000].map(ms));
    assert_eq!(recording.elapsed, 2 * SECOND);
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
