//! `join!` without magic. A ferry leaves when the crew *and* the cargo are aboard; whoever comes
//! first waits for the other. Until now the crew is waited for, and only then the cargo.
//!
//! Goal: write `both` with nothing but `pin!` and `poll_fn`. It polls a future when it is polled
//! itself, and never again after that future's end. It is woken when one of the two is, and does not
//! wake itself.
//!
//! Lesson: `chapters/ch01_await/README.md`, "What a poll is, and who wakes"

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
    use std::{
        future::{pending, ready},
        task::{Context, Waker},
    };

    use futures::channel::oneshot;
    use tokio_test::{assert_pending, assert_ready_eq, task};

    use super::*;

    #[test]
    fn the_later_one_decides() {
        for (crew, cargo) in [(1, 2), (2, 1), (3, 3), (0, 1)] {
            let played = stage::record(both(aboard("crew", crew), aboard("cargo", cargo)));
            let happened = played.what_happened();

            assert_eq!(
                played.value,
                ("crew", "cargo"),
                "first and second{happened}"
            );
            let later = Duration::from_secs(crew.max(cargo));
            assert!(
                played.elapsed == later,
                "both are aboard after {later:?}, the ferry left after {:?}{happened}",
                played.elapsed
            );
            for label in ["load crew", "load cargo"] {
                let lane = played.lane(label);
                assert!(
                    lane.created == Duration::ZERO,
                    "{label} began at {:?} and not at once{happened}",
                    lane.created
                );
                assert!(
                    lane.polls <= 4,
                    "{label} was polled {} times: once to begin and once per wake-up is enough\
                     {happened}",
                    lane.polls
                );
            }
        }
    }

    #[test]
    fn whoever_becomes_ready_wakes_the_ferry() {
        let (crew, crew_comes) = oneshot::channel::<u32>();
        let (cargo, cargo_comes) = oneshot::channel::<u32>();
        let mut ferry = task::spawn(both(crew_comes, cargo_comes));

        assert_pending!(ferry.poll());
        assert!(!ferry.is_woken(), "nobody came: there is no reason to poll");

        cargo.send(20).unwrap();
        assert!(ferry.is_woken(), "the cargo came, and nobody noticed");
        assert_pending!(ferry.poll());
        assert!(
            !ferry.is_woken(),
            "the crew is not there: no reason to poll"
        );

        crew.send(3).unwrap();
        assert!(ferry.is_woken(), "the crew came, and nobody noticed");
        assert_ready_eq!(ferry.poll(), (Ok(3), Ok(20)));
    }

    #[test]
    fn who_is_there_already_is_not_waited_for() {
        let mut ferry = task::spawn(both(ready(3), ready(20)));
        assert_ready_eq!(ferry.poll(), (3, 20), "both were there at the first poll");
        let mut ferry = task::spawn(both(ready(3), pending::<u32>()));
        assert_pending!(ferry.poll());
        assert!(
            !ferry.is_woken(),
            "the cargo never comes: no reason to poll"
        );
    }

    #[test]
    fn the_latest_poll_says_who_is_to_be_woken() {
        let (crew, crew_comes) = oneshot::channel::<u32>();
        let mut ferry = task::spawn(both(crew_comes, ready(20)));
        let mut somebody_else = Context::from_waker(Waker::noop());
        ferry.enter(|_, ferry| assert!(ferry.poll(&mut somebody_else).is_pending()));
        assert_pending!(ferry.poll());

        crew.send(3).unwrap();
        assert!(
            ferry.is_woken(),
            "the crew woke who polled first, not who polled last: each poll brings its own context"
        );
        assert_ready_eq!(ferry.poll(), (Ok(3), 20));
    }
}
