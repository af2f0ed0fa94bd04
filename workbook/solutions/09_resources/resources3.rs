//! A station lends bikes. A bike that comes back is washed, which takes a second, and there is one hose.
//! Riders have no time to wait for that. Here, each of them starts a task for it: so three bikes are
//! under one hose, and when the station closes in the evening, bikes stay dirty.
//!
//! Goal: however a ride ends, the bike is washed as soon as the hose is free, one at a time; `close`
//! waits until every bike is back and washed.
//!
//! Lesson: `chapters/ch09_resources/README.md`, "Somebody else closes"

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use stage::Instrument;
use tokio::{sync::mpsc, task::JoinHandle, time::sleep};
use tracing::{info, info_span};

struct Station {
    returned: mpsc::UnboundedSender<Bike>,
    washing: JoinHandle<()>,
}

/// A bike on loan. Dropped, it comes back.
struct Ride {
    bike: Option<Bike>,
    station: mpsc::UnboundedSender<Bike>,
}

impl Station {
    fn open() -> Self {
        let (returned, mut bikes) = mpsc::unbounded_channel();
        let washing = tokio::spawn(async move {
            while let Some(bike) = bikes.recv().await {
                wash(bike).await;
            }
        });
        Self { returned, washing }
    }

    fn lend(&self, bike: Bike) -> Ride {
        Ride {
            bike: Some(bike),
            station: self.returned.clone(),
        }
    }

    /// Waits until every bike is back and washed.
    async fn close(self) {
        drop(self.returned);
        self.washing.await.expect("washing does not panic");
    }
}

impl Drop for Ride {
    fn drop(&mut self) {
        if let Some(bike) = self.bike.take() {
            let _ = self.station.send(bike);
        }
    }
}

struct Bike {
    number: u32,
    book: Arc<Book>,
    is_clean: bool,
}

/// What became of the bikes.
#[derive(Default)]
struct Book {
    under_the_hose: AtomicU32,
    most_at_once: AtomicU32,
    washed: Mutex<Vec<u32>>,
    dirty: AtomicU32,
}

impl Book {
    fn bike(self: &Arc<Self>, number: u32) -> Bike {
        Bike {
            number,
            book: Arc::clone(self),
            is_clean: false,
        }
    }

    fn washed(&self) -> Vec<u32> {
        self.washed.lock().unwrap().clone()
    }
}

impl Drop for Bike {
    fn drop(&mut self) {
        if !self.is_clean {
            info!("bike {} is left dirty", self.number);
            self.book.dirty.fetch_add(1, Relaxed);
        }
    }
}

async fn wash(mut bike: Bike) {
    let number = bike.number;
    async {
        let at_once = bike.book.under_the_hose.fetch_add(1, Relaxed) + 1;
        bike.book.most_at_once.fetch_max(at_once, Relaxed);
        sleep(Duration::from_secs(1)).await;
        bike.book.under_the_hose.fetch_sub(1, Relaxed);
        bike.book.washed.lock().unwrap().push(number);
        bike.is_clean = true;
    }
    .instrument(info_span!("washing", number))
    .await;
}

async fn ride(ride: Ride, seconds: u64) {
    async {
        sleep(Duration::from_secs(seconds)).await;
        drop(ride);
    }
    .instrument(info_span!("ride"))
    .await;
}

fn main() {
    stage::play("A station", async {
        let (station, book) = (Station::open(), Arc::<Book>::default());
        let rides = [1, 2, 3].map(|number| ride(station.lend(book.bike(number)), 2));
        futures::future::join_all(rides).await;
        station.close().await;
        info!("washed: {:?}", book.washed());
    });
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use futures::FutureExt;
    use tokio::time::{Instant, timeout};

    use super::*;

    fn book() -> Arc<Book> {
        Arc::default()
    }

    #[test]
    fn however_a_ride_ends_the_bike_is_washed() {
        let book = book();
        let played = stage::record(async {
            let station = Station::open();
            ride(station.lend(book.bike(1)), 1).await;
            let cancelled = ride(station.lend(book.bike(2)), 3600);
            timeout(Duration::from_secs(1), cancelled)
                .await
                .unwrap_err();
            let crash = async {
                let _ride = station.lend(book.bike(3));
                assert!(book.washed().len() > 9, "a tree");
            };
            AssertUnwindSafe(crash).catch_unwind().await.unwrap_err();
            station.close().await;
        });
        let happened = played.what_happened();
        assert_eq!(
            book.washed(),
            [1, 2, 3],
            "bikes washed when the station has closed{happened}"
        );
        assert_eq!(
            played.elapsed.as_secs(),
            4,
            "seconds, with bikes that are back at 1, 2 and 2 s{happened}"
        );
        assert_eq!(book.most_at_once.load(Relaxed), 1, "bikes under one hose");
    }

    #[test]
    fn nobody_waits_for_the_hose_and_no_bike_is_lost() {
        let book = book();
        let played = stage::record(async {
            let station = Station::open();
            let rides = (0..200).map(|number| ride(station.lend(book.bike(number)), 2));
            futures::future::join_all(rides).await;
            let back = Instant::now();
            station.close().await;
            back.elapsed().as_secs()
        });
        assert_eq!(played.value, 200, "seconds for washing");
        assert_eq!(played.elapsed.as_secs(), 202);
        assert_eq!(book.washed().len(), 200);
        assert_eq!(book.dirty.load(Relaxed), 0, "dirty bikes");
        assert_eq!(book.most_at_once.load(Relaxed), 1, "bikes under one hose");
    }

    #[test]
    fn a_bike_is_washed_before_the_station_closes_if_there_is_time() {
        let book = book();
        let played = stage::record(async {
            let station = Station::open();
            drop(station.lend(book.bike(1)));
            sleep(Duration::from_secs(10)).await;
            assert_eq!(book.washed(), [1], "ten seconds later");
            station.close().await;
        });
        assert_eq!(played.elapsed.as_secs(), 10, "nothing is left to do");
    }

    #[test]
    fn the_station_waits_for_those_who_are_still_out() {
        let book = book();
        let played = stage::record(async {
            let station = Station::open();
            let late = ride(station.lend(book.bike(1)), 5);
            let later = ride(station.lend(book.bike(2)), 8);
            tokio::join!(late, later, station.close());
        });
        let happened = played.what_happened();
        assert_eq!(
            book.washed(),
            [1, 2],
            "bikes washed when the station has closed{happened}"
        );
        assert_eq!(
            played.elapsed.as_secs(),
            9,
            "seconds, with a last bike that is back at 8 s{happened}"
        );
    }
}
