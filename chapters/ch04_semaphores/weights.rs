//! Permits as a budget: jobs of different size share four gigabytes.

use std::time::Duration;

use stage::Instrument;
use tokio::{join, sync::Semaphore, time::sleep};
use tracing::{info, info_span};

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A permit is a gigabyte. The big job is not starved by small ones, and holds up those behind it.
pub async fn four_gigabytes() {
    let memory = Semaphore::new(4);
    join!(
        biased;
        job("small", seconds(0), 1, seconds(3), &memory),
        job("big", seconds(1), 4, seconds(1), &memory),
        job("late", seconds(2), 1, seconds(1), &memory),
        hasty(seconds(2), &memory),
    );
}

async fn job(name: &str, at: Duration, gigabytes: u32, takes: Duration, memory: &Semaphore) {
    sleep(at).await;
    async {
        info!("wants {gigabytes}");
        let permits = memory.acquire_many(gigabytes).await;
        let _permits = permits.expect("nobody closes it");
        info!("has {gigabytes}");
        sleep(takes).await;
    }
    .instrument(info_span!("job", name))
    .await;
}

/// Three gigabytes lie unused, and yet: whoever is in line has a claim to them.
async fn hasty(at: Duration, memory: &Semaphore) {
    sleep(at).await;
    async {
        match memory.try_acquire() {
            Ok(_permit) => info!("has 1"),
            Err(refused) => info!("not now: {refused}"),
        }
    }
    .instrument(info_span!("job", name = "hasty"))
    .await;
}
