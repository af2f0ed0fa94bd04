//! Wrong: others see half a booking, and a seat cannot be given back while its flight is locked.

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
        struct Taken<'a>(&'a Mutex<u32>, u32);
        impl Drop for Taken<'_> {
            fn drop(&mut self) {
                if let Ok(mut value) = self.0.try_lock() {
                    *value += self.1;
                }
            }
        }
        async fn take(
            lock: &Mutex<u32>,
            number: u32,
            refused: Refused,
        ) -> Result<Taken<'_>, Refused> {
            let mut value = lock.lock().await;
            *value = value.checked_sub(number).ok_or(refused)?;
            Ok(Taken(lock, number))
        }
        let waiting = async {
            let first = take(&self.flights[there.min(back)], 1, Refused::Full).await?;
            let second = take(&self.flights[there.max(back)], 1, Refused::Full).await?;
            let wallet = take(&self.wallet, 200, Refused::NoMoney).await?;
            approval().await;
            Ok([first, second, wallet])
        };
        let taken = timeout(PATIENCE, waiting)
            .await
            .unwrap_or(Err(Refused::TimeOut))?;
        taken.map(std::mem::forget);
        Ok(())
    }
}

// From here on as in the solution:
// async fn approval() {
