//! An evening at the hatch, simulated: whatever is not decided is drawn, and all draws come from one seed.

use std::{sync::Arc, time::Duration};

use rand::{RngExt, SeedableRng, rngs::StdRng};
use stage::Instrument;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tracing::{info, info_span};

use crate::hatch::{Hatch, Rings};

/// How an evening ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evening {
    /// Guests who were still waiting 45 s after the last plate.
    pub waiting: usize,
    /// Plates in the hatch at that time.
    pub plates: usize,
}

impl Evening {
    /// Nobody waits for a plate that is there.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.waiting == 0 || self.plates == 0
    }
}

/// Six plates, put one by one; eight guests, half of whom leave if it takes too long.
pub async fn evening<B: Rings + 'static>(seed: u64) -> Evening {
    let mut dice = StdRng::seed_from_u64(seed);
    let mut seconds = |most| Duration::from_secs(dice.random_range(1..=most));
    let hatch = Arc::new(Hatch::<B>::new(6));
    let mut guests = JoinSet::new();
    for number in 1..=8 {
        let (comes, patience) = (seconds(24), seconds(20));
        let (hatch, stays) = (Arc::clone(&hatch), number % 2 == 0);
        let guest = async move {
            sleep(comes).await;
            tokio::select! {
                biased;
                () = sleep(patience), if !stays => info!("leaves"),
                // Dropped, it has taken nothing.
                plate = hatch.take() => info!("eats plate {plate}"),
            }
        };
        guests.spawn(guest.instrument(info_span!("guest", number)));
    }
    let cook = async {
        for plate in 1..=6 {
            sleep(seconds(8)).await;
            hatch.put(plate).await;
            info!("plate {plate}");
        }
    };
    cook.instrument(info_span!("cook")).await;
    let late = async { while guests.join_next().await.is_some() {} };
    let _ = timeout(Duration::from_secs(45), late).await;
    Evening {
        waiting: guests.len(),
        plates: hatch.len(),
    }
}
