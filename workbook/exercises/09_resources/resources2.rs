//! A lake lends boats. `with_boat` launches one, lends it for a trip and moors it afterwards. If the trip
//! ends in a panic, the boat is left to the wind.
//!
//! Goal: after each trip the boat is moored before `with_boat` ends, also if the trip panics; then the
//! same panic goes on to the caller.
//!
//! Lesson: `chapters/ch09_resources/README.md`, "A scope that closes"

use std::{cell::RefCell, time::Duration};

use tokio::time::sleep;
use tracing::info;

async fn with_boat<T>(lake: &Lake, trip: impl AsyncFnOnce(&mut Boat) -> T) -> T {
    // TODO: moor the boat also if the trip panics.
    let mut boat = lake.launch().await;
    let value = trip(&mut boat).await;
    boat.moor().await;
    value
}

#[derive(Default)]
struct Lake {
    /// How many boats were moored, and how many are adrift.
    moored: RefCell<u32>,
    adrift: RefCell<u32>,
}

impl Lake {
    async fn launch(&self) -> Boat<'_> {
        sleep(Duration::from_secs(1)).await;
        Boat {
            lake: self,
            miles: 0,
            is_moored: false,
        }
    }
}

struct Boat<'a> {
    lake: &'a Lake,
    miles: u32,
    is_moored: bool,
}

impl Boat<'_> {
    async fn row(&mut self, miles: u32) {
        for _ in 0..miles {
            sleep(Duration::from_secs(1)).await;
            self.miles += 1;
        }
    }

    async fn moor(mut self) {
        sleep(Duration::from_secs(1)).await;
        self.is_moored = true;
        *self.lake.moored.borrow_mut() += 1;
        info!("moored after {} miles", self.miles);
    }
}

impl Drop for Boat<'_> {
    fn drop(&mut self) {
        if !self.is_moored {
            *self.lake.adrift.borrow_mut() += 1;
            info!("adrift");
        }
    }
}

fn main() {
    let lake = Lake::default();
    stage::play("A trip that hits a rock", async {
        let trip = with_boat(&lake, async |boat| {
            boat.row(2).await;
            assert!(boat.miles < 2, "a rock");
        });
        // The shore notes it, and goes on.
        let ended = futures::FutureExt::catch_unwind(std::panic::AssertUnwindSafe(trip));
        if ended.await.is_err() {
            info!("the trip ended in a panic");
        }
    });
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;
    use std::panic::AssertUnwindSafe as Ignoring;

    use super::*;

    /// How the trip ended, boats moored and adrift, and after how many seconds.
    fn day(rock: Option<u32>) -> (Result<u32, String>, u32, u32, u64) {
        let lake = Lake::default();
        let played = stage::record(async {
            let trip = with_boat(&lake, async |boat| {
                assert!(rock != Some(0), "rock 0");
                boat.row(2).await;
                assert!(rock != Some(2), "rock 2");
                boat.row(1).await;
                boat.miles
            });
            let ended = Ignoring(trip).catch_unwind().await;
            ended.map_err(|panic| match panic.downcast_ref::<&str>() {
                Some(words) => (*words).to_owned(),
                None => "another panic".to_owned(),
            })
        });
        let (moored, adrift) = (*lake.moored.borrow(), *lake.adrift.borrow());
        (played.value, moored, adrift, played.elapsed.as_secs())
    }

    #[test]
    fn a_trip_without_a_rock_returns_its_value() {
        assert_eq!(
            day(None),
            (Ok(3), 1, 0, 5),
            "how it ended, boats moored, boats adrift, seconds"
        );
    }

    #[test]
    fn after_a_rock_the_boat_is_moored_and_the_panic_goes_on() {
        for (rock, seconds) in [(0, 2), (2, 4)] {
            assert_eq!(
                day(Some(rock)),
                (Err(format!("rock {rock}")), 1, 0, seconds),
                "how it ended, boats moored, boats adrift, seconds"
            );
        }
    }

    #[test]
    fn two_trips_at_once_know_nothing_of_each_other() {
        let lake = Lake::default();
        let played = stage::record(async {
            let wrecked = with_boat(&lake, async |boat| {
                boat.row(1).await;
                assert!(boat.miles < 1, "a rock");
            });
            let long = with_boat(&lake, async |boat| {
                boat.row(4).await;
                boat.miles
            });
            tokio::join!(Ignoring(wrecked).catch_unwind(), long).1
        });
        assert_eq!(
            (played.value, played.elapsed.as_secs()),
            (4, 6),
            "miles of the longer trip, seconds{}",
            played.what_happened()
        );
        assert_eq!(
            (*lake.moored.borrow(), *lake.adrift.borrow()),
            (2, 0),
            "boats moored, boats adrift{}",
            played.what_happened()
        );
    }

    #[test]
    fn a_trip_that_is_dropped_is_over_at_once() {
        let lake = Lake::default();
        let played = stage::record(async {
            let trip = with_boat(&lake, async |boat| boat.row(100).await);
            tokio::time::timeout(Duration::from_secs(3), trip).await
        });
        let happened = played.what_happened();
        assert!(played.value.is_err(), "it should be dropped{happened}");
        assert_eq!(
            (*lake.moored.borrow(), *lake.adrift.borrow()),
            (0, 1),
            "boats moored, boats adrift: nobody is there to moor this one{happened}"
        );
    }
}
