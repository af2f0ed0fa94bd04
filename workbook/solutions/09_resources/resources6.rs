//! A lighthouse starts: the logbook is opened, the lamp begins to turn (a task), and the harbour is asked
//! whether all is well. If the harbour says no, nobody has a lighthouse, but a lamp is turning.
//!
//! Goal: if the harbour refuses, the lamp is dark and the logbook closed before `start` returns the
//! error; if `start` or the lighthouse is dropped, the lamp goes out. The logbook is closed after the
//! lamp has gone out, as the lamp is noted in it.
//!
//! Lesson: `chapters/ch09_resources/README.md`, "A service: start, ready, run, drain, close"

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::time::sleep;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, info_span};

struct Lighthouse {
    logbook: Logbook,
    lamp: AbortOnDropHandle<()>,
}

impl Lighthouse {
    async fn start(coast: &Coast) -> Result<Self, Refused> {
        let logbook = coast.open_logbook().await;
        let lamp = AbortOnDropHandle::new(tokio::spawn(turn(coast.clone())));
        let lighthouse = Self { logbook, lamp };
        match coast.call_harbour().await {
            Ok(()) => Ok(lighthouse),
            Err(refused) => {
                lighthouse.stop().await;
                Err(refused)
            }
        }
    }

    async fn stop(self) {
        self.lamp.abort();
        let _ = self.lamp.await;
        self.logbook.close().await;
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Harbour {
    Yes,
    No,
    Silent,
}

#[derive(Debug, PartialEq)]
struct Refused;

#[derive(Clone)]
struct Coast {
    harbour: Harbour,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    turning: AtomicU32,
    turns: AtomicU32,
    closed: AtomicU32,
    torn: AtomicU32,
    /// Logbooks that were closed while a lamp was turning.
    too_early: AtomicU32,
}

impl Coast {
    fn new(harbour: Harbour) -> Self {
        let counts = Arc::default();
        Self { harbour, counts }
    }

    async fn open_logbook(&self) -> Logbook {
        sleep(Duration::from_secs(1)).await;
        Logbook {
            counts: Arc::clone(&self.counts),
            is_closed: false,
        }
    }

    /// The harbour looks out for a second: without a lamp it says no.
    async fn call_harbour(&self) -> Result<(), Refused> {
        sleep(Duration::from_secs(1)).await;
        match self.harbour {
            Harbour::Yes if self.counts.turning.load(Relaxed) == 1 => Ok(()),
            Harbour::Silent => pending().await,
            _ => Err(Refused),
        }
    }
}

struct Logbook {
    counts: Arc<Counts>,
    is_closed: bool,
}

impl Logbook {
    async fn close(mut self) {
        let turning = self.counts.turning.load(Relaxed);
        self.counts.too_early.fetch_add(turning, Relaxed);
        sleep(Duration::from_secs(1)).await;
        info!("the logbook is closed");
        self.counts.closed.fetch_add(1, Relaxed);
        self.is_closed = true;
    }
}

impl Drop for Logbook {
    fn drop(&mut self) {
        if !self.is_closed {
            info!("the logbook is torn");
            self.counts.torn.fetch_add(1, Relaxed);
        }
    }
}

/// Turns until it is dropped.
async fn turn(coast: Coast) {
    struct Lamp(Arc<Counts>);
    impl Drop for Lamp {
        fn drop(&mut self) {
            self.0.turning.fetch_sub(1, Relaxed);
        }
    }
    coast.counts.turning.fetch_add(1, Relaxed);
    let lamp = Lamp(coast.counts);
    async {
        loop {
            sleep(Duration::from_millis(300)).await;
            lamp.0.turns.fetch_add(1, Relaxed);
        }
    }
    .instrument(info_span!("lamp"))
    .await
}

fn main() {
    let coast = Coast::new(Harbour::No);
    stage::play("The harbour says no", async {
        let started = Lighthouse::start(&coast).await;
        info!("{:?}", started.err());
        sleep(Duration::from_secs(2)).await;
    });
}

#[cfg(test)]
mod tests {
    use tokio::time::timeout;

    use super::*;

    const COUNTED: &str = "lamps turning; logbooks closed, torn, closed too early";

    /// What is `COUNTED`.
    fn counts(coast: &Coast) -> [u32; 4] {
        let counts = &coast.counts;
        [
            counts.turning.load(Relaxed),
            counts.closed.load(Relaxed),
            counts.torn.load(Relaxed),
            counts.too_early.load(Relaxed),
        ]
    }

    #[test]
    fn a_lighthouse_turns_until_it_is_stopped() {
        let coast = Coast::new(Harbour::Yes);
        let played = stage::record(async {
            let lighthouse = Lighthouse::start(&coast).await.ok().unwrap();
            sleep(Duration::from_secs(10)).await;
            assert_eq!(counts(&coast), [1, 0, 0, 0], "ten seconds on: {COUNTED}");
            assert!(coast.counts.turns.load(Relaxed) > 30, "turns");
            lighthouse.stop().await;
            assert_eq!(
                counts(&coast),
                [0, 1, 0, 0],
                "when it is stopped: {COUNTED}"
            );
        });
        assert_eq!(played.elapsed.as_secs(), 13, "seconds");
    }

    #[test]
    fn a_refusal_leaves_nothing_behind() {
        let coast = Coast::new(Harbour::No);
        let played = stage::record(async {
            let refused = Lighthouse::start(&coast).await.err();
            (refused, counts(&coast))
        });
        let (refused, counts) = played.value;
        assert_eq!(refused, Some(Refused));
        assert_eq!(counts, [0, 1, 0, 0], "when `start` has returned: {COUNTED}");
        assert_eq!(played.elapsed.as_secs(), 3, "seconds");
    }

    #[test]
    fn a_start_that_is_dropped_leaves_no_light() {
        for patience in [500, 1_000, 1_500, 9_000] {
            let coast = Coast::new(Harbour::Silent);
            stage::virtual_time(async {
                let start = Lighthouse::start(&coast);
                let patience = Duration::from_millis(patience);
                assert!(timeout(patience, start).await.is_err());
                sleep(Duration::from_secs(2)).await;
                let left = counts(&coast);
                assert_eq!(left[0], 0, "lamps turn after {patience:?}");
                let opened = u32::from(patience.as_millis() >= 1_000);
                assert_eq!(left[1] + left[2], opened, "logbooks closed or torn");
            });
        }
    }

    #[test]
    fn a_lighthouse_that_is_dropped_goes_dark() {
        let coast = Coast::new(Harbour::Yes);
        stage::virtual_time(async {
            drop(Lighthouse::start(&coast).await.ok().unwrap());
            sleep(Duration::from_millis(1)).await;
            assert_eq!(counts(&coast)[0], 0, "lamps turn");
        });
    }
}
