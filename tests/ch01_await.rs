//! Chapter 1: what waiting without blocking means.

use std::time::Duration;

use ch01_await::{bridges, fetches, hello::hello, lazy, restaurant, sites};
use stage::{Lane, Outcome, Recording, Run, record, record_blocking, virtual_time};
use tokio_test::{assert_pending, assert_ready, task};

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn pages() -> [String; 3] {
    ["page 1", "page 2", "page 3"].map(String::from)
}

#[test]
fn hello_waits_a_second_between_its_words() {
    virtual_time(async {
        let mut hello = task::spawn(hello());
        assert_pending!(hello.poll());
        tokio::time::sleep(at(999)).await;
        assert!(!hello.is_woken());
        tokio::time::sleep(at(2)).await;
        assert!(hello.is_woken());
        assert_ready!(hello.poll());
    });
}

#[test]
fn fetches_three_blocking_take_three_seconds() {
    let recording = record_blocking(fetches::blocking);
    assert_eq!(recording.elapsed, at(3000));
    assert_eq!(recording.value, pages());
    assert_eq!(running(&recording), [at(1000); 3]);
}

#[test]
fn fetches_three_awaited_in_turn_take_three_seconds() {
    let recording = record(fetches::in_turn());
    assert_eq!(recording.elapsed, at(3000));
    assert_eq!(recording.value, pages());
    assert_eq!(running(&recording), [Duration::ZERO; 3]);
    assert_eq!(recording.lane("fetch 2").created, at(1000));
}

#[test]
fn fetches_three_joined_take_one_second() {
    let recording = record(fetches::joined());
    assert_eq!(recording.elapsed, at(1000));
    assert_eq!(recording.value, pages());
    for lane in &recording.lanes {
        assert_eq!((lane.created, lane.ended), (at(0), Some(at(1000))));
    }
}

#[test]
fn lazy_a_call_alone_does_nothing() {
    let recording = record(lazy::forgotten_wrong());
    let lane = recording.lane("bake rye");
    assert_eq!((lane.polls, lane.outcome), (0, Outcome::Cancelled));
    assert!(recording.told("bake rye").is_empty());
}

#[test]
fn lazy_the_work_begins_at_the_await() {
    let recording = record(lazy::awaited());
    assert_eq!(recording.value, "a loaf of rye");
    assert_eq!(
        recording.told("bake rye"),
        [(at(1000), "into the oven"), (at(3000), "out of the oven")]
    );
}

/// Polling by hand, without any runtime's help: the clock is all it needs from Tokio.
#[test]
fn lazy_polling_by_hand() {
    virtual_time(async {
        let mut bread = task::spawn(lazy::bake("rye"));
        tokio::time::sleep(at(9000)).await;
        assert_pending!(bread.poll());
        assert!(!bread.is_woken());
        tokio::time::sleep(at(2000)).await;
        assert!(bread.is_woken());
        assert_eq!(assert_ready!(bread.poll()), "a loaf of rye");
    });
}

#[test]
fn lazy_futures_tasks_and_orders_can_be_awaited() {
    assert_eq!(record(lazy::what_can_be_awaited()).value, 4335);
}

#[test]
fn sites_in_turn_take_a_hundred_seconds() {
    let recording = record_blocking(|| sites::in_turn(100));
    assert_eq!(recording.elapsed, at(100_000));
    assert!(recording.value.into_iter().eq(0..100));
}

#[test]
fn sites_on_threads_take_one_second() {
    let recording = record_blocking(|| sites::on_a_thread_each(100));
    assert_eq!(recording.elapsed, at(1000));
    assert!(recording.value.into_iter().eq(0..100));
}

#[test]
fn sites_joined_take_one_second() {
    let recording = record(sites::joined(100));
    assert_eq!(recording.elapsed, at(1000));
    assert!(recording.value.into_iter().eq(0..100));
}

/// The chapter sets a waiting visit beside a thread's stack of 2 MiB.
#[test]
fn sites_waiting_visits_are_small() {
    assert!(sites::size_of_a_visit() < 256);
}

#[test]
fn restaurant_one_waiter_serves_three_guests_in_nine_seconds_or_four() {
    assert_eq!(record_blocking(restaurant::synchronous).elapsed, at(9000));
    assert_eq!(record(restaurant::concurrent()).elapsed, at(4000));
    assert_eq!(record(restaurant::blocking_wrong()).elapsed, at(9000));
}

#[test]
fn restaurant_concurrent_is_never_two_things_at_once() {
    let recording = record(restaurant::concurrent());
    assert_eq!(running(&recording), [at(1000); 3]);
    assert_eq!(overlap(&recording), Duration::ZERO);
}

#[test]
fn restaurant_parallel_is_two_things_at_once() {
    assert_eq!(record_blocking(restaurant::one_cook).elapsed, at(8000));
    let recording = record_blocking(restaurant::parallel);
    assert_eq!(recording.elapsed, at(4000));
    assert_eq!(overlap(&recording), at(4000));
}

#[test]
fn bridges_a_synchronous_function_may_bring_its_own_runtime() {
    assert_eq!(bridges::greet_sync("Bo").unwrap(), "Good evening, Bo.");
}

#[test]
fn bridges_a_runtime_inside_a_runtime_panics() {
    let recording = record(bridges::nested_wrong());
    assert_eq!(recording.lane("nested").outcome, Outcome::Panicked);
    assert!(recording.value.unwrap_err().is_panic());
    assert_eq!(record(bridges::awaited()).value, "Good evening, Ada.");
}

#[test]
fn bridges_a_thread_may_block_on_the_runtime_of_others() {
    let recording = record(bridges::from_a_thread());
    assert_eq!(recording.value.unwrap(), "page 1");
    assert_eq!(recording.elapsed, at(1000));
}

fn running<T>(recording: &Recording<T>) -> Vec<Duration> {
    recording.lanes.iter().map(Lane::running).collect()
}

/// How long any two lanes were running at the same moment.
fn overlap<T>(recording: &Recording<T>) -> Duration {
    let runs: Vec<(usize, Run)> = recording
        .lanes
        .iter()
        .enumerate()
        .flat_map(|(lane, record)| record.runs.iter().map(move |run| (lane, *run)))
        .collect();
    let pairs = runs.iter().enumerate().flat_map(|(index, one)| {
        let others = runs[index + 1..].iter().filter(|other| other.0 != one.0);
        others.map(|other| shared(one.1, other.1))
    });
    pairs.sum()
}

fn shared(one: Run, other: Run) -> Duration {
    one.to
        .min(other.to)
        .saturating_sub(one.from.max(other.from))
}
