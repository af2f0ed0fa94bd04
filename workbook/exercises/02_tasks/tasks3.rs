//! A courier service. A tour ends in one of three ways: everything was delivered, the courier had
//! an accident (the task panicked), or the office called the courier back (the task was aborted).
//! Today an accident of one courier brings down the office.
//!
//! Goal: the office writes down how each tour ended, whatever happened.
//!
//! Lesson: `chapters/ch02_tasks/README.md`, "Three endings"

use std::{any::Any, time::Duration};

use stage::Instrument;
use tokio::{task::JoinHandle, time::sleep};
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
enum Tour {
    Delivered(u32),
    Accident(String),
    CalledBack,
}

async fn end_of_tour(courier: JoinHandle<u32>) -> Tour {
    // TODO: not every tour ends with parcels delivered.
    Tour::Delivered(courier.await.unwrap())
}

async fn tour(parcels: u32, accident_after: Option<u32>) -> u32 {
    async {
        for done in 0..parcels {
            if Some(done) == accident_after {
                panic!("flat tyre after {done} parcels");
            }
            sleep(Duration::from_secs(1)).await;
            info!("delivered");
        }
        parcels
    }
    .instrument(info_span!("courier"))
    .await
}

/// What a panic said.
fn words(panic: &(dyn Any + Send)) -> String {
    let literal = panic.downcast_ref::<&str>().map(|&words| words.to_owned());
    let formatted = panic.downcast_ref::<String>().cloned();
    literal.or(formatted).unwrap_or_default()
}

fn main() {
    stage::play("Two couriers", async {
        let good = tokio::spawn(tour(2, None));
        let called_back = tokio::spawn(tour(3, None));
        called_back.abort();
        info!("{:?}", end_of_tour(called_back).await);
        info!("{:?}", end_of_tour(good).await);
    });
}

#[cfg(test)]
mod tests {
    use stage::Recording;

    use super::*;

    /// The office waits for the end of one tour.
    fn office<F>(courier: F, call_back_after: Option<Duration>) -> Recording<Tour>
    where
        F: Future<Output = u32> + Send + 'static,
    {
        let played = stage::record(async {
            let courier = tokio::spawn(courier);
            if let Some(after) = call_back_after {
                sleep(after).await;
                courier.abort();
            }
            end_of_tour(courier).instrument(info_span!("office")).await
        });
        let polls = played.lane("office").polls;
        assert!(
            polls <= 3,
            "the office was polled {polls} times: it should wait until the tour has ended, and \
             not ask again and again{}",
            played.what_happened()
        );
        played
    }

    #[test]
    fn a_good_tour_counts_its_parcels() {
        for parcels in [1, 4, 1_000] {
            let played = office(tour(parcels, None), None);
            assert_eq!(played.value, Tour::Delivered(parcels));
            let takes = Duration::from_secs(parcels.into());
            assert!(
                played.elapsed == takes,
                "the office should know after {takes:?}, when the tour has ended, not after {:?}",
                played.elapsed
            );
        }
    }

    #[test]
    fn an_accident_does_not_reach_the_office() {
        for after in [0, 2] {
            let played = office(tour(3, Some(after)), None);
            let words = format!("flat tyre after {after} parcels");
            assert_eq!(played.value, Tour::Accident(words));
        }
    }

    /// `panic!` throws one type of text if it has something to put in, and another if not.
    #[test]
    fn an_accident_is_told_in_its_own_words() {
        let played = office(async { panic!("lost the key") }, None);
        assert_eq!(played.value, Tour::Accident("lost the key".to_owned()));
    }

    #[test]
    fn being_called_back_is_no_accident() {
        for after in [0, 1_500].map(Duration::from_millis) {
            let played = office(tour(3, None), Some(after));
            assert_eq!(
                played.value,
                Tour::CalledBack,
                "called back after {after:?}"
            );
        }
    }

    #[test]
    fn being_called_back_too_late_changes_nothing() {
        let played = office(tour(2, None), Some(Duration::from_secs(5)));
        assert_eq!(
            played.value,
            Tour::Delivered(2),
            "everything was delivered before the office called"
        );
    }
}
