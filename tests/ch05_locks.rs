//! Chapter 5: sharing state without losing updates, and without waiting for each other for ever.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use ch05_locks::{
    atomics,
    bank::{Account, Refused, transfer},
    barrier, condition,
    config::{self, InvalidConfig, Settings},
    critical, deadlock, event, library, lost_update, once, patience, reentrant, results,
};
use stage::{Outcome, Recording, record, virtual_time};
use tokio::{
    join, spawn,
    sync::{Mutex, Notify, OnceCell},
    time::{sleep, timeout},
};
use tokio_test::{assert_pending, assert_ready, task};

const SECOND: Duration = Duration::from_secs(1);
const PATIENCE: Duration = Duration::from_secs(10);

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
    assert_eq!(said(&recording, "read 0, wrote 1"), [ms(1); 2]);
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

#[test]
fn bank_lock_time_out_in_two_steps_loses_money() {
    assert_eq!(virtual_time(patience::busy_account_wrong()), 160);
}

#[test]
fn bank_lock_time_out_leaves_nothing_half_done() {
    let recording = record(patience::busy_account());
    assert_eq!(recording.value, 200);
    let told = recording.told("payment");
    assert_eq!(told, [(SECOND, "account 2 was not free within 1s")]);
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

#[test]
fn deadlock_cannot_be_when_locks_have_an_order() {
    let recording = record(deadlock::two_transfers());
    assert!(recording.value.is_ok());
    assert_eq!(recording.elapsed, ms(400));
    assert_eq!(said(&recording, "done"), [200, 400].map(ms));
}

/// Nothing ever waits between the two locks but for the other task, and both run on one thread;
/// still Tokio makes a task give way there, sooner or later.
#[test]
fn deadlock_needs_no_wait_in_between() {
    async fn transfers(from: Arc<Mutex<i64>>, to: Arc<Mutex<i64>>) {
        for _ in 0..100_000 {
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
fn event_without_memory_leaves_the_late_one_waiting() {
    let recording = record(event::race_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["runner 3"], 2 * SECOND);
    assert_eq!(said(&recording, "off"), [SECOND; 2]);
}

#[test]
fn event_with_memory_lets_the_late_one_off_at_once() {
    let recording = record(event::race());
    assert!(recording.value.is_ok());
    assert_eq!(said(&recording, "off"), [1, 1, 2].map(Duration::from_secs));
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

#[test]
fn condition_news_between_looking_and_listening_are_lost() {
    let recording = record(condition::one_customer_wrong());
    assert!(recording.value.is_err());
    assert_stuck(&recording, &["customer 1"], SECOND);
    assert_eq!(said(&recording, "baked a loaf"), [ms(500)]);
}

#[test]
fn condition_listening_before_looking_misses_nothing() {
    let recording = record(condition::customers(2));
    assert!(recording.value.is_ok());
    assert_eq!(said(&recording, "baked a loaf"), [500, 2500].map(ms));
    assert_eq!(said(&recording, "got a loaf"), [1000, 2500].map(ms));
}

#[test]
fn condition_in_a_watch_channel_misses_nothing_either() {
    for count in [1, 2, 5] {
        let recording = record(condition::customers_watching(count));
        assert!(recording.value.is_ok());
        assert_eq!(
            said(&recording, "got a loaf"),
            said(&recording, "baked a loaf")
        );
        assert_eq!(recording.lanes.len(), count as usize + 1);
    }
}

#[test]
fn library_readers_share_and_nobody_overtakes_the_writer() {
    let recording = record(library::reading_room());
    assert_eq!(said(&recording, "reading \"Once\""), [ms(0); 3]);
    assert_eq!(said(&recording, "writing"), [SECOND]);
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
        said(&recording, "at the hut"),
        [1, 2, 3, 4, 5, 6].map(|at| at * hour)
    );
    let soup = "was last, so pays for the soup";
    assert_eq!(said(&recording, soup), [3 * hour, 6 * hour]);
    assert_eq!(recording.told("hiker Cy")[1], (3 * hour, soup));
    assert_eq!(recording.told("hiker Ada")[2], (6 * hour, soup));
}

#[test]
fn once_looked_for_by_five_is_opened_five_times() {
    assert_eq!(virtual_time(once::five_tasks_wrong()), 5);
}

#[test]
fn once_is_opened_by_one_and_again_only_after_a_failure() {
    let recording = record(once::five_tasks_once());
    assert_eq!(recording.value, 2, "the first attempt failed");
    assert_eq!(said(&recording, "no answer"), [SECOND]);
    assert_eq!(said(&recording, "using connection 2"), [2 * SECOND; 4]);
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
    assert_eq!(said(&recording, "has a seat").len(), 3);
    assert_eq!(said(&recording, "sold out").len(), 2);
}

#[test]
fn results_locked_come_as_they_are_done_and_lack_one() {
    let recording = record(results::locked());
    assert_eq!(recording.value, [25, 16, 4, 1]);
    assert_eq!(said(&recording, "one result is missing"), [5 * SECOND]);
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
fn config_behind_two_locks_is_read_torn() {
    let recording = record(config::reload_wrong());
    assert_eq!(said(&recording, "asking new:1000"), [1000, 1500].map(ms));
}

#[test]
fn config_behind_one_pointer_is_read_whole_and_survives_a_bad_reload() {
    let recording = record(config::reload());
    assert_eq!(recording.value, Ok(()));
    assert_eq!(said(&recording, "asking old:1000"), [0, 500].map(ms));
    assert_eq!(
        said(&recording, "asking new:2000"),
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
