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
    match courier.await {
        Ok(parcels) => Tour::Delivered(parcels),
        Err(error) if error.is_cancelled() => Tour::CalledBack,
        Err(error) => Tour::Accident(words(&*error.into_panic())),
    }
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
    use super::*;

    #[test]
    fn a_good_tour_counts_its_parcels() {
        for parcels in [1, 4] {
            let tour =
                stage::virtual_time(async { end_of_tour(tokio::spawn(tour(parcels, None))).await });
            assert_eq!(tour, Tour::Delivered(parcels));
        }
    }

    #[test]
    fn an_accident_does_not_reach_the_office() {
        for after in [0, 2] {
            let tour = stage::virtual_time(async {
                end_of_tour(tokio::spawn(tour(3, Some(after)))).await
            });
            let words = format!("flat tyre after {after} parcels");
            assert_eq!(tour, Tour::Accident(words));
        }
    }

    #[test]
    fn being_called_back_is_no_accident() {
        let tour = stage::virtual_time(async {
            let courier = tokio::spawn(tour(3, None));
            sleep(Duration::from_millis(1_500)).await;
            courier.abort();
            end_of_tour(courier).await
        });
        assert_eq!(tour, Tour::CalledBack);
    }
}
