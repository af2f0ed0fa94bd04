//! Chapter 10: what it says about failure, proved.

use std::{
    future::{pending, ready},
    io,
    panic::catch_unwind,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use backon::{BackoffBuilder, ExponentialBuilder};
use ch10_failure::{
    aimd::Aimd,
    breaker::{everybody_asks_wrong, with_a_breaker},
    budget::Budget,
    bulkhead,
    cache::{self, Closed, Market, Statistics, counted, for_two, one_flight},
    chart,
    circuit::{Breaker, NoAnswer, Refused, State, guarded},
    curve,
    deadline::{self, Deadline, Page, Shelf, TooLate},
    finally::{self, MEALS, Meal},
    groups::{in_one_task_wrong, supervised},
    hedge::{Thousand, asks_another, hedged, thousand, waits},
    kinds::{Again, OrderError},
    layers::{self, Further},
    overload::{Door, Outcomes, minute},
    payment::{
        Bank, Key, Line, Order, Receipt, Unpaid, if_still_wanted, told, twice_wrong, with_a_key,
    },
    retry::{
        Backoff, GaveUp, PATIENT, StockError, Warehouse, at_once_wrong, patiently, retry,
        with_backon,
    },
    stale::Prices,
    storm::{self, Load, Manners},
};
use futures::{
    FutureExt,
    future::{join, join_all},
};
use moka::future::Cache;
use rand::{SeedableRng, rngs::StdRng};
use stage::{Outcome, ms, on_both_runtimes, record, virtual_time};
use tokio::{
    sync::{Semaphore, oneshot},
    task::JoinSet,
    time::{Instant, sleep, timeout},
};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

// Once more

#[test]
fn retry_at_once_is_over_before_anything_has_changed() {
    let asked = record(async { at_once_wrong(&Warehouse::busy_for(s(2)), "teapot").await });
    assert_eq!(asked.value, Err(StockError::Busy));
    assert_eq!((asked.lanes.len(), asked.elapsed), (5, ms(250)));
    // Nor does it notice that there is no hope.
    let asked = record(async { at_once_wrong(&Warehouse::busy_for(s(0)), "unicorn").await });
    assert_eq!(
        (asked.value, asked.lanes.len()),
        (Err(StockError::NoSuchItem), 5)
    );
}

#[test]
fn retry_with_pauses_outlasts_the_trouble() {
    let asked = record(async { patiently(&Warehouse::busy_for(s(2)), "teapot").await });
    assert_eq!(asked.value, Ok(12));
    assert_eq!((asked.lanes.len(), asked.elapsed), (6, ms(3649)));
    for (failures, pair) in (1..).zip(asked.lanes.windows(2)) {
        let pause = pair[1].created.abs_diff(pair[0].ended.unwrap());
        assert!(
            pause <= PATIENT.ceiling(failures) + ms(1),
            "{failures}: {pause:?}"
        );
    }
}

#[test]
fn retry_gives_up_with_the_last_error_and_the_count() {
    let asked =
        |busy, item| virtual_time(async move { patiently(&Warehouse::busy_for(busy), item).await });
    let last = StockError::Busy;
    assert_eq!(asked(s(60), "teapot"), Err(GaveUp { tries: 6, last }));
    let last = StockError::NoSuchItem;
    assert_eq!(asked(s(0), "unicorn"), Err(GaveUp { tries: 1, last }));
    let error = GaveUp {
        tries: 6,
        last: StockError::Busy,
    };
    assert_eq!(error.to_string(), "gave up at try 6: busy");
    assert!(std::error::Error::source(&error).is_none());
    // The first try is always made.
    let none = Backoff {
        tries: 0,
        ..PATIENT
    };
    let mut rng = StdRng::seed_from_u64(1);
    let last = "no";
    let tried = retry(none, &mut rng, |_| true, || ready(Err::<(), _>(last)));
    assert_eq!(virtual_time(tried), Err(GaveUp { tries: 1, last }));
}

#[test]
fn retry_that_is_dropped_tries_no_more() {
    let asked = record(async {
        let warehouse = Warehouse::busy_for(s(60));
        let given_up = timeout(s(1), patiently(&warehouse, "teapot")).await;
        sleep(s(60)).await;
        given_up.is_err()
    });
    assert!(asked.value);
    assert!(asked.lanes.iter().all(|lane| lane.ended.unwrap() <= s(1)));
}

/// A passing error, a lasting one, and success; the number of tries has a limit.
#[test]
fn retry_tries_only_what_may_pass_and_so_often() {
    on_both_runtimes(|| async {
        let backoff = Backoff {
            first: ms(1),
            longest: ms(2),
            tries: 4,
        };
        let mut rng = StdRng::seed_from_u64(1);
        let tried = AtomicU32::new(0);
        let next = || tried.fetch_add(1, Relaxed) + 1;
        let last = retry(backoff, &mut rng, |_| true, || ready(Err::<(), _>(next()))).await;
        assert_eq!(last, Err(GaveUp { tries: 4, last: 4 }));
        let last = retry(
            backoff,
            &mut rng,
            |&n| n < 6,
            || ready(Err::<(), _>(next())),
        )
        .await;
        assert_eq!(last, Err(GaveUp { tries: 2, last: 6 }));
        let good = || ready(if next() < 9 { Err(()) } else { Ok("done") });
        assert_eq!(retry(backoff, &mut rng, |()| true, good).await, Ok("done"));
        assert_eq!(tried.into_inner(), 9);
        for failures in [1, 2, 40, u32::MAX] {
            for _ in 0..100 {
                let pause = backoff.pause(failures, &mut rng);
                assert!(pause <= backoff.ceiling(failures) && pause <= backoff.longest);
            }
        }
    });
}

/// Backon's jitter comes on top: a pause is never shorter than without it, and may exceed `max_delay`.
#[test]
fn retry_with_backon_pauses_at_least_as_long_as_without_jitter() {
    let asked = record(async { with_backon(&Warehouse::busy_for(s(2)), "teapot").await });
    assert_eq!(asked.value, Ok(12));
    let pauses = asked
        .lanes
        .windows(2)
        .map(|pair| pair[1].created.abs_diff(pair[0].ended.unwrap()));
    for (pause, least) in pauses.zip([ms(500), s(1), s(2)]) {
        assert!((least..=least * 2 + ms(1)).contains(&pause), "{pause:?}");
    }
    for seed in 0..100 {
        let pauses = ExponentialBuilder::new()
            .with_jitter()
            .with_jitter_seed(seed)
            .build();
        for (pause, least) in pauses.zip([1, 2, 4]) {
            assert!((s(least)..s(2 * least)).contains(&pause), "{pause:?}");
        }
    }
    let longest = (0..100).filter_map(|seed| {
        let pauses = ExponentialBuilder::new()
            .with_max_delay(s(4))
            .with_max_times(5)
            .with_jitter()
            .with_jitter_seed(seed);
        pauses.build().max()
    });
    let longest = longest.max().unwrap();
    assert!(longest > s(7) && longest <= s(8), "{longest:?}");
    // Six tries, as it counts retries.
    let asked = record(async { with_backon(&Warehouse::busy_for(s(60)), "teapot").await });
    assert_eq!((asked.value, asked.lanes.len()), (Err(StockError::Busy), 6));
    let asked = record(async { with_backon(&Warehouse::busy_for(s(0)), "unicorn").await });
    assert_eq!(
        (asked.value, asked.lanes.len()),
        (Err(StockError::NoSuchItem), 1)
    );
}

#[test]
fn curve_doubles_up_to_the_longest_and_fills_what_is_below() {
    let ceilings: Vec<_> = (1..=6).map(|failures| PATIENT.ceiling(failures)).collect();
    assert_eq!(ceilings, [ms(500), s(1), s(2), s(4), s(4), s(4)]);
    let mut rng = StdRng::seed_from_u64(3);
    let pauses: Vec<_> = (0..10_000).map(|_| PATIENT.pause(3, &mut rng)).collect();
    for quarter in 0..4 {
        let from = ms(500) * quarter;
        let here = pauses
            .iter()
            .filter(|&&pause| pause >= from && pause < from + ms(500));
        assert!(
            (2_300..2_700).contains(&here.count()),
            "each part is as likely"
        );
    }
    let drawn = record(async { curve::draw(PATIENT, ms(125)) });
    let ends: Vec<_> = drawn
        .said()
        .iter()
        .map(|line| line.split("│ ").last().map(str::to_owned))
        .collect();
    let expected = [
        "at most 500ms",
        "at most 1s",
        "at most 2s",
        "at most 4s",
        "at most 4s",
    ];
    assert_eq!(ends, expected.map(|end| Some(end.to_owned())));
}

const PAID: Result<Receipt, Unpaid> = Ok(Receipt(1));

#[test]
fn payment_is_made_twice_without_a_key() {
    let bank = Bank::behind(Line::AnswerLost);
    let paid = record(told(&bank, twice_wrong(&bank, 30)));
    assert_eq!((paid.value, bank.taken()), (Ok(Receipt(2)), 60));
    assert_eq!(paid.elapsed, s(4));
}

#[test]
fn payment_is_made_once_with_a_key() {
    for line in [Line::Good, Line::RequestLost, Line::AnswerLost] {
        let bank = Bank::behind(line);
        let paid = record(told(&bank, with_a_key(&bank, Key(7), 30)));
        assert_eq!((paid.value, bank.taken()), (PAID, 30), "{line:?}");
        assert_eq!(paid.elapsed, if line == Line::Good { s(1) } else { s(4) });
        // The same key for another sum is a mistake, and another key is another payment.
        virtual_time(async {
            assert_eq!(
                bank.pay(Some(Key(7)), 31).await,
                Err(Unpaid::AnotherPayment)
            );
            assert_eq!(bank.pay(Some(Key(8)), 30).await, Ok(Receipt(2)));
        });
        assert_eq!(bank.taken(), 60);
    }
}

#[test]
fn payment_with_a_key_is_made_for_an_order_that_is_cancelled() {
    for line in [Line::RequestLost, Line::AnswerLost] {
        let (bank, order) = (Bank::behind(line), Order::default());
        let paid = virtual_time(async {
            join(with_a_key(&bank, Key(7), 30), order.cancel_after(ms(2500)))
                .await
                .0
        });
        assert_eq!((paid, bank.taken()), (PAID, 30), "{line:?}");
    }
}

#[test]
fn payment_that_is_no_longer_wanted_is_undone() {
    for line in [Line::RequestLost, Line::AnswerLost] {
        let (bank, order) = (Bank::behind(line), Order::default());
        let paid = record(async {
            let paying = if_still_wanted(&bank, &order, Key(7), 30);
            let paid = join(paying, order.cancel_after(ms(2500))).await.0;
            // A request that was under way all the time comes too late.
            assert_eq!(bank.pay(Some(Key(7)), 30).await, Err(Unpaid::Cancelled));
            paid
        });
        assert_eq!(
            (paid.value, bank.taken()),
            (Err(Unpaid::Cancelled), 0),
            "{line:?}"
        );
        assert_eq!(paid.elapsed, s(5));
    }
    let (bank, order) = (Bank::behind(Line::AnswerLost), Order::default());
    let paid = virtual_time(if_still_wanted(&bank, &order, Key(7), 30));
    assert_eq!((paid, bank.taken()), (PAID, 30));
}

/// The order is looked at before each try, and not again when the answer is there.
#[test]
fn payment_may_be_made_for_an_order_that_is_cancelled_during_a_try() {
    for (line, at) in [(Line::Good, ms(500)), (Line::RequestLost, ms(3500))] {
        let (bank, order) = (Bank::behind(line), Order::default());
        let paying = if_still_wanted(&bank, &order, Key(7), 30);
        let (paid, ()) = virtual_time(join(paying, order.cancel_after(at)));
        assert_eq!((paid, bank.taken()), (PAID, 30), "{line:?}");
        assert!(order.is_cancelled());
    }
}

/// On a busy machine more tries than these may be too late; whatever happens, the books must be right.
#[test]
fn payment_is_tried_again_with_its_key_and_only_if_it_is_wanted() {
    async fn pays(line: Line) {
        let bank = Bank::behind(line).taking(ms(50));
        let paid = with_a_key(&bank, Key(7), 30).await;
        assert!([PAID, Err(Unpaid::NoAnswer)].contains(&paid));
        assert_eq!(bank.taken(), 30);
    }
    async fn cancels(line: Line) {
        let (bank, order) = (Bank::behind(line).taking(ms(50)), Order::default());
        let paying = if_still_wanted(&bank, &order, Key(7), 30);
        let (paid, ()) = join(paying, order.cancel_after(ms(5))).await;
        match paid {
            Ok(receipt) => assert_eq!((receipt, bank.taken()), (Receipt(1), 30)),
            Err(error) => assert_eq!((error, bank.taken()), (Unpaid::Cancelled, 0)),
        }
    }
    on_both_runtimes(|| async {
        let lines = [Line::Good, Line::RequestLost, Line::AnswerLost];
        let (paid, cancelled) = (lines.map(pays), lines.map(cancels));
        join(join_all(paid), join_all(cancelled)).await;
    });
}

fn stormy(manners: Manners) -> Load {
    virtual_time(storm::minute(manners))
}

#[test]
fn storm_comes_back_in_waves_without_jitter() {
    let load = stormy(Manners::Doubling);
    assert_eq!(load.calls[..10], [10; 10]);
    let waves: Vec<_> = (10..46).filter(|&second| load.calls[second] > 50).collect();
    assert_eq!(waves, [10, 11, 13, 17, 25, 33, 41]);
    assert_eq!(
        (load.in_vain(), load.peak(), load.all_back),
        (400, 100, None)
    );
}

#[test]
fn storm_is_spread_by_jitter_but_no_smaller() {
    let load = stormy(Manners::Jitter);
    // More than the picture is high.
    assert_eq!(load.calls[10], 234);
    assert_eq!(
        (load.in_vain(), load.peak(), load.all_back),
        (544, 29, Some(30))
    );
}

#[test]
fn storm_is_no_storm_with_a_budget() {
    let load = stormy(Manners::Budget);
    assert_eq!(
        (load.in_vain(), load.peak(), load.all_back),
        (253, 12, Some(29))
    );
    // A hundred first tries at once and a hundred at their times at most; twenty retries were saved up, and
    // a fifth more comes with the first tries.
    assert!(load.in_vain() <= 200 + 20 + 40);
}

#[test]
fn storm_budget_limits_retries_and_jitter_spreads_them() {
    on_both_runtimes(|| async {
        let budget = Arc::new(Budget::new(20, 10));
        let mut clients = JoinSet::new();
        for _ in 0..1_000 {
            let budget = Arc::clone(&budget);
            clients.spawn(async move {
                budget.first_try();
                (0..5).filter(|_| budget.may_retry()).count()
            });
        }
        let retries: usize = clients.join_all().await.into_iter().sum();
        assert!(retries <= 10 + 200, "{retries}");
        let mut rng = StdRng::seed_from_u64(1);
        let mut seconds = [0_u32; 8];
        for _ in 0..800 {
            let pause = PATIENT.pause(4, &mut rng);
            seconds[(pause.as_millis() / 500) as usize] += 1;
        }
        assert!(seconds.iter().all(|&retries| retries < 130), "{seconds:?}");
    });
}

// How long

const SLOW: Shelf = Shelf { takes: s(3) };
const QUICK: Shelf = Shelf { takes: ms(500) };

#[test]
fn deadline_of_nobody_adds_up() {
    let page = record(deadline::served(deadline::limits_of_their_own_wrong(&SLOW)));
    assert_eq!(
        page.value,
        Page {
            price: 1990,
            left: None
        }
    );
    assert_eq!(page.elapsed, ms(300 + 3 * 1_000 + 2 * 500));
}

#[test]
fn deadline_that_is_handed_down_is_kept() {
    for millis in [
        300, 301, 500, 1_000, 1_300, 1_799, 1_800, 1_801, 2_000, 9_999,
    ] {
        let page =
            record(async { deadline::handed_down(&SLOW, Deadline::after(ms(millis))).await });
        assert!(page.elapsed <= ms(millis), "{millis}");
        let expected = Page {
            price: 1990,
            left: None,
        };
        assert_eq!(page.value, Ok(expected), "{millis}");
    }
    let page = virtual_time(async { deadline::handed_down(&SLOW, Deadline::after(ms(299))).await });
    assert_eq!(page, Err(TooLate));
    let page = record(async { deadline::handed_down(&QUICK, Deadline::after(s(2))).await });
    assert_eq!(
        page.value,
        Ok(Page {
            price: 1990,
            left: Some(12)
        })
    );
    assert_eq!(page.elapsed, ms(800));
}

#[test]
fn deadline_that_is_over_lets_work_be_polled_once() {
    virtual_time(async {
        let deadline = Deadline::after(s(1));
        sleep(s(2)).await;
        assert_eq!(deadline.run(s(1), ready("done")).await, Ok("done"));
        let mut begun = false;
        let work = async {
            begun = true;
            sleep(ms(1)).await;
        };
        assert_eq!(deadline.run(s(1), work).await, Err(TooLate));
        assert!(begun);
    });
}

#[test]
fn deadline_in_a_task_local_is_not_known_to_a_spawned_task() {
    on_both_runtimes(|| async {
        let deadline = Deadline::after(s(2));
        assert_eq!(
            deadline::task_local_wrong(deadline).await,
            (Some(deadline), None)
        );
    });
}

/// Three layers down, a try that may take a second ends with the whole, after 50 ms.
#[test]
fn deadline_of_the_whole_ends_every_try() {
    async fn lowest(deadline: Deadline) -> Result<(), TooLate> {
        deadline.run(s(1), sleep(s(1))).await
    }
    async fn middle(deadline: Deadline) -> Result<(), TooLate> {
        tokio::spawn(lowest(deadline)).await.unwrap()
    }
    on_both_runtimes(|| async {
        let began = Instant::now();
        assert_eq!(middle(Deadline::after(ms(50))).await, Err(TooLate));
        assert!((ms(50)..ms(900)).contains(&began.elapsed()));
        // And a try has its own limit.
        let whole = Deadline::after(s(60));
        assert_eq!(whole.run(ms(10), sleep(s(1))).await, Err(TooLate));
        assert_eq!(whole.run(s(1), async { 7 }).await, Ok(7));
        assert!(whole.left() > s(50));
    });
}

// Alone

#[test]
fn groups_in_one_task_end_together() {
    let watched = catch_unwind(|| virtual_time(in_one_task_wrong()));
    assert!(watched.is_err());
}

#[test]
fn groups_with_a_supervisor_are_none_of_each_others_business() {
    let watched = record(supervised());
    assert_eq!(
        (watched.value.as_slice(), watched.elapsed),
        (&["cooking"][..], s(9))
    );
    for group in ["watch chess", "watch cycling"] {
        assert_eq!(watched.life(group), (s(0), s(5), Outcome::Finished));
    }
    assert_eq!(watched.told("watch cycling")[2], (s(3), "no access"));
    let cooking: Vec<_> = watched
        .lanes
        .iter()
        .filter(|lane| lane.label == "watch cooking")
        .collect();
    let lives: Vec<_> = cooking
        .iter()
        .map(|lane| (lane.created, lane.ended.unwrap()))
        .collect();
    assert_eq!(lives, [(s(0), s(2)), (s(3), s(5)), (s(7), s(9))]);
    assert!(cooking.iter().all(|lane| lane.outcome == Outcome::Panicked));
}

#[test]
fn bulkhead_is_missing_and_payments_wait_for_advice() {
    assert_eq!(
        virtual_time(bulkhead::one_limit_wrong()),
        [ms(4_700), ms(3_900), ms(3_000)]
    );
}

#[test]
fn bulkhead_keeps_payments_going() {
    let opened = record(bulkhead::a_limit_for_each());
    assert_eq!(opened.value, [ms(300); 3]);
    assert_eq!(opened.elapsed, ms(15_200));
}

/// A task that panics, and one that takes all places of another limit.
#[test]
fn bulkhead_what_is_not_shared_does_not_fail_together() {
    on_both_runtimes(|| async {
        let (slow, quick) = (Arc::new(Semaphore::new(2)), Arc::new(Semaphore::new(2)));
        let (held, release) = oneshot::channel::<()>();
        let places = Arc::clone(&slow).acquire_many_owned(2).await.unwrap();
        let holder = tokio::spawn(async move {
            let _ = release.await;
            drop(places);
        });
        let panics = tokio::spawn(async { panic!("a bug") });
        let works = tokio::spawn(async move { quick.acquire().await.is_ok() });
        assert!(panics.await.is_err_and(|error| error.is_panic()));
        assert!(works.await.unwrap());
        assert!(slow.try_acquire().is_err());
        drop(held);
        holder.await.unwrap();
    });
}

// What went wrong

#[test]
fn kinds_have_three_readers() {
    let bad = "twelve"
        .parse::<u32>()
        .map_err(OrderError::BadAnswer)
        .unwrap_err();
    let nested = OrderError::BadAnswer("".parse::<u32>().unwrap_err());
    let io = |kind| OrderError::from(io::Error::from(kind));
    for (error, again, shown, logged) in [
        (
            OrderError::TooFew { wanted: 3, left: 2 },
            Again::No,
            "only 2 left",
            "2 left, 3 wanted",
        ),
        (
            OrderError::TooFew { wanted: 3, left: 0 },
            Again::No,
            "Sold out",
            "0 left, 3 wanted",
        ),
        (
            io(io::ErrorKind::ConnectionRefused),
            Again::Yes,
            "Nothing was ordered",
            "no connection to the warehouse: connection refused",
        ),
        (
            io(io::ErrorKind::ConnectionReset),
            Again::OnlyWithKey,
            "do not order again",
            "no connection to the warehouse: connection reset",
        ),
        (
            OrderError::Unconfirmed(4711),
            Again::OnlyWithKey,
            "do not order again",
            "no confirmation of order 4711",
        ),
        (
            bad,
            Again::No,
            "do not order again",
            "the answer makes no sense: invalid digit found in string",
        ),
        (
            io::Error::other(nested).into(),
            Again::OnlyWithKey,
            "do not order again",
            "no connection to the warehouse: the answer makes no sense: cannot parse integer from empty string",
        ),
    ] {
        assert_eq!((error.again(), error.logged().as_str()), (again, logged));
        assert!(error.shown().contains(shown), "{}", error.shown());
        assert!(!error.shown().contains(logged));
    }
}

/// The first try may have ordered something; the last error does not know of it.
#[test]
fn kinds_the_last_error_speaks_of_the_last_try() {
    let mut kinds = [
        io::ErrorKind::ConnectionReset,
        io::ErrorKind::ConnectionRefused,
    ]
    .into_iter();
    let order = || {
        ready(Err::<(), _>(OrderError::from(io::Error::from(
            kinds.next().unwrap(),
        ))))
    };
    let backoff = Backoff {
        tries: 2,
        ..PATIENT
    };
    let mut rng = StdRng::seed_from_u64(1);
    let is_passing = |error: &OrderError| error.again() != Again::No;
    let gave_up = virtual_time(retry(backoff, &mut rng, is_passing, order)).unwrap_err();
    assert_eq!((gave_up.tries, gave_up.last.again()), (2, Again::Yes));
    assert!(gave_up.last.shown().contains("Nothing was ordered"));
}

/// After which meals the table is cleared.
fn cleared(dinner: impl AsyncFn(Meal) -> Result<(), finally::Burnt>) -> Vec<Meal> {
    let is_cleared = |&meal: &Meal| {
        let dined = record(finally::dinner(meal, dinner(meal)));
        let ended = dined.lanes[0].ended.unwrap();
        dined.when("cleared") == [ended]
    };
    MEALS.into_iter().filter(is_cleared).collect()
}

#[test]
fn finally_is_where_it_is_written() {
    assert_eq!(cleared(finally::last_line_wrong), [Meal::Good]);
    assert_eq!(
        cleared(finally::before_the_question_mark),
        [Meal::Good, Meal::Burnt]
    );
    assert_eq!(cleared(finally::guarded), MEALS);
}

#[test]
fn finally_a_guard_is_dropped_however_it_ends() {
    struct Guard(Arc<AtomicU32>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.0.fetch_add(1, Relaxed);
        }
    }
    on_both_runtimes(|| async {
        let dropped = Arc::new(AtomicU32::new(0));
        let end = |how: u32| {
            let guard = Guard(Arc::clone(&dropped));
            tokio::spawn(async move {
                let _guard = guard;
                match how {
                    0 => Ok(()),
                    1 => Err(()),
                    2 => panic!("a bug"),
                    _ => pending().await,
                }
            })
        };
        let ends = [0, 1, 2, 3].map(end);
        tokio::task::yield_now().await;
        ends[3].abort();
        let ends = join_all(ends).await;
        assert!(
            matches!(&ends[..], [Ok(Ok(())), Ok(Err(())), Err(panic), Err(aborted)]
            if panic.is_panic() && aborted.is_cancelled())
        );
        assert_eq!(dropped.load(Relaxed), 4);
    });
}

