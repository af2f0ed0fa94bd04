//! Proofs of chapter 14: what an executor does, and that ours does the same as Tokio.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::SeqCst},
        mpsc as std_mpsc,
    },
    task::{Context, Poll, Wake, Waker},
    thread,
    time::{Duration, Instant},
};

use ch14_executor::{
    clock::Clock,
    current::spawn,
    ends, executor_1, executor_2,
    executor_3::Executor,
    heap::Heap,
    join_handle::JoinError,
    lost_wake, mpsc,
    on_stage::ours,
    oneshot, orders, patience, race, ring, time,
    timers::Timers,
    together::{Either, select, yield_now},
    wheel::Wheel,
};
use stage::{Outcome, Woken, ms, on_both_runtimes, record, record_on, record_wakes, virtual_time};

/// The same file once more: here, `tokio` is Tokio.
#[path = "../chapters/ch14_executor/ends.rs"]
mod ends_on_tokio;
#[path = "../chapters/ch14_executor/orders.rs"]
mod orders_on_tokio;

const fn s(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Runs a story on an executor of ours whose clock is virtual.
fn on_ours<F: Future>(story: F) -> F::Output {
    Executor::new(Clock::still()).block_on(story)
}

/// A waker that counts how often it is called.
#[derive(Default)]
struct Counter(AtomicU32);

impl Counter {
    fn new() -> (Arc<Self>, Waker) {
        let counter = Arc::new(Self::default());
        (Arc::clone(&counter), Waker::from(counter))
    }

    fn wakes(&self) -> u32 {
        self.0.load(SeqCst)
    }
}

impl Wake for Counter {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, SeqCst);
    }
}

/// Polls a future once, with a waker of one's choice.
macro_rules! poll {
    ($future:expr, $waker:expr) => {
        pin!($future).poll(&mut Context::from_waker(&$waker))
    };
}

// One future, one thread.

#[test]
fn lost_wake_of_chapter_1_is_kept_by_step_1() {
    assert!(!lost_wake::ends(lost_wake::OF_CHAPTER_1_WRONG));
    assert!(lost_wake::ends(lost_wake::OF_STEP_1));
}

/// Pending at its first poll, which wakes.
async fn wakes_itself() {
    let mut polls = 0;
    poll_fn(|context| {
        polls += 1;
        context.waker().wake_by_ref();
        if polls < 3 {
            return Poll::Pending;
        }
        Poll::Ready(())
    })
    .await;
}

#[test]
fn lost_wake_one_that_comes_during_the_poll_counts() {
    on_both_runtimes(wakes_itself);
    executor_1::block_on(wakes_itself());
    executor_2::Executor::default().block_on(wakes_itself());
    on_ours(wakes_itself());
    on_ours(async { spawn(wakes_itself()).await.unwrap() });
}

/// Between two wakes, a thread sleeps and does not look again and again.
#[test]
fn lost_wake_is_none_that_was_heard_already() {
    let polls = Arc::new(AtomicU32::new(0));
    for run in [executor_1::block_on, |future| on_ours(future)] {
        polls.store(0, SeqCst);
        let (sender, receiver) = oneshot::channel();
        let thread = thread::spawn(move || {
            thread::sleep(ms(20));
            sender.send(()).unwrap();
        });
        let counted = Arc::clone(&polls);
        let mut receiver = Box::pin(receiver);
        let mut wakes_itself = true;
        let waits: std::pin::Pin<Box<dyn Future<Output = _>>> = Box::pin(poll_fn(move |context| {
            counted.fetch_add(1, SeqCst);
            if std::mem::take(&mut wakes_itself) {
                context.waker().wake_by_ref();
            }
            receiver.as_mut().poll(context)
        }));
        assert_eq!(run(waits), Ok(()));
        thread.join().unwrap();
        assert_eq!(polls.load(SeqCst), 3);
    }
}

#[test]
fn lost_wake_from_another_thread_is_heard() {
    for run in [executor_1::block_on, |future| on_ours(future)] {
        let (sender, receiver) = oneshot::channel();
        let thread = thread::spawn(move || {
            thread::sleep(ms(20));
            sender.send(3).unwrap();
        });
        let waits: std::pin::Pin<Box<dyn Future<Output = _>>> = Box::pin(receiver);
        assert_eq!(run(waits), Ok(3));
        thread.join().unwrap();
    }
}

// Many tasks.

