//! A departure board asks for the platforms of its trains, one after the other, and is to be shown on time. Each
//! question has a limit of two seconds and is asked up to three times. On bad days the board comes after the trains.
//!
//! Goal: the board is ready at the deadline at the latest, with all platforms that are known by then. A try ends after 2 s
//! or at the deadline. A pause of 1 s is begun only if some time is left when it is over; otherwise the next train
//! is asked at once. When the deadline is over, nothing is asked any more.
//!
//! Lesson: `chapters/ch10_failure/README.md`, "A page in two seconds: deadlines"

use std::time::Duration;

use stage::Instrument;
use tokio::time::{self, Instant, sleep};
use tracing::{info, info_span};

const PER_TRY: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_secs(1);
const TRIES: u32 = 3;

/// The platform of each train, in their order; `None` if it is not known in time.
async fn board(trains: &[Train], deadline: Instant) -> Vec<Option<u32>> {
    let mut board = Vec::new();
    for train in trains {
        board.push(platform(train, deadline).await);
    }
    board
}

async fn platform(train: &Train, deadline: Instant) -> Option<u32> {
    for number in 1..=TRIES {
        if number > 1 {
            if Instant::now() + PAUSE >= deadline {
                return None;
            }
            sleep(PAUSE).await;
        }
        let until = deadline.min(Instant::now() + PER_TRY);
        if until <= Instant::now() {
            return None;
        }
        if let Ok(platform) = time::timeout_at(until, train.ask(number)).await {
            return Some(platform);
        }
    }
    None
}

/// A train whose questions take so many seconds, one after the other; later ones take a minute.
struct Train {
    platform: u32,
    takes: &'static [u64],
}

impl Train {
    /// Question number `number`, from 1.
    async fn ask(&self, number: u32) -> u32 {
        async {
            let takes = self.takes.get(number as usize - 1).copied();
            sleep(Duration::from_secs(takes.unwrap_or(60))).await;
            info!("platform {}", self.platform);
            self.platform
        }
        .instrument(info_span!("train", self.platform, number))
        .await
    }
}

const QUICK: &[u64] = &[1];
const SECOND_TRY: &[u64] = &[9, 1];
const THIRD_TRY: &[u64] = &[9, 9, 1];
const NEVER: &[u64] = &[];

fn trains(takes: &[&'static [u64]]) -> Vec<Train> {
    let train = |(platform, &takes)| Train { platform, takes };
    (1..).zip(takes).map(train).collect()
}

fn main() {
    stage::play("A departure board", async {
        let deadline = Instant::now() + Duration::from_secs(10);
        let board = board(&trains(&[QUICK, NEVER, QUICK, SECOND_TRY]), deadline).await;
        info!("{board:?}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const HINT: &str = "No board takes longer than a minute.";

    fn check(
        takes: &[&'static [u64]],
        deadline: u64,
        expected: &[Option<u32>],
        over: u64,
        asked: usize,
    ) {
        let trains = trains(takes);
        let played = stage::record_within(Duration::from_mins(10), HINT, async {
            board(&trains, Instant::now() + Duration::from_millis(deadline)).await
        });
        let seen = (
            played.value.as_slice(),
            played.elapsed.as_millis(),
            played.lanes.len(),
        );
        let wanted = (expected, u128::from(over), asked);
        assert!(
            seen == wanted,
            "with {deadline} ms: the board, when it is ready (ms) and how many questions were asked should be\n  \
             {wanted:?}, and were\n  {seen:?}{}",
            played.what_happened()
        );
    }

    #[test]
    fn with_time_enough_all_is_asked_three_times() {
        check(&[QUICK, QUICK], 60_000, &[Some(1), Some(2)], 2_000, 2);
        check(
            &[SECOND_TRY, THIRD_TRY],
            60_000,
            &[Some(1), Some(2)],
            4_000 + 7_000,
            5,
        );
        check(&[NEVER, QUICK], 60_000, &[None, Some(2)], 8_000 + 1_000, 4);
        check(&[], 60_000, &[], 0, 0);
    }

    #[test]
    fn a_try_ends_at_the_deadline() {
        check(&[NEVER], 1_500, &[None], 1_500, 1);
        check(&[NEVER], 4_500, &[None], 4_500, 2);
        check(
            &[QUICK, NEVER, QUICK],
            2_500,
            &[Some(1), None, None],
            2_500,
            2,
        );
    }

    #[test]
    fn what_is_known_is_shown() {
        check(
            &[QUICK, QUICK, QUICK, QUICK],
            2_500,
            &[Some(1), Some(2), None, None],
            2_500,
            3,
        );
    }

    /// After the first try there is one second left, or less: enough for another train, not for a pause and a try.
    #[test]
    fn a_pause_that_leaves_no_time_is_not_begun() {
        check(&[NEVER, QUICK], 3_000, &[None, Some(2)], 3_000, 2);
        check(&[NEVER, &[0]], 2_500, &[None, Some(2)], 2_000, 2);
    }

    #[test]
    fn after_the_deadline_nothing_is_asked() {
        check(&[NEVER, QUICK, QUICK], 2_000, &[None, None, None], 2_000, 1);
        check(&[&[0], &[0]], 0, &[None, None], 0, 0);
    }
}
