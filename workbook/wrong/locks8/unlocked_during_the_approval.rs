//! Wrong: what was checked is no longer so when it is taken.

use std::time::Duration;

use stage::Instrument;
use tokio::{
    sync::Mutex,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

const PATIENCE: Duration = Duration::from_secs(2);

struct Airline {
    /// The free seats of each flight.
    flights: Vec<Mutex<u32>>,
    wallet: Mutex<u32>,
}

#[derive(Debug, PartialEq)]
enum Refused {
    Full,
    NoMoney,
    TimeOut,
}

impl Airline {
    /// Books two different flights for 100 each.
    async fn book(&self, there: usize, back: usize) -> Result<(), Refused> {
        let waiting = async {
            let first = *self.flights[there.min(back)].lock().await;
            let second = *self.flights[there.max(back)].lock().await;
            let wallet = *self.wallet.lock().await;
            (first, second, wallet)
        };
        let (first, second, wallet) = timeout(PATIENCE, waiting)
            .await
            .map_err(|_| Refused::TimeOut)?;
        first.checked_sub(1).ok_or(Refused::Full)?;
        second.checked_sub(1).ok_or(Refused::Full)?;
        wallet.checked_sub(200).ok_or(Refused::NoMoney)?;
        approval().await;
        *self.flights[there].lock().await -= 1;
        *self.flights[back].lock().await -= 1;
        *self.wallet.lock().await -= 200;
        Ok(())
    }
}

// From here on as in the solution:
// async fn approval() {