#[test]
fn ring_polls_everybody_or_the_one_who_is_woken() {
    assert_eq!(ring::one_task_wrong(100), 5_050);
    // Everybody once to begin with, and all but the one who had the letter by then once more.
    assert_eq!(ring::a_task_each(100).unwrap(), 199);
    assert_eq!(ring::one_task_wrong(10), 55);
    assert_eq!(ring::a_task_each(10).unwrap(), 19);
}

/// Three wait; the second one's letter comes. How often each was polled before and after.
macro_rules! three_wait {
    ($spawn:path, $channel:path, $pause:expr) => {
        async move {
            let polls: Arc<[AtomicU32; 3]> = Arc::default();
            let mut senders = Vec::new();
            for number in 0..3 {
                let (sender, receiver) = $channel();
                let polls = Arc::clone(&polls);
                senders.push(sender);
                let mut receiver = Box::pin(receiver);
                drop($spawn(poll_fn(move |context| {
                    polls[number].fetch_add(1, SeqCst);
                    receiver.as_mut().poll(context).map(|_| ())
                })));
            }
            $pause.await;
            let before = [0, 1, 2].map(|number| polls[number].load(SeqCst));
            senders.remove(1).send(()).unwrap();
            $pause.await;
            let after = [0, 1, 2].map(|number| polls[number].load(SeqCst));
            (before, after)
        }
    };
}

#[test]
fn ring_who_is_not_woken_is_not_polled() {
    on_both_runtimes(|| async {
        let pause = || tokio::time::sleep(ms(20));
        let polls = three_wait!(tokio::spawn, tokio::sync::oneshot::channel, pause()).await;
        assert_eq!(polls, ([1, 1, 1], [1, 2, 1]));
    });
    let polls = on_ours(three_wait!(spawn, oneshot::channel, time::sleep(ms(20))));
    assert_eq!(polls, ([1, 1, 1], [1, 2, 1]));
}

#[test]
fn ring_woken_thrice_stands_in_the_queue_once() {
    let polls = Arc::new(AtomicU32::new(0));
    on_ours(async {
        let (sender, woken) = std_mpsc::channel::<Waker>();
        let counted = Arc::clone(&polls);
        let task = spawn(poll_fn(move |context| {
            if counted.fetch_add(1, SeqCst) > 1 {
                return Poll::Ready(());
            }
            sender.send(context.waker().clone()).unwrap();
            Poll::Pending
        }));
        yield_now().await;
        let waker = woken.recv().unwrap();
        for _ in 0..3 {
            waker.wake_by_ref();
        }
        yield_now().await;
        assert_eq!(polls.load(SeqCst), 2);
        waker.wake_by_ref();
        task.await.unwrap();
        waker.wake();
        yield_now().await;
    });
    assert_eq!(polls.load(SeqCst), 3);
}

#[test]
fn ring_a_handle_has_a_value_a_panic_or_a_cancellation() {
    let story = async {
        assert_eq!(spawn(async { 3 }).await.unwrap(), 3);
        let nested = spawn(async { spawn(async { 4 }).await.unwrap() });
        assert_eq!(nested.await.unwrap(), 4);
        let Err(JoinError::Panicked(panic)) = spawn(async { panic!("burnt") }).await else {
            panic!("a panic is told");
        };
        assert_eq!(panic.downcast_ref(), Some(&"burnt"));
        let endless = spawn(std::future::pending::<()>());
        endless.abort();
        assert!(endless.await.unwrap_err().is_cancelled());
    };
    executor_2::Executor::default().block_on(story);
}

/// A task whose destructor panics, once when it is aborted and once when it is over. Whether each panic was told.
macro_rules! burnt_in_the_end {
    ($spawn:path, $yield_now:path, $is_panic:expr) => {
        async {
            struct Burns;
            impl Drop for Burns {
                fn drop(&mut self) {
                    panic!("burnt");
                }
            }
            let mut told = Vec::new();
            for over in [false, true] {
                let burns = Burns;
                let task = $spawn(poll_fn(move |_| {
                    let _ = &burns;
                    if over {
                        return Poll::Ready(());
                    }
                    Poll::Pending
                }));
                $yield_now().await;
                task.abort();
                told.push(task.await.is_err_and($is_panic));
            }
            told
        }
    };
}

#[test]
fn ring_a_panic_of_a_destructor_stays_in_its_task() {
    let panicked = tokio::task::JoinError::is_panic;
    let theirs = burnt_in_the_end!(tokio::spawn, tokio::task::yield_now, |it| panicked(&it));
    assert_eq!(virtual_time(theirs), [true, true]);
    let panicked = |error| matches!(error, JoinError::Panicked(_));
    let told = on_ours(burnt_in_the_end!(spawn, yield_now, panicked));
    assert_eq!(told, [true, true]);
}

