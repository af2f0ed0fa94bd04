//! Wrong: a courier who needs long is taken for one who was called back.

use std::{any::Any, time::Duration};

use stage::Instrument;
use tokio::{task::JoinHandle, time::sleep};
use tracing::{info, info_span};

#[derive(Debug, PartialEq)]
enum Tour {
    Delivered(u32),
    Accident(String),
    CalledBack,
}

async fn end_of_tour(courier: JoinHandle<u32>) -> Tour {
    match tokio::time::timeout(Duration::from_secs(60), courier).await {
        Err(_) => Tour::CalledBack,
        Ok(Ok(parcels)) => Tour::Delivered(parcels),
        Ok(Err(error)) if error.is_cancelled() => Tour::CalledBack,
        Ok(Err(error)) => Tour::Accident(words(&*error.into_panic())),
    }
}

// From here on as in the solution:
// async fn tour(parcels: u32, accident_after: Option<u32>) -> u32 {
