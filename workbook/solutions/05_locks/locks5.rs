//! The gate of a railway crossing: walkers look whether it is open; if it is not, they look at the
//! timetable for a moment and then wait for the bell. The bell rings once, when the gate opens.
//! Whoever read the timetable in that moment stands in front of an open gate all day: a lost
//! wake-up.
//!
//! Goal: everybody crosses as soon as the gate is open and they have read the timetable. Looking
//! again and again (polling) is no cure.
//!
//! Lesson: `chapters/ch05_locks/README.md`, "Until something has happened"

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    time::Duration,
};

use stage::Instrument;
use tokio::{
    sync::Notify,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

#[derive(Default)]
struct Gate {
    open: AtomicBool,
    bell: Notify,
    /// How often somebody looked.
    looks: AtomicU32,
    /// Another thread opens the gate right after this look, counted from 1; 0 for never.
    opens_after_look: u32,
}

impl Gate {
    fn open(&self) {
        self.open.store(true, Ordering::Release);
        self.bell.notify_waiters();
    }

    fn is_open(&self) -> bool {
        let look = 1 + self.looks.fetch_add(1, Ordering::Relaxed);
        let is_open = self.open.load(Ordering::Acquire);
        if look == self.opens_after_look {
            self.open();
        }
        is_open
    }

    async fn cross(&self) {
        // From here on no ring is missed; a ring before the check is seen by the check.
        let bell = self.bell.notified();
        if self.is_open() {
            return;
        }
        read_the_timetable().await;
        bell.await;
    }
}

async fn read_the_timetable() {
    async {
        sleep(Duration::from_secs(2)).await;
    }
    .instrument(info_span!("reads"))
    .await;
}

/// Walkers who come at these seconds; the gate opens after `opens`. The answer: who crossed when?
async fn crossing(walkers: &[u64], opens: u64) -> Vec<Option<Duration>> {
    let gate = Gate::default();
    let begun = tokio::time::Instant::now();
    let walkers = walkers.iter().map(|&comes| {
        let gate = &gate;
        async move {
            sleep(Duration::from_secs(comes)).await;
            let crossed = timeout(Duration::from_secs(12), gate.cross()).await;
            info!(
                "{}",
                if crossed.is_ok() {
                    "crosses"
                } else {
                    "gives up"
                }
            );
            crossed.ok().map(|()| begun.elapsed())
        }
        .instrument(info_span!("walker", comes))
    });
    let train = async {
        sleep(Duration::from_secs(opens)).await;
        gate.open();
        info!("the bell rings");
    };
    let (walkers, ()) = tokio::join!(futures::future::join_all(walkers), train);
    let looks = gate.looks.load(Ordering::Relaxed);
    assert!(looks <= 8, "they looked {looks} times: that is polling");
    walkers
}

fn main() {
    stage::play("At the crossing", async {
        let gate = Gate::default();
        let train = async {
            sleep(Duration::from_secs(1)).await;
            gate.open();
            info!("the bell rings");
        };
        let walker = timeout(Duration::from_secs(4), gate.cross());
        let (crossed, ()) = tokio::join!(walker, train);
        info!(
            "{}",
            if crossed.is_ok() {
                "across"
            } else {
                "still there"
            }
        );
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who crossed at which second; `None` for those who gave up.
    fn crossed(walkers: &[u64], opens: u64) -> Vec<Option<u64>> {
        let played = stage::record(crossing(walkers, opens));
        let seconds = played.value.into_iter();
        seconds.map(|at| at.map(|at| at.as_secs())).collect()
    }

    #[test]
    fn the_bell_rings_while_somebody_waits() {
        assert_eq!(crossed(&[0, 1], 5), [Some(5), Some(5)]);
    }

    #[test]
    fn the_bell_rings_while_somebody_reads() {
        assert_eq!(crossed(&[0], 1), [Some(2)]);
        assert_eq!(crossed(&[2, 0], 3), [Some(4), Some(3)]);
    }

    #[test]
    fn the_bell_rang_before_somebody_came() {
        assert_eq!(crossed(&[4, 9], 3), [Some(4), Some(9)]);
    }

    #[test]
    fn the_bell_rings_in_the_very_moment_of_looking_up() {
        assert_eq!(crossed(&[0, 0], 2), [Some(2), Some(2)]);
    }

    #[test]
    fn another_thread_opens_the_gate_right_after_a_look() {
        for opens_after_look in [1, 2] {
            stage::virtual_time(async {
                let begun = tokio::time::Instant::now();
                let gate = Gate {
                    opens_after_look,
                    ..Gate::default()
                };
                let walker = timeout(Duration::from_secs(60), gate.cross());
                let crossed = walker.await.is_ok();
                let open = gate.open.load(Ordering::Relaxed);
                assert_eq!(
                    crossed, open,
                    "open after look {opens_after_look}, and a walker stands there for ever"
                );
                assert!(!crossed || begun.elapsed() == Duration::from_secs(2));
            });
        }
    }

    #[test]
    fn nobody_crosses_a_closed_gate() {
        assert_eq!(crossed(&[0, 1], 20), [None, None]);
    }
}
