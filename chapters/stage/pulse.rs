//! A runtime's signs of life, by which the watchdog knows one that hangs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::runtime::Builder;

/// How long a thread for blocking code stays when there is none. While there is such a thread, the
/// runtime may be waiting for it.
const IDLE_THREAD: Duration = Duration::from_millis(500);

/// A runtime's signs of life.
#[derive(Default)]
pub(crate) struct Pulse {
    /// How often the runtime has gone to rest or risen. Odd while a current-thread runtime rests.
    pub(crate) moves: AtomicU64,
    /// Threads that run blocking code, or did a moment ago.
    pub(crate) blocking: AtomicUsize,
}

impl Pulse {
    /// Of a runtime yet to be built, each of whose threads begins like this.
    pub(crate) fn of(builder: &mut Builder, begin: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        let pulse = Arc::new(Self::default());
        let [park, unpark, start, stop] = [(); 4].map(|()| Arc::clone(&pulse));
        builder
            .thread_keep_alive(IDLE_THREAD)
            .on_thread_park(move || {
                park.moves.fetch_add(1, Relaxed);
            })
            .on_thread_unpark(move || {
                unpark.moves.fetch_add(1, Relaxed);
            })
            .on_thread_start(move || {
                start.blocking.fetch_add(1, Relaxed);
                begin();
            })
            .on_thread_stop(move || {
                stop.blocking.fetch_sub(1, Relaxed);
            });
        pulse
    }
}
