//! Wrong: stops when there is nothing on the belt at the moment.

use std::{sync::Arc, time::Duration};

use stage::Instrument;
use tokio::{
    sync::{Mutex, mpsc},
    task::JoinSet,
    time::sleep,
};
use tracing::{info, info_span};

type Belt = Arc<Mutex<mpsc::Receiver<u32>>>;

/// Sorts until the belt has run empty; the answer is the parcels it has sorted.
async fn machine(number: u32, belt: Belt) -> Vec<u32> {
    async {
        let mut sorted = Vec::new();
        loop {
            let parcel = belt.lock().await.try_recv().ok();
            let Some(parcel) = parcel else { break };
            sort(parcel).await;
            sorted.push(parcel);
        }
        sorted
    }
    .instrument(info_span!("machine", number))
    .await
}

// From here on as in the solution:
// async fn sort(parcel: u32) {
