//! Chapter 4: how "many" is kept from being too many.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    pin::pin,
    time::Duration,
};

use async_workbook::{
    ch04_semaphores::token_bucket::{InvalidBucket, MoreThanBurst, TokenBucket},
    stage::virtual_time,
};
use futures::future::join_all;
use proptest::prelude::*;
use tokio::{
    join,
    time::{Instant, sleep, timeout},
};

const SECOND: Duration = Duration::from_secs(1);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whoever asks when, for how many, and gives up when: between any two moments no more than
    /// the burst and what dripped in meanwhile.
    #[test]
    fn token_bucket_holds_over_any_window(
        rate in 1_u32..2000,
        period_in_ms in 1_u64..1500,
        burst in 1_u32..12,
        askers in prop::collection::vec((0_u64..3000, 1_u32..5, 0_u64..3000), 1..60),
    ) {
        let taken = virtual_time(async {
            let bucket = TokenBucket::new(rate, ms(period_in_ms), burst).unwrap();
            let start = Instant::now();
            let taken = RefCell::new(Vec::new());
            join_all(askers.iter().map(|&(at, count, patience)| {
                let (bucket, taken) = (&bucket, &taken);
                let count = count.min(burst);
                async move {
                    sleep(ms(at)).await;
                    if timeout(ms(patience), bucket.acquire_many(count)).await.is_ok() {
                        taken.borrow_mut().push((start.elapsed().as_nanos(), u128::from(count)));
                    }
                }
            }))
            .await;
            taken.into_inner()
        });
        let token = ms(period_in_ms).as_nanos();
        for (from, &(begin, _)) in taken.iter().enumerate() {
            let mut inside = 0;
            for &(end, count) in &taken[from..] {
                inside += count;
                let allowed = token * u128::from(burst) + (end - begin) * u128::from(rate);
                prop_assert!(inside * token <= allowed);
            }
        }
    }
}
