//! Proofs of chapter 14: what Tokio does and ours does not, each with the failure.

use std::{
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use ch14_executor::{
    clock::Clock,
    current::spawn,
    executor_1, executor_2,
    executor_3::Executor,
    missing::{self, LETTERS},
    on_stage::ours,
    time::sleep,
    workers_1, workers_2,
};
use stage::{ms, record, record_on};
use tokio::runtime::Builder;

/// The same file, where `tokio` is Tokio.
#[path = "../chapters/ch14_executor/missing.rs"]
mod on_tokio;

/// Long enough for whatever could go on to do so.
const WHILE: Duration = Duration::from_millis(200);

#[test]
fn missing_budget_lets_a_greedy_task_keep_the_thread() {
    assert_eq!(record_on(ours(true), missing::greedy()).value, LETTERS);
    assert_eq!(record(on_tokio::greedy()).value, 128);
}

#[test]
fn missing_pool_makes_a_blocking_call_stop_everybody() {
    let late = vec![ms(1000), ms(1250), ms(1500), ms(1750)];
    assert_eq!(record_on(ours(true), missing::blocked()).when("tick"), late);
    // Tokio cannot help who blocks a task, but it has another place for it.
    assert_eq!(record(on_tokio::blocked()).when("tick"), late);
}

#[test]
fn missing_guard_lets_a_task_wait_for_its_own_executor() {
    // Ours: a `block_on` inside a task keeps the thread on which its task would run.
    let (done, waits) = mpsc::channel();
    thread::spawn(move || {
        executor_2::Executor::default().block_on(async {
            let sibling = spawn(async { 7 });
            let _ = done.send(executor_1::block_on(sibling).unwrap());
        });
    });
    assert_eq!(
        waits.recv_timeout(WHILE),
        Err(mpsc::RecvTimeoutError::Timeout)
    );
    // Tokio's: a panic that says so.
    let runtime = Builder::new_current_thread().build().unwrap();
    let told = runtime.block_on(async {
        let inner = async { tokio::runtime::Handle::current().block_on(async { 7 }) };
        tokio::spawn(inner).await.unwrap_err().into_panic()
    });
    let words = told.downcast_ref::<&str>().copied();
    let told = words
        .or_else(|| told.downcast_ref().map(String::as_str))
        .unwrap_or("");
    assert!(
        told.contains("Cannot start a runtime from within a runtime"),
        "{told}"
    );
}

/// A task wakes itself and goes on. The other worker takes it from the queue, and waits for its lock instead of
/// doing something else.
#[test]
fn missing_state_makes_a_worker_wait_for_a_task_that_runs() {
    fn wakes_itself(result: mpsc::Sender<bool>) -> impl Future<Output = ()> + Send {
        let mut polled = false;
        std::future::poll_fn(move |context| {
            if std::mem::replace(&mut polled, true) {
                return std::task::Poll::Ready(());
            }
            context.waker().wake_by_ref();
            // Time for the other worker to take it.
            thread::sleep(WHILE / 4);
            let (done, other) = mpsc::channel();
            spawn_somewhere(move || _ = done.send(()));
            // Tokio keeps the task that was spawned last for the same worker; this is that one.
            spawn_somewhere(|| ());
            let _ = result.send(other.recv_timeout(WHILE).is_ok());
            std::task::Poll::Pending
        })
    }
    fn spawn_somewhere(act: impl FnOnce() + Send + 'static) {
        match tokio::runtime::Handle::try_current() {
            Ok(handle) => drop(handle.spawn(async move { act() })),
            Err(_) => drop(spawn(async move { act() })),
        }
    }
    let (tell, told) = mpsc::channel();
    let workers = workers_1::Workers::new(2);
    workers.block_on(async { spawn(wakes_itself(tell)).await.unwrap() });
    assert!(!told.recv().unwrap(), "ours: nobody ran it meanwhile");
    let (tell, told) = mpsc::channel();
    let workers = workers_2::Workers::new(2);
    workers.block_on(async { spawn(wakes_itself(tell)).await.unwrap() });
    assert!(!told.recv().unwrap(), "nor here");
    let (tell, told) = mpsc::channel();
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .unwrap();
    runtime.block_on(async { tokio::spawn(wakes_itself(tell)).await.unwrap() });
    assert!(told.recv().unwrap(), "Tokio's other worker was free");
}

#[test]
#[should_panic(expected = "the executor has a timer")]
fn missing_timer_of_the_workers() {
    workers_2::Workers::new(1).block_on(async {
        sleep(ms(1)).await;
    });
}

/// What Tokio does in all of these, ours does as well: it looks at the clock between two rounds.
#[test]
fn missing_is_not_a_look_at_the_clock() {
    let mut executor = Executor::new(Clock::real());
    let begun = Instant::now();
    executor.block_on(async {
        let busy = spawn(async {
            loop {
                ch14_executor::together::yield_now().await;
            }
        });
        sleep(ms(20)).await;
        busy.abort();
    });
    assert!(begun.elapsed() < WHILE);
}