/// Says so when it is dropped.
struct Says(&'static str, Arc<Mutex<Vec<&'static str>>>);

impl Drop for Says {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
    }
}

#[test]
fn ring_a_task_is_dropped_before_its_handle_hears_of_it() {
    let said = Arc::default();
    let says = Says("dropped", Arc::clone(&said));
    on_ours(async {
        let mut says = Some(says);
        let mut task = Box::pin(spawn(poll_fn(move |_| {
            let _ = &mut says;
            Poll::Ready(())
        })));
        let heard = Arc::clone(&said);
        let tell = move || heard.lock().unwrap().push("heard");
        let waker = Waker::from(Arc::new(LooksAtOnce(Mutex::new(tell))));
        assert!(poll!(task.as_mut(), waker).is_pending());
        yield_now().await;
        task.await.unwrap();
    });
    assert_eq!(*said.lock().unwrap(), ["dropped", "heard"]);
}

#[test]
fn ring_tasks_that_are_always_ready_leave_room_for_the_main_future() {
    let story = async {
        let busy = spawn(async {
            loop {
                yield_now().await;
            }
        });
        for _ in 0..10 {
            yield_now().await;
        }
        assert!(!busy.is_finished());
    };
    executor_2::Executor::default().block_on(story);
}

// Time.

#[test]
fn patience_stays_in_a_heap_and_leaves_a_wheel() {
    assert_eq!(patience::left_behind(1_000, Heap::default()), 1_000);
    assert_eq!(patience::left_behind(1_000, Wheel::default()), 0);
}

#[test]
fn patience_that_is_dropped_wakes_nobody() {
    on_both_runtimes(|| async {
        let (counter, waker) = Counter::new();
        {
            let mut dropped = pin!(tokio::time::sleep(ms(10)));
            assert!(poll!(dropped.as_mut(), waker).is_pending());
        }
        tokio::time::sleep(ms(30)).await;
        assert_eq!(counter.wakes(), 0);
    });
    for dropped in [true, false] {
        let (counter, waker) = Counter::new();
        let sleeps = |timers: Box<dyn FnOnce() -> Executor>| {
            timers().block_on(async {
                let mut sleep = Box::pin(time::sleep(ms(10)));
                assert!(poll!(sleep.as_mut(), waker).is_pending());
                let kept = (!dropped).then_some(sleep);
                time::sleep(ms(30)).await;
                drop(kept);
            });
        };
        sleeps(Box::new(|| {
            Executor::with_timers(Clock::still(), Heap::default())
        }));
        sleeps(Box::new(|| Executor::new(Clock::still())));
        assert_eq!(counter.wakes(), if dropped { 0 } else { 2 });
    }
}

/// Numbers that look random, and are the same each time.
struct Draws(u64);

impl Draws {
    fn next(&mut self, below: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % below
    }
}

/// What happens to a list of timers: who was woken, in which order.
fn timers_tell(timers: &mut dyn Timers, seed: u64) -> Vec<(u64, Vec<u64>)> {
    let mut draws = Draws(seed);
    let (mut now, mut told, mut waiting) = (0_u64, Vec::new(), Vec::new());
    for id in 1..400 {
        // Now near, now far.
        let bits = draws.next(40);
        let at = now + 1 + draws.next(1 << bits);
        let (counter, waker) = Counter::new();
        timers.insert(at, id, waker);
        waiting.push((at, id, counter));
        if draws.next(3) == 0 {
            let gone = usize::try_from(draws.next(waiting.len() as u64)).unwrap();
            let (at, id, _) = waiting.remove(gone);
            timers.remove(at, id);
        }
        if draws.next(2) == 0 {
            let bits = draws.next(30);
            now += draws.next(1 << bits);
            let wakers = timers.due(now);
            let mut ids = Vec::new();
            for waker in wakers {
                waker.wake();
                let one = waiting
                    .iter()
                    .position(|(_, _, counter)| counter.wakes() > 0);
                let (at, id, _) = waiting.remove(one.expect("who is woken has waited"));
                assert!(at <= now, "{at} is woken at {now}");
                ids.push(id);
            }
            assert!(
                waiting.iter().all(|(at, _, _)| *at > now),
                "overslept at {now}"
            );
            told.push((now, ids));
        }
    }
    told
}

