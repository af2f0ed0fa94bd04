//! Wrong: takes all that is there, so the others find nothing.

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
            let mut parcels = Vec::new();
            if belt.lock().await.recv_many(&mut parcels, 5).await == 0 {
                break;
            }
            for parcel in parcels {
                sort(parcel).await;
                sorted.push(parcel);
            }
        }
        sorted
    }
    .instrument(info_span!("machine", number))
    .await
}

// From here on as in the solution:
// async fn sort(parcel: u32) {
