//! The gate of a railway crossing: walkers look whether it is open; if it is not, they look at the
//! timetable for a moment and then wait for the bell. The bell rings once, when the gate opens.
//! Whoever read the timetable in that moment stands in front of an open gate all day: a lost
//! wake-up.
//!
//! Goal: everybody crosses as soon as the gate is open and they have read the timetable. Looking
//! again and again (polling) is no cure. Bell and gate may be of another type, if you like.
//!
//! Lessons: `chapters/ch05_locks/README.md`, "Until something has happened" and "Until something is
//! so"

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
    looks: Looks,
}

impl Gate {
    fn open(&self) {
        self.open.store(true, Ordering::Release);
        self.bell.notify_waiters();
    }

    fn is_open(&self) -> bool {
        let is_open = self.open.load(Ordering::Acquire);
        self.looks.count(|| self.open());
        is_open
    }

    async fn cross(&self) {
        // TODO: the bell may ring while somebody reads.
        if self.is_open() {
            return;
        }
        read_the_timetable().await;
        self.bell.notified().await;
    }
}

/// Counts how often somebody looked at the gate.
#[derive(Default)]
struct Looks {
    looks: AtomicU32,
    /// Another thread opens the gate right after this look, counted from 1; 0 for never.
    opens_after: u32,
}

impl Looks {
    fn count(&self, open: impl Fn()) {
        let look = 1 + self.looks.fetch_add(1, Ordering::Relaxed);
        if look == self.opens_after {
            open();
        }
    }
}

async fn read_the_timetable() {
    sleep(Duration::from_secs(2))
        .instrument(info_span!("reads"))
        .await;
}

/// Walkers who come at these milliseconds; the gate opens after `opens`. The answer: who crossed
/// when? Who has not after a minute gives up.
async fn crossing(walkers: &[u64], opens: u64) -> Vec<Option<u128>> {
    let gate = Gate::default();
    let begun = tokio::time::Instant::now();
    let walkers = walkers.iter().map(|&comes| {
        let gate = &gate;
        async move {
            sleep(Duration::from_millis(comes)).await;
            let crossed = timeout(Duration::from_secs(60), gate.cross()).await;
            let words = ["gives up", "crosses"][usize::from(crossed.is_ok())];
            info!("{words}");
            crossed.ok().map(|()| begun.elapsed().as_millis())
        }
        .instrument(info_span!("walker", comes))
    });
    let train = async {
        sleep(Duration::from_millis(opens)).await;
        gate.open();
        info!("the bell rings");
    };
    tokio::join!(futures::future::join_all(walkers), train).0
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
        let words = ["still there", "across"][usize::from(crossed.is_ok())];
        info!("{words}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Walkers come at these milliseconds, the gate opens after `opens`, and they cross then; `None`
    /// for those who give up.
    fn check(walkers: &[u64], opens: u64, expected: &[Option<u128>]) {
        let played = stage::record(crossing(walkers, opens));
        let story = played.what_happened();
        assert!(
            played.value == expected,
            "walkers came at {walkers:?} ms, the gate opened at {opens} ms\n  \
             should cross at {expected:?}\n  crossed at      {:?}\n{story}",
            played.value
        );
        let walkers = played.lanes.iter().filter(|lane| lane.parent.is_none());
        let polls = walkers.map(|lane| lane.polls).max().unwrap();
        assert!(
            polls < 16,
            "a walker was woken {polls} times: do they look again and again?\n{story}"
        );
    }

    #[test]
    fn the_bell_rings_while_somebody_waits() {
        check(&[0, 1_000], 4_321, &[Some(4_321), Some(4_321)]);
    }

    #[test]
    fn the_bell_rings_while_somebody_reads() {
        check(&[0], 1_234, &[Some(2_000)]);
        check(&[2_000, 0], 3_333, &[Some(4_000), Some(3_333)]);
    }

    #[test]
    fn the_bell_rang_before_somebody_came() {
        check(&[4_000, 9_001], 3_000, &[Some(4_000), Some(9_001)]);
    }

    #[test]
    fn the_bell_rings_in_the_very_moment_of_looking_up() {
        check(&[0, 0], 2_000, &[Some(2_000), Some(2_000)]);
    }

    #[test]
    fn nobody_crosses_a_closed_gate() {
        check(&[0, 1_000], 99_000, &[None, None]);
    }

    #[test]
    fn another_thread_opens_the_gate_right_after_a_look() {
        for opens_after in [1, 2, 3] {
            stage::virtual_time(async {
                let begun = tokio::time::Instant::now();
                let looks = Looks {
                    opens_after,
                    ..Looks::default()
                };
                let gate = Gate {
                    looks,
                    ..Gate::default()
                };
                let crossed = timeout(Duration::from_secs(60), gate.cross()).await.is_ok();
                let took = begun.elapsed();
                let open = gate.is_open();
                assert!(
                    crossed == open,
                    "the gate is open: {open} (another thread opened it right after look \
                     {opens_after}, if there was one); the walker is across: {crossed}"
                );
                assert!(
                    !crossed || took == Duration::from_secs(2),
                    "the gate was opened at once, the timetable takes two seconds, and the walker \
                     crossed after {took:?}"
                );
            });
        }
    }
}
