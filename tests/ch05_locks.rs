//! Chapter 5: sharing state without losing updates, and without waiting for each other for ever.

use std::{
    pin::pin,
    rc::Rc,
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use ch05_locks::{
    atomics::{self, Announced},
    bank::{Account, Refused, transfer},
    barrier, called,
    condition::{self, Shelf},
    config::{self, InvalidConfig, Settings},
    critical, deadlock, event, library, lost_update, once, owned, patience, poison, reentrant,
    results,
};
use stage::{Outcome, Recording, ms, on_both_runtimes, record, record_on_workers, virtual_time};
use tokio::{
    join, spawn,
    sync::{self, Mutex, Notify, OnceCell, OwnedMutexGuard, watch},
    task::{JoinSet, LocalSet, spawn_local, yield_now},
    time::{Instant, sleep, timeout},
};
use tokio_test::{assert_pending, assert_ready, task};

const SECOND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(10);

/// Whether this type is `Send`: a method of the type itself goes before that of a trait.
macro_rules! sendable {
    ($type:ty) => {{
        struct Asked<T>(std::marker::PhantomData<T>);
        #[allow(dead_code, reason = "one of the two is called")]
        trait Otherwise {
            fn is_send(&self) -> bool {
                false
            }
        }
        impl<T> Otherwise for Asked<T> {}
        #[allow(dead_code, reason = "one of the two is called")]
        impl<T: Send> Asked<T> {
            fn is_send(&self) -> bool {
                true
            }
        }
        Asked::<$type>(std::marker::PhantomData).is_send()
    }};
}

/// These lanes, and no others, were still waiting when patience ran out, and nothing at all had
/// happened on them since `last`.
fn assert_stuck<T>(recording: &Recording<T>, labels: &[&str], last: Duration) {
    let stuck = |outcome| {
        let lanes = recording.lanes.iter();
        lanes
            .filter(move |lane| lane.outcome == outcome)
            .map(|lane| lane.label.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(stuck(Outcome::Cancelled), labels);
    assert_eq!(stuck(Outcome::Open), [""; 0]);
    for lane in recording
        .lanes
        .iter()
        .filter(|lane| labels.contains(&lane.label.as_str()))
    {
        assert_eq!(lane.ended, Some(PATIENCE));
        assert!(
            lane.runs
                .iter()
                .all(|run| run.to <= last || run.from == PATIENCE)
        );
    }
}

#[test]
fn lost_update_loses_one_of_two() {
    let recording = record(lost_update::once_each_wrong());
    assert_eq!(recording.value, 1);
    assert_eq!(recording.when("read 0, wrote 1"), [ms(1); 2]);
}

#[test]
fn lost_update_loses_exactly_every_other_one() {
    let recording = record(lost_update::two_clerks_wrong(1000));
    assert_eq!(recording.value, 1000);
    assert_eq!(recording.elapsed, SECOND);
}

#[test]
fn lost_update_loses_none_under_a_lock_and_takes_twice_as_long() {
    let recording = record(lost_update::two_clerks(1000));
    assert_eq!(recording.value, 2000);
    assert_eq!(recording.elapsed, 2 * SECOND);
}

#[test]
fn lost_update_loses_none_without_a_wait_in_between() {
    let recording = record(lost_update::two_clerks_without_waiting(1000));
    assert_eq!(recording.value, 2000);
    assert_eq!(recording.elapsed, SECOND);
}

/// Real threads: how many are lost differs, and now and then it may be none.
#[test]
fn lost_update_needs_no_await_on_two_threads() {
    let clerks = || record_on_workers(2, lost_update::two_tasks_wrong(500_000)).value;
    assert!((0..20).any(|_| clerks() < 1_000_000));
}

#[test]
fn lost_update_loses_none_under_one_lock_on_both_runtimes() {
    on_both_runtimes(|| async {
        let total = lost_update::two_tasks_under_one_lock(500_000).await;
        assert_eq!(total, 1_000_000, "without an await");

        let number = Arc::new(Mutex::new(0));
        let mut clerks = JoinSet::new();
        for _ in 0..4 {
            let number = Arc::clone(&number);
            clerks.spawn(async move {
                for _ in 0..500 {
                    let mut number = number.lock().await;
                    let read = *number;
                    yield_now().await;
                    *number = read + 1;
                }
            });
        }
        clerks.join_all().await;
        assert_eq!(*number.lock().await, 2_000, "with an await in between");
    });
}

/// `spawn_local` asks for no `Send`: the future compiles, and here nobody else wants the lock.
#[test]
#[expect(clippy::await_holding_lock, reason = "that is the mistake")]
fn critical_std_guard_across_an_await_may_be_spawned_locally() {
    virtual_time(LocalSet::new().run_until(async {
        let number = Rc::new(std::sync::Mutex::new(0));
        let shared = Rc::clone(&number);
        let add = async move {
            let mut number = shared.lock().unwrap();
            yield_now().await;
            *number += 1;
        };
        spawn_local(add).await.unwrap();
        assert_eq!(*number.lock().unwrap(), 1);
    }));
}

#[test]
fn critical_section_across_a_fetch_takes_three_seconds() {
    assert_eq!(
        record(critical::across_the_fetch_wrong()).elapsed,
        3 * SECOND
    );
}

#[test]
fn critical_section_around_a_fetch_takes_one() {
    assert_eq!(record(critical::around_the_fetch()).elapsed, SECOND);
}

/// `std`'s for a number that all change, Tokio's for a connection that one uses over an await.
#[test]
fn critical_each_lock_for_its_use_on_both_runtimes() {
    on_both_runtimes(|| async {
        let (uses, connection) = (Arc::default(), Arc::new(Mutex::new(0)));
        let mut tasks = JoinSet::new();
        for _ in 0..20 {
            let uses: Arc<std::sync::Mutex<u32>> = Arc::clone(&uses);
            let connection = Arc::clone(&connection);
            tasks.spawn(async move {
                for _ in 0..50 {
                    let mut inside = connection.lock().await;
                    *inside += 1;
                    yield_now().await;
                    assert_eq!(*inside, 1, "somebody else uses it, too");
                    *inside -= 1;
                    *uses.lock().unwrap() += 1;
                }
            });
        }
        tasks.join_all().await;
        assert_eq!(*uses.lock().unwrap(), 1_000);
    });
}

/// The second future blocks the thread, so the first never gets on. That thread is left behind.
#[test]
#[expect(clippy::await_holding_lock, reason = "that is the mistake")]
fn critical_std_guard_across_an_await_stops_its_thread() {
    let stuck = thread::spawn(|| {
        virtual_time(async {
            let number = std::sync::Mutex::new(0);
            let add = async || {
                let mut number = number.lock().unwrap();
                yield_now().await;
                *number += 1;
            };
            join!(add(), add());
        });
    });
    thread::sleep(ms(100));
    assert!(!stuck.is_finished());
}

#[test]
fn poison_tells_the_next_who_locks_std() {
    let recording = record(poison::told());
    assert_eq!(recording.value, (100, 0));
    assert_eq!(recording.lane("clerk 1").outcome, Outcome::Panicked);
    let words = ["poisoned: somebody has panicked in the middle", "100 and 0"];
    assert_eq!(recording.told("clerk 2"), words.map(|words| (ms(0), words)));
}

#[test]
fn poison_is_unknown_to_tokio() {
    let recording = record(poison::not_told());
    assert_eq!(recording.value, (70, 0));
    assert_eq!(recording.lane("clerk 1").outcome, Outcome::Panicked);
}

/// A guard that is dropped without a panic poisons nothing, and poison stays until it is cleared.
#[test]
fn poison_is_for_panics_and_stays() {
    let number = std::sync::Mutex::new(1);
    let give_up = || -> Option<()> {
        *number.lock().unwrap() = 2;
        None
    };
    assert!(give_up().is_none() && !number.is_poisoned());
    let panics = || {
        let _guard = number.lock().unwrap();
        panic!("a bug");
    };
    thread::scope(|scope| assert!(scope.spawn(panics).join().is_err()));
    for _ in 0..2 {
        let poisoned = number.lock().unwrap_err();
        assert_eq!(*poisoned.into_inner(), 2);
    }
    number.clear_poison();
    assert_eq!(*number.lock().unwrap(), 2);
}

#[test]
fn bank_deposits_withdraws_and_refuses() {
    virtual_time(async {
        let account = Account::open(7, 100);
        account.deposit(50).await.unwrap();
        account.withdraw(150).await.unwrap();
        let refused = account.withdraw(1).await.unwrap_err();
        let expected = Refused::InsufficientFunds {
            account: 7,
            cents: 0,
            wanted: 1,
        };
        assert_eq!(refused, expected);
        assert_eq!(refused.to_string(), "account 7 has 0 cents, not 1");
        account.deposit(u64::MAX).await.unwrap();
        let refused = account.deposit(1).await;
        assert_eq!(
            refused,
            Err(Refused::TooMuch {
                account: 7,
                cents: 1
            })
        );
        assert_eq!(account.balance().await, u64::MAX);
    });
}

#[test]
fn bank_transfers_as_a_whole_or_not_at_all() {
    virtual_time(async {
        let (poor, rich) = (Account::open(1, 10), Account::open(2, u64::MAX - 5));
        let both = async || (poor.balance().await, rich.balance().await);
        let before = both().await;
        let refused = transfer(&poor, &rich, 11, SECOND).await.unwrap_err();
        assert!(matches!(
            refused,
            Refused::InsufficientFunds { account: 1, .. }
        ));
        let refused = transfer(&poor, &rich, 6, SECOND).await.unwrap_err();
        assert_eq!(
            refused,
            Refused::TooMuch {
                account: 2,
                cents: 6
            }
        );
        let refused = transfer(&rich, &rich, 1, SECOND).await.unwrap_err();
        assert_eq!(refused, Refused::SameAccount { account: 2 });
        assert_eq!(both().await, before);
        transfer(&poor, &rich, 5, SECOND).await.unwrap();
        assert_eq!(both().await, (5, u64::MAX));
        transfer(&rich, &poor, 0, Duration::ZERO).await.unwrap();
        transfer(&rich, &poor, 1, Duration::MAX).await.unwrap();
        assert_eq!(both().await, (6, u64::MAX - 1));
    });
}

/// One patience for both accounts, not one for each.
#[test]
fn bank_waits_no_longer_than_it_was_told() {
    virtual_time(async {
        let (one, two) = (Account::open(1, 100), Account::open(2, 100));
        for (from, to) in [(&one, &two), (&two, &one)] {
            let begun = Instant::now();
            let payment = async {
                yield_now().await;
                (transfer(from, to, 40, SECOND).await, begun.elapsed())
            };
            let (_, _, (refused, took)) = join!(one.audit(ms(900)), two.audit(ms(1_800)), payment);
            assert!(matches!(refused, Err(Refused::Busy { .. })), "{refused:?}");
            assert_eq!(took, SECOND);
        }
    });
}

#[test]
fn patience_in_two_steps_loses_money() {
    let recording = record(patience::busy_account_wrong());
    assert_eq!(recording.value, 160);
    let gives_up = "gives up: deadline has elapsed";
    assert_eq!(recording.told("payment")[1], (SECOND, gives_up));
}

#[test]
fn patience_leaves_nothing_half_done() {
    let recording = record(patience::busy_account());
    assert_eq!(recording.value, 200);
    let told = recording.told("payment");
    let gives_up = "gives up: accounts 1 and 2 were not both free within 1s";
    assert_eq!(told, [(SECOND, gives_up)]);
}

#[test]
fn deadlock_leaves_two_lanes_waiting_for_ever() {
    let recording = record(deadlock::two_transfers_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["transfer 1→2", "transfer 2→1"], ms(100));
    let told = |label| recording.told(label).last().unwrap().1.to_owned();
    assert_eq!(told("transfer 1→2"), "has locked 1");
    assert_eq!(told("transfer 2→1"), "has locked 2");
}

/// Silence alone shows nothing: who waits for a long audit is as silent, and goes on after it.
#[test]
fn deadlock_is_not_the_only_silence() {
    virtual_time(async {
        let (one, two) = (Account::open(1, 100), Account::open(2, 100));
        let payment = async {
            let mut payment = pin!(transfer(&one, &two, 1, 4 * PATIENCE));
            assert!(timeout(PATIENCE, &mut payment).await.is_err());
            payment.await
        };
        let (_, paid) = join!(biased; two.audit(3 * PATIENCE), payment);
        assert_eq!(paid, Ok(()));
    });
}

#[test]
fn deadlock_cannot_be_when_locks_have_an_order() {
    let recording = record(deadlock::two_transfers());
    assert!(recording.value.is_ok());
    assert_eq!(recording.elapsed, ms(400));
    assert_eq!(recording.when("done"), [200, 400].map(ms));
}

/// Nothing ever waits between the two locks but for the other task, and both run on one thread;
/// still Tokio makes the first task give way there.
#[test]
fn deadlock_needs_no_wait_in_between() {
    async fn transfers(from: Arc<Mutex<i64>>, to: Arc<Mutex<i64>>) {
        for _ in 0..100 {
            let (mut source, mut target) = (from.lock().await, to.lock().await);
            *source -= 1;
            *target += 1;
        }
    }
    virtual_time(async {
        let (one, two) = (Arc::default(), Arc::default());
        let there = spawn(transfers(Arc::clone(&one), Arc::clone(&two)));
        let back = spawn(transfers(two, one));
        let both = async { join!(there, back) };
        assert!(timeout(PATIENCE, both).await.is_err());
    });
}

#[test]
fn reentrant_lock_waits_for_itself() {
    let recording = record(reentrant::interest_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["interest"], ms(0));
}

#[test]
fn reentrant_lock_is_not_needed() {
    assert_eq!(virtual_time(reentrant::interest()).unwrap(), 11_110);
}

#[test]
fn owned_guard_is_handed_over_without_a_gap() {
    let recording = record(owned::handed_over());
    assert_eq!(recording.value, 100);
    assert_eq!(recording.when("counted 100"), [SECOND]);
    assert_eq!(recording.when("paid 5"), [SECOND]);
}

/// On one thread; on two workers either may come first.
#[test]
fn owned_by_nobody_until_the_task_locks() {
    virtual_time(async {
        let till = Arc::new(Mutex::new(100));
        let counting = spawn({
            let till = Arc::clone(&till);
            async move { *till.lock().await }
        });
        let customer = async { *till.lock().await += 5 };
        assert_eq!(join!(counting, customer).0.unwrap(), 105);
    });
}

#[test]
fn owned_guard_may_move_to_another_thread() {
    fn may_be_spawned<T: Send + 'static>(_: &T) {}
    let till: OwnedMutexGuard<u32> = Arc::new(Mutex::new(1)).try_lock_owned().unwrap();
    may_be_spawned(&till);
    let till = thread::spawn(move || *till).join().unwrap();
    assert_eq!(till, 1);
}

#[test]
fn event_without_memory_leaves_the_late_one_waiting() {
    let recording = record(event::race_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["runner 3"], 2 * SECOND);
    assert_eq!(recording.when("off"), [SECOND; 2]);
}

#[test]
fn event_with_memory_lets_the_late_one_off_at_once() {
    let recording = record(event::race());
    assert!(recording.value.is_ok());
    assert_eq!(recording.when("off"), [1, 1, 2].map(Duration::from_secs));
    assert_eq!(recording.elapsed, 2 * SECOND);
}

#[test]
fn event_notify_one_keeps_one_permit_and_not_two() {
    let notify = Notify::new();
    notify.notify_one();
    notify.notify_one();
    assert_ready!(task::spawn(notify.notified()).poll());
    assert_pending!(task::spawn(notify.notified()).poll());
}

/// A value can be written over before anybody has looked at it.
#[test]
fn event_that_is_taken_back_at_once_is_not_seen() {
    virtual_time(async {
        let fired = watch::Sender::new(false);
        let mut runner = fired.subscribe();
        let mut runner = task::spawn(runner.wait_for(|&fired| fired));
        assert!(runner.poll().is_pending());
        fired.send_replace(true);
        fired.send_replace(false);
        assert!(runner.is_woken());
        assert!(runner.poll().is_pending());
    });
}

#[test]
fn condition_notified_hears_notify_waiters_before_it_is_polled() {
    let bell = Notify::new();
    let heard = bell.notified();
    bell.notify_waiters();
    assert_ready!(task::spawn(heard).poll());
    assert_pending!(task::spawn(bell.notified()).poll());
}

#[test]
fn called_without_a_place_in_line_one_waits_beside_a_loaf() {
    let recording = record(called::two_calls_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["customer 2"], SECOND);
    assert_eq!(recording.when("got a loaf"), [SECOND]);
    assert_eq!(recording.when("baked a loaf, and called"), [ms(500); 2]);
}

#[test]
fn called_in_line_both_get_a_loaf() {
    let recording = record(called::two_calls());
    assert!(recording.value.is_ok());
    assert_eq!(recording.when("got a loaf"), [SECOND; 2]);
}

/// A call that was kept is used up by `enable`: whoever is dropped after it hands nothing on.
#[test]
fn called_and_dropped_with_a_kept_call_loses_it() {
    let bell = Notify::new();
    bell.notify_one();
    let mut first = task::spawn(bell.notified());
    assert!(first.enter(|_, notified| notified.enable()));
    drop(first);
    assert_pending!(task::spawn(bell.notified()).poll());
}

/// Two calls: the first in line hears the first, whoever stands nowhere hears none.
#[test]
fn called_notify_one_wakes_who_is_enabled() {
    let bell = Notify::new();
    let mut first = task::spawn(bell.notified());
    let mut second = task::spawn(bell.notified());
    let mut third = task::spawn(bell.notified());
    second.enter(|_, notified| notified.enable());
    first.enter(|_, notified| notified.enable());
    bell.notify_one();
    bell.notify_one();
    assert_ready!(second.poll());
    assert_ready!(first.poll());
    assert_pending!(third.poll());
}

#[test]
fn called_and_dropped_hands_the_call_on() {
    let bell = Notify::new();
    let mut first = task::spawn(bell.notified());
    let mut second = task::spawn(bell.notified());
    first.enter(|_, notified| notified.enable());
    second.enter(|_, notified| notified.enable());
    bell.notify_one();
    drop(first);
    assert_ready!(second.poll());
}

/// Whenever the customer leaves, the loaf is either theirs or on the shelf.
#[test]
fn condition_customer_who_leaves_takes_no_loaf_that_is_lost() {
    for patience in (0..3_000).step_by(250) {
        virtual_time(async {
            let shelf = Shelf::default();
            let baker = async {
                sleep(ms(500)).await;
                shelf.put();
            };
            let (got, ()) = join!(timeout(ms(patience), shelf.take()), baker);
            let next = timeout(ms(0), shelf.take()).await;
            assert_eq!(next.is_ok(), got.is_err(), "left after {patience} ms");
        });
    }
}

#[test]
fn condition_news_between_looking_and_listening_are_lost() {
    let recording = record(condition::one_customer_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["customer 1"], SECOND);
    assert_eq!(recording.when("baked a loaf"), [ms(500)]);
}

#[test]
fn condition_listening_before_looking_misses_nothing() {
    let recording = record(condition::customers(2));
    assert!(recording.value.is_ok());
    assert_eq!(recording.when("baked a loaf"), [500, 2500].map(ms));
    assert_eq!(recording.when("got a loaf"), [1000, 2500].map(ms));
}

#[test]
fn condition_in_a_watch_channel_misses_nothing_either() {
    for count in [1, 2, 5] {
        let recording = record(condition::customers_watching(count));
        assert!(recording.value.is_ok());
        assert_eq!(recording.when("got a loaf"), recording.when("baked a loaf"));
        assert_eq!(recording.lanes.len(), count as usize + 1);
    }
}

/// What `wait_for` returns keeps those out who would change the value. `while let` holds it through its
/// body, so this thread never ends; it is left behind.
#[test]
fn condition_guard_in_the_head_of_a_while_let_blocks_its_thread() {
    let stuck = thread::spawn(|| {
        virtual_time(async {
            let loaves = watch::Sender::new(1);
            let mut shelf = loaves.subscribe();
            while let Ok(_guard) = shelf.wait_for(|&loaves| loaves > 0).await {
                loaves.send_replace(0);
            }
        });
    });
    thread::sleep(ms(100));
    assert!(!stuck.is_finished());
}

#[test]
fn library_readers_share_and_nobody_overtakes_the_writer() {
    let recording = record(library::reading_room());
    assert_eq!(recording.when("reading \"Once\""), [ms(0); 3]);
    assert_eq!(recording.when("writing"), [SECOND]);
    let ed = recording.told("Ed reads");
    assert_eq!(ed, [(2 * SECOND, "reading \"Once upon a time\"")]);
}

#[test]
fn library_reading_twice_waits_for_ever() {
    let recording = record(library::reading_twice_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["Ada reads", "Di writes"], SECOND);
}

#[test]
fn barrier_holds_everybody_for_the_slowest() {
    let recording = record(barrier::hike());
    let hour = Duration::from_hours(1);
    assert_eq!(
        recording.when("at the hut"),
        [1, 2, 3, 4, 5, 6].map(|at| at * hour)
    );
    let soup = "was last, so pays for the soup";
    assert_eq!(recording.when(soup), [3 * hour, 6 * hour]);
    assert_eq!(recording.told("hiker Cy")[1], (3 * hour, soup));
    assert_eq!(recording.told("hiker Ada")[2], (6 * hour, soup));
}

/// Who gives up at the hut has been counted all the same.
#[test]
fn barrier_counts_who_has_left() {
    virtual_time(async {
        let hut = sync::Barrier::new(2);
        assert!(timeout(ms(1), hut.wait()).await.is_err());
        assert!(timeout(ms(1), hut.wait()).await.is_ok());
    });
}

#[test]
fn once_looked_for_by_five_is_opened_five_times() {
    assert_eq!(virtual_time(once::five_tasks_wrong()), 5);
}

#[test]
fn once_is_opened_by_one_and_again_only_after_a_failure() {
    let recording = record(once::five_tasks_once());
    assert_eq!(recording.value, 2, "the first attempt failed");
    assert_eq!(recording.when("no answer"), [SECOND]);
    assert_eq!(recording.when("using connection 2"), [2 * SECOND; 4]);
}

#[test]
fn once_cancelled_leaves_the_opening_to_the_next() {
    virtual_time(async {
        let cell = OnceCell::new();
        let open = async || {
            sleep(SECOND).await;
            1
        };
        assert!(timeout(ms(1), cell.get_or_init(open)).await.is_err());
        assert_eq!(*cell.get_or_init(open).await, 1);
    });
}

#[test]
fn atomics_in_two_steps_sell_seats_that_are_not_there() {
    assert_eq!(virtual_time(atomics::five_buyers_wrong()), -2);
}

#[test]
fn atomics_in_one_step_sell_each_seat_once() {
    let recording = record(atomics::five_buyers_atomically());
    assert_eq!(recording.value, 0);
    assert_eq!(recording.when("has a seat").len(), 3);
    assert_eq!(recording.when("sold out").len(), 2);
}

/// Real threads: whoever sees the flag sees the number, too.
#[test]
fn atomics_announced_number_is_there_when_its_flag_is() {
    for number in 1..1_000 {
        let announced = Announced::default();
        thread::scope(|scope| {
            scope.spawn(|| announced.announce(number));
            let read = scope.spawn(|| std::iter::repeat_with(|| announced.read()).find_map(|n| n));
            assert_eq!(read.join().unwrap(), Some(number));
        });
    }
}

#[test]
fn results_locked_come_as_they_are_done_and_lack_one() {
    let recording = record(results::locked());
    assert_eq!(recording.value, [25, 16, 4, 1]);
    assert_eq!(recording.when("one result is missing"), [5 * SECOND]);
}

#[test]
fn results_sent_come_as_they_are_done_and_lack_one() {
    assert_eq!(virtual_time(results::sent()), [25, 16, 4, 1]);
}

#[test]
fn results_returned_keep_their_order_and_name_the_one_that_failed() {
    let expected = [Some(1), Some(4), None, Some(16), Some(25)];
    assert_eq!(virtual_time(results::returned()), expected);
}

#[test]
fn results_returned_or_sent_or_locked_on_both_runtimes() {
    on_both_runtimes(|| async {
        let list = Arc::<std::sync::Mutex<Vec<u32>>>::default();
        let (sender, mut receiver) = sync::mpsc::channel(5);
        let mut tasks = Vec::new();
        for id in 0..5 {
            let (list, sender) = (Arc::clone(&list), sender.clone());
            tasks.push(spawn(async move {
                yield_now().await;
                assert!(id != 2, "a bug");
                list.lock().unwrap().push(id);
                sender.send(id).await.unwrap();
                id
            }));
        }
        drop(sender);
        let mut returned = Vec::new();
        for task in tasks {
            returned.push(task.await.ok());
        }
        assert_eq!(returned, [Some(0), Some(1), None, Some(3), Some(4)]);
        let mut sent = Vec::new();
        while let Some(id) = receiver.recv().await {
            sent.push(id);
        }
        let mut locked = std::mem::take(&mut *list.lock().unwrap());
        for ids in [&mut sent, &mut locked] {
            ids.sort_unstable();
            assert_eq!(*ids, [0, 1, 3, 4]);
        }
    });
}

#[test]
fn config_behind_two_locks_is_read_torn() {
    let recording = record(config::reload_wrong());
    assert_eq!(recording.when("asking new:1000"), [1000, 1500].map(ms));
}

#[test]
fn config_behind_one_pointer_is_read_whole_and_survives_a_bad_reload() {
    let recording = record(config::reload());
    assert_eq!(recording.value, Ok(()));
    assert_eq!(recording.when("asking old:1000"), [0, 500].map(ms));
    assert_eq!(
        recording.when("asking new:2000"),
        [1000, 1500, 2000, 2500].map(ms)
    );
}

#[test]
fn config_refuses_what_is_none() {
    let why = |text| Settings::load(text).map(|_| ()).unwrap_err();
    assert_eq!(why("host 80"), InvalidConfig::Fields("host 80".into()));
    assert_eq!(why(""), InvalidConfig::Fields(String::new()));
    for (text, field) in [
        ("host 0 1", "port"),
        ("host 65536 1", "port"),
        ("host 80 0", "workers"),
        ("host 80 -1", "workers"),
    ] {
        let InvalidConfig::Number { field: wrong, .. } = why(text) else {
            panic!("{text} has the right number of fields");
        };
        assert_eq!(wrong, field, "{text}");
    }
    let words = why("host eighty 1").to_string();
    assert!(
        words.contains("port must be") && words.contains("`eighty`"),
        "{words}"
    );
}

#[test]
fn config_tells_those_who_asked_to_be_told() {
    virtual_time(async {
        let settings = Settings::load("old 1000 5").unwrap();
        let mut news = settings.subscribe();
        let kept = settings.current();
        settings.reload("new 2000 5").unwrap();
        assert!(settings.reload("bad").is_err());
        news.changed().await.unwrap();
        assert_eq!(news.borrow_and_update().host, "new");
        assert!(!news.has_changed().unwrap(), "a refused text is no news");
        assert_eq!(kept.host, "old", "a reader's copy stays what it was");
    });
}

/// What `borrow` returns is a read lock that blocks: while it lives, a reload blocks its thread.
#[test]
fn config_borrowed_keeps_the_reloader_out() {
    let settings = Settings::load("old 1000 5").unwrap();
    let reader = settings.subscribe();
    let borrowed = reader.borrow();
    thread::scope(|scope| {
        let reload = scope.spawn(|| settings.reload("new 2000 5"));
        thread::sleep(ms(50));
        assert!(!reload.is_finished());
        assert_eq!(borrowed.host, "old");
        drop(borrowed);
        reload.join().unwrap().unwrap();
    });
    assert_eq!(reader.borrow().host, "new");
}

#[test]
fn config_borrowed_is_not_send_and_a_clone_is() {
    assert!(!sendable!(watch::Ref<'static, Arc<config::Config>>));
    assert!(sendable!(Arc<config::Config>));
}

/// Real threads: for as long as one reloads, others read, and never see two texts at once.
#[test]
fn config_cannot_be_read_torn_by_threads() {
    const RELOADS: u16 = 2000;
    let settings = Settings::load("host-1 1 1").unwrap();
    let (start, done) = (Arc::new(Barrier::new(4)), Arc::new(AtomicBool::new(false)));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (settings, start, done) = (settings.clone(), start.clone(), done.clone());
            thread::spawn(move || {
                start.wait();
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let config = settings.current();
                    assert_eq!(config.host, format!("host-{}", config.port));
                    assert_eq!(config.workers.get(), u32::from(config.port.get()));
                    assert!(config.port.get() >= last, "time does not run backwards");
                    last = config.port.get();
                }
                last
            })
        })
        .collect();
    start.wait();
    for number in 2..=RELOADS {
        settings
            .reload(&format!("host-{number} {number} {number}"))
            .unwrap();
    }
    done.store(true, Ordering::Relaxed);
    for reader in readers {
        assert!(reader.join().unwrap() <= RELOADS);
    }
}
