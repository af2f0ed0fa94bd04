//! Right: nothing is locked while the approval is waited for.

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
        approval().await;
        let waiting = async {
            let first = self.flights[there.min(back)].lock().await;
            let second = self.flights[there.max(back)].lock().await;
            let wallet = self.wallet.lock().await;
            (first, second, wallet)
        };
        let (mut first, mut second, mut wallet) = timeout(PATIENCE, waiting)
            .await
            .map_err(|_| Refused::TimeOut)?;

        // From here on nothing waits: all checks, then all changes.
        let seats_first = first.checked_sub(1).ok_or(Refused::Full)?;
        let seats_second = second.checked_sub(1).ok_or(Refused::Full)?;
        let money = wallet.checked_sub(200).ok_or(Refused::NoMoney)?;
        (*first, *second, *wallet) = (seats_first, seats_second, money);
        Ok(())
    }
}

// From here on as in the solution:
// async fn approval() {
