//! What holds whatever is drawn: chapters 4, 5, 6, 8, 9 and 10 under random orders, times and people who
//! give up.

use std::{cell::RefCell, collections::BTreeMap, time::Duration};

use async_workbook::{
    ch04_semaphores::{
        fixed_window::FixedWindow, sliding_window::SlidingWindow, token_bucket::TokenBucket,
    },
    ch05_locks::bank::{Account, Refused, transfer},
    ch06_queues::queue::bounded,
    ch08_streams::windows::{Count, tumbling},
    ch09_resources::{
        exit_stack::stacked,
        pool::{Limits, Pool},
        session::Server,
        wire::Bank,
    },
    ch10_failure::{
        aimd::Aimd,
        budget::Budget,
        circuit::{Breaker, State},
        retry::Backoff,
    },
    stage::{ms, virtual_time},
};
use futures::{StreamExt, future::join_all, stream};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::{
    join,
    task::{JoinSet, yield_now},
    time::{Instant, sleep, timeout},
};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// No pause is longer than its ceiling, and no ceiling than the longest, after however many failures.
    #[test]
    fn retry_pauses_stay_below_their_ceiling(first in 0_u64..1000, longest in 0_u64..5000, failures: u32, seed: u64) {
        let backoff = Backoff { first: ms(first), longest: ms(longest), tries: 5 };
        let pause = backoff.pause(failures, &mut SmallRng::seed_from_u64(seed));
        prop_assert!(pause <= backoff.ceiling(failures) && backoff.ceiling(failures) <= ms(longest));
        prop_assert!(backoff.ceiling(failures) <= backoff.ceiling(failures.saturating_add(1)));
    }

    /// At any time: no more retries than the reserve and a share of the first tries.
    #[test]
    fn budget_is_never_overdrawn(percent in 0_u32..300, reserve in 0_u32..20, tries in prop::collection::vec(any::<bool>(), 0..300)) {
        let budget = Budget::new(percent, reserve);
        let (mut first, mut again) = (0, 0);
        for is_first in tries {
            if is_first {
                budget.first_try();
                first += 1;
            } else {
                again += u32::from(budget.may_retry());
            }
            prop_assert!(again * 100 <= reserve * 100 + first * percent);
        }
    }

    /// From the moment when it opens until it closes again, calls begin at least a rest apart, whoever tells
    /// what about which call.
    #[test]
    fn breaker_lets_one_call_a_rest(
        most_failures in 1_u32..4,
        steps in prop::collection::vec((0_u64..30, any::<bool>(), 0_usize..5, any::<bool>()), 1..200),
    ) {
        let rest = ms(50);
        let mut breaker = Breaker::new(most_failures, rest);
        let (mut now, mut tickets, mut last) = (Instant::now(), Vec::new(), None);
        for (passed, asks, which, good) in steps {
            now += ms(passed);
            if asks {
                let was_closed = matches!(breaker.state(), State::Closed { .. });
                if let Ok(ticket) = breaker.ask(now) {
                    tickets.push(ticket);
                    if !was_closed {
                        prop_assert!(last.is_none_or(|last| now >= last + rest));
                        last = Some(now);
                    }
                }
            } else if which < tickets.len() {
                let was_closed = matches!(breaker.state(), State::Closed { .. });
                breaker.tell(tickets.remove(which), good, now);
                match breaker.state() {
                    State::Closed { failures } => {
                        prop_assert!(failures < most_failures);
                        last = None;
                    }
                    // It has opened, and rests from now on.
                    State::Open { until } if was_closed => last = Some(until - rest),
                    State::Open { .. } | State::HalfOpen { .. } => {}
                }
            }
        }
    }

    /// The limit that is found out is a limit: at least one, at most the most.
    #[test]
    fn aimd_stays_within_bounds(most in 0_usize..50, answers in prop::collection::vec(any::<bool>(), 0..500)) {
        let mut limit = Aimd::new(most);
        for good in answers {
            let before = limit.limit();
            limit.answered(good);
            prop_assert!((1..=most.max(1)).contains(&limit.limit()));
            prop_assert!(limit.limit() <= before + usize::from(good));
        }
    }

    /// Whoever asks when, for how many, and gives up when: between any two moments no more than
    /// the burst and what dripped in meanwhile. In any period, that is fewer than burst and rate
    /// together, and with a burst of 1 no more than the rate.
    #[test]
    fn token_bucket_holds_over_any_window(
        rate in 1_u32..2000,
        period in 1_u64..1500,
        burst in 1_u32..12,
        askers in askers(),
    ) {
        let taken = virtual_time(async {
            let bucket = TokenBucket::new(rate, ms(period), burst).unwrap();
            went(&askers, async |count| {
                bucket.acquire_many(count.min(burst)).await.unwrap();
                count.min(burst)
            })
            .await
        });
        let token = ms(period).as_nanos();
        for (from, &(begin, _)) in taken.iter().enumerate() {
            let mut inside = 0;
            for &(end, count) in &taken[from..] {
                inside += u128::from(count);
                let allowed =
                    token * u128::from(burst) + end.saturating_sub(begin).as_nanos() * u128::from(rate);
                prop_assert!(inside * token <= allowed);
            }
        }
        prop_assert!(most_in_any(ms(period), &taken) < burst + rate);
    }

    /// In each counted period no more than the limit; in any stretch of that length, twice as many.
    #[test]
    fn fixed_window_holds_twice_the_limit_over_any_window(
        limit in 1_u32..12,
        period in 1_u64..1500,
        askers in askers(),
    ) {
        let went = virtual_time(async {
            let window = FixedWindow::new(limit as usize, ms(period)).unwrap();
            went(&askers, async |_| {
                window.acquire().await;
                1
            })
            .await
        });
        prop_assert!(most_in_any(ms(period), &went) <= 2 * limit);
        let mut counted = (Duration::ZERO, 0);
        for (at, _) in went {
            if at >= counted.0 + ms(period) {
                counted = (at, 0);
            }
            counted.1 += 1;
            prop_assert!(counted.1 <= limit);
        }
    }

    /// Never more than the limit, wherever the window begins; and nobody waits without need: when a
    /// call has waited, as many as the limit went in the period before it.
    #[test]
    fn sliding_window_holds_the_limit_over_any_window(
        limit in 1_u32..12,
        period in 1_u64..1500,
        askers in askers(),
    ) {
        let waited = RefCell::new(Vec::new());
        let went = virtual_time(async {
            let window = SlidingWindow::new(limit as usize, ms(period)).unwrap();
            let start = Instant::now();
            went(&askers, async |_| {
                let asked = start.elapsed();
                window.acquire().await;
                if start.elapsed() > asked {
                    waited.borrow_mut().push(start.elapsed());
                }
                1
            })
            .await
        });
        prop_assert!(most_in_any(ms(period), &went) <= limit);
        for at in waited.into_inner() {
            let before = went.iter().filter(|(other, _)| *other < at && *other + ms(period) >= at);
            prop_assert_eq!(before.count(), limit as usize);
        }
    }

    /// In every direction, with too little money, too little patience, and dropped half-way.
    #[test]
    fn bank_conserves_money(orders in orders(), patience in 0_u64..20, dropped in 0_u64..30) {
        let (_, total) = virtual_time(business(&orders, ms(patience), ms(dropped)));
        prop_assert_eq!(total, u64::from(ACCOUNTS) * 100);
    }

    /// With all the patience in the world, every transfer ends; without an order of locks two of
    /// them would not.
    #[test]
    fn bank_transfers_never_wait_for_each_other(orders in orders()) {
        let hour = Duration::from_hours(1);
        let (outcomes, total) = virtual_time(business(&orders, 2 * hour, hour));
        prop_assert_eq!(total, u64::from(ACCOUNTS) * 100);
        prop_assert!(outcomes.iter().all(Option::is_some));
    }

    /// Whatever comes when: nothing is lost or counted twice, no window is told twice, and with
    /// patience for the latest nobody is too late.
    #[test]
    fn windows_account_for_everything(
        happened in prop::collection::vec(0_u64..10_000, 0..100),
        width in 1_u64..3000,
        patience in 0_u64..12_000,
    ) {
        let times = happened.iter().copied().map(ms);
        let counts = tumbling(stream::iter(times.clone()), ms(width), ms(patience));
        let counts: Vec<Count> = virtual_time(counts.collect());
        let (mut windows, mut late) = (BTreeMap::new(), 0);
        for count in counts {
            match count {
                Count::Passed { from, count } => {
                    prop_assert!(windows.insert(from, count).is_none(), "told twice");
                }
                Count::TooLate(_) => late += 1,
            }
        }
        for (&from, &count) in &windows {
            let inside = times.clone().filter(|at| (from..from + ms(width)).contains(at));
            prop_assert!(count as usize <= inside.count());
        }
        prop_assert_eq!(windows.values().sum::<u32>() as usize + late, happened.len());
        prop_assert!(late == 0 || patience < 10_000);
    }

    /// Whoever asks when, and hangs up when: never more connections than allowed, everybody who is
    /// answered is answered their own question, and in the end every place is free.
    #[test]
    fn pool_keeps_to_its_limit_and_mixes_nothing_up(
        most in 1_usize..4,
        askers in prop::collection::vec((0_u64..2000, 0_u64..500, 1_usize..9), 1..40),
    ) {
        virtual_time(async {
            let bank = Bank::default();
            let hour = Duration::from_hours(1);
            let limits = Limits { most, patience: hour, idle: ms(700), life: ms(1500) };
            let pool = Pool::new(bank.clone(), limits);
            join_all(askers.iter().map(async |&(at, patience, letters)| {
                sleep(ms(at)).await;
                let asking = async {
                    let mut wire = pool.get().await.unwrap();
                    // The bank hears a little later of those that hung up.
                    for _ in 0..4 {
                        yield_now().await;
                    }
                    assert!(bank.connections() <= most);
                    let name = "x".repeat(letters);
                    assert_eq!(wire.ask(&name).await.unwrap(), format!("{name} has {letters}00"));
                };
                let _ = timeout(ms(patience), asking).await;
            }))
            .await;
            let all = join_all((0..most).map(|_| timeout(ms(101), pool.get()))).await;
            assert!(all.iter().all(Result::is_ok), "a place is lost");
            drop((all, pool));
            bank.closed().await;
        });
    }

    /// Dropped at any moment, three sessions end, one way or the other.
    #[test]
    fn exit_stack_ends_what_it_opened(dropped in 0_u64..800) {
        let server = Server::default();
        let told = virtual_time(async { timeout(ms(dropped), stacked(server.clone())).await });
        let book = server.book();
        prop_assert_eq!(book.open(), 0);
        prop_assert_eq!(told.is_ok(), book.closed == 3);
    }
}