#[test]
fn patience_is_counted_alike_by_heap_and_wheel() {
    for seed in 1..=200 {
        let heap = timers_tell(&mut Heap::default(), seed);
        let wheel = timers_tell(&mut Wheel::default(), seed);
        assert_eq!(heap, wheel, "seed {seed}");
    }
}

#[test]
fn patience_may_last_for_ever() {
    for at in [u64::MAX, u64::MAX - 1, 1 << 36, (1 << 36) - 1, 1 << 60] {
        let mut wheel = Wheel::default();
        let (counter, waker) = Counter::new();
        wheel.insert(at, 1, waker);
        assert!(wheel.due(at - 1).is_empty());
        let next = wheel.next().unwrap();
        assert!(next <= at, "{next}");
        wheel.due(at).into_iter().for_each(Waker::wake);
        assert_eq!((counter.wakes(), wheel.len()), (1, 0), "{at}");
    }
}

#[test]
fn patience_of_the_machine_is_no_shorter_than_asked_for() {
    let begun = Instant::now();
    Executor::new(Clock::real()).block_on(async {
        let task = spawn(time::sleep(ms(30)));
        time::sleep(ms(10)).await;
        task.await.unwrap();
    });
    assert!(begun.elapsed() >= ms(30), "{:?}", begun.elapsed());
}

/// The stage takes a second of real time to be sure.
#[test]
fn patience_of_nobody_ends_a_story_with_its_cause() {
    let story = async {
        let (sender, receiver) = oneshot::channel::<()>();
        let _ = receiver.await;
        drop(sender);
    };
    let told = std::panic::catch_unwind(|| record_on(ours(true), story));
    let words = told.unwrap_err();
    let words = words.downcast_ref::<String>().unwrap();
    assert!(words.contains("a deadlock at 0.000 s"), "{words}");
}

// Join, select, yield.

#[test]
fn race_both_take_as_long_as_the_longer() {
    let told = record_on(ours(true), race::both());
    assert_eq!((told.value, told.elapsed), ((3, 2), s(3)));
    assert_eq!(told.lane("kettle").polls, 4);
    assert_eq!(told.lane("toaster").polls, 3);
}

#[test]
fn race_the_loser_is_dropped_and_was_polled_though_nobody_had_called_it() {
    let told = record_on(ours(true), race::first());
    assert_eq!((told.value, told.elapsed), (Either::Right(()), s(2)));
    assert_eq!(told.life("kettle"), (s(0), s(2), Outcome::Cancelled));
    let woken = |at| {
        told.wakes
            .iter()
            .filter(move |wake| wake.at == at)
            .map(|wake| wake.lane)
    };
    assert_eq!(woken(s(1)).collect::<Vec<_>>(), [0]);
    assert_eq!(told.lane("telephone").polls, 3);
}

#[test]
fn race_of_two_who_are_ready_is_won_by_the_first() {
    let won = on_ours(select(std::future::ready(1), std::future::ready(2)));
    assert_eq!(won, Either::Left(1));
}

#[test]
fn race_giving_way_lets_the_other_speak() {
    let words = |politely| record_on(ours(true), race::words(politely)).value;
    assert_eq!(
        words(false),
        ["ping", "ping", "ping", "pong", "pong", "pong"]
    );
    assert_eq!(
        words(true),
        ["ping", "pong", "ping", "pong", "ping", "pong"]
    );
}

#[test]
fn ends_of_three_tasks_are_those_of_tokio() {
    let told = record_on(ours(true), ends::three());
    assert_eq!(told.life("detached"), (s(0), s(4), Outcome::Cancelled));
    assert_eq!(told.life("aborted"), (s(0), s(2), Outcome::Cancelled));
    assert_eq!(told.life("owned"), (s(0), s(3), Outcome::Cancelled));
    assert_eq!(told, record_wakes(ends_on_tokio::three()));
}

/// What was dropped by the time when somebody looks: right after the abort, and after a turn.
macro_rules! dropped_by_an_abort {
    ($spawn:path, $yield_now:path) => {
        async {
            let said = Arc::default();
            let says = Says("dropped", Arc::clone(&said));
            let task = $spawn(async move {
                std::future::pending::<()>().await;
                drop(says);
            });
            $yield_now().await;
            task.abort();
            let at_once = said.lock().unwrap().len();
            $yield_now().await;
            let later = said.lock().unwrap().len();
            (at_once, later)
        }
    };
}