// Not at all

fn rush(per_second: u32, work: u64, door: Door) -> Outcomes {
    let outcomes = virtual_time(minute(per_second, ms(work), door));
    let Outcomes { good, shed, late } = outcomes;
    assert_eq!(
        good + shed + late,
        60 * per_second,
        "every question has one end"
    );
    outcomes
}

#[test]
fn overload_without_a_limit_is_the_end_of_goodput() {
    assert_eq!(rush(6, 100, Door::Open).good, 360);
    let outcomes = rush(20, 100, Door::Open);
    assert!(outcomes.good < 60, "{outcomes:?}");
    assert_eq!(outcomes.shed, 0);
    // The more are asked, the fewer are answered.
    assert!(rush(40, 100, Door::Open).good <= outcomes.good);
}

#[test]
fn overload_with_a_limit_answers_as_many_as_it_can() {
    for per_second in [12, 20, 40] {
        let outcomes = rush(per_second, 100, Door::Limit(8));
        assert!(outcomes.good >= 590, "{outcomes:?}");
        assert_eq!(outcomes.late, 0);
    }
}

#[test]
fn overload_on_a_bad_day_needs_another_limit() {
    for per_second in [8, 20, 40] {
        let fixed = rush(per_second, 250, Door::Limit(8));
        assert!(fixed.good < 30, "{fixed:?}");
        let adaptive = rush(per_second, 250, Door::Adaptive);
        assert!(adaptive.good >= 210, "{adaptive:?} of 240");
        let good_day = rush(2 * per_second, 100, Door::Adaptive);
        assert!(good_day.good >= 560, "{good_day:?} of 600");
    }
}

