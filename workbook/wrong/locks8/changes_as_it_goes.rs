//! Wrong: sorted, and still half made when it is given up.

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
            let mut seats = self.flights[there.min(back)].lock().await;
            *seats = seats.checked_sub(1).ok_or(Refused::Full)?;
            let mut seats = self.flights[there.max(back)].lock().await;
            *seats = seats.checked_sub(1).ok_or(Refused::Full)?;
            let mut wallet = self.wallet.lock().await;
            approval().await;
            *wallet = wallet.checked_sub(200).ok_or(Refused::NoMoney)?;
            Ok(())
        };
        timeout(PATIENCE, waiting)
            .await
            .unwrap_or(Err(Refused::TimeOut))
    }
}

// From here on as in the solution:
// async fn approval() {
