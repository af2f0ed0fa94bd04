//! A taxi company wants to know what its drivers do: how long each journey kept them busy, and how long they
//! waited. The stopwatch says that they were busy all the time.
//!
//! Goal: `entered` and `left` are called at the beginning and end of each poll of a journey, `closed` when it is
//! over. A journey is busy between `entered` and `left`, and idle for the rest of its life, from `created` to
//! `closed`. It may be entered while it is entered; then it is busy until it has been left as often.
//!
//! Lesson: `chapters/ch12_observing/README.md`, "How long did it take: a layer of some fifty lines"

use std::{future::poll_fn, pin::pin, time::Duration};

use stage::{Instrument, block_for};
use tokio::time::{Instant, sleep};
use tracing::{info, info_span};

#[derive(Clone, Copy, Debug, PartialEq)]
struct Spent {
    busy: Duration,
    idle: Duration,
}

struct Stopwatch {
    created: Instant,
}

impl Stopwatch {
    // TODO: tell the time of the polls from the rest.
    fn created(now: Instant) -> Self {
        Self { created: now }
    }

    fn entered(&mut self, _now: Instant) {}

    fn left(&mut self, _now: Instant) {}

    fn closed(self, now: Instant) -> Spent {
        Spent {
            busy: now - self.created,
            idle: Duration::ZERO,
        }
    }
}

/// Measures a future, poll by poll.
async fn measured<F: Future>(journey: F) -> (F::Output, Spent) {
    let mut watch = Stopwatch::created(Instant::now());
    let mut journey = pin!(journey);
    let output = poll_fn(|context| {
        watch.entered(Instant::now());
        let polled = journey.as_mut().poll(context);
        watch.left(Instant::now());
        polled
    })
    .await;
    (output, watch.closed(Instant::now()))
}

/// Waits for the guest, drives, waits at a red light, drives on.
async fn journey() {
    sleep(Duration::from_secs(3)).await;
    block_for(Duration::from_secs(2));
    sleep(Duration::from_secs(1)).await;
    block_for(Duration::from_secs(4));
}

fn main() {
    stage::play("A journey", async {
        let driven = measured(journey()).instrument(info_span!("taxi"));
        let ((), spent) = driven.await;
        info!("{spent:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// What a stopwatch says after this: `(second, what happens)`, `+` for entered, `-` for left.
    fn watched(happens: &[(u32, char)], closed: u32) -> Spent {
        let begin = Instant::now();
        let at = |second: u32| begin + SECOND * second;
        let mut watch = Stopwatch::created(begin);
        for &(second, what) in happens {
            match what {
                '+' => watch.entered(at(second)),
                _ => watch.left(at(second)),
            }
        }
        watch.closed(at(closed))
    }

    fn check(case: &str, spent: Spent, busy: u32, idle: u32) {
        let expected = Spent {
            busy: SECOND * busy,
            idle: SECOND * idle,
        };
        assert!(
            spent == expected,
            "{case}: it was {expected:?}, and the stopwatch says {spent:?}"
        );
    }

    #[test]
    fn a_journey_is_busy_while_it_is_driven() {
        let spent = stage::record(async { measured(journey()).await.1 }).value;
        check("waits 3 s, drives 2, waits 1, drives 4", spent, 6, 4);
    }

    #[test]
    fn a_wait_keeps_nobody_busy() {
        let spent = stage::record(async { measured(sleep(SECOND * 9)).await.1 }).value;
        check("waits 9 s", spent, 0, 9);
    }

    #[test]
    fn it_is_idle_before_the_first_poll_and_after_the_last() {
        let spent = watched(&[(5, '+'), (6, '-')], 10);
        check("first polled at 5 s, until 6, over at 10", spent, 1, 9);
        let spent = watched(&[], 7);
        check("never polled, dropped at 7 s", spent, 0, 7);
    }

    #[test]
    fn polls_add_up() {
        let spent = watched(
            &[(0, '+'), (1, '-'), (4, '+'), (6, '-'), (6, '+'), (9, '-')],
            9,
        );
        check("polled from 0 to 1 s, 4 to 6, 6 to 9", spent, 6, 3);
    }

    #[test]
    fn who_enters_twice_at_a_time_is_busy_once() {
        let spent = watched(&[(1, '+'), (2, '+'), (3, '-'), (5, '-')], 6);
        check("entered at 1 and 2 s, left at 3 and 5", spent, 4, 2);
        let spent = watched(
            &[
                (0, '+'),
                (1, '+'),
                (2, '-'),
                (3, '+'),
                (4, '-'),
                (5, '-'),
                (8, '+'),
                (9, '-'),
            ],
            9,
        );
        check(
            "entered inside of itself twice, until 5 s, and from 8 to 9",
            spent,
            6,
            3,
        );
    }
}
