//! Chapter 12: twelve people at the hatch, on as many threads, in orders that are drawn.

#![allow(dead_code, reason = "a test uses a part of what it takes in")]

use std::panic::catch_unwind;

use async_workbook_loom::shuttle as sync;
use shuttle::{
    Config, Runner,
    future::{block_on, spawn},
    scheduler::PctScheduler,
};

use crate::{bell_3::Bell, hatch::Hatch, sync::Arc};

#[path = "../../chapters/ch12_observing/bell_3.rs"]
mod bell_3;
#[path = "../../chapters/ch12_observing/hatch.rs"]
mod hatch;
#[path = "../../chapters/ch12_observing/waiting.rs"]
mod waiting;

/// Four cooks with two plates each, eight guests, room for two plates: all are served.
fn twelve(looks_first: bool) {
    let hatch = Arc::new(Hatch::<Bell>::new(2));
    let cooks = (0..4).map(|cook| {
        let hatch = Arc::clone(&hatch);
        spawn(async move {
            hatch.put(cook).await;
            hatch.put(cook).await;
        })
    });
    let guests = (0..8).map(|_| {
        let hatch = Arc::clone(&hatch);
        spawn(async move {
            if looks_first {
                hatch.take_wrong().await;
            } else {
                hatch.take().await;
            }
        })
    });
    let people: Vec<_> = cooks.chain(guests).collect();
    for person in people {
        block_on(person).unwrap();
    }
}

/// From one seed, so many orders.
fn drawn(orders: usize, looks_first: bool) {
    let scheduler = PctScheduler::new_from_seed(12, 3, orders);
    Runner::new(scheduler, Config::new()).run(move || twelve(looks_first));
}

#[test]
fn hatch_serves_twelve() {
    drawn(2_000, false);
}

/// Two plates are put between a look and a wait, and one ring is kept for both.
#[test]
fn hatch_lets_one_sleep_who_looks_before_standing_in_line() {
    let panic = catch_unwind(|| drawn(2_000, true)).unwrap_err();
    let words = panic.downcast_ref::<String>().unwrap();
    assert!(words.starts_with("deadlock! blocked tasks: ["), "{words}");
}

/// Loom has no room for so many.
#[test]
fn hatch_is_too_large_for_loom() {
    const { assert!(loom::MAX_THREADS < 12) }
}
