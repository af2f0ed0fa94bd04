//! Wrong: looks every millisecond.

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
            let taken = belt.lock().await.try_recv();
            match taken {
                Ok(parcel) => {
                    sort(parcel).await;
                    sorted.push(parcel);
                }
                Err(mpsc::error::TryRecvError::Empty) => sleep(Duration::from_millis(1)).await,
                Err(mpsc::error::TryRecvError::Disconnected) => break,
            }
        }
        sorted
    }
    .instrument(info_span!("machine", number))
    .await
}

// From here on as in the solution:
// async fn sort(parcel: u32) {
