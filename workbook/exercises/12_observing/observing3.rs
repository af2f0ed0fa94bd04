//! A ticket office is tested before the great concert. The test says that everybody has a ticket within 20 ms. On
//! the first day of sale people wait for a second.
//!
//! Goal: `load` asks the office `calls` times, `per_second` a second: the first time at once, each further time when it
//! is due, whatever became of the others. It returns how long after its moment each was answered, in their order. An
//! office that keeps the thread makes calls late; that lateness counts, too.
//!
//! Lesson: `chapters/ch12_observing/README.md`, "A load test that does not lie"

use std::{cell::RefCell, time::Duration};

use stage::block_for;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, sleep_until},
};
use tracing::info;

// TODO: people do not wait for each other.
async fn load(per_second: u32, calls: u32, office: &Office) -> Vec<Duration> {
    let pause = Duration::from_secs(1) / per_second;
    let mut took = Vec::new();
    for _ in 0..calls {
        let asked = Instant::now();
        office.ask().await;
        took.push(asked.elapsed());
        sleep_until(asked + pause).await;
    }
    took
}

/// Sells one ticket after the other.
struct Office {
    counter: Mutex<()>,
    begun: Instant,
    /// From when to when it stands still, in milliseconds.
    closed: [u64; 2],
    /// How long it keeps the thread when it is asked.
    shouts: Duration,
    /// When it was asked, in milliseconds.
    asked: RefCell<Vec<u128>>,
}

impl Office {
    fn new(closed: [u64; 2], shouts: Duration) -> Self {
        Self {
            counter: Mutex::new(()),
            begun: Instant::now(),
            closed,
            shouts,
            asked: RefCell::default(),
        }
    }

    async fn ask(&self) {
        self.asked
            .borrow_mut()
            .push(self.begun.elapsed().as_millis());
        if !self.shouts.is_zero() {
            block_for(self.shouts);
        }
        let _turn = self.counter.lock().await;
        let [from, to] = self.closed.map(|at| self.begun + Duration::from_millis(at));
        if (from..to).contains(&Instant::now()) {
            sleep_until(to).await;
        }
        sleep(Duration::from_millis(20)).await;
    }
}

fn main() {
    stage::play("Twenty a second, and a second's rest", async {
        let office = Office::new([1000, 2000], Duration::ZERO);
        let mut took = load(20, 100, &office).await;
        took.sort();
        info!("half: {:?}", took[took.len() / 2]);
        info!("nineteen in twenty: {:?}", took[took.len() * 19 / 20]);
        info!("all: {:?}", took[took.len() - 1]);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINT: &str = "All calls are answered in less than a minute.";
    const NEVER: [u64; 2] = [0, 0];

    /// When the office was asked and how long each answer took, in milliseconds.
    fn loaded(
        per_second: u32,
        calls: u32,
        closed: [u64; 2],
        shouts: u64,
    ) -> (Vec<u128>, Vec<u128>) {
        let story = async {
            let office = Office::new(closed, Duration::from_millis(shouts));
            let took = load(per_second, calls, &office).await;
            let took = took.iter().map(Duration::as_millis).collect();
            (office.asked.into_inner(), took)
        };
        stage::record_within(Duration::from_mins(1), HINT, story).value
    }

    fn check(case: &str, what: &str, got: &[u128], expected: &[u128]) {
        assert!(
            got == expected,
            "{case}: {what} should be {expected:?}, in milliseconds, and is {got:?}"
        );
    }

    #[test]
    fn an_office_that_works_answers_at_once() {
        let (asked, took) = loaded(10, 5, NEVER, 0);
        let case = "five calls, ten a second";
        check(case, "when it was asked", &asked, &[0, 100, 200, 300, 400]);
        check(case, "how long it took", &took, &[20; 5]);
        let (asked, took) = loaded(4, 1, NEVER, 0);
        check("one call", "when it was asked", &asked, &[0]);
        check("one call", "how long it took", &took, &[20]);
    }

    #[test]
    fn who_comes_while_it_stands_still_waits() {
        let (asked, took) = loaded(10, 8, [100, 600], 0);
        let case = "eight calls, ten a second, closed from 100 to 600 ms";
        check(
            case,
            "when it was asked",
            &asked,
            &[0, 100, 200, 300, 400, 500, 600, 700],
        );
        check(
            case,
            "how long it took",
            &took,
            &[20, 520, 440, 360, 280, 200, 120, 40],
        );
    }

    #[test]
    fn a_queue_that_grows_is_seen() {
        let (asked, took) = loaded(100, 6, NEVER, 0);
        let case = "a hundred a second, where it can answer fifty";
        check(case, "when it was asked", &asked, &[0, 10, 20, 30, 40, 50]);
        check(case, "how long it took", &took, &[20, 30, 40, 50, 60, 70]);
    }

    #[test]
    fn a_call_that_begins_late_was_due_before() {
        let (asked, took) = loaded(20, 4, NEVER, 200);
        let case = "twenty a second, and the office keeps the thread for 200 ms each time";
        check(case, "when it was asked", &asked, &[0, 200, 400, 600]);
        assert!(
            took.len() == 4 && took[3] >= 700,
            "{case}: the last call was due at 150 ms, and when it began, at 600, the thread was kept \
             until 800. So it took more than 700 ms. The figures are {took:?}"
        );
    }

    /// Tokio's timers end on whole milliseconds, never early.
    #[test]
    fn moments_do_not_drift() {
        let (asked, _) = loaded(3, 7, NEVER, 0);
        let case = "three a second";
        check(
            case,
            "when it was asked",
            &asked,
            &[0, 334, 667, 1000, 1334, 1667, 2000],
        );
    }
}
