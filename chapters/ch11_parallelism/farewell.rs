//! What becomes of computing that was handed over, when the runtime ends.

use std::{sync::mpsc, thread, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    task::{block_in_place, spawn_blocking},
};
use tracing::info;

use crate::flight::Flight;

/// How a runtime ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Farewell {
    /// It is dropped.
    Drop,
    /// It is given this time.
    Timeout(Duration),
    /// It is not waited for.
    Background,
}

/// To whom computing was handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// `spawn_blocking`
    Pool,
    /// `block_in_place`
    InPlace,
    /// [`Flight`]
    Rayon,
}

/// Hands over a computation that takes `takes`, ends the runtime when it has begun, and tells whether
/// it was done by then.
///
/// # Panics
///
/// If the system grants no runtime, or when called by a task.
pub fn is_waited_for(to: To, takes: Duration, farewell: Farewell) -> bool {
    let runtime = built(Builder::new_multi_thread().worker_threads(1));
    let (begins, begun) = mpsc::channel();
    let (done, is_done) = mpsc::channel();
    let compute = move || {
        let _ = begins.send(());
        thread::sleep(takes);
        let _ = done.send(());
    };
    runtime.block_on(async {
        match to {
            To::Pool => drop(spawn_blocking(compute)),
            To::InPlace => drop(tokio::spawn(async { block_in_place(compute) })),
            To::Rayon => drop(tokio::spawn(Flight::begin(compute))),
        }
    });
    begun.recv().expect("it begins");
    say(runtime, farewell);
    let waited = is_done.try_recv().is_ok();
    info!("{to:?}, {farewell:?}: done by then: {waited}");
    waited
}

/// Ends a runtime, which has one thread for what blocks, while a computation stands in line behind
/// another that takes `takes`. Tells whether it was done by then.
///
/// # Panics
///
/// If the system grants no runtime, or when called by a task.
pub fn who_stands_in_line_is_waited_for(takes: Duration) -> bool {
    let runtime = built(Builder::new_current_thread().max_blocking_threads(1));
    let (begins, begun) = mpsc::channel();
    let (done, is_done) = mpsc::channel();
    runtime.block_on(async {
        spawn_blocking(move || {
            let _ = begins.send(());
            thread::sleep(takes);
        });
        spawn_blocking(move || {
            thread::sleep(takes);
            done.send(())
        });
    });
    begun.recv().expect("it begins");
    drop(runtime);
    let waited = is_done.try_recv().is_ok();
    info!("Pool, in line, Drop: done by then: {waited}");
    waited
}

fn built(builder: &mut Builder) -> Runtime {
    builder.build().expect("the system grants a runtime")
}

fn say(runtime: Runtime, farewell: Farewell) {
    match farewell {
        Farewell::Drop => drop(runtime),
        Farewell::Timeout(limit) => runtime.shutdown_timeout(limit),
        Farewell::Background => runtime.shutdown_background(),
    }
}