#[test]
fn overload_aimd_goes_up_one_by_one_and_down_by_a_third() {
    let mut limit = Aimd::new(9);
    let mut seen = vec![limit.limit()];
    for _ in 0..60 {
        limit.answered(true);
        seen.push(limit.limit());
    }
    // One more after as many good answers as the limit is.
    assert_eq!(seen[..8], [1, 2, 2, 3, 3, 3, 4, 4]);
    assert_eq!(seen[60], 9);
    let down = [6, 4, 2, 1, 1].map(|_| {
        limit.answered(false);
        limit.limit()
    });
    assert_eq!(down, [6, 4, 2, 1, 1]);
}

#[test]
fn overload_a_full_door_answers_at_once() {
    on_both_runtimes(|| async {
        let places = Arc::new(Semaphore::new(3));
        let gate = Arc::new(Semaphore::new(0));
        let mut inside = JoinSet::new();
        let mut shed = 0;
        for _ in 0..10 {
            match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => {
                    let gate = Arc::clone(&gate);
                    inside.spawn(async move {
                        let _opened = gate.acquire().await;
                        drop(place);
                    });
                }
                Err(_) => shed += 1,
            }
        }
        assert_eq!((shed, inside.len()), (7, 3));
        gate.close();
        inside.join_all().await;
        assert!(places.try_acquire().is_ok());
    });
}