#[test]
fn ends_by_an_abort_come_with_the_next_turn() {
    let theirs = dropped_by_an_abort!(tokio::spawn, tokio::task::yield_now);
    assert_eq!(virtual_time(theirs), (0, 1));
    assert_eq!(on_ours(dropped_by_an_abort!(spawn, yield_now)), (0, 1));
}

#[test]
fn ends_of_an_executor_take_the_oldest_first_and_what_they_spawn() {
    struct Spawns(Says);
    impl Drop for Spawns {
        fn drop(&mut self) {
            let said = Says("spawned by a destructor", Arc::clone(&self.0.1));
            drop(spawn(async move { drop(said) }));
        }
    }
    let said = Arc::default();
    let says = |words| Says(words, Arc::clone(&said));
    let (first, second) = (Spawns(says("first")), says("second"));
    on_ours(async {
        drop(spawn(async move {
            std::future::pending::<()>().await;
            drop(first);
        }));
        drop(spawn(async move {
            std::future::pending::<()>().await;
            drop(second);
        }));
        yield_now().await;
    });
    let said = said.lock().unwrap();
    assert_eq!(*said, ["first", "second", "spawned by a destructor"]);
}

// A oneshot and a queue.

#[test]
fn orders_are_served_as_on_tokio_and_by_the_same_wakes() {
    let told = record_on(ours(true), orders::served());
    assert_eq!(told.value.as_ref().unwrap(), &["soup", "fish", "cake"]);
    assert_eq!(told.elapsed, s(3));
    let lane = |label: &str| {
        told.lanes
            .iter()
            .position(|lane| lane.label == label)
            .unwrap()
    };
    let woken = |at: Duration| {
        let wakes = told.wakes.iter().filter(move |wake| wake.at == at);
        wakes
            .map(|&Woken { lane, by, .. }| (by, lane))
            .collect::<Vec<_>>()
    };
    let kitchen = lane("kitchen");
    let [soup, fish, cake] = ["soup", "fish", "cake"].map(|dish| lane(&format!("guest {dish}")));
    // The timer wakes the kitchen, and the kitchen the guest whose dish is done and the one in line.
    let at_one = [
        (None, kitchen),
        (Some(kitchen), soup),
        (Some(kitchen), cake),
    ];
    assert_eq!(woken(s(1)), at_one);
    assert_eq!(woken(s(2)), [(None, kitchen), (Some(kitchen), fish)]);
    let theirs = record_wakes(orders_on_tokio::served());
    assert_eq!(theirs.wakes, told.wakes);
    assert_eq!((theirs.lanes, theirs.events), (told.lanes, told.events));
}

#[test]
fn orders_that_nobody_will_cook_are_answered() {
    let told = record_on(ours(true), orders::closed());
    assert_eq!((told.value, told.elapsed), (None, s(1)));
    let theirs = record_wakes(orders_on_tokio::closed());
    // Their error has another type, and so other words.
    assert_eq!((theirs.lanes, theirs.wakes), (told.lanes, told.wakes));
}

/// Looks, as soon as it is woken, on the thread that wakes it.
struct LooksAtOnce<F>(Mutex<F>);

impl<F: FnMut() + Send> Wake for LooksAtOnce<F> {
    fn wake(self: Arc<Self>) {
        (self.0.lock().unwrap())();
    }
}

#[test]
fn orders_a_waker_is_called_without_the_lock() {
    on_both_runtimes(|| async {
        let (tells, told) = std_mpsc::channel();
        let (sender, receiver) = oneshot::channel();
        let mut receiver = Box::pin(receiver);
        assert!(poll!(receiver.as_mut(), Waker::noop()).is_pending());
        let receiver = Mutex::new(receiver);
        let receiver = Arc::new(receiver);
        let looks = Arc::clone(&receiver);
        let look = move || {
            let mut receiver = looks.lock().unwrap();
            let seen = poll!(receiver.as_mut(), Waker::noop());
            tells.send(seen).unwrap();
        };
        let waker = Waker::from(Arc::new(LooksAtOnce(Mutex::new(look))));
        assert!(poll!(receiver.lock().unwrap().as_mut(), waker).is_pending());
        sender.send(3).unwrap();
        assert_eq!(told.try_recv(), Ok(Poll::Ready(Ok(3))));
    });
}

