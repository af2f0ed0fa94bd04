//! Chapter 12: two or three threads at a bell, in every order in which they can meet.

#![allow(dead_code, reason = "a model uses a part of what it takes in")]

use std::{
    panic::catch_unwind,
    pin::pin,
    sync::{
        Arc as StdArc, Mutex as StdMutex, PoisonError,
        atomic::{AtomicBool as StdBool, AtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Poll, Wake, Waker},
    thread,
};

use async_workbook_loom::diary as sync;
use loom::{model, thread as loom_thread};

use crate::{hatch::Rings, sync::Arc};

#[path = "../../chapters/ch12_observing/bell_2.rs"]
mod bell_2;
#[path = "../../chapters/ch12_observing/bell_3.rs"]
mod bell_3;
#[path = "../../chapters/ch12_observing/hatch.rs"]
mod hatch;
#[path = "../../chapters/ch12_observing/waiting.rs"]
mod waiting;

fn who_waits_is_called<B: Rings + 'static>() {
    let bell = Arc::new(B::default());
    let rings = {
        let bell = Arc::clone(&bell);
        loom_thread::spawn(move || bell.ring())
    };
    let mut wait = pin!(bell.wait());
    let (woken, waker) = woken();
    let first = wait.as_mut().poll(&mut Context::from_waker(&waker));
    rings.join().unwrap();
    assert!(
        first.is_ready() || woken.is_set(),
        "sleeps, and nobody will wake it"
    );
}

/// Two threads wait, one of them gives up; whoever rings calls one who stays.
fn a_ring_is_passed_on<B: Rings + 'static>() {
    let bell = Arc::new(B::default());
    let rings = {
        let bell = Arc::clone(&bell);
        loom_thread::spawn(move || bell.ring())
    };
    let gives_up = {
        let bell = Arc::clone(&bell);
        loom_thread::spawn(move || is_called_at_once(&*bell))
    };
    let mut wait = pin!(bell.wait());
    let (woken, waker) = woken();
    let first = wait.as_mut().poll(&mut Context::from_waker(&waker));
    rings.join().unwrap();
    let heard = gives_up.join().unwrap();
    let called = usize::from(heard) + usize::from(first.is_ready() || woken.is_set());
    assert_eq!(called, 1, "one ring");
}

/// Two wait and two ring, and all four meet.
fn two_rings_call_two<B: Rings + 'static>() {
    let bell = Arc::new(B::default());
    let other = {
        let bell = Arc::clone(&bell);
        loom_thread::spawn(move || bell.ring())
    };
    let mut waits = [Box::pin(bell.wait()), Box::pin(bell.wait())];
    let wakers = [woken(), woken()];
    let first = [0, 1].map(|i| {
        waits[i]
            .as_mut()
            .poll(&mut Context::from_waker(&wakers[i].1))
    });
    bell.ring();
    other.join().unwrap();
    for i in [0, 1] {
        assert!(first[i].is_ready() || wakers[i].0.is_set(), "{i} sleeps");
    }
}

fn is_called_at_once<B: Rings>(bell: &B) -> bool {
    let mut wait = pin!(bell.wait());
    let waker = Waker::noop();
    wait.as_mut().poll(&mut Context::from_waker(waker)) == Poll::Ready(())
}

#[derive(Default)]
struct Woken(StdBool);

impl Woken {
    fn is_set(&self) -> bool {
        self.0.load(SeqCst)
    }
}

impl Wake for Woken {
    fn wake(self: StdArc<Self>) {
        sync::note("wakes");
        self.0.store(true, SeqCst);
    }
}

fn woken() -> (StdArc<Woken>, Waker) {
    let woken = StdArc::new(Woken::default());
    (StdArc::clone(&woken), Waker::from(woken))
}

/// In how many orders the story can go; each is gone through.
fn orders(story: fn()) -> usize {
    let (orders, _, ended) = gone_through(story);
    assert!(ended.is_ok(), "it goes wrong in one of them");
    orders
}

/// In which order the story goes wrong, by number, and what happened in it.
fn lost(story: fn()) -> (usize, Vec<String>) {
    let (orders, diary, ended) = gone_through(story);
    ended.expect_err("nothing is lost");
    (orders, diary)
}

fn gone_through(story: fn()) -> (usize, Vec<String>, thread::Result<()>) {
    static ONE_DIARY: StdMutex<()> = StdMutex::new(());
    let _mine = ONE_DIARY.lock().unwrap_or_else(PoisonError::into_inner);
    let orders = StdArc::new(AtomicUsize::new(0));
    let counted = StdArc::clone(&orders);
    let ended = catch_unwind(|| {
        model(move || {
            counted.fetch_add(1, SeqCst);
            sync::begin();
            story();
        });
    });
    (orders.load(SeqCst), sync::read(), ended)
}

const LOST: [&str; 4] = [
    "ThreadId(0) finds the flag false and leaves it false",
    "ThreadId(1) locks the line",
    "ThreadId(1) sets the flag to true",
    "ThreadId(0) locks the line",
];

#[test]
fn bell_2_loses_a_ring_on_two_threads() {
    let (order, diary) = lost(who_waits_is_called::<bell_2::Bell>);
    assert_eq!(order, 2);
    // What follows is the end of the test: the one who waits leaves the line.
    assert_eq!(diary[..4], LOST);
}

#[test]
fn bell_2_loses_rings_in_larger_models_too() {
    lost(two_rings_call_two::<bell_2::Bell>);
    lost(a_ring_is_passed_on::<bell_2::Bell>);
}

#[test]
fn bell_3_loses_none_in_any_order() {
    assert_eq!(orders(who_waits_is_called::<bell_3::Bell>), 4);
    assert_eq!(orders(two_rings_call_two::<bell_3::Bell>), 16);
    assert_eq!(orders(a_ring_is_passed_on::<bell_3::Bell>), 505);
}