#[test]
fn overload_is_drawn() {
    assert_eq!(chart::bar(5, 10, 10), "█████");
    assert_eq!(
        chart::columns(&[0, 1, 50, 100, 75], 100, 2),
        ["   █▄", " ▁███"]
    );
}

/// What a breaker does when it is asked and told, second by second.
struct Test {
    breaker: Breaker,
    start: Instant,
}

impl Test {
    fn new() -> Self {
        let breaker = Breaker::new(2, s(3));
        Self {
            breaker,
            start: Instant::now(),
        }
    }

    fn at(&self, second: u64) -> Instant {
        self.start + s(second)
    }

    fn call(&mut self, second: u64, good: bool) {
        let now = self.at(second);
        let ticket = self.breaker.ask(now).expect("it lets us call");
        self.breaker.tell(ticket, good, now);
    }

    fn refuses(&mut self, second: u64) -> bool {
        let now = self.at(second);
        self.breaker.clone().ask(now) == Err(Refused)
    }
}

#[test]
fn breaker_closed_stays_closed_while_failures_are_not_in_a_row() {
    let mut test = Test::new();
    for good in [true, false, true, false, true] {
        test.call(0, good);
    }
    assert_eq!(test.breaker.state(), State::Closed { failures: 0 });
    test.call(0, false);
    assert_eq!(test.breaker.state(), State::Closed { failures: 1 });
}

