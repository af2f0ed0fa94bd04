//! Wrong: up to six seconds in all.

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
        let patient = async |lock| {
            let locked = timeout(PATIENCE, Mutex::lock(lock)).await;
            locked.map_err(|_| Refused::TimeOut)
        };
        let mut first = patient(&self.flights[there.min(back)]).await?;
        let mut second = patient(&self.flights[there.max(back)]).await?;
        let mut wallet = patient(&self.wallet).await?;
        approval().await;
        let seats_first = first.checked_sub(1).ok_or(Refused::Full)?;
        let seats_second = second.checked_sub(1).ok_or(Refused::Full)?;
        let money = wallet.checked_sub(200).ok_or(Refused::NoMoney)?;
        (*first, *second, *wallet) = (seats_first, seats_second, money);
        Ok(())
    }
}

// From here on as in the solution:
// async fn approval() {
