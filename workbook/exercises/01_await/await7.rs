//! `join!` without magic. A ferry leaves when the crew *and* the cargo are aboard; whoever comes
//! first waits for the other. Until now the crew is waited for, and only then the cargo.
//!
//! Goal: write `both` with nothing but `poll_fn`. It polls each future only when there is a reason
//! to, never again after its end, and does not keep the thread spinning.
//!
//! Lesson: `chapters/ch01_await/README.md`, "Three fetches"

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use stage::Instrument;
use tokio::time::sleep;
use tracing::{info, info_span};

// TODO: wait for both at the same time. `join!`, `FutureExt` and `spawn` stay in the drawer.
/// Both values, as soon as the later one is there.
async fn both<A: Future, B: Future>(first: A, second: B) -> (A::Output, B::Output) {
    (first.await, second.await)
}

async fn aboard(who: &'static str, seconds: u64) -> &'static str {
    async {
        sleep(Duration::from_secs(seconds)).await;
        info!("aboard");
        who
    }
    .instrument(info_span!("load", who))
    .await
}

fn main() {
    stage::play("The ferry", both(aboard("crew", 1), aboard("cargo", 2)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_later_one_decides() {
        for (crew, cargo) in [(1, 2), (2, 1), (3, 3), (0, 1)] {
            let played = stage::record(both(aboard("crew", crew), aboard("cargo", cargo)));

            assert_eq!(played.value, ("crew", "cargo"));
            assert_eq!(played.elapsed, Duration::from_secs(crew.max(cargo)));
            for label in ["load crew", "load cargo"] {
                let lane = played.lane(label);
                assert_eq!(lane.created, Duration::ZERO, "{label} should begin at once");
                assert!(
                    lane.polls <= 3,
                    "{label} was polled {} times: once to begin and once per wake-up is enough",
                    lane.polls
                );
            }
        }
    }

    #[test]
    fn whoever_becomes_ready_wakes_the_ferry() {
        use tokio_test::{assert_pending, assert_ready_eq, task};

        let (crew, crew_comes) = futures::channel::oneshot::channel::<u32>();
        let (cargo, cargo_comes) = futures::channel::oneshot::channel::<u32>();
        let mut ferry = task::spawn(both(crew_comes, cargo_comes));

        assert_pending!(ferry.poll());
        assert!(!ferry.is_woken(), "nobody came: there is no reason to poll");

        cargo.send(20).unwrap();
        assert!(ferry.is_woken(), "the cargo came, and nobody noticed");
        assert_pending!(ferry.poll());

        crew.send(3).unwrap();
        assert!(ferry.is_woken(), "the crew came, and nobody noticed");
        assert_ready_eq!(ferry.poll(), (Ok(3), Ok(20)));
    }
}