#[test]
fn breaker_closed_opens_after_so_many_failures_and_refuses() {
    let mut test = Test::new();
    test.call(0, false);
    test.call(1, false);
    assert_eq!(test.breaker.state(), State::Open { until: test.at(4) });
    assert!(test.refuses(1) && test.refuses(3) && !test.refuses(4));
}

#[test]
fn breaker_open_becomes_half_open_for_one_caller() {
    let mut test = Test::new();
    test.call(0, false);
    test.call(0, false);
    let probe = test.breaker.ask(test.at(3)).unwrap();
    assert_eq!(test.breaker.state(), State::HalfOpen { until: test.at(6) });
    assert!(test.refuses(3) && test.refuses(5));
    test.breaker.tell(probe, true, test.at(5));
    assert_eq!(test.breaker.state(), State::Closed { failures: 0 });
}

#[test]
fn breaker_half_open_opens_again_after_one_failure() {
    let mut test = Test::new();
    test.call(0, false);
    test.call(0, false);
    test.call(3, false);
    assert_eq!(test.breaker.state(), State::Open { until: test.at(6) });
    test.call(6, true);
    assert_eq!(test.breaker.state(), State::Closed { failures: 0 });
}

#[test]
fn breaker_half_open_gives_up_a_caller_who_never_tells() {
    let mut test = Test::new();
    test.call(0, false);
    test.call(0, false);
    let lost = test.breaker.ask(test.at(3)).unwrap();
    assert!(test.refuses(5));
    let second = test.breaker.ask(test.at(6)).unwrap();
    // The first one is back after all, too late to say anything.
    test.breaker.tell(lost, false, test.at(7));
    let until = test.at(9);
    assert_eq!(test.breaker.state(), State::HalfOpen { until });
    test.breaker.tell(second, true, test.at(8));
    assert_eq!(test.breaker.state(), State::Closed { failures: 0 });
}