#[test]
fn orders_a_oneshot_tells_of_both_ends() {
    let (sender, receiver) = oneshot::channel::<u32>();
    drop(receiver);
    assert_eq!(sender.send(3), Err(3));

    let (sender, mut receiver) = oneshot::channel::<u32>();
    let (counter, waker) = Counter::new();
    assert!(poll!(&mut receiver, waker).is_pending());
    assert!(poll!(&mut receiver, waker).is_pending());
    drop(sender);
    assert_eq!(counter.wakes(), 1);
    assert_eq!(executor_1::block_on(receiver), Err(oneshot::RecvError));

    let said = Arc::default();
    let (sender, receiver) = oneshot::channel();
    let _ = sender.send(Says("the value", Arc::clone(&said)));
    drop(receiver);
    assert_eq!(*said.lock().unwrap(), ["the value"]);
}

#[test]
fn orders_wait_for_room_in_line() {
    let (sender, mut receiver) = mpsc::channel(1);
    let (counter, waker) = Counter::new();
    assert_eq!(poll!(sender.send(1), waker), Poll::Ready(Ok(())));
    let mut second = Box::pin(sender.send(2));
    let mut third = Box::pin(sender.send(3));
    assert!(poll!(second.as_mut(), waker).is_pending());
    assert!(poll!(third.as_mut(), waker).is_pending());
    assert_eq!(poll!(receiver.recv(), waker), Poll::Ready(Some(1)));
    assert_eq!(counter.wakes(), 1, "room for one wakes one");
    // The second has been called, and leaves: the third is called instead.
    drop(second);
    assert_eq!(counter.wakes(), 2);
    assert!(
        poll!(sender.send(4), waker).is_pending(),
        "nobody overtakes"
    );
    assert_eq!(poll!(third.as_mut(), waker), Poll::Ready(Ok(())));
    drop(third);
    assert_eq!(poll!(receiver.recv(), waker), Poll::Ready(Some(3)));
    drop(sender);
    assert_eq!(poll!(receiver.recv(), waker), Poll::Ready(None));
}

#[test]
fn orders_find_nobody_when_the_receiver_is_gone() {
    let (sender, receiver) = mpsc::channel(1);
    let (counter, waker) = Counter::new();
    assert_eq!(poll!(sender.send(1), waker), Poll::Ready(Ok(())));
    let mut second = Box::pin(sender.send(2));
    assert!(poll!(second.as_mut(), waker).is_pending());
    drop(receiver);
    assert_eq!(counter.wakes(), 1);
    assert_eq!(
        poll!(second.as_mut(), waker),
        Poll::Ready(Err(mpsc::SendError(2)))
    );
    assert_eq!(
        poll!(sender.send(3), waker),
        Poll::Ready(Err(mpsc::SendError(3)))
    );
}

// Breakfast, unchanged.

#[test]
fn breakfast_is_the_same_on_both() {
    let told = record_on(ours(true), ch14_executor::breakfast::in_turn());
    assert_eq!(told.elapsed, s(5));
    assert_eq!(told, record_wakes(ch02_tasks::breakfast::in_turn()));

    let (ours, told) = record_on(ours(true), ch14_executor::breakfast::spawned()).split();
    let (theirs, on_tokio) = record_wakes(ch02_tasks::breakfast::spawned()).split();
    assert_eq!(ours.unwrap(), theirs.unwrap());
    assert_eq!(told.elapsed, s(3));
    assert_eq!(told, on_tokio);
    // Each by its timer; who waits for both has no lane.
    assert_eq!(told.wakes.len(), 2);
}

#[test]
fn pipeline_is_the_same_on_both() {
    for inputs in [
        vec![1..=10],
        vec![1..=4, 11..=20],
        vec![1..=30, 31..=33, 34..=50],
    ] {
        let told = record_on(ours(true), ch14_executor::pipeline::closing(inputs.clone()));
        let on_tokio = record_wakes(ch06_queues::pipeline::closing(inputs.clone()));
        assert!(told.wakes.len() > 20, "{}", told.wakes.len());
        assert_eq!(told, on_tokio);

        let told = record_on(
            ours(true),
            ch14_executor::pipeline::sentinel_wrong(inputs.clone()),
        );
        let on_tokio = record_wakes(ch06_queues::pipeline::sentinel_wrong(inputs));
        assert_eq!(told, on_tokio);
    }
}

#[test]
fn breakfast_without_wakes_is_what_chapter_2_shows() {
    let (_, told) = record_on(ours(true), ch14_executor::breakfast::spawned()).split();
    let (_, on_tokio) = record(ch02_tasks::breakfast::spawned()).split();
    assert_eq!((told.lanes, told.events), (on_tokio.lanes, on_tokio.events));
    assert!(on_tokio.wakes.is_empty());
}
