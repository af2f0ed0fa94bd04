//! One story on both kinds of runtime: what is said of tasks should hold on either.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

use tokio::{
    runtime::{Builder, RuntimeFlavor},
    time::timeout,
};

use crate::{
    clock::Clock,
    performance::runtime,
    watchdog::{Manners, Watch, patience},
};

/// Runs a story twice, each time as a task of a fresh runtime: of a current-thread runtime, then of
/// a multi-threaded one with two workers. Both keep real time. What the story asserts is so proved
/// for both.
///
/// When the story has ended, its runtime ends, and with it whatever tasks are left.
///
/// # Panics
///
/// If the story panics or has not ended after 10 s, naming the runtime or both; if the system grants
/// no runtime.
#[track_caller]
pub fn on_both_runtimes<F>(story: impl Fn() -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let one = Builder::new_current_thread();
    let mut two = Builder::new_multi_thread();
    two.worker_threads(2);
    let runtimes = [
        ("the current-thread runtime", one),
        ("the multi-threaded runtime with two workers", two),
    ];
    let failures: Vec<String> = runtimes
        .into_iter()
        .filter_map(|(name, builder)| Some(format!("on {name}: {}", failure(builder, &story)?)))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// In which words the story failed, if it did.
fn failure<F>(mut builder: Builder, story: impl FnOnce() -> F) -> Option<String>
where
    F: Future<Output = ()> + Send + 'static,
{
    let limit = 2 * patience();
    let (runtime, pulse) = runtime(&mut builder, || ());
    let clock = match runtime.handle().runtime_flavor() {
        RuntimeFlavor::CurrentThread => Clock::of(&runtime, false),
        _ => Clock::Real(Instant::now()),
    };
    let watch = Watch::begin(Manners::Ends, pulse, &clock, None);
    let played = catch_unwind(AssertUnwindSafe(|| {
        let story = async { timeout(limit, tokio::spawn(story())).await };
        runtime.block_on(watch.play(story))
    }));
    // A task that never gives way must not keep the test from failing.
    runtime.shutdown_background();
    let panic = match played {
        Ok(Ok(Ok(Ok(())))) => return None,
        Ok(Ok(Ok(Err(error)))) => error.into_panic(),
        Ok(Ok(Err(_))) => return Some(format!("the story has not ended after {limit:?}")),
        Ok(Err(hang)) => return Some(hang.to_string()),
        Err(panic) => panic,
    };
    let words = panic.downcast_ref::<&str>().copied();
    let words = words.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    Some(words.unwrap_or("a panic without words").to_owned())
}