#[test]
fn breaker_does_not_listen_to_calls_of_another_era() {
    let mut test = Test::new();
    let late = [(); 4].map(|()| test.breaker.ask(test.at(0)).unwrap());
    test.call(0, false);
    test.call(0, false);
    let open = test.breaker.state();
    for (ticket, good) in late.into_iter().zip([true, false, true, false]) {
        test.breaker.tell(ticket, good, test.at(1));
        assert_eq!(test.breaker.state(), open);
    }
}

#[test]
fn breaker_that_shall_open_after_no_failure_opens_after_one() {
    let now = Instant::now();
    let mut breaker = Breaker::new(0, s(3));
    let (good, bad) = (breaker.ask(now).unwrap(), breaker.ask(now).unwrap());
    breaker.tell(good, true, now);
    assert_eq!(breaker.state(), State::Closed { failures: 0 });
    breaker.tell(bad, false, now);
    assert_eq!(breaker.state(), State::Open { until: now + s(3) });
}

/// Inside, a time-out is a failure; around the breaker, it drops a call of which nobody hears.
#[test]
fn breaker_opens_only_if_the_time_out_is_inside() {
    let hangs = || async { timeout(s(1), pending::<()>()).await.map_err(|_| "late") };
    virtual_time(async {
        let breaker = Mutex::new(Breaker::new(3, s(3)));
        for _ in 0..10 {
            let hangs = guarded(&breaker, pending::<Result<(), &str>>());
            assert!(timeout(s(1), hangs).await.is_err());
        }
        let state = breaker.lock().unwrap().state();
        assert_eq!(state, State::Closed { failures: 0 });
        for _ in 0..3 {
            let told = guarded(&breaker, hangs()).await;
            assert_eq!(told, Err(NoAnswer::Failed("late")));
        }
        let told = guarded(&breaker, hangs()).await;
        assert_eq!(told, Err(NoAnswer::Refused(Refused)));
    });
}

#[test]
fn breaker_saves_visitors_the_wait() {
    let words = |visits: &stage::Recording| {
        let told = |number| visits.told(&format!("visit {number}"))[0].1.to_owned();
        (0..10).map(told).collect::<Vec<_>>()
    };
    let lasted = |visits: &stage::Recording| -> Vec<u128> {
        let lanes = visits.lanes.iter();
        lanes
            .map(|lane| lane.ended.unwrap().abs_diff(lane.created).as_millis())
            .collect()
    };
    let visits = record(everybody_asks_wrong());
    assert_eq!(
        lasted(&visits),
        [200, 1500, 1500, 1500, 1500, 1500, 1500, 200, 200, 200]
    );
    let visits = record(with_a_breaker());
    assert_eq!(
        lasted(&visits),
        [200, 1500, 1500, 1500, 1500, 0, 0, 0, 200, 200]
    );
    assert_eq!(
        words(&visits)[4..9],
        [
            "page without: no answer",
            "page without: not asked",
            "page without: not asked",
            "page without: not asked",
            "page with sun",
        ]
    );
}

#[test]
fn breaker_leaves_alone_and_then_asks_once() {
    on_both_runtimes(|| async {
        let breaker = Mutex::new(Breaker::new(2, ms(300)));
        let bad = || guarded(&breaker, async { Err::<(), _>("down") });
        assert_eq!(bad().await, Err(NoAnswer::Failed("down")));
        assert_eq!(bad().await, Err(NoAnswer::Failed("down")));
        assert_eq!(bad().await, Err(NoAnswer::Refused(Refused)));
        sleep(ms(310)).await;
        let slow = guarded(&breaker, async {
            sleep(ms(10)).await;
            Ok::<_, &str>(1)
        });
        let (first, second) = join(slow, bad()).await;
        assert_eq!((first, second), (Ok(1), Err(NoAnswer::Refused(Refused))));
        assert_eq!(
            breaker.lock().unwrap().state(),
            State::Closed { failures: 0 }
        );
    });
}

#[test]
fn hedge_asks_another_and_drops_the_slow_one() {
    assert_eq!(record(waits()).elapsed, s(2));
    let hedged = record(asks_another());
    assert_eq!(hedged.elapsed, ms(300));
    assert_eq!(
        hedged.life("replica 1"),
        (ms(0), ms(300), Outcome::Cancelled)
    );
    assert_eq!(
        hedged.life("replica 2"),
        (ms(200), ms(300), Outcome::Finished)
    );
}

