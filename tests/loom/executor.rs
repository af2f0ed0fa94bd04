//! Chapter 14: its channels and queues, in every order in which two or three threads can meet.

#![allow(dead_code, reason = "a model uses a part of what it takes in")]

use std::{
    collections::VecDeque,
    pin::pin,
    sync::{
        Arc as StdArc,
        atomic::{AtomicUsize as StdAtomicUsize, Ordering::SeqCst},
    },
    task::{Context, Waker},
};

use loom::{future::block_on, model::Builder, thread};

use primitives::{Arc, Mutex, lock};
use shared_queue::SharedQueue;
use sleepers::Sleepers;

/// What these files have from `std` otherwise.
mod primitives {
    pub use loom::sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    };

    use std::sync::PoisonError;

    use loom::sync::MutexGuard;

    pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[path = "../../chapters/ch14_executor/mpsc.rs"]
mod mpsc;
#[path = "../../chapters/ch14_executor/oneshot.rs"]
mod oneshot;
#[path = "../../chapters/ch14_executor/semaphore.rs"]
mod semaphore;
#[path = "../../chapters/ch14_executor/shared_queue.rs"]
mod shared_queue;
#[path = "../../chapters/ch14_executor/sleepers.rs"]
mod sleepers;

/// In how many orders the story can go; each is gone through, and a story that hangs panics.
fn orders(story: fn()) -> usize {
    gone_through(&Builder::new(), story)
}

/// The same for stories with too many orders: those in which a thread is interrupted at most so often where it
/// could go on.
fn orders_with(interruptions: usize, story: fn()) -> usize {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(interruptions);
    gone_through(&builder, story)
}

fn gone_through(builder: &Builder, story: fn()) -> usize {
    let runs = StdArc::new(StdAtomicUsize::new(0));
    let counted = StdArc::clone(&runs);
    builder.check(move || {
        counted.fetch_add(1, SeqCst);
        story();
    });
    runs.load(SeqCst)
}

#[test]
fn oneshot_value_comes_or_its_sender_is_gone() {
    let all = orders(|| {
        let (sender, receiver) = oneshot::channel();
        let sends = thread::spawn(move || sender.send(7));
        assert_eq!(block_on(receiver), Ok(7));
        assert_eq!(sends.join().unwrap(), Ok(()));
    });
    assert!(all > 1, "{all}");
    orders(|| {
        let (sender, receiver) = oneshot::channel::<u32>();
        let goes = thread::spawn(move || drop(sender));
        assert!(block_on(receiver).is_err());
        goes.join().unwrap();
    });
    // Who sends learns of a receiver that is gone, or the value is dropped with the place.
    orders(|| {
        let (sender, receiver) = oneshot::channel();
        let goes = thread::spawn(move || drop(receiver));
        let _ = sender.send(7);
        goes.join().unwrap();
    });
}

/// Room for one, so that the senders wait as well.
#[test]
fn mpsc_loses_nothing_and_ends() {
    let all = orders_with(3, || {
        let (sender, mut receiver) = mpsc::channel(1);
        let sends = thread::spawn(move || {
            block_on(async {
                sender.send(1).await.unwrap();
                sender.send(2).await.unwrap();
            });
        });
        let items = block_on(async {
            [
                receiver.recv().await,
                receiver.recv().await,
                receiver.recv().await,
            ]
        });
        assert_eq!(items, [Some(1), Some(2), None]);
        sends.join().unwrap();
    });
    assert!(all > 1, "{all}");
}

#[test]
fn mpsc_two_senders_share_the_room() {
    orders_with(2, || {
        let (sender, mut receiver) = mpsc::channel(1);
        let other = sender.clone();
        let sends = thread::spawn(move || block_on(sender.send(1)).unwrap());
        let also = thread::spawn(move || block_on(other.send(2)).unwrap());
        let mut items = block_on(async { [receiver.recv().await, receiver.recv().await] });
        items.sort_unstable();
        assert_eq!(items, [Some(1), Some(2)]);
        sends.join().unwrap();
        also.join().unwrap();
    });
}

