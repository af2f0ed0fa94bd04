//! What holds whatever is drawn: chapters 4, 5 and 6 under random orders, times and people who give
//! up.

use std::{cell::RefCell, time::Duration};

use async_workbook::{
    ch04_semaphores::token_bucket::TokenBucket,
    ch05_locks::bank::{Account, Refused, transfer},
    ch06_queues::queue::bounded,
    stage::virtual_time,
};
use futures::future::join_all;
use proptest::prelude::*;
use rand::{RngExt, SeedableRng, rngs::SmallRng};
use tokio::{
    join,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
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