#[test]
fn hedge_saves_the_tail_and_costs_a_few_calls() {
    let seen = |patience| virtual_time(thousand(patience));
    let plain = Thousand {
        p50: ms(100),
        p99: s(2),
        calls: 1_000,
    };
    assert_eq!(seen(s(60)), plain);
    assert_eq!(
        seen(ms(200)),
        Thousand {
            p99: ms(300),
            calls: 1_052,
            ..plain
        }
    );
    // Too impatient: everything is asked twice.
    assert_eq!(
        seen(ms(50)),
        Thousand {
            p99: ms(150),
            calls: 2_000,
            ..plain
        }
    );
}

#[test]
fn hedge_does_not_help_when_both_are_slow() {
    let asked = record(hedged(ms(200), || sleep(s(2))));
    assert_eq!(asked.elapsed, s(2));
}

#[test]
fn hedge_calls_twice_only_what_is_slow() {
    on_both_runtimes(|| async {
        let calls = AtomicU32::new(0);
        let call = |takes: [u64; 2]| {
            let number = calls.fetch_add(1, Relaxed) as usize % 2;
            let takes = ms(takes[number]);
            async move {
                sleep(takes).await;
                number
            }
        };
        assert_eq!(hedged(s(5), || call([1, 1])).await, 0);
        assert_eq!(calls.swap(0, Relaxed), 1);
        assert_eq!(hedged(ms(5), || call([5_000, 1])).await, 1);
        assert_eq!(calls.swap(0, Relaxed), 2);
        assert_eq!(hedged(ms(5), || call([300, 5_000])).await, 0);
        assert_eq!(calls.swap(0, Relaxed), 2);
    });
}

// Not again

type Small = Cache<&'static str, u32>;

#[test]
fn cache_that_is_looked_at_first_fetches_for_everybody() {
    let (cache, market) = (Small::new(100), Market::default());
    let asked = record(join_all(
        (0..5).map(|_| cache::look_then_fetch_wrong(&cache, &market, "tea")),
    ));
    assert_eq!((asked.elapsed, market.calls()), (s(1), 5));
    let asked = record(cache::look_then_fetch_wrong(&cache, &market, "tea"));
    assert_eq!((asked.elapsed, market.calls()), (s(0), 5));
}

#[test]
fn cache_with_one_flight_fetches_once() {
    let (cache, market) = (Small::new(100), Market::default());
    let asked = record(join_all((0..5).map(|_| one_flight(&cache, &market, "tea"))));
    assert_eq!((asked.value, asked.elapsed), (vec![Ok(1); 5], s(1)));
    assert_eq!(market.calls(), 1);
}

#[test]
fn cache_tells_a_failure_to_all_and_forgets_it() {
    let (cache, market) = (Small::new(100), Market::default());
    market.set_closed(true);
    let asked = record(join_all((0..5).map(|_| one_flight(&cache, &market, "tea"))));
    assert_eq!(
        (asked.value, asked.elapsed),
        (vec![Err(Arc::new(Closed)); 5], s(1))
    );
    assert_eq!(market.calls(), 1);
    market.set_closed(false);
    let asked = record(one_flight(&cache, &market, "tea"));
    assert_eq!((asked.value, market.calls()), (Ok(2), 2));
}

/// The one who fetches is dropped half-way; one of those who wait begins anew.
#[test]
fn cache_goes_on_when_the_first_asker_leaves() {
    let (cache, market) = (Small::new(100), Market::default());
    let asked = record(async {
        let leaves = timeout(ms(400), one_flight(&cache, &market, "tea"));
        let stays = one_flight(&cache, &market, "tea");
        join(leaves, stays).await
    });
    assert!(asked.value.0.is_err());
    assert_eq!(
        (asked.value.1, asked.elapsed, market.calls()),
        (Ok(2), ms(1_400), 2)
    );
}

#[test]
fn cache_for_two_drops_what_was_not_used_for_longest() {
    let market = Market::default();
    let items = ["tea", "rice", "tea", "salt", "tea", "rice"];
    let asked = record(async { counted(&for_two(), &market, &items).await });
    assert_eq!(asked.value, Ok(Statistics { hits: 2, misses: 4 }));
    let labels: Vec<_> = asked.lanes.iter().map(|lane| lane.label.as_str()).collect();
    assert_eq!(
        labels,
        ["fetch tea", "fetch rice", "fetch salt", "fetch rice"]
    );
}

/// One asker fetches: those who have waited for it find the price there, as those who come later.
#[test]
fn cache_entry_is_fresh_for_the_one_who_fetched() {
    let (cache, market) = (Small::new(100), Market::default());
    let asked = virtual_time(join_all((0..3).map(|_| async {
        let entry = cache.entry("tea").or_try_insert_with(market.fetch("tea"));
        entry.await.map(|entry| entry.is_fresh())
    })));
    assert_eq!(asked, [Ok(true), Ok(false), Ok(false)]);
}

/// Moka's own expiry goes by the machine's clock, which the virtual one does not move. (Waits 310 ms.)
#[test]
fn cache_expiry_of_moka_keeps_real_time() {
    let cache = Cache::builder().time_to_live(ms(300)).build();
    virtual_time(async {
        cache.insert("tea", 1).await;
        sleep(s(3600)).await;
        assert_eq!(cache.get("tea").await, Some(1));
        std::thread::sleep(ms(310));
        assert_eq!(cache.get("tea").await, None);
    });
}

#[test]
fn cache_one_flight_for_all_and_no_failure_kept() {
    on_both_runtimes(|| async {
        let (cache, calls) = (Small::new(10), Arc::new(AtomicU32::new(0)));
        let fetch = |good: bool| {
            let (cache, calls) = (cache.clone(), Arc::clone(&calls));
            async move {
                let fetch = async {
                    let call = calls.fetch_add(1, Relaxed);
                    sleep(ms(300)).await;
                    if good { Ok(call) } else { Err("closed") }
                };
                cache.try_get_with("tea", fetch).await
            }
        };
        let all = join_all((0..5).map(|_| tokio::spawn(fetch(false)))).await;
        assert!(
            all.into_iter()
                .all(|told| told.unwrap() == Err(Arc::new("closed")))
        );
        assert_eq!(calls.load(Relaxed), 1);
        let all = join_all((0..5).map(|_| tokio::spawn(fetch(true)))).await;
        assert!(all.into_iter().all(|told| told.unwrap() == Ok(1)));
        assert_eq!(calls.load(Relaxed), 2);
    });
}