#[test]
fn mpsc_sender_learns_that_the_receiver_is_gone() {
    orders(|| {
        let (sender, receiver) = mpsc::channel(1);
        let goes = thread::spawn(move || drop(receiver));
        let sent = block_on(async { [sender.send(1).await, sender.send(2).await] });
        assert!(sent[1].is_err(), "there was room for one");
        goes.join().unwrap();
    });
}

/// Two workers, two tasks: each worker gets one, however they meet.
#[test]
fn shared_queue_wakes_whoever_is_needed() {
    let all = orders(|| {
        let queue = Arc::new(SharedQueue::default());
        let workers = [(); 2].map(|()| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.pop())
        });
        queue.push(1);
        queue.push(2);
        let mut taken = workers.map(|worker| worker.join().unwrap());
        taken.sort_unstable();
        assert_eq!(taken, [Some(1), Some(2)]);
    });
    assert!(all > 1, "{all}");
}

#[test]
fn shared_queue_lets_everybody_go_when_it_is_closed() {
    orders(|| {
        let queue = Arc::new(SharedQueue::<u32>::default());
        let workers = [(); 2].map(|()| {
            let queue = Arc::clone(&queue);
            thread::spawn(move || queue.pop())
        });
        queue.close();
        assert_eq!(workers.map(|worker| worker.join().unwrap()), [None; 2]);
    });
}

type Queue = Mutex<VecDeque<u32>>;

/// Two workers sleep, and two tasks are put into a queue that has a lock of its own.
#[test]
fn sleepers_are_woken_whenever_there_is_something() {
    let all = orders_with(2, || {
        let shared = Arc::new((Sleepers::default(), Queue::default()));
        let workers = [(); 2].map(|()| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || shared.0.wait_for(|| lock(&shared.1).pop_front()))
        });
        for task in [1, 2] {
            lock(&shared.1).push_back(task);
            shared.0.wake_one();
        }
        let mut found = workers.map(|worker| worker.join().unwrap());
        found.sort_unstable();
        assert_eq!(found, [Some(1), Some(2)]);
    });
    assert!(all > 1, "{all}");
}

#[test]
fn sleepers_go_when_it_is_closed() {
    orders(|| {
        let sleepers = Arc::new(Sleepers::default());
        let sleeps = {
            let sleepers = Arc::clone(&sleepers);
            thread::spawn(move || sleepers.wait_for(|| None::<u32>))
        };
        sleepers.close();
        assert_eq!(sleeps.join().unwrap(), None);
    });
}

/// Counts those who are dropped.
struct Counted(StdArc<StdAtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// An item that came in when the receiver had just gone would stay as long as a sender does, and whoever
/// waits for what the item holds would wait as long.
#[test]
fn mpsc_keeps_nothing_when_its_receiver_is_gone() {
    orders(|| {
        let drops = StdArc::new(StdAtomicUsize::new(0));
        let item = Counted(StdArc::clone(&drops));
        let (sender, receiver) = mpsc::channel(1);
        let sends = thread::spawn(move || {
            drop(block_on(sender.send(item)));
            sender
        });
        drop(receiver);
        let sender = sends.join().unwrap();
        assert_eq!(drops.load(SeqCst), 1);
        drop(sender);
    });
}

#[test]
fn semaphore_passes_on_the_permit_of_one_who_leaves() {
    orders(|| {
        let semaphore = Arc::new(semaphore::Semaphore::new(0));
        let leaves = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || {
                let mut acquire = pin!(semaphore.acquire());
                let mut nobody = Context::from_waker(Waker::noop());
                acquire.as_mut().poll(&mut nobody).is_ready()
            })
        };
        let gives = {
            let semaphore = Arc::clone(&semaphore);
            thread::spawn(move || semaphore.release())
        };
        // It may have had the one permit at once; then here comes another.
        if leaves.join().unwrap() {
            semaphore.release();
        }
        assert_eq!(block_on(semaphore.acquire()), Ok(()));
        gives.join().unwrap();
    });
}