/// One who asks for leave to go: when, for how many, and with how much patience.
type Asker = (u64, u32, u64);

fn askers() -> impl Strategy<Value = Vec<Asker>> {
    prop::collection::vec((0_u64..3000, 1_u32..5, 0_u64..3000), 1..60)
}

/// When they went, in order, and how many at once. `pass` waits for leave, and tells how many may go.
async fn went(askers: &[Asker], pass: impl AsyncFn(u32) -> u32) -> Vec<(Duration, u32)> {
    let start = Instant::now();
    let went = RefCell::new(Vec::new());
    join_all(askers.iter().map(async |&(at, count, patience)| {
        sleep(ms(at)).await;
        if let Ok(count) = timeout(ms(patience), pass(count)).await {
            went.borrow_mut().push((start.elapsed(), count));
        }
    }))
    .await;
    went.into_inner()
}

/// The most that went in any stretch shorter than this.
fn most_in_any(stretch: Duration, went: &[(Duration, u32)]) -> u32 {
    let from = |(index, &(begin, _)): (usize, &(Duration, u32))| {
        let inside = went[index..]
            .iter()
            .take_while(|(at, _)| *at < begin + stretch);
        inside.map(|(_, count)| count).sum()
    };
    went.iter().enumerate().map(from).max().unwrap_or(0)
}