fn prices() -> (Arc<Market>, Prices) {
    let market = Arc::new(Market::default());
    (Arc::clone(&market), Prices::new(market, s(3), s(20)))
}

#[test]
fn cache_stale_is_told_at_once_and_refreshed_behind() {
    let asked = record(async {
        let (market, prices) = prices();
        let mut told = Vec::new();
        for pause in [0, 2, 2, 0, 2, 30] {
            sleep(s(pause)).await;
            let asked = Instant::now();
            told.push((prices.get("tea").await.unwrap(), asked.elapsed()));
        }
        (told, market.calls())
    });
    let expected = [
        (1, s(1)),
        (1, s(0)),
        (1, s(0)),
        (1, s(0)),
        (2, s(0)),
        (3, s(1)),
    ];
    assert_eq!(asked.value, (expected.into(), 3));
}

#[test]
fn cache_stale_is_good_enough_when_the_market_is_closed() {
    virtual_time(async {
        let (market, prices) = prices();
        assert_eq!(prices.get("tea").await, Ok(1));
        market.set_closed(true);
        sleep(s(10)).await;
        assert_eq!(prices.get("tea").await, Ok(1));
        sleep(s(9)).await;
        // It is tried again, once at a time, whenever somebody asks.
        assert_eq!((prices.get("tea").await, market.calls()), (Ok(1), 2));
        sleep(ms(500)).await;
        assert_eq!((prices.get("tea").await, market.calls()), (Ok(1), 3));
        sleep(s(2)).await;
        assert_eq!(market.calls(), 3);
        assert_eq!(prices.get("tea").await, Err(Arc::new(Closed)));
    });
}

/// A price becomes too old to be told while it is refreshed: who asks then fetches one as well.
#[test]
fn cache_stale_is_no_longer_told_when_it_is_too_old() {
    let asked = record(async {
        let (market, prices) = prices();
        assert_eq!(prices.get("tea").await, Ok(1));
        sleep(ms(19_900)).await;
        assert_eq!(prices.get("tea").await, Ok(1));
        sleep(ms(200)).await;
        assert_eq!((prices.get("tea").await, market.calls()), (Ok(3), 3));
    });
    assert_eq!(asked.elapsed, s(1) + ms(19_900 + 200) + s(1));
}

/// Who fetches a fresh price in the background is dropped with the prices.
#[test]
fn cache_stale_leaves_no_task_behind() {
    let asked = record(async {
        let (_, prices) = prices();
        let _ = prices.get("tea").await;
        sleep(s(5)).await;
        let _ = prices.get("tea").await;
        sleep(ms(500)).await;
        drop(prices);
        sleep(s(5)).await;
    });
    let refresh = asked.lanes.last().unwrap();
    assert_eq!(
        (refresh.outcome, refresh.ended),
        (Outcome::Cancelled, Some(ms(6_500)))
    );
}

// Ready-made

#[test]
fn layers_time_out_around_the_retry_leaves_no_second_try() {
    let asked = record(layers::timeout_outside());
    assert!(
        asked
            .value
            .is_err_and(|error| error.is::<tower::timeout::error::Elapsed>())
    );
    assert_eq!((asked.elapsed, asked.lanes.len()), (s(1), 1));
}

#[test]
fn layers_retry_has_an_end() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&calls);
    let bad = service_fn(move |()| {
        counted.fetch_add(1, Relaxed);
        ready(Err::<(), BoxError>("bad".into()))
    });
    let service = ServiceBuilder::new().retry(Further(2)).service(bad);
    assert!(virtual_time(service.oneshot(())).is_err());
    assert_eq!(calls.load(Relaxed), 3);
}

#[test]
fn layers_retry_around_the_time_out_tries_again() {
    let asked = record(layers::retry_outside());
    assert_eq!(asked.value.as_ref().ok(), Some(&12));
    assert_eq!(asked.elapsed, ms(1_300));
    assert_eq!(asked.life("call 1"), (s(0), s(1), Outcome::Cancelled));
}

/// A tower time-out begins with the call; who waits for a place has not called yet.
#[test]
fn layers_time_out_does_not_count_the_wait_for_a_place() {
    let asked = record(layers::limited());
    assert!(asked.value.iter().all(Result::is_ok));
    assert_eq!(asked.elapsed, ms(2_400));
}

#[test]
fn layers_shedding_outside_the_limit_turns_away() {
    let asked = record(layers::shedding());
    let good: Vec<_> = asked.value.iter().map(Result::is_ok).collect();
    assert_eq!((good, asked.elapsed), (vec![true, false, false], ms(800)));
    let overloaded = |error: &BoxError| error.is::<tower::load_shed::error::Overloaded>();
    assert!(asked.value[1].as_ref().is_err_and(overloaded));
    let asked = record(layers::shedding_inside_wrong());
    assert!(asked.value.iter().all(Result::is_ok));
    assert_eq!(asked.elapsed, ms(2_400));
}

#[test]
fn layers_first_is_outermost() {
    on_both_runtimes(|| async {
        let calls = Arc::new(AtomicU32::new(0));
        let slow_at_first = || {
            let calls = Arc::clone(&calls);
            service_fn(move |()| {
                let number = calls.fetch_add(1, Relaxed);
                async move {
                    sleep(if number == 0 { s(5) } else { ms(1) }).await;
                    Ok::<_, BoxError>(number)
                }
            })
        };
        let outside = ServiceBuilder::new().timeout(ms(300)).retry(Further(1));
        let answer = outside.service(slow_at_first()).oneshot(()).boxed();
        assert!(answer.await.is_err());
        assert_eq!(calls.swap(0, Relaxed), 1);
        let inside = ServiceBuilder::new().retry(Further(1)).timeout(ms(300));
        let answer = inside.service(slow_at_first()).oneshot(()).boxed();
        assert_eq!((answer.await.ok(), calls.load(Relaxed)), (Some(1), 2));
    });
}
