//! A map service allows one call per 200 ms. This limiter hands out times: each caller is given the
//! next free one and sleeps until then. With patient callers it is exact. With callers that have
//! time-outs it goes to waste: the time of a caller who has left is given to nobody.
//!
//! Goal: calls in the order of asking, at least one interval apart, not a moment later than needed;
//! a caller who leaves while waiting takes nothing with them.
//!
//! Lesson: `chapters/ch04_semaphores/README.md`, "How many a second?"

use std::time::Duration;

use stage::Instrument;
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tracing::{info, info_span};

const INTERVAL: Duration = Duration::from_millis(200);

struct Limiter {
    /// When the next call is allowed.
    next: Mutex<Instant>,
}

impl Limiter {
    fn new() -> Self {
        Self {
            next: Mutex::new(Instant::now()),
        }
    }

    /// Returns when a call may be made.
    async fn turn(&self) {
        // The lock is the queue: only who holds it waits for the time.
        let mut next = self.next.lock().await;
        sleep_until(*next).await;
        *next = Instant::now() + INTERVAL;
    }
}

/// Asks after `comes` milliseconds, and leaves when it has waited for `patience`.
async fn caller(name: u32, comes: u64, patience: u64, limiter: &Limiter) {
    async {
        sleep(Duration::from_millis(comes)).await;
        let turn = timeout(Duration::from_millis(patience), limiter.turn());
        match turn.await {
            Ok(()) => info!("calls"),
            Err(_) => info!("leaves"),
        }
    }
    .instrument(info_span!("caller", name))
    .await;
}

fn main() {
    stage::play("A map service", async {
        let limiter = Limiter::new();
        tokio::join!(
            caller(1, 0, 9_000, &limiter),
            caller(2, 0, 9_000, &limiter),
            caller(3, 0, 100, &limiter),
            caller(4, 0, 9_000, &limiter),
        );
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;

    use super::*;

    const HINT: &str = "Who holds the lock, and what do they wait for?";

    const PATIENT: u64 = 60_000;

    /// Callers as (comes, patience) in milliseconds; who calls when.
    fn check(why: &str, callers: &[(u64, u64)], expected: &[(u32, u64)]) {
        let ((), played) = play(async {
            let limiter = Limiter::new();
            let callers = (1..).zip(callers);
            let callers =
                callers.map(|(name, &(comes, patience))| caller(name, comes, patience, &limiter));
            futures::future::join_all(callers).await;
        });
        let mut calls = Vec::new();
        for name in 1..=u32::try_from(callers.len()).unwrap() {
            let told = played.told(&format!("caller {name}"));
            let call = told.iter().find(|(_, text)| *text == "calls");
            calls.extend(call.map(|(at, _)| (name, u64::try_from(at.as_millis()).unwrap())));
        }
        assert!(
            calls == expected,
            "{why}\n  callers as (comes, patience): {callers:?}\n  \
             expected as (caller, calls at): {expected:?}\n  it was:   {calls:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn patient_callers_call_one_interval_apart() {
        let expected = [(1, 0), (2, 200), (3, 400), (4, 600), (5, 800)];
        check("five at once", &[(0, PATIENT); 5], &expected);
    }

    #[test]
    fn silence_saves_nothing_up() {
        check(
            "after a long silence",
            &[
                (0, PATIENT),
                (1_000, PATIENT),
                (1_000, PATIENT),
                (1_050, PATIENT),
            ],
            &[(1, 0), (2, 1_000), (3, 1_200), (4, 1_400)],
        );
        check(
            "the interval is counted from the call before",
            &[(0, PATIENT), (150, PATIENT), (450, PATIENT), (450, PATIENT)],
            &[(1, 0), (2, 200), (3, 450), (4, 650)],
        );
        check(
            "the interval is counted from the call before, also if that was only a little late",
            &[(0, PATIENT), (203, PATIENT), (203, PATIENT)],
            &[(1, 0), (2, 203), (3, 403)],
        );
    }

    #[test]
    fn who_leaves_takes_nothing_with_them() {
        check(
            "2 and 3 have left: 4 is next",
            &[(0, PATIENT), (0, 100), (0, 150), (0, PATIENT), (0, PATIENT)],
            &[(1, 0), (4, 200), (5, 400)],
        );
        check(
            "2 has left before 3 came",
            &[(0, PATIENT), (0, 100), (100, PATIENT), (600, PATIENT)],
            &[(1, 0), (3, 200), (4, 600)],
        );
    }

    #[test]
    fn who_leaves_in_the_middle_makes_no_two_call_at_once() {
        check(
            "3 leaves from the middle of the queue",
            &[
                (0, PATIENT),
                (0, PATIENT),
                (0, 300),
                (0, PATIENT),
                (350, PATIENT),
            ],
            &[(1, 0), (2, 200), (4, 400), (5, 600)],
        );
    }

    #[test]
    fn who_waits_is_not_awake() {
        const CALLERS: u32 = 50;
        let ((), played) = play(async {
            let limiter = Limiter::new();
            let callers = (1..=CALLERS).map(|name| caller(name, 1, PATIENT, &limiter));
            futures::future::join_all(callers).await;
        });
        for name in 1..=CALLERS {
            let looks = played.lane(&format!("caller {name}")).polls;
            assert!(
                looks <= 8,
                "caller {name} was awake {looks} times: only the first in the queue waits for a \
                 time, and nobody looks again and again"
            );
        }
    }

    fn play<F: Future>(story: F) -> (F::Output, Recording) {
        stage::record_within(Duration::from_mins(1), HINT, story).split()
    }
}