/// One transfer: from, to, cents, and when it begins.
type Order = (usize, usize, u64, u64);

const ACCOUNTS: u32 = 5;

fn orders() -> impl Strategy<Value = Vec<Order>> {
    let account = || 0..ACCOUNTS as usize;
    prop::collection::vec((account(), account(), 0_u64..150, 0_u64..50), 1..80)
}

/// Makes all transfers while auditors hold account after account, and tells how many went through
/// and what all accounts hold in the end.
async fn business(
    orders: &[Order],
    patience: Duration,
    dropped: Duration,
) -> (Vec<Option<Result<(), Refused>>>, u64) {
    let accounts: Vec<_> = (0..ACCOUNTS)
        .map(|number| Account::open(number, 100))
        .collect();
    let transfers = orders.iter().map(|&(from, to, cents, at)| {
        let (from, to) = (&accounts[from], &accounts[to]);
        async move {
            sleep(ms(at)).await;
            timeout(dropped, transfer(from, to, cents, patience))
                .await
                .ok()
        }
    });
    let audits = accounts.iter().map(async |account| {
        for _ in 0..5 {
            account.audit(ms(7)).await;
            sleep(ms(3)).await;
        }
    });
    let (outcomes, _) = join!(join_all(transfers), join_all(audits));
    let balances = join_all(accounts.iter().map(Account::balance)).await;
    (outcomes, balances.iter().sum())
}

/// Random times, many tasks: what goes in comes out once.
#[test]
fn queue_delivers_exactly_once_under_random_schedules() {
    for seed in 0..50 {
        let mut random = SmallRng::seed_from_u64(seed);
        let mut delay = move || ms(random.random_range(0..10));
        let delivered = virtual_time(async {
            let (sender, receiver) = bounded(3).unwrap();
            let mut senders = JoinSet::new();
            for start in [0, 100, 200, 300] {
                let (sender, delay) = (sender.clone(), delay());
                senders.spawn(async move {
                    for number in start..start + 25 {
                        sleep(delay).await;
                        sender.send(number).await.unwrap();
                    }
                });
            }
            let mut receivers = JoinSet::new();
            for _ in 0..5 {
                let (receiver, delay) = (receiver.clone(), delay());
                receivers.spawn(async move {
                    let mut got = Vec::new();
                    while let Some(number) = receiver.recv().await {
                        sleep(delay).await;
                        got.push(number);
                    }
                    got
                });
            }
            drop(sender);
            receivers.join_all().await
        });
        let expected: Vec<u32> = [0, 100, 200, 300]
            .into_iter()
            .flat_map(|n| n..n + 25)
            .collect();
        let mut delivered = delivered.concat();
        delivered.sort_unstable();
        assert_eq!(delivered, expected, "seed {seed}");
    }
}
